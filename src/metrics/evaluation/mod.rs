//! Floor 1: error metrics of anything that computes products, and where two such things differ.
//!
//! - [`evaluate`]: metrics over all operand pairs, or estimated from a sample;
//! - [`first_difference`], [`sampled_difference`], [`count_differences`]: operands for which two multipliers disagree;
//! - [`SwappedOperands`], [`swap_operands`]: a multiplier that takes its operands the other way round.
//!
//! Work is cut into the same pieces whatever the number of threads, and results are put together in their order, so
//! that every result is the same bit for bit on one thread and on sixty-four.

mod difference;
mod exhaustive;
mod pieces;
mod sample;
mod swapped;

pub use difference::{Difference, Differences, count_differences, first_difference, sampled_difference};
pub use sample::{MIN_SAMPLE, OperandDraw};
pub use swapped::{SwappedOperands, swap_operands};

use crate::multiplier::{Basis, Evaluation, OperandFormat, Products, ProductsError};

/// The most bits that both operands together may have for all pairs to be looked at.
pub const MAX_EXHAUSTIVE_BITS: u8 = 32;

/// Which operand pairs are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EvaluationExtent {
    /// All of them: of operands that together have at most [`MAX_EXHAUSTIVE_BITS`].
    All,
    /// Some, uniform and independent: those of [`OperandDraw`].
    Sample {
        /// How many, at least [`MIN_SAMPLE`].
        pairs: u64,
        /// Whatever distinguishes this sample from others.
        seed: u64,
    },
}

/// Told how many pairs are done and how many there are, now and then and from several threads, not always in order.
pub type Progress<'a> = dyn Fn(u64, u64) + Sync + 'a;

/// Why there is no evaluation or comparison.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// There are too many pairs to look at all.
    #[error(
        "operands {format} have 2^{} pairs, and all are looked at up to 2^{MAX_EXHAUSTIVE_BITS}; take a sample instead",
        .format.product_width()
    )]
    TooWide {
        /// The format of the operands.
        format: OperandFormat,
    },
    /// A sample too small for confidence intervals.
    #[error("a sample of {pairs} pairs is too small for confidence intervals; draw at least {MIN_SAMPLE}")]
    SmallSample {
        /// The number of pairs asked for.
        pairs: u64,
    },
    /// Two multipliers of different formats.
    #[error("operands {x} and {y} cannot be compared; both have to be of one width and signedness")]
    Formats {
        /// The format of the first.
        x: OperandFormat,
        /// The format of the second.
        y: OperandFormat,
    },
    /// A model stopped computing.
    #[error(transparent)]
    Products(#[from] ProductsError),
}

/// Error metrics over all operand pairs, each equally often, or estimated from a sample.
///
/// Sums of errors, of their magnitudes and squares are exact integers up to one division. The relative errors are
/// rounded each, and their mean lies within 1e-11 of the true one, relatively; their maximum is that of the rounded.
pub fn evaluate(
    products: &dyn Products,
    extent: EvaluationExtent,
    progress: &Progress,
) -> Result<Evaluation, EvaluationError> {
    match extent {
        EvaluationExtent::All => {
            let sums = exhaustive::sums(products, progress)?;
            Ok(Evaluation { metrics: sums.metrics(), basis: Basis::AllPairs })
        }
        EvaluationExtent::Sample { pairs, seed } => sample::evaluate(products, pairs, seed, progress),
    }
}

/// The number of pairs of a format whose pairs are all looked at.
fn all_pairs(format: OperandFormat) -> Result<u64, EvaluationError> {
    if format.product_width() > MAX_EXHAUSTIVE_BITS {
        return Err(EvaluationError::TooWide { format });
    }
    Ok(1 << format.product_width())
}

#[cfg(test)]
mod tests;
