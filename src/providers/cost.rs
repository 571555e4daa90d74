//! The cost of what brings none.

use axmul_api::{Multiplier, Netlist};

use super::cache::Cache;
use super::costs::default_cost;
use axmul_metrics::Cost;

/// The figures that the multiplier itself knows, else those of its circuit, else none.
pub(super) fn of_model(multiplier: &dyn Multiplier, cache: &Cache) -> Cost {
    let computed = || Some(default_cost(&multiplier.structure()?.netlist(), cache));
    multiplier.cost().or_else(computed).unwrap_or_default()
}

/// The known figures, else those of the circuit.
pub(super) fn of_circuit(known: &Cost, netlist: &Netlist, cache: &Cache) -> Cost {
    if known.is_empty() { default_cost(netlist, cache) } else { known.clone() }
}
