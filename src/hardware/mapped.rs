//! Circuits of library cells.

use axmul_api::{OperandFormat, Signal};

/// A combinational circuit as a list of cells of a [`Library`](super::library::Library), in topological order.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapped {
    /// Widths and signedness of the operands.
    pub format: OperandFormat,
    /// The cells; inputs come from earlier ones only. [`Signal::Cell`] is the index of an instance and that of its
    /// output.
    pub instances: Vec<Instance>,
    /// The product bits, least significant first.
    pub outputs: Vec<Signal>,
}

/// One cell of a [`Mapped`] circuit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Index of the cell in the library.
    pub cell: usize,
    /// What its inputs are connected to, in the order of the cell's inputs.
    pub inputs: Vec<Signal>,
}
