//! Maintenance of this repository: `cargo xtask --help`.

mod calibrate;
mod catalog;
mod cells;

use std::path::{Path, PathBuf};

use clap::Parser;

/// Maintain axmul's repository
#[derive(Parser)]
#[command(name = "cargo xtask")]
enum Task {
    Catalog(catalog::Args),
    Cells(cells::Args),
    CalibrateCosts(calibrate::Args),
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Catalog(args) => catalog::run(&args),
        Task::Cells(args) => cells::run(&args),
        Task::CalibrateCosts(args) => calibrate::run(args),
    }
}

/// The path of a file of the repository.
fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
