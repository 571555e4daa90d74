//! Verilog.

use axmul_api::{CellKind, Netlist};

use super::names::{SignalNames, Spelling};
use super::{identifier, put};

/// The widest line of a declaration, in characters.
const LINE: usize = 100;

/// The netlist as a Verilog-2001 module with vector ports `a`, `b` and `product`, declared `signed` where the format is;
/// one assignment a cell. Adders are sums, `assign {carry, sum} = x + y + z`, so that synthesis sees them as such.
pub fn verilog(netlist: &Netlist, name: &str) -> String {
    let names = SignalNames::new(netlist, Spelling { constants: ["1'b0", "1'b1"] });
    let format = netlist.format();
    let signed = if format.is_signed() { "signed " } else { "" };
    let port = |width: u8| format!("{signed}[{}:0]", width - 1);
    let mut text = format!(
        "// Written by axmul. {}.\nmodule {}(\n  input {} a,\n  input {} b,\n  output {} product\n);\n",
        names.summary(),
        identifier(name),
        port(format.width_a()),
        port(format.width_b()),
        port(format.product_width()),
    );
    declare(&mut text, (0..netlist.cells().len()).flat_map(|cell| names.outputs(cell)));
    for (index, cell) in netlist.cells().iter().enumerate() {
        let input = |at: usize| names.of(cell.inputs[at]);
        let expression = match cell.kind {
            CellKind::Not => format!("~{}", input(0)),
            CellKind::And => format!("{} & {}", input(0), input(1)),
            CellKind::Or => format!("{} | {}", input(0), input(1)),
            CellKind::Xor => format!("{} ^ {}", input(0), input(1)),
            CellKind::Nand => format!("~({} & {})", input(0), input(1)),
            CellKind::Nor => format!("~({} | {})", input(0), input(1)),
            CellKind::Xnor => format!("~({} ^ {})", input(0), input(1)),
            CellKind::Mux => format!("{} ? {} : {}", input(0), input(1), input(2)),
            CellKind::HalfAdder => format!("{} + {}", input(0), input(1)),
            CellKind::FullAdder => format!("{} + {} + {}", input(0), input(1), input(2)),
        };
        let target = match &names.outputs(index)[..] {
            [sum, carry] => format!("{{{carry}, {sum}}}"),
            wires => wires.join(", "),
        };
        put(&mut text, format_args!("  assign {target} = {expression};\n"));
    }
    for (bit, &signal) in netlist.outputs().iter().enumerate() {
        put(&mut text, format_args!("  assign product[{bit}] = {};\n", names.of(signal)));
    }
    text + "endmodule\n"
}

/// Declarations of wires, as many on a line as fit.
fn declare(text: &mut String, wires: impl Iterator<Item = String>) {
    let mut line = String::new();
    for wire in wires {
        if !line.is_empty() && line.len() + wire.len() + 3 > LINE {
            put(text, format_args!("{line};\n"));
            line.clear();
        }
        let before = if line.is_empty() { "  wire " } else { ", " };
        line += before;
        line += &wire;
    }
    if !line.is_empty() {
        put(text, format_args!("{line};\n"));
    }
}
