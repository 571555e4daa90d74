//! And-inverter graphs.

use std::collections::HashMap;

use axmul_api::{Gates, Netlist};

use super::names::{SignalNames, Spelling};
use super::{identifier, put};

/// The netlist as an and-inverter graph in AIGER's text format, with the bits' names as symbols: `a[0] ..`, `b[0] ..`,
/// `product[0] ..`.
pub fn aiger_text(netlist: &Netlist, name: &str) -> String {
    let (graph, outputs) = WrittenAig::of(netlist);
    let mut text = graph.header("aag", outputs.len());
    for input in 1..=graph.inputs {
        put(&mut text, format_args!("{}\n", 2 * input));
    }
    for output in &outputs {
        put(&mut text, format_args!("{output}\n"));
    }
    for (index, [larger, smaller]) in graph.ands.iter().enumerate() {
        put(&mut text, format_args!("{} {larger} {smaller}\n", graph.output(index)));
    }
    text + &symbols(netlist, name)
}

/// The netlist as an and-inverter graph in AIGER's binary format, with the same symbols as the text.
pub fn aiger(netlist: &Netlist, name: &str) -> Vec<u8> {
    let (graph, outputs) = WrittenAig::of(netlist);
    let mut bytes = graph.header("aig", outputs.len()).into_bytes();
    for output in &outputs {
        bytes.extend(format!("{output}\n").bytes());
    }
    for (index, [larger, smaller]) in graph.ands.iter().enumerate() {
        for mut difference in [graph.output(index) - larger, larger - smaller] {
            while difference >= 0x80 {
                bytes.push(difference as u8 | 0x80);
                difference >>= 7;
            }
            bytes.push(difference as u8);
        }
    }
    bytes.extend(symbols(netlist, name).bytes());
    bytes
}

fn symbols(netlist: &Netlist, name: &str) -> String {
    let names = SignalNames::new(netlist, Spelling { constants: ["0", "1"] });
    let mut text = String::new();
    for input in 0..netlist.format().product_width().into() {
        put(&mut text, format_args!("i{input} {}\n", names.input(input)));
    }
    for bit in 0..netlist.outputs().len() {
        put(&mut text, format_args!("o{bit} product[{bit}]\n"));
    }
    put(&mut text, format_args!("c\n{}\nWritten by axmul. {}.\n", identifier(name), names.summary()));
    text
}

/// Twice the number of a node, plus one where it is inverted; 0 and 1 are the constants.
type Literal = u32;

/// A graph whose nodes are there once each, in topological order behind the inputs.
struct WrittenAig {
    inputs: u32,
    /// Inputs of each AND, the larger literal first.
    ands: Vec<[Literal; 2]>,
    known: HashMap<[Literal; 2], Literal>,
}

impl WrittenAig {
    /// The graph of a netlist, without nodes that no output needs, and its outputs.
    fn of(netlist: &Netlist) -> (Self, Vec<Literal>) {
        let inputs = u32::from(netlist.format().product_width());
        let mut graph = Self { inputs, ands: Vec::new(), known: HashMap::new() };
        let bits: Vec<Literal> = (1..=inputs).map(|input| 2 * input).collect();
        let (a, b) = bits.split_at(netlist.format().width_a().into());
        let outputs = netlist.replay(&mut graph, a, b);
        graph.without_spares(outputs)
    }

    fn output(&self, index: usize) -> Literal {
        2 * (self.inputs + 1 + index as u32)
    }

    fn header(&self, format: &str, outputs: usize) -> String {
        let (inputs, ands) = (self.inputs, self.ands.len());
        format!("{format} {} {inputs} 0 {outputs} {ands}\n", inputs as usize + ands)
    }

    /// Which AND a literal is of.
    fn index(&self, literal: Literal) -> Option<usize> {
        (literal / 2).checked_sub(self.inputs + 1).map(|index| index as usize)
    }

    fn without_spares(self, mut outputs: Vec<Literal>) -> (Self, Vec<Literal>) {
        let mut live = vec![false; self.ands.len()];
        for &output in &outputs {
            if let Some(index) = self.index(output) {
                live[index] = true;
            }
        }
        // Inputs come before outputs, so one walk backwards reaches everything.
        for index in (0..live.len()).rev() {
            if live[index] {
                for literal in self.ands[index] {
                    if let Some(input) = self.index(literal) {
                        live[input] = true;
                    }
                }
            }
        }
        let mut kept = Self { inputs: self.inputs, ands: Vec::new(), known: HashMap::new() };
        let mut renamed = vec![0; self.ands.len()];
        let rename = |renamed: &[Literal], literal: Literal| {
            self.index(literal).map_or(literal, |index| renamed[index] | literal & 1)
        };
        for index in (0..live.len()).filter(|&index| live[index]) {
            renamed[index] = kept.output(kept.ands.len());
            kept.ands.push(self.ands[index].map(|literal| rename(&renamed, literal)));
        }
        outputs.iter_mut().for_each(|output| *output = rename(&renamed, *output));
        (kept, outputs)
    }
}

impl Gates for WrittenAig {
    type Bit = Literal;

    fn constant(&mut self, value: bool) -> Literal {
        value.into()
    }

    fn not(&mut self, a: Literal) -> Literal {
        a ^ 1
    }

    fn and(&mut self, a: Literal, b: Literal) -> Literal {
        let (larger, smaller) = (a.max(b), a.min(b));
        match smaller {
            0 => return 0,
            1 => return larger,
            _ if larger == smaller => return larger,
            _ if larger ^ 1 == smaller => return 0,
            _ => {}
        }
        if let Some(&known) = self.known.get(&[larger, smaller]) {
            return known;
        }
        let output = self.output(self.ands.len());
        self.ands.push([larger, smaller]);
        self.known.insert([larger, smaller], output);
        output
    }

    fn or(&mut self, a: Literal, b: Literal) -> Literal {
        self.and(a ^ 1, b ^ 1) ^ 1
    }

    fn xor(&mut self, a: Literal, b: Literal) -> Literal {
        let (both, none) = (self.and(a, b), self.and(a ^ 1, b ^ 1));
        self.and(both ^ 1, none ^ 1)
    }

    fn mux(&mut self, select: Literal, if_one: Literal, if_zero: Literal) -> Literal {
        let (one, zero) = (self.and(select, if_one), self.and(select ^ 1, if_zero));
        self.or(one, zero)
    }
}
