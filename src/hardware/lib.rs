//! What circuits cost: technology mapping, timing, switching activity, area and power.
//!
//! ```text
//! Netlist -> optimize -> map -> MappedCircuit -> timing, activity -> cost
//!        (XAG)     (cuts and covers)
//! ```
//!
//! - [`library`]: the cells of a technology, read from Liberty files; one library is built in.
//! - [`optimize`]: logic optimization on an XOR-AND graph; [`map`]: technology mapping onto the cells of a library.
//! - [`MappedCircuit`]: a circuit of library cells. [`as_mapped`] makes one of a netlist that synthesis has mapped
//!   already, and keeps its cells.
//! - [`timing`]: static timing analysis; [`activity`]: switching activity for the [`operands`] to multiply.
//! - [`cost`]: area, delay and power of a mapped circuit.
//! - [`same_products`]: whether a mapped circuit still computes what it was made from.
//!
//! This crate opens no files: the built-in library is embedded.
//!
//! # Example
//!
//! The cost of a multiplier of 2x2 bits:
//!
//! ```
//! use axmul_api::{Gates, OperandFormat, Recorder};
//! use axmul_hardware::cost::{CostConditions, cost};
//! use axmul_hardware::library::CellLibrary;
//! use axmul_hardware::map::{MappingGoal, map};
//! use axmul_hardware::optimize::optimize;
//!
//! let mut g = Recorder::new(OperandFormat::unsigned(2, 2));
//! let [a0, a1, b0, b1] = g.inputs().collect::<Vec<_>>()[..] else { unreachable!("four input bits") };
//! let [low, left, right, high] = [(a0, b0), (a0, b1), (a1, b0), (a1, b1)].map(|(a, b)| g.and(a, b));
//! let (middle, carry) = g.half_adder(left, right);
//! let (upper, top) = g.half_adder(high, carry);
//! let netlist = g.finish(vec![low, middle, upper, top]);
//!
//! let library = CellLibrary::freepdk45();
//! let mapped = map(&optimize(&netlist), library, MappingGoal::Area)?;
//! let figures = cost(&mapped, library, &CostConditions::default())?;
//! assert_eq!(figures.area_um2, mapped.area_um2(library));
//! assert!(figures.delay_ns > 0.0 && figures.power_mw() > 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
