//! Floor 1: what circuits cost. Knows no files; the cell table that axmul carries is embedded.
//!
//! - [`CellLibrary`]: area, leakage, energy and delay of the cells of a technology.
//! - [`library`]: the cells of a technology as a synthesiser sees them; [`Mapped`]: circuits of such cells.
//! - [`optimise`]: circuits without what is redundant; [`map`]: circuits onto the cells of a library.
//! - [`timing`]: when the product of such a circuit has settled.
//! - [`estimate`]: a [`Cost`](axmul_api::Cost) from a netlist and a library.

mod cells;
mod estimate;
pub mod library;
pub mod map;
mod mapped;
pub mod optimise;
pub mod timing;

pub use cells::{CellFigures, CellLibrary, CellLibraryError, OutputFigures};
pub use estimate::{CLOCK_MHZ, estimate};
pub use mapped::{Instance, Mapped};
