//! Whether two multipliers compute the same products.
//!
//! [`compare_multipliers`] follows an [`EqualityPlan`], which says what is tried in which order and how much it may
//! cost: proofs of circuits, all operand pairs, the corners of the operand ranges, random pairs. The answer is an
//! [`EqualityVerdict`]. There is one plan for each occasion: `axmul check`, the files of an import, and a family's
//! circuit beside its arithmetic model.

mod plan;
mod steps;
#[cfg(test)]
mod tests;
mod verdict;

pub use plan::{EqualityEffort, EqualityPlan};
pub use steps::{ComparedMultiplier, EqualityWork, OnEqualityWork, compare_multipliers};
pub use verdict::{DifferenceExtent, EqualityEvidence, EqualityVerdict, SwappedEquality};

pub(crate) use plan::IMPORT_PAIRS;
pub(crate) use steps::silent;
