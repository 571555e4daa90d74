//! From an entry to its products.

use std::sync::Arc;

use axmul_api::Multiplier;
use serde::{Deserialize, Serialize};

use super::cache::{Cache, Key};
use super::catalogue::{CatalogueError, table_digest};
use super::cost;
use super::entry::{Entry, Model};
use super::error::{SourceError, Warning};
use super::registry::Registry;
use super::tables::{self, TableFile};
use crate::multiplier::{Metrics, ProductTable, Tabulated};

/// What tabulating needs beside the entry.
pub(super) struct Workshop {
    pub registry: Registry,
    pub cache: Cache,
}

/// A table as the cache keeps it: with the metrics, which take longer than reading it.
#[derive(Serialize, Deserialize)]
struct Measured {
    table: ProductTable,
    metrics: Metrics,
    /// About how the file was read, for the provenance.
    remark: String,
}

impl Workshop {
    /// The products of an entry, and whether its published figures hold.
    pub fn tabulate(&self, entry: &Entry) -> Result<(Arc<Tabulated>, Vec<Warning>), SourceError> {
        let fail = |problem| CatalogueError::Entry {
            path: entry.origin.clone(),
            entry: entry.name.clone(),
            problem,
        };
        match &entry.model {
            Model::Tabulated(tabulated) => Ok((tabulated.clone(), Vec::new())),
            Model::Table(path) => {
                let in_catalogue = |source| CatalogueError::Table {
                    path: entry.origin.clone(),
                    entry: entry.name.clone(),
                    source,
                };
                let bytes = tables::read_bytes(path).map_err(in_catalogue)?;
                let signed = entry.format.is_signed();
                let key = Key::new("table").with(entry.format.to_string().as_bytes());
                let key = key.with(path.extension().unwrap_or_default().as_encoded_bytes()).with(&bytes);
                let measured = self.cache.get_or(&key, || {
                    let file = TableFile::parse(path, &bytes, Some(signed))?;
                    let remark = if file.wrapped { "Products read as two's complement." } else { "" };
                    Ok(Measured::new(file.table, remark.into()))
                });
                let measured = measured.map_err(in_catalogue)?;
                let got = measured.table.format();
                if got != entry.format {
                    return Err(fail(format!(
                        "expected a table for operands {}, {} is one for {got}",
                        entry.format,
                        path.display()
                    ))
                    .into());
                }
                check_digest(entry, &measured.table).map_err(fail)?;
                let contradictions = entry.published.contradictions(
                    &entry.origin.display().to_string(),
                    &entry.name,
                    &measured.metrics,
                );
                let warnings = contradictions.into_iter().map(Warning::Contradiction).collect();
                Ok((Arc::new(finish(entry, measured.table, &measured.remark)), warnings))
            }
            Model::Family { family, parameters } => {
                let multiplier = self.registry.member(family, parameters, entry.format)?;
                // Not cached: a family tabulates as fast as an entry is read, and no key could tell two builds
                // of one family apart.
                let table =
                    ProductTable::tabulate(multiplier.as_ref()).map_err(|error| fail(error.to_string()))?;
                check_digest(entry, &table).map_err(fail)?;
                let mut tabulated = finish(entry, table, "");
                describe(&mut tabulated, multiplier.as_ref());
                let mut warnings = Vec::new();
                if !entry.published.is_empty() {
                    let origin = entry.origin.display().to_string();
                    let found = entry.published.contradictions(&origin, &entry.name, &tabulated.metrics());
                    warnings.extend(found.into_iter().map(Warning::Contradiction));
                }
                Ok((Arc::new(tabulated), warnings))
            }
            Model::Library { path, .. } => {
                Err(fail(format!("{}: shared libraries are not wired in yet", path.display())).into())
            }
        }
    }
}

impl Measured {
    fn new(table: ProductTable, remark: String) -> Self {
        let metrics = Metrics::uniform(&crate::multiplier::ErrorMap::new(&table));
        Self { table, metrics, remark }
    }
}

fn check_digest(entry: &Entry, table: &ProductTable) -> Result<(), String> {
    let Some(expected) = &entry.sha256 else { return Ok(()) };
    let got = table_digest(table);
    if *expected == got {
        return Ok(());
    }
    Err(format!(
        "sha256: expected products that hash to {expected}, got {got}; the table or the model has changed"
    ))
}

fn finish(entry: &Entry, table: ProductTable, remark: &str) -> Tabulated {
    let mut provenance = entry.provenance.clone();
    if !remark.is_empty() {
        provenance.documentation = format!("{} {remark}", provenance.documentation).trim().to_owned();
    }
    Tabulated {
        name: entry.name.clone(),
        provider: entry.provider.clone(),
        table,
        cost: entry.cost.clone(),
        provenance,
    }
}

/// What only the model knows, where the entry does not say it.
fn describe(tabulated: &mut Tabulated, multiplier: &dyn Multiplier) {
    if tabulated.provenance.documentation.is_empty() {
        tabulated.provenance.documentation = multiplier.documentation();
    }
    if tabulated.cost.is_empty() {
        tabulated.cost = cost::of_model(multiplier);
    }
}
