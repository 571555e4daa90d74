//! The naive loops that define what every kernel computes: slow, the oracle of tests.

use super::{ConvShape, LinearShape};

/// Convolution of codes with any `product(activation, weight)`, in 64-bit sums; shapes as in [`ConvShape`]. Padding is the
/// code `pad_code`, multiplied like any other.
///
/// # Panics
///
/// If a slice is shorter than its shape.
pub fn conv2d<C: Copy>(
    shape: &ConvShape,
    activations: &[C],
    weights: &[C],
    pad_code: C,
    product: impl Fn(C, C) -> i64,
) -> Vec<i64> {
    let [out_height, out_width] = shape.output();
    let (in_group, out_group) = (shape.channels_in / shape.groups, shape.channels_out / shape.groups);
    let [kernel_height, kernel_width] = shape.kernel;
    let mut out = Vec::with_capacity(shape.outputs());
    for image in 0..shape.batch {
        for channel_out in 0..shape.channels_out {
            for y in 0..out_height {
                for x in 0..out_width {
                    let mut sum = 0;
                    for channel in 0..in_group {
                        let channel_in = channel_out / out_group * in_group + channel;
                        for ky in 0..kernel_height {
                            for kx in 0..kernel_width {
                                let row = (y * shape.stride[0] + ky * shape.dilation[0])
                                    .checked_sub(shape.padding[0])
                                    .filter(|&row| row < shape.height);
                                let column = (x * shape.stride[1] + kx * shape.dilation[1])
                                    .checked_sub(shape.padding[1])
                                    .filter(|&column| column < shape.width);
                                let activation = match (row, column) {
                                    (Some(row), Some(column)) => {
                                        let plane = image * shape.channels_in + channel_in;
                                        activations[(plane * shape.height + row) * shape.width + column]
                                    }
                                    _ => pad_code,
                                };
                                let tap = (channel_out * in_group + channel) * kernel_height + ky;
                                sum += product(activation, weights[tap * kernel_width + kx]);
                            }
                        }
                    }
                    out.push(sum);
                }
            }
        }
    }
    out
}

/// Matrix product of codes with any `product(activation, weight)`, in 64-bit sums; shapes as in [`LinearShape`].
///
/// # Panics
///
/// If a slice is shorter than its shape.
pub fn linear<C: Copy>(
    shape: &LinearShape,
    activations: &[C],
    weights: &[C],
    product: impl Fn(C, C) -> i64,
) -> Vec<i64> {
    let mut out = Vec::with_capacity(shape.rows * shape.outputs);
    for row in 0..shape.rows {
        for output in 0..shape.outputs {
            let terms =
                (0..shape.k).map(|k| product(activations[row * shape.k + k], weights[output * shape.k + k]));
            out.push(terms.sum());
        }
    }
    out
}
