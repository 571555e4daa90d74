//! What a trained layer tells about itself.

use serde::{Deserialize, Serialize};

use axmul_metrics::{OperandDistribution, OperandFormat};

/// Observations of one layer on a sample of training images, computed with exact products.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerCapture {
    /// The layer's name in the network.
    pub name: String,
    /// Operand format in which the layer computes.
    pub format: OperandFormat,
    /// Multiplications for one input of the network.
    pub opcount: u64,
    /// Products in one output: (C_in / groups) * kernel height * kernel width for a convolution.
    pub fan_in: usize,
    /// The noise that the layer bears, in standard deviations of its output: sigma_l of the search, of any sign.
    pub sigma: f64,
    /// Population standard deviation of all outputs, zero points taken out, in the unit of
    /// [`Population::scale`].
    pub std_output: f64,
    /// Operands that meet each other: one population for a plain layer; one a group of a grouped convolution; one
    /// an output channel where each has a scale of its own.
    pub populations: Vec<Population>,
}

/// Activations and weights that meet each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Population {
    /// Size of one unit of an integer product in the unit of [`LayerCapture::std_output`]: 1 where outputs are
    /// compared as integers, the product of both scales where they are compared dequantized.
    pub scale: f64,
    /// How often each weight code occurs: one count for each value of the second operand, lowest first.
    pub weights: Vec<u32>,
    /// Sampled rows of operands, i.e. the inputs of single outputs: how often each activation code occurs in the
    /// row, one count for each value of the first operand, lowest first.
    pub rows: Vec<Vec<u32>>,
}

/// A capture from which nothing can be predicted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the capture of layer '{layer}': {problem}")]
pub struct CaptureError {
    /// The layer.
    pub layer: String,
    /// What is wrong.
    pub problem: String,
}

impl LayerCapture {
    /// Checks that histograms fit the format, hold counts, and that the figures are finite.
    pub fn check(&self) -> Result<(), CaptureError> {
        let problem = |problem: String| Err(CaptureError { layer: self.name.clone(), problem });
        let (a, b) = (1usize << self.format.width_a(), 1usize << self.format.width_b());
        if self.fan_in == 0 || self.opcount == 0 {
            return problem(format!("fan-in {} and opcount {} must be above 0", self.fan_in, self.opcount));
        }
        if !(self.sigma.is_finite() && self.std_output.is_finite() && self.std_output >= 0.0) {
            return problem(format!(
                "sigma {} and output deviation {} must be finite",
                self.sigma, self.std_output
            ));
        }
        if self.populations.is_empty() {
            return problem("expected at least one population of operands, got none".into());
        }
        for population in &self.populations {
            if !(population.scale.is_finite() && population.scale > 0.0) {
                return problem(format!("scale {} must be finite and above 0", population.scale));
            }
            if population.rows.is_empty() {
                return problem("expected at least one row of activations, got none".into());
            }
            let histograms = population.rows.iter().map(|row| ("row of activations", row, a));
            for (what, counts, bins) in histograms.chain([("weight histogram", &population.weights, b)]) {
                if counts.len() != bins {
                    let format = self.format;
                    return problem(format!(
                        "a {what} has {} bins; expected {bins} for operands {format}",
                        counts.len()
                    ));
                }
                if counts.iter().all(|&count| count == 0) {
                    return problem(format!("a {what} is empty"));
                }
            }
        }
        Ok(())
    }

    /// How often each pair of operands meets: activations and weights of a population independently, each population
    /// and each row counting alike.
    ///
    /// # Panics
    ///
    /// For a capture that does not [`check`](Self::check).
    pub fn distribution(&self) -> OperandDistribution {
        let columns = 1usize << self.format.width_b();
        let mut joint = vec![0.0; columns << self.format.width_a()];
        for population in &self.populations {
            let weights = normalize(&population.weights);
            let mut activations = vec![0.0; 1 << self.format.width_a()];
            for row in &population.rows {
                for (sum, p) in activations.iter_mut().zip(normalize(row)) {
                    *sum += p / population.rows.len() as f64;
                }
            }
            for (row, a) in joint.chunks_exact_mut(columns).zip(activations).filter(|(_, a)| *a > 0.0) {
                for (sum, w) in row.iter_mut().zip(&weights) {
                    *sum += a * w;
                }
            }
        }
        OperandDistribution::from_weights(self.format, &joint).expect("a checked capture")
    }

    /// Whether a sampled row holds a negative activation.
    pub fn has_negative_activations(&self) -> bool {
        let range = self.format.range_a();
        let negative = (-range.start()).max(0) as usize;
        self.populations
            .iter()
            .flat_map(|population| &population.rows)
            .any(|row| row[..negative].iter().any(|&n| n > 0))
    }

    /// The largest error deviation that the layer bears: std(Y) * |sigma|, in the unit of
    /// [`Population::scale`].
    pub fn tolerance(&self) -> f64 {
        self.std_output * self.sigma.abs()
    }
}

/// Counts as probabilities.
pub(super) fn normalize(counts: &[u32]) -> Vec<f64> {
    let total: f64 = counts.iter().map(|&count| f64::from(count)).sum();
    counts.iter().map(|&count| f64::from(count) / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_meet_within_their_population() {
        let population = |weights: [u32; 4], rows: &[[u32; 4]]| Population {
            scale: 1.0,
            weights: weights.to_vec(),
            rows: rows.iter().map(|row| row.to_vec()).collect(),
        };
        let capture = LayerCapture {
            name: "layer".into(),
            format: OperandFormat::unsigned(2, 2),
            opcount: 1,
            fan_in: 1,
            sigma: 0.0,
            std_output: 1.0,
            populations: vec![
                population([3, 0, 0, 1], &[[0, 2, 0, 0], [4, 0, 4, 0]]),
                population([0, 7, 0, 0], &[[0, 0, 0, 9]]),
            ],
        };
        let distribution = capture.distribution();
        let at = |a: usize, b: usize| distribution.probabilities()[4 * a + b];
        // Half of each population; of the first, one row is always 1, the other 0 or 2.
        assert_eq!((at(1, 0), at(1, 3), at(0, 0), at(2, 3)), (0.1875, 0.0625, 0.09375, 0.03125));
        assert_eq!((at(3, 1), at(3, 0), at(1, 1)), (0.5, 0.0, 0.0));
    }
}
