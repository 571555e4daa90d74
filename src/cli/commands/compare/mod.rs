//! `axmul compare`: multipliers side by side, ranked and checked against thresholds.

mod costs;
mod judge;
mod predicted;

use std::path::PathBuf;

use anyhow::{Context, bail};
use rayon::prelude::*;

use crate::cli::ExitStatus;
use crate::cli::inputs::warn;
use crate::cli::options::SampleArgs;
use crate::cli::options::SourceArgs;
use crate::cli::options::costing::{BackendName, CostingArgs, CostingOptions};
use crate::cli::options::weights::{OperandWeights, needs_tables, weighted};
use crate::cli::output::{CompareFormat, Console, OutputArgs};
use crate::report::comparison::{ComparisonCsv, ComparisonJson, ComparisonMarkdown, ComparisonTable};
use crate::report::{FigureFile, OutputFile, Render, scatter};
use axmul_hardware::activity::ActivitySampling;
use axmul_metrics::Evaluated;
use axmul_metrics::compare::{
    ComparisonRow, Field, Fronts, HypervolumeReference, MAX_VOLUME_FIELDS, Mixing, Ranking, SortKey,
    Threshold, mark_front, sort,
};
use axmul_providers::{CatalogEntry, Collection};

/// Compare multipliers: error metrics, cost, Pareto fronts of catalogs, thresholds
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul compare                                       all built-in multipliers
  axmul compare my.npy ./libmine.so:mul8s_mine truncated-3-8s
  axmul compare --catalog evoapprox --signed --sort power_mw
  axmul compare --catalog evoapprox --unsigned --pareto mre_pct,area_um2 --plot front.svg
  axmul compare --catalog own --catalog mine.yaml --signed --cost built-in --pareto power_mw,mae \\
                --plot fronts.svg --summary fronts.json
  axmul compare exact-12s drum-6-12s truncated-9-12s          12 bits: all 16777216 pairs
  axmul compare my.npy --fail-if 'mae_pct > 0.5 || wce > 2000'      exit code 1 if true
  axmul compare --signed --weights histogram.npy --format json -o compared.json

Fields for --sort, --pareto and --fail-if:
  width_a width_b mae mae_pct wce wce_pct mre_pct wcre_pct ep_pct mse variance mean_error
  power_mw area_um2 delay_ns; for --sort also: name provider

