//! Why images cannot be read.

use std::io;
use std::path::{Path, PathBuf};

/// Why images cannot be read; each says which file is at fault.
#[derive(Debug, thiserror::Error)]
pub enum ImageReadError {
    /// Something cannot be opened or read.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was being done, as in "read".
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An archive is damaged or of an unknown kind.
    #[error("{}: {problem}", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// An image cannot be decoded.
    #[error(
        "{image} in {}: {problem}; mend or remove it, or leave such images out with `corrupt: skip` (on the \
         command line --corrupt skip)",
        path.display()
    )]
    Corrupt {
        /// The folder or archive.
        path: PathBuf,
        /// The image in it.
        image: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An image has another size than the first.
    #[error(
        "{image} in {} has {}x{} pixels (rows x columns), but {first} has {}x{}; `resize: [ROWS, COLUMNS]` (on the \
         command line --resize ROWSxCOLUMNS) brings all to one size",
        path.display(), got[0], got[1], expected[0], expected[1]
    )]
    Size {
        /// The folder or archive.
        path: PathBuf,
        /// The image in it.
        image: String,
        /// Its rows and columns.
        got: [usize; 2],
        /// The first image.
        first: String,
        /// Rows and columns of the first image.
        expected: [usize; 2],
    },
    /// The files are not what a set of images is made of.
    #[error("{}: {problem}", path.display())]
    Layout {
        /// The folder, the archive, or the file in one of them.
        path: PathBuf,
        /// What was expected and what came.
        problem: String,
    },
    /// More than fits.
    #[error("{}: {problem}", path.display())]
    TooLarge {
        /// The folder, the archive, or the file in one of them.
        path: PathBuf,
        /// The limit and what came.
        problem: String,
    },
    /// A setting that makes no sense for these images.
    #[error("{0}")]
    Setting(String),
}

impl ImageReadError {
    pub(super) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_path_buf(), source }
    }

    pub(super) fn layout(path: &Path, problem: &str) -> Self {
        Self::Layout { path: path.to_path_buf(), problem: problem.to_owned() }
    }

    pub(super) fn archive(path: &Path, problem: impl ToString) -> Self {
        Self::Archive { path: path.to_path_buf(), problem: problem.to_string() }
    }
}
