//! Options of every command that reads netlists.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use axmul_netlist::ProductExtension;
use axmul_providers::netlists::{NetlistOptions, Via};

/// How netlists are read (.v, .sv, .blif, .aag, .aig, .cgp, .chr, .json) where a path names them.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Netlists")]
pub(in crate::cli) struct NetlistArgs {
    /// Top module or model [default: the only one that no other instantiates]
    #[arg(long, value_name = "NAME")]
    top: Option<String>,
    /// Port of the first operand, the activation: a port, a slice (x[7:0], x[3]), or a comma-separated list, most
    /// significant first
    #[arg(long, value_name = "PORTS")]
    a: Option<String>,
    /// Port of the second operand, the weight
    #[arg(long, value_name = "PORTS")]
    b: Option<String>,
    /// Port of the product
    #[arg(long, value_name = "PORTS")]
    out: Option<String>,
    /// Treat the bit with the lowest index, or the first of several one-bit ports, as the most significant
    #[arg(long)]
    msb_first: bool,
    /// Handling of a product that is not as wide as both operands together [default: extend by signedness or
    /// truncate, with a note]
    #[arg(long, value_enum, value_name = "HOW")]
    extend: Option<ExtendArg>,
    /// Additional file of the same format, with modules that the multiplier instantiates. Repeatable
    #[arg(long, value_name = "FILE")]
    with: Vec<PathBuf>,
    /// Read the files with another program, which also supports behavioral Verilog
    #[arg(long, value_enum, value_name = "PROGRAM")]
    via: Option<ViaArg>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExtendArg {
    /// Sign-extend
    Sign,
    /// Zero-extend
    Zero,
    /// Reject the netlist
    Refuse,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ViaArg {
    /// Yosys (must be installed)
    Yosys,
}

impl NetlistArgs {
    /// The options of the netlist reader.
    pub fn options(&self) -> NetlistOptions {
        NetlistOptions {
            top: self.top.clone(),
            a: self.a.clone(),
            b: self.b.clone(),
            out: self.out.clone(),
            msb_first: self.msb_first,
            extend: self.extend.map(|extend| match extend {
                ExtendArg::Sign => ProductExtension::Sign,
                ExtendArg::Zero => ProductExtension::Zero,
                ExtendArg::Refuse => ProductExtension::Refuse,
            }),
            with: self.with.clone(),
            via: self.via.map(|ViaArg::Yosys| Via::Yosys),
        }
    }
}
