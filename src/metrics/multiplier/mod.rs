//! Floor 0, pure: what a multiplier and its errors are. No files, no threads, no other floor.
//!
//! - [`ProductTable`]: every product of a multiplier, a in rows, b in columns.
//! - [`ErrorMap`]: exact minus approximate, in the same layout.
//! - [`Metrics`]: the error metrics of the field, over uniform operands or under an [`OperandDistribution`].
//! - [`ErrorMoments`]: mean and variance of the error under operand histograms, which the assignment uses.
//! - [`ErrorSums`]: what metrics are computed from, exact, however many pairs there are.
//! - [`Products`]: products on demand, for operands too wide for a table.
//! - [`Evaluated`]: a multiplier with its metrics, cost and provenance, of any width: what is compared and shown.
//! - [`Tabulated`]: one with a table: what networks compute with.

mod distribution;
mod error_map;
mod evaluated;
mod evaluation;
mod metrics;
mod moments;
mod products;
mod row;
mod sums;
mod table;
mod tabulated;

pub use axmul_api::{Cost, OperandFormat};
pub use distribution::{DistributionError, OperandDistribution};
pub use error_map::ErrorMap;
pub use evaluated::{Evaluated, NoTable};
pub use evaluation::{Basis, Evaluation, Intervals, OperandSample};
pub use metrics::Metrics;
pub use moments::ErrorMoments;
pub use products::{BLOCK, ModelProducts, Products, ProductsError};
pub use sums::ErrorSums;
pub use table::{ProductTable, TableError};
pub use tabulated::{Provenance, Tabulated};
