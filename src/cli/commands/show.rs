//! `axmul show`: shows everything about one multiplier.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context;
use serde::Serialize;

use crate::cli::ExitStatus;
use crate::cli::inputs::SingleEntry;
use crate::cli::options::SampleArgs;
use crate::cli::options::SourceArgs;
use crate::cli::options::weights::{OperandWeights, needs_tables, weighted};
use crate::cli::output::{Console, OutputArgs, TableFormat};
use crate::report::{FigureFile, heat_map, significant};
use axmul_metrics::compare::{ComparisonRow, Field};

/// Show one multiplier: error metrics, cost, circuit, provenance and error map
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul show drum-4-8s
  axmul show truncated-3-8u --heatmap truncated.svg
  axmul show ./libmine.so:mul8s_mine --heatmap mine.png --format json
  axmul show exact-16u                          16 bits: all 2^32 pairs, or --samples 1000000
  axmul show mul8s_1L2H --catalog evoapprox --weights histogram.npy

The error map plots exact - approximate for every operand pair, a (activation) upward and b (weight)
to the right: red where the multiplier underestimates, blue where it overestimates.")]
pub(in crate::cli) struct ShowArgs {
    /// Multiplier
    #[arg(value_name = "NAME|PATH")]
    name: String,
    /// Plot the error map
    #[arg(long, value_name = "FILE.svg|png")]
    heatmap: Option<PathBuf>,
    /// Weight operand pairs by an operand histogram, as in `axmul compare`
    #[arg(long, value_name = "FILE.npy")]
    weights: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs<TableFormat>,
    #[command(flatten)]
    samples: SampleArgs,
    #[command(flatten)]
    sources: SourceArgs,
}

/// The object of `--format json`: that of `axmul compare` without the front, and what only `show` knows.
#[derive(Serialize)]
struct MultiplierDetails {
    #[serde(flatten)]
    row: ComparisonRow,
    /// `null` where a sample found no error.
    exact: Option<bool>,
    /// `null` where it was not looked at.
    commutes: Option<bool>,
    /// Cells of the circuit by kind; `null` where no circuit is known.
    cells: Option<BTreeMap<&'static str, usize>>,
    origin: String,
    license: Option<String>,
    citation: Option<String>,
    documentation: String,
    /// The histogram that the metrics are weighted with.
    weights: Option<String>,
}

pub(super) fn run(args: &ShowArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let output = args.output.open()?;
    let heatmap = args.heatmap.as_deref().map(FigureFile::open).transpose()?;
    let weights = args.weights.as_deref().map(OperandWeights::read).transpose()?;
    let collection = args.sources.open_sampling(args.samples.sampling())?;
    let found = SingleEntry::find(&collection, &args.name, console)?;
    if heatmap.is_some() {
        found.expect_table().context("--heatmap plots the error of every operand pair")?;
    }
    if weights.is_some() {
        found.expect_table().map_err(needs_tables)?;
    }
    let multiplier = found.evaluate(console)?;
    let evaluation = match &weights {
        Some(weights) => weighted(multiplier.table()?, &weights.distribution([multiplier.format])?),
        None => multiplier.evaluation.clone(),
    };
    let counts = found.circuit()?.map(|netlist| netlist.cell_counts());
    let provenance = &multiplier.provenance;
    let shown = MultiplierDetails {
        row: ComparisonRow::new(&multiplier, &evaluation, &found.entry.catalog),
        exact: multiplier.is_exact(),
        commutes: multiplier.commutes(),
        cells: counts.map(|counts| counts.iter().map(|(kind, count)| (kind.name(), count)).collect()),
        origin: provenance.origin.clone(),
        license: provenance.licence.clone(),
        citation: provenance.citation.clone(),
        documentation: provenance.documentation.clone(),
        weights: weights.as_ref().map(|weights| weights.path().display().to_string()),
    };
    let text = match args.output.format {
        TableFormat::Json => json(&shown)?,
        TableFormat::Table => shown.text(),
    };
    console.deliver(text.as_bytes(), output)?;
    if let Some(file) = heatmap {
        let path = file.path().to_owned();
        file.commit(&heat_map(&multiplier.tabulated()?, &evaluation.metrics)?)?;
        console.note(format!("error map plotted to {}", path.display()));
    }
    Ok(ExitStatus::Done)
}

fn json(shown: &MultiplierDetails) -> anyhow::Result<String> {
    let mut value = serde_json::to_value(shown)?;
    if let Some(object) = value.as_object_mut() {
        object.remove("pareto");
        object.remove("catalog_pareto");
    }
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

impl MultiplierDetails {
    fn text(&self) -> String {
        let mut text = format!("{}\n", self.row.name);
        let mut line = |label: &str, value: &str| {
            if !value.is_empty() {
                let _ = writeln!(text, "  {label:<28}{value}");
            }
        };
        let row = &self.row;
        let sign = if row.signed { "signed" } else { "unsigned" };
        line("operands", &format!("a {} bits, b {} bits, {sign}", row.width_a, row.width_b));
        line("provider", &row.provider);
        line("origin", &self.origin);
        line("license", self.license.as_deref().unwrap_or_default());
        line("citation", self.citation.as_deref().unwrap_or_default());
        line("about", &self.documentation);
        let sampled = row.basis.sampled.then(|| format!("{} operand pairs", row.basis.pairs_evaluated));
        let exact = match self.exact {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown: no error found in the sample",
        };
        line("every product exact", exact);
        let commutes = match self.commutes {
            Some(true) => "yes",
            Some(false) => "no: operand order matters",
            None => "",
        };
        line("a x b = b x a", commutes);
        let over = match (&self.weights, &sampled, row.basis.sample_seed) {
            (Some(path), ..) => format!("operands as in {path}"),
            (None, Some(pairs), Some(seed)) => format!("{pairs} drawn with seed {seed}"),
            (None, Some(pairs), None) => pairs.clone(),
            (None, None, _) => "all operand pairs".into(),
        };
        let _ = writeln!(text, "\nError, exact - approximate, over {over}");
        if sampled.is_some() {
            text.push_str("  ~ estimated, with its 95 % interval; ≥ the largest seen, a lower bound\n");
        }
        let mut figure = |field: Field| {
            if let Some(value) = field.of(row) {
                let label = format!("{:<12}{}", field.name(), field.label());
                let value = format!("{}{}", row.standing(field).mark(), significant(value, 6));
                let interval = row
                    .basis
                    .interval(field)
                    .map(|(low, high)| format!("   {} to {}", significant(low, 6), significant(high, 6)));
                let _ = writeln!(text, "  {label:<62}{value:>12}{}", interval.unwrap_or_default());
            }
        };
        Field::ALL.into_iter().filter(|field| field.is_error()).for_each(&mut figure);
        if let Some(source) = &row.cost_source {
            let _ = writeln!(text, "\nCost, {source}");
            if let Some(technology) = self.row.cost_technology.as_deref().filter(|t| !t.is_empty()) {
                let _ = writeln!(text, "  {technology}");
            }
            for field in Field::ALL.into_iter().filter(|field| field.is_cost()) {
                if let Some(value) = field.of(row) {
                    let label = format!("{:<12}{}", field.name(), field.label());
                    let _ = writeln!(text, "  {label:<62}{:>12}", significant(value, 6));
                }
            }
        }
        if let Some(cells) = &self.cells {
            let _ = writeln!(text, "\nCircuit, {} cells", cells.values().sum::<usize>());
            for (kind, count) in cells {
                let _ = writeln!(text, "  {kind:<62}{count:>12}");
            }
        }
        text
    }
}
