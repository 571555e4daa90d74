//! The range of the values of a tensor.

use tch::{Kind, Tensor};

use super::steps::on_cpu;
use crate::tensors::{elementwise, slices};

/// Values that a percentile is taken of, at most: a sample spread over the whole tensor.
const PERCENTILE_SAMPLE: i64 = 1 << 16;

/// The smallest and the largest value.
pub fn extremes(x: &Tensor) -> (f64, f64) {
    if let Some(x) = on_cpu(x).filter(|x| x.numel() > 0) {
        let (low, high) = elementwise::extremes(slices::floats(&x));
        return (low.into(), high.into());
    }
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

    #[test]
    fn percentiles_leave_both_tails_out() {
        let x = Tensor::arange(101, (Kind::Float, Device::Cpu));
        assert_eq!(percentiles(&x, 90.0), (5.0, 95.0));
        assert_eq!(percentiles(&x, 100.0), (0.0, 100.0));
    }
}
