//! The options of every command that reads netlists.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use axmul_netlist::ProductExtension;
use axmul_providers::netlists::{NetlistOptions, Via};

/// How netlists are read (.v, .sv, .blif, .aag, .aig, .cgp, .chr, .json) where a path names them.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Netlists")]
pub(in crate::cli) struct NetlistArgs {
    /// The module or model that is the multiplier; without it the only one that no other uses
    #[arg(long, value_name = "NAME")]
    top: Option<String>,
    /// The first operand, the activation: a port, a part of one (x[7:0], x[3]), or several separated by commas, the
    /// most significant first
    #[arg(long, value_name = "PORTS")]
    a: Option<String>,
    /// The second operand, the weight
    #[arg(long, value_name = "PORTS")]
    b: Option<String>,
    /// The product
    #[arg(long, value_name = "PORTS")]
    out: Option<String>,
    /// The bit with the lowest index, or the first of several one-bit ports, is the most significant
    #[arg(long)]
    msb_first: bool,
    /// What to do with a product that is not as wide as both operands together; without it a narrow one is extended
    /// by the operands' signedness, a wide one cut, and either is said
    #[arg(long, value_enum, value_name = "HOW")]
    extend: Option<ExtendArg>,
    /// A further file of the same format, with modules that the multiplier uses; may be repeated
    #[arg(long, value_name = "FILE")]
    with: Vec<PathBuf>,
    /// Have the files read by another program, which takes behavioural Verilog too
    #[arg(long, value_enum, value_name = "PROGRAM")]
    via: Option<ViaArg>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExtendArg {
    /// Repeat the most significant bit
    Sign,
    /// Fill up with zeros
    Zero,
    /// Refuse the netlist
    Refuse,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ViaArg {
    /// Yosys, which has to be installed
    Yosys,
}

impl NetlistArgs {
    /// As the sources of multipliers take it.
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
