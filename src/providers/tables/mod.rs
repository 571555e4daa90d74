//! Files of products.

use std::path::PathBuf;

/// Why a file is no product table.
#[derive(Debug, thiserror::Error)]
pub enum TableFileError {
    /// The file cannot be read.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("{}: expected {expected}, got {got}", .path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What the format demands.
        expected: String,
        /// What the file holds.
        got: String,
    },
}
