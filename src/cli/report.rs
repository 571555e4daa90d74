//! `axmul report`: what came out of a run, again.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;

use super::ExitStatus;
use super::console::Console;
use crate::report::{FigureFormat, OutputFile, Render, layers_figure, run_markdown, run_table};
use crate::training::plan::{Results, RunDirectory, read_json, write_whole};

/// Show the results of a run, and write its report anew
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul report runs/mnist-lenet5                     the tables, on the terminal
  axmul report runs/mnist-lenet5 --format markdown
  axmul report runs/mnist-lenet5 --figure layers.png
  axmul report runs/mnist-lenet5 --format json | jq .assignment.relative_energy")]
pub(super) struct ReportArgs {
    /// The directory of the run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// How the results are written
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Draw relative energy and share of the multiplications per layer
    #[arg(long, value_name = "FILE.svg|png")]
    figure: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For reading
    Table,
    /// The run's report.md
    Markdown,
    /// The run's results.json
    Json,
}

pub(super) fn run(args: &ReportArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let figure = args
        .figure
        .as_deref()
        .map(|path| anyhow::Ok((FigureFormat::of_path(path)?, OutputFile::open(path)?)))
        .transpose()?;
    let written = write_report(&args.run)?;
    let text = match args.format {
        Format::Table => run_table(&written.results),
        Format::Markdown => run_markdown(&written.results, written.figure_name()),
        Format::Json => serde_json::to_string_pretty(&written.results)? + "\n",
    };
    if let Some((format, file)) = figure {
        let assignment = written
            .results
            .assignment
            .as_ref()
            .context("there is no figure before the stage search is done")?;
        file.commit(&format.render(&layers_figure(&assignment.assignment)?)?)?;
    }
    console.deliver(text.as_bytes(), None)?;
    Ok(ExitStatus::Done)
}

/// A report that was written into the directory of its run.
pub(super) struct Written {
    /// What it reports.
    pub results: Results,
    /// The figure, if `search` is done.
    pub figure: Option<PathBuf>,
}

impl Written {
    /// The figure's name as `report.md` links it.
    fn figure_name(&self) -> Option<&'static str> {
        self.figure.as_ref().map(|_| FIGURE)
    }
}

const FIGURE: &str = "layers.svg";

/// Writes `layers.svg` and `report.md` into the directory of a run, from its `results.json`.
pub(super) fn write_report(run: &Path) -> anyhow::Result<Written> {
    let (directory, ..) = RunDirectory::view(run)?;
    let results: Results = read_json(&directory.results()).context("the run has no results yet")?;
    let mut written = Written { results, figure: None };
    if let Some(assignment) = &written.results.assignment {
        let path = run.join(FIGURE);
        write_whole(&path, &FigureFormat::Svg.render(&layers_figure(&assignment.assignment)?)?)?;
        written.figure = Some(path);
    }
    let report = run_markdown(&written.results, written.figure_name());
    write_whole(&run.join("report.md"), report.as_bytes())?;
    Ok(written)
}
