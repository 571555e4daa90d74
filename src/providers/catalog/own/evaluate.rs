//! What is known of a member of a family once it was tried.

use axmul_api::{Multiplier, Netlist};

use super::super::{CatalogError, table_digest};
use crate::cache::Cache;
use crate::cost;
use crate::options::PairSampling;
use crate::registry::Registry;
use axmul_metrics::evaluation::evaluate;
use axmul_metrics::{Cost, Metrics, OperandFormat, ProductTable};
use axmul_netlist::simulate::Simulator;

/// A member that was tried.
#[derive(Clone, Debug)]
pub(super) struct EvaluatedMember {
    pub name: String,
    pub family: &'static str,
    pub parameters: Vec<u32>,
    pub format: OperandFormat,
    /// Rounded as the file has them.
    pub cost: Cost,
    pub metrics: Metrics,
}

/// What is tried: the format decides how long one takes, since a sample stands for the pairs of wide operands.
pub(super) fn sampling(format: OperandFormat) -> PairSampling {
    // 2^20 of 2^32 pairs tell the mean error to within a thousandth of its deviation.
    PairSampling { pairs: (format.product_width() > 24).then_some(1 << 20), seed: 0 }
}

impl EvaluatedMember {
    /// Tries a member: its circuit's errors and cost.
    pub fn new(
        registry: &Registry,
        family: &'static str,
        parameters: Vec<u32>,
        format: OperandFormat,
    ) -> Result<Self, CatalogError> {
        let problem = |name: &str, problem: String| CatalogError::Entry {
            path: "multipliers".into(),
            entry: name.to_owned(),
            problem,
        };
        let multiplier = registry
            .member(family, &parameters, format)
            .map_err(|error| problem(family, error.to_string()))?;
        let name = multiplier.name();
        let Some(circuit) = circuit(multiplier.as_ref()) else {
            return Err(problem(&name, "it has no circuit, and so no cost".into()));
        };
        let metrics = evaluate(&Simulator::new(&circuit), sampling(format).extent(format), &|_, _| {})
            .map_err(|error| problem(&name, error.to_string()))?
            .metrics;
        Ok(Self { name, family, parameters, format, cost: rounded(multiplier.as_ref()), metrics })
    }
}

fn circuit(multiplier: &dyn Multiplier) -> Option<Netlist> {
    Some(multiplier.structure()?.netlist())
}

/// The digest of the products of a model, where there is a table of them. The model's own, not its circuit's: entries
/// are tabulated by their models.
pub(super) fn digest(multiplier: &dyn Multiplier) -> Option<String> {
    Some(table_digest(&ProductTable::tabulate(multiplier).ok()?))
}

/// The cost of a member's circuit, each figure with five significant digits: more than an estimate bears, and the same
/// on every machine.
pub(super) fn rounded(multiplier: &dyn Multiplier) -> Cost {
    let round = |value: f64| format!("{value:.4e}").parse().expect("a formatted number");
    let cost = cost::of_model(multiplier, &Cache::off());
    Cost {
        power_mw: cost.power_mw.map(round),
        area_um2: cost.area_um2.map(round),
        delay_ns: cost.delay_ns.map(round),
        ..cost
    }
}
