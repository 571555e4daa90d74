//! Floor 1: what circuits cost. Knows no files; the cell table that axmul carries is embedded.
//!
//! - [`CellLibrary`]: area, leakage, energy and delay of the cells of a technology.
//! - [`library`]: the cells of a technology as a synthesiser sees them; [`Mapped`]: circuits of such cells.
//! - [`optimise`]: circuits without what is redundant; [`map`]: circuits onto the cells of a library.
//! - [`placed`]: circuits that came as library cells, with the figures of a library.
//! - [`timing`]: when the product of such a circuit has settled.
//! - [`operands`], [`activity`]: what is multiplied, and how often that makes the signals toggle.
//! - [`cost`]: area, delay and power of such a circuit.
//! - [`estimate`]: a [`Cost`](axmul_api::Cost) from a netlist and a library.

pub mod activity;
mod cells;
pub mod cost;
mod estimate;
pub mod library;
pub mod map;
mod mapped;
pub mod operands;
pub mod optimise;
pub mod placed;
mod power;
pub mod timing;

pub use cells::{CellFigures, CellLibrary, CellLibraryError, OutputFigures};
pub use estimate::{CLOCK_MHZ, estimate};
pub use mapped::{Instance, Mapped};
