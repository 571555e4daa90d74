//! `axmul export`: writes a multiplier's table or circuit for another tool.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, bail};
use clap::ValueEnum;

use crate::cli::ExitStatus;
use crate::cli::inputs::SingleEntry;
use crate::cli::options::SourceArgs;
use crate::cli::output::Console;
use crate::report::export::{BinTable, CHeaderTable, CsvTable, ExportTable, NpyTable, TableContents};
use crate::report::{OutputFile, Render};
use axmul_netlist::write;

/// Export the product or error table of a multiplier, or its circuit, to another tool
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul export drum-4-8s -o drum4.npy
  axmul export ./libmine.so:mul8s_mine --format c-header -o mine.h
  axmul export mul8u_2P7 --catalog evoapprox --format bin -o mul8u_2P7.bin
  axmul export truncated-3-8u --what errors --format csv | head
  axmul export drum-4-8s -o drum4.v --testbench drum4_tb.v
  axmul export my_mult.v --format blif -o my_mult.blif

Layouts of tables, a being the activation and b the weight:
  npy       int32 [2^n, 2^m]; row a, column b, each from the lowest value: [a+128][b+128] if signed
  csv       one line for each a, one number for each b, in the same order
  bin       TFApprox: 65,536 little-endian uint16, at a*256 + b; unsigned 8x8 only
  c-header  AdaPT, TransAxx: const int16_t lut[256][256], indexed by the bits of the operands

Formats of circuits, for families and for netlists that were read; ports a, b and product:
  verilog blif    text; adders stay adders in Verilog
  aiger           and-inverter graph, binary; aiger-text is the readable form
  json            as Yosys writes it with write_json")]
pub(in crate::cli) struct ExportArgs {
    /// Multiplier
    #[arg(value_name = "NAME|PATH")]
    name: String,
    /// Output format [default: by extension: .npy, .csv, .bin, .h, .v, .blif, .aig, .aag, .json]
    #[arg(long, value_enum)]
    format: Option<ExportFormat>,
    /// Contents of a table
    #[arg(long, value_enum, default_value = "products")]
    what: ContentsArg,
    /// Write a self-checking testbench for the Verilog module
    #[arg(long, value_name = "FILE.v")]
    testbench: Option<PathBuf>,
    /// Write to FILE (atomically) instead of stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    sources: SourceArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// NumPy array of int32
    Npy,
    /// Lines of numbers
    Csv,
    /// TFApprox's table of uint16
    Bin,
    /// AdaPT's C header
    CHeader,
    /// Circuit: Verilog
    Verilog,
    /// Circuit: Berkeley Logic Interchange Format
    Blif,
    /// Circuit: binary and-inverter graph
    Aiger,
    /// Circuit: and-inverter graph as text
    AigerText,
    /// Circuit: Yosys JSON
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ContentsArg {
    /// The approximate products
    Products,
    /// Exact minus approximate
    Errors,
}

/// What a format holds, and what writes it.
enum ExportWriter {
    Table(&'static dyn Render<ExportTable>),
    Circuit(write::OutputFormat),
}

impl ExportFormat {
    fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_lowercase().as_str() {
            "npy" => Some(Self::Npy),
            "csv" | "txt" => Some(Self::Csv),
            "bin" => Some(Self::Bin),
            "h" => Some(Self::CHeader),
            "v" | "sv" => Some(Self::Verilog),
            "blif" => Some(Self::Blif),
            "aig" => Some(Self::Aiger),
            "aag" => Some(Self::AigerText),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    fn writer(self) -> ExportWriter {
        match self {
            Self::Npy => ExportWriter::Table(&NpyTable),
            Self::Csv => ExportWriter::Table(&CsvTable),
            Self::Bin => ExportWriter::Table(&BinTable),
            Self::CHeader => ExportWriter::Table(&CHeaderTable),
            Self::Verilog => ExportWriter::Circuit(write::OutputFormat::Verilog),
            Self::Blif => ExportWriter::Circuit(write::OutputFormat::Blif),
            Self::Aiger => ExportWriter::Circuit(write::OutputFormat::Aiger),
            Self::AigerText => ExportWriter::Circuit(write::OutputFormat::AigerText),
            Self::Json => ExportWriter::Circuit(write::OutputFormat::YosysJson),
        }
    }
}

/// The values of `--format`, for messages.
const FORMATS: &str = "npy|csv|bin|c-header|verilog|blif|aiger|aiger-text|json";

/// What to do about a table that cannot be.
const INSTEAD: &str = "this layout holds a table; export the circuit with --format verilog, blif or aiger";

pub(super) fn run(args: &ExportArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let format = match (args.format, &args.output) {
        (Some(format), _) => format,
        (None, Some(path)) => ExportFormat::of_path(path).with_context(|| {
            format!(
                "{}: unknown extension; expected .npy, .csv, .bin, .h, .v, .blif, .aig, .aag or .json, or --format {FORMATS}",
                path.display()
            )
        })?,
        (None, None) => {
            bail!("expected --format {FORMATS}, or -o FILE with a known extension")
        }
    };
    let binary = matches!(format, ExportFormat::Npy | ExportFormat::Bin | ExportFormat::Aiger);
    if args.output.is_none() && binary && std::io::stdout().is_terminal() {
        bail!("this format is binary; write to a file with -o");
    }
    let writer = format.writer();
    if let ExportWriter::Table(_) = writer
        && args.testbench.is_some()
    {
        bail!("--testbench needs a circuit format; use --format verilog");
    }
    if let (ExportWriter::Circuit(_), ContentsArg::Errors) = (&writer, args.what) {
        bail!("--what errors applies to tables; a circuit computes products");
    }
    let output = args.output.as_deref().map(OutputFile::open).transpose()?;
    let testbench = args.testbench.as_deref().map(OutputFile::open).transpose()?;
    let collection = args.sources.open()?;
    let found = SingleEntry::find(&collection, &args.name, console)?;
    let bytes = match writer {
        ExportWriter::Table(layout) => layout.render(&table(&found, args.what, console)?)?,
        ExportWriter::Circuit(format) => {
            let name = &found.entry.name;
            let netlist = found.circuit()?.with_context(|| {
                format!(
                    "{name} has products but no circuit that could be written; export its table with --format \
                     npy, csv, bin or c-header"
                )
            })?;
            if let Some(file) = testbench {
                let path = file.path().to_owned();
                file.commit(write::testbench(&netlist, name).as_bytes())?;
                console.note(format!("testbench of {name} written to {}", path.display()));
            }
            write::write(format, &netlist, name)
        }
    };
    console.deliver(&bytes, output)?;
    if let Some(path) = &args.output {
        console.note(format!("{} written to {}", found.entry.name, path.display()));
    }
    Ok(ExitStatus::Done)
}

/// The table of a multiplier that is narrow enough for one.
fn table(found: &SingleEntry, what: ContentsArg, console: &Console) -> anyhow::Result<ExportTable> {
    if let Err(no_table) = found.expect_table() {
        return Err(match found.circuit()? {
            Some(_) => Error::new(no_table).context(INSTEAD),
            None => no_table.into(),
        });
    }
    let multiplier = found.evaluate(console)?.tabulated()?;
    let what = match what {
        ContentsArg::Products => TableContents::Products,
        ContentsArg::Errors => TableContents::Errors,
    };
    Ok(ExportTable::new(&multiplier, what))
}
