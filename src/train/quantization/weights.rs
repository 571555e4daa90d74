//! Weights as codes.

use tch::{Kind, Tensor};

use super::clipping::{least_error, least_error_of_rows};
use super::grid::{Codes, Grid, largest_code};
use super::ranges::percentiles;
use axmul_experiment::{Granularity, WeightQuantization, WeightRange};

/// How the weights of a layer become codes.
#[derive(Debug)]
pub enum WeightGrid {
    /// One grid for all.
    Tensor(Grid),
    /// One symmetric scale for each output channel, `[O]`, and the bits of a code.
    Channel(Tensor, u8),
}

impl WeightGrid {
    /// The grid of some weights `[O, ...]` as they are now.
    pub fn new(weights: &Tensor, settings: &WeightQuantization, affine: bool) -> Self {
        let bits = settings.bits;
        let percentile = match settings.range {
            WeightRange::Extremes => 100.0,
            WeightRange::Percentile | WeightRange::Mse => settings.percentile,
        };
        tch::no_grad(|| {
            if settings.granularity == Granularity::Channel {
                let rows = weights.detach().reshape([weights.size()[0], -1]);
                let largest = match settings.range {
                    WeightRange::Mse => least_error_of_rows(&rows, bits),
                    _ if percentile >= 100.0 => rows.abs().amax(1, false),
                    _ => rows.abs().quantile_scalar(percentile / 100.0, 1, false, "nearest"),
                };
                let scales = largest / f64::from(largest_code(bits));
                return Self::Channel(scales.where_self(&scales.gt(0.0), &scales.ones_like()), bits);
            }
            let range = match settings.range {
                WeightRange::Mse => least_error(weights, affine, bits),
                _ => percentiles(&weights.detach(), percentile),
            };
            Self::Tensor(Grid::new(range, affine, bits))
        })
    }

    /// The values that weights are rounded to, halves to even. Gradients pass straight through where nothing is clipped.
    pub fn round(&self, weights: &Tensor) -> Tensor {
        match self {
            Self::Tensor(grid) => grid.round(weights),
            Self::Channel(scales, bits) => {
                let zeros = Tensor::zeros_like(scales).to_kind(Kind::Int);
                let largest = i64::from(largest_code(*bits));
                weights.fake_quantize_per_channel_affine(scales, &zeros, 0, -largest, largest)
            }
        }
    }

    /// The codes of weights that [`Self::round`] rounded.
    pub fn encode(&self, rounded: &Tensor) -> Codes {
        match self {
            Self::Tensor(grid) => grid.encode(rounded),
            Self::Channel(scales, bits) => tch::no_grad(|| {
                let codes = (rounded / Self::along_first(scales, rounded.dim())).round();
                Codes { bytes: codes.to_kind(Kind::Int8), zero_point: 0, affine: false, bits: *bits }
            }),
        }
    }

    fn along_first(scales: &Tensor, dimensions: usize) -> Tensor {
        let mut shape = vec![1; dimensions];
        shape[0] = -1;
        scales.view(shape.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantization::grid::tests::values;

    #[test]
    fn channels_have_their_own_scale() {
        let settings =
            WeightQuantization { granularity: Granularity::Channel, ..WeightQuantization::default() };
        let weights = Tensor::from_slice(&[127f32, -1.0, 12.7, 0.05, 0.0, 0.0]).view([3, 2]);
        let grid = WeightGrid::new(&weights, &settings, false);
        let codes = grid.encode(&grid.round(&weights));
        assert_eq!(values(&codes.centred()), [127.0, -1.0, 127.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn percentiles_clip_weights() {
        let weights = Tensor::arange(201, (Kind::Float, tch::Device::Cpu)) - 100.0;
        let settings = WeightQuantization { percentile: 90.0, ..WeightQuantization::default() };
        let WeightGrid::Tensor(grid) = WeightGrid::new(&weights, &settings, false) else { panic!() };
        assert!((grid.scale * 127.0 - 90.0).abs() < 0.51, "{grid:?}");
    }

    /// Channels of 3 bits, the range of each up to its largest, up to a percentile of it, or that of the least error,
    /// which is the largest too where codes fit without any.
    #[test]
    fn ranges_of_channels() {
        let weights = Tensor::from_slice(&[3f32, -1.0, 2.0, -3.0, 0.6, 0.3, 0.0, -0.6]).view([2, 4]);
        let settings = WeightQuantization {
            bits: 3,
            granularity: Granularity::Channel,
            range: WeightRange::Extremes,
            percentile: 100.0,
        };
        let centred = |settings: &WeightQuantization| {
            let grid = WeightGrid::new(&weights, settings, false);
            values(&grid.encode(&grid.round(&weights)).centred())
        };
        assert_eq!(centred(&settings), [3.0, -1.0, 2.0, -3.0, 3.0, 2.0, 0.0, -3.0]);
        // The first row needs all of its range, and loses nothing.
        let WeightGrid::Channel(scales, 3) = WeightGrid::new(
            &weights,
            &WeightQuantization { range: WeightRange::Mse, ..settings.clone() },
            false,
        ) else {
            panic!()
        };
        assert_eq!(scales.double_value(&[0]), 1.0);
        let half = WeightQuantization { range: WeightRange::Percentile, percentile: 60.0, ..settings };
        let WeightGrid::Channel(scales, 3) = WeightGrid::new(&weights, &half, false) else { panic!() };
        assert_eq!(values(&(scales * 3.0)), [3.0, 0.6f32.into()]);
    }

    #[test]
    fn weights_of_the_least_error() {
        // Codes -1, 0, 1: a single 2 among four values is clipped, see `clipping`.
        let weights = Tensor::from_slice(&[1f32, -1.0, 1.0, 2.0]);
        let settings =
            WeightQuantization { bits: 2, range: WeightRange::Mse, ..WeightQuantization::default() };
        let WeightGrid::Tensor(grid) = WeightGrid::new(&weights, &settings, false) else { panic!() };
        assert_eq!(grid, Grid { affine: false, bits: 2, scale: 1.25, zero_point: 0 });
    }
}
