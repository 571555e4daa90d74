//! `axmul compare`: multipliers side by side, ranked and judged.

use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use rayon::prelude::*;

use super::ExitStatus;
use super::console::Console;
use super::samples::SampleArgs;
use super::sources::SourceArgs;
use super::weights::{Weights, needs_tables, weighted};
use crate::compare::{Field, Mixing, Outcome, Row, SortKey, Threshold, mark_front, sort};
use crate::multiplier::{Evaluated, Tabulated};
use crate::report::comparison::{Csv, Json, Markdown, Table};
use crate::report::scatter::{Axes, scatter};
use crate::report::{FigureFile, OutputFile, Render, significant};

/// Compare multipliers: error metrics, cost, Pareto front, thresholds
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul compare                                       all multipliers that come with axmul
  axmul compare my.npy ./libmine.so:mul8s_mine truncated-3-8s
  axmul compare --catalog evoapprox --signed --sort power_mw
  axmul compare --catalog evoapprox --unsigned --pareto mre_pct,area_um2 --plot front.svg
  axmul compare exact-12s drum-6-12s truncated-9-12s          12 bits: all 16777216 pairs
  axmul compare my.npy --fail-if 'mae_pct > 0.5 || wce > 2000'      exit code 1 if it holds
  axmul compare --signed --weights histogram.npy --format json -o compared.json

Fields to sort by, to rank by and to judge by:
  width_a width_b mae mae_pct wce wce_pct mre_pct wcre_pct ep_pct mse variance mean_error
  power_mw area_um2 delay_ns; to sort by also: name provider

Weights: .npy of [2^n] (both operands), [2, 2^n] (a, then b) or [2^n, 2^m] (joint), bin 0 being
the lowest operand value; counts or probabilities.")]
pub(super) struct CompareArgs {
    /// The multipliers; all of the sources without any
    #[arg(value_name = "NAME|PATH")]
    names: Vec<String>,
    /// Order of the rows, the smallest first; rows in which the field is unknown come last
    #[arg(long, value_name = "FIELD", default_value = "mae_pct")]
    sort: SortKey,
    /// The largest first
    #[arg(long)]
    reverse: bool,
    /// Fields of the Pareto front, all minimised (mean_error by magnitude). One front for each source and technology of costs
    #[arg(long, value_name = "FIELD,FIELD", value_delimiter = ',', default_value = "mae_pct,power_mw")]
    pareto: Vec<Field>,
    /// Put costs of different sources on one front, although they are not comparable
    #[arg(long)]
    mix_costs: bool,
    /// Exit with code 1 if this holds for a multiplier: comparisons (> >= < <= == !=) of fields and numbers, joined
    /// by && and ||; may be repeated
    #[arg(long, value_name = "EXPRESSION")]
    fail_if: Vec<Threshold>,
    /// Weigh operand pairs by a histogram of operands
    #[arg(long, value_name = "FILE.npy")]
    weights: Option<PathBuf>,
    /// How the result is written
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// The file to write, whole or not at all; standard output without it
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Also draw the first two fields of the front against one another
    #[arg(long, value_name = "FILE.svg|png")]
    plot: Option<PathBuf>,
    #[command(flatten)]
    samples: SampleArgs,
    #[command(flatten)]
    sources: SourceArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For reading
    Table,
    /// An array of objects
    Json,
    /// Comma-separated values
    Csv,
    /// For reports
    Markdown,
}

