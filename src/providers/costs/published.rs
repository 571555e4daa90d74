//! The figures that came with a multiplier.

use super::{Backend, BackendError, CostSubject, Costed, is_computed};
use axmul_hardware::cost::CostConditions;

/// Figures of others, as they are: of a catalog, of the head of a netlist, of a shared library's descriptor. Those
/// that axmul computed for its own catalog are not published ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct PublishedCost;

impl PublishedCost {
    /// Whether a multiplier has figures of others.
    pub fn has(subject: &CostSubject<'_>) -> bool {
        !subject.known.is_empty() && !is_computed(&subject.known.source)
    }
}

impl Backend for PublishedCost {
    fn name(&self) -> &str {
        "published"
    }

    fn cost(&self, subject: &CostSubject<'_>, _: &CostConditions) -> Result<Costed, BackendError> {
        if !Self::has(subject) {
            return Err(BackendError::NoFigures { name: subject.name.to_owned() });
        }
        let known = subject.known.clone();
        Ok(Costed {
            area_um2: known.area_um2,
            delay_ns: known.delay_ns,
            power_mw: known.power_mw,
            source: known.source,
            technology: known.technology,
            ..Costed::default()
        })
    }
}
