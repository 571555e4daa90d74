//! Multipliers with their tables, and with their circuits where energies come from activity.

use anyhow::Context;
use rayon::prelude::*;

use crate::cli::options::SourceArgs;
use crate::cli::output::Console;
use axmul_experiment::Circuits;
use axmul_experiment::assignment::EnergySource;
use axmul_metrics::Tabulated;
use axmul_providers::{CatalogEntry, Collection, Warning};

/// How many names a warning spells out.
const SPELT_OUT: usize = 6;

/// Multipliers with their tables, and the circuits of those that have one where energies need them.
pub(in crate::cli) struct MultiplierSet {
    pub multipliers: Vec<Tabulated>,
    pub circuits: Circuits,
}

impl MultiplierSet {
    /// The multipliers of `names` with tables, or all of `sources` if `names` is empty: signed ones, or unsigned ones.
    pub fn of_sources(
        sources: &SourceArgs,
        signed: Option<bool>,
        names: &[String],
        energy: EnergySource,
        console: &Console,
    ) -> anyhow::Result<Self> {
        Self::select(&sources.with_signedness(signed).open()?, names, energy, console)
    }

    /// The multipliers of `names` with tables, or all of the collection if `names` is empty, with a progress bar and
    /// warnings.
    pub fn select(
        collection: &Collection,
        names: &[String],
        energy: EnergySource,
        console: &Console,
    ) -> anyhow::Result<Self> {
        let progress = console.progress("tabulating");
        let tables = collection.select_tables(names, &|now| progress.show(now));
        drop(progress);
        let tables = tables?;
        warn(&tables.warnings, console);
        Self::new(collection, (tables.multipliers, &tables.entries), energy, console)
    }

    /// Adds circuits mapped onto the built-in cells, where energies come from activity.
    fn new(
        collection: &Collection,
        (multipliers, entries): (Vec<Tabulated>, &[CatalogEntry]),
        energy: EnergySource,
        console: &Console,
    ) -> anyhow::Result<Self> {
        if energy == EnergySource::Catalog {
            return Ok(Self { multipliers, circuits: Circuits::default() });
        }
        let mapped: Result<Vec<_>, anyhow::Error> = entries
            .par_iter()
            .map(|entry| {
                let circuit = collection.circuit(entry).with_context(|| entry.name.clone())?;
                Ok((entry.name.clone(), circuit.as_ref().map(Circuits::map)))
            })
            .collect();
        let (known, unknown): (Vec<_>, Vec<_>) =
            mapped?.into_iter().partition(|(_, mapped)| mapped.is_some());
        if !unknown.is_empty() {
            let names: Vec<&str> = unknown.iter().map(|(name, _)| name.as_str()).take(SPELT_OUT).collect();
            let more = unknown.len().saturating_sub(SPELT_OUT);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            console.warn(format_args!(
                "energy by activity needs circuits; not assigned: {}{more}",
                names.join(", ")
            ));
        }
        let circuits = known.into_iter().filter_map(|(name, mapped)| Some((name, mapped?))).collect();
        Ok(Self { multipliers, circuits: Circuits(circuits) })
    }
}

/// Prints warnings about multipliers.
pub(in crate::cli) fn warn(warnings: &[Warning], console: &Console) {
    for warning in warnings {
        console.about(warning);
    }
}
