//! Circuits mapped by axmul.

use axmul_api::Netlist;
use serde::{Deserialize, Serialize};

use super::technology::{goal_text, key};
use super::{Backend, BackendError, CostSubject, Costed, Technology, VERSION};
use crate::cache::{Cache, Key};
use crate::circuit_digest::circuit_digest;
use axmul_hardware::cost::{CircuitCost, CostConditions, cost};
use axmul_hardware::map::MappingGoal;
use axmul_hardware::optimize::optimize;
use axmul_metrics::Cost;

/// Optimises a circuit, maps it onto the cells of a technology and looks at what that costs. What comes out is kept in
/// the cache.
pub struct BuiltIn<'a> {
    technology: &'a Technology,
    goal: MappingGoal,
    cache: &'a Cache,
}

/// Figures as the cache keeps them; the clock is part of the key.
#[derive(Serialize, Deserialize)]
struct Kept {
    cells: u64,
    area_um2: f64,
    delay_ns: f64,
    leakage_mw: f64,
    energy_fj: f64,
    energy_error_fj: Option<f64>,
}

impl<'a> BuiltIn<'a> {
    /// With the cells of this technology.
    pub fn new(technology: &'a Technology, goal: MappingGoal, cache: &'a Cache) -> Self {
        Self { technology, goal, cache }
    }

    fn figures(
        &self,
        name: &str,
        netlist: &Netlist,
        conditions: &CostConditions,
    ) -> Result<CircuitCost, BackendError> {
        let Technology { library, target, digest, .. } = self.technology;
        let make = || -> Result<Kept, BackendError> {
            let logic = optimize(netlist);
            let figures = |goal| {
                cost(&target.map(&logic, goal), library, conditions)
                    .map_err(|source| BackendError::Operands { name: name.to_owned(), source })
            };
            let mut of = figures(self.goal)?;
            if self.goal == MappingGoal::Delay {
                // The mapper takes every cell at the same load; under their true loads the small circuit may win.
                let small = figures(MappingGoal::Area)?;
                if small.delay_ns < of.delay_ns {
                    of = small;
                }
            }
            Ok(Kept {
                cells: of.cells as u64,
                area_um2: of.area_um2,
                delay_ns: of.delay_ns,
                leakage_mw: of.leakage_mw,
                energy_fj: of.energy_fj,
                energy_error_fj: of.energy_error_fj,
            })
        };
        let settings = format!("{} {VERSION} {:?}", env!("CARGO_PKG_VERSION"), self.goal);
        let key = Key::new("cost")
            .with(settings.as_bytes())
            .with(digest.as_bytes())
            .with(&key(conditions))
            .with(&circuit_digest(netlist));
        let kept = self.cache.get_or(&key, make)?;
        Ok(CircuitCost {
            cells: usize::try_from(kept.cells).unwrap_or(usize::MAX),
            area_um2: kept.area_um2,
            delay_ns: kept.delay_ns,
            leakage_mw: kept.leakage_mw,
            energy_fj: kept.energy_fj,
            energy_error_fj: kept.energy_error_fj,
            clock_mhz: conditions.clock_mhz,
        })
    }
}

impl Backend for BuiltIn<'_> {
    fn name(&self) -> &str {
        if self.technology.path.is_none() { "built-in" } else { "liberty" }
    }

    fn cost(&self, subject: &CostSubject<'_>, conditions: &CostConditions) -> Result<Costed, BackendError> {
        let Some(netlist) = subject.circuit else {
            let backend = self.name().to_owned();
            return Err(BackendError::NoCircuit { name: subject.name.to_owned(), backend });
        };
        let figures = self.figures(subject.name, netlist, conditions)?;
        let technology = self.technology.conditions(goal_text(self.goal), conditions, &figures);
        Ok(Costed::new(&figures, self.technology.source(self.name()), technology))
    }
}

/// What a circuit costs where nothing else is said: with the cells that axmul carries, for area, under the default
/// conditions.
pub(crate) fn default_cost(netlist: &Netlist, cache: &Cache) -> Cost {
    let backend = BuiltIn::new(Technology::built_in(), MappingGoal::Area, cache);
    let subject =
        CostSubject { name: "the circuit", circuit: Some(netlist), placed: None, known: &Cost::default() };
    let costed = backend.cost(&subject, &CostConditions::default());
    costed.expect("there is a circuit, and every circuit has uniform operands").cost()
}
