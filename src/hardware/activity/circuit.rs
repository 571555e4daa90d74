//! A circuit of library cells, ready for simulation.

use axmul_api::Signal;

use super::operators::Operators;
use crate::MappedCircuit;
use crate::library::CellLibrary;

/// Where the figures of signals stand in a list: those of both constants, of the operands' bits, then of every
/// instance's outputs.
pub(crate) struct SignalSlots {
    /// The slot of each instance's first output, and the number of slots.
    first: Vec<usize>,
}

impl SignalSlots {
    /// Those of a circuit.
    pub fn new(mapped: &MappedCircuit, library: &CellLibrary) -> Self {
        let mut next = 2 + usize::from(mapped.format.product_width());
        let mut first = Vec::with_capacity(mapped.instances.len() + 1);
        for instance in &mapped.instances {
            first.push(next);
            next += library.cells[instance.cell].outputs.len();
        }
        first.push(next);
        Self { first }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.first[self.first.len() - 1]
    }

    /// That of a signal.
    pub fn of(&self, signal: Signal) -> usize {
        match signal {
            Signal::Constant(value) => usize::from(value),
            Signal::Input(input) => 2 + input,
            Signal::Cell(instance, output) => self.output(instance, output.into()),
        }
    }

    /// That of an output of an instance.
    pub fn output(&self, instance: usize, output: usize) -> usize {
        self.first[instance] + output
    }
}

/// A circuit as operations on words.
pub(super) struct WordCircuit {
    /// The gates in order; gate k gives slot `first + k`.
    pub gates: Vec<WordGate>,
    /// The slot of the first gate.
    pub first: usize,
}

/// One output of one instance.
pub(super) struct WordGate {
    pub operators: Operators,
    /// The slots of the instance's inputs.
    pub inputs: Vec<usize>,
    /// The instance and its output.
    pub of: (usize, usize),
}

impl WordCircuit {
    pub fn new(mapped: &MappedCircuit, library: &CellLibrary) -> Self {
        let slots = SignalSlots::new(mapped, library);
        let mut functions: Vec<Option<Vec<Operators>>> = vec![None; library.cells.len()];
        let mut gates = Vec::with_capacity(slots.count());
        for (index, instance) in mapped.instances.iter().enumerate() {
            let cell = &library.cells[instance.cell];
            let all = functions[instance.cell].get_or_insert_with(|| {
                cell.outputs.iter().map(|output| Operators::of(output.function)).collect()
            });
            let inputs: Vec<usize> = instance.inputs.iter().map(|&signal| slots.of(signal)).collect();
            for (output, operators) in all.iter().enumerate() {
                gates.push(WordGate {
                    operators: operators.clone(),
                    inputs: inputs.clone(),
                    of: (index, output),
                });
            }
        }
        Self { gates, first: 2 + usize::from(mapped.format.product_width()) }
    }

    /// How many slots there are.
    pub fn slots(&self) -> usize {
        self.first + self.gates.len()
    }

    /// The settled values of every slot, `words` words each, for those of the operands' bits.
    pub fn settle(&self, operands: &[Vec<u64>], words: usize) -> Vec<Vec<u64>> {
        let mut values: Vec<Vec<u64>> = Vec::with_capacity(self.slots());
        values.push(vec![0; words]);
        values.push(vec![u64::MAX; words]);
        values.extend(operands.iter().cloned());
        let mut scratch = Vec::new();
        for gate in &self.gates {
            let mut out = vec![0; words];
            let inputs: Vec<&[u64]> = gate.inputs.iter().map(|&slot| values[slot].as_slice()).collect();
            gate.operators.run(&inputs, &mut scratch, &mut out);
            values.push(out);
        }
        values
    }
}
