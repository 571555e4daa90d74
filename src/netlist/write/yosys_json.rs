//! The netlists that Yosys reads with `read_json`.

use std::collections::HashMap;

use axmul_api::{CellKind, Netlist, Signal};

use super::names::{SignalNames, Spelling};
use super::{identifier, put};

/// The netlist as Yosys' JSON: vector ports `a`, `b` and `product`, one of Yosys' gates for each cell, adders as `$fa`
/// (a half adder with a constant third input).
pub fn yosys_json(netlist: &Netlist, name: &str) -> String {
    let names = SignalNames::new(netlist, Spelling { constants: ["\"0\"", "\"1\""] });
    let bits = NetNumbers::new(netlist);
    let format = netlist.format();
    let width_a = usize::from(format.width_a());
    let inputs: Vec<Signal> = (0..format.product_width().into()).map(Signal::Input).collect();
    let (a, b) = inputs.split_at(width_a);

    let mut text = String::from("{\n  \"creator\": \"axmul\",\n  \"modules\": {\n");
    let name = identifier(name);
    put(
        &mut text,
        format_args!("    \"{name}\": {{\n      \"attributes\": {{ \"top\": \"{:032b}\" }},\n", 1),
    );
    let signed = if format.is_signed() { "\"signed\": 1, " } else { "" };
    let ports = [("a", "input", a), ("b", "input", b), ("product", "output", netlist.outputs())];
    let entries = ports.map(|(name, direction, signals)| {
        let bits = bits.list(signals);
        format!("        \"{name}\": {{ \"direction\": \"{direction}\", {signed}\"bits\": {bits} }}")
    });
    put(&mut text, format_args!("      \"ports\": {{\n{}\n      }},\n", entries.join(",\n")));

    let cells = netlist.cells().iter().enumerate().map(|(index, cell)| {
        let (kind, inputs, outputs) = gate(cell.kind);
        let mut pins: Vec<(&str, &str, String)> = Vec::new();
        for (at, pin) in inputs.iter().enumerate() {
            // The third input of a half adder.
            let signal = cell.inputs.get(at).copied().unwrap_or(Signal::Constant(false));
            pins.push((pin, "input", bits.list(&[signal])));
        }
        for (at, pin) in outputs.iter().enumerate() {
            pins.push((pin, "output", bits.list(&[Signal::Cell(index, at as u8)])));
        }
        let entries = |value: &dyn Fn(&(&str, &str, String)) -> String| -> String {
            let entries: Vec<String> =
                pins.iter().map(|pin| format!("\"{}\": {}", pin.0, value(pin))).collect();
            entries.join(", ")
        };
        let parameters = if kind == "$fa" { format!("\"WIDTH\": \"{:032b}\"", 1) } else { String::new() };
        format!(
            "        \"u{index}\": {{\n          \"type\": \"{kind}\",\n          \"parameters\": {{ {parameters} }},\n          \
             \"port_directions\": {{ {} }},\n          \"connections\": {{ {} }}\n        }}",
            entries(&|pin| format!("\"{}\"", pin.1)),
            entries(&|pin| pin.2.clone()),
        )
    });
    let cells: Vec<String> = cells.collect();
    put(&mut text, format_args!("      \"cells\": {{\n{}\n      }},\n", cells.join(",\n")));

    let mut nets: Vec<(String, String)> =
        ports.iter().map(|&(name, _, signals)| (name.to_owned(), bits.list(signals))).collect();
    for index in 0..netlist.cells().len() {
        for (at, name) in names.outputs(index).into_iter().enumerate() {
            nets.push((name, bits.list(&[Signal::Cell(index, at as u8)])));
        }
    }
    let nets: Vec<String> =
        nets.iter().map(|(name, bits)| format!("        \"{name}\": {{ \"bits\": {bits} }}")).collect();
    put(&mut text, format_args!("      \"netnames\": {{\n{}\n      }}\n", nets.join(",\n")));
    text + "    }\n  }\n}\n"
}

/// Yosys' cell for a kind, its input pins in the order of [`axmul_api::Cell::inputs`], and its output pins.
fn gate(kind: CellKind) -> (&'static str, &'static [&'static str], &'static [&'static str]) {
    match kind {
        CellKind::Not => ("$_NOT_", &["A"], &["Y"]),
        CellKind::And => ("$_AND_", &["A", "B"], &["Y"]),
        CellKind::Or => ("$_OR_", &["A", "B"], &["Y"]),
        CellKind::Xor => ("$_XOR_", &["A", "B"], &["Y"]),
        CellKind::Nand => ("$_NAND_", &["A", "B"], &["Y"]),
        CellKind::Nor => ("$_NOR_", &["A", "B"], &["Y"]),
        CellKind::Xnor => ("$_XNOR_", &["A", "B"], &["Y"]),
        // Yosys' multiplexer takes B where S is one.
        CellKind::Mux => ("$_MUX_", &["S", "B", "A"], &["Y"]),
        // Y is the sum and X the carry.
        CellKind::HalfAdder | CellKind::FullAdder => ("$fa", &["A", "B", "C"], &["Y", "X"]),
    }
}

/// Yosys numbers nets from 2 on.
struct NetNumbers {
    numbers: HashMap<Signal, usize>,
}

impl NetNumbers {
    fn new(netlist: &Netlist) -> Self {
        let inputs = (0..netlist.format().product_width().into()).map(Signal::Input);
        let cells = netlist.cells().iter().enumerate();
        let outputs = cells
            .flat_map(|(index, cell)| (0..cell.kind.outputs()).map(move |at| Signal::Cell(index, at as u8)));
        Self { numbers: inputs.chain(outputs).zip(2..).collect() }
    }

    fn list(&self, signals: &[Signal]) -> String {
        let bits: Vec<String> = signals
            .iter()
            .map(|signal| match signal {
                Signal::Constant(value) => format!("\"{}\"", u8::from(*value)),
                signal => self.numbers[signal].to_string(),
            })
            .collect();
        format!("[ {} ]", bits.join(", "))
    }
}
