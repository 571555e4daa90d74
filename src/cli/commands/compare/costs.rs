//! `--cost`: all multipliers by one backend.

use anyhow::bail;
use rayon::prelude::*;

use crate::cli::options::costing::{BackendName, CostBackends, CostingOptions, KnownCosts};
use crate::cli::output::Console;
use axmul_metrics::compare::ComparisonRow;
use axmul_providers::costs::{BackendError, Costed};
use axmul_providers::{CatalogEntry, Collection};

/// How many multipliers or failures a message spells out.
const SPELT_OUT: usize = 6;

/// What came of costing one multiplier.
pub(super) enum CostOutcome {
    Costed(Box<Costed>),
    /// The backend has nothing to go by: no circuit, or no published figures.
    NoFigures,
    Failed(anyhow::Error),
}

/// What comes of costing these by one backend, in their order.
pub(super) fn outcomes(
    entries: &[CatalogEntry],
    backend: BackendName,
    costing: &CostingOptions,
    collection: &Collection,
    console: &Console,
) -> Vec<CostOutcome> {
    let backends = CostBackends::new(costing, collection.cache());
    let progress = console.progress("costing");
    let done = std::sync::atomic::AtomicU64::new(0);
    entries
        .par_iter()
        .map(|entry| {
            let outcome = cost(&backends, backend, costing, collection, entry);
            progress
                .set_steps(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, entries.len() as u64);
            outcome
        })
        .collect()
}

/// The rows with what came of costing them by one backend. Those that it has no figures of have none, and are told.
pub(super) fn recost(
    rows: Vec<ComparisonRow>,
    outcomes: Vec<CostOutcome>,
    backend: BackendName,
    console: &Console,
) -> anyhow::Result<Vec<ComparisonRow>> {
    let outcomes = rows.into_iter().zip(outcomes);
    let (mut rows, mut without, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for (row, outcome) in outcomes {
        let costed = match outcome {
            CostOutcome::Costed(costed) => *costed,
            CostOutcome::NoFigures => {
                without.push(row.name.clone());
                Costed::default()
            }
            CostOutcome::Failed(error) => {
                failures.push(format!("{error:#}"));
                Costed::default()
            }
        };
        for note in &costed.notes {
            console.warn(note);
        }
        rows.push(row.with_cost(&costed.cost()));
    }
    let name = clap::ValueEnum::to_possible_value(&backend).map_or_else(String::new, |v| v.get_name().into());
    if without.len() + failures.len() == rows.len() {
        let first = failures.first().map(|failure| format!(": {failure}"));
        bail!(
            "none of the {} multipliers has costs from backend {name}{}; choose another with --cost, or omit it",
            rows.len(),
            first.unwrap_or_default()
        );
    }
    if !without.is_empty() {
        let why = match backend {
            BackendName::Published => "no published figures",
            BackendName::AsMapped => "not netlists of its cells",
            _ => "no circuit",
        };
        console.warn(format_args!(
            "{} of {} multipliers have no costs from backend {name} ({why}): {}",
            without.len(),
            rows.len(),
            some_of(&without, ", ")
        ));
    }
    if !failures.is_empty() {
        console.warn(format_args!(
            "{} of {} multipliers could not be costed: {}",
            failures.len(),
            rows.len(),
            some_of(&failures, "; ")
        ));
    }
    Ok(rows)
}

fn cost(
    backends: &CostBackends<'_>,
    backend: BackendName,
    costing: &CostingOptions,
    collection: &Collection,
    entry: &CatalogEntry,
) -> CostOutcome {
    let Some(backend) = backends.backend(backend) else { return CostOutcome::NoFigures };
    let known =
        || anyhow::Ok((KnownCosts::of(collection, entry)?, costing.conditions(&entry.name, entry.format)?));
    let (known, conditions) = match known() {
        Ok(known) => known,
        Err(error) => return CostOutcome::Failed(error),
    };
    match backend.cost(&known.subject(&entry.name), &conditions) {
        Ok(costed) => CostOutcome::Costed(Box::new(costed)),
        Err(
            BackendError::NoCircuit { .. } | BackendError::NoFigures { .. } | BackendError::NotPlaced { .. },
        ) => CostOutcome::NoFigures,
        Err(error) => CostOutcome::Failed(error.into()),
    }
}

fn some_of(texts: &[String], between: &str) -> String {
    let mut some: String = texts.iter().take(SPELT_OUT).map(String::as_str).collect::<Vec<_>>().join(between);
    if texts.len() > SPELT_OUT {
        some.push_str(&format!(" and {} more", texts.len() - SPELT_OUT));
    }
    some
}
