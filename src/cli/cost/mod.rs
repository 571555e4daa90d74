//! `axmul cost`: what multipliers cost, by one backend or several.

mod layers;
mod operands;
mod rows;

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::ValueEnum;
use rayon::prelude::*;

use super::ExitStatus;
use super::console::Console;
use super::sources::SourceArgs;
use crate::hardware::activity::{Glitches, Sampling};
use crate::hardware::cost::Conditions;
use crate::hardware::map::Goal;
use crate::providers::cache::Cache;
use crate::providers::costs::{AsPlaced, Backend, BuiltIn, Published, Subject, Technology, Yosys};
use crate::providers::{Collection, Entry, SourceError};
use crate::report::{FigureFormat, OutputFile, Render, layer_energy_figure};
use layers::Layers;
use operands::{Choice, Given};
use rows::{Row, csv, json, table};

/// What multipliers cost: area, delay and power of their circuits, beside published figures
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul cost my_mult.v                           published figures, and those of its circuit
  axmul cost truncated-3-8s drum-4-8s --glitches
  axmul cost my_mult.v --liberty sky130.lib      onto the cells of a library of yours
  axmul cost my_mult.v --backend built-in,yosys  two mappings onto the same cells
  axmul cost exact-8u --operands histogram.npy   the power that a layer's operands take
  axmul cost exact-8s drum-4-8s --layers runs/mnist-lenet5 --figure energy.svg
  axmul cost exact-16u --operands trace.npy --clock 250 --format json -o cost.json

