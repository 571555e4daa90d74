//! How often each operand pair occurs.

use axmul_api::OperandFormat;

/// A probability for every operand pair of a format, summing to one.
#[derive(Clone, Debug, PartialEq)]
pub struct OperandDistribution {
    format: OperandFormat,
    probabilities: Vec<f64>,
}

/// Why weights are no distribution.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DistributionError {
    /// The number of weights fits no accepted shape.
    #[error(
        "expected {rows} weights (both operands), [2, {rows}] (a, then b) or [{rows}, {columns}] (joint) \
         for operands {format}, got {got} weights"
    )]
    Shape {
        /// The format of the operands.
        format: OperandFormat,
        /// Values of the first operand.
        rows: usize,
        /// Values of the second operand.
        columns: usize,
        /// The number of weights that came.
        got: usize,
    },
    /// A weight that is negative or not a number.
    #[error("weight {index} is {value}; expected a finite number of at least 0")]
    Weight {
        /// Its position.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// All weights are zero.
    #[error("all weights are 0; expected at least one above")]
    Empty,
}

impl OperandDistribution {
    /// Every operand pair equally often.
    pub fn uniform(format: OperandFormat) -> Self {
        let pairs = format.pairs() as usize;
        Self { format, probabilities: vec![1.0 / pairs as f64; pairs] }
    }

    /// A distribution from weights or counts, which need not sum to one: one histogram for both operands
    /// (`2^n` values, widths equal), one each of a and of b (`2^n + 2^m` values, operands independent), or a
    /// joint one (`2^n * 2^m` values, a in the outer loop). Bin 0 is the lowest operand value.
    pub fn from_weights(format: OperandFormat, weights: &[f64]) -> Result<Self, DistributionError> {
        if let Some(index) = weights.iter().position(|w| !w.is_finite() || *w < 0.0) {
            return Err(DistributionError::Weight { index, value: weights[index] });
        }
        let (rows, columns) = (1usize << format.width_a(), 1usize << format.width_b());
        let outer = |a: &[f64], b: &[f64]| -> Vec<f64> {
            a.iter().flat_map(|&x| b.iter().map(move |&y| x * y)).collect()
        };
        let joint = match weights.len() {
            n if n == rows && rows == columns => outer(weights, weights),
            n if n == rows + columns => outer(&weights[..rows], &weights[rows..]),
            n if n == rows * columns => weights.to_vec(),
            got => return Err(DistributionError::Shape { format, rows, columns, got }),
        };
        let total: f64 = joint.iter().sum();
        if total <= 0.0 {
            return Err(DistributionError::Empty);
        }
        Ok(Self { format, probabilities: joint.into_iter().map(|w| w / total).collect() })
    }

    /// Widths and signedness of the operands.
    pub fn format(&self) -> OperandFormat {
        self.format
    }

    /// The probabilities, the first operand in the outer loop.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_shapes_are_read() {
        let format = OperandFormat::unsigned(2, 2);
        let both = OperandDistribution::from_weights(format, &[0.0, 1.0, 0.0, 3.0]).unwrap();
        assert_eq!(both.probabilities()[15], 9.0 / 16.0);
        let each =
            OperandDistribution::from_weights(format, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0]).unwrap();
        assert_eq!(each.probabilities()[3], 1.0);
        let joint = OperandDistribution::from_weights(format, &[2.0; 16]).unwrap();
        assert_eq!(joint, OperandDistribution::uniform(format));
    }

    #[test]
    fn weights_that_are_no_distribution_are_refused() {
        let format = OperandFormat::unsigned(2, 2);
        let from = |weights: &[f64]| OperandDistribution::from_weights(format, weights).unwrap_err();
        assert_eq!(from(&[0.0; 16]), DistributionError::Empty);
        assert_eq!(from(&[1.0, -1.0]), DistributionError::Weight { index: 1, value: -1.0 });
        assert!(matches!(from(&[1.0; 5]), DistributionError::Shape { got: 5, .. }));
    }
}
