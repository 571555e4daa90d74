//! What multipliers cost, by one backend or several.
//!
//! ```text
//! Entry (its circuit, its figures)  ->  CostSubject  ->  Backend, under Conditions  ->  Costed
//! ```
//!
//! - [`BuiltIn`]: the circuit mapped by axmul onto the cells that it carries, or onto those of a Liberty file;
//! - [`AsPlaced`]: the very cells of a netlist that came mapped;
//! - [`Yosys`]: the circuit mapped by Yosys and ABC, where they are installed, and measured as ours are;
//! - [`PublishedCost`]: the figures that came with the multiplier.
//!
//! What figures depend on travels with them: [`Costed::source`] says who mapped onto what, [`Costed::technology`] the
//! corner, the clock, the operands and the rest, so that figures of different settings are never taken for comparable.

mod built_in;
mod error;
mod liberty;
mod placed;
mod published;
mod technology;
mod yosys;

use axmul_api::Netlist;

pub use built_in::BuiltIn;
pub(super) use built_in::default_cost;
pub use error::BackendError;
pub use placed::AsPlaced;
pub use published::PublishedCost;
pub use technology::Technology;
pub use yosys::Yosys;

use axmul_hardware::cost::{CircuitCost, CostConditions};
use axmul_metrics::Cost;
use axmul_netlist::MappedCells;

/// Counts up whenever the same circuit under the same conditions gets other figures, so that these are told from
/// older ones in catalogs and in the cache.
pub const VERSION: u32 = 2;

/// What all sources of computed figures begin with.
const OURS: &str = "axmul cost ";

/// Whether a source of figures is a backend of this program, of whatever version.
pub fn is_computed(source: &str) -> bool {
    source.starts_with(OURS)
}

/// One way to the figures of a multiplier.
pub trait Backend: Sync {
    /// A short name, as `axmul cost --backend` takes it.
    fn name(&self) -> &str;

    /// The figures of a multiplier; published ones are what they are under any conditions.
    fn cost(&self, subject: &CostSubject<'_>, conditions: &CostConditions) -> Result<Costed, BackendError>;
}

/// What backends go by.
#[derive(Clone, Copy, Debug)]
pub struct CostSubject<'a> {
    /// The multiplier's name, for messages.
    pub name: &'a str,
    /// Its circuit, where one is known.
    pub circuit: Option<&'a Netlist>,
    /// The library cells that it is made of, where it is a netlist of nothing else.
    pub placed: Option<&'a MappedCells>,
    /// The figures that came with it; empty where none did.
    pub known: &'a Cost,
}

/// What a multiplier costs, and by whom. An unknown figure is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Costed {
    /// Number of cells.
    pub cells: Option<usize>,
    /// Cell area in square micrometres.
    pub area_um2: Option<f64>,
    /// Longest path in nanoseconds.
    pub delay_ns: Option<f64>,
    /// Average power in milliwatts, leakage and toggles.
    pub power_mw: Option<f64>,
    /// Half the width of its 95 % interval; `None` where no operands were drawn.
    pub power_error_mw: Option<f64>,
    /// Leakage power in milliwatts.
    pub leakage_mw: Option<f64>,
    /// Mean energy of the toggles of one product in femtojoules.
    pub energy_fj: Option<f64>,
    /// Half the width of its 95 % interval.
    pub energy_error_fj: Option<f64>,
    /// Who costed what with which cells, as in [`Cost::source`].
    pub source: String,
    /// Under which conditions, as in [`Cost::technology`].
    pub technology: String,
    /// What else the user should know, sentences that name the multiplier.
    pub notes: Vec<String>,
}

impl Costed {
    /// Computed figures.
    fn new(figures: &CircuitCost, source: String, technology: String) -> Self {
        Self {
            cells: Some(figures.cells),
            area_um2: Some(figures.area_um2),
            delay_ns: Some(figures.delay_ns),
            power_mw: Some(figures.power_mw()),
            power_error_mw: figures.power_error_mw(),
            leakage_mw: Some(figures.leakage_mw),
            energy_fj: Some(figures.energy_fj),
            energy_error_fj: figures.energy_error_fj,
            source,
            technology,
            notes: Vec::new(),
        }
    }

    /// What the rest of the program calls a cost.
    pub fn cost(&self) -> Cost {
        Cost {
            power_mw: self.power_mw,
            area_um2: self.area_um2,
            delay_ns: self.delay_ns,
            source: self.source.clone(),
            technology: self.technology.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
