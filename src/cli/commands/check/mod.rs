//! `axmul check`: proves two multipliers equal, or finds a counterexample.

mod answer;

use std::time::Duration;

use crate::cli::ExitStatus;
use crate::cli::inputs::SingleEntry;
use crate::cli::options::SourceArgs;
use crate::cli::output::{Console, OutputArgs, ProgressDisplay, TextFormat};
use answer::CheckAnswer;
use axmul_metrics::OperandFormat;
use axmul_metrics::evaluation::MAX_EXHAUSTIVE_BITS;
use axmul_providers::PairSampling;
use axmul_providers::equality::{
    ComparedMultiplier, EqualityEffort, EqualityPlan, EqualityVerdict, EqualityWork, compare_multipliers,
};

/// Prove that two multipliers compute the same products, or find a counterexample
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul check my_mult.v my_mult.c
  axmul check my_mult.v exact-8s                  is it exact?
  axmul check before.blif after.v && echo same    for scripts and CI
  axmul check wide.v exact-32s --time-limit 300   beyond 16x16 bits: proof, else sample
  axmul check my_mult.v mine.npy --format json

Circuits are proven equal; otherwise all operand pairs are compared (up to 32 product bits), or a
random sample; the answer says which. A sample without a difference is no proof: --proof makes that
an error.
Exit codes: 0 no difference, 1 difference found, 2 error.")]
pub(in crate::cli) struct CheckArgs {
    /// First multiplier
    #[arg(value_name = "A")]
    first: String,
    /// Second multiplier
    #[arg(value_name = "B")]
    second: String,
    /// Count all differing operand pairs [default: only up to 24 product bits]
    #[arg(long)]
    all: bool,
    /// Time limit for a proof where not all operand pairs can be compared, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = crate::cli::options::seconds)]
    time_limit: Duration,
    /// Without a proof, compare N random operand pairs instead of all [default: all pairs up to 32 product bits, else
    /// 16777216]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1 << 40), conflicts_with = "all")]
    samples: Option<u64>,
    /// Seed of the random operand pairs
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// Fail if there is neither a proof nor a difference
    #[arg(long)]
    proof: bool,
    #[command(flatten)]
    output: OutputArgs<TextFormat>,
    #[command(flatten)]
    sources: SourceArgs,
}

/// Two multipliers that cannot be compared.
#[derive(Debug, thiserror::Error)]
#[error("A, {}, has operands {}, and B, {}, has operands {}: operand formats must match; {advice}",
    .names[0], .formats[0], .names[1], .formats[1])]
struct OperandsDiffer {
    names: [String; 2],
    formats: [OperandFormat; 2],
    advice: &'static str,
}

impl OperandsDiffer {
    fn new(names: [String; 2], formats: [OperandFormat; 2]) -> Self {
        let [x, y] = formats;
        let widths = |format: OperandFormat| (format.width_a(), format.width_b());
        let advice = match (widths(x) == widths(y), widths(x) == (y.width_b(), y.width_a())) {
            (true, _) => {
                "if a netlist, C source or table was read with the wrong signedness, add --signed or --unsigned"
            }
            (false, true) => "if the operands of a netlist are swapped, set --a and --b",
            (false, false) => "if the operands of a netlist were not recognized, set --a and --b",
        };
        Self { names, formats, advice }
    }
}

/// `--all` for more pairs than can be compared.
#[derive(Debug, thiserror::Error)]
#[error(
    "--all compares every operand pair, up to {MAX_EXHAUSTIVE_BITS} product bits; operands {0} have products of {bits} \
     bits; omit --all", bits = .0.product_width()
)]
struct TooManyPairs(OperandFormat);

/// `--proof` without one.
#[derive(Debug, thiserror::Error)]
#[error("no difference found, but no proof either (--proof); give the proof more time with --time-limit")]
struct NoProof;

pub(super) fn run(args: &CheckArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let output = args.output.open()?;
    let collection = args.sources.open()?;
    let first = SingleEntry::find(&collection, &args.first, console)?;
    let second = SingleEntry::find_another(&collection, &args.second, console)?;
    let entries = [&first.entry, &second.entry];
    let formats = entries.map(|entry| entry.format);
    let format = formats[0];
    if formats[1] != format {
        return Err(OperandsDiffer::new(entries.map(|entry| entry.name.clone()), formats).into());
    }
    // What can fail cheaply fails before anything is compared.
    if args.all && format.product_width() > MAX_EXHAUSTIVE_BITS {
        return Err(TooManyPairs(format).into());
    }
    let effort = EqualityEffort {
        all: args.all,
        time_limit: args.time_limit,
        samples: args.samples.unwrap_or(PairSampling::DEFAULT_PAIRS),
        sample_always: args.samples.is_some(),
        seed: args.seed,
    };
    let (circuit_a, products_a) = (first.circuit()?, first.products()?);
    let (circuit_b, products_b) = (second.circuit()?, second.products()?);
    let verdict = compare_multipliers(
        ComparedMultiplier { circuit: circuit_a.as_ref(), products: &*products_a },
        ComparedMultiplier { circuit: circuit_b.as_ref(), products: &*products_b },
        &EqualityPlan::of_check(format, &effort),
        &|work| progress(console, work),
    )?;
    let answer = CheckAnswer { names: [args.first.clone(), args.second.clone()], format, verdict };
    let text = match args.output.format {
        TextFormat::Text => answer.text(),
        TextFormat::Json => answer.json()?,
    };
    console.deliver(text.as_bytes(), output)?;
    match answer.verdict {
        EqualityVerdict::Different { .. } => Ok(ExitStatus::Different),
        EqualityVerdict::Unknown { .. } if args.proof => Err(NoProof.into()),
        EqualityVerdict::Equal(_) | EqualityVerdict::Unknown { .. } => Ok(ExitStatus::Done),
    }
}

/// A progress display for one step of the comparison.
fn progress(console: &Console, work: EqualityWork) -> Box<dyn Fn(u64, u64) + Sync> {
    let (what, set): (_, fn(&ProgressDisplay, u64, u64)) = match work {
        EqualityWork::Proving => ("proving", ProgressDisplay::set_steps),
        EqualityWork::Comparing => ("comparing", ProgressDisplay::set_pairs),
        EqualityWork::Sampling => ("sampling", ProgressDisplay::set_pairs),
    };
    let display = console.progress(what);
    Box::new(move |done, total| set(&display, done, total))
}
