//! The command line: [`cli_main`] parses it, runs the command and prints the error chain once. A third party who links
//! families of their own calls it from their own `main`.
//!
//! - `commands`: one file or folder a subcommand; none imports another.
//! - `options`: flag groups that several commands flatten.
//! - `inputs`: what commands load: one multiplier, a set of them, the parts of an experiment.
//! - `output`: the console and where results go.

use std::process::ExitCode;

use clap::Parser;

mod commands;
mod inputs;
mod options;
mod output;

use commands::Subcommands;
use output::Console;

/// Exit status of `axmul`, for scripts and CI jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// 0: success.
    Done,
    /// 1: success, but a `--fail-if` condition is true.
    ThresholdNotMet,
    /// 1: success, but the two multipliers of `axmul check` differ.
    Different,
    /// 2: error, explained on standard error.
    Error,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Done => 0,
            ExitStatus::ThresholdNotMet | ExitStatus::Different => 1,
            ExitStatus::Error => 2,
        })
    }
}

/// Evaluate approximate multipliers: error metrics, hardware cost, Pareto fronts, and accuracy in neural networks
#[derive(Debug, Parser)]
#[command(name = "axmul", version, after_help = EXAMPLES, max_term_width = 100)]
struct CommandLine {
    #[command(subcommand)]
    command: Subcommands,
    /// Suppress progress and notes
    #[arg(long, short, global = true)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  axmul list                                  list the built-in multipliers
  axmul show truncated-3-8s --heatmap t.svg   show one, and draw its error map
  axmul compare my.npy ./libmine.so:mul8s_mine truncated-3-8s
  axmul cost my_mult.v                        estimate area, delay and power
  axmul check my_mult.v my_mult.c             prove equality or find a counterexample
  axmul import evoapproxlib DIR               import a checkout of EvoApproxLib as a catalog
  axmul run experiments/mnist-lenet5.yaml     train, assign multipliers, retrain
  axmul doctor                                check this machine's setup

`axmul help COMMAND` has examples for every command. NAME may also be a PATH: a netlist
(.v, .sv, .blif, .aag, .aig, .cgp, .chr, .json), a C source (.c) or SOURCE.c:FUNCTION, a table
(.npy, .csv, .txt, .bin, .h), a shared library or LIBRARY:SYMBOL, or a catalog (.yaml or a directory
of tables).
Exit codes: 0 success, 1 a --fail-if condition is true or a check found a difference, 2 error.";

/// Parses the command line, runs it and prints what went wrong, if anything did. Usage errors end the process with
/// code 2, as every error does.
pub fn cli_main() -> ExitCode {
    let cli = CommandLine::parse();
    trace();
    let console = Console::new(cli.quiet);
    let status = match cli.command.run(&console) {
        Ok(status) => status,
        Err(error) => {
            console.error(&error);
            ExitStatus::Error
        }
    };
    status.into()
}

/// Enables logging with `AXMUL_LOG=debug axmul ...`.
fn trace() {
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("AXMUL_LOG") {
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    /// A command without an example is a command that nobody learns.
    #[test]
    fn every_command_has_examples() {
        for command in CommandLine::command().get_subcommands() {
            let help = command.get_after_help().or(command.get_after_long_help());
            let help = help.map(|help| help.to_string()).unwrap_or_default();
            assert!(help.contains("Examples:\n  axmul "), "{}", command.get_name());
        }
    }
}