pub(super) fn run(args: &CompareArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    // What can fail cheaply fails before the multipliers are evaluated.
    let output = args.output.as_deref().map(OutputFile::open).transpose()?;
    let plot = args
        .plot
        .as_deref()
        .map(|path| -> anyhow::Result<_> {
            let &[x, y, ..] = &args.pareto[..] else {
                anyhow::bail!(
                    "--plot draws two fields against one another; name two with --pareto FIELD,FIELD"
                );
            };
            Ok((Axes { x, y }, FigureFile::open(path)?))
        })
        .transpose()?;
    let weights = args.weights.as_deref().map(Weights::read).transpose()?;

    let mut rows = match weights {
        None => {
            let multipliers = args.sources.select(args.samples.sampling(), &args.names, console)?;
            multipliers.iter().map(|multiplier| Row::new(multiplier, &multiplier.evaluation)).collect()
        }
        Some(weights) => weighted_rows(args, &weights, console)?,
    };
    sort(&mut rows, args.sort, args.reverse);
    let mixing = if args.mix_costs { Mixing::AllSources } else { Mixing::PerCostSource };
    mark_front(&mut rows, &args.pareto, mixing);

    let width = if output.is_none() { console.width() } else { None };
    let bytes = match args.format {
        Format::Table => Table { width }.render(&rows[..])?,
        Format::Json => Json.render(&rows[..])?,
        Format::Csv => Csv.render(&rows[..])?,
        Format::Markdown => Markdown.render(&rows[..])?,
    };
    console.deliver(&bytes, output)?;
    if let Some((axes, file)) = plot {
        let figure = scatter(&rows, axes).context("cannot draw --plot")?;
        file.commit(&figure)?;
    }
    Ok(judge(&args.fail_if, &rows, console))
}

/// The rows of multipliers whose operand pairs are weighed, which takes tables.
fn weighted_rows(args: &CompareArgs, weights: &Weights, console: &Console) -> anyhow::Result<Vec<Row>> {
    let tables = args.sources.tables(&args.names, console).map_err(needs_tables)?;
    let distribution = weights.distribution(tables.iter().map(Tabulated::format))?;
    let row = |table: Tabulated| {
        let evaluation = weighted(&table.table, &distribution);
        Row::new(&Evaluated::of_table(table, evaluation.metrics), &evaluation)
    };
    Ok(tables.into_par_iter().map(row).collect())
}

/// Says on standard error which rows fail which threshold, and which cannot be judged.
fn judge(thresholds: &[Threshold], rows: &[Row], console: &Console) -> ExitStatus {
    let mut status = ExitStatus::Done;
    for threshold in thresholds {
        let expression = threshold.expression();
        let mut failing = Vec::new();
        let mut unknown = Vec::new();
        for row in rows {
            match threshold.evaluate(row) {
                Outcome::Holds => failing.push(row),
                Outcome::DoesNotHold => {}
                Outcome::Unknown(fields) => unknown.push((row, fields)),
            }
        }
        warn_of_estimates(threshold, rows, console);
        for (row, fields) in unknown {
            let fields: Vec<&str> = fields.into_iter().map(Field::name).collect();
            console.warn(format!(
                "{}: '{expression}' cannot be judged, {} unknown; taken as met",
                row.name,
                if let [one] = fields[..] {
                    format!("{one} is")
                } else {
                    format!("{} are", fields.join(", "))
                }
            ));
        }
        if !failing.is_empty() {
            status = ExitStatus::ThresholdNotMet;
            eprintln!("threshold not met: '{expression}' holds for {} of {}:", failing.len(), rows.len());
            for row in failing {
                let figures: Vec<String> = threshold
                    .fields()
                    .into_iter()
                    .filter_map(|field| Some(format!("{field} {}", significant(field.of(row)?, 6))))
                    .collect();
                eprintln!("  {}: {}", row.name, figures.join(", "));
            }
        }
    }
    status
}

/// A threshold on a figure that was estimated is met or not but for chance.
fn warn_of_estimates(threshold: &Threshold, rows: &[Row], console: &Console) {
    for row in rows.iter().filter(|row| row.basis.sampled) {
        let estimated = threshold.fields().into_iter().filter(|field| field.is_error()).filter_map(|field| {
            let value = format!("{field} {}{}", row.standing(field).mark(), significant(field.of(row)?, 6));
            Some(match row.basis.interval(field) {
                Some((low, high)) => {
                    format!("{value} (95 % within {} to {})", significant(low, 6), significant(high, 6))
                }
                None => value,
            })
        });
        let estimated: Vec<String> = estimated.collect();
        if !estimated.is_empty() {
            console.warn(format!(
                "{}: '{}' is judged by estimates from {} operand pairs: {}",
                row.name,
                threshold.expression(),
                row.basis.pairs_evaluated,
                estimated.join(", ")
            ));
        }
    }
}
