//! A network with published weights: class scores, accuracy, and both with approximate multipliers.

use std::path::Path;

use anyhow::bail;

use super::{EvalArgs, LayerChoices, chosen, line};
use crate::cli::ExitStatus;
use crate::cli::inputs::experiment::data_directory;
use crate::cli::output::{Console, TextFormat};
use crate::launch::Trainer;
use crate::report::OutputFile;
use axmul_experiment::{
    Calibration, Experiment, InferRequest, Network, PublishedWeights, RangesFrom, read_images_for,
};

/// What can be refused is, before libtorch is loaded.
pub(super) fn run(
    args: &EvalArgs,
    network: &str,
    weights: &Path,
    output_file: Option<OutputFile>,
    console: &Console,
) -> anyhow::Result<ExitStatus> {
    let experiment = experiment(args)?;
    let network = Network::load(network)?;
    drop(PublishedWeights::read(weights, &network)?);
    if let Some(input) = &args.input {
        read_images_for(input, &network)?;
    }
    if let Some(logits) = &args.logits {
        drop(OutputFile::open(logits)?);
    }
    let data_directory = args.data.as_ref().map(|_| data_directory(&experiment)).transpose()?;
    let (multipliers, layers) = match chosen(args, &experiment, &network, console)? {
        Some(LayerChoices { wirings, .. }) if !wirings.is_empty() => bail!(
            "the assignment is wired for the operands of a run's layers; evaluate it with that run: axmul eval RUN"
        ),
        Some(LayerChoices { multipliers, layers, .. }) => (multipliers, Some(layers)),
        None => (vec![], None),
    };
    let result = Trainer::find()?.infer(|output| InferRequest {
        experiment,
        network,
        weights: weights.to_owned(),
        input: args.input.clone(),
        logits: args.logits.clone(),
        data_directory,
        split: args.split.into(),
        multipliers,
        layers,
        output,
    })?;
    if let Some(Calibration { images_of, images }) = result.calibration {
        let what = match images_of {
            RangesFrom::Training => "training images",
            RangesFrom::Input => "images of --input (no --data)",
        };
        console.note(format!("quantized with ranges calibrated on {images} {what}"));
    }
    if let Some(logits) = &args.logits {
        console.note(format!("logits written to {}", logits.display()));
    }
    let text = match (args.output.format, &result.accuracy) {
        (TextFormat::Json, _) => serde_json::to_string_pretty(&result)? + "\n",
        (TextFormat::Text, Some(accuracy)) => line(accuracy),
        (TextFormat::Text, None) => return Ok(ExitStatus::Done),
    };
    console.deliver(text.as_bytes(), output_file)?;
    Ok(ExitStatus::Done)
}

/// The settings that matter without training: those of `--set`, the images of `--data`, the sign of the multipliers.
fn experiment(args: &EvalArgs) -> anyhow::Result<Experiment> {
    let mut experiment = Experiment::parse("name: eval", "eval", &[])?;
    if let Some(data) = &args.data {
        experiment.data.name.clone_from(data);
    }
    if let Some(signed) = args.sources.signedness() {
        experiment.signed = Some(signed);
    }
    Ok(experiment.with(&args.set)?)
}
