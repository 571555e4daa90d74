//! `--format` and `--output`, the same for every command that prints a result.

use std::path::PathBuf;

use axmul_support::files::FileError;
use clap::{Args, ValueEnum};

use crate::report::OutputFile;

/// The formats that a command offers.
pub(in crate::cli) trait FormatChoice: ValueEnum + Clone + Send + Sync + 'static {
    /// The format without `--format`, as it is written on the command line.
    const DEFAULT: &'static str;
}

/// In which format the result is written, and where to.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct OutputArgs<F: FormatChoice> {
    /// Output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value = F::DEFAULT)]
    pub format: F,
    /// Write to FILE (atomically) instead of stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl<F: FormatChoice> OutputArgs<F> {
    /// Opens the file of `--output`, if one is named. Call it before the long work, so that a bad path fails at once.
    pub fn open(&self) -> Result<Option<OutputFile>, FileError> {
        self.output.as_deref().map(OutputFile::open).transpose()
    }
}

/// Formats of lists and summaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TableFormat {
    /// Human-readable table
    Table,
    /// JSON
    Json,
}

/// Formats of answers that are a few lines of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TextFormat {
    /// Human-readable text
    Text,
    /// JSON object
    Json,
}

/// Formats of the results of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReportFormat {
    /// Human-readable table
    Table,
    /// Markdown
    Markdown,
    /// JSON object
    Json,
}

/// Formats of costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CostFormat {
    /// Human-readable table
    Table,
    /// JSON array of objects
    Json,
    /// CSV with a header
    Csv,
}

/// Formats of comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CompareFormat {
    /// Human-readable table, cut to the terminal's width
    Table,
    /// JSON array of objects
    Json,
    /// CSV with a header
    Csv,
    /// Markdown
    Markdown,
}

impl FormatChoice for TableFormat {
    const DEFAULT: &'static str = "table";
}

impl FormatChoice for TextFormat {
    const DEFAULT: &'static str = "text";
}

impl FormatChoice for ReportFormat {
    const DEFAULT: &'static str = "table";
}

impl FormatChoice for CostFormat {
    const DEFAULT: &'static str = "table";
}

impl FormatChoice for CompareFormat {
    const DEFAULT: &'static str = "table";
}
