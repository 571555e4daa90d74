//! `axmul show`: everything about one multiplier.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::ExitStatus;
use super::console::Console;
use super::one::one;
use super::sources::SourceArgs;
use super::weights::{Weights, metrics};
use crate::compare::{Field, Row};
use crate::multiplier::{ProductTable, Tabulated};
use crate::providers::registry::Registry;
use crate::report::heat_map::heat_map;
use crate::report::{FigureFormat, OutputFile, Render, significant};

/// Show one multiplier: error metrics, cost, circuit, origin, and its error map as a picture
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul show drum-4-8s
  axmul show truncated-3-8u --heatmap truncated.svg
  axmul show ./libmine.so:mul8s_mine --heatmap mine.png --format json
  axmul show mul8s_1L2H --catalog evoapprox --weights histogram.npy

The error map is exact - approximate for every pair of operands, a (activation) upwards and b
(weight) to the right: red where the multiplier underestimates, blue where it overestimates.")]
pub(super) struct ShowArgs {
    /// The multiplier
    #[arg(value_name = "NAME|PATH")]
    name: String,
    /// Also draw the error map
    #[arg(long, value_name = "FILE.svg|png")]
    heatmap: Option<PathBuf>,
    /// Weigh operand pairs by a histogram of operands, as in `axmul compare`
    #[arg(long, value_name = "FILE.npy")]
    weights: Option<PathBuf>,
    /// How the result is written
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[command(flatten)]
    sources: SourceArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For reading
    Table,
    /// One object
    Json,
}

/// The object of `--format json`: that of `axmul compare` without the front, and what only `show` knows.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    row: Row,
    cost_technology: Option<String>,
    exact: bool,
    commutes: bool,
    /// Cells of the circuit by kind; `null` where no circuit is known.
    cells: Option<BTreeMap<&'static str, usize>>,
    origin: String,
    licence: Option<String>,
    citation: Option<String>,
    documentation: String,
    /// The histogram that the metrics are weighted with.
    weights: Option<String>,
}

pub(super) fn run(args: &ShowArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let heatmap = args
        .heatmap
        .as_deref()
        .map(|path| -> anyhow::Result<_> { Ok((FigureFormat::of_path(path)?, OutputFile::open(path)?)) })
        .transpose()?;
    let weights = args.weights.as_deref().map(Weights::read).transpose()?;
    let multiplier = one(&args.sources, &args.name, console)?;
    let distribution = weights.as_ref().map(|weights| weights.distribution([&*multiplier])).transpose()?;
    let metrics = metrics(&multiplier, distribution.as_ref());
    let provenance = &multiplier.provenance;
    let shown = Shown {
        row: Row::new(&multiplier, metrics),
        cost_technology: (!multiplier.cost.is_empty()).then(|| multiplier.cost.technology.clone()),
        exact: multiplier.table.is_exact(),
        commutes: multiplier.table.commutes(),
        cells: cells(&multiplier),
        origin: provenance.origin.clone(),
        licence: provenance.licence.clone(),
        citation: provenance.citation.clone(),
        documentation: provenance.documentation.clone(),
        weights: weights.as_ref().map(|weights| weights.path().display().to_string()),
    };
    let text = match args.format {
        Format::Json => json(&shown)?,
        Format::Table => shown.text(),
    };
    console.deliver(text.as_bytes(), None)?;
    if let Some((format, file)) = heatmap {
        let path = file.path().to_owned();
        file.commit(&format.render(&heat_map(&multiplier, &metrics)?)?)?;
        console.note(format!("error map drawn to {}", path.display()));
    }
    Ok(ExitStatus::Done)
}

fn json(shown: &Shown) -> anyhow::Result<String> {
    let mut value = serde_json::to_value(shown)?;
    if let Some(object) = value.as_object_mut() {
        object.remove("pareto");
    }
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// The cells of a multiplier's circuit, where a registered family has a member of this name that computes the same
/// products.
fn cells(multiplier: &Tabulated) -> Option<BTreeMap<&'static str, usize>> {
    let members = Registry::linked().ok()?.members(&multiplier.name)?.ok()?;
    let member = members.into_iter().find(|member| member.format() == multiplier.format())?;
    let structure = member.structure()?;
    if ProductTable::tabulate(member.as_ref()).ok()? != multiplier.table {
        return None;
    }
    let counts = structure.netlist().cell_counts();
    Some(counts.iter().filter(|(_, count)| *count > 0).map(|(kind, count)| (kind.name(), count)).collect())
}

impl Shown {
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
        line("licence", self.licence.as_deref().unwrap_or_default());
        line("citation", self.citation.as_deref().unwrap_or_default());
        line("about", &self.documentation);
        line("every product exact", if self.exact { "yes" } else { "no" });
        line(
            "a x b = b x a",
            if self.commutes { "always" } else { "not always: mind the order of the operands" },
        );
        let over = match &self.weights {
            Some(path) => format!("operands as in {path}"),
            None => "all operand pairs".into(),
        };
        let _ = writeln!(text, "\nError, exact - approximate, over {over}");
        let mut figure = |field: Field| {
            if let Some(value) = field.of(row) {
                let label = format!("{:<12}{}", field.name(), field.label());
                let _ = writeln!(text, "  {label:<62}{:>12}", significant(value, 6));
            }
        };
        let widths = [Field::WidthA, Field::WidthB];
        let error = |field: &Field| !field.is_cost() && !widths.contains(field);
        Field::ALL.into_iter().filter(error).for_each(&mut figure);
        if let Some(source) = &row.cost_source {
            let _ = writeln!(text, "\nCost, {source}");
            if let Some(technology) = self.cost_technology.as_deref().filter(|t| !t.is_empty()) {
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
