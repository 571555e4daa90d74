//! Commands that work on exactly one multiplier.

use std::sync::Arc;

use axmul_api::Netlist;

use crate::cli::output::Console;
use axmul_metrics::{Evaluated, NoTable, Products};
use axmul_providers::{CatalogEntry, Collection};

/// A name or path that matches several multipliers where one is needed.
#[derive(Debug, thiserror::Error)]
#[error("'{name}' matches {} multipliers: {}; choose one", .candidates.len(), listed(.candidates))]
pub(in crate::cli) struct Several {
    name: String,
    candidates: Vec<String>,
}

/// How many candidates an error message spells out.
const SPELT_OUT: usize = 12;

fn listed(candidates: &[String]) -> String {
    let mut text = candidates.iter().take(SPELT_OUT).map(String::as_str).collect::<Vec<_>>().join(", ");
    if candidates.len() > SPELT_OUT {
        text.push_str(&format!(" and {} more", candidates.len() - SPELT_OUT));
    }
    text
}

/// The one multiplier of a name, found and not yet evaluated.
pub(in crate::cli) struct SingleEntry<'a> {
    collection: &'a Collection,
    pub entry: CatalogEntry,
}

impl<'a> SingleEntry<'a> {
    /// The one entry of `name`, with the warnings that go with it.
    pub fn find(collection: &'a Collection, name: &str, console: &Console) -> anyhow::Result<Self> {
        for warning in collection.warnings() {
            console.about(warning);
        }
        Self::find_another(collection, name, console)
    }

    /// [`Self::find`] without the warnings about the collection itself.
    pub fn find_another(collection: &'a Collection, name: &str, console: &Console) -> anyhow::Result<Self> {
        let (mut entries, warnings) = collection.find(name)?;
        for warning in &warnings {
            console.about(warning);
        }
        match entries.pop() {
            Some(entry) if entries.is_empty() => Ok(Self { collection, entry }),
            last => {
                let candidates = entries.into_iter().chain(last).map(|entry| entry.name).collect();
                Err(Several { name: name.into(), candidates }.into())
            }
        }
    }

    /// Its metrics, with a progress bar and warnings.
    pub fn evaluate(&self, console: &Console) -> anyhow::Result<Arc<Evaluated>> {
        let progress = console.progress("evaluating");
        let outcome = self.collection.evaluate(&self.entry, &|done, total| progress.set_pairs(done, total));
        drop(progress);
        let (evaluated, warnings) = outcome?;
        for warning in warnings {
            console.about(&warning);
        }
        Ok(evaluated)
    }

    /// Its circuit, where one is known.
    pub fn circuit(&self) -> anyhow::Result<Option<Netlist>> {
        Ok(self.collection.circuit(&self.entry)?)
    }

    /// Its products, on demand.
    pub fn products(&self) -> anyhow::Result<Box<dyn Products>> {
        Ok(self.collection.products(&self.entry)?)
    }

    /// Refuses operands that are too wide for a table, before anything is evaluated.
    pub fn expect_table(&self) -> Result<(), NoTable> {
        if self.entry.is_wide() {
            return Err(NoTable { name: self.entry.name.clone(), format: self.entry.format });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        let candidates: Vec<String> = (0..15).map(|i| format!("m{i}")).collect();
        let message = Several { name: "all".into(), candidates }.to_string();
        assert_eq!(
            message,
            "'all' matches 15 multipliers: m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11 and 3 more; \
             choose one"
        );
    }
}
