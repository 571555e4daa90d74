//! Convolutions and matrix products by any engine: images spread over threads, pixels taken in blocks.

use super::transpose::transpose;
use super::unfold::{Planes, Unfolder};
use super::{ConvShape, Team};

/// Pixels that a task takes at least, where there are as many: enough that what is prepared for it hardly counts.
const PIXELS_PER_TASK: usize = 1024;

/// A way to multiply: what codes become, and what comes of a block of columns.
pub(super) trait Engine: Sync {
    /// What columns are made of.
    type Element: Copy + Default + Send + Sync;
    /// The weights of one group, laid out.
    type Weights: Sync;
    /// The most pixels of a block.
    const BLOCK: usize;

    /// Pixels that a block of so many is laid out for, at most [`Engine::BLOCK`]: few should not cost a whole block.
    fn pitch(&self, pixels: usize) -> usize;

    /// Planes of elements for so many channels.
    fn planes(&self, channels: usize) -> usize;

    /// The elements `[planes, size]` of codes `[channels, size]`.
    fn expand(&self, codes: &[u8], channels: usize, planes: &mut [Self::Element]);

    /// Lays the weights `[outputs, channels, taps]` of a group out.
    fn prepare(&self, weights: &[u8], outputs: usize, channels: usize) -> Self::Weights;

    /// The sums `[outputs, pitch]` of columns `[planes, taps, pitch]`.
    fn multiply(&self, weights: &Self::Weights, columns: &[Self::Element], pitch: usize, sums: &mut [i32]);
}

/// Checked operands of a checked shape, and who works on them.
#[derive(Clone, Copy)]
pub(super) struct Convolution<'a> {
    /// What is multiplied with what.
    pub shape: &'a ConvShape,
    /// Codes `[batch, channels_in, height, width]`.
    pub activations: &'a [u8],
    /// Codes `[channels_out, channels_in / groups, kernel]`.
    pub weights: &'a [u8],
    /// What stands beyond the edges.
    pub pad_code: u8,
    /// The threads.
    pub team: Team,
}

/// Bytes of a cache line: where columns begin, so that vectors of them lie in one line.
const LINE: usize = 64;

/// A convolution with its table, whatever its instructions.
pub(super) trait Convolve: std::fmt::Debug + Send + Sync {
    /// Sums are modulo 2^32.
    fn convolve(&self, convolution: Convolution<'_>, out: &mut [i32]);
}

/// What a task needs besides its operands; kept from one task of a thread to the next.
struct Scratch<T> {
    unfolder: Unfolder,
    elements: Vec<T>,
    columns: Vec<T>,
    sums: Vec<i32>,
}

/// Sums are modulo 2^32.
pub(super) fn convolve<E: Engine>(engine: &E, convolution: Convolution<'_>, out: &mut [i32]) {
    let Convolution { shape, activations, weights, pad_code, team } = convolution;
    let [out_height, out_width] = shape.output();
    let (in_group, out_group) = (shape.channels_in / shape.groups, shape.channels_out / shape.groups);
    let (pixels, plane_size) = (out_height * out_width, shape.height * shape.width);
    let groups: Vec<E::Weights> = weights
        .chunks_exact(out_group * shape.fan_in())
        .map(|weights| engine.prepare(weights, out_group, in_group))
        .collect();
    if shape.is_matrix_product() {
        return multiply(engine, &groups, convolution, out);
    }
    let planes = engine.planes(in_group);
    let mut padding = vec![E::Element::default(); planes];
    engine.expand(&vec![pad_code; in_group], in_group, &mut padding);
    let taps = shape.kernel[0] * shape.kernel[1];
    let images = PIXELS_PER_TASK.div_ceil(pixels).min(shape.batch.div_ceil((team.threads)()));
    let scratch = || Scratch {
        unfolder: Unfolder::new(shape),
        elements: vec![E::Element::default(); images * planes * plane_size],
        columns: vec![E::Element::default(); planes * taps * E::BLOCK + LINE],
        sums: vec![0; out_group * E::BLOCK],
    };
    let image_codes = shape.channels_in * plane_size;
    team.share(
        out.chunks_mut(images * shape.channels_out * pixels).enumerate(),
        scratch,
        |Scratch { unfolder, elements, columns, sums }, (task, out)| {
            let images_here = out.len() / (shape.channels_out * pixels);
            let activations = &activations[task * images * image_codes..][..images_here * image_codes];
            for (group, weights) in groups.iter().enumerate() {
                let of_images = elements.chunks_exact_mut(planes * plane_size);
                for (image, elements) in activations.chunks_exact(image_codes).zip(of_images) {
                    let codes = &image[group * in_group * plane_size..][..in_group * plane_size];
                    engine.expand(codes, in_group, elements);
                }
                let source = Planes { elements, planes, padding: &padding };
                let start = columns.as_ptr().align_offset(LINE);
                let columns = &mut columns[start..];
                let all = images_here * pixels;
                for first in (0..all).step_by(E::BLOCK) {
                    let count = E::BLOCK.min(all - first);
                    let pitch = engine.pitch(count);
                    let columns = &mut columns[..planes * taps * pitch];
                    let sums = &mut sums[..out_group * pitch];
                    unfolder.unfold(&source, first, count, pitch, columns);
                    engine.multiply(weights, columns, pitch, sums);
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

/// The same for images of one pixel: a block of them, rows and columns exchanged, is what columns are made of.
fn multiply<E: Engine>(engine: &E, groups: &[E::Weights], convolution: Convolution<'_>, out: &mut [i32]) {
    let Convolution { shape, activations, team, .. } = convolution;
    let (in_group, out_group) = (shape.channels_in / shape.groups, shape.channels_out / shape.groups);
    let scratch = || {
        let columns = vec![E::Element::default(); engine.planes(in_group) * E::BLOCK + LINE];
        (vec![0; shape.channels_in * E::BLOCK], columns, vec![0; out_group * E::BLOCK])
    };
    let blocks = activations.chunks(E::BLOCK * shape.channels_in);
    team.share(
        blocks.zip(out.chunks_mut(E::BLOCK * shape.channels_out)),
        scratch,
        |(codes, columns, sums), (rows, out)| {
            let pitch = engine.pitch(rows.len() / shape.channels_in);
            let start = columns.as_ptr().align_offset(LINE);
            let columns = &mut columns[start..][..engine.planes(in_group) * pitch];
            let sums = &mut sums[..out_group * pitch];
            transpose(rows, shape.channels_in, codes, pitch);
            for (group, weights) in groups.iter().enumerate() {
                engine.expand(&codes[group * in_group * pitch..][..in_group * pitch], in_group, columns);
                engine.multiply(weights, columns, pitch, sums);
                for (pixel, out) in out.chunks_exact_mut(shape.channels_out).enumerate() {
                    let out = &mut out[group * out_group..][..out_group];
                    out.iter_mut().zip(sums.chunks_exact(pitch)).for_each(|(out, sums)| *out = sums[pixel]);
                }
            }
        },
    );
}

/// Puts the sums of the pixels `range` of all images where their image and output have their place.
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
