//! Catalogues: lists of multipliers with their cost, published figures, licence and citation.

mod published;

use std::path::PathBuf;

pub use published::{Contradiction, Figure, FigureName, Published};

use super::tables::TableFileError;

/// Why a catalogue, or an entry of it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The file or directory cannot be read.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no catalogue.
    #[error("{}: {problem}", .path.display())]
    Invalid {
        /// The file or directory.
        path: PathBuf,
        /// What was expected and what came.
        problem: String,
    },
    /// An entry is incomplete or contradicts itself.
    #[error("{}: entry '{entry}': {problem}", .path.display())]
    Entry {
        /// The file or directory.
        path: PathBuf,
        /// The entry's name.
        entry: String,
        /// What was expected and what came.
        problem: String,
    },
    /// The table of an entry is damaged.
    #[error("{}: entry '{entry}': {source}", .path.display())]
    Table {
        /// The catalogue.
        path: PathBuf,
        /// The entry's name.
        entry: String,
        /// What is wrong with the table.
        source: TableFileError,
    },
}
