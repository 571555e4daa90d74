//! Circuits as the text of other tools: one file a format, each a pure function of the netlist and its name.
//!
//! Every text has the ports `a`, `b` and `product`, the least significant bit having index 0, and reads back as the same
//! circuit. Names are cleaned by [`identifier`], so one netlist is called the same in all of them, and in the
//! [`testbench`](testbench()).

mod aiger;
mod blif;
mod names;
mod testbench;
#[cfg(test)]
mod tests;
mod verilog;
mod yosys_json;

use std::fmt::Write;
use std::path::Path;

use axmul_api::Netlist;

pub use aiger::{aiger, aiger_text};
pub use blif::blif;
pub use names::identifier;
pub use testbench::testbench;
pub use verilog::verilog;
pub use yosys_json::yosys_json;

/// The formats that circuits are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutputFormat {
    /// Verilog-2001, one assignment a cell.
    Verilog,
    /// Berkeley Logic Interchange Format, flat.
    Blif,
    /// An and-inverter graph, binary.
    Aiger,
    /// An and-inverter graph as text.
    AigerText,
    /// What Yosys reads with `read_json`.
    YosysJson,
}

impl OutputFormat {
    /// All formats, the one to offer first first.
    pub const ALL: [Self; 5] = [Self::Verilog, Self::Blif, Self::Aiger, Self::AigerText, Self::YosysJson];

    /// The extension of such files, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Verilog => "v",
            Self::Blif => "blif",
            Self::Aiger => "aig",
            Self::AigerText => "aag",
            Self::YosysJson => "json",
        }
    }

    /// The format that a file's extension says.
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_lowercase();
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }
}

/// The netlist as a file of this format. `name` becomes that of the module or model, [cleaned](identifier).
pub fn write(format: OutputFormat, netlist: &Netlist, name: &str) -> Vec<u8> {
    match format {
        OutputFormat::Verilog => verilog(netlist, name).into_bytes(),
        OutputFormat::Blif => blif(netlist, name).into_bytes(),
        OutputFormat::Aiger => aiger(netlist, name),
        OutputFormat::AigerText => aiger_text(netlist, name).into_bytes(),
        OutputFormat::YosysJson => yosys_json(netlist, name).into_bytes(),
    }
}

/// Adds to a text.
fn put(text: &mut String, more: std::fmt::Arguments) {
    text.write_fmt(more).expect("a string takes everything");
}
