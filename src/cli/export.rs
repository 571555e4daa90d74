//! `axmul export`: a multiplier's table for another tool.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, bail};
use clap::ValueEnum;

use super::ExitStatus;
use super::console::Console;
use super::one::One;
use super::sources::SourceArgs;
use crate::report::export::{Bin, CHeader, Csv, Grid, Npy, What};
use crate::report::{OutputFile, Render};

/// Write the table of products or errors of one multiplier in the layout of another tool
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul export drum-4-8s -o drum4.npy
  axmul export ./libmine.so:mul8s_mine --format c-header -o mine.h
  axmul export mul8u_2P7 --catalog evoapprox --format bin -o mul8u_2P7.bin
  axmul export truncated-3-8u --what errors --format csv | head

Layouts, a being the activation and b the weight:
  npy       int32 [2^n, 2^m]; row a, column b, each from the lowest value: [a+128][b+128] if signed
  csv       one line for each a, one number for each b, in the same order
  bin       TFApprox: 65,536 little-endian uint16, at a*256 + b; unsigned 8x8 only
  c-header  AdaPT, TransAxx: const int16_t lut[256][256], indexed by the bits of the operands")]
pub(super) struct ExportArgs {
    /// The multiplier
    #[arg(value_name = "NAME|PATH")]
    name: String,
    /// The layout; otherwise the output's extension says it (.npy, .csv, .bin, .h)
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// What to write
    #[arg(long, value_enum, default_value = "products")]
    what: Contents,
    /// The file to write, whole or not at all; standard output without it
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    sources: SourceArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// NumPy array of int32
    Npy,
    /// Lines of numbers
    Csv,
    /// TFApprox's table of uint16
    Bin,
    /// AdaPT's C header
    CHeader,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Contents {
    /// The approximate products
    Products,
    /// Exact minus approximate
    Errors,
}

impl Format {
    fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_lowercase().as_str() {
            "npy" => Some(Self::Npy),
            "csv" | "txt" => Some(Self::Csv),
            "bin" => Some(Self::Bin),
            "h" => Some(Self::CHeader),
            _ => None,
        }
    }

    fn renderer(self) -> &'static dyn Render<Grid> {
        match self {
            Self::Npy => &Npy,
            Self::Csv => &Csv,
            Self::Bin => &Bin,
            Self::CHeader => &CHeader,
        }
    }
}

/// What to do about a table that cannot be.
const INSTEAD: &str = "this layout holds a table; export the circuit with --format verilog, blif or aiger";

pub(super) fn run(args: &ExportArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let format = match (args.format, &args.output) {
        (Some(format), _) => format,
        (None, Some(path)) => Format::of_path(path).with_context(|| {
            format!(
                "{} does not end in .npy, .csv, .bin or .h; say --format npy|csv|bin|c-header",
                path.display()
            )
        })?,
        (None, None) => {
            bail!("say --format npy|csv|bin|c-header, or an output file that tells it with its extension")
        }
    };
    let binary = matches!(format, Format::Npy | Format::Bin);
    if args.output.is_none() && binary && std::io::stdout().is_terminal() {
        bail!("this format is binary; name a file with -o");
    }
    let output = args.output.as_deref().map(OutputFile::open).transpose()?;
    let collection = args.sources.open()?;
    let found = One::find(&collection, &args.name, console)?;
    if let Err(no_table) = found.expect_table() {
        return Err(match found.circuit()? {
            Some(_) => Error::new(no_table).context(INSTEAD),
            None => no_table.into(),
        });
    }
    let multiplier = found.evaluate(console)?.tabulated()?;
    let what = match args.what {
        Contents::Products => What::Products,
        Contents::Errors => What::Errors,
    };
    let bytes = format.renderer().render(&Grid::new(&multiplier, what))?;
    console.deliver(&bytes, output)?;
    if let Some(path) = &args.output {
        console.note(format!("{} written to {}", multiplier.name, path.display()));
    }
    Ok(ExitStatus::Done)
}
