//! Product tables, error maps and metrics of approximate multipliers, and how multipliers rank. Arithmetic only: no
//! files, no circuits.
//!
//! - [`ProductTable`], [`ErrorMap`], [`Metrics`]: all products of a multiplier, and what they say about its errors.
//! - [`evaluation`]: the same metrics of anything that computes products, exhaustive or sampled.
//! - [`compare`]: sorting, conditions, Pareto fronts and hypervolumes.
//!
//! From tables to metrics to a Pareto front:
//!
//! ```
//! use axmul_metrics::compare::{ComparisonRow, Field, Mixing, Ranking, mark_front};
//! use axmul_metrics::{Cost, Evaluated, OperandFormat, ProductTable, Provenance, Tabulated};
//!
//! // Unsigned 4x4 multipliers that clear the lowest bits of their product; power figures for illustration.
//! let format = OperandFormat::unsigned(4, 4);
//! let mut rows = Vec::new();
//! for (cleared, power_mw) in [(0, 0.9), (2, 0.7), (4, 0.8)] {
//!     let products: Vec<i64> = format.operands().map(|(a, b)| (a * b) >> cleared << cleared).collect();
//!     let multiplier = Evaluated::from(Tabulated {
//!         name: format!("cleared-{cleared}"),
//!         provider: "example".into(),
//!         table: ProductTable::from_wide(format, &products)?,
//!         cost: Cost { power_mw: Some(power_mw), ..Cost::default() },
//!         provenance: Provenance::default(),
//!     });
//!     rows.push(ComparisonRow::new(&multiplier, &multiplier.evaluation, "example"));
//! }
//! assert_eq!(rows[0].metrics.mae, 0.0);
//!
//! mark_front(&mut rows, Ranking { fields: &[Field::Mae, Field::PowerMw], mixing: Mixing::AllSources });
//! let on_front: Vec<&str> = rows.iter().filter(|row| row.pareto == Some(true)).map(|row| &*row.name).collect();
//! assert_eq!(on_front, ["cleared-0", "cleared-2"]);
//! # Ok::<(), axmul_metrics::TableError>(())
//! ```

pub mod compare;
pub mod evaluation;
mod multiplier;

pub use multiplier::*;
