//! Checked circuits with named ports.

use axmul_api::{CellKind, Gates};

use super::SourceLocation;
use super::mapped_cells::DesignCells;

/// A port: a bit, or a vector of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// How many bits it has.
    pub width: usize,
    /// The indices of its most and least significant bits in the text, (7, 0) for `[7:0]`; `None` for a port without
    /// indices.
    pub range: Option<(i64, i64)>,
    /// Whether the text declares it as two's complement or as unsigned; `None` if it does neither.
    pub signed: Option<bool>,
    /// Where it is declared.
    pub location: SourceLocation,
}

/// What drives a net of a checked circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Constant(bool),
    Input(u32),
    Gate(u32, u8),
}

#[derive(Clone, Debug)]
pub(super) struct DesignGate {
    pub kind: CellKind,
    /// As many as the kind takes; the rest repeat the last.
    pub inputs: [Wire; 3],
}

/// A combinational circuit with named ports. Every net that its outputs depend on is driven exactly once, and
/// there is no loop. Only a [`DesignBuilder`](super::DesignBuilder) makes one.
#[derive(Clone, Debug)]
pub struct Design {
    pub(super) name: String,
    pub(super) inputs: Vec<Port>,
    pub(super) outputs: Vec<Port>,
    /// In topological order.
    pub(super) gates: Vec<DesignGate>,
    /// The drivers of the output bits, port after port, the least significant bit of each first.
    pub(super) driven: Vec<Wire>,
    /// The library cells that the text holds, if any.
    pub(super) instances: Option<DesignCells>,
}

impl Design {
    /// The name of the module or model.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The input ports in the order of the text.
    pub fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    /// The output ports in the order of the text.
    pub fn outputs(&self) -> &[Port] {
        &self.outputs
    }

    /// The number of gates that the outputs depend on.
    pub fn gate_count(&self) -> usize {
        self.gates.len()
    }

    /// Builds the circuit over any kind of bit. `inputs` are the bits of the input ports, port after port, the least
    /// significant bit of each first; the result holds those of the output ports likewise.
    ///
    /// # Panics
    ///
    /// If the number of bits differs from that of the input ports.
    pub fn build<G: Gates>(&self, g: &mut G, inputs: &[G::Bit]) -> Vec<G::Bit> {
        assert_eq!(inputs.len(), self.inputs.iter().map(|port| port.width).sum::<usize>(), "input bits");
        let constants = [g.constant(false), g.constant(true)];
        let mut values: Vec<[G::Bit; 2]> = Vec::with_capacity(self.gates.len());
        let read = |values: &[[G::Bit; 2]], wire: Wire| match wire {
            Wire::Constant(value) => constants[usize::from(value)],
            Wire::Input(bit) => inputs[bit as usize],
            Wire::Gate(gate, output) => values[gate as usize][usize::from(output)],
        };
        for gate in &self.gates {
            let [a, b, c] = gate.inputs.map(|wire| read(&values, wire));
            let single = |bit| [bit, bit];
            values.push(match gate.kind {
                CellKind::Not => single(g.not(a)),
                CellKind::And => single(g.and(a, b)),
                CellKind::Or => single(g.or(a, b)),
                CellKind::Xor => single(g.xor(a, b)),
                CellKind::Nand => single(g.nand(a, b)),
                CellKind::Nor => single(g.nor(a, b)),
                CellKind::Xnor => single(g.xnor(a, b)),
                CellKind::Mux => single(g.mux(a, b, c)),
                CellKind::HalfAdder => g.half_adder(a, b).into(),
                CellKind::FullAdder => g.full_adder(a, b, c).into(),
            });
        }
        self.driven.iter().map(|&wire| read(&values, wire)).collect()
    }
}
