//! Convolutions of stride 1 with AVX2, straight from padded planes of pairs: no columns are made.
//!
//! Eight neighbouring pixels of a row meet, for each tap, eight neighbouring pairs of a plane, so a vector of pixels is
//! one place in the planes, and a tap an offset from it. Where a row is no multiple of eight, the last vector runs on into
//! what follows, and what comes of that is dropped.

use std::arch::x86_64::*;

use rayon::prelude::*;

use super::super::ConvShape;
use super::super::convolve::Engine;
use super::{Matrix, OUTPUTS, Pair, avx2};

/// Pixels of a vector.
const VECTOR: usize = 8;

/// Vectors that are worked on at a time.
const VECTORS: usize = 2;

/// Planes of one image and group with padding around.
struct Padded {
    pairs: Vec<Pair>,
    width: usize,
    plane: usize,
}

/// Eight pixels: where their pairs and their sums begin, and how many of them there are.
#[derive(Clone, Copy)]
struct Place {
    base: usize,
    out: usize,
    count: usize,
}

/// Whether this way is open to a shape, and not wasteful: at least two thirds of the vectors' pixels are some.
pub(super) fn suits(shape: &ConvShape) -> bool {
    let width = shape.output()[1];
    shape.stride == [1, 1] && 3 * width >= 2 * width.next_multiple_of(VECTOR)
}

/// Convolves like [`super::super::convolve::convolve`].
pub(super) fn convolve(
    matrix: &Matrix,
    _avx2: avx2::Avx2,
    shape: &ConvShape,
    activations: &[u8],
    weights: &[u8],
    pad_code: u8,
    out: &mut [i32],
) {
    let [height, width] = shape.output();
    let (in_group, out_group) = (shape.channels_in / shape.groups, shape.channels_out / shape.groups);
    let (pixels, plane_size) = (height * width, shape.height * shape.width);
    let groups: Vec<Vec<Pair>> = weights
        .chunks_exact(out_group * shape.fan_in())
        .map(|weights| matrix.prepare(weights, out_group, in_group))
        .collect();
    let planes = matrix.planes(in_group);
    let mut padding = vec![Pair::default(); planes];
    matrix.expand(&vec![pad_code; in_group], in_group, &mut padding);
    let padded = || {
        let width = shape.width + 2 * shape.padding[1];
        let plane = width * (shape.height + 2 * shape.padding[0]);
        // The last vector may run on by less than its length.
        let mut pairs = vec![Pair::default(); planes * plane + VECTOR];
        for (pairs, &padding) in pairs.chunks_mut(plane).zip(&padding) {
            pairs.fill(padding);
        }
        (Padded { pairs, width, plane }, vec![Pair::default(); planes * plane_size])
    };
    let row = shape.width + 2 * shape.padding[1];
    let plane = row * (shape.height + 2 * shape.padding[0]);
    let taps = (0..shape.kernel[0]).flat_map(|ky| (0..shape.kernel[1]).map(move |kx| [ky, kx]));
    let taps: Vec<usize> =
        taps.map(|[ky, kx]| ky * shape.dilation[0] * row + kx * shape.dilation[1]).collect();
    let offsets: Vec<usize> = (0..planes).flat_map(|p| taps.iter().map(move |tap| p * plane + tap)).collect();
    let places: Vec<Place> = (0..height)
        .flat_map(|y| (0..width).step_by(VECTOR).map(move |x| (y, x)))
        .map(|(y, x)| Place { base: y * row + x, out: y * width + x, count: VECTOR.min(width - x) })
        .collect();
    out.par_chunks_exact_mut(shape.channels_out * pixels).enumerate().for_each_init(
        padded,
        |(padded, elements), (image, out)| {
            let image =
                &activations[image * shape.channels_in * plane_size..][..shape.channels_in * plane_size];
            for (group, weights) in groups.iter().enumerate() {
                matrix.expand(
                    &image[group * in_group * plane_size..][..in_group * plane_size],
                    in_group,
                    elements,
                );
                padded.fill(shape, elements);
                let out = &mut out[group * out_group * pixels..][..out_group * pixels];
                for (panel, out) in out.chunks_mut(OUTPUTS * pixels).enumerate() {
                    let weights = &weights[panel * OUTPUTS * offsets.len()..];
                    let outputs = out.len() / pixels;
                    for places in places.chunks(VECTORS) {
                        let places = [places[0], places[places.len() - 1]];
                        // SAFETY: a value of `Avx2` exists only where the processor has it.
                        unsafe {
                            match outputs {
                                1 => panel_of::<1>(weights, padded, &offsets, places, out),
                                2 => panel_of::<2>(weights, padded, &offsets, places, out),
                                3 => panel_of::<3>(weights, padded, &offsets, places, out),
                                4 => panel_of::<4>(weights, padded, &offsets, places, out),
                                5 => panel_of::<5>(weights, padded, &offsets, places, out),
                                _ => panel_of::<6>(weights, padded, &offsets, places, out),
                            }
                        }
                    }
                }
            }
        },
    );
}

impl Padded {
    /// Puts the planes of an image in the midst of the padding.
    fn fill(&mut self, shape: &ConvShape, elements: &[Pair]) {
        let planes = self.pairs.chunks_exact_mut(self.plane);
        for (padded, elements) in planes.zip(elements.chunks_exact(shape.height * shape.width)) {
            let rows = padded[shape.padding[0] * self.width..].chunks_mut(self.width);
            for (padded, row) in rows.zip(elements.chunks_exact(shape.width)) {
                padded[shape.padding[1]..][..shape.width].copy_from_slice(row);
            }
        }
    }
}

/// The sums of `N` outputs at both places.
#[target_feature(enable = "avx2")]
fn panel_of<const N: usize>(
    weights: &[Pair],
    padded: &Padded,
    offsets: &[usize],
    places: [Place; VECTORS],
    out: &mut [i32],
) {
    let mut registers = [[_mm256_setzero_si256(); VECTORS]; N];
    // Offsets grow, so the last one reaches furthest.
    let furthest = offsets.last().copied().unwrap_or(0) + places[1].base;
    assert!(furthest + VECTOR <= padded.pairs.len() && places[0].base <= places[1].base);
    let pairs = padded.pairs.as_ptr();
    for (&offset, weights) in offsets.iter().zip(weights.as_chunks::<N>().0) {
        let row: [__m256i; VECTORS] = std::array::from_fn(|vector| {
            // SAFETY: not beyond the furthest eight pairs, which are there.
            unsafe { _mm256_loadu_si256(pairs.add(places[vector].base + offset).cast()) }
        });
        for (sums, weight) in registers.iter_mut().zip(weights) {
            let weight = _mm256_set1_epi32(weight.bits());
            for vector in 0..VECTORS {
                sums[vector] = _mm256_add_epi32(sums[vector], _mm256_madd_epi16(row[vector], weight));
            }
        }
    }
    let pixels = out.len() / N;
    for (registers, out) in registers.iter().zip(out.chunks_exact_mut(pixels)) {
        for (place, register) in places.iter().zip(registers) {
            let out = &mut out[place.out..][..place.count];
            let mut sums = [0; VECTOR];
            let to = if out.len() == VECTOR { &mut *out } else { &mut sums[..] };
            // SAFETY: eight sums of four bytes are there.
            unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), *register) };
            if out.len() < VECTOR {
                let count = out.len();
                out.copy_from_slice(&sums[..count]);
            }
        }
    }
}
