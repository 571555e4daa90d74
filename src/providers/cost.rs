//! The cost of a member of a family.

use axmul_api::Multiplier;

use crate::hardware::{self, CellLibrary};
use crate::multiplier::Cost;

/// The figures that the multiplier itself knows, else those estimated from its circuit, else none.
pub(super) fn of_model(multiplier: &dyn Multiplier) -> Cost {
    let estimated = || {
        let netlist = multiplier.structure()?.netlist();
        Some(hardware::estimate(&netlist, CellLibrary::freepdk45()))
    };
    multiplier.cost().or_else(estimated).unwrap_or_default()
}
