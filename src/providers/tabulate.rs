//! Products of operands of at most 8 bits each, all of them, and what the cache keeps of them.

use std::path::Path;

use axmul_api::Multiplier;
use serde::{Deserialize, Serialize};

use super::cache::{Cache, Key};
use super::catalog::{CatalogError, table_digest};
use super::entry::CatalogEntry;
use super::error::{MultiplierError, Warning};
use super::limits::Limits;
use super::netlists::NetlistOptions;
use super::options::PairSampling;
use super::registry::Registry;
use super::shared_library::{self, LibraryRequest, Loaded};
use super::tables::{self, TableFile, TableFileError};
use axmul_metrics::{Cost, ErrorMap, Metrics, OperandFormat, ProductTable, Provenance};

/// What evaluating needs beside the entry.
pub(super) struct Evaluator {
    pub registry: Registry,
    pub cache: Cache,
    pub limits: Limits,
    pub sampling: PairSampling,
    /// How netlists are read that are named by their paths.
    pub netlists: NetlistOptions,
}

/// A table as the cache keeps it, with the metrics, which take longer to compute than a table to read.
#[derive(Serialize, Deserialize)]
pub(super) struct MeasuredTable {
    pub table: ProductTable,
    pub metrics: Metrics,
}

impl MeasuredTable {
    pub fn new(table: ProductTable) -> Self {
        Self { metrics: Metrics::uniform(&ErrorMap::new(&table)), table }
    }
}

/// A file of products as the cache keeps it.
#[derive(Serialize, Deserialize)]
pub(super) struct FileOfProducts {
    pub measured: MeasuredTable,
    /// How the signedness became known, for the provenance.
    pub description: String,
    /// See [`TableFile::against_name`].
    pub against_name: bool,
}

/// A multiplier of a shared library as the cache keeps it.
#[derive(Serialize, Deserialize)]
pub(super) struct LibraryMember {
    pub name: String,
    pub provider: String,
    pub format: OperandFormat,
    pub cost: Cost,
    pub provenance: Provenance,
    /// `None` where the operands are too wide for a table.
    pub measured: Option<MeasuredTable>,
}

impl From<Loaded> for LibraryMember {
    fn from(Loaded { name, provider, format, cost, provenance, table }: Loaded) -> Self {
        Self { name, provider, format, cost, provenance, measured: table.map(MeasuredTable::new) }
    }
}

impl Evaluator {
    /// The table of an entry that is a file of products.
    pub fn table_of(&self, entry: &CatalogEntry, path: &Path) -> Result<MeasuredTable, MultiplierError> {
        let FileOfProducts { measured, .. } =
            self.read_table(path, Some(entry.format.is_signed())).map_err(|source| CatalogError::Table {
                path: entry.origin.clone(),
                entry: entry.name.clone(),
                source,
            })?;
        let got = measured.table.format();
        if got != entry.format {
            let problem = format!(
                "expected a table for operands {}, {} is one for {got}",
                entry.format,
                path.display()
            );
            return Err(failure(entry, problem));
        }
        check_digest(entry, &measured.table)?;
        Ok(measured)
    }

    /// Cached only where the entry says what the products hash to: nothing else in a key could tell two builds
    /// of one family apart.
    pub fn tabulate_member(
        &self,
        entry: &CatalogEntry,
        family: &str,
        parameters: &[u32],
        multiplier: &dyn Multiplier,
    ) -> Result<MeasuredTable, MultiplierError> {
        let make = || {
            let table =
                ProductTable::tabulate(multiplier).map_err(|error| failure(entry, error.to_string()))?;
            check_digest(entry, &table).map(|()| MeasuredTable::new(table))
        };
        let Some(digest) = &entry.sha256 else { return make() };
        let member = format!("{family} {parameters:?} {} {}", entry.format, env!("CARGO_PKG_VERSION"));
        self.cache.get_or(&Key::new("family").with(member.as_bytes()).with(digest.as_bytes()), make)
    }

    /// Kept by the library's bytes and what is asked of it. Libraries that it is linked with are not in the key:
    /// where one of those changes, switch the cache off.
    pub fn tabulate_library(
        &self,
        path: &Path,
        request: &LibraryRequest,
    ) -> Result<Vec<LibraryMember>, MultiplierError> {
        let make = || {
            let found = shared_library::tabulate(path, request, &self.limits)?;
            Ok(found.into_iter().map(LibraryMember::from).collect())
        };
        match library_key("library", path, request) {
            Some(key) => self.cache.get_or(&key, make),
            None => make(),
        }
    }

    /// A file of products, read as `signed` where it does not say.
    pub fn read_table(&self, path: &Path, signed: Option<bool>) -> Result<FileOfProducts, TableFileError> {
        let bytes = tables::read_bytes(path)?;
        // All that the parser goes by: extension, option, and what the name says.
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let said = format!("{signed:?} {:?}", tables::signedness::from_name(&name));
        let key = Key::new("table").with(extension.as_encoded_bytes()).with(said.as_bytes()).with(&bytes);
        self.cache.get_or(&key, || {
            let file = TableFile::parse(path, &bytes, signed)?;
            Ok(FileOfProducts {
                description: file.describe(),
                against_name: file.against_name,
                measured: MeasuredTable::new(file.table),
            })
        })
    }
}

/// The key of what `request` asks of the library at `path`; `None` for one that cannot be read, which is left to the
/// one place that can say why.
pub(super) fn library_key(kind: &str, path: &Path, request: &LibraryRequest) -> Option<Key> {
    if !path.is_file() {
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    Some(
        Key::new(kind)
            .with(env!("CARGO_PKG_VERSION").as_bytes())
            .with(path.as_os_str().as_encoded_bytes())
            .with(format!("{request:?}").as_bytes())
            .with(&bytes),
    )
}

pub(super) fn failure(entry: &CatalogEntry, problem: String) -> MultiplierError {
    CatalogError::Entry { path: entry.origin.clone(), entry: entry.name.clone(), problem }.into()
}

/// Published figures that `metrics`, over all operand pairs, do not bear out.
pub(super) fn contradictions(entry: &CatalogEntry, metrics: &Metrics) -> Vec<Warning> {
    if entry.published.is_empty() {
        return Vec::new();
    }
    let origin = entry.origin.display().to_string();
    let found = entry.published.contradictions(&origin, &entry.name, metrics);
    found.into_iter().map(Warning::Contradiction).collect()
}

pub(super) fn check_digest(entry: &CatalogEntry, table: &ProductTable) -> Result<(), MultiplierError> {
    let Some(expected) = &entry.sha256 else { return Ok(()) };
    let got = table_digest(table);
    if *expected == got {
        return Ok(());
    }
    let problem = format!(
        "sha256: expected products that hash to {expected}, got {got}; the table or the model has changed"
    );
    Err(failure(entry, problem))
}
