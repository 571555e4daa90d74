//! Ranges of activations, observed while training.

use tch::{Kind, Tensor};

use crate::training::plan::{ActivationQuantisation, ActivationRange};

/// Values that a percentile is taken of, at most: a sample spread over the whole tensor.
const PERCENTILE_SAMPLE: i64 = 1 << 16;

/// The range of one layer's activations. It moves in training only, so that evaluation never changes a network.
#[derive(Clone, Debug)]
pub struct Observer {
    settings: ActivationQuantisation,
    range: Option<(f64, f64)>,
}

impl Observer {
    /// An observer that has seen nothing.
    pub fn new(settings: &ActivationQuantisation) -> Self {
        Self { settings: settings.clone(), range: None }
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
            _ => extremes(x),
        });
        self.range = Some(match self.range {
            None => (low, high),
            Some((old_low, old_high)) => match self.settings.range {
                ActivationRange::Average | ActivationRange::Percentile => {
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

/// The smallest and the largest value.
pub fn extremes(x: &Tensor) -> (f64, f64) {
    let (low, high) = x.aminmax(None, false);
    (low.double_value(&[]), high.double_value(&[]))
}

/// Two values with `percent` of all values between them, and as many below as above; the extremes for 100.
pub fn percentiles(x: &Tensor, percent: f64) -> (f64, f64) {
    if percent >= 100.0 {
        return extremes(x);
    }
    let flat = x.reshape([-1]);
    let stride = (flat.size()[0] + PERCENTILE_SAMPLE - 1) / PERCENTILE_SAMPLE;
    let (sorted, _) = flat.slice(0, 0, None, stride.max(1)).to_kind(Kind::Float).sort(0, false);
    let last = sorted.size()[0] - 1;
    let tail = (100.0 - percent) / 200.0;
    let at = |share: f64| sorted.double_value(&[(share * last as f64).round() as i64]);
    (at(tail), at(1.0 - tail))
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;

    fn observer(range: ActivationRange) -> Observer {
        Observer::new(&ActivationQuantisation { range, momentum: 0.25, percentile: 90.0 })
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

    #[test]
    fn percentiles_leave_both_tails_out() {
        let x = Tensor::arange(101, (Kind::Float, Device::Cpu));
        assert_eq!(percentiles(&x, 90.0), (5.0, 95.0));
        assert_eq!(percentiles(&x, 100.0), (0.0, 100.0));
    }
}
