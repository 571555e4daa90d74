//! Catalogs: lists of multipliers with their cost, published figures, licence and citation.
//!
//! - [`mod@file`]: YAML files, whose entries are tables, functions of shared libraries or members of families;
//! - [`directory`]: directories of tables with a CSV of figures;
//! - [`own`]: the catalog inside this binary, and how it is built;
//! - [`store`]: catalogs that are known by name.

pub mod directory;
#[cfg(test)]
mod evoapprox_tests;
pub mod file;
pub mod own;
mod published;
pub mod store;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use store::{CatalogStore, CatalogStoreError};

pub use published::{Contradiction, FigureName, PublishedFigure, PublishedFigureError, PublishedFigures};

use super::entry::CatalogEntry;
use super::registry::Registry;
use super::tables::TableFileError;
use axmul_metrics::ProductTable;
use axmul_support::hex;

/// What a catalog lists.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Its name.
    pub name: String,
    /// What it is, in a line; may be empty.
    pub description: String,
    /// Its multipliers, in its order.
    pub entries: Vec<CatalogEntry>,
    /// What the user should know about it.
    pub notes: Vec<String>,
    /// Entries that could not even be listed.
    pub failures: Vec<CatalogError>,
}

impl Catalog {
    /// Gives it another name, by which its entries are told from those of its namesake.
    pub fn rename(&mut self, name: String) {
        for entry in &mut self.entries {
            entry.catalog.clone_from(&name);
        }
        self.name = name;
    }
}

/// Why a catalog, or an entry of it, cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CatalogError {
    /// The file or directory cannot be read.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// The file is no catalog.
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
    /// The catalog is named by what is neither a path nor a name that is known.
    #[error("{0}, and there is no file or directory of that name")]
    Shelf(#[from] store::CatalogStoreError),
    /// The table of an entry is damaged.
    #[error("{}: entry '{entry}': {source}", .path.display())]
    Table {
        /// The catalog.
        path: PathBuf,
        /// The entry's name.
        entry: String,
        /// What is wrong with the table.
        source: TableFileError,
    },
}

/// Opens what `--catalog` names: a catalog of the [`store`] by its name, else a catalog file or a directory;
/// `./name` is one in any case.
pub fn open_named(
    path: &Path,
    store: Option<&CatalogStore>,
    signed: Option<bool>,
    registry: &Registry,
) -> Result<Catalog, CatalogError> {
    let (Some(name), Some(store)) = (path.to_str().filter(|name| file::check_name(name).is_ok()), store)
    else {
        return open(path, signed, registry);
    };
    match open_stored(name, store, signed, registry) {
        Err(CatalogError::Shelf(CatalogStoreError::Unknown { .. })) if path.exists() => {
            open(path, signed, registry)
        }
        opened => opened,
    }
}

/// Opens a catalog of the [`store`].
pub(super) fn open_stored(
    name: &str,
    store: &CatalogStore,
    signed: Option<bool>,
    registry: &Registry,
) -> Result<Catalog, CatalogError> {
    let found = store.find(name)?;
    let mut catalog = open(&found.path, signed, registry)?;
    catalog.rename(found.name);
    Ok(catalog)
}

/// Opens a catalog file or a directory. `signed` is how tables are read that do not say it.
pub fn open(path: &Path, signed: Option<bool>, registry: &Registry) -> Result<Catalog, CatalogError> {
    if path.is_dir() {
        return match file_in(path) {
            Some(inside) => open_file(&inside, registry),
            None => directory::open(path, signed),
        };
    }
    open_file(path, registry)
}

/// The catalog file of a directory, if it has one: `catalog.yaml`, or in the British spelling, `catalogue.yaml`.
pub(super) fn file_in(directory: &Path) -> Option<PathBuf> {
    ["catalog.yaml", "catalogue.yaml"]
        .map(|name| directory.join(name))
        .into_iter()
        .find(|path| path.is_file())
}

fn open_file(path: &Path, registry: &Registry) -> Result<Catalog, CatalogError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| CatalogError::Io { path: path.into(), source: source.into() })?;
    file::parse(&text, path, registry)
}

/// Whether a path has the extension of a catalog file.
pub(super) fn is_catalog_path(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"))
}

/// SHA-256 of the products as little-endian 32-bit integers, row by row, in lower-case hexadecimal digits: what
/// `sha256` of a catalog's entry holds, whatever the products are stored as.
pub fn table_digest(table: &ProductTable) -> String {
    let bytes: Vec<u8> = table.products().iter().flat_map(|product| product.to_le_bytes()).collect();
    hex(&Sha256::digest(bytes))
}
