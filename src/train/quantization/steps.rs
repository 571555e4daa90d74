//! Rounding to whole steps, on any device.

use tch::{Device, Kind, Tensor};

use crate::tensors::{elementwise, slices};

/// What rounding depends on: the size of a step, and the smallest and largest number of them, i.e. codes less zero point.
/// `straight_through.cpp` has the same.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steps {
    /// Size of one step.
    pub scale: f64,
    /// Smallest number of steps, at most 0.
    pub low: f64,
    /// Largest number of steps, at least 0.
    pub high: f64,
}

impl Steps {
    /// Values rounded to steps, halves to even, without gradients.
    pub fn round(self, x: &Tensor) -> Tensor {
        tch::no_grad(|| match on_cpu(x) {
            Some(x) => {
                let mut out = Tensor::empty_like(&x);
                elementwise::round(slices::floats(&x), self, slices::floats_mut(&mut out));
                out
            }
            None => x.fake_quantize_per_tensor_affine(self.scale, 0, self.low as i64, self.high as i64),
        })
    }

    /// The codes of values: a byte each, two's complement without a zero point, else unsigned.
    pub fn codes(self, x: &Tensor, zero_point: Option<u8>) -> Tensor {
        let kind = if zero_point.is_some() { Kind::Uint8 } else { Kind::Int8 };
        tch::no_grad(|| match on_cpu(x) {
            Some(x) => {
                let mut out = Tensor::empty(x.size(), (kind, Device::Cpu));
                elementwise::codes(
                    slices::floats(&x),
                    self,
                    zero_point.unwrap_or(0),
                    slices::bytes_mut(&mut out),
                );
                out
            }
            None => {
                let mut codes = self.round(x) * (1.0 / self.scale);
                (codes.round_() + f64::from(zero_point.unwrap_or(0))).to_kind(kind)
            }
        })
    }

    /// The gradients of values from those of rounded ones: 0 where a value was clipped.
    pub fn stop_clipped(self, gradient: &Tensor, x: &Tensor) -> Tensor {
        tch::no_grad(|| match (on_cpu(gradient), on_cpu(x)) {
            (Some(mut gradient), Some(x)) => {
                // Whoever computed the gradient needs it no more.
                elementwise::stop_clipped(slices::floats_mut(&mut gradient), slices::floats(&x), self);
                gradient
            }
            _ => {
                let steps = (x * (1.0 / self.scale)).round();
                gradient * steps.ge(self.low).logical_and(&steps.le(self.high))
            }
        })
    }
}

/// A tensor that passes can work on, which shares its memory if it is one already.
pub fn on_cpu(x: &Tensor) -> Option<Tensor> {
    (x.device() == Device::Cpu && x.kind() == Kind::Float).then(|| x.detach().contiguous())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against libtorch, on values that are halves of steps, numbers beyond both ends, infinite and no numbers.
    #[test]
    fn rounding_is_that_of_libtorch() {
        let _seeded = crate::tests::seeded(1);
        let halves = Tensor::arange(1200, (Kind::Float, Device::Cpu)) * 0.15 - 90.0;
        let random = Tensor::randn([50_001], (Kind::Float, Device::Cpu)) * 40.0;
        let x = Tensor::cat(&[halves, random, Tensor::from_slice(&[1e30f32, -1e30, 0.0, -0.0])], 0);
        for (scale, low, high) in
            [(0.3, -127, 127), (0.3, -5, 250), (0.7, 0, 255), (1.0, -3, 3), (0.01, -1, 1)]
        {
            let steps = Steps { scale: f64::from(scale as f32), low: low as f64, high: high as f64 };
            let leaf = x.copy().set_requires_grad(true);
            let expected = leaf.fake_quantize_per_tensor_affine(steps.scale, 0, low, high);
            assert_eq!(steps.round(&x), expected, "{steps:?}");
            let zero_point = (low != -high).then_some((-low) as u8);
            let codes = (&expected / steps.scale).round() + zero_point.map_or(0.0, f64::from);
            assert_eq!(steps.codes(&x, zero_point).to_kind(Kind::Float), codes, "{steps:?}");
            let upstream = x.cos();
            (expected * &upstream).sum(Kind::Float).backward();
            // Where whole numbers of steps overflow, libtorch takes them for small ones.
            let gradient = leaf.grad();
            assert_eq!(steps.stop_clipped(&upstream.copy(), &x), gradient, "{steps:?}");
        }
    }
}
