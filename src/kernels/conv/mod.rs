//! Convolutions with any micro-kernel: images go to threads, their pixels are multiplied block by block (im2col, GEMM).
//!
//! - [`im2col`]: pixels of images as columns of a matrix.
//! - [`padded`]: planes with their padding around, for kernels that need no columns.
//! - [`transpose`]: rows of bytes as columns, for matrix products.

mod im2col;
pub(crate) mod padded;
mod transpose;

use std::sync::Arc;

use self::im2col::{Im2col, Im2colPlanes};
use self::transpose::transpose;
use super::{ConvShape, ThreadPool};

/// The fewest pixels of a task, if there are as many: enough to make its setup negligible.
const PIXELS_PER_TASK: usize = 1024;

/// A GEMM over blocks of columns: how codes are laid out, and how a block is multiplied.
pub(crate) trait MicroKernel: Sync {
    /// An element of a column.
    type Element: Copy + Default + Send + Sync;
    /// The weights of one group, laid out.
    type Weights: Sync;
    /// The most pixels of a block.
    const BLOCK: usize;

    /// Row length of a block of `pixels`, at most [`MicroKernel::BLOCK`]: few pixels should not cost a whole block.
    fn pitch(&self, pixels: usize) -> usize;

    /// Number of planes of elements for `channels`.
    fn planes(&self, channels: usize) -> usize;

    /// Converts codes `[channels, size]` to elements `[planes, size]`.
    fn expand(&self, codes: &[u8], channels: usize, planes: &mut [Self::Element]);

    /// Lays out the weights `[outputs, channels, taps]` of a group.
    fn prepare(&self, weights: &[u8], outputs: usize, channels: usize) -> Self::Weights;

    /// Computes the sums `[outputs, pitch]` of columns `[planes, taps, pitch]`.
    fn multiply(&self, weights: &Self::Weights, columns: &[Self::Element], pitch: usize, sums: &mut [i32]);
}

/// A convolution whose shape and operands have been checked.
#[derive(Clone, Copy)]
pub(crate) struct Convolution<'a> {
    /// Sizes of all operands.
    pub shape: &'a ConvShape,
    /// Codes `[batch, channels_in, height, width]`.
    pub activations: &'a [u8],
    /// Codes `[channels_out, channels_in / groups, kernel]`.
    pub weights: &'a [u8],
    /// Code of the padding.
    pub pad_code: u8,
    /// Threads that share the work.
    pub pool: ThreadPool,
}

/// Bytes of a cache line. Columns begin at one, so that no vector straddles two.
const LINE: usize = 64;

/// A table laid out for one kernel.
pub(crate) trait Convolve: std::fmt::Debug + Send + Sync {
    /// Convolves; sums are modulo 2^32.
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]);
}

/// A kernel ready to run, and its cost.
#[derive(Clone, Debug)]
pub(crate) struct PreparedKernel {
    /// Factor by which the kernel multiplies the fan-in: 1 for lookups.
    pub terms: usize,
    /// The kernel.
    pub product: Arc<dyn Convolve>,
}

impl PreparedKernel {
    /// A kernel that looks products up.
    pub fn lut(product: impl Convolve + 'static) -> Self {
        Self { terms: 1, product: Arc::new(product) }
    }
}

/// Buffers of a thread, reused from task to task.
struct BlockScratch<T> {
    im2col: Im2col,
    elements: Vec<T>,
    columns: Vec<T>,
    sums: Vec<i32>,
}

