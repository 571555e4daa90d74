//! Floor 1: circuits as designers have them. Text in, a checked gate graph, its behaviour, text out. No files.
//!
//! ```text
//! read  ->  Builder -> Design  ->  ports  ->  Netlist  ->  write
//! (one file a format)  (named ports)  (which is a, b, product?)  (axmul_api)
//! ```
//!
//! - [`Design`]: a combinational circuit with named ports, every net driven exactly once, free of loops; the
//!   [`DesignBuilder`] that readers fill is where those properties are checked, once for all formats.
//! - [`cells`]: what the cells of common libraries compute, for netlists that came out of synthesis.
//! - [`ports`]: which ports are the operands and the product. Guesses, always said aloud, and options.
//! - [`MappedCells`]: a circuit that came as library cells, as it came.
//!
//! Everything after that works on [`axmul_api::Netlist`], whether a family recorded it or a file held it:
//!
//! - [`simulate`]: its products, thousands at a time;
//! - [`cases`]: all values of a few inputs;
//! - [`graph`]: circuits in few forms, so that equal parts meet;
//! - [`equivalence`]: a proof that two circuits are equal, or operands that tell them apart;
//! - [`mod@write`]: the text of other tools.

mod builder;
pub mod cases;
pub mod cells;
mod design;
pub mod equivalence;
mod error;
mod location;
mod mapped_cells;
pub mod ports;
pub mod read;
pub mod simulate;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod write;
pub mod xag;

// The tests map, simulate and prove members of the built-in families.
#[cfg(test)]
use axmul_families as _;

pub use builder::{DesignBuilder, MAX_NETS, Net};
pub use design::{Design, Port};
pub use error::{NetlistError, NetlistErrorKind};
pub use location::{SourceLocation, SourceText};
pub use mapped_cells::{MappedCell, MappedCells};
pub use ports::{BoundDesign, PortError, PortOptions, ProductExtension, bind};
