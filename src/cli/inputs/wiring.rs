//! How the layers of a run are wired to their multipliers.

use std::collections::BTreeMap;

use anyhow::Context;

use axmul_experiment::assignment::LayerCapture;
use axmul_experiment::corrections::{OperandHistograms, Wiring, fit};
use axmul_experiment::{Experiment, RunDirectory, read_json};
use axmul_metrics::Tabulated;

/// The wiring of each layer: the one that came with an assignment, else, where the run measured its layers, one fitted to
/// the operands that they were seen to multiply. Runs with a noise search wire nothing.
pub(in crate::cli) fn complete_wirings(
    directory: &RunDirectory,
    experiment: &Experiment,
    seed: u64,
    (layers, multipliers): (&BTreeMap<String, String>, &[Tabulated]),
    mut given: BTreeMap<String, Wiring>,
) -> anyhow::Result<BTreeMap<String, Wiring>> {
    if !experiment.measures_layers() || layers.keys().all(|layer| given.contains_key(layer)) {
        return Ok(given);
    }
    let captures: Vec<LayerCapture> = read_json(&directory.captures(seed)).with_context(|| {
        format!(
            "multipliers are corrected for the operands of each layer; stage search of seed {seed} is missing"
        )
    })?;
    for (layer, name) in layers.iter().filter(|(layer, _)| !given.contains_key(*layer)).collect::<Vec<_>>() {
        let multiplier = multipliers.iter().find(|multiplier| multiplier.name == *name);
        let capture = captures.iter().find(|capture| capture.name == *layer);
        let (Some(multiplier), Some(capture)) = (multiplier, capture) else { continue };
        capture.check()?;
        let Some(seen) = OperandHistograms::of(capture) else { continue };
        let fitted = fit(&multiplier.table, &seen, experiment.corrections)
            .with_context(|| format!("multiplier '{name}' in layer '{layer}'"))?;
        given.insert(layer.clone(), fitted.wiring);
    }
    Ok(given)
}
