//! One file or folder a subcommand.

use clap::Subcommand;

mod assign;
mod bench;
mod catalog;
mod check;
mod compare;
mod completions;
mod cost;
mod data;
mod doctor;
mod eval;
mod export;
mod import;
mod list;
mod network;
mod report;
mod run;
mod show;

use super::ExitStatus;
use super::output::Console;

/// The subcommands, in the order of `axmul --help`.
#[derive(Debug, Subcommand)]
pub(super) enum Subcommands {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Export(export::ExportArgs),
    Compare(compare::CompareArgs),
    Cost(cost::CostArgs),
    Check(check::CheckArgs),
    Import(import::ImportArgs),
    Catalog(catalog::CatalogArgs),
    Data(data::DataArgs),
    Network(network::NetworkArgs),
    Run(run::RunArgs),
    Assign(assign::AssignArgs),
    Eval(eval::EvalArgs),
    Report(report::ReportArgs),
    Bench(bench::BenchArgs),
    Doctor(doctor::DoctorArgs),
    Completions(completions::CompletionsArgs),
}

impl Subcommands {
    /// Runs the command.
    pub fn run(&self, console: &Console) -> anyhow::Result<ExitStatus> {
        match self {
            Self::List(args) => list::run(args, console),
            Self::Show(args) => show::run(args, console),
            Self::Export(args) => export::run(args, console),
            Self::Compare(args) => compare::run(args, console),
            Self::Cost(args) => cost::run(args, console),
            Self::Check(args) => check::run(args, console),
            Self::Import(args) => import::run(args, console),
            Self::Catalog(args) => catalog::run(args, console),
            Self::Data(args) => {
                data::run(args, console.is_quiet(), &mut console.out()).map(|()| ExitStatus::Done)
            }
            Self::Network(args) => network::run(args, console),
            Self::Run(args) => run::run(args, console),
            Self::Assign(args) => assign::run(args, console),
            Self::Eval(args) => eval::run(args, console),
            Self::Report(args) => report::run(args, console),
            Self::Bench(args) => bench::run(args, console),
            Self::Doctor(args) => doctor::run(args, console),
            Self::Completions(args) => completions::run(args, console),
        }
    }
}
