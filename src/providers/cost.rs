//! The cost of what brings none.

use axmul_api::{Multiplier, Netlist};

use crate::hardware::{self, CellLibrary};
use crate::multiplier::Cost;

/// The figures that the multiplier itself knows, else those estimated from its circuit, else none.
pub(super) fn of_model(multiplier: &dyn Multiplier) -> Cost {
    let estimated = || Some(estimate(&multiplier.structure()?.netlist()));
    multiplier.cost().or_else(estimated).unwrap_or_default()
}

/// The known figures, else those estimated from the circuit.
pub(super) fn of_circuit(known: &Cost, netlist: &Netlist) -> Cost {
    if known.is_empty() { estimate(netlist) } else { known.clone() }
}

fn estimate(netlist: &Netlist) -> Cost {
    hardware::estimate(netlist, CellLibrary::freepdk45())
}
