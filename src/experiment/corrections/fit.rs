//! The corrections that leave the least error.

use axmul_metrics::{OperandFormat, ProductTable};

use super::moments::{ProductMoments, RowMoments};
use super::{Corrections, OperandHistograms, Wiring};

/// How often map and scale are fitted in turn; the second round changes little, the third nothing that matters.
const ROUNDS: usize = 3;

/// A multiplier that cannot serve a layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorrectionError {
    /// Its operands are narrower or wider than the codes.
    #[error(
        "the multiplier takes operands {multiplier}, the layer has codes {codes}; expected operands of the codes' widths"
    )]
    Format {
        /// Operands of the multiplier.
        multiplier: OperandFormat,
        /// Codes of the layer.
        codes: OperandFormat,
    },
}

/// A multiplier in a layer, corrected.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedMultiplier {
    /// How it is wired.
    pub wiring: Wiring,
    /// The products that the layer's codes get, before [`Wiring::scale`].
    pub table: ProductTable,
    /// Mean, over the layer's operands, of the error's variance under each weight: what is left of one product's error
    /// once means are folded, in squared units of an exact integer product.
    pub variance: f64,
    /// Mean error of one product, in the same units; 0 where it is folded.
    pub mean: f64,
}

impl FittedMultiplier {
    /// Standard deviation of the error of a sum of `fan_in` products, taken as independent, in units of an exact
    /// integer product.
    pub fn output_std(&self, fan_in: usize) -> f64 {
        (self.variance * fan_in as f64).sqrt()
    }
}

/// Corrects a multiplier, signed or unsigned, for a layer of symmetric signed codes that was seen to multiply these
/// operands.
pub fn fit(
    multiplier: &ProductTable,
    seen: &OperandHistograms,
    corrections: Corrections,
) -> Result<FittedMultiplier, CorrectionError> {
    let (codes, format) = (seen.format(), multiplier.format());
    if (format.width_a(), format.width_b()) != (codes.width_a(), codes.width_b()) {
        return Err(CorrectionError::Format { multiplier: format, codes });
    }
    // Symmetric codes have magnitudes of one bit less than an unsigned operand; a signed operand has no bit to spare.
    let places = u8::from(corrections.align && !format.is_signed());
    let shifts = (0..=places).flat_map(|a| (0..=places).map(move |w| (a, w)));
    let fitted = shifts.map(|shifts| fit_shifted(multiplier, seen, corrections, shifts));
    // The first of equals: fewer places where they gain nothing.
    let best = fitted.reduce(|best, next| if next.error() < best.error() { next } else { best });
    Ok(best.expect("at least one pair of shifts"))
}

impl FittedMultiplier {
    /// What a fit makes small.
    fn error(&self) -> f64 {
        self.variance + self.mean * self.mean
    }
}

fn fit_shifted(
    multiplier: &ProductTable,
    seen: &OperandHistograms,
    corrections: Corrections,
    (shift_a, shift_w): (u8, u8),
) -> FittedMultiplier {
    let codes = seen.format();
    let nominal = 1.0 / f64::from(1u32 << (shift_a + shift_w));
    let mut wiring = Wiring { shift_a, shift_w, scale: nominal, ..Wiring::straight() };
    let moments = ProductMoments::new(&wiring.table(multiplier, codes), seen);
    let weights: Vec<(i64, f64)> = seen.weights().collect();
    let mut stored: Vec<usize> = (0..weights.len()).collect();
    for _ in 0..ROUNDS {
        if corrections.map {
            stored = map(&moments, &weights, wiring.scale, corrections.fold);
        }
        if corrections.scale {
            wiring.scale = scale(&moments, &weights, &stored, corrections.fold).unwrap_or(nominal);
        }
    }
    if corrections.map {
        wiring.weight_map = stored.iter().map(|&at| weights[at].0 as i16).collect();
    }
    let row = |at: usize| &moments.rows[stored[at]];
    let means: Vec<f64> =
        (0..).zip(&weights).map(|(at, &(w, _))| moments.mean(w, row(at), wiring.scale)).collect();
    let variance =
        (0..).zip(&weights).map(|(at, &(w, p))| p * moments.variance(w, row(at), wiring.scale)).sum();
    let mean: f64 = weights.iter().zip(&means).map(|((_, p), mean)| p * mean).sum();
    // Without folding, what differs from weight to weight is an error that sums do not lose.
    let spread: f64 = weights.iter().zip(&means).map(|((_, p), m)| p * (m - mean) * (m - mean)).sum();
    let table = wiring.table(multiplier, codes);
    if corrections.fold {
        wiring.mean_error = means;
        FittedMultiplier { wiring, table, variance, mean: 0.0 }
    } else {
        FittedMultiplier { wiring, table, variance: variance + spread, mean }
    }
}

/// The code to store for each weight code, as its index. Symmetric codes only: the most negative one is never stored,
/// nor asked for.
fn map(moments: &ProductMoments, weights: &[(i64, f64)], scale: f64, folded: bool) -> Vec<usize> {
    let error = |w: i64, row: &RowMoments| {
        let mean = if folded { 0.0 } else { moments.mean(w, row, scale) };
        moments.variance(w, row, scale) + mean * mean
    };
    let choose = |at: usize, w: i64| {
        let own = (at, error(w, &moments.rows[at]));
        let others = moments.rows.iter().enumerate().skip(1).map(|(other, row)| (other, error(w, row)));
        // Its own code where no other is better.
        others.fold(own, |best, next| if next.1 < best.1 { next } else { best }).0
    };
    (0..).zip(weights).map(|(at, &(w, _))| if at == 0 { 0 } else { choose(at, w) }).collect()
}

/// The factor of the products that leaves the least error; `None` where all products are alike.
fn scale(moments: &ProductMoments, weights: &[(i64, f64)], stored: &[usize], folded: bool) -> Option<f64> {
    let (mut with_exact, mut with_itself) = (0.0, 0.0);
    for (&(w, p), &at) in weights.iter().zip(stored) {
        let (row, w) = (&moments.rows[at], w as f64);
        with_exact += p * w * row.covariance;
        with_itself += p * row.variance;
        if !folded {
            with_exact += p * w * moments.mean_x * row.mean;
            with_itself += p * row.mean * row.mean;
        }
    }
    let scale = with_exact / with_itself;
    (scale.is_finite() && scale > 0.0).then_some(scale)
}
