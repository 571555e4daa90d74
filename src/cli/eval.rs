//! `axmul eval`: a trained network with multipliers of one's choice, on images it was not trained on.

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
use crate::training::plan::{EvalRequest, RunDirectory, Split, StageName, read_json};

/// Try a run's network with multipliers of your choice, without training
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul eval runs/mnist-lenet5                                  the retrained network as it is
  axmul eval runs/mnist-lenet5 --multiplier drum-4-8s --stage quantize
  axmul eval runs/mnist-lenet5 --multiplier ./libmine.so:mul8s_mine --format json
  axmul eval runs/mnist-lenet5 --assignment mine.json --stage search --split validation")]
pub(super) struct EvalArgs {
    /// The directory of the run
    #[arg(value_name = "RUN")]
    run: PathBuf,
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
    let (directory, experiment, network) = RunDirectory::view(&args.run)?;
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

fn read_assignment(path: &Path) -> anyhow::Result<Assignment> {
    read_json(path).context("the run has no assignment yet; name a --multiplier or an --assignment")
}
