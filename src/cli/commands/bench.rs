//! `axmul bench`: throughput of the kernels on this machine.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use crate::cli::ExitStatus;
use crate::cli::output::{Console, OutputArgs, TableFormat};
use crate::launch::{LaunchError, Trainer};
use crate::report::{align_right, boxed_table, significant};
use axmul_experiment::{BenchRequest, BenchResult, Standard, median_ms, standard_tables};
use axmul_kernels::{Kernel, KernelKind, KernelSelection};
use axmul_support::random::SplitMix64;

/// Measure the throughput of approximate convolutions, compared with libtorch's fp32
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul bench --kernel auto                   the fastest kernel for each table
  axmul bench --threads 2 --seconds 1         every kernel that this CPU runs, on two threads
  axmul bench --format json | jq '.[] | select(.rank == 1)'

Convolutions 3x3 with padding 1 over 64 images, 151 million products each, from codes to 32-bit sums.
Tables: the exact one and those of which the lowest 1, 2 or 4 columns of partial products are missing,
whose errors have that rank; one of random errors. Each is done for --seconds, and the median counts.
ratio_to_fp32 is the time over that of libtorch's fp32 convolution, below 1 where approximate products
are faster; unknown without axmul-train. All kernels give the same sums, which is checked.")]
pub(in crate::cli) struct BenchArgs {
    /// Kernel to measure; `auto`, `lookup` and `low_rank` take the fastest of their kind [default: all]
    #[arg(long, value_parser = PossibleValuesParser::new(KernelSelection::names())
        .try_map(|name| name.parse::<KernelSelection>()))]
    kernel: Option<KernelSelection>,
    /// Numbers of threads
    #[arg(long, value_name = "N,N", value_delimiter = ',')]
    threads: Vec<usize>,
    /// How long each is repeated
    #[arg(long, default_value = "0.5", value_parser = seconds)]
    seconds: Duration,
    #[command(flatten)]
    output: OutputArgs<TableFormat>,
}

/// One measurement.
#[derive(Debug, Serialize)]
struct BenchRow {
    /// Images, channels, rows and columns: `64x16x32x32`.
    shape: String,
    /// Rank of the table's errors; `null` for random ones, which have all.
    rank: Option<usize>,
    path: &'static str,
    threads: usize,
    ms: f64,
    /// Billion products per second.
    gmacs: f64,
    ratio_to_fp32: Option<f64>,
    fp32_ms: Option<f64>,
    /// Libtorch's int8 matrix product of as many products, without im2col.
    int8_ms: Option<f64>,
}

/// Reads a number of seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=3600.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("expected seconds, up to 3600".into()),
    }
}

pub(super) fn run(args: &BenchArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let output = args.output.open()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut threads = if args.threads.is_empty() { vec![1, cores] } else { args.threads.clone() };
    threads.dedup();
    if let Some(bad) = threads.iter().find(|&&threads| threads == 0 || threads > 4096) {
        bail!("--threads: expected 1 to 4096, got {bad}");
    }
    let tables = standard_tables();
    let selections = match args.kernel {
        Some(selection) => vec![selection],
        None => KernelKind::all().map(KernelSelection::Only).collect(),
    };
    let kernels: Vec<(Option<usize>, Kernel)> = tables
        .iter()
        .flat_map(|(rank, table)| {
            selections.iter().filter_map(move |&selection| Some((*rank, Kernel::new(table, selection).ok()?)))
        })
        .collect();
    if kernels.is_empty() {
        let selection = selections[0];
        bail!("{}", Kernel::new(&tables[0].1, selection).err().map_or_else(String::new, |e| e.to_string()));
    }
    let progress = console.progress("measuring");
    let total = (threads.len() * Standard::ALL.len() * kernels.len()) as u64;
    let mut measured = Vec::new();
    let mut without_fp32 = None;
    for &threads in &threads {
        let native = native(threads, args.seconds);
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start threads")?;
        for (at, standard) in Standard::ALL.into_iter().enumerate() {
            let mut expected: Vec<(Option<usize>, Vec<i32>)> = Vec::new();
            for (rank, kernel) in &kernels {
                let (ms, sums) = pool.install(|| time(kernel, standard, args.seconds));
                match expected.iter().find(|(of, _)| of == rank) {
                    Some((_, expected)) if *expected != sums => {
                        bail!(
                            "kernel {} gives other sums than another one; please report this",
                            kernel.kind()
                        )
                    }
                    Some(_) => {}
                    None => expected.push((*rank, sums)),
                }
                let fp32_ms = native.as_ref().ok().map(|native| native.fp32_ms[at]);
                let shape = standard.shape();
                let products = (shape.outputs() * shape.fan_in()) as f64;
                measured.push(BenchRow {
                    shape: format!("{}x{}x{s}x{s}", shape.batch, shape.channels_in, s = shape.width),
                    rank: *rank,
                    path: kernel.kind().name(),
                    threads,
                    ms,
                    gmacs: products / ms / 1e6,
                    ratio_to_fp32: fp32_ms.map(|fp32| ms / fp32),
                    fp32_ms,
                    int8_ms: native.as_ref().ok().and_then(|native| native.int8_ms[at]),
                });
                progress.set_steps(measured.len() as u64, total);
            }
        }
        without_fp32 = native.err();
    }
    drop(progress);
    if let Some(error) = without_fp32 {
        console.note(format_args!("skipped the comparison with libtorch: {error}"));
    }
    let text = match args.output.format {
        TableFormat::Json => serde_json::to_string_pretty(&measured)? + "\n",
        TableFormat::Table => table(&measured),
    };
    console.deliver(text.as_bytes(), output)?;
    Ok(ExitStatus::Done)
}

/// How fast libtorch is.
fn native(threads: usize, duration: Duration) -> Result<BenchResult, LaunchError> {
    let shapes = Standard::ALL.to_vec();
    Trainer::find()?.bench(|output| BenchRequest { shapes, threads, duration, output })
}

/// The median time of a convolution, in milliseconds, and its sums.
fn time(kernel: &Kernel, standard: Standard, duration: Duration) -> (f64, Vec<i32>) {
    let shape = standard.shape();
    let mut numbers = SplitMix64::from_key(&[2]);
    let mut codes = |len: usize| -> Vec<u8> { (0..len).map(|_| numbers.below(256) as u8).collect() };
    let (activations, weights) = (codes(shape.activations()), codes(shape.weights()));
    let mut sums = vec![0; shape.outputs()];
    let ms = median_ms(duration, || {
        kernel.conv2d(&shape, &activations, &weights, 0, &mut sums).expect("operands of the shape");
    });
    (ms, sums)
}

fn table(measured: &[BenchRow]) -> String {
    let header = ["shape", "rank", "path", "threads", "ms", "gmacs", "fp32_ms", "ratio_to_fp32"];
    let mut table = boxed_table(header);
    for row in measured {
        let known = |value: Option<f64>| value.map_or_else(String::new, |value| significant(value, 3));
        table.add_row([
            row.shape.clone(),
            row.rank.map_or_else(|| "full".into(), |rank| rank.to_string()),
            row.path.into(),
            row.threads.to_string(),
            significant(row.ms, 3),
            significant(row.gmacs, 3),
            known(row.fp32_ms),
            known(row.ratio_to_fp32),
        ]);
    }
    align_right(&mut table, 3..header.len());
    format!("{table}\n")
}
