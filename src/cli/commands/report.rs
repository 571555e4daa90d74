//! `axmul report`: shows the results of a run and regenerates its report.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::ExitStatus;
use crate::cli::output::{Console, OutputArgs, ReportFormat};
use crate::report::{FigureFile, FigureFormat, confusion_figure, layers_figure, run_markdown, run_table};
use axmul_experiment::{Confusion, Results, RunDirectory, StageName, read_json};
use axmul_support::files::write_atomic_synced;

/// Show the results of a run, and regenerate its report
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul report runs/mnist-lenet5                     tables for the terminal
  axmul report runs/mnist-lenet5 --format markdown
  axmul report runs/mnist-lenet5 --figure layers.png
  axmul report runs/mnist-lenet5 --format json | jq .assignment.relative_energy")]
pub(in crate::cli) struct ReportArgs {
    /// Directory of the run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    #[command(flatten)]
    output: OutputArgs<ReportFormat>,
    /// Plot relative energy and share of the multiplications per layer
    #[arg(long, value_name = "FILE.svg|png")]
    figure: Option<PathBuf>,
}

pub(super) fn run(args: &ReportArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let output = args.output.open()?;
    let figure = args.figure.as_deref().map(FigureFile::open).transpose()?;
    let written = write_report(&args.run)?;
    let text = match args.output.format {
        ReportFormat::Table => run_table(&written.results),
        ReportFormat::Markdown => run_markdown(&written.results, &written.figures),
        ReportFormat::Json => serde_json::to_string_pretty(&written.results)? + "\n",
    };
    if let Some(file) = figure {
        let assignment =
            written.results.assignment.as_ref().context("no figure: the stage search has not run yet")?;
        file.commit(&layers_figure(&assignment.assignment)?)?;
    }
    console.deliver(text.as_bytes(), output)?;
    Ok(ExitStatus::Done)
}

/// A report that was written into the directory of its run.
pub(super) struct RunReport {
    /// What it reports.
    pub results: Results,
    /// The figure, if `search` is done.
    pub figure: Option<PathBuf>,
    /// What each figure of `report.md` shows, and its file there.
    figures: Vec<(String, String)>,
}

const FIGURE: &str = "layers.svg";
const CONFUSION: &str = "confusion.svg";

/// Writes `layers.svg`, `confusion.svg` and `report.md` into the directory of a run, from its `results.json` and the
/// confusion matrix of the last stage up to `retrain`.
pub(super) fn write_report(run: &Path) -> anyhow::Result<RunReport> {
    let (directory, ..) = RunDirectory::view(run)?;
    let results: Results = read_json(&directory.results()).context("the run has no results yet")?;
    let mut written = RunReport { results, figure: None, figures: vec![] };
    if let Some(assignment) = &written.results.assignment {
        let path = run.join(FIGURE);
        write_atomic_synced(&path, &FigureFormat::Svg.bytes(&layers_figure(&assignment.assignment)?)?)?;
        written.figure = Some(path);
        let shown = "Relative energy and share of the multiplications per layer";
        written.figures.push((shown.into(), FIGURE.into()));
    }
    let seed = written.results.seed;
    let last = written.results.stages.range(..=StageName::Retrain).next_back().map(|(&stage, _)| stage);
    // Runs of earlier releases have no matrix.
    if let Some((stage, path)) = last.map(|stage| (stage, directory.confusion(seed, stage)))
        && path.exists()
    {
        let figure = confusion_figure(&Confusion::read(&path)?, &format!("{stage}, seed {seed}"))?;
        write_atomic_synced(&run.join(CONFUSION), &FigureFormat::Svg.bytes(&figure)?)?;
        let shown = format!("Confusion matrix of the test images after {stage}, seed {seed}");
        written.figures.push((shown, CONFUSION.into()));
    }
    let report = run_markdown(&written.results, &written.figures);
    write_atomic_synced(&run.join("report.md"), report.as_bytes())?;
    Ok(written)
}
