//! `axmul assign`: assigns multipliers to the layers of a trained network, from its search. Needs no libtorch.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::ExitStatus;
use crate::cli::inputs::MultiplierSet;
use crate::cli::inputs::experiment::{as_used, captures, data_directory, multipliers, warn_of_mixed_costs};
use crate::cli::options::SourceArgs;
use crate::cli::output::{Console, OutputArgs, ReportFormat};
use crate::launch::Trainer;
use crate::report::{FigureFile, assignment_markdown, assignment_table, layers_figure};
use axmul_experiment::assignment::{Assignment, CostMetric, EnergySource, assign};
use axmul_experiment::{EvalRequest, RunDirectory, Split, StageName};

/// Reassign multipliers to the layers of a run: other catalogs, another metric, more or less noise
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul assign runs/mnist-lenet5
  axmul assign runs/mnist-lenet5 --catalog evoapprox --validate
  axmul assign runs/mnist-lenet5 exact-8s drum-4-8s ./libmine.so:mul8s_mine --metric area_um2
  axmul assign runs/mnist-lenet5 --energy activity
  axmul assign runs/mnist-lenet5 --scale-sigma 2 --format json

Uses what the stage `search` captured: operand histograms, standard deviations of the outputs, and
the noise that each layer tolerates. Nothing is trained; only --validate needs libtorch. It reports
the accuracy on the validation images with the weights of `search`, before any retraining.")]
pub(in crate::cli) struct AssignArgs {
    /// Directory of the run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// Candidate multipliers [default: everything in the selected catalogs, else those of the run]
    #[arg(value_name = "NAME|PATH")]
    names: Vec<String>,
    /// Seed whose search is used [default: the run's first]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Metric to minimize: power_mw, area_um2, delay_ns or energy_pj [default: that of the run]
    #[arg(long, value_name = "METRIC")]
    metric: Option<CostMetric>,
    /// Source of multiplication energy: catalog, or activity (circuits under each layer's operands) [default: that of
    /// the run]
    #[arg(long, value_name = "SOURCE", value_parser = crate::cli::options::energy_source)]
    energy: Option<EnergySource>,
    /// Scale the noise that each layer tolerates
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = factor)]
    scale_sigma: f64,
    /// Evaluate the assignment on the validation images (needs axmul-train)
    #[arg(long)]
    validate: bool,
    #[command(flatten)]
    output: OutputArgs<ReportFormat>,
    /// Plot relative energy and share of the multiplications per layer
    #[arg(long, value_name = "FILE.svg|png")]
    figure: Option<PathBuf>,
    #[command(flatten)]
    sources: SourceArgs,
}

fn factor(text: &str) -> Result<f64, String> {
    let valid = text.parse::<f64>().ok().filter(|factor| factor.is_finite() && *factor >= 0.0);
    valid.ok_or_else(|| "expected a number of at least 0".into())
}

pub(super) fn run(args: &AssignArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let output = args.output.open()?;
    let figure = args.figure.as_deref().map(FigureFile::open).transpose()?;
    let (directory, experiment, network) = RunDirectory::view(&args.run)?;
    args.sources.agree_with(experiment.signed)?;
    if experiment.measures_layers() {
        let front = directory.front(args.seed.or(experiment.seeds.first().copied()).unwrap_or_default());
        anyhow::bail!(
            "the search of this run measured its layers and learned no tolerances to assign by; what it chose from is \
             in {}; for tolerances, run it with --set stages.search.method=noise",
            front.display()
        );
    }
    let (seed, mut layers) = captures(&directory, &experiment, args.seed)?;
    for layer in &mut layers {
        layer.sigma *= args.scale_sigma;
    }

    let energy = args.energy.unwrap_or(experiment.energy);
    let metric = args.metric.unwrap_or(experiment.metric);
    if let Err(error) = energy.check(metric) {
        anyhow::bail!("{error}; omit --metric, or use --energy catalog");
    }
    let MultiplierSet { multipliers: listed, circuits } =
        if args.names.is_empty() && !args.sources.is_explicit() {
            multipliers(&experiment, energy, console)?
        } else {
            MultiplierSet::of_sources(&args.sources, experiment.signed, &args.names, energy, console)?
        };
    if energy == EnergySource::Catalog {
        warn_of_mixed_costs(&listed, console);
    }
    let used: Vec<_> = as_used(&experiment, listed.clone(), console).into_iter().map(Arc::new).collect();
    let energies = circuits.energies_by(energy, &layers)?;
    let assignment = assign(&layers, &used, energy.costing(metric, &energies))?;

    let text = match args.output.format {
        ReportFormat::Table => assignment_table(&assignment),
        ReportFormat::Markdown => assignment_markdown(&assignment),
        ReportFormat::Json => serde_json::to_string_pretty(&assignment)? + "\n",
    };
    console.deliver(text.as_bytes(), output)?;
    if let Some(file) = figure {
        file.commit(&layers_figure(&assignment)?)?;
    }
    if args.validate {
        let (trainer, data) = (Trainer::find()?, data_directory(&experiment)?);
        let result = trainer.eval(|output| EvalRequest {
            data_directory: data,
            checkpoint: directory.checkpoint(seed, StageName::Search),
            layers: choices(&assignment),
            wirings: BTreeMap::new(),
            split: Split::Validation,
            multipliers: listed,
            experiment: experiment.clone(),
            network,
            output,
        })?;
        console.note(format_args!(
            "top-1 on {} validation images before retraining: {:.2} %",
            result.images,
            100.0 * result.top1
        ));
    }
    Ok(ExitStatus::Done)
}

/// The multiplier of each layer, by names.
fn choices(assignment: &Assignment) -> BTreeMap<String, String> {
    assignment.layers.iter().map(|layer| (layer.name.clone(), layer.multiplier.clone())).collect()
}
