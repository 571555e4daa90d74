//! What commands print, and how: the console, and `--format` and `--output`.

mod args;
mod console;

pub(super) use args::{CompareFormat, CostFormat, OutputArgs, ReportFormat, TableFormat, TextFormat};
pub(super) use console::{Console, ProgressDisplay};
