//! Rounding of values to steps, and of codes; what it is in full is with [`Steps`].

use super::{PART, share};
use crate::quantization::Steps;

/// Adding it to a number below 2^22 in size and taking it away again rounds to whole numbers, halves to even; the sum's
/// lowest bits are the number in two's complement.
const WHOLE: f32 = 12_582_912.0;

/// Rounding in single precision.
#[derive(Clone, Copy)]
struct Rounding {
    inverse: f32,
    scale: f32,
    low: f32,
    high: f32,
}

impl From<Steps> for Rounding {
    fn from(Steps { scale, low, high }: Steps) -> Self {
        // libtorch multiplies by the inverse as well.
        Self { inverse: 1.0 / scale as f32, scale: scale as f32, low: low as f32, high: high as f32 }
    }
}

impl Rounding {
    /// The steps of a value before it is clipped, at most one beyond the ends; the lower end for what is no number.
    #[inline]
    fn unclipped(self, x: f32) -> f32 {
        let steps = (x * self.inverse).max(self.low - 1.0).min(self.high + 1.0);
        (steps + WHOLE) - WHOLE
    }

    #[inline]
    fn steps(self, x: f32) -> f32 {
        self.unclipped(x).max(self.low).min(self.high)
    }
}

/// Codes of one byte: two's complement, or with a zero point unsigned.
pub fn codes(x: &[f32], steps: Steps, zero_point: u8, out: &mut [u8]) {
    let rounding = Rounding::from(steps);
    share(x.chunks(PART).zip(out.chunks_mut(PART)), |(x, out)| {
        for (out, &x) in out.iter_mut().zip(x) {
            *out = ((rounding.steps(x) + WHOLE).to_bits() as u8).wrapping_add(zero_point);
        }
    });
}

/// The values that codes stand for.
pub fn round(x: &[f32], steps: Steps, out: &mut [f32]) {
    let rounding = Rounding::from(steps);
    share(x.chunks(PART).zip(out.chunks_mut(PART)), |(x, out)| {
        for (out, &x) in out.iter_mut().zip(x) {
            *out = rounding.steps(x) * rounding.scale;
        }
    });
}

/// Gradients of what was clipped become 0.
pub fn stop_clipped(gradients: &mut [f32], x: &[f32], steps: Steps) {
    let rounding = Rounding::from(steps);
    share(gradients.chunks_mut(PART).zip(x.chunks(PART)), |(gradients, x)| {
        for (gradient, &x) in gradients.iter_mut().zip(x) {
            let steps = rounding.unclipped(x);
            *gradient = if (rounding.low..=rounding.high).contains(&steps) { *gradient } else { 0.0 };
        }
    });
}
