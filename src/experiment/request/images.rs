//! Images in and class scores out, as `.npy` files of real numbers.

use std::path::Path;

use npyz::{TypeChar, WriterBuilder};

use crate::{FileError, Network};
use axmul_data::npy::NpyArray;
use axmul_support::files::write_atomic_synced;

/// Normalized images `[N, C, H, W]` in C order, from an `.npy` file of 32-bit or 64-bit real numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Its four sizes.
    pub shape: [usize; 4],
    /// Its values.
    pub values: Vec<f32>,
}

/// Reads images.
pub fn read_images(path: &Path) -> Result<Array, FileError> {
    let bytes = std::fs::read(path).map_err(|error| FileError::read(path, error))?;
    parse(&bytes).map_err(|problem| {
        FileError::read(path, format!("expected an .npy file of float32 or float64 [N, C, H, W]; {problem}"))
    })
}

/// Reads images that a network takes.
pub fn read_images_for(path: &Path, network: &Network) -> Result<Array, FileError> {
    let images = read_images(path)?;
    let [_, size @ ..] = images.shape;
    if size != network.input {
        let (name, input) = (&network.name, network.input);
        return Err(FileError::read(
            path,
            format!("its images are {size:?}, and network '{name}' takes {input:?}"),
        ));
    }
    Ok(images)
}

fn parse(bytes: &[u8]) -> Result<Array, String> {
    let array = NpyArray::open(bytes)?;
    let shape = array.shape();
    let &[n, c, h, w] = shape else { return Err(format!("its shape is {shape:?}")) };
    if shape.contains(&0) {
        return Err(format!("its shape {shape:?} holds no images"));
    }
    // It fits into memory, for it is there.
    let shape = [n, c, h, w].map(|side| side as usize);
    let values = match array.element() {
        (TypeChar::Float, 4) => array.values::<f32>()?,
        (TypeChar::Float, 8) => array.values::<f64>()?.into_iter().map(|value| value as f32).collect(),
        _ => return Err(format!("its elements are {}", array.type_name())),
    };
    if let Some(index) = values.iter().position(|value| !value.is_finite()) {
        return Err(format!("its value {index} is {}", values[index]));
    }
    Ok(Array { shape, values })
}

/// Writes class scores `[N, classes]` as float32.
pub fn write_scores(path: &Path, shape: [usize; 2], values: &[f32]) -> Result<(), FileError> {
    let fail = |error: std::io::Error| FileError::write(path, error);
    let mut bytes = Vec::new();
    let shape = shape.map(|n| n as u64);
    let mut writer = npyz::WriteOptions::new()
        .default_dtype()
        .shape(&shape)
        .writer(&mut bytes)
        .begin_nd()
        .map_err(fail)?;
    writer.extend(values.iter().copied()).map_err(fail)?;
    writer.finish().map_err(fail)?;
    write_atomic_synced(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_support::testing::npy;

    #[test]
    fn images_are_read_in_either_precision() {
        let expected = Array { shape: [1, 2, 1, 2], values: vec![1.0, -2.5, 0.0, 4.0] };
        assert_eq!(parse(&npy(&[1, 2, 1, 2], &[1f32, -2.5, 0.0, 4.0])).unwrap(), expected);
        assert_eq!(parse(&npy(&[1, 2, 1, 2], &[1f64, -2.5, 0.0, 4.0])).unwrap(), expected);
    }

    #[test]
    fn scores_are_written_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scores.npy");
        write_scores(&path, [2, 1], &[0.5, -1.0]).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let array = NpyArray::open(&bytes).unwrap();
        assert_eq!(array.shape(), [2, 1]);
        assert_eq!(array.values::<f32>().unwrap(), [0.5, -1.0]);
    }

    #[test]
    fn other_arrays_are_refused() {
        let good = npy(&[1, 1, 1, 2], &[1f32, 2.0]);
        for (bytes, part) in [
            (b"PK".to_vec(), "no .npy file"),
            (good[..good.len() - 1].to_vec(), "does not fit to the 7 bytes"),
            (npy(&[2], &[1f32, 2.0]), "its shape is [2]"),
            (npy(&[0, 1, 1, 2], &[0f32; 0]), "holds no images"),
            (npy(&[1, 1, 1, 2], &[1i32, 2]), "its elements are '<i4'"),
            (npy(&[1, 1, 1, 2], &[f32::NAN, 2.0]), "its value 0 is NaN"),
        ] {
            let problem = parse(&bytes).unwrap_err();
            assert!(problem.contains(part), "{part}: {problem}");
        }
        let message = read_images(Path::new("nowhere.npy")).unwrap_err().to_string();
        assert!(message.contains("cannot read nowhere.npy"), "{message}");
    }
}
