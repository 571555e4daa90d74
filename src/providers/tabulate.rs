//! From an entry to its products.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axmul_api::{Multiplier, Provider};
use serde::{Deserialize, Serialize};

use super::cache::{Cache, Key};
use super::catalogue::{Catalogue, CatalogueError, Published, table_digest};
use super::collection::FAMILIES;
use super::cost;
use super::entry::{Entry, Model};
use super::error::{SourceError, Warning};
use super::limits::Limits;
use super::registry::Registry;
use super::shared_library::{self, Reference, Request};
use super::tables::{self, TableFile, TableFileError};
use crate::multiplier::{Cost, ErrorMap, Metrics, ProductTable, Provenance, Tabulated};

/// What tabulating needs beside the entry.
pub(super) struct Workshop {
    pub registry: Registry,
    pub cache: Cache,
    pub limits: Limits,
}

/// A table as the cache keeps it.
#[derive(Serialize, Deserialize)]
struct Measured {
    table: ProductTable,
    /// Kept because they take longer than reading the table.
    metrics: Metrics,
    /// How the signedness became known, for the provenance.
    description: String,
    /// See [`TableFile::against_name`].
    against_name: bool,
}

impl Workshop {
    /// The products of an entry, and whether its published figures hold.
    pub fn tabulate(&self, entry: &Entry) -> Result<(Arc<Tabulated>, Vec<Warning>), SourceError> {
        match &entry.model {
            Model::Tabulated(tabulated) => Ok((tabulated.clone(), Vec::new())),
            Model::Table(path) => {
                let Measured { table, metrics, .. } = self
                    .read_table(path, Some(entry.format.is_signed()))
                    .map_err(|source| CatalogueError::Table {
                    path: entry.origin.clone(),
                    entry: entry.name.clone(),
                    source,
                })?;
                let got = table.format();
                if got != entry.format {
                    let problem = format!(
                        "expected a table for operands {}, {} is one for {got}",
                        entry.format,
                        path.display()
                    );
                    return Err(failure(entry, problem));
                }
                check_digest(entry, &table)?;
                Ok((Arc::new(finish(entry, table)), contradictions(entry, || metrics)))
            }
            Model::Family { family, parameters } => {
                let multiplier = self.registry.member(family, parameters, entry.format)?;
                let table = self.tabulate_member(entry, family, parameters, multiplier.as_ref())?;
                let mut tabulated = finish(entry, table);
                if tabulated.provenance.documentation.is_empty() {
                    tabulated.provenance.documentation = multiplier.documentation();
                }
                if tabulated.cost.is_empty() {
                    tabulated.cost = cost::of_model(multiplier.as_ref());
                }
                let warnings = contradictions(entry, || tabulated.metrics());
                Ok((Arc::new(tabulated), warnings))
            }
            Model::Library { path, symbol, signature } => {
                let request = Request::Symbol {
                    symbol: symbol.clone(),
                    signature: *signature,
                    format: Some(entry.format),
                };
                let mut found = self.tabulate_library(path, &request)?;
                let computed = found.pop().ok_or_else(|| failure(entry, format!("{symbol} gave nothing")))?;
                check_digest(entry, &computed.table)?;
                let mut tabulated = finish(entry, computed.table);
                if tabulated.cost.is_empty() {
                    tabulated.cost = computed.cost;
                }
                let warnings = contradictions(entry, || tabulated.metrics());
                Ok((Arc::new(tabulated), warnings))
            }
        }
    }

    /// Cached only where the entry says what the products hash to: nothing else in a key could tell two builds
    /// of one family apart.
    fn tabulate_member(
        &self,
        entry: &Entry,
        family: &str,
        parameters: &[u32],
        multiplier: &dyn Multiplier,
    ) -> Result<ProductTable, SourceError> {
        let make = || {
            let table =
                ProductTable::tabulate(multiplier).map_err(|error| failure(entry, error.to_string()))?;
            check_digest(entry, &table).map(|()| table)
        };
        let Some(digest) = &entry.sha256 else { return make() };
        let member = format!("{family} {parameters:?} {} {}", entry.format, env!("CARGO_PKG_VERSION"));
        self.cache.get_or(&Key::new("family").with(member.as_bytes()).with(digest.as_bytes()), make)
    }

    /// The entry of a table that was named by its path, and a remark about it.
    pub fn table_entry(
        &self,
        path: &Path,
        signed: Option<bool>,
    ) -> Result<(Entry, Option<String>), TableFileError> {
        let Measured { table, description, against_name, .. } = self.read_table(path, signed)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let format = table.format();
        let tabulated = Tabulated {
            name: name.clone(),
            provider: "file".into(),
            table,
            cost: Cost::default(),
            provenance: Provenance {
                origin: format!("table {}", path.display()),
                documentation: description,
                ..Provenance::default()
            },
        };
        let note = against_name.then(|| {
            format!(
                "{}: read as {} because that was asked for; its name says otherwise",
                path.display(),
                if format.is_signed() { "signed" } else { "unsigned" },
            )
        });
        Ok((tabulated_entry(tabulated, path), note))
    }

