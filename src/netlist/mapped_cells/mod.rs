//! Netlists as mapped: which library cells they instantiate, of which drive strength, and how these are connected.
//!
//! Readers expand every cell to gates, which is enough to compute products. The cost of such a circuit, though, depends
//! on the very cells that synthesis chose, buffers included.

use std::sync::Arc;

use axmul_api::{OperandFormat, Signal};

use super::cells::StandardCell;

/// A circuit that consists of library cells and wires only, as mapped, in topological order.
#[derive(Clone, Debug, PartialEq)]
pub struct MappedCells {
    /// Widths and signedness of the operands.
    pub format: OperandFormat,
    /// The cells that the product depends on; inputs come from earlier ones only. [`Signal::Cell`] is the index of a
    /// cell and that of its output among [`StandardCell::outputs`].
    pub cells: Vec<MappedCell>,
    /// The product bits, least significant first, as many as both operands have.
    pub product: Vec<Signal>,
}

/// One cell of a [`MappedCells`] circuit.
#[derive(Clone, Debug, PartialEq)]
pub struct MappedCell {
    /// Its name in the text, drive strength included; names of more than 100 bytes are truncated.
    pub kind: Arc<str>,
    /// Its pins and function, as the reader knows them.
    pub cell: &'static StandardCell,
    /// What its inputs are connected to, in the order of [`StandardCell::inputs`].
    pub inputs: Vec<Signal>,
}

/// The library cells of a [`Design`](super::Design). [`Signal::Input`] is a bit of its input ports, port after port.
#[derive(Clone, Debug)]
pub(super) struct DesignCells {
    /// In topological order.
    pub cells: Vec<MappedCell>,
    /// What drives the output bits, in the order of the ports; `None` where that takes more than library cells.
    pub driven: Vec<Option<Signal>>,
}

impl MappedCells {
    /// Those of `cells` that `product` depends on; `inputs` says which operand bits their inputs are.
    pub(super) fn of(
        cells: &[MappedCell],
        format: OperandFormat,
        inputs: &[Signal],
        product: &[Signal],
    ) -> Self {
        let mut used = vec![false; cells.len()];
        let note = |used: &mut Vec<bool>, signals: &[Signal]| {
            for signal in signals {
                if let Signal::Cell(cell, _) = *signal {
                    used[cell] = true;
                }
            }
        };
        note(&mut used, product);
        for (index, cell) in cells.iter().enumerate().rev() {
            if used[index] {
                note(&mut used, &cell.inputs);
            }
        }
        let mut numbers = vec![0; cells.len()];
        let bound = |numbers: &[usize], signal: Signal| match signal {
            Signal::Constant(value) => Signal::Constant(value),
            Signal::Input(bit) => inputs[bit],
            Signal::Cell(cell, output) => Signal::Cell(numbers[cell], output),
        };
        let mut kept: Vec<MappedCell> = Vec::new();
        for (index, cell) in cells.iter().enumerate().filter(|&(index, _)| used[index]) {
            numbers[index] = kept.len();
            let inputs = cell.inputs.iter().map(|&signal| bound(&numbers, signal)).collect();
            kept.push(MappedCell { inputs, ..cell.clone() });
        }
        let product = product.iter().map(|&signal| bound(&numbers, signal)).collect();
        Self { format, cells: kept, product }
    }
}

#[cfg(test)]
mod tests;