With several catalogs, each has its own front, and all share a joint front. A second table lists the
points of each, its share of the joint front, and hypervolumes in percent of the box from 0 to the
reference point (--reference, else 10 % beyond the worst values on any catalog's own front).
--format json and csv contain the rows only; --summary writes the rest.
Weights: .npy of [2^n] (both operands), [2, 2^n] (a, then b) or [2^n, 2^m] (joint); bin 0 is
the lowest operand value. Counts or probabilities.")]
pub(in crate::cli) struct CompareArgs {
    /// Multipliers [default: everything in the selected catalogs]
    #[arg(value_name = "NAME|PATH")]
    names: Vec<String>,
    /// Sort rows by this field, ascending; unknown values last
    #[arg(long, value_name = "FIELD", default_value = "mae_pct")]
    sort: SortKey,
    /// Sort in descending order
    #[arg(long)]
    reverse: bool,
    /// Pareto-front fields, all minimized (mean_error by magnitude); one front per cost source and technology
    #[arg(long, value_name = "FIELD,FIELD", value_delimiter = ',', default_value = "mae_pct,power_mw")]
    pareto: Vec<Field>,
    /// Mix costs of different sources on one front, although they are not comparable
    #[arg(long)]
    mix_costs: bool,
    /// Hypervolume reference point, one value per --pareto field
    #[arg(long, value_name = "X,Y", value_delimiter = ',', allow_negative_numbers = true)]
    reference: Vec<f64>,
    /// Exit with code 1 if EXPRESSION is true for any multiplier: comparisons (> >= < <= == !=) of fields and numbers,
    /// joined by && and ||. Repeatable
    #[arg(long, value_name = "EXPRESSION")]
    fail_if: Vec<Threshold>,
    /// Weight operand pairs by an operand histogram
    #[arg(long, value_name = "FILE.npy")]
    weights: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs<CompareFormat>,
    /// Plot the first two --pareto fields against each other
    #[arg(long, value_name = "FILE.svg|png")]
    plot: Option<PathBuf>,
    /// Write the fronts of the catalogs: points, shares and hypervolumes
    #[arg(long, value_name = "FILE.json")]
    summary: Option<PathBuf>,
    #[command(flatten)]
    samples: SampleArgs,
    /// Cost all multipliers with one backend [default: published figures, else those of the circuit on the built-in
    /// cells]
    #[arg(long, value_enum, value_name = "BACKEND", help_heading = "Costs")]
    cost: Option<BackendName>,
    /// With --cost published: predict missing figures from built-in costs, scaled by the multipliers that have both
    #[arg(long, help_heading = "Costs")]
    predict: bool,
    #[command(flatten)]
    costing: CostingArgs,
    #[command(flatten)]
    sources: SourceArgs,
}

pub(super) fn run(args: &CompareArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    // What can fail cheaply fails before the multipliers are evaluated.
    let reference = check(args)?;
    let output = args.output.open()?;
    let summary = args.summary.as_deref().map(OutputFile::open).transpose()?;
    let plot = args.plot.as_deref().map(FigureFile::open).transpose()?;
    let weights = args.weights.as_deref().map(OperandWeights::read).transpose()?;
    let costing = match args.cost {
        Some(backend) => {
            let sampling =
                ActivitySampling { seed: args.samples.sampling().seed, ..ActivitySampling::default() };
            Some((backend, args.costing.read(sampling, console)?))
        }
        None => None,
    };

    let collection = args.sources.open_sampling(args.samples.sampling())?;
    let mut rows = rows(args, &collection, weights.as_ref(), costing.as_ref(), console)?;
    sort(&mut rows, args.sort, args.reverse);
    let mixing = if args.mix_costs { Mixing::AllSources } else { Mixing::PerCostSource };
    let ranking = Ranking { fields: &args.pareto, mixing };
    mark_front(&mut rows, ranking);
    let several = collection.catalogs().len() > 1;
    let catalogs = if several { collection.catalogs() } else { &[] };
    let fronts = Fronts::of(&rows, ranking, catalogs, reference.as_ref());

    let bytes = render(args, &rows, (several || reference.is_some()).then_some(&fronts), several, {
        if output.is_none() { console.width() } else { None }
    })?;
    console.deliver(&bytes, output)?;
    if let Some(file) = summary {
        file.commit(&ComparisonJson.render(&fronts)?)?;
    }
    if let Some(file) = plot {
        file.commit(&scatter(&rows, ranking, catalogs).context("cannot draw --plot")?)?;
    }
    if several {
        warn_of_absence(catalogs, &rows, console);
    }
    warn_of_reference(reference.is_some(), &fronts, console);
    Ok(judge::judge(&args.fail_if, &rows, console))
}

/// What options need each other; the reference, if there is one.
fn check(args: &CompareArgs) -> anyhow::Result<Option<HypervolumeReference>> {
    let fields = &args.pareto;
    if let Some((at, field)) = fields.iter().enumerate().find(|(at, field)| fields[..*at].contains(field)) {
        bail!("--pareto names {field} twice, the second time as field {}; name each field once", at + 1);
    }
    for (option, given) in [
        ("--plot draws two fields against one another", args.plot.is_some()),
        ("--summary has hypervolumes, of two fields or more", args.summary.is_some()),
        ("--reference is for hypervolumes, of two fields or more", !args.reference.is_empty()),
    ] {
        if given && fields.len() < 2 {
            bail!("{option}; name two with --pareto FIELD,FIELD");
        }
    }
    if !args.reference.is_empty() && fields.len() > MAX_VOLUME_FIELDS {
        bail!(
            "hypervolumes are computed for up to {MAX_VOLUME_FIELDS} fields, and --pareto names {}; omit --reference",
            fields.len()
        );
    }
    if args.predict && args.cost != Some(BackendName::Published) {
        bail!("--predict needs --cost published");
    }
    match args.cost {
        None => {
            if let Some(option) = args.costing.first_given() {
                bail!("{option} applies to computed costs only; add --cost built-in or another backend");
            }
        }
        Some(BackendName::Published) => {
            if let Some(option) = args.costing.first_given() {
                bail!(
                    "{option} does not apply to published costs; omit it, or choose another backend with --cost"
                );
            }
        }
        Some(BackendName::Liberty) if args.costing.liberty.is_none() => {
            bail!("--cost liberty needs a cell library; add --liberty FILE.lib");
        }
        Some(backend) if args.costing.liberty.is_some() && !backend.uses_liberty() => {
            bail!("--liberty applies to the backends as-mapped, liberty and yosys; choose one with --cost");
        }
        Some(_) => {}
    }
    if args.reference.is_empty() {
        return Ok(None);
    }
    Ok(Some(HypervolumeReference::new(args.reference.clone(), fields)?))
}

/// A row for each multiplier: under the weights if there are any, at the costs that are asked for.
fn rows(
    args: &CompareArgs,
    collection: &Collection,
    weights: Option<&OperandWeights>,
    costing: Option<&(BackendName, CostingOptions)>,
    console: &Console,
) -> anyhow::Result<Vec<ComparisonRow>> {
    let listed: Vec<(CatalogEntry, ComparisonRow)> = match weights {
        None => {
            let progress = console.progress("evaluating");
            let selection = collection.select_with_progress(&args.names, &|now| progress.show(now));
            drop(progress);
            let selection = selection?;
            warn(&selection.warnings, console);
            let both = selection.entries.into_iter().zip(&selection.multipliers);
            both.map(|(entry, multiplier)| {
                let row = ComparisonRow::new(multiplier, &multiplier.evaluation, &entry.catalog);
                (entry, row)
            })
            .collect()
        }
        Some(weights) => weighted_rows(args, collection, weights, console)?,
    };
    let (entries, rows): (Vec<CatalogEntry>, Vec<ComparisonRow>) = listed.into_iter().unzip();
    let Some((backend, costing)) = costing else { return Ok(rows) };
    let outcomes = |backend| costs::outcomes(&entries, backend, costing, collection, console);
    let mut costed = outcomes(*backend);
    if args.predict {
        predicted::fill(&mut costed, &outcomes(BackendName::BuiltIn), console)?;
    }
    costs::recost(rows, costed, *backend, console)
}

/// The rows of multipliers whose operand pairs are weighed, which takes tables.
fn weighted_rows(
    args: &CompareArgs,
    collection: &Collection,
    weights: &OperandWeights,
    console: &Console,
) -> anyhow::Result<Vec<(CatalogEntry, ComparisonRow)>> {
    let progress = console.progress("tabulating");
    let tables = collection.select_tables(&args.names, &|now| progress.show(now));
    drop(progress);
    let tables = tables.map_err(needs_tables)?;
    warn(&tables.warnings, console);
    let distribution = weights.distribution(tables.multipliers.iter().map(|table| table.format()))?;
    let both = tables.entries.into_par_iter().zip(tables.multipliers);
    Ok(both
        .map(|(entry, table)| {
            let evaluation = weighted(&table.table, &distribution);
            let metrics = evaluation.metrics;
            let row = ComparisonRow::new(&Evaluated::of_table(table, metrics), &evaluation, &entry.catalog);
            (entry, row)
        })
        .collect())
}

/// The rows as `--format` has them, and beneath them the fronts in formats for readers.
fn render(
    args: &CompareArgs,
    rows: &[ComparisonRow],
    fronts: Option<&Fronts>,
    by_catalog: bool,
    width: Option<usize>,
) -> anyhow::Result<Vec<u8>> {
    // One field has a best row and no front to speak of.
    let fronts = fronts.filter(|fronts| fronts.fields.len() > 1);
    let beneath = |format: &dyn Render<Fronts>| fronts.map(|fronts| format.render(fronts)).transpose();
    let (mut bytes, fronts) = match args.output.format {
        CompareFormat::Table => {
            let format = ComparisonTable { width, by_catalog };
            (format.render(rows)?, beneath(&format)?)
        }
        CompareFormat::Markdown => {
            let format = ComparisonMarkdown { by_catalog };
            (format.render(rows)?, beneath(&format)?)
        }
        CompareFormat::Json => (ComparisonJson.render(rows)?, None),
        CompareFormat::Csv => (ComparisonCsv.render(rows)?, None),
    };
    bytes.extend(fronts.unwrap_or_default());
    Ok(bytes)
}

/// Says which catalogs have nothing to compare.
fn warn_of_absence(catalogs: &[String], rows: &[ComparisonRow], console: &Console) {
    for catalog in catalogs.iter().filter(|name| rows.iter().all(|row| row.catalog != **name)) {
        console.warn(format_args!("catalog '{catalog}' contributed no multipliers"));
    }
}

/// Says where a reference leaves nothing to measure.
fn warn_of_reference(given: bool, fronts: &Fronts, console: &Console) {
    for front in &fronts.fronts {
        let figures = &front.figures;
        if given && figures.points > 0 && figures.points_beyond_reference == figures.points {
            console.warn(format_args!(
                "no point of the front lies below the --reference in every field, so hypervolumes are 0; name worse \
                 figures"
            ));
        }
    }
}
