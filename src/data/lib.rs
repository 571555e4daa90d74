//! Image data sets: downloaded and verified, read from any of the usual formats, split and augmented. No libtorch.
//!
//! - [`DataSet`]: the files of a known set with the SHA-256 of each; [`fetch`] downloads what is missing or corrupt.
//! - [`DataSource`]: a known set, or the images at a path.
//! - [`images`]: reads them and sets some aside for validation and test; one file a format.
//! - [`augment`]: random crops, flips and cutouts that depend on seed, epoch and image alone.
//!
//! What a network sees is the experiment's choice, not this crate's.
//!
//! ```
//! use axmul_data::DataSource;
//! use axmul_data::images::{Division, ImageReadOptions, SplitOrder, divide};
//!
//! // A tiny set in MNIST's format: images of 1x2 pixels, two classes.
//! let folder = tempfile::tempdir()?;
//! for (part, count) in [("train", 6u8), ("t10k", 2)] {
//!     let images = [vec![0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 1, 0, 0, 0, 2], vec![200; 2 * usize::from(count)]];
//!     let labels = [vec![0, 0, 8, 1, 0, 0, 0, count], (0..count).map(|image| image % 2).collect()];
//!     std::fs::write(folder.path().join(format!("{part}-images-idx3-ubyte")), images.concat())?;
//!     std::fs::write(folder.path().join(format!("{part}-labels-idx1-ubyte")), labels.concat())?;
//! }
//!
//! let source = DataSource::named(folder.path().to_str().unwrap());
//! let path = source.place(None)?;
//! let set = source.read(&path, &ImageReadOptions::default(), false)?;
//! assert_eq!((set.shape, set.train.len()), ([1, 1, 2], 6));
//!
//! let division = Division { validation: 2, test: 0, order: SplitOrder::Auto, seed: 0 };
//! let divided = divide(set, &division)?;
//! assert_eq!([divided.train.len(), divided.validation.len(), divided.test.len()], [4, 2, 2]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod augment;
mod download;
mod fetch;
pub mod idx;
pub mod images;
pub mod known;
pub mod mnist;
mod npm;
pub mod npy;
mod receive;
mod set;
mod source;

#[cfg(any(test, feature = "testing"))]
pub mod server;

use std::path::PathBuf;

use axmul_support::files::{self, FileError};

pub use download::Patience;
pub use fetch::{DownloadProgress, DownloadSources, Fetched, fetch};
pub use receive::SourceFault;
pub use set::{DataFile, DataSet, FileState, NpmPackage};
pub use source::{DataSource, DataSourceError};

/// The data sets that are known by name.
pub const DATA_SETS: [&DataSet; 5] =
    [&mnist::MNIST, &known::FASHION_MNIST, &known::CIFAR10, &known::CIFAR100, &known::TINY_IMAGENET];

/// Why a data set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Neither `AXMUL_DATA_DIR` nor a home directory is known.
    #[error(
        "no home directory is known, so there is no place for data sets; set AXMUL_DATA_DIR to a directory"
    )]
    NoHome,
    /// A file is not there.
    #[error("{} is missing; `axmul data fetch {set}` gets it", path.display())]
    Missing {
        /// Name of the data set.
        set: &'static str,
        /// Where the file should be.
        path: PathBuf,
    },
    /// A file is shorter or longer than the published one.
    #[error(
        "{} is not the published file: it has {got} bytes instead of {expected}, so it is {}; `axmul data fetch \
         {set}` replaces it",
        path.display(),
        if got < expected { "truncated" } else { "altered" }
    )]
    Length {
        /// Name of the data set.
        set: &'static str,
        /// The file.
        path: PathBuf,
        /// Length of the published file, bytes.
        expected: u64,
        /// Length of the file, bytes.
        got: u64,
    },
    /// A file of the right length holds something else.
    #[error(
        "{} is not the published file: it is altered, with SHA-256 {got} instead of {expected}; `axmul data fetch \
         {set}` replaces it",
        path.display()
    )]
    Altered {
        /// Name of the data set.
        set: &'static str,
        /// The file.
        path: PathBuf,
        /// SHA-256 of the published file.
        expected: &'static str,
        /// SHA-256 of the file.
        got: String,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is not an idx file of the kind expected.
    #[error("{}: {fault}", path.display())]
    Idx {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: idx::IdxFault,
    },
    /// Images and labels don't belong together.
    #[error("{} holds {images} images, but {} holds {labels} labels", images_path.display(), labels_path.display())]
    Counts {
        /// The file of images.
        images_path: PathBuf,
        /// The file of labels.
        labels_path: PathBuf,
        /// Number of images.
        images: usize,
        /// Number of labels.
        labels: usize,
    },
    /// No source gave the file.
    #[error(
        "no source gave {}:{}\nTry again when the network is back, name a mirror with --mirror URL or {}, or put the \
         file there yourself, under that name",
        path.display(),
        faults.iter().map(|(source, fault)| format!("\n  - {source}: {fault}")).collect::<String>(),
        set.mirrors_variable()
    )]
    NoSource {
        /// The data set.
        set: &'static DataSet,
        /// Where the file should be.
        path: PathBuf,
        /// Each source that was tried, and why it failed.
        faults: Vec<(String, SourceFault)>,
    },
}

/// The directory of the data set called `set`: a folder of [`files::data_home`]. It need not exist yet.
pub fn directory(set: &DataSet) -> Result<PathBuf, DataError> {
    Ok(files::data_home().ok_or(DataError::NoHome)?.join(set.name))
}
