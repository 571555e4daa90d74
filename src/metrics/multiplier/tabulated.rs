//! A multiplier as every upper floor sees it.

use serde::{Deserialize, Serialize};

use super::{Cost, ErrorMap, Metrics, OperandFormat, ProductTable};

/// Where a multiplier comes from and under which terms it may be used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// What produced the table: a family, a file, a symbol of a library.
    pub origin: String,
    /// Licence, as an SPDX expression where known.
    pub licence: Option<String>,
    /// Publication to cite.
    pub citation: Option<String>,
    /// A sentence or two about the circuit.
    pub documentation: String,
}

/// A multiplier with all its products, its cost and its provenance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tabulated {
    /// Its name, unique within a catalog.
    pub name: String,
    /// The family, catalog or library that supplied it.
    pub provider: String,
    /// Every product.
    pub table: ProductTable,
    /// Hardware figures; empty where nothing is known.
    pub cost: Cost,
    /// Origin, licence, citation.
    pub provenance: Provenance,
}

impl Tabulated {
    /// Widths and signedness of the operands.
    pub fn format(&self) -> OperandFormat {
        self.table.format()
    }

    /// Exact minus approximate for every operand pair.
    pub fn error_map(&self) -> ErrorMap {
        ErrorMap::new(&self.table)
    }

    /// Error metrics over uniform operands.
    pub fn metrics(&self) -> Metrics {
        Metrics::uniform(&self.error_map())
    }
}
