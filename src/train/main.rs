//! The training executable, started by `axmul` as git and cargo start theirs: the only one that loads libtorch.

use std::path::PathBuf;
use std::process::ExitCode;

use axmul_experiment::{BenchRequest, EvalRequest, InferRequest, RunRequest};
use axmul_train as torch;
use clap::{Args, Parser, Subcommand};

/// Trains and evaluates networks with approximate multipliers, with libtorch.
///
/// This is the other half of `axmul`, which checks an experiment, tabulates its multipliers, writes all of it to a
/// request, and starts this. Run `axmul run EXPERIMENT.yaml` rather than this by hand.
#[derive(Parser)]
#[command(name = "axmul-train", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the stages of an experiment: baseline, quantize, search, retrain, uniform
    Run(Request),
    /// Try an assignment of multipliers on a checkpoint
    Eval(Request),
    /// Compute class scores with published weights
    Infer(Request),
    /// Time libtorch's own convolutions
    Bench(Request),
    /// Say which libtorch this is, and whether it finds a CUDA device
    Info,
}

#[derive(Args)]
struct Request {
    /// The request that axmul wrote
    #[arg(long, value_name = "FILE")]
    request: PathBuf,
}

fn main() -> ExitCode {
    // A panic here is libtorch's refusal of an operation, mostly for want of memory: an error like any other.
    let outcome = std::panic::catch_unwind(|| work(Cli::parse().command));
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            eprintln!("axmul-train: {error:#}");
            ExitCode::from(2)
        }
        Err(_) => {
            eprintln!(
                "axmul-train: stopped by the error above; what was trained up to the last epoch is kept"
            );
            ExitCode::from(2)
        }
    }
}

fn work(command: Command) -> anyhow::Result<()> {
    torch::quiet_about_memory();
    match command {
        Command::Run(Request { request }) => {
            torch::run(&RunRequest::read(&request)?)?;
        }
        Command::Eval(Request { request }) => {
            torch::evaluate_request(&EvalRequest::read(&request)?)?;
        }
        Command::Infer(Request { request }) => {
            torch::infer_request(&InferRequest::read(&request)?)?;
        }
        Command::Bench(Request { request }) => {
            torch::bench_request(&BenchRequest::read(&request)?)?;
        }
        Command::Info => println!("{}", torch::device::description()),
    }
    Ok(())
}
