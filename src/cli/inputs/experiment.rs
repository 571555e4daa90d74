//! What the commands about experiments share: the multipliers and the images that an experiment names.

use std::path::PathBuf;

use anyhow::Context;

use super::MultiplierSet;
use crate::cli::output::Console;
use axmul_experiment::assignment::{EnergySource, LayerCapture};
use axmul_experiment::{Experiment, RunDirectory, read_json, sign_magnitude};
use axmul_metrics::compare::CostOrigin;
use axmul_metrics::{OperandFormat, Tabulated};
use axmul_providers::{Collection, MultiplierSources};

/// The multipliers of the experiment's catalogs, else of the built-in one, as the experiment names them: for
/// unsigned multipliers between signs and magnitudes, still the unsigned ones. For weights of other than 8 bits, which
/// the built-in catalog has none for, members of the families with the parameters of those in it.
pub(in crate::cli) fn multipliers(
    experiment: &Experiment,
    energy: EnergySource,
    console: &Console,
) -> anyhow::Result<MultiplierSet> {
    let sources = MultiplierSources {
        catalogs: experiment.catalog.iter().map(PathBuf::from).collect(),
        signed: experiment.signed,
        ..MultiplierSources::default()
    };
    let collection = Collection::open(&sources)?;
    let narrow = experiment.catalog.is_empty() && experiment.quantization.weights.bits != 8;
    let names =
        if narrow { collection.registry().members_of(experiment.operand_format()) } else { Vec::new() };
    let selected = MultiplierSet::select(&collection, &names, energy, console)
        .context("no multipliers for the experiment")?;
    if energy == EnergySource::Catalog {
        warn_of_mixed_costs(&selected.multipliers, console);
    }
    Ok(selected)
}

/// An assignment compares costs, and costs of different origins are not comparable.
pub(in crate::cli) fn warn_of_mixed_costs(multipliers: &[Tabulated], console: &Console) {
    let origins = CostOrigin::distinct(multipliers.iter().filter_map(|m| CostOrigin::of(&m.cost)));
    if origins.len() > 1 {
        let labels: Vec<String> = origins.iter().map(|origin| origin.label(&origins)).collect();
        console.warn(format_args!(
            "the costs come from {} sources or technologies, which are not comparable: {}",
            origins.len(),
            labels.join(" | ")
        ));
    }
}

/// Multipliers as the layers of the experiment use them: unsigned ones between signs and magnitudes are signed.
/// Those that cannot be used so are left out with a warning.
pub(in crate::cli) fn as_used(
    experiment: &Experiment,
    multipliers: Vec<Tabulated>,
    console: &Console,
) -> Vec<Tabulated> {
    if experiment.affine() {
        return multipliers;
    }
    let unsigned = OperandFormat::unsigned(8, experiment.operand_format().width_b());
    let mut used = Vec::new();
    for multiplier in multipliers {
        if multiplier.format().is_signed() {
            used.push(multiplier);
            continue;
        }
        match sign_magnitude(&multiplier, unsigned) {
            Ok(signed) => used.push(signed),
            Err(error) => console.warn(error),
        }
    }
    used
}

/// A seed of a run, by default its first, and what the layers told about themselves in its search.
pub(in crate::cli) fn captures(
    directory: &RunDirectory,
    experiment: &Experiment,
    seed: Option<u64>,
) -> anyhow::Result<(u64, Vec<LayerCapture>)> {
    let seed = seed.or(experiment.seeds.first().copied()).context("the run has no seed")?;
    let captures = read_json(&directory.captures(seed))
        .with_context(|| format!("the stage search of seed {seed} has not run"))?;
    Ok((seed, captures))
}

/// Where the experiment's images lie, after a look whether they are all there.
pub(in crate::cli) fn data_directory(experiment: &Experiment) -> anyhow::Result<PathBuf> {
    let source = experiment.data.source();
    let place = source.place(experiment.data.directory.as_deref()).context("data.name")?;
    source.verify(&place).context("the images of the experiment are incomplete")?;
    Ok(place)
}
