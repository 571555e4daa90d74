//! What the distribution of activations makes of each row of products.

use axmul_metrics::ProductTable;

use super::OperandHistograms;

/// Moments over the activations of a layer, for products with each stored weight code.
///
/// The error of storing code `v` for `w` under a factor `s` is `x w - s T(x, v)`; its moments follow from these few
/// numbers, so that all pairs of codes are compared without going over the activations again.
pub(super) struct ProductMoments {
    /// Mean and variance of the activation code.
    pub mean_x: f64,
    pub variance_x: f64,
    /// For each weight code, the lowest first: mean and variance of its products, covariance with the activation.
    pub rows: Vec<RowMoments>,
}

#[derive(Clone, Copy)]
pub(super) struct RowMoments {
    pub mean: f64,
    pub variance: f64,
    pub covariance: f64,
}

impl ProductMoments {
    /// Of a table over the codes of the histograms.
    pub fn new(table: &ProductTable, seen: &OperandHistograms) -> Self {
        let codes = table.format();
        let activations: Vec<(i64, f64)> = seen.activations().collect();
        let mean_x: f64 = activations.iter().map(|&(x, p)| x as f64 * p).sum();
        let variance_x = activations.iter().map(|&(x, p)| (x as f64 - mean_x).powi(2) * p).sum();
        let row = |w: i64| {
            let products = || activations.iter().map(|&(x, p)| (x as f64, f64::from(table.product(x, w)), p));
            let mean: f64 = products().map(|(_, t, p)| t * p).sum();
            let variance = products().map(|(_, t, p)| (t - mean).powi(2) * p).sum();
            let covariance = products().map(|(x, t, p)| (x - mean_x) * (t - mean) * p).sum();
            RowMoments { mean, variance, covariance }
        };
        Self { mean_x, variance_x, rows: codes.range_b().map(row).collect() }
    }

    /// Variance over the activations of `x w - s T(x, v)`.
    pub fn variance(&self, w: i64, v: &RowMoments, s: f64) -> f64 {
        let w = w as f64;
        (w * w * self.variance_x - 2.0 * s * w * v.covariance + s * s * v.variance).max(0.0)
    }

    /// Mean over the activations of `x w - s T(x, v)`.
    pub fn mean(&self, w: i64, v: &RowMoments, s: f64) -> f64 {
        w as f64 * self.mean_x - s * v.mean
    }
}
