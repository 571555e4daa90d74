//! Chromosomes as gates.

use std::collections::HashMap;

use axmul_api::Gates;

use super::super::super::{Builder, Design, Net, NetlistError, Place, Port, Problem, Source};

/// What the text says, its numbers unchecked.
pub(super) struct Chromosome {
    pub inputs: u32,
    /// That of the header.
    pub place: Place,
    pub gates: Vec<Gate>,
    /// The least significant first.
    pub outputs: Vec<Numbered>,
}

/// The number of a net, and where it stands.
pub(super) struct Numbered {
    pub number: u32,
    pub place: Place,
}

pub(super) struct Gate {
    pub number: u32,
    pub inputs: [u32; 2],
    pub function: Function,
    pub place: Place,
}

/// What a gate computes from its two inputs, of which it may leave one or both alone.
#[derive(Clone, Copy)]
pub(super) enum Function {
    Identity,
    Not,
    Two(fn(&mut Builder, Net, Net) -> Net),
    Constant(bool),
}

impl Function {
    /// The one that a text means by this number.
    pub fn of_code(code: u32) -> Option<Self> {
        Some(match code {
            0 => Self::Identity,
            1 => Self::Not,
            2 => Self::Two(Builder::and),
            3 => Self::Two(Builder::or),
            4 => Self::Two(Builder::xor),
            5 => Self::Two(Builder::nand),
            6 => Self::Two(Builder::nor),
            7 => Self::Two(Builder::xnor),
            8 => Self::Constant(true),
            9 => Self::Constant(false),
            _ => return None,
        })
    }
}

impl Chromosome {
    pub fn design(&self, source: &Source) -> Result<Design, NetlistError> {
        // No gate has the number of an input. With constants before the inputs, gates begin two later.
        let has_constants = self.gates.iter().all(|gate| gate.number != self.inputs);
        let first_input = if has_constants { 2 } else { 0 };
        let first_gate = first_input + self.inputs;
        let mut nets = Nets { g: Builder::new(), by_number: HashMap::new() };
        if has_constants {
            for value in [false, true] {
                let constant = nets.g.constant(value);
                nets.by_number.insert(value.into(), constant);
            }
        }
        let mut inputs = Vec::new();
        for number in first_input..first_gate {
            let net = nets.read(number, &self.place);
            nets.g.drive_by_input(net, &self.place)?;
            inputs.push(net);
        }
        for gate in &self.gates {
            if gate.number < first_gate {
                let expected = format!("the number of a gate, from {first_gate} up behind the inputs");
                return Err(Problem::expected(expected, gate.number.to_string()).at(&gate.place));
            }
            let value = nets.gate(gate);
            let net = nets.read(gate.number, &gate.place);
            nets.g.drive(net, value, &gate.place)?;
            if nets.g.is_full() {
                break;
            }
        }
        let outputs: Vec<Net> =
            self.outputs.iter().map(|output| nets.read(output.number, &output.place)).collect();
        let port = |name: &str, bits: &[Net], place: &Place| Port {
            name: name.into(),
            width: bits.len(),
            range: Some((bits.len() as i64 - 1, 0)),
            signed: None,
            place: place.clone(),
        };
        let of_outputs = self.outputs.first().map_or(&self.place, |output| &output.place);
        let inputs = vec![(port("i", &inputs, &self.place), inputs)];
        let outputs = vec![(port("o", &outputs, of_outputs), outputs)];
        nets.g.finish(&*source.name, inputs, outputs, &source.place(0, 0))
    }
}

struct Nets {
    g: Builder,
    by_number: HashMap<u32, Net>,
}

impl Nets {
    /// The net of a number, which may be driven later.
    fn read(&mut self, number: u32, place: &Place) -> Net {
        let Self { g, by_number } = self;
        *by_number.entry(number).or_insert_with(|| g.net(&number.to_string(), place))
    }

    /// What a gate computes. Inputs that it does not look at may be any number.
    fn gate(&mut self, gate: &Gate) -> Net {
        let [a, b] = gate.inputs;
        match gate.function {
            Function::Identity => self.read(a, &gate.place),
            Function::Not => {
                let a = self.read(a, &gate.place);
                self.g.not(a)
            }
            Function::Two(function) => {
                let (a, b) = (self.read(a, &gate.place), self.read(b, &gate.place));
                function(&mut self.g, a, b)
            }
            Function::Constant(value) => self.g.constant(value),
        }
    }
}
