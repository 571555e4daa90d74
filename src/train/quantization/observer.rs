//! Ranges of activations, observed while training.

use tch::Tensor;

use super::clipping::least_error;
use super::ranges::{extremes, percentiles};
use axmul_experiment::{ActivationQuantization, ActivationRange};

/// Bits of an activation's code.
pub const ACTIVATION_BITS: u8 = 8;

/// The range of one layer's activations. It moves in training only, so that evaluation never changes a network.
#[derive(Clone, Debug)]
pub struct Observer {
    settings: ActivationQuantization,
    affine: bool,
    range: Option<(f64, f64)>,
}

impl Observer {
    /// An observer that has seen nothing. `affine`: whether codes are unsigned with zero points.
    pub fn new(settings: &ActivationQuantization, affine: bool) -> Self {
        Self { settings: settings.clone(), affine, range: None }
    }

    /// The smallest and the largest value to represent; `None` before anything was seen.
    pub fn range(&self) -> Option<(f64, f64)> {
        self.range
    }

    /// Takes up a range from a checkpoint.
    pub fn set_range(&mut self, range: Option<(f64, f64)>) {
        self.range = range;
    }

    /// Sees a batch.
    pub fn observe(&mut self, x: &Tensor) {
        let (low, high) = tch::no_grad(|| match self.settings.range {
            ActivationRange::Percentile => percentiles(x, self.settings.percentile),
            ActivationRange::Mse => least_error(x, self.affine, ACTIVATION_BITS),
            _ => extremes(x),
        });
        self.range = Some(match self.range {
            None => (low, high),
            Some((old_low, old_high)) => match self.settings.range {
                ActivationRange::Average | ActivationRange::Percentile | ActivationRange::Mse => {
                    let share = self.settings.momentum;
                    (old_low + share * (low - old_low), old_high + share * (high - old_high))
                }
                ActivationRange::Extremes => (old_low.min(low), old_high.max(high)),
                // The first batch sets where learning starts.
                ActivationRange::Learned => (old_low, old_high),
            },
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantization::Grid;

    fn observer(range: ActivationRange) -> Observer {
        Observer::new(&ActivationQuantization { range, momentum: 0.25, percentile: 90.0 }, false)
    }

    #[test]
    fn ranges_move_as_their_kind_says() {
        let batches = [Tensor::from_slice(&[-1f32, 4.0]), Tensor::from_slice(&[-3f32, 2.0])];
        let after = |range| {
            let mut observer = observer(range);
            assert_eq!(observer.range(), None);
            batches.iter().for_each(|batch| observer.observe(batch));
            observer.range().unwrap()
        };
        assert_eq!(after(ActivationRange::Average), (-1.5, 3.5));
        assert_eq!(after(ActivationRange::Extremes), (-3.0, 4.0));
        assert_eq!(after(ActivationRange::Learned), (-1.0, 4.0));
    }

    /// Constants and single values give a range of one point, which `Grid` represents exactly or as 0; what is no
    /// number shows in the range, for the loss to fail on.
    #[test]
    fn degenerate_batches_have_ranges_too() {
        let all = [
            ActivationRange::Average,
            ActivationRange::Extremes,
            ActivationRange::Percentile,
            ActivationRange::Mse,
            ActivationRange::Learned,
        ];
        for range in all {
            for (values, expected) in
                [(&[2.5f32; 7][..], 2.5), (&[2.5], 2.5), (&[0.0; 3], 0.0), (&[-4.0], -4.0)]
            {
                let mut observer = observer(range);
                let x = Tensor::from_slice(values);
                (0..3).for_each(|_| observer.observe(&x));
                assert_eq!(observer.range(), Some((expected, expected)), "{range:?} {values:?}");
                for affine in [false, true] {
                    let rounded = Grid::new((expected, expected), affine, ACTIVATION_BITS).round(&x);
                    let largest = (rounded - &x).abs().max().double_value(&[]);
                    assert!(largest < 1e-6, "{range:?} {values:?} {affine}: {largest}");
                }
            }
            let mut observer = observer(range);
            observer.observe(&Tensor::from_slice(&[1f32, f32::NAN]));
            let (low, high) = observer.range().unwrap();
            assert!(low.is_nan() || high.is_nan(), "{range:?}: {low} {high}");
            assert_eq!(Grid::new((low, high), true, ACTIVATION_BITS).scale, 1.0);
        }
    }

    /// By hand: each batch loses nothing by its whole range, and the second moves the average by a quarter.
    #[test]
    fn ranges_of_the_least_error_are_averaged() {
        let mut observer = observer(ActivationRange::Mse);
        observer.observe(&Tensor::from_slice(&[127f32, -1.0, 5.0]));
        assert_eq!(observer.range(), Some((-1.0, 127.0)));
        observer.observe(&Tensor::from_slice(&[254f32, -2.0, 4.0]));
        assert_eq!(observer.range(), Some((-1.25, 158.75)));
    }
}
