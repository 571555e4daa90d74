//! Circuits of library cells as their own synthesis chose them.

use super::{Backend, BackendError, CostSubject, Costed, Technology};
use axmul_hardware::as_mapped::resolve;
use axmul_hardware::cost::{CostConditions, cost};

/// Costs a netlist of library cells as it is: its very cells, of their drive strengths, nothing mapped anew.
pub struct AsPlaced<'a> {
    technology: &'a Technology,
}

impl<'a> AsPlaced<'a> {
    /// With the figures of this technology, which is to be the one that the netlist was mapped with.
    pub fn new(technology: &'a Technology) -> Self {
        Self { technology }
    }

    /// Whether a multiplier is a netlist of this technology's cells.
    pub fn can(&self, subject: &CostSubject<'_>) -> bool {
        subject.placed.is_some_and(|placed| resolve(placed, &self.technology.library).is_ok())
    }
}

impl Backend for AsPlaced<'_> {
    fn name(&self) -> &str {
        "as-mapped"
    }

    fn cost(&self, subject: &CostSubject<'_>, conditions: &CostConditions) -> Result<Costed, BackendError> {
        let name = || subject.name.to_owned();
        let placed = subject.placed.ok_or_else(|| BackendError::NotPlaced { name: name() })?;
        let library = &self.technology.library;
        let mapped = resolve(placed, library)
            .map_err(|source| BackendError::Placed { name: name(), source: Box::new(source) })?;
        let figures = cost(&mapped, library, conditions)
            .map_err(|source| BackendError::Operands { name: name(), source })?;
        let technology = self.technology.conditions("cells as placed", conditions, &figures);
        Ok(Costed::new(&figures, self.technology.source(self.name()), technology))
    }
}
