//! Convolutions of stride 1 straight from padded planes of lanes, without im2col.
//!
//! For each tap, neighboring pixels of a row read neighboring lanes of a plane: a vector of pixels is one place in the
//! planes, a tap an offset from it. If the width is no multiple of a vector, the last vector of a row reads on into what
//! follows, and the surplus sums are dropped: row by row or, if that wastes less, for all rows with the padding between
//! them as one long row.

use super::lanes::{LaneFactors, WeightPanels};
use super::micro_kernel::{DotMicroKernel, DotTile, StepOffsets, VectorPlace};
use super::{Lane, OUTPUTS};
use crate::ConvShape;
use crate::conv::Convolution;
use crate::conv::padded::PaddedPlanes;

/// The vectors of pixels of an image.
struct PixelVectors {
    places: Vec<VectorPlace>,
    /// Whether all rows are one long row.
    joined: bool,
    /// Sums of an output, surplus ones included.
    sums: usize,
}

impl PixelVectors {
    fn new<S: DotMicroKernel>(shape: &ConvShape, padded: &PaddedPlanes) -> Self {
        let [height, width] = shape.output();
        let (length, rows) = Self::joined(shape, padded.row, S::LANES);
        if length < rows {
            let place = |at| VectorPlace { base: at, out: at, count: S::LANES };
            return Self {
                places: (0..length).step_by(S::LANES).map(place).collect(),
                joined: true,
                sums: length,
            };
        }
        let starts = (0..height).flat_map(|y| (0..width).step_by(S::LANES).map(move |x| (y, x)));
        let place = |(y, x)| VectorPlace {
            base: padded.place(y, x),
            out: y * width + x,
            count: S::LANES.min(width - x),
        };
        Self { places: starts.map(place).collect(), joined: false, sums: height * width }
    }

    /// Number of sums, surplus ones included: as one long row, and row by row.
    fn joined(shape: &ConvShape, row: usize, lanes: usize) -> (usize, usize) {
        let [height, width] = shape.output();
        (((height - 1) * row + width).next_multiple_of(lanes), height * width.next_multiple_of(lanes))
    }
}

/// Whether a shape can be convolved this way without waste: at least half of the sums are needed.
pub(crate) fn suits<S: DotMicroKernel>(shape: &ConvShape) -> bool {
    let [height, width] = shape.output();
    let (joined, rows) = PixelVectors::joined(shape, PaddedPlanes::new(shape).row, S::LANES);
    shape.stride == [1, 1] && 2 * height * width >= joined.min(rows)
}

/// Convolves like [`crate::conv::convolve`].
pub(crate) fn convolve<S: DotMicroKernel>(
    factors: &LaneFactors,
    micro_kernel: S,
    convolution: Convolution<'_>,
    out: &mut [i32],
) {
    let Convolution { shape, activations, weights, pad_code, pool } = convolution;
    let [height, width] = shape.output();
    let (in_group, out_group) = (shape.channels_in / shape.groups, shape.channels_out / shape.groups);
    let (pixels, plane_size) = (height * width, shape.height * shape.width);
    let groups: Vec<WeightPanels> = weights
        .chunks_exact(out_group * shape.fan_in())
        .map(|weights| factors.prepare(weights, out_group, in_group))
        .collect();
    let planes = factors.lanes(in_group);
    let mut padding = vec![Lane::default(); planes];
    factors.expand(&vec![pad_code; in_group], in_group, &mut padding);
    let padded = PaddedPlanes::new(shape);
    let vectors = PixelVectors::new::<S>(shape, &padded);
    let scratch = || {
        // The last vector may read on by less than its length.
        let mut lanes = vec![Lane::default(); planes * padded.plane + S::LANES];
        for (lanes, &padding) in lanes.chunks_mut(padded.plane).zip(&padding) {
            lanes.fill(padding);
        }
        let sums = if vectors.joined { vec![0; OUTPUTS * vectors.sums] } else { Vec::new() };
        (lanes, vec![Lane::default(); planes * plane_size], sums)
    };
    let offsets = StepOffsets::new(padded.offsets(planes));
    pool.share(
        out.chunks_exact_mut(shape.channels_out * pixels).enumerate(),
        scratch,
        |(lanes, elements, sums), (image, out)| {
            let image =
                &activations[image * shape.channels_in * plane_size..][..shape.channels_in * plane_size];
            for (group, panels) in groups.iter().enumerate() {
                let codes = &image[group * in_group * plane_size..][..in_group * plane_size];
                micro_kernel.expand(factors, codes, in_group, elements);
                padded.fill(elements, lanes);
                let out = &mut out[group * out_group * pixels..][..out_group * pixels];
                let starts = panels.start.chunks(OUTPUTS);
                for (panel, (out, start)) in out.chunks_mut(OUTPUTS * pixels).zip(starts).enumerate() {
                    let weights = &panels.lanes[panel * OUTPUTS * offsets.len()..];
                    let tiles = |sums: &mut [i32]| {
                        for places in vectors.places.chunks(S::VECTORS) {
                            let (elements, offsets) = (&*lanes, &offsets);
                            DotTile { weights, start, elements, offsets, places, out: &mut *sums }
                                .run(micro_kernel);
                        }
                    };
                    if vectors.joined {
                        let sums = &mut sums[..start.len() * vectors.sums];
                        tiles(sums);
                        let outputs = out.chunks_exact_mut(pixels).zip(sums.chunks_exact(vectors.sums));
                        for (out, sums) in outputs {
                            let rows = out.chunks_exact_mut(width).zip(sums.chunks(padded.row));
                            rows.for_each(|(row, sums)| row.copy_from_slice(&sums[..width]));
                        }
                    } else {
                        tiles(out);
                    }
                }
            }
        },
    );
}
