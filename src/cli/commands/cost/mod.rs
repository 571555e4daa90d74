//! `axmul cost`: what multipliers cost, by one backend or several.

mod layers;
mod rows;

use std::path::PathBuf;

use anyhow::{Context, bail};
use rayon::prelude::*;

use crate::cli::ExitStatus;
use crate::cli::options::SourceArgs;
use crate::cli::options::costing::{BackendName, CostBackends, CostingArgs, CostingOptions, KnownCosts};
use crate::cli::output::{Console, CostFormat, OutputArgs};
use crate::report::{FigureFile, layer_energy_figure};
use axmul_hardware::activity::ActivitySampling;
use axmul_hardware::cost::CostConditions;
use axmul_providers::{CatalogEntry, Collection};
use layers::RunLayers;
use rows::{CostRow, csv, json, table};

/// Estimate area, delay and power of multiplier circuits, next to published figures
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul cost my_mult.v                           published figures, and estimates of its circuit
  axmul cost truncated-3-8s drum-4-8s --glitches
  axmul cost my_mult.v --liberty sky130.lib      map onto your cell library
  axmul cost my_mult.v --backend built-in,yosys  two mappings onto the same cells
  axmul cost exact-8u --operands histogram.npy   power under a layer's operands
  axmul cost exact-8s drum-4-8s --layers runs/mnist-lenet5 --figure energy.svg
  axmul cost exact-16u --operands trace.npy --clock 250 --format json -o cost.json

Backends: published (published figures), as-mapped (a netlist of library cells as it is), built-in
(technology mapping onto the built-in cells), liberty (onto those of --liberty), yosys (by Yosys and
ABC, onto either). Default: every backend but yosys that applies.
Figures of different backends or settings are not comparable; see the columns source and technology.
Operands: uniform; a histogram of [2^n] (both operands), [2, 2^n] (a, then b) or [2^n, 2^m] (joint),
bin 0 is the lowest operand value; or a trace, integers of [pairs, 2], one (a, b) per row, in order.
Use trace:FILE or histogram:FILE if the shape is ambiguous.")]
pub(in crate::cli) struct CostArgs {
    /// Multipliers
    #[arg(value_name = "NAME|PATH", required = true)]
    names: Vec<String>,
    /// Cost backends, comma-separated
    #[arg(long, value_enum, value_name = "BACKEND", value_delimiter = ',')]
    backend: Vec<BackendName>,
    /// Also cost under the operands that a run captured in each layer (stage `search`)
    #[arg(long, value_name = "RUN")]
    layers: Option<PathBuf>,
    /// Plot the energy per product in each layer
    #[arg(long, value_name = "FILE.svg|png", requires = "layers")]
    figure: Option<PathBuf>,
    /// Number of random operand pairs where the exact activity is not computed: with glitches, and beyond 16 operand
    /// bits in total
    #[arg(long, value_name = "N", default_value_t = 8192, value_parser = clap::value_parser!(u64).range(64..=1 << 24))]
    samples: u64,
    /// Seed of the random operand pairs
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    output: OutputArgs<CostFormat>,
    #[command(flatten)]
    costing: CostingArgs,
    #[command(flatten)]
    sources: SourceArgs,
}

pub(super) fn run(args: &CostArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    // What can fail cheaply fails first.
    let asked = asked(args)?;
    let output = args.output.open()?;
    let figure = args.figure.as_deref().map(FigureFile::open).transpose()?;
    let layers = args.layers.as_deref().map(RunLayers::read).transpose()?;
    let sampling = ActivitySampling { transitions: usize::try_from(args.samples)?, seed: args.seed };
    let costing = args.costing.read(sampling, console)?;
    let collection = args.sources.open()?;
    for warning in collection.warnings() {
        console.about(warning);
    }
    let mut failures: Vec<anyhow::Error> = Vec::new();
    let entries = find(&collection, &args.names, &mut failures, console)?;
    let backends = CostBackends::new(&costing, collection.cache());
    let given = LayerConditions { costing: &costing, layers: layers.as_ref() };
    let progress = console.progress("costing");
    let done = std::sync::atomic::AtomicU64::new(0);
    let total = entries.len() as u64;
    let costed: Vec<(Vec<CostRow>, Vec<anyhow::Error>)> = entries
        .par_iter()
        .map(|entry| {
            let costed = cost(&backends, &collection, entry, &asked, &given);
            let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            progress.set_steps(done, total);
            costed
        })
        .collect();
    drop(progress);
    let mut all = Vec::new();
    for (rows, failed) in costed {
        all.extend(rows);
        failures.extend(failed);
    }
    if all.is_empty() {
        return Err(nothing(failures));
    }
    for failure in &failures {
        console.warn(format!("{failure:#}"));
    }
    for note in all.iter().flat_map(|row| &row.notes) {
        console.warn(note);
    }
    let bytes = match args.output.format {
        CostFormat::Table => table(&all).into_bytes(),
        CostFormat::Json => json(&all)?,
        CostFormat::Csv => csv(&all)?,
    };
    console.deliver(&bytes, output)?;
    if let (Some(file), Some(layers)) = (figure, &layers) {
        let series = layers.series(&all);
        if series.is_empty() {
            bail!("--figure plots computed energies, and no multiplier here has any");
        }
        let path = file.path().to_owned();
        file.commit(&layer_energy_figure(layers.names(), &series)?)?;
        console.note(format!("energies plotted to {}", path.display()));
    }
    Ok(ExitStatus::Done)
}

