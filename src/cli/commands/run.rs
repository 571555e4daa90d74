//! `axmul run`: runs an experiment stage by stage in `axmul-train`.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::report::{RunReport, write_report};
use crate::cli::ExitStatus;
use crate::cli::inputs::MultiplierSet;
use crate::cli::inputs::experiment::{data_directory, multipliers};
use crate::cli::output::Console;
use crate::launch::Trainer;
use crate::report::run_table;
use axmul_experiment::assignment::EnergySource;
use axmul_experiment::{Experiment, Network, PublishedWeights, RunRequest, StageName, Start};

/// Run an experiment: train, find the noise each layer tolerates, assign multipliers, retrain
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul run experiments/mnist-lenet5.yaml
  axmul run experiments/mnist-lenet5.yaml --set catalog=evoapprox --seeds 1,2,3
  axmul run experiments/mnist-lenet5.yaml --set name=activity --energy activity
  axmul run experiments/mnist-lenet5.yaml --set name=strict --set stages.search.lambda=0.2
  axmul run experiments/mnist-lenet5.yaml --stage baseline --stage quantize
  axmul run mine.yaml --set stages.baseline='{weights: resnet18.safetensors, epochs: 0}'
  axmul run experiments/mnist-lenet5.yaml --resume      after Ctrl-C, or for stages not run yet

Writes DIR/NAME/: experiment.yaml (with every default), events.jsonl, checkpoints/ after every
epoch, tensorboard/, results.json, layers.svg, confusion.svg and report.md; `axmul report DIR/NAME`
shows them again. --resume continues an interrupted run after its last completed epoch; the results
equal those of an uninterrupted run.")]
pub(in crate::cli) struct RunArgs {
    /// Experiment file
    #[arg(value_name = "EXPERIMENT.yaml")]
    experiment: PathBuf,
    /// Override a setting: a dotted key and a YAML value. Repeatable
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Comma-separated seeds; one run each. Same as --set seeds=[...]
    #[arg(long, value_name = "N,N", value_delimiter = ',')]
    seeds: Vec<u64>,
    /// Run only this stage: baseline, quantize, search, retrain or uniform. Repeatable
    #[arg(long = "stage", value_name = "STAGE")]
    stages: Vec<StageName>,
    /// Source of multiplication energy: catalog, or activity (circuits under each layer's operands). Same as --set
    /// energy=...
    #[arg(long, value_name = "SOURCE", value_parser = crate::cli::options::energy_source)]
    energy: Option<EnergySource>,
    /// Device: auto, cpu, cuda or cuda:N. Same as --set device=...
    #[arg(long, value_name = "DEVICE")]
    device: Option<String>,
    /// Parent directory of runs
    #[arg(long, value_name = "DIR", default_value = "runs")]
    runs: PathBuf,
    /// Resume an existing run
    #[arg(long, conflicts_with = "overwrite")]
    resume: bool,
    /// Overwrite an existing run
    #[arg(long)]
    overwrite: bool,
}

pub(super) fn run(args: &RunArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let experiment = Experiment::load(&args.experiment, &overrides(args))?;
    let network = Network::load(&experiment.network)?;
    if let Some(weights) = &experiment.stages.baseline.weights {
        drop(PublishedWeights::read(weights, &network).context("stages.baseline.weights")?);
    }
    let trainer = Trainer::find()?;
    let data_directory = data_directory(&experiment)?;
    let MultiplierSet { multipliers, circuits } = multipliers(&experiment, experiment.energy, console)?;
    let request = RunRequest {
        data_directory,
        network,
        multipliers,
        circuits,
        run_directory: args.runs.join(&experiment.name),
        stages: stages(args),
        start: match (args.resume, args.overwrite) {
            (true, _) => Start::Resume,
            (_, true) => Start::Overwrite,
            _ => Start::New,
        },
        progress: !console.is_quiet(),
        experiment,
    };
    let resume = resume_command(std::env::args());
    trainer.run(&request, move || eprintln!("\ninterrupted; resume with: {resume}"))?;

    let written = write_report(&request.run_directory)?;
    console.deliver(run_table(&written.results).as_bytes(), None)?;
    tell(&written, &request.run_directory, console);
    Ok(ExitStatus::Done)
}

/// The command that resumes this run.
fn resume_command(arguments: impl Iterator<Item = String>) -> String {
    let kept = arguments.filter(|argument| !["--overwrite", "--resume"].contains(&argument.as_str()));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:".contains(c);
    let quoted = |argument: String| {
        if argument.chars().all(plain) { argument } else { format!("'{}'", argument.replace('\'', r"'\''")) }
    };
    kept.map(quoted).chain(["--resume".into()]).collect::<Vec<_>>().join(" ")
}

/// `--seeds` and `--device` are short for keys of the experiment.
fn overrides(args: &RunArgs) -> Vec<String> {
    let mut overrides = args.set.clone();
    if !args.seeds.is_empty() {
        overrides.push(format!("seeds={:?}", args.seeds));
    }
    overrides.extend(args.energy.map(|energy| format!("energy={energy}")));
    overrides.extend(args.device.as_ref().map(|device| format!("device={device}")));
    overrides
}

/// The stages asked for, in the order in which they run; all by default.
fn stages(args: &RunArgs) -> Vec<StageName> {
    let wanted = |stage: &StageName| args.stages.is_empty() || args.stages.contains(stage);
    StageName::ALL.into_iter().filter(wanted).collect()
}

fn tell(written: &RunReport, directory: &Path, console: &Console) {
    console.note(format_args!("\nReport:  {}", directory.join("report.md").display()));
    if let Some(figure) = &written.figure {
        console.note(format_args!("Figure:  {}", figure.display()));
    }
    console.note(format_args!("Results: {}", directory.join("results.json").display()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_resumed_with_its_own_settings() {
        let arguments = ["axmul", "run", "a b.yaml", "--overwrite", "--set", "stages.search={lambda: 1}"];
        assert_eq!(
            resume_command(arguments.into_iter().map(str::to_owned)),
            "axmul run 'a b.yaml' --set 'stages.search={lambda: 1}' --resume"
        );
    }
}
