//! Floor 1: what circuits cost. Knows no files; the cell table that axmul carries is embedded.
//!
//! - [`library`]: the cells of a technology as a synthesiser sees them; [`MappedCircuit`]: circuits of such cells.
//! - [`optimize`]: circuits without what is redundant; [`map`]: circuits onto the cells of a library.
//! - [`as_mapped`]: circuits that came as library cells, with the figures of a library.
//! - [`timing`]: when the product of such a circuit has settled.
//! - [`operands`], [`activity`]: what is multiplied, and how often that makes the signals toggle.
//! - [`cost`]: area, delay and power of such a circuit.
//! - [`same_products`]: whether a circuit of library cells computes what it was made from.

pub mod activity;
pub mod as_mapped;
pub mod cost;
pub mod library;
pub mod map;
mod mapped;
pub mod operands;
pub mod optimize;
mod power;
mod same;
pub mod timing;

// The tests map, simulate and prove members of the built-in families.
#[cfg(test)]
use axmul_families as _;

pub use mapped::{CellInstance, MappedCircuit};
pub use same::same_products;