Backends: published (the figures that came with it), placed (a netlist of library cells as it is),
built-in (mapped onto cells that axmul carries), liberty (onto those of --liberty), yosys (mapped by
Yosys and ABC onto the one or the other). Without --backend: all but yosys, as far as there are
figures, library cells, a circuit, a library.
Figures of different backends or settings are not comparable; source and technology say which they
are.
Operands: uniform; a histogram of [2^n] (both operands), [2, 2^n] (a, then b) or [2^n, 2^m] (joint),
bin 0 being the lowest operand value; or a trace, integers of [pairs, 2], an (a, b) a row, one
product after the other. trace:FILE and histogram:FILE say which of them a file is.")]
pub(super) struct CostArgs {
    /// The multipliers
    #[arg(value_name = "NAME|PATH", required = true)]
    names: Vec<String>,
    /// Who costs them; several, separated by commas
    #[arg(long, value_enum, value_name = "BACKEND", value_delimiter = ',')]
    backend: Vec<Choices>,
    /// A cell library, for the backends placed, liberty and yosys
    #[arg(long, value_name = "FILE.lib")]
    liberty: Option<PathBuf>,
    /// Products a microsecond at which power is stated
    #[arg(long, value_name = "MHZ", default_value_t = crate::hardware::cost::CLOCK_MHZ, value_parser = megahertz)]
    clock: f64,
    /// What is multiplied
    #[arg(long, value_name = "uniform|FILE.npy", default_value = "uniform")]
    operands: Choice,
    /// Also under the operands that the search of a run captured in each layer of its network
    #[arg(long, value_name = "RUN")]
    layers: Option<PathBuf>,
    /// Draw the energy of a product in each layer
    #[arg(long, value_name = "FILE.svg|png", requires = "layers")]
    figure: Option<PathBuf>,
    /// Count glitches too: signals that toggle more than once a product, at the cells' delays
    #[arg(long)]
    glitches: bool,
    /// What the mapping is best at
    #[arg(long, value_enum, default_value = "area")]
    goal: Goals,
    /// Successive operand pairs that are drawn where not every case is looked at: with glitches, and for operands of
    /// together more than 16 bits
    #[arg(long, value_name = "N", default_value_t = 8192, value_parser = clap::value_parser!(u64).range(64..=1 << 24))]
    samples: u64,
    /// The seed of the pairs that are drawn
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// How the result is written
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// The file to write, whole or not at all; standard output without it
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    sources: SourceArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Choices {
    /// The figures that came with it
    Published,
    /// The very cells of a netlist that came mapped
    Placed,
    /// The cells that axmul carries
    BuiltIn,
    /// The cells of --liberty
    Liberty,
    /// Yosys and ABC
    Yosys,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Goals {
    /// The smallest area
    Area,
    /// The shortest delay
    Delay,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For reading
    Table,
    /// An array of objects
    Json,
    /// Comma-separated values
    Csv,
}

fn megahertz(text: &str) -> Result<f64, String> {
    let valid = text.parse::<f64>().ok().filter(|clock| (0.001..=1e6).contains(clock));
    valid.ok_or_else(|| "expected a number of megahertz from 0.001 to 1000000".into())
}

pub(super) fn run(args: &CostArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    // What can fail cheaply fails first.
    let asked = asked(args)?;
    let output = args.output.as_deref().map(OutputFile::open).transpose()?;
    let figure = args
        .figure
        .as_deref()
        .map(|path| anyhow::Ok((FigureFormat::of_path(path)?, OutputFile::open(path)?)))
        .transpose()?;
    let given = Operations {
        operands: args.operands.read()?,
        layers: args.layers.as_deref().map(Layers::read).transpose()?,
    };
    let technology = args.liberty.as_deref().map(Technology::open).transpose()?;
    for note in technology.iter().flat_map(|technology| &technology.notes) {
        console.note(note);
    }
    let collection = args.sources.open()?;
    for warning in collection.warnings() {
        console.about(warning);
    }
    let mut failures: Vec<anyhow::Error> = Vec::new();
    let entries = find(&collection, &args.names, &mut failures, console)?;
    let bench = Bench::new(args, technology.as_ref(), collection.cache());
    let progress = console.progress("costing");
    let done = std::sync::atomic::AtomicU64::new(0);
    let total = entries.len() as u64;
    let costed: Vec<(Vec<Row>, Vec<anyhow::Error>)> = entries
        .par_iter()
        .map(|entry| {
            let costed = bench.cost(&collection, entry, &asked, (args, &given));
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
    let bytes = match args.format {
        Format::Table => table(&all).into_bytes(),
        Format::Json => json(&all)?,
        Format::Csv => csv(&all)?,
    };
    console.deliver(&bytes, output)?;
    if let (Some((format, file)), Some(layers)) = (figure, &given.layers) {
        let series = layers.series(&all);
        if series.is_empty() {
            bail!("--figure draws computed energies, and no multiplier here has any");
        }
        let path = file.path().to_owned();
        file.commit(&format.render(&layer_energy_figure(layers.names(), &series)?)?)?;
        console.note(format!("energies drawn to {}", path.display()));
    }
    Ok(ExitStatus::Done)
}

/// What is multiplied.
struct Operations {
    operands: Given,
    layers: Option<Layers>,
}

/// The backends that were asked for, each once, in their order; empty where none was.
fn asked(args: &CostArgs) -> anyhow::Result<Vec<Choices>> {
    let mut asked = args.backend.clone();
    asked.sort_unstable();
    asked.dedup();
    let uses = |choice: &Choices| matches!(choice, Choices::Placed | Choices::Liberty | Choices::Yosys);
    if args.liberty.is_none() && asked.contains(&Choices::Liberty) {
        bail!("--backend liberty maps onto the cells of a library; name its file with --liberty FILE.lib");
    }
    if args.liberty.is_some() && !asked.is_empty() && !asked.iter().any(uses) {
        bail!(
            "--liberty is for the backends placed, liberty and yosys; add one of them to --backend, or leave it away"
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
) -> anyhow::Result<Vec<Entry>> {
    let (entries, warnings, failed) = collection.find_all(names)?;
    for warning in &warnings {
        console.about(warning);
    }
    failures.extend(failed.into_iter().map(anyhow::Error::from));
    Ok(entries)
}

/// All failures as one error.
fn nothing(mut failures: Vec<anyhow::Error>) -> anyhow::Error {
    if failures.len() <= 1 {
        return failures.pop().unwrap_or_else(|| anyhow::anyhow!("there is no multiplier to cost"));
    }
    let lines: String = failures.iter().map(|failure| format!("\n  {failure:#}")).collect();
    anyhow::anyhow!("nothing that was asked for could be costed:{lines}")
}

/// The backends at hand.
struct Bench<'a> {
    placed: AsPlaced<'a>,
    built_in: BuiltIn<'a>,
    liberty: Option<BuiltIn<'a>>,
    yosys: Yosys<'a>,
}

impl<'a> Bench<'a> {
    fn new(args: &CostArgs, technology: Option<&'a Technology>, cache: &'a Cache) -> Self {
        let goal = match args.goal {
            Goals::Area => Goal::Area,
            Goals::Delay => Goal::Delay,
        };
        Self {
            placed: AsPlaced::new(technology.unwrap_or(Technology::built_in())),
            built_in: BuiltIn::new(Technology::built_in(), goal, cache),
            liberty: technology.map(|technology| BuiltIn::new(technology, goal, cache)),
            yosys: Yosys::new(technology.unwrap_or(Technology::built_in()), goal, cache),
        }
    }

    /// The rows of one multiplier, and what went wrong with it.
    fn cost(
        &self,
        collection: &Collection,
        entry: &Entry,
        asked: &[Choices],
        (args, given): (&CostArgs, &Operations),
    ) -> (Vec<Row>, Vec<anyhow::Error>) {
        let known = || -> Result<_, SourceError> {
            Ok((collection.circuit(entry)?, collection.placed(entry)?, collection.known_cost(entry)?))
        };
        let conditions = || -> anyhow::Result<_> { Ok((known()?, conditions(args, given, entry)?)) };
        let ((circuit, placed, known), conditions) = match conditions() {
            Ok(found) => found,
            Err(error) => return (Vec::new(), vec![error]),
        };
        let (circuit, placed) = (circuit.as_ref(), placed.as_ref());
        let subject = Subject { name: &entry.name, circuit, placed, known: &known };
        let able = self.able(&subject);
        let chosen = if asked.is_empty() { &able } else { asked };
        if chosen.is_empty() {
            let name = &entry.name;
            let error =
                anyhow::anyhow!("{name}: neither figures nor a circuit of it are known, only products");
            return (Vec::new(), vec![error]);
        }
        let (mut rows, mut failures) = (Vec::new(), Vec::new());
        for &choice in chosen {
            let Some(backend) = self.backend(choice) else { continue };
            for (layer, conditions) in &conditions {
                // Published figures are what they are, whatever is multiplied.
                if choice == Choices::Published && layer.is_some() {
                    continue;
                }
                match backend.cost(&subject, conditions) {
                    Ok(costed) => rows.push(Row::new(&entry.name, backend.name(), *layer, costed)),
                    Err(error) => {
                        failures.push(error.into());
                        break;
                    }
                }
            }
        }
        (rows, failures)
    }

    /// Those that have figures of a multiplier, Yosys left out, which takes its time.
    fn able(&self, subject: &Subject<'_>) -> Vec<Choices> {
        let published = Published::has(subject).then_some(Choices::Published);
        let placed = self.placed.can(subject).then_some(Choices::Placed);
        let mapped = subject.circuit.map(|_| Choices::BuiltIn);
        let liberty = mapped.and(self.liberty.as_ref()).map(|_| Choices::Liberty);
        published.into_iter().chain(placed).chain(mapped).chain(liberty).collect()
    }

    fn backend(&self, choice: Choices) -> Option<&dyn Backend> {
        Some(match choice {
            Choices::Published => &Published,
            Choices::Placed => &self.placed,
            Choices::BuiltIn => &self.built_in,
            Choices::Liberty => self.liberty.as_ref()?,
            Choices::Yosys => &self.yosys,
        })
    }
}

/// The conditions of `--operands`, then those of each layer.
fn conditions<'a>(
    args: &CostArgs,
    given: &'a Operations,
    entry: &Entry,
) -> anyhow::Result<Vec<(Option<&'a str>, Conditions)>> {
    let of = |option: &str| format!("{}: {option}", entry.name);
    let operands = given.operands.of(entry.format).with_context(|| of("--operands"))?;
    let mut all = vec![(None, operands)];
    if let Some(layers) = &given.layers {
        let layers = layers.of(entry.format).with_context(|| of("--layers"))?;
        all.extend(layers.into_iter().map(|(name, operands)| (Some(name), operands)));
    }
    let transitions = usize::try_from(args.samples)?;
    let conditions = |(layer, operands)| {
        let conditions = Conditions {
            clock_mhz: args.clock,
            operands,
            glitches: if args.glitches { Glitches::Counted } else { Glitches::Ignored },
            sampling: Sampling { transitions, seed: args.seed },
            ..Conditions::default()
        };
        (layer, conditions)
    };
    Ok(all.into_iter().map(conditions).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_tells_the_truth() {
        assert_eq!(Sampling::default(), Sampling { transitions: 8192, seed: 0 });
        assert_eq!(crate::hardware::activity::MAX_EXACT_BITS, 16);
    }

    #[test]
    fn clocks_tick() {
        assert_eq!(megahertz("250"), Ok(250.0));
        for text in ["0", "-1", "inf", "NaN", "fast", "1e9"] {
            assert!(megahertz(text).is_err(), "{text}");
        }
    }
}
