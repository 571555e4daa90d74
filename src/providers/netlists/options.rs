//! What a user says about a netlist file.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use axmul_netlist::{PortOptions, ProductExtension};

/// What a user says about netlist files: nothing of it is needed where it can be guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NetlistOptions {
    /// The module or model that is the circuit.
    pub top: Option<String>,
    /// The ports of the first operand, as in [`PortOptions::a`].
    pub a: Option<String>,
    /// The ports of the second operand.
    pub b: Option<String>,
    /// The ports of the product.
    pub out: Option<String>,
    /// As [`PortOptions::msb_first`].
    pub msb_first: bool,
    /// As [`PortOptions::extend`].
    pub extend: Option<ProductExtension>,
    /// Further files of the same format, with modules that the circuit uses.
    pub with: Vec<PathBuf>,
    /// The program through which the files are read.
    pub via: Option<Via>,
}

/// A program that reads more than axmul does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// Yosys, which takes behavioural Verilog too.
    Yosys,
}

impl NetlistOptions {
    /// What it says about ports.
    pub(super) fn ports(&self, signed: Option<bool>, signed_by_name: Option<bool>) -> PortOptions {
        PortOptions {
            a: self.a.clone(),
            b: self.b.clone(),
            out: self.out.clone(),
            signed,
            signed_by_name,
            msb_first: self.msb_first,
            extend: self.extend,
        }
    }
}
