//! Floor 0, pure: what a tabulated multiplier is. No files, no threads, no other floor.
//!
//! - [`ProductTable`]: every product of a multiplier, a in rows, b in columns.
//! - [`ErrorMap`]: exact minus approximate, in the same layout.
//! - [`Metrics`]: the error metrics of the field, over uniform operands or under an [`OperandDistribution`].
//! - [`ErrorMoments`]: mean and variance of the error under operand histograms, which the assignment uses.
//! - [`ErrorSums`]: what metrics are computed from, exact, however many pairs there are.
//! - [`Products`]: products on demand, for operands too wide for a table.
//! - [`Tabulated`]: a table with its name, provider, cost and provenance: what every upper floor works on.

mod distribution;
mod error_map;
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
pub use evaluation::{Basis, Evaluation, Intervals, Sample};
pub use metrics::Metrics;
pub use moments::ErrorMoments;
pub use products::{BLOCK, ModelProducts, Products, ProductsError};
pub use sums::ErrorSums;
pub use table::{ProductTable, TableError};
pub use tabulated::{Provenance, Tabulated};
