//! `axmul eval`: evaluates a trained network with given multipliers on held-out images.
//!
//! The network is that of a run, or one with weights that others trained ([`published`]).

mod published;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use serde::Deserialize;

use crate::cli::ExitStatus;
use crate::cli::inputs::MultiplierSet;
use crate::cli::inputs::experiment::{data_directory, multipliers};
use crate::cli::inputs::wiring::complete_wirings;
use crate::cli::options::SourceArgs;
use crate::cli::output::{Console, OutputArgs, TextFormat};
use crate::launch::Trainer;
use axmul_experiment::assignment::EnergySource;
use axmul_experiment::corrections::Wiring;
use axmul_experiment::{
    EvalRequest, EvalResult, Experiment, FileError, Network, RunDirectory, Split, StageName, read_json,
};
use axmul_metrics::Tabulated;

/// Evaluate a trained network with given multipliers, without training
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul eval runs/mnist-lenet5                                  the retrained network as is
  axmul eval runs/mnist-lenet5 --multiplier drum-4-8s --stage quantize
  axmul eval runs/mnist-lenet5 --multiplier ./libmine.so:mul8s_mine --format json
  axmul eval runs/mnist-lenet5 --assignment mine.json --stage search --split validation

With pretrained weights, a safetensors file with torchvision's names:
  axmul eval --network resnet18 --weights resnet18.safetensors --input x.npy --logits y.npy
  axmul eval --network resnet18 --weights resnet18.safetensors --data photos \\
      --set data.resize=[224,224] \\
      --set 'data.normalize={mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}'
  axmul eval --network resnet8 --weights mine.safetensors --data cifar10 --multiplier drum-4-8s

--input is float32 or float64 [N, C, H, W], already normalized; --logits receives the logits. --data
reports the accuracy; --set changes the keys data: and quantization: of an experiment (see
experiments/mnist-lenet5.yaml), device and threads. Without multipliers the network runs in fp32.
With them it is quantized after training (PTQ): activation ranges are calibrated on capture.images
training images of --data, else on as many images of --input.")]
pub(in crate::cli) struct EvalArgs {
    /// Directory of the run
    #[arg(value_name = "RUN", required_unless_present = "network")]
    run: Option<PathBuf>,
    /// Network instead of a run: built-in or a file, with parameters after a colon
    #[arg(long, value_name = "NAME|FILE", requires = "weights", conflicts_with_all = ["run", "stage", "seed"])]
    network: Option<String>,
    /// Weights of the network
    #[arg(long, value_name = "FILE.safetensors", requires = "network")]
    weights: Option<PathBuf>,
    /// Images for the network: a data set (see `axmul data list`), or a folder or archive of images
    #[arg(long, value_name = "NAME|PATH", requires = "network", required_unless_present_any = ["run", "input"])]
    data: Option<String>,
    /// Override a setting: a dotted key and a YAML value. Repeatable
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "network")]
    set: Vec<String>,
    /// Input images
    #[arg(long, value_name = "FILE.npy", requires_all = ["network", "logits"])]
    input: Option<PathBuf>,
    /// Write logits, float32 [N, classes]
    #[arg(long, value_name = "FILE.npy", requires_all = ["network", "input"])]
    logits: Option<PathBuf>,
    /// Use one multiplier for all layers
    #[arg(long, value_name = "NAME|PATH", conflicts_with = "assignment")]
    multiplier: Option<String>,
    /// Assignment, as written by `axmul assign --format json` [default: that of the run]
    #[arg(long, value_name = "FILE.json")]
    assignment: Option<PathBuf>,
    /// Stage whose weights are used
    #[arg(long, value_name = "STAGE", default_value = "retrain")]
    stage: StageName,
    /// Seed whose weights are used [default: the run's first]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Split to evaluate: validation for choices, test for results
    #[arg(long, value_enum, default_value = "test")]
    split: SplitArg,
    #[command(flatten)]
    output: OutputArgs<TextFormat>,
    #[command(flatten)]
    sources: SourceArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SplitArg {
    /// Held out from training
    Validation,
    /// Never used for choices
    Test,
}

impl From<SplitArg> for Split {
    fn from(images: SplitArg) -> Self {
        match images {
            SplitArg::Validation => Self::Validation,
            SplitArg::Test => Self::Test,
        }
    }
}

pub(super) fn run(args: &EvalArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let output_file = args.output.open()?;
    if let (Some(network), Some(weights)) = (&args.network, &args.weights) {
        return published::run(args, network, weights, output_file, console);
    }
    // Clap lets a RUN excuse a missing --network.
    if args.weights.is_some() || args.data.is_some() || args.input.is_some() || !args.set.is_empty() {
        bail!("--weights, --data, --set, --input and --logits need --network, not a run");
    }
    let run = args.run.as_deref().context("expected the directory of a run, or --network")?;
    let (directory, experiment, network) = RunDirectory::view(run)?;
    args.sources.agree_with(experiment.signed)?;
    let seed = args.seed.or(experiment.seeds.first().copied()).context("the run has no seed")?;
    let checkpoint = directory.checkpoint(seed, args.stage);
    if !checkpoint.is_file() {
        bail!(
            "the run has no weights of stage {} and seed {seed}: missing {}",
            args.stage,
            checkpoint.display()
        );
    }
    let LayerChoices { multipliers, layers, wirings } = match chosen(args, &experiment, &network, console)? {
        Some(chosen) => chosen,
        None => {
            let (layers, wirings) = read_assignment(&directory.assignment(seed))
                .context("the run has no assignment yet; add --multiplier or --assignment")?;
            LayerChoices { multipliers: listed(args, &experiment, console)?, layers, wirings }
        }
    };
    let wirings = complete_wirings(&directory, &experiment, seed, (&layers, &multipliers), wirings)?;
    let (trainer, data_directory) = (Trainer::find()?, data_directory(&experiment)?);
    let result = trainer.eval(|output| EvalRequest {
        experiment,
        network,
        multipliers,
        data_directory,
        checkpoint,
        layers,
        wirings,
        split: args.split.into(),
        output,
    })?;
    let text = match args.output.format {
        TextFormat::Text => line(&result),
        TextFormat::Json => serde_json::to_string_pretty(&result)? + "\n",
    };
    console.deliver(text.as_bytes(), output_file)?;
    Ok(ExitStatus::Done)
}

