//! Circuits of library cells.

use axmul_api::{OperandFormat, Signal};
use serde::{Deserialize, Serialize};

use super::library::{CellLibrary, LibraryCell};

/// A combinational circuit as a list of cells of a [`CellLibrary`](super::library::CellLibrary), in topological order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MappedCircuit {
    /// Widths and signedness of the operands.
    pub format: OperandFormat,
    /// The cells; inputs come from earlier ones only. [`Signal::Cell`] is the index of an instance and that of its
    /// output.
    pub instances: Vec<CellInstance>,
    /// The product bits, least significant first.
    pub outputs: Vec<Signal>,
}

/// One cell of a [`MappedCircuit`] circuit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellInstance {
    /// Index of the cell in the library.
    pub cell: usize,
    /// What its inputs are connected to, in the order of the cell's inputs.
    pub inputs: Vec<Signal>,
}

impl MappedCircuit {
    /// Area in square micrometers: the sum over the cells.
    ///
    /// # Panics
    ///
    /// For a cell that the library does not have.
    pub fn area_um2(&self, library: &CellLibrary) -> f64 {
        self.cells(library).map(|cell| cell.area_um2).sum()
    }

    /// Leakage power in nanowatts: the sum over the cells.
    ///
    /// # Panics
    ///
    /// For a cell that the library does not have.
    pub fn leakage_nw(&self, library: &CellLibrary) -> f64 {
        self.cells(library).map(|cell| cell.leakage_nw).sum()
    }

    fn cells<'a>(&'a self, library: &'a CellLibrary) -> impl Iterator<Item = &'a LibraryCell> {
        self.instances.iter().map(|instance| &library.cells[instance.cell])
    }
}
