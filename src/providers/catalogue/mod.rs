//! Catalogues: lists of multipliers with their cost, published figures, licence and citation.
//!
//! - [`mod@file`]: YAML files, whose entries are tables, functions of shared libraries or members of families;
//! - [`directory`]: directories of tables with a CSV of figures;
//! - [`own`]: the catalogue inside this binary, and how it is built;
//! - [`shelf`]: catalogues that are known by name.

pub mod directory;
#[cfg(test)]
mod evoapprox_tests;
pub mod file;
pub mod own;
mod published;
pub mod shelf;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use shelf::{Shelf, ShelfError};

pub use published::{Contradiction, Figure, FigureError, FigureName, Published};

use super::entry::Entry;
use super::registry::Registry;
use super::tables::TableFileError;
use axmul_metrics::ProductTable;
use axmul_support::hex;

/// What a catalogue lists.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Its name.
    pub name: String,
    /// What it is, in a line; may be empty.
    pub description: String,
    /// Its multipliers, in its order.
    pub entries: Vec<Entry>,
    /// What the user should know about it.
    pub notes: Vec<String>,
    /// Entries that could not even be listed.
    pub failures: Vec<CatalogueError>,
}

impl Catalogue {
    /// Gives it another name, by which its entries are told from those of its namesake.
    pub fn rename(&mut self, name: String) {
        for entry in &mut self.entries {
            entry.catalogue.clone_from(&name);
        }
        self.name = name;
    }
}

/// Why a catalogue, or an entry of it, cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The file or directory cannot be read.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: Arc<std::io::Error>,
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
    /// The catalogue is named by what is neither a path nor a name that is known.
    #[error("{0}, and there is no file or directory of that name")]
    Shelf(#[from] shelf::ShelfError),
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

/// Opens what `--catalog` names: a catalogue of the [`shelf`] by its name, else a catalogue file or a directory;
/// `./name` is one in any case.
pub fn open_named(
    path: &Path,
    shelf: Option<&Shelf>,
    signed: Option<bool>,
    registry: &Registry,
) -> Result<Catalogue, CatalogueError> {
    let (Some(name), Some(shelf)) = (path.to_str().filter(|name| file::check_name(name).is_ok()), shelf)
    else {
        return open(path, signed, registry);
    };
    match open_shelved(name, shelf, signed, registry) {
        Err(CatalogueError::Shelf(ShelfError::Unknown { .. })) if path.exists() => {
            open(path, signed, registry)
        }
        opened => opened,
    }
}

/// Opens a catalogue of the [`shelf`].
pub(super) fn open_shelved(
    name: &str,
    shelf: &Shelf,
    signed: Option<bool>,
    registry: &Registry,
) -> Result<Catalogue, CatalogueError> {
    let found = shelf.find(name)?;
    let mut catalogue = open(&found.path, signed, registry)?;
    catalogue.rename(found.name);
    Ok(catalogue)
}

/// Opens a catalogue file or a directory. `signed` is how tables are read that do not say it.
pub fn open(path: &Path, signed: Option<bool>, registry: &Registry) -> Result<Catalogue, CatalogueError> {
    if path.is_dir() {
        let inside = path.join("catalogue.yaml");
        return if inside.is_file() { open_file(&inside, registry) } else { directory::open(path, signed) };
    }
    open_file(path, registry)
}

fn open_file(path: &Path, registry: &Registry) -> Result<Catalogue, CatalogueError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| CatalogueError::Io { path: path.into(), source: source.into() })?;
    file::parse(&text, path, registry)
}

/// Whether a path has the extension of a catalogue file.
pub(super) fn is_catalogue_path(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"))
}

/// SHA-256 of the products as little-endian 32-bit integers, row by row, in lower-case hexadecimal digits: what
/// `sha256` of a catalogue's entry holds, whatever the products are stored as.
pub fn table_digest(table: &ProductTable) -> String {
    let bytes: Vec<u8> = table.products().iter().flat_map(|product| product.to_le_bytes()).collect();
    hex(&Sha256::digest(bytes))
}