/// Convolves with a micro-kernel; sums are modulo 2^32.
pub(crate) fn convolve<E: MicroKernel>(kernel: &E, convolution: Convolution<'_>, out: &mut [i32]) {
    let Convolution { shape, activations, weights, pad_code, pool } = convolution;
    let [out_height, out_width] = shape.output();
    let (in_group, out_group) = (shape.channels_in / shape.groups, shape.channels_out / shape.groups);
    let (pixels, plane_size) = (out_height * out_width, shape.height * shape.width);
    let groups: Vec<E::Weights> = weights
        .chunks_exact(out_group * shape.fan_in())
        .map(|weights| kernel.prepare(weights, out_group, in_group))
        .collect();
    if shape.is_matrix_product() {
        return multiply(kernel, &groups, convolution, out);
    }
    let planes = kernel.planes(in_group);
    let mut padding = vec![E::Element::default(); planes];
    kernel.expand(&vec![pad_code; in_group], in_group, &mut padding);
    let taps = shape.kernel[0] * shape.kernel[1];
    let images = PIXELS_PER_TASK.div_ceil(pixels).min(shape.batch.div_ceil((pool.threads)()));
    let scratch = || BlockScratch {
        im2col: Im2col::new(shape),
        elements: vec![E::Element::default(); images * planes * plane_size],
        columns: vec![E::Element::default(); planes * taps * E::BLOCK + LINE],
        sums: vec![0; out_group * E::BLOCK],
    };
    let image_codes = shape.channels_in * plane_size;
    pool.share(
        out.chunks_mut(images * shape.channels_out * pixels).enumerate(),
        scratch,
        |BlockScratch { im2col, elements, columns, sums }, (task, out)| {
            let images_here = out.len() / (shape.channels_out * pixels);
            let activations = &activations[task * images * image_codes..][..images_here * image_codes];
            for (group, weights) in groups.iter().enumerate() {
                let of_images = elements.chunks_exact_mut(planes * plane_size);
                for (image, elements) in activations.chunks_exact(image_codes).zip(of_images) {
                    let codes = &image[group * in_group * plane_size..][..in_group * plane_size];
                    kernel.expand(codes, in_group, elements);
                }
                let source = Im2colPlanes { elements, planes, padding: &padding };
                let start = columns.as_ptr().align_offset(LINE);
                let columns = &mut columns[start..];
                let all = images_here * pixels;
                for first in (0..all).step_by(E::BLOCK) {
                    let count = E::BLOCK.min(all - first);
                    let pitch = kernel.pitch(count);
                    let columns = &mut columns[..planes * taps * pitch];
                    let sums = &mut sums[..out_group * pitch];
                    im2col.write_columns(&source, first, count, pitch, columns);
                    kernel.multiply(weights, columns, pitch, sums);
                    scatter(
                        sums,
                        pitch,
                        first..first + count,
                        pixels,
                        |image, channel| {
                            let at = image * shape.channels_out + group * out_group + channel;
                            at * pixels
                        },
                        out,
                    );
                }
            }
        },
    );
}

/// The same for images of one pixel, whose columns are a block of them transposed.
fn multiply<E: MicroKernel>(
    kernel: &E,
    groups: &[E::Weights],
    convolution: Convolution<'_>,
    out: &mut [i32],
) {
    let Convolution { shape, activations, pool, .. } = convolution;
    let (in_group, out_group) = (shape.channels_in / shape.groups, shape.channels_out / shape.groups);
    let scratch = || {
        let columns = vec![E::Element::default(); kernel.planes(in_group) * E::BLOCK + LINE];
        (vec![0; shape.channels_in * E::BLOCK], columns, vec![0; out_group * E::BLOCK])
    };
    let blocks = activations.chunks(E::BLOCK * shape.channels_in);
    pool.share(
        blocks.zip(out.chunks_mut(E::BLOCK * shape.channels_out)),
        scratch,
        |(codes, columns, sums), (rows, out)| {
            let pitch = kernel.pitch(rows.len() / shape.channels_in);
            let start = columns.as_ptr().align_offset(LINE);
            let columns = &mut columns[start..][..kernel.planes(in_group) * pitch];
            let sums = &mut sums[..out_group * pitch];
            transpose(rows, shape.channels_in, codes, pitch);
            for (group, weights) in groups.iter().enumerate() {
                kernel.expand(&codes[group * in_group * pitch..][..in_group * pitch], in_group, columns);
                kernel.multiply(weights, columns, pitch, sums);
                for (pixel, out) in out.chunks_exact_mut(shape.channels_out).enumerate() {
                    let out = &mut out[group * out_group..][..out_group];
                    out.iter_mut().zip(sums.chunks_exact(pitch)).for_each(|(out, sums)| *out = sums[pixel]);
                }
            }
        },
    );
}

/// Copies the sums of the pixels `range`, counted over all images, to their images and channels.
fn scatter(
    sums: &[i32],
    pitch: usize,
    range: std::ops::Range<usize>,
    pixels: usize,
    place: impl Fn(usize, usize) -> usize,
    out: &mut [i32],
) {
    let mut first = range.start;
    while first < range.end {
        let (image, pixel) = (first / pixels, first % pixels);
        let count = (pixels - pixel).min(range.end - first);
        for (channel, sums) in sums.chunks_exact(pitch).enumerate() {
            let at = place(image, channel) + pixel;
            out[at..at + count].copy_from_slice(&sums[first - range.start..][..count]);
        }
        first += count;
    }
}
