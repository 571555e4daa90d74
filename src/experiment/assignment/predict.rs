//! How large an error a multiplier causes at a layer's output.

use serde::{Deserialize, Serialize};

use super::LayerCapture;
use super::capture::normalize;
use axmul_metrics::{ErrorMap, ErrorMoments};

/// Predicted error of a layer's outputs, exact minus approximate, in the unit of the capture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Mean error, K * mu: a constant shift, which a bias can absorb.
    pub mean: f64,
    /// Standard deviation of the error, s * K.
    pub std: f64,
}

/// Predicts the error of a multiplier in a layer.
///
/// For every sampled row k of activations, with histogram p_k, and the histogram p_w of the weights it meets:
/// mu_k = sum E p_k p_w, and s_k = sqrt(sum (E - mu_k)^2 p_k p_w) / sqrt(K), both of one multiplication. Then
/// mu = mean(mu_k), s = sqrt(var(mu_k) + mean(s_k^2)), the deviation being s * K. Rows of several populations
/// count alike, each in its own scale. Panics if the capture does not [`check`](LayerCapture::check) or the map
/// has another format.
pub fn predict(capture: &LayerCapture, map: &ErrorMap) -> Prediction {
    assert_eq!(map.format(), capture.format, "operand formats of multiplier and layer");
    let fan_in = capture.fan_in as f64;
    let mut means = Vec::new();
    let mut mean_variance = 0.0;
    for population in &capture.populations {
        let moments = ErrorMoments::new(map, &normalize(&population.weights));
        for row in &population.rows {
            let (mean, variance) = moments.under(&normalize(row));
            means.push(mean * population.scale);
            mean_variance += variance * population.scale * population.scale / fan_in;
        }
    }
    let rows = means.len() as f64;
    let mean = means.iter().sum::<f64>() / rows;
    // Two passes: the textbook form mean(mu_k^2) - mu^2 cancels.
    let variance_of_means = means.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>() / rows;
    Prediction { mean: fan_in * mean, std: fan_in * (variance_of_means + mean_variance / rows).sqrt() }
}

#[cfg(test)]
mod tests {
    use axmul_support::random::SplitMix64;

    use super::*;
    use crate::assignment::Population;
    use axmul_metrics::{OperandFormat, ProductTable};

    /// Two-bit operands; the error is 1 where both operands are 3, else 0.
    fn map() -> ErrorMap {
        let format = OperandFormat::unsigned(2, 2);
        let products = format.operands().map(|(a, b)| (a * b - i64::from(a * b == 9)) as i32).collect();
        ErrorMap::new(&ProductTable::new(format, products).unwrap())
    }

    fn capture(populations: Vec<Population>) -> LayerCapture {
        LayerCapture {
            name: "layer".into(),
            format: OperandFormat::unsigned(2, 2),
            opcount: 100,
            fan_in: 16,
            sigma: -0.5,
            std_output: 3.0,
            populations,
        }
    }

    /// By hand: half of the weights are 3; rows hold 3 always, and never. mu_k = 0.5 and 0, variances 0.25 and 0,
    /// s_k^2 = 0.25 / 16 and 0; mu = 0.25, var(mu_k) = 0.0625, mean(s_k^2) = 0.0078125.
    #[test]
    fn prediction_by_hand() {
        let layer = capture(vec![Population {
            scale: 1.0,
            weights: vec![5, 0, 0, 5],
            rows: vec![vec![0, 0, 0, 16], vec![16, 0, 0, 0]],
        }]);
        layer.check().unwrap();
        let prediction = predict(&layer, &map());
        assert_eq!(prediction.mean, 4.0);
        assert!((prediction.std - 16.0 * (0.0625f64 + 0.0078125).sqrt()).abs() < 1e-12);
        assert_eq!(layer.tolerance(), 1.5);
    }

    /// Rows of two groups keep to the weights of their group, and channels to their scale.
    #[test]
    fn populations_do_not_mix() {
        let group = |weights: Vec<u32>, row: Vec<u32>, scale| Population { scale, weights, rows: vec![row] };
        let apart = capture(vec![
            group(vec![1, 0, 0, 0], vec![0, 0, 0, 16], 1.0),
            group(vec![0, 0, 0, 1], vec![16, 0, 0, 0], 1.0),
        ]);
        assert_eq!(predict(&apart, &map()), Prediction { mean: 0.0, std: 0.0 });
        let scaled = capture(vec![
            group(vec![0, 0, 0, 1], vec![0, 0, 0, 16], 2.0),
            group(vec![0, 0, 0, 1], vec![0, 0, 0, 16], 4.0),
        ]);
        assert_eq!(predict(&scaled, &map()), Prediction { mean: 48.0, std: 16.0 });
    }

    /// One global histogram: the prediction is the deviation of a sum of K independent errors, which a
    /// simulation of 20,000 such sums meets within 3 % (its own standard error is 0.5 %).
    #[test]
    fn one_histogram_agrees_with_monte_carlo() {
        let format = OperandFormat::unsigned(4, 4);
        let products = (0..256).map(|i| (i * 37) % 101).collect();
        let map = ErrorMap::new(&ProductTable::new(format, products).unwrap());
        let (activations, weights) = ((0..16).collect::<Vec<u32>>(), (1..17).rev().collect::<Vec<u32>>());
        let layer = LayerCapture {
            format,
            populations: vec![Population {
                scale: 1.0,
                weights: weights.clone(),
                rows: vec![activations.clone()],
            }],
            ..capture(vec![])
        };
        let predicted = predict(&layer, &map);

        let mut generator = SplitMix64::new(1);
        let mut draw = |counts: &[u32]| {
            let mut rest = generator.below(counts.iter().sum::<u32>() as usize) as u32;
            counts.iter().position(|&count| rest.checked_sub(count).map(|r| rest = r).is_none()).unwrap()
        };
        let sums: Vec<f64> = (0..20_000)
            .map(|_| {
                let terms = (0..layer.fan_in).map(|_| map.errors()[draw(&activations) * 16 + draw(&weights)]);
                terms.sum::<i64>() as f64
            })
            .collect();
        let mean = sums.iter().sum::<f64>() / sums.len() as f64;
        let std = (sums.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>() / sums.len() as f64).sqrt();
        assert!((predicted.std / std - 1.0).abs() < 0.03, "{} {std}", predicted.std);
        assert!((predicted.mean - mean).abs() < 0.03 * std, "{} {mean}", predicted.mean);
    }
}
