//! `axmul eval`: a trained network with multipliers of one's choice, on images it was not trained on; or one with
//! published weights, on images of one's own.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;

use super::ExitStatus;
use super::assign::choices;
use super::console::Console;
use super::experiment::{data_directory, multipliers};
use super::sources::SourceArgs;
use crate::assignment::Assignment;
use crate::training::launch::Trainer;
use crate::training::plan::{
    EvalRequest, Experiment, InferRequest, Network, RunDirectory, Split, StageName, read_json,
};

/// Try a run's network with multipliers of your choice, without training
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul eval runs/mnist-lenet5                                  the retrained network as it is
  axmul eval runs/mnist-lenet5 --multiplier drum-4-8s --stage quantize
  axmul eval runs/mnist-lenet5 --multiplier ./libmine.so:mul8s_mine --format json
  axmul eval runs/mnist-lenet5 --assignment mine.json --stage search --split validation
  axmul eval --network resnet18 --weights resnet18.safetensors --input x.npy --logits y.npy

The last form computes class scores in fp32 with weights that others trained: a safetensors file
with torchvision's names. The input is float32 or float64 [N, C, H, W], normalised already.")]
pub(super) struct EvalArgs {
    /// The directory of the run
    #[arg(value_name = "RUN", required_unless_present = "network")]
    run: Option<PathBuf>,
    /// A network instead of a run: a built-in one or a file, with parameters after a colon
    #[arg(long, value_name = "NAME|FILE", requires_all = ["weights", "input", "logits"],
          conflicts_with_all = ["run", "multiplier", "assignment", "seed"])]
    network: Option<String>,
    /// The network's weights
    #[arg(long, value_name = "FILE.safetensors", requires = "network")]
    weights: Option<PathBuf>,
    /// The images to compute class scores for
    #[arg(long, value_name = "FILE.npy", requires = "network")]
    input: Option<PathBuf>,
    /// Where the class scores go: float32 [N, classes]
    #[arg(long, value_name = "FILE.npy", requires = "network")]
    logits: Option<PathBuf>,
    /// One multiplier for all layers
    #[arg(long, value_name = "NAME|PATH", conflicts_with = "assignment")]
    multiplier: Option<String>,
    /// The multiplier of each layer, as `axmul assign --format json` writes it; the one of the run by default
    #[arg(long, value_name = "FILE.json")]
    assignment: Option<PathBuf>,
    /// The stage whose weights are taken
    #[arg(long, value_name = "STAGE", default_value = "retrain")]
    stage: StageName,
    /// The seed whose weights are taken; the run's first by default
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The images: use those of validation for choices, those of test for results
    #[arg(long, value_enum, default_value = "test")]
    split: Images,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    sources: SourceArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Images {
    /// Put aside from training
    Validation,
    /// Never used for a choice
    Test,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A line for reading
    Text,
    /// An object for machines
    Json,
}

pub(super) fn run(args: &EvalArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    if let (Some(network), Some(weights), Some(input), Some(logits)) =
        (&args.network, &args.weights, &args.input, &args.logits)
    {
        return infer(network, weights, input, logits, console);
    }
    let run = args.run.as_deref().context("name the directory of a run, or a --network")?;
    let (directory, experiment, network) = RunDirectory::view(run)?;
    args.sources.agree_with(experiment.signed)?;
    let seed = args.seed.or(experiment.seeds.first().copied()).context("the run has no seed")?;
    let checkpoint = directory.checkpoint(seed, args.stage);
    if !checkpoint.is_file() {
        bail!(
            "the run has no weights of stage {} and seed {seed}: there is no {}",
            args.stage,
            checkpoint.display()
        );
    }
    let (listed, layers) = match &args.multiplier {
        Some(name) => {
            let selected = args.sources.tables_for(experiment.signed, std::slice::from_ref(name), console)?;
            let [one] = &selected[..] else {
                let names: Vec<_> = selected.iter().map(|m| m.name.as_str()).collect();
                bail!(
                    "--multiplier {name} names {} multipliers ({}); name one",
                    names.len(),
                    names.join(", ")
                );
            };
            let resolved = network.resolve()?;
            let multiplying = resolved.iter().filter(|layer| layer.operation.opcount() > 0);
            let layers = multiplying.map(|layer| (layer.name.clone(), one.name.clone())).collect();
            (vec![one.clone()], layers)
        }
        None => {
            let assignment: Assignment = match &args.assignment {
                Some(path) => read_json(path)?,
                None => read_assignment(&directory.assignment(seed))?,
            };
            let listed = if args.sources.is_explicit() {
                args.sources.tables_for(experiment.signed, &[], console)?
            } else {
                multipliers(&experiment, console)?
            };
            (listed, choices(&assignment))
        }
    };
    let (trainer, data_directory) = (Trainer::find()?, data_directory(&experiment)?);
    let result = trainer.eval(|output| EvalRequest {
        experiment,
        network,
        multipliers: listed,
        data_directory,
        checkpoint,
        layers,
        split: match args.split {
            Images::Validation => Split::Validation,
            Images::Test => Split::Test,
        },
        output,
    })?;
    let text = match args.format {
        Format::Text => format!(
            "top-1 {:.2} %, loss {:.4}, on {} images ({:.0} a second)\n",
            100.0 * result.top1,
            result.loss,
            result.images,
            result.images_per_second
        ),
        Format::Json => serde_json::to_string_pretty(&result)? + "\n",
    };
    console.deliver(text.as_bytes(), None)?;
    Ok(ExitStatus::Done)
}

/// Class scores of a network with published weights.
fn infer(
    network: &str,
    weights: &Path,
    input: &Path,
    logits: &Path,
    console: &Console,
) -> anyhow::Result<ExitStatus> {
    let network = Network::load(network)?;
    // What can be refused is, before libtorch is loaded.
    for file in [weights, input] {
        if !file.is_file() {
            bail!("there is no file {}", file.display());
        }
    }
    let request = InferRequest {
        experiment: Experiment::parse("name: eval", "eval", &[])?,
        network,
        weights: weights.to_owned(),
        input: input.to_owned(),
        output: logits.to_owned(),
    };
    Trainer::find()?.infer(&request)?;
    console.note(format!("class scores written to {}", logits.display()));
    Ok(ExitStatus::Done)
}

fn read_assignment(path: &Path) -> anyhow::Result<Assignment> {
    read_json(path).context("the run has no assignment yet; name a --multiplier or an --assignment")
}