    /// The entry of a member of a family that no catalogue lists.
    pub fn family_entry(
        &self,
        provider: &dyn Provider,
        parameters: &[u32],
        multiplier: &dyn Multiplier,
    ) -> Entry {
        let values = provider.parameters().iter().zip(parameters);
        let origin = values.fold(format!("family {}", provider.name()), |text, (parameter, value)| {
            format!("{text}, {} {value}", parameter.name)
        });
        Entry {
            name: multiplier.name(),
            catalogue: FAMILIES.into(),
            provider: provider.name().into(),
            format: multiplier.format(),
            cost: cost::of_model(multiplier),
            provenance: Provenance {
                origin,
                licence: None,
                citation: Some(provider.citation().into()),
                documentation: multiplier.documentation(),
            },
            published: Published::default(),
            model: Model::Family { family: provider.name().into(), parameters: parameters.into() },
            sha256: None,
            origin: PathBuf::from(FAMILIES),
        }
    }

    /// The multipliers of a shared library, as a [`Reference`] names them. They are computed to be listed: only
    /// the library itself knows what it holds.
    pub fn library(&self, reference: &str) -> Result<Catalogue, SourceError> {
        let Reference { path, request } = reference.parse()?;
        let found = self.tabulate_library(&path, &request)?;
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let name = file.split('.').next().unwrap_or_default().to_owned();
        let entries = found.into_iter().map(|tabulated| Entry {
            catalogue: name.clone(),
            ..tabulated_entry(tabulated, Path::new(reference))
        });
        Ok(Catalogue { entries: entries.collect(), name: name.clone(), ..Catalogue::default() })
    }

    /// Kept by the library's bytes and what is asked of it. Libraries that it is linked with are not in the key:
    /// where one of those changes, switch the cache off.
    fn tabulate_library(&self, path: &Path, request: &Request) -> Result<Vec<Tabulated>, SourceError> {
        let make = || Ok(shared_library::tabulate(path, request, &self.limits)?);
        // What cannot be read is left to the one place that can say why.
        if !path.is_file() {
            return make();
        }
        let Ok(bytes) = std::fs::read(path) else { return make() };
        let key = Key::new("library")
            .with(env!("CARGO_PKG_VERSION").as_bytes())
            .with(path.as_os_str().as_encoded_bytes())
            .with(format!("{request:?}").as_bytes())
            .with(&bytes);
        self.cache.get_or(&key, make)
    }

    fn read_table(&self, path: &Path, signed: Option<bool>) -> Result<Measured, TableFileError> {
        let bytes = tables::read_bytes(path)?;
        // All that the parser goes by: extension, option, and what the name says.
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let said = format!("{signed:?} {:?}", tables::signedness::from_name(&name));
        let key = Key::new("table").with(extension.as_encoded_bytes()).with(said.as_bytes()).with(&bytes);
        self.cache.get_or(&key, || {
            let file = TableFile::parse(path, &bytes, signed)?;
            Ok(Measured {
                metrics: Metrics::uniform(&ErrorMap::new(&file.table)),
                description: file.describe(),
                against_name: file.against_name,
                table: file.table,
            })
        })
    }
}

/// The entry of products that are there already.
fn tabulated_entry(tabulated: Tabulated, origin: &Path) -> Entry {
    Entry {
        name: tabulated.name.clone(),
        catalogue: tabulated.provider.clone(),
        provider: tabulated.provider.clone(),
        format: tabulated.format(),
        cost: tabulated.cost.clone(),
        provenance: tabulated.provenance.clone(),
        published: Published::default(),
        model: Model::Tabulated(Arc::new(tabulated)),
        sha256: None,
        origin: origin.into(),
    }
}

fn failure(entry: &Entry, problem: String) -> SourceError {
    CatalogueError::Entry { path: entry.origin.clone(), entry: entry.name.clone(), problem }.into()
}

fn contradictions(entry: &Entry, metrics: impl FnOnce() -> Metrics) -> Vec<Warning> {
    if entry.published.is_empty() {
        return Vec::new();
    }
    let origin = entry.origin.display().to_string();
    let found = entry.published.contradictions(&origin, &entry.name, &metrics());
    found.into_iter().map(Warning::Contradiction).collect()
}

fn check_digest(entry: &Entry, table: &ProductTable) -> Result<(), SourceError> {
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

fn finish(entry: &Entry, table: ProductTable) -> Tabulated {
    Tabulated {
        name: entry.name.clone(),
        provider: entry.provider.clone(),
        table,
        cost: entry.cost.clone(),
        provenance: entry.provenance.clone(),
    }
}
