//! The stream of operands that determines power.

use axmul_api::OperandFormat;

use axmul_metrics::OperandDistribution;

/// The distribution or the trace of the operands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OperandStream {
    /// Independent pairs, all equally likely.
    #[default]
    Uniform,
    /// Independent pairs with the probabilities of a distribution.
    Distribution(OperandDistribution),
    /// These pairs, in order.
    Trace(Vec<[i64; 2]>),
}

/// Operands that do not fit the multiplier.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OperandStreamError {
    /// A distribution over other operands.
    #[error("the distribution is over operands {got}, and the multiplier's are {expected}")]
    Format {
        /// The multiplier's.
        expected: OperandFormat,
        /// The distribution's.
        got: OperandFormat,
    },
    /// A trace too short to have transitions.
    #[error("the trace has {pairs} operand pairs; need at least 2: power depends on transitions")]
    Short {
        /// How many there are.
        pairs: usize,
    },
    /// A value that the operand cannot have.
    #[error(
        "pair {at} of the trace: operand {operand} is {value}; operands {format} have {low} to {high} there"
    )]
    Range {
        /// Its position, from 0.
        at: usize,
        /// `a` or `b`.
        operand: char,
        /// The value.
        value: i64,
        /// The multiplier's operands.
        format: OperandFormat,
        /// The least value.
        low: i64,
        /// The greatest.
        high: i64,
    },
}

impl OperandStream {
    /// Whether a multiplier of this format can have them.
    pub fn check(&self, format: OperandFormat) -> Result<(), OperandStreamError> {
        match self {
            Self::Uniform => Ok(()),
            Self::Distribution(distribution) if distribution.format() != format => {
                Err(OperandStreamError::Format { expected: format, got: distribution.format() })
            }
            Self::Distribution(_) => Ok(()),
            Self::Trace(pairs) if pairs.len() < 2 => Err(OperandStreamError::Short { pairs: pairs.len() }),
            Self::Trace(pairs) => {
                let ranges = [('a', format.range_a()), ('b', format.range_b())];
                for (at, pair) in pairs.iter().enumerate() {
                    for (&value, (operand, range)) in pair.iter().zip(&ranges) {
                        if !range.contains(&value) {
                            let (low, high) = (*range.start(), *range.end());
                            return Err(OperandStreamError::Range {
                                at,
                                operand: *operand,
                                value,
                                format,
                                low,
                                high,
                            });
                        }
                    }
                }
                Ok(())
            }
        }
    }
}
