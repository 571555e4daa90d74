//! The circuits of multipliers, where energy is asked for under the operands of layers.

use anyhow::Context;
use rayon::prelude::*;

use super::console::Console;
use axmul_experiment::Circuits;
use axmul_experiment::assignment::EnergySource;
use axmul_metrics::Tabulated;
use axmul_providers::{Collection, Entry};

/// How many names a warning spells out.
const SPELT_OUT: usize = 6;

/// Multipliers with their tables, and the circuits of those that have one if they are asked for.
pub(super) struct Listed {
    pub multipliers: Vec<Tabulated>,
    pub circuits: Circuits,
}

impl Listed {
    /// Adds circuits of the cells of our library, where energies come from activity.
    pub fn new(
        collection: &Collection,
        (multipliers, entries): (Vec<Tabulated>, &[Entry]),
        energy: EnergySource,
        console: &Console,
    ) -> anyhow::Result<Self> {
        if energy == EnergySource::Catalogue {
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
                "energy by activity needs circuits, so these are not assigned: {}{more}",
                names.join(", ")
            ));
        }
        let circuits = known.into_iter().filter_map(|(name, mapped)| Some((name, mapped?))).collect();
        Ok(Self { multipliers, circuits: Circuits(circuits) })
    }
}
