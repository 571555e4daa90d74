//! A multiplier that could be evaluated.

use std::path::PathBuf;
use std::sync::Arc;

use super::c_source::CSource;
use super::catalog::PublishedFigures;
use super::netlists::NetlistFile;
use super::shared_library::LibraryRequest;
use axmul_metrics::{Cost, Evaluated, OperandFormat, ProductTable, Provenance};

/// One multiplier that could be evaluated: what is known without doing so.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogEntry {
    /// Its name, unique within its catalog.
    pub name: String,
    /// The catalog or other source that lists it; `catalog/name` names it without ambiguity.
    pub catalog: String,
    /// The family, catalog or library that supplies it, as in [`Evaluated::provider`].
    pub provider: String,
    /// Widths and signedness of the operands.
    pub format: OperandFormat,
    /// Hardware figures; empty where nothing is known before it is evaluated.
    pub cost: Cost,
    /// Origin, licence, citation.
    pub provenance: Provenance,
    /// Error figures that were published with it.
    pub published: PublishedFigures,
    /// Where its products come from.
    pub model: Model,
    /// What the products must hash to ([`table_digest`](super::catalog::table_digest)), if that is known.
    pub sha256: Option<String>,
    /// The file or directory that lists it, for messages.
    pub origin: PathBuf,
}

/// Where an entry's products come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// A file of products ([`tables`](super::tables)).
    Table(PathBuf),
    /// A member of a registered family.
    Family {
        /// The family.
        family: String,
        /// Its parameters.
        parameters: Vec<u32>,
    },
    /// A function of a shared library.
    Library {
        /// The library.
        path: PathBuf,
        /// Which function: a request for one multiplier.
        request: LibraryRequest,
    },
    /// A function of a C source.
    CSource(CSource),
    /// A circuit in a netlist file.
    Netlist(NetlistFile),
    /// Products that had to be computed to list the entry.
    Evaluated(Arc<Evaluated>),
}

impl CatalogEntry {
    /// `catalog/name`.
    pub fn qualified_name(&self) -> String {
        format!("{}/{}", self.catalog, self.name)
    }

    /// Whether the operands are too wide for a table of all products.
    pub fn is_wide(&self) -> bool {
        Self::has_wide(self.format)
    }

    /// Whether operands are too wide for a table of all products.
    pub(super) fn has_wide(format: OperandFormat) -> bool {
        format.width_a().max(format.width_b()) > ProductTable::MAX_WIDTH
    }
}
