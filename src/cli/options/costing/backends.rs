//! The cost backends.

use axmul_api::Netlist;
use clap::ValueEnum;

use super::CostingOptions;
use axmul_metrics::Cost;
use axmul_netlist::MappedCells;
use axmul_providers::cache::Cache;
use axmul_providers::costs::{AsPlaced, Backend, BuiltIn, CostSubject, PublishedCost, Technology, Yosys};
use axmul_providers::{CatalogEntry, Collection, MultiplierError};

/// A cost backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(in crate::cli) enum BackendName {
    /// Published figures
    Published,
    /// Cells of a mapped netlist, as they are
    #[value(alias = "placed")]
    AsMapped,
    /// Technology mapping onto the built-in cells
    BuiltIn,
    /// Technology mapping onto the cells of --liberty
    Liberty,
    /// Technology mapping by Yosys and ABC
    Yosys,
}

impl BackendName {
    /// Whether it uses the cells of `--liberty`, if that is given.
    pub fn uses_liberty(self) -> bool {
        matches!(self, Self::AsMapped | Self::Liberty | Self::Yosys)
    }
}

/// What cost backends need to know about one multiplier.
pub(in crate::cli) struct KnownCosts {
    circuit: Option<Netlist>,
    placed: Option<MappedCells>,
    cost: Cost,
}

impl KnownCosts {
    pub fn of(collection: &Collection, entry: &CatalogEntry) -> Result<Self, MultiplierError> {
        Ok(Self {
            circuit: collection.circuit(entry)?,
            placed: collection.placed(entry)?,
            cost: collection.known_cost(entry)?,
        })
    }

    /// As the multiplier of this name.
    pub fn subject<'a>(&'a self, name: &'a str) -> CostSubject<'a> {
        CostSubject { name, circuit: self.circuit.as_ref(), placed: self.placed.as_ref(), known: &self.cost }
    }
}

/// The cost backends of a command.
pub(in crate::cli) struct CostBackends<'a> {
    placed: AsPlaced<'a>,
    built_in: BuiltIn<'a>,
    liberty: Option<BuiltIn<'a>>,
    yosys: Yosys<'a>,
}

impl<'a> CostBackends<'a> {
    pub fn new(costing: &'a CostingOptions, cache: &'a Cache) -> Self {
        let (technology, goal) = (costing.technology.as_ref(), costing.goal);
        Self {
            placed: AsPlaced::new(technology.unwrap_or(Technology::built_in())),
            built_in: BuiltIn::new(Technology::built_in(), goal, cache),
            liberty: technology.map(|technology| BuiltIn::new(technology, goal, cache)),
            yosys: Yosys::new(technology.unwrap_or(Technology::built_in()), goal, cache),
        }
    }

    /// The backends that can cost a multiplier, except Yosys, which is slow.
    pub fn able(&self, subject: &CostSubject<'_>) -> Vec<BackendName> {
        let published = PublishedCost::has(subject).then_some(BackendName::Published);
        let placed = self.placed.can(subject).then_some(BackendName::AsMapped);
        let mapped = subject.circuit.map(|_| BackendName::BuiltIn);
        let liberty = mapped.and(self.liberty.as_ref()).map(|_| BackendName::Liberty);
        published.into_iter().chain(placed).chain(mapped).chain(liberty).collect()
    }

    /// `None` for that of a Liberty file where there is no such file.
    pub fn backend(&self, name: BackendName) -> Option<&dyn Backend> {
        Some(match name {
            BackendName::Published => &PublishedCost,
            BackendName::AsMapped => &self.placed,
            BackendName::BuiltIn => &self.built_in,
            BackendName::Liberty => self.liberty.as_ref()?,
            BackendName::Yosys => &self.yosys,
        })
    }
}