/// Multipliers, and which layer takes which of them.
struct LayerChoices {
    multipliers: Vec<Tabulated>,
    layers: BTreeMap<String, String>,
    /// How layers are wired, as far as an assignment says so.
    wirings: BTreeMap<String, Wiring>,
}

/// What `--multiplier` or `--assignment` ask for; `None` where there is neither.
fn chosen(
    args: &EvalArgs,
    experiment: &Experiment,
    network: &Network,
    console: &Console,
) -> anyhow::Result<Option<LayerChoices>> {
    let resolved = network.resolve()?;
    let multiplying = resolved.iter().filter(|layer| layer.operation.opcount() > 0);
    let names: Vec<&str> = multiplying.map(|layer| layer.name.as_str()).collect();
    if let Some(name) = &args.multiplier {
        let asked = std::slice::from_ref(name);
        let selected = tables(args, experiment, asked, console)?;
        let [one] = &selected[..] else {
            let names: Vec<_> = selected.iter().map(|m| m.name.as_str()).collect();
            bail!(
                "--multiplier {name} matches {} multipliers ({}); choose one",
                names.len(),
                names.join(", ")
            );
        };
        let layers = names.iter().map(|&layer| (layer.to_owned(), one.name.clone())).collect();
        return Ok(Some(LayerChoices { multipliers: vec![one.clone()], layers, wirings: BTreeMap::new() }));
    }
    let Some(path) = &args.assignment else { return Ok(None) };
    let (layers, wirings) = read_assignment(path)?;
    if let Some(stranger) = layers.keys().find(|layer| !names.contains(&layer.as_str())) {
        bail!(
            "{}: network '{}' has no multiplying layer '{stranger}'; expected one of {}",
            path.display(),
            network.name,
            names.join(", ")
        );
    }
    let listed = listed(args, experiment, console)?;
    if let Some((layer, missing)) = layers.iter().find(|(_, name)| listed.iter().all(|m| m.name != **name)) {
        bail!(
            "{}: unknown multiplier '{missing}' for layer '{layer}'; add its catalog with --catalog",
            path.display()
        );
    }
    Ok(Some(LayerChoices { multipliers: listed, layers, wirings }))
}

/// The multipliers that an assignment may name.
fn listed(args: &EvalArgs, experiment: &Experiment, console: &Console) -> anyhow::Result<Vec<Tabulated>> {
    if args.sources.is_explicit() {
        tables(args, experiment, &[], console)
    } else {
        Ok(multipliers(experiment, EnergySource::Catalog, console)?.multipliers)
    }
}

/// The tables of `names`, or all of the sources if `names` is empty.
fn tables(
    args: &EvalArgs,
    experiment: &Experiment,
    names: &[String],
    console: &Console,
) -> anyhow::Result<Vec<Tabulated>> {
    let (sources, energy) = (&args.sources, EnergySource::Catalog);
    Ok(MultiplierSet::of_sources(sources, experiment.signed, names, energy, console)?.multipliers)
}

/// A result for reading.
fn line(result: &EvalResult) -> String {
    let top5 = result.top5.map(|top5| format!("top-5 {:.2} %, ", 100.0 * top5)).unwrap_or_default();
    format!(
        "top-1 {:.2} %, {top5}loss {:.4}, on {} images ({:.0}/s)\n",
        100.0 * result.top1,
        result.loss,
        result.images,
        result.images_per_second
    )
}

/// What matters of an assignment here, so that one written by hand needs no figures.
#[derive(Deserialize)]
struct AssignmentFile {
    layers: Vec<AssignmentFileLayer>,
}

#[derive(Deserialize)]
struct AssignmentFileLayer {
    name: String,
    multiplier: String,
    #[serde(default)]
    wiring: Option<Wiring>,
}

/// By layer: its multiplier, and how it is wired where that is known.
type AssignedLayers = (BTreeMap<String, String>, BTreeMap<String, Wiring>);

/// The layers of a file as `axmul assign --format json` or a run writes it.
fn read_assignment(path: &Path) -> Result<AssignedLayers, FileError> {
    let assigned: AssignmentFile = read_json(path)?;
    let wiring = |layer: &AssignmentFileLayer| Some((layer.name.clone(), layer.wiring.clone()?));
    let wirings = assigned.layers.iter().filter_map(wiring).collect();
    Ok((assigned.layers.into_iter().map(|layer| (layer.name, layer.multiplier)).collect(), wirings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_five_are_told_of_where_they_mean_something() {
        let mut result = EvalResult {
            split: Split::Test,
            images: 20,
            top1: 0.5,
            top5: None,
            loss: 1.25,
            images_per_second: 99.6,
        };
        assert_eq!(line(&result), "top-1 50.00 %, loss 1.2500, on 20 images (100/s)\n");
        result.top5 = Some(0.75);
        assert!(line(&result).starts_with("top-1 50.00 %, top-5 75.00 %, loss"));
    }
}
