//! `axmul network`: lists networks and shows their layers.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context;
use serde::Serialize;

use crate::cli::ExitStatus;
use crate::cli::output::{Console, OutputArgs, TableFormat};
use crate::report::{OutputFile, align_right, boxed_table};
use axmul_experiment::{Layer, Network, RunDirectory, Source, StageName, publish};

/// List networks, show their layers, shapes, parameters and multiplications, and export weights
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul network list
  axmul network show lenet5
  axmul network show resnet18:classes=10,size=32       with parameters overridden
  axmul network show mine.yaml --format json
  axmul network weights runs/cifar-resnet18 --stage baseline -o resnet18.safetensors

A network file is checked as a whole: errors name the line and the layer. The files of the
built-in networks, in experiments/networks of the source, are examples of blocks, repeats and
branches.")]
pub(in crate::cli) struct NetworkArgs {
    #[command(subcommand)]
    action: NetworkCommand,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum NetworkCommand {
    /// List the built-in networks
    List {
        #[command(flatten)]
        output: OutputArgs<TableFormat>,
    },
    /// Show a network layer by layer
    Show {
        /// A built-in network or a file; parameters after a colon, as in resnet18:classes=10,size=32
        #[arg(value_name = "NAME|FILE")]
        network: String,
        #[command(flatten)]
        output: OutputArgs<TableFormat>,
    },
    /// Export the weights of a run as safetensors, with torchvision's names
    Weights {
        /// Directory of the run
        #[arg(value_name = "RUN")]
        run: PathBuf,
        /// Stage whose weights are used
        #[arg(long, value_name = "STAGE", default_value = "baseline")]
        stage: StageName,
        /// Seed whose weights are used [default: the run's first]
        #[arg(long, value_name = "N")]
        seed: Option<u64>,
        /// Write to FILE (atomically)
        #[arg(long, short, value_name = "FILE.safetensors")]
        output: PathBuf,
    },
}

/// A network in `--format json`.
#[derive(Serialize)]
struct NetworkSummary {
    name: String,
    input: [usize; 3],
    classes: usize,
    parameters: u64,
    multiplications: u64,
    layers: Vec<LayerSummary>,
}

#[derive(Serialize)]
struct LayerSummary {
    name: String,
    kind: &'static str,
    /// Names of the layers it works on, `input` being the image.
    inputs: Vec<String>,
    output: Vec<usize>,
    parameters: u64,
    multiplications: u64,
}

pub(super) fn run(args: &NetworkArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let (text, file) = match &args.action {
        NetworkCommand::List { output } => {
            let file = output.open()?;
            let all = Network::built_in().map(shown).collect::<anyhow::Result<Vec<_>>>()?;
            let text = match output.format {
                TableFormat::Json => {
                    serde_json::to_string_pretty(&all.iter().map(summary).collect::<Vec<_>>())? + "\n"
                }
                TableFormat::Table => list(&all),
            };
            (text, file)
        }
        NetworkCommand::Show { network, output } => {
            let file = output.open()?;
            let shown = shown(network)?;
            let text = match output.format {
                TableFormat::Json => serde_json::to_string_pretty(&shown)? + "\n",
                TableFormat::Table => show(&shown),
            };
            (text, file)
        }
        NetworkCommand::Weights { run, stage, seed, output } => {
            let (directory, experiment, _) = RunDirectory::view(run)?;
            let seed = seed.or(experiment.seeds.first().copied()).context("the run has no seed")?;
            let output = OutputFile::open(output)?;
            let path = output.path().display().to_string();
            output.commit(&publish(&directory.checkpoint(seed, *stage))?)?;
            console.note(format!("weights of stage {stage} and seed {seed} written to {path}"));
            return Ok(ExitStatus::Done);
        }
    };
    console.deliver(text.as_bytes(), file)?;
    Ok(ExitStatus::Done)
}

fn shown(name: &str) -> anyhow::Result<NetworkSummary> {
    let network = Network::load(name)?;
    let layers = network.resolve()?;
    let input = |source: &Source| match source {
        Source::Image => "input".to_owned(),
        Source::Layer(index) => layers[*index].name.clone(),
    };
    let shown_layer = |layer: &Layer| LayerSummary {
        name: layer.name.clone(),
        kind: layer.operation.kind().name(),
        inputs: layer.inputs.iter().map(input).collect(),
        output: layer.output.clone(),
        parameters: layer.operation.parameters(),
        multiplications: layer.operation.opcount(),
    };
    let shown: Vec<LayerSummary> = layers.iter().map(shown_layer).collect();
    let sum = |of: fn(&LayerSummary) -> u64| shown.iter().map(of).fold(0, u64::saturating_add);
    Ok(NetworkSummary {
        input: network.input,
        classes: network.classes,
        parameters: sum(|layer| layer.parameters),
        multiplications: sum(|layer| layer.multiplications),
        name: network.name,
        layers: shown,
    })
}

/// What `list` says of a network: all but its layers.
fn summary(network: &NetworkSummary) -> serde_json::Value {
    serde_json::json!({
        "name": network.name,
        "input": network.input,
        "classes": network.classes,
        "parameters": network.parameters,
        "multiplications": network.multiplications,
        "layers": network.layers.len(),
    })
}

fn list(networks: &[NetworkSummary]) -> String {
    let mut table = boxed_table(["name", "input", "classes", "parameters", "multiplications"]);
    for network in networks {
        table.add_row([
            network.name.clone(),
            size(&network.input),
            network.classes.to_string(),
            grouped(network.parameters),
            grouped(network.multiplications),
        ]);
    }
    align_right(&mut table, 2..5);
    format!("{table}\nmultiplications per image; run `axmul network show NAME` for every layer\n")
}

fn show(network: &NetworkSummary) -> String {
    let mut table = boxed_table(["layer", "kind", "from", "output", "parameters", "multiplications"]);
    let mut before = "input";
    for layer in &network.layers {
        // The layer before goes without saying.
        let from = if layer.inputs == [before] { String::new() } else { layer.inputs.join(", ") };
        let count = |n: u64| if n == 0 { String::new() } else { grouped(n) };
        table.add_row([
            layer.name.clone(),
            layer.kind.to_owned(),
            from,
            size(&layer.output),
            count(layer.parameters),
            count(layer.multiplications),
        ]);
        before = &layer.name;
    }
    align_right(&mut table, 4..6);
    let mut text = format!("{table}\n");
    let _ = writeln!(
        text,
        "{}: images {}, {} classes, {} parameters, {} multiplications per image",
        network.name,
        size(&network.input),
        network.classes,
        grouped(network.parameters),
        grouped(network.multiplications)
    );
    text
}

/// `16x8x8`.
fn size(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

/// `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
