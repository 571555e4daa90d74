//! `axmul list`: lists multipliers and families.

use std::fmt::Write as _;

use anyhow::bail;
use serde::Serialize;

use crate::cli::ExitStatus;
use crate::cli::options::SourceArgs;
use crate::cli::output::{Console, OutputArgs, TableFormat};
use crate::report::{align_right, boxed_table, significant};
use axmul_metrics::OperandFormat;
use axmul_providers::{CatalogEntry, Collection};

/// List multipliers, or the families they are members of
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul list                                  list built-in multipliers
  axmul list --families                       list families and their parameters
  axmul list --catalog evoapprox --signed     list a catalog
  axmul list --format json | jq -r '.[].name'")]
pub(in crate::cli) struct ListArgs {
    /// List the families linked into this executable instead
    #[arg(long)]
    families: bool,
    #[command(flatten)]
    output: OutputArgs<TableFormat>,
    #[command(flatten)]
    sources: SourceArgs,
}

#[derive(Serialize)]
struct ListedMultiplier<'a> {
    name: &'a str,
    catalog: &'a str,
    provider: &'a str,
    signed: bool,
    width_a: u8,
    width_b: u8,
    /// `8s`, `8x4u`.
    format: OperandFormat,
    power_mw: Option<f64>,
    area_um2: Option<f64>,
    delay_ns: Option<f64>,
    cost_source: Option<&'a str>,
}

impl<'a> ListedMultiplier<'a> {
    fn new(entry: &'a CatalogEntry) -> Self {
        let (format, cost) = (entry.format, &entry.cost);
        Self {
            name: &entry.name,
            catalog: &entry.catalog,
            provider: &entry.provider,
            signed: format.is_signed(),
            width_a: format.width_a(),
            width_b: format.width_b(),
            format,
            power_mw: cost.power_mw,
            area_um2: cost.area_um2,
            delay_ns: cost.delay_ns,
            cost_source: (!cost.is_empty()).then_some(cost.source.as_str()),
        }
    }
}

#[derive(Serialize)]
struct ListedFamily {
    name: &'static str,
    summary: &'static str,
    citation: &'static str,
    parameters: Vec<ListedParameter>,
    listed: usize,
}

#[derive(Serialize)]
struct ListedParameter {
    name: &'static str,
    description: &'static str,
}

pub(super) fn run(args: &ListArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let output = args.output.open()?;
    let collection = args.sources.open()?;
    let text = match (args.families, args.output.format) {
        (true, format) => families(&collection, format)?,
        (false, format) => {
            for warning in collection.warnings() {
                console.about(warning);
            }
            if collection.entries().is_empty() {
                bail!("no multiplier to list; add --catalog or --plugin");
            }
            match format {
                TableFormat::Json => {
                    json(&collection.entries().iter().map(ListedMultiplier::new).collect::<Vec<_>>())?
                }
                TableFormat::Table => table(collection.entries()),
            }
        }
    };
    console.deliver(text.as_bytes(), output)?;
    Ok(ExitStatus::Done)
}

fn json<T: Serialize>(value: &T) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

fn families(collection: &Collection, format: TableFormat) -> anyhow::Result<String> {
    let families: Vec<ListedFamily> = collection
        .registry()
        .providers()
        .iter()
        .map(|provider| ListedFamily {
            name: provider.name(),
            summary: provider.summary(),
            citation: provider.citation(),
            parameters: provider
                .parameters()
                .iter()
                .map(|p| ListedParameter { name: p.name, description: p.description })
                .collect(),
            listed: provider.variants().len(),
        })
        .collect();
    if let TableFormat::Json = format {
        return json(&families);
    }
    let mut text = String::new();
    for family in &families {
        let mut name = family.name.to_owned();
        for parameter in &family.parameters {
            let _ = write!(name, "-<{}>", parameter.name);
        }
        let _ = writeln!(text, "{name}[-<format>]\n  {}", family.summary);
        for parameter in &family.parameters {
            let _ = writeln!(text, "  <{}>: {}", parameter.name, parameter.description);
        }
        let _ = writeln!(text, "  {}\n", family.citation);
    }
    text.push_str("<format> is 8s (signed), 8u (unsigned) or, for other widths of a and b, 8x4u.\n");
    Ok(text)
}

fn table(entries: &[CatalogEntry]) -> String {
    let mut sources: Vec<&str> =
        entries.iter().filter(|e| !e.cost.is_empty()).map(|e| e.cost.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let mut table = boxed_table(["name", "catalog", "format", "power_mw", "area_um2", "delay_ns", "cost"]);
    let figure = |value: Option<f64>| value.map(|value| significant(value, 4)).unwrap_or_default();
    for entry in entries {
        let cost = &entry.cost;
        let source = sources.iter().position(|source| !cost.is_empty() && *source == cost.source);
        table.add_row([
            entry.name.clone(),
            entry.catalog.clone(),
            entry.format.to_string(),
            figure(cost.power_mw),
            figure(cost.area_um2),
            figure(cost.delay_ns),
            source.map(|number| format!("[{}]", number + 1)).unwrap_or_default(),
        ]);
    }
    align_right(&mut table, 3..6);
    let mut text = format!("{table}\n");
    for (number, source) in sources.iter().enumerate() {
        let _ = writeln!(text, "[{}] {source}", number + 1);
    }
    text
}
