//! The operands of a layer, as far as corrections look at them.

use axmul_metrics::OperandFormat;

use crate::assignment::LayerCapture;

/// How often a layer multiplies by each code: probabilities over symmetric signed codes, the lowest first.
#[derive(Clone, Debug, PartialEq)]
pub struct OperandHistograms {
    activations: Vec<f64>,
    weights: Vec<f64>,
}

impl OperandHistograms {
    /// From counts, one for each code of a signed format: `2^n` of activations and `2^m` of weights. The most negative
    /// code of each does not occur in symmetric codes, and its count is ignored. `None` where nothing is left, or where
    /// a length is not a power of two of at least 4.
    pub fn new(activations: &[f64], weights: &[f64]) -> Option<Self> {
        Some(Self { activations: probabilities(activations)?, weights: probabilities(weights)? })
    }

    /// Of a captured layer: all populations and rows counted alike. `None` for a layer of unsigned codes.
    pub fn of(capture: &LayerCapture) -> Option<Self> {
        if !capture.format.is_signed() {
            return None;
        }
        let mut activations = vec![0.0; 1 << capture.format.width_a()];
        let mut weights = vec![0.0; 1 << capture.format.width_b()];
        let add = |counts: &[u32], sums: &mut [f64]| {
            let total: f64 = counts.iter().map(|&count| f64::from(count)).sum();
            for (sum, &count) in sums.iter_mut().zip(counts) {
                *sum += f64::from(count) / total;
            }
        };
        for population in &capture.populations {
            population.rows.iter().for_each(|row| add(row, &mut activations));
            add(&population.weights, &mut weights);
        }
        Self::new(&activations, &weights)
    }

    /// Every symmetric code of so many bits alike.
    ///
    /// # Panics
    ///
    /// For fewer than 2 bits.
    pub fn uniform(bits_a: u8, bits_w: u8) -> Self {
        Self::new(&vec![1.0; 1 << bits_a], &vec![1.0; 1 << bits_w]).expect("at least 2 bits")
    }

    /// The format of the codes.
    pub fn format(&self) -> OperandFormat {
        let bits = |p: &[f64]| p.len().trailing_zeros() as u8;
        OperandFormat::signed(bits(&self.activations), bits(&self.weights))
    }

    /// Activation codes that occur, with their probabilities.
    pub fn activations(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        codes(&self.activations).filter(|(_, p)| *p > 0.0)
    }

    /// All weight codes with their probabilities, the unused most negative one among them.
    pub fn weights(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        codes(&self.weights)
    }
}

fn codes(p: &[f64]) -> impl Iterator<Item = (i64, f64)> + '_ {
    (-(p.len() as i64 / 2)..).zip(p.iter().copied())
}

/// Counts as probabilities, without the most negative code.
fn probabilities(counts: &[f64]) -> Option<Vec<f64>> {
    if counts.len() < 4 || !counts.len().is_power_of_two() {
        return None;
    }
    let total: f64 = counts[1..].iter().sum();
    let usable = total.is_finite() && total > 0.0 && counts.iter().all(|&count| count >= 0.0);
    usable.then(|| std::iter::once(0.0).chain(counts[1..].iter().map(|count| count / total)).collect())
}
