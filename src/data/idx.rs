//! The idx format of MNIST and the sets made like it: a header of big-endian 32-bit numbers (a magic number that
//! says type and number of dimensions, then the dimensions), then one byte a value.
//!
//! Format: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".

use std::fs;
use std::path::Path;

use axmul_support::files::FileError;

use super::DataError;

/// Unsigned bytes in three dimensions: images.
const IMAGES: [u8; 4] = [0, 0, 8, 3];
/// Unsigned bytes in one dimension: labels.
const LABELS: [u8; 4] = [0, 0, 8, 1];

/// What is wrong with an idx file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdxFault {
    /// The header is not whole.
    #[error("it ends within its header of {expected} bytes: it has {got}")]
    Header {
        /// Bytes of the header.
        expected: usize,
        /// Bytes of the file.
        got: usize,
    },
    /// It begins with something else.
    #[error(
        "it begins with {got:?}; an idx file of {what} begins with {expected:?}{}",
        match got {
            [0x1f, 0x8b, ..] => " (this one is packed with gzip: unpack it)",
            &IMAGES => " (this one holds images)",
            &LABELS => " (this one holds labels)",
            _ => "",
        }
    )]
    Magic {
        /// What was expected to be in it.
        what: &'static str,
        /// How it should begin.
        expected: [u8; 4],
        /// How it begins.
        got: [u8; 4],
    },
    /// A dimension is 0, or they are too large to be true.
    #[error("its header says {0:?} values, which cannot be")]
    Dimensions(Vec<u32>),
    /// Fewer or more values than the header says.
    #[error("its header says {dimensions:?}, so {expected} bytes; it has {got}")]
    Length {
        /// The dimensions.
        dimensions: Vec<u32>,
        /// Bytes of the file according to them.
        expected: u64,
        /// Bytes of the file.
        got: usize,
    },
    /// A label that is no class.
    #[error("label {at} is {got}; there are {classes} classes, so expected 0 to {}", classes - 1)]
    Label {
        /// Its index.
        at: usize,
        /// Its value.
        got: u8,
        /// Number of classes.
        classes: u8,
    },
}

/// Images of one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdxImages {
    /// Rows of each, pixels.
    pub rows: usize,
    /// Columns of each, pixels.
    pub columns: usize,
    /// Brightness 0 to 255, shape `[images, rows, columns]`.
    pub pixels: Vec<u8>,
}

impl IdxImages {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.pixels.len() / (self.rows * self.columns)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pixels.is_empty()
    }

    /// Image `index`, shape `[rows, columns]`.
    pub fn image(&self, index: usize) -> &[u8] {
        let size = self.rows * self.columns;
        &self.pixels[index * size..(index + 1) * size]
    }
}

/// Images out of the bytes of an idx file.
pub fn images(bytes: &[u8]) -> Result<IdxImages, IdxFault> {
    let ([_, rows, columns], values) = parse("images", IMAGES, bytes)?;
    Ok(IdxImages { rows, columns, pixels: values.to_vec() })
}

/// Labels out of the bytes of an idx file, each less than `classes`.
pub fn labels(bytes: &[u8], classes: u8) -> Result<Vec<u8>, IdxFault> {
    let ([_], values) = parse("labels", LABELS, bytes)?;
    match values.iter().position(|&label| label >= classes) {
        Some(at) => Err(IdxFault::Label { at, got: values[at], classes }),
        None => Ok(values.to_vec()),
    }
}

/// [`images`] of the file at `path`, which errors name.
pub fn read_images(path: &Path) -> Result<IdxImages, DataError> {
    let fault = |fault| DataError::Idx { path: path.to_path_buf(), fault };
    images(&read(path)?).map_err(fault)
}

/// [`labels`] of the file at `path`, which errors name.
pub fn read_labels(path: &Path, classes: u8) -> Result<Vec<u8>, DataError> {
    let fault = |fault| DataError::Idx { path: path.to_path_buf(), fault };
    labels(&read(path)?, classes).map_err(fault)
}

fn read(path: &Path) -> Result<Vec<u8>, DataError> {
    Ok(fs::read(path).map_err(|error| FileError::read(path, error))?)
}

