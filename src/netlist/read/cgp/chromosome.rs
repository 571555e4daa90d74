//! Chromosomes as gates.

use std::collections::HashMap;

use axmul_api::Gates;

use super::super::super::{
    Design, DesignBuilder, Net, NetlistError, NetlistErrorKind, Port, SourceLocation, SourceText,
};

/// What the text says, its numbers unchecked.
pub(super) struct Chromosome {
    pub inputs: u32,
    /// That of the header.
    pub location: SourceLocation,
    pub gates: Vec<CgpGate>,
    /// The least significant first.
    pub outputs: Vec<CgpOutput>,
}

/// The number of a net, and where it stands.
pub(super) struct CgpOutput {
    pub number: u32,
    pub location: SourceLocation,
}

pub(super) struct CgpGate {
    pub number: u32,
    pub inputs: [u32; 2],
    pub function: CgpFunction,
    pub location: SourceLocation,
}

/// What a gate computes from its two inputs, of which it may leave one or both alone.
#[derive(Clone, Copy)]
pub(super) enum CgpFunction {
    Identity,
    Not,
    Two(fn(&mut DesignBuilder, Net, Net) -> Net),
    Constant(bool),
}

impl CgpFunction {
    /// The one that a text means by this number.
    pub fn of_code(code: u32) -> Option<Self> {
        Some(match code {
            0 => Self::Identity,
            1 => Self::Not,
            2 => Self::Two(DesignBuilder::and),
            3 => Self::Two(DesignBuilder::or),
            4 => Self::Two(DesignBuilder::xor),
            5 => Self::Two(DesignBuilder::nand),
            6 => Self::Two(DesignBuilder::nor),
            7 => Self::Two(DesignBuilder::xnor),
            8 => Self::Constant(true),
            9 => Self::Constant(false),
            _ => return None,
        })
    }
}

impl Chromosome {
    pub fn design(&self, source: &SourceText) -> Result<Design, NetlistError> {
        // No gate has the number of an input. With constants before the inputs, gates begin two later.
        let has_constants = self.gates.iter().all(|gate| gate.number != self.inputs);
        let first_input = if has_constants { 2 } else { 0 };
        let first_gate = first_input + self.inputs;
        let mut nets = CgpNets { g: DesignBuilder::new(), by_number: HashMap::new() };
        if has_constants {
            for value in [false, true] {
                let constant = nets.g.constant(value);
                nets.by_number.insert(value.into(), constant);
            }
        }
        let mut inputs = Vec::new();
        for number in first_input..first_gate {
            let net = nets.read(number, &self.location);
            nets.g.drive_by_input(net, &self.location)?;
            inputs.push(net);
        }
        for gate in &self.gates {
            if gate.number < first_gate {
                let expected = format!("the number of a gate, from {first_gate} up after the inputs");
                return Err(NetlistErrorKind::expected(expected, gate.number.to_string()).at(&gate.location));
            }
            let value = nets.gate(gate);
            let net = nets.read(gate.number, &gate.location);
            nets.g.drive(net, value, &gate.location)?;
            if nets.g.is_full() {
                break;
            }
        }
        let outputs: Vec<Net> =
            self.outputs.iter().map(|output| nets.read(output.number, &output.location)).collect();
        let port = |name: &str, bits: &[Net], location: &SourceLocation| Port {
            name: name.into(),
            width: bits.len(),
            range: Some((bits.len() as i64 - 1, 0)),
            signed: None,
            location: location.clone(),
        };
        let of_outputs = self.outputs.first().map_or(&self.location, |output| &output.location);
        let inputs = vec![(port("i", &inputs, &self.location), inputs)];
        let outputs = vec![(port("o", &outputs, of_outputs), outputs)];
        nets.g.finish(&*source.name, inputs, outputs, &source.location(0, 0))
    }
}

struct CgpNets {
    g: DesignBuilder,
    by_number: HashMap<u32, Net>,
}

impl CgpNets {
    /// The net of a number, which may be driven later.
    fn read(&mut self, number: u32, location: &SourceLocation) -> Net {
        let Self { g, by_number } = self;
        *by_number.entry(number).or_insert_with(|| g.net(&number.to_string(), location))
    }

    /// What a gate computes. Inputs that it does not look at may be any number.
    fn gate(&mut self, gate: &CgpGate) -> Net {
        let [a, b] = gate.inputs;
        match gate.function {
            CgpFunction::Identity => self.read(a, &gate.location),
            CgpFunction::Not => {
                let a = self.read(a, &gate.location);
                self.g.not(a)
            }
            CgpFunction::Two(function) => {
                let (a, b) = (self.read(a, &gate.location), self.read(b, &gate.location));
                function(&mut self.g, a, b)
            }
            CgpFunction::Constant(value) => self.g.constant(value),
        }
    }
}
