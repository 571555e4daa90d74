//! Product tables, error maps and metrics of approximate multipliers, and how multipliers rank.
//!
//! - [`ProductTable`], [`ErrorMap`], [`Metrics`]: all products of a multiplier, and what they say about its errors.
//! - [`evaluation`]: the same metrics of anything that computes products, exhaustive or sampled.
//! - [`compare`]: ranking, conditions, Pareto fronts and hypervolumes.
//!
//! Arithmetic only: no files, no circuits.

pub mod compare;
pub mod evaluation;
mod multiplier;

pub use multiplier::*;
