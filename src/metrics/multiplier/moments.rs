//! Mean and variance of a multiplier's error under operand histograms.

use super::ErrorMap;

/// The first two moments of the error, conditioned on the first operand: what error prediction multiplies with
/// many histograms of activations. From E. Trommer et al., "Combining Gradients and Probabilities for
/// Heterogeneous Approximation of Neural Networks", ICCAD 2022, in matrix form.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorMoments {
    /// `A = E p_w`: mean error for each value of the first operand, in product units.
    mean: Vec<f64>,
    /// `B = E^2 p_w`: mean squared error for each value of the first operand.
    mean_square: Vec<f64>,
}

impl ErrorMoments {
    /// Averages the rows of an error map over `p_w`, a probability for each value of the second operand.
    /// Panics if `p_w` has another length than the map has columns.
    pub fn new(map: &ErrorMap, p_w: &[f64]) -> Self {
        assert_eq!(p_w.len(), 1 << map.format().width_b(), "bins of the weight histogram");
        let average = |power: i32| -> Vec<f64> {
            map.rows()
                .map(|row| row.iter().zip(p_w).map(|(&e, p)| (e as f64).powi(power) * p).sum())
                .collect()
        };
        Self { mean: average(1), mean_square: average(2) }
    }

    /// (mean, variance) of the error for activations distributed as `p_x`, a probability for each value of the
    /// first operand. The variance is that of one multiplication.
    pub fn under(&self, p_x: &[f64]) -> (f64, f64) {
        assert_eq!(p_x.len(), self.mean.len(), "bins of the activation histogram");
        let dot = |values: &[f64]| -> f64 { values.iter().zip(p_x).map(|(v, p)| v * p).sum() };
        let mean = dot(&self.mean);
        // Both moments are means over at most 65,536 bounded terms; the difference cannot go far below zero.
        (mean, (dot(&self.mean_square) - mean * mean).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use axmul_api::OperandFormat;

    use super::*;
    use crate::multiplier::ProductTable;

    #[test]
    fn moments_equal_the_sums_over_all_pairs() {
        let format = OperandFormat::unsigned(2, 3);
        let products = (0..32).map(|i| (i * i * 7) % 23).collect();
        let map = ErrorMap::new(&ProductTable::new(format, products).unwrap());
        let p_x = [0.1, 0.2, 0.3, 0.4];
        let p_w = [0.05, 0.1, 0.15, 0.2, 0.0, 0.25, 0.05, 0.2];
        let pairs = || map.errors().iter().enumerate().map(|(i, &e)| (e as f64, p_x[i / 8] * p_w[i % 8]));
        let mean: f64 = pairs().map(|(e, p)| e * p).sum();
        let variance: f64 = pairs().map(|(e, p)| (e - mean) * (e - mean) * p).sum();
        let (got_mean, got_variance) = ErrorMoments::new(&map, &p_w).under(&p_x);
        assert!((got_mean - mean).abs() < 1e-12 && (got_variance - variance).abs() < 1e-9);
    }
}
