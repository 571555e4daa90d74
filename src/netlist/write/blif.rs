//! The Berkeley Logic Interchange Format.

use axmul_api::{CellKind, Netlist};

use super::names::{SignalNames, Spelling};
use super::{identifier, put};

/// The most names on a line.
const NAMES: usize = 8;

/// The netlist as a flat BLIF model: bits `a[0] ..`, `b[0] ..`, `product[0] ..`, a `.names` for each output of a cell.
/// A full adder is the sum and the carry of the same three nets; the format knows no half adder, which reads back as
/// an xor and an and.
pub fn blif(netlist: &Netlist, name: &str) -> String {
    let names = SignalNames::new(netlist, Spelling { constants: ["zero", "one"] });
    let mut text = format!("# Written by axmul. {}.\n.model {}\n", names.summary(), identifier(name));
    let width = netlist.format().product_width().into();
    list(&mut text, ".inputs", (0..width).map(|input| names.input(input)));
    list(&mut text, ".outputs", (0..netlist.outputs().len()).map(|bit| format!("product[{bit}]")));
    for (index, cell) in netlist.cells().iter().enumerate() {
        let inputs: Vec<String> = cell.inputs.iter().map(|&signal| names.of(signal)).collect();
        for (output, rows) in names.outputs(index).iter().zip(rows(cell.kind)) {
            put(&mut text, format_args!(".names {} {output}\n{rows}\n", inputs.join(" ")));
        }
    }
    let constants = netlist.cells().iter().flat_map(|cell| &cell.inputs).chain(netlist.outputs());
    for (value, rows) in [(false, ""), (true, "1\n")] {
        let constant = axmul_api::Signal::Constant(value);
        if constants.clone().any(|&signal| signal == constant) {
            put(&mut text, format_args!(".names {}\n{rows}", names.of(constant)));
        }
    }
    for (bit, &signal) in netlist.outputs().iter().enumerate() {
        put(&mut text, format_args!(".names {} product[{bit}]\n1 1\n", names.of(signal)));
    }
    text + ".end\n"
}

/// A list of names, continued over lines.
fn list(text: &mut String, directive: &str, names: impl Iterator<Item = String>) {
    text.push_str(directive);
    for (at, name) in names.enumerate() {
        if at > 0 && at % NAMES == 0 {
            text.push_str(" \\\n ");
        }
        put(text, format_args!(" {name}"));
    }
    text.push('\n');
}

/// The covers of a cell's outputs.
fn rows(kind: CellKind) -> &'static [&'static str] {
    match kind {
        CellKind::Not => &["0 1"],
        CellKind::And => &["11 1"],
        CellKind::Or => &["1- 1\n-1 1"],
        CellKind::Xor => &["10 1\n01 1"],
        CellKind::Nand => &["0- 1\n-0 1"],
        CellKind::Nor => &["00 1"],
        CellKind::Xnor => &["00 1\n11 1"],
        CellKind::Mux => &["11- 1\n0-1 1"],
        CellKind::HalfAdder => &["10 1\n01 1", "11 1"],
        CellKind::FullAdder => &["100 1\n010 1\n001 1\n111 1", "11- 1\n1-1 1\n-11 1"],
    }
}
