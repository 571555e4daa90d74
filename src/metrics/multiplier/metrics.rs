//! The error metrics of the field.

use serde::{Deserialize, Serialize};

use super::{ErrorMap, ErrorSums, OperandDistribution};

/// Error metrics of one multiplier, E being exact minus approximate ([`ErrorMap`]). Means run over all operand
/// pairs, equally often or weighted by an [`OperandDistribution`]; worst cases over all pairs whose weight is
/// not zero. Definitions as in EvoApproxLib: V. Mrazek et al., "EvoApprox8b", DATE 2017, doi
/// 10.23919/DATE.2017.7926993.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Mean absolute error, mean |E|, in product units.
    pub mae: f64,
    /// Mean absolute error relative to 2^(n+m), in percent.
    pub mae_pct: f64,
    /// Worst-case error, max |E|, in product units.
    pub wce: f64,
    /// Worst-case error relative to 2^(n+m), in percent.
    pub wce_pct: f64,
    /// Mean relative error, mean of |E| / |exact| over the pairs whose exact product is not 0, in percent.
    pub mre_pct: f64,
    /// Worst-case relative error, max of |E| / |exact| over the pairs whose exact product is not 0, in percent.
    pub wcre_pct: f64,
    /// Error probability, the share of pairs with E not 0, in percent.
    pub ep_pct: f64,
    /// Mean squared error, mean E^2, in squared product units.
    pub mse: f64,
    /// Variance of E, mean (E - mean E)^2, in squared product units.
    pub variance: f64,
    /// Mean of E: positive where the multiplier underestimates; in product units.
    pub mean_error: f64,
}

impl Metrics {
    /// Metrics over all operand pairs, each equally often. Sums are exact integers up to the last division;
    /// only the relative errors are summed in floating point.
    pub fn uniform(map: &ErrorMap) -> Self {
        let mut sums = ErrorSums::new(map.format());
        let first_b = *map.format().range_b().start();
        for (a, errors) in map.format().range_a().zip(map.rows()) {
            sums.add_errors(a, first_b, errors);
        }
        sums.metrics()
    }

    /// Metrics under a distribution of the operands, summed in f64. The relative errors are normalized by the
    /// probability of a nonzero exact product; they are 0 where that is 0. Panics if the formats differ.
    pub fn weighted(map: &ErrorMap, distribution: &OperandDistribution) -> Self {
        assert_eq!(map.format(), distribution.format(), "operand formats");
        let weighted = || map.iter().zip(distribution.probabilities()).filter(|(_, p)| **p > 0.0);
        let mean = |value: &dyn Fn((i64, i64), f64) -> f64| -> f64 {
            weighted().map(|((pair, error), p)| p * value(pair, error as f64)).sum()
        };
        let ratio = |(a, b): (i64, i64), error: f64| {
            if a * b == 0 { 0.0 } else { error.abs() / (a * b).abs() as f64 }
        };
        let worst = |value: &dyn Fn((i64, i64), f64) -> f64| -> f64 {
            weighted().map(|((pair, error), _)| value(pair, error as f64)).fold(0.0, f64::max)
        };
        let nonzero = mean(&|(a, b), _| f64::from(a * b != 0));
        let mean_error = mean(&|_, error| error);
        Self::assemble(
            map,
            mean(&|_, error| error.abs()),
            worst(&|_, error| error.abs()),
            if nonzero > 0.0 { 100.0 * mean(&ratio) / nonzero } else { 0.0 },
            100.0 * worst(&ratio),
            100.0 * mean(&|_, error| f64::from(error != 0.0)),
            (
                mean(&|_, error| error * error),
                mean(&|_, error| (error - mean_error) * (error - mean_error)),
                mean_error,
            ),
        )
    }

    fn assemble(
        map: &ErrorMap,
        mae: f64,
        wce: f64,
        mre_pct: f64,
        wcre_pct: f64,
        ep_pct: f64,
        (mse, variance, mean_error): (f64, f64, f64),
    ) -> Self {
        let percent = 100.0 / map.format().pairs() as f64;
        Self {
            mae,
            mae_pct: mae * percent,
            wce,
            wce_pct: wce * percent,
            mre_pct,
            wcre_pct,
            ep_pct,
            mse,
            variance,
            mean_error,
        }
    }
}

#[cfg(test)]
mod tests {
    use axmul_api::OperandFormat;

    use super::*;
    use crate::multiplier::ProductTable;

    fn constant_table(value: i32) -> ErrorMap {
        let format = OperandFormat::unsigned(2, 2);
        ErrorMap::new(&ProductTable::new(format, vec![value; 16]).unwrap())
    }

    /// By hand: the products of 0..=3 by 0..=3 are 0 seven times, then 1, 2, 2, 3, 3, 4, 6, 6, 9.
    #[test]
    fn a_multiplier_that_always_says_two() {
        let metrics = Metrics::uniform(&constant_table(2));
        assert_eq!(metrics.mae, (14.0 + 1.0 + 2.0 + 2.0 + 4.0 + 4.0 + 7.0) / 16.0);
        assert_eq!(metrics.wce, 7.0);
        assert_eq!(metrics.wce_pct, 43.75);
        assert_eq!(metrics.ep_pct, 87.5);
        assert_eq!(metrics.mean_error, (36.0 - 32.0) / 16.0);
        assert_eq!(metrics.mse, (28.0 + 1.0 + 2.0 + 4.0 + 32.0 + 49.0) / 16.0);
        assert_eq!(metrics.variance, metrics.mse - metrics.mean_error * metrics.mean_error);
        let relative = 1.0 + 2.0 * (1.0 / 3.0) + 0.5 + 2.0 * (4.0 / 6.0) + 7.0 / 9.0;
        assert!((metrics.mre_pct - 100.0 * relative / 9.0).abs() < 1e-12);
        assert_eq!(metrics.wcre_pct, 100.0);
    }

    /// Summation order differs, so equality holds to rounding: 1e-12 relative.
    #[test]
    fn uniform_weights_give_the_uniform_metrics() {
        let map = constant_table(2);
        let uniform = Metrics::uniform(&map);
        let weighted = Metrics::weighted(&map, &OperandDistribution::uniform(map.format()));
        for (x, y) in [
            (uniform.mae, weighted.mae),
            (uniform.mre_pct, weighted.mre_pct),
            (uniform.mse, weighted.mse),
            (uniform.variance, weighted.variance),
            (uniform.mean_error, weighted.mean_error),
            (uniform.ep_pct, weighted.ep_pct),
            (uniform.wcre_pct, weighted.wcre_pct),
        ] {
            assert!((x - y).abs() <= 1e-12 * x.abs(), "{x} {y}");
        }
    }

    #[test]
    fn weights_choose_the_pairs_that_count() {
        let map = constant_table(2);
        let mut weights = vec![0.0; 16];
        weights[15] = 1.0;
        let only_nine = OperandDistribution::from_weights(map.format(), &weights).unwrap();
        let metrics = Metrics::weighted(&map, &only_nine);
        assert_eq!((metrics.mae, metrics.wce, metrics.variance), (7.0, 7.0, 0.0));
        assert_eq!(metrics.ep_pct, 100.0);
    }
}
