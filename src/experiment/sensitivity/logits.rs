//! What approximations of single layers do to the class scores, and together.

use serde::{Deserialize, Serialize};

/// Class scores of some images with exact products, and how they move where one layer alone has one of its candidates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogitShifts {
    classes: usize,
    /// Scores, image by image.
    exact: Vec<f32>,
    /// For each layer and each of its candidates, differences of the scores.
    shifts: Vec<Vec<Vec<f32>>>,
}

impl LogitShifts {
    /// Without images yet: so many candidates in each layer.
    pub fn new(classes: usize, candidates: &[usize]) -> Self {
        let shifts = candidates.iter().map(|&count| vec![Vec::new(); count]).collect();
        Self { classes, exact: Vec::new(), shifts }
    }

    /// Adds images with their exact scores. The scores of every candidate have to follow, by [`Self::add_shifted`].
    pub fn add_exact(&mut self, scores: &[f32]) {
        debug_assert!(scores.len().is_multiple_of(self.classes));
        self.exact.extend_from_slice(scores);
    }

    /// The scores of the images added last, with one candidate in one layer.
    pub fn add_shifted(&mut self, layer: usize, candidate: usize, scores: &[f32]) {
        let shifts = &mut self.shifts[layer][candidate];
        let exact = &self.exact[shifts.len()..];
        assert_eq!(exact.len(), scores.len(), "scores of the images that were added last");
        shifts.extend(scores.iter().zip(exact).map(|(shifted, exact)| shifted - exact));
    }

    /// Number of images.
    pub fn images(&self) -> usize {
        self.exact.len() / self.classes
    }

    /// Mean Kullback-Leibler divergence of the classes' probabilities, from exact ones to those with one candidate, in
    /// nats; infinite where scores are no numbers.
    pub fn alone(&self, layer: usize, candidate: usize) -> f64 {
        self.divergence(|at| self.shifts[layer][candidate][at])
    }

    /// The same with a candidate in every layer, under the assumption that shifts add up.
    pub fn together(&self, choice: &[usize]) -> f64 {
        let shifts: Vec<&[f32]> =
            self.shifts.iter().zip(choice).map(|(layer, &candidate)| layer[candidate].as_slice()).collect();
        self.divergence(|at| shifts.iter().map(|shift| shift[at]).sum())
    }

    fn divergence(&self, shift: impl Fn(usize) -> f32) -> f64 {
        let mut sum = 0.0;
        let mut moved = vec![0f32; self.classes];
        for image in 0..self.images() {
            let first = image * self.classes;
            let exact = &self.exact[first..first + self.classes];
            for (at, moved) in moved.iter_mut().enumerate() {
                *moved = exact[at] + shift(first + at);
            }
            let (norm, moved_norm) = (log_sum_exp(exact), log_sum_exp(&moved));
            let term = |(&z, &moved): (&f32, &f32)| {
                let (log_p, log_q) = (f64::from(z) - norm, f64::from(moved) - moved_norm);
                log_p.exp() * (log_p - log_q)
            };
            sum += exact.iter().zip(&moved).map(term).sum::<f64>();
        }
        let mean = sum / self.images().max(1) as f64;
        // Rounding may leave a divergence a little below 0.
        if mean.is_finite() { mean.max(0.0) } else { f64::INFINITY }
    }
}

fn log_sum_exp(scores: &[f32]) -> f64 {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = scores.iter().map(|&score| f64::from(score - largest).exp()).sum();
    f64::from(largest) + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two classes at even odds; moved to odds of 3, the divergence is ln 2 - (ln 3) / 2 ... by hand
    /// 1/2 ln((1/2) / (3/4)) + 1/2 ln((1/2) / (1/4)) = 1/2 ln(4/3).
    #[test]
    fn divergence_by_hand() {
        let mut shifts = LogitShifts::new(2, &[1, 2]);
        shifts.add_exact(&[1.0, 1.0]);
        shifts.add_shifted(0, 0, &[1.0 + 3f32.ln(), 1.0]);
        shifts.add_shifted(1, 0, &[1.0, 1.0 + 3f32.ln()]);
        shifts.add_shifted(1, 1, &[f32::NAN, 0.0]);
        assert_eq!(shifts.images(), 1);
        let expected = 0.5 * (4f64 / 3.0).ln();
        assert!((shifts.alone(0, 0) - expected).abs() < 1e-6);
        // Errors that cancel are seen.
        assert!(shifts.together(&[0, 0]) < 1e-9);
        assert_eq!(shifts.alone(1, 1), f64::INFINITY);
    }
}
