//! Circuits, described once and built over any kind of bit.

use crate::{Gates, Lanes, Netlist, OperandFormat, Recorder, Signal};

/// A combinational circuit, written once and generically over [`Gates`].
pub trait Circuit {
    /// The operand format, which gives the number of input bits.
    fn operand_format(&self) -> OperandFormat;

    /// Builds the circuit: operands and product are words with the least significant bit first, the product as
    /// wide as both operands together.
    fn build<G: Gates>(&self, gates: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit>;
}

/// A [`Circuit`] behind a trait object: every `Circuit` is a `Structure`.
pub trait Structure: Send + Sync {
    /// The circuit as a netlist: constants folded, identical cells shared, cells that reach no output removed.
    fn netlist(&self) -> Netlist;

    /// Simulates 64 operand pairs at once: bit `i` of every word belongs to pair `i`.
    fn simulate(&self, a: &[u64], b: &[u64]) -> Vec<u64>;
}

impl<C: Circuit + Send + Sync> Structure for C {
    fn netlist(&self) -> Netlist {
        let format = self.operand_format();
        let mut recorder = Recorder::new(format);
        let inputs: Vec<Signal> = recorder.inputs().collect();
        let (a, b) = inputs.split_at(format.width_a().into());
        let outputs = self.build(&mut recorder, a, b);
        recorder.finish(outputs)
    }

    fn simulate(&self, a: &[u64], b: &[u64]) -> Vec<u64> {
        self.build(&mut Lanes, a, b)
    }
}
