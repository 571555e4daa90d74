//! Images in and class scores out, as `.npy` files of real numbers.

use std::path::Path;

use npyz::{DType, NpyFile, Order, TypeChar, WriterBuilder};

use super::{FileError, write_whole};

/// The longest header that is read, as numpy has it.
const MAX_HEADER: usize = 10_000;

/// Normalised images `[N, C, H, W]` in C order, from an `.npy` file of 32-bit or 64-bit real numbers.
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

fn parse(bytes: &[u8]) -> Result<Array, String> {
    guard(bytes)?;
    let file = NpyFile::new(bytes).map_err(|error| format!("its header is damaged ({error})"))?;
    let shape: Vec<usize> = file.shape().iter().map(|&n| n as usize).collect();
    let shape: [usize; 4] =
        shape.try_into().map_err(|shape: Vec<usize>| format!("its shape is {shape:?}"))?;
    if file.order() != Order::C {
        return Err("its order is Fortran's; write it with numpy.ascontiguousarray".into());
    }
    let DType::Plain(element) = file.dtype() else { return Err("it holds records".into()) };
    let size = match (element.type_char(), element.size_field()) {
        (TypeChar::Float, size @ (4 | 8)) => size as usize,
        _ => return Err(format!("its elements are {element}")),
    };
    let count = shape.iter().try_fold(size, |product, &n| product.checked_mul(n));
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let data = bytes.len().saturating_sub(header);
    if count != Some(data) {
        return Err(format!("its shape {shape:?} does not go with {data} bytes of data"));
    }
    let damaged = |error: std::io::Error| error.to_string();
    let values = if size == 4 {
        file.into_vec::<f32>().map_err(damaged)?
    } else {
        file.into_vec::<f64>().map_err(damaged)?.into_iter().map(|value| value as f32).collect()
    };
    if let Some(index) = values.iter().position(|value| !value.is_finite()) {
        return Err(format!("its value {index} is {}", values[index]));
    }
    Ok(Array { shape, values })
}

/// Refuses headers that no array of numbers has, and that would cost the parser its stack or an overflow.
fn guard(bytes: &[u8]) -> Result<(), String> {
    if !bytes.starts_with(b"\x93NUMPY\x01") {
        return Err("it is no .npy file of version 1".into());
    }
    let length = bytes.get(8..10).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])));
    let header = length.and_then(|length| bytes.get(10..10 + length)).ok_or("its header breaks off")?;
    let mut depth = 0i32;
    for byte in header {
        depth += i32::from(b"([{".contains(byte)) - i32::from(b")]}".contains(byte));
        if depth > 4 {
            return Err("its header is no array's".into());
        }
    }
    let digits = header.split(|b| !b.is_ascii_digit()).map(<[u8]>::len).max();
    if header.len() > MAX_HEADER || digits > Some(12) {
        return Err("its header is no array's".into());
    }
    Ok(())
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
    write_whole(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npy<T: npyz::AutoSerialize>(shape: &[u64], values: Vec<T>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let options = npyz::WriteOptions::new().default_dtype().shape(shape);
        let mut writer = options.writer(&mut bytes).begin_nd().unwrap();
        writer.extend(values).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn images_are_read_in_either_precision() {
        let expected = Array { shape: [1, 2, 1, 2], values: vec![1.0, -2.5, 0.0, 4.0] };
        assert_eq!(parse(&npy(&[1, 2, 1, 2], vec![1f32, -2.5, 0.0, 4.0])).unwrap(), expected);
        assert_eq!(parse(&npy(&[1, 2, 1, 2], vec![1f64, -2.5, 0.0, 4.0])).unwrap(), expected);
    }

    #[test]
    fn scores_are_written_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scores.npy");
        write_scores(&path, [2, 1], &[0.5, -1.0]).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let file = NpyFile::new(&bytes[..]).unwrap();
        assert_eq!(file.shape(), [2, 1]);
        assert_eq!(file.into_vec::<f32>().unwrap(), [0.5, -1.0]);
    }

    #[test]
    fn other_arrays_are_refused() {
        let good = npy(&[1, 1, 1, 2], vec![1f32, 2.0]);
        let header = |from: &str, to: &str| {
            let text: Vec<u8> = good.clone();
            let at = text.windows(from.len()).position(|part| part == from.as_bytes()).unwrap();
            [&text[..at], to.as_bytes(), &text[at + from.len()..]].concat()
        };
        for (bytes, part) in [
            (vec![], "no .npy file"),
            (b"PK".to_vec(), "no .npy file"),
            (good[..40].to_vec(), "breaks off"),
            (good[..good.len() - 1].to_vec(), "does not go with 7 bytes"),
            (npy(&[2], vec![1f32, 2.0]), "its shape is [2]"),
            (npy(&[1, 1, 1, 2], vec![1i32, 2]), "its elements are <i4"),
            (npy(&[1, 1, 1, 2], vec![f32::NAN, 2.0]), "its value 0 is NaN"),
            (header("False", "True "), "Fortran"),
            (header("<f4", "[[["), "header"),
            (header("descr", "((((("), "no array's"),
        ] {
            let problem = parse(&bytes).unwrap_err();
            assert!(problem.contains(part), "{part}: {problem}");
        }
        let message = read_images(Path::new("nowhere.npy")).unwrap_err().to_string();
        assert!(message.contains("cannot read nowhere.npy"), "{message}");
    }
}
