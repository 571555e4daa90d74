//! Floor 2: ranking, thresholds and Pareto fronts.
//!
//! - [`ComparisonRow`]: one multiplier of a comparison, its figures as numbers.
//! - [`RowBasis`] and [`Standing`]: which operand pairs its metrics rest on, and how far each figure can be relied on.
//! - [`Field`]: a figure by name: what rows are sorted by, judged by and ranked by.
//! - [`SortKey`] and [`sort`]: the order of the rows.
//! - [`CostOrigin`]: where costs come from, which decides what is comparable.
//! - [`mark_front`]: which rows no other row beats in every field asked for.
//! - [`Fronts`]: what each catalog adds to the fronts: shares, and [`hypervolume`]s up to a [`HypervolumeReference`].
//! - [`Agreement`]: how well one column of figures tells another.
//! - [`Threshold`]: `mae_pct > 0.5 || power_mw >= 0.4`, evaluated on every row.

mod agreement;
mod basis;
mod field;
mod fronts;
mod hypervolume;
mod lexer;
mod origin;
mod pareto;
mod reference;
mod row;
mod sort;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod threshold;

pub use agreement::Agreement;
pub use basis::{RowBasis, Standing};
pub use field::{Field, UnknownField};
pub use fronts::{CatalogFront, FrontFigures, Fronts, JointFront, Unknown, catalogs_of};
pub use hypervolume::{MAX_VOLUME_FIELDS, hypervolume};
pub use lexer::{Comparison, ThresholdError, ThresholdProblem};
pub use origin::CostOrigin;
pub use pareto::{Mixing, Ranking, mark_front};
pub use reference::{HypervolumeReference, HypervolumeReferenceError};
pub use row::ComparisonRow;
pub use sort::{SortKey, sort};
pub use threshold::{Threshold, ThresholdOutcome};