/// The backends that were asked for, each once, in their order; empty where none was.
fn asked(args: &CostArgs) -> anyhow::Result<Vec<BackendName>> {
    let mut asked = args.backend.clone();
    asked.sort_unstable();
    asked.dedup();
    if args.costing.liberty.is_none() && asked.contains(&BackendName::Liberty) {
        bail!("--backend liberty needs a cell library; add --liberty FILE.lib");
    }
    if args.costing.liberty.is_some()
        && !asked.is_empty()
        && !asked.iter().any(|backend| backend.uses_liberty())
    {
        bail!(
            "--liberty applies to the backends as-mapped, liberty and yosys; add one to --backend, or omit it"
        );
    }
    Ok(asked)
}

/// The entries of all names, each once. A mistaken name is an error, a file that fails a failure.
fn find(
    collection: &Collection,
    names: &[String],
    failures: &mut Vec<anyhow::Error>,
    console: &Console,
) -> anyhow::Result<Vec<CatalogEntry>> {
    let found = collection.find_all(names)?;
    for warning in &found.warnings {
        console.about(warning);
    }
    failures.extend(found.failures.into_iter().map(anyhow::Error::from));
    Ok(found.entries)
}

/// All failures as one error.
fn nothing(mut failures: Vec<anyhow::Error>) -> anyhow::Error {
    if failures.len() <= 1 {
        return failures.pop().unwrap_or_else(|| anyhow::anyhow!("no multiplier to cost"));
    }
    let lines: String = failures.iter().map(|failure| format!("\n  {failure:#}")).collect();
    anyhow::anyhow!("no multiplier could be costed:{lines}")
}

/// Under which conditions multipliers are costed.
struct LayerConditions<'a> {
    costing: &'a CostingOptions,
    layers: Option<&'a RunLayers>,
}

impl LayerConditions<'_> {
    /// The conditions of `--operands`, then those of each layer.
    fn conditions(&self, entry: &CatalogEntry) -> anyhow::Result<Vec<(Option<&str>, CostConditions)>> {
        let mut all = vec![(None, self.costing.conditions(&entry.name, entry.format)?)];
        if let Some(layers) = self.layers {
            let layers = layers.of(entry.format).with_context(|| format!("{}: --layers", entry.name))?;
            let under = |(name, operands)| (Some(name), self.costing.under(operands));
            all.extend(layers.into_iter().map(under));
        }
        Ok(all)
    }
}

/// The rows of one multiplier, and what went wrong with it.
fn cost(
    backends: &CostBackends<'_>,
    collection: &Collection,
    entry: &CatalogEntry,
    asked: &[BackendName],
    given: &LayerConditions<'_>,
) -> (Vec<CostRow>, Vec<anyhow::Error>) {
    let known = || anyhow::Ok((KnownCosts::of(collection, entry)?, given.conditions(entry)?));
    let (known, conditions) = match known() {
        Ok(known) => known,
        Err(error) => return (Vec::new(), vec![error]),
    };
    let subject = known.subject(&entry.name);
    let able = backends.able(&subject);
    let chosen = if asked.is_empty() { &able[..] } else { asked };
    if chosen.is_empty() {
        let name = &entry.name;
        let error =
            anyhow::anyhow!("{name}: no cost: only products are known (give a netlist or published costs)");
        return (Vec::new(), vec![error]);
    }
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    for &name in chosen {
        let Some(backend) = backends.backend(name) else { continue };
        for (layer, conditions) in &conditions {
            // Published figures are what they are, whatever is multiplied.
            if name == BackendName::Published && layer.is_some() {
                continue;
            }
            match backend.cost(&subject, conditions) {
                Ok(costed) => rows.push(CostRow::new(&entry.name, backend.name(), *layer, costed)),
                Err(error) => {
                    failures.push(error.into());
                    break;
                }
            }
        }
    }
    (rows, failures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_tells_the_truth() {
        assert_eq!(ActivitySampling::default(), ActivitySampling { transitions: 8192, seed: 0 });
        assert_eq!(axmul_hardware::activity::MAX_EXACT_BITS, 16);
    }
}