/// Dimensions and values of a file that should begin with `magic`, whose last byte is the number of dimensions.
fn parse<'a, const N: usize>(
    what: &'static str,
    magic: [u8; 4],
    bytes: &'a [u8],
) -> Result<([usize; N], &'a [u8]), IdxFault> {
    let header = 4 + 4 * N;
    let too_short = IdxFault::Header { expected: header, got: bytes.len() };
    let Some((&got, _)) = bytes.split_first_chunk() else { return Err(too_short) };
    if got != magic {
        return Err(IdxFault::Magic { what, expected: magic, got });
    }
    let Some((head, values)) = bytes.split_at_checked(header) else { return Err(too_short) };
    let (words, _) = head[4..].as_chunks();
    let dimensions: Vec<u32> = words.iter().map(|&word| u32::from_be_bytes(word)).collect();
    let product = dimensions.iter().try_fold(1u64, |product, &size| product.checked_mul(size.into()));
    match product.and_then(|product| product.checked_add(header as u64)) {
        Some(expected) if !dimensions.contains(&0) => {
            if expected != bytes.len() as u64 {
                return Err(IdxFault::Length { dimensions, expected, got: bytes.len() });
            }
        }
        _ => return Err(IdxFault::Dimensions(dimensions)),
    }
    Ok((std::array::from_fn(|i| dimensions[i] as usize), values))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The bytes of an idx file.
    fn idx(magic: [u8; 4], dimensions: &[u32], values: &[u8]) -> Vec<u8> {
        let sizes = dimensions.iter().flat_map(|size| size.to_be_bytes());
        magic.into_iter().chain(sizes).chain(values.iter().copied()).collect()
    }

    #[test]
    fn images_and_labels_are_read() {
        let read = images(&idx(IMAGES, &[2, 1, 3], &[1, 2, 3, 4, 5, 6])).unwrap();
        assert_eq!((read.len(), read.rows, read.columns, read.is_empty()), (2, 1, 3, false));
        assert_eq!(read.image(1), [4, 5, 6]);
        assert_eq!(labels(&idx(LABELS, &[3], &[0, 9, 4]), 10).unwrap(), [0, 9, 4]);
    }

    #[test]
    fn every_malformation_is_told() {
        let said = |bytes: &[u8]| images(bytes).unwrap_err().to_string();
        let good = idx(IMAGES, &[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        assert_eq!(said(&[]), "it ends within its header of 16 bytes: it has 0");
        assert_eq!(said(&good[..9]), "it ends within its header of 16 bytes: it has 9");
        assert_eq!(said(&good[..21]), "its header says [2, 1, 3], so 22 bytes; it has 21");
        assert_eq!(said(&[&good[..], &[0]].concat()), "its header says [2, 1, 3], so 22 bytes; it has 23");
        assert!(said(&idx(LABELS, &[1], &[0])).ends_with("(this one holds labels)"));
        assert!(said(&[0x1f, 0x8b, 8, 0]).ends_with("(this one is packed with gzip: unpack it)"));
        assert!(said(b"<html>").starts_with("it begins with [60, 104, 116, 109]"));
        assert_eq!(said(&idx(IMAGES, &[2, 0, 3], &[])), "its header says [2, 0, 3] values, which cannot be");
        assert_eq!(
            said(&idx(IMAGES, &[u32::MAX; 3], &[])),
            "its header says [4294967295, 4294967295, 4294967295] values, which cannot be"
        );
        let label = labels(&idx(LABELS, &[2], &[3, 10]), 10).unwrap_err().to_string();
        assert_eq!(label, "label 1 is 10; there are 10 classes, so expected 0 to 9");
    }

    #[test]
    fn an_error_names_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("train-labels");
        assert!(read_labels(&path, 10).unwrap_err().to_string().contains("cannot read"));
        fs::write(&path, idx(IMAGES, &[1, 1, 1], &[0])).unwrap();
        let message = read_labels(&path, 10).unwrap_err().to_string();
        assert!(message.contains("train-labels: it begins with [0, 0, 8, 3]"), "{message}");
        assert!(message.ends_with("(this one holds images)"), "{message}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), magic: bool) {
            let bytes = if magic { [&IMAGES[..], &bytes].concat() } else { bytes };
            if let Ok(read) = images(&bytes) {
                prop_assert_eq!(read.len() * read.rows * read.columns + 16, bytes.len());
            }
            let _ = labels(&bytes, 10);
        }
    }
}
