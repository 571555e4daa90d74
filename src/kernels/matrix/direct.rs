//! Convolutions of stride 1 straight from padded planes of lanes: no columns are made.
//!
//! Neighbouring pixels of a row meet, for each tap, neighbouring lanes of a plane, so a vector of pixels is one place in
//! the planes, and a tap an offset from it. Where a row is no multiple of a vector, the last one runs on into what
//! follows, and what comes of that is dropped: row by row, or, where that wastes less, all rows and what is between them
//! as one.

use super::super::ConvShape;
use super::super::convolve::Convolution;
use super::super::padded::Padded;
use super::lanes::{Factors, Panels};
use super::simd::{Offsets, Place, Simd, Tile};
use super::{Lane, OUTPUTS};

/// The vectors of an image.
struct Vectors {
    places: Vec<Place>,
    /// Whether rows, and what is between them, are one.
    joined: bool,
    /// Sums of an output.
    sums: usize,
}

impl Vectors {
    fn new<S: Simd>(shape: &ConvShape, padded: &Padded) -> Self {
        let [height, width] = shape.output();
        let (length, rows) = Self::joined(shape, padded.row, S::LANES);
        if length < rows {
            let place = |at| Place { base: at, out: at, count: S::LANES };
            return Self {
                places: (0..length).step_by(S::LANES).map(place).collect(),
                joined: true,
                sums: length,
            };
        }
        let starts = (0..height).flat_map(|y| (0..width).step_by(S::LANES).map(move |x| (y, x)));
        let place =
            |(y, x)| Place { base: padded.place(y, x), out: y * width + x, count: S::LANES.min(width - x) };
        Self { places: starts.map(place).collect(), joined: false, sums: height * width }
    }

    /// Sums, wanted and not, where rows are one, and where they are not.
    fn joined(shape: &ConvShape, row: usize, lanes: usize) -> (usize, usize) {
        let [height, width] = shape.output();
        (((height - 1) * row + width).next_multiple_of(lanes), height * width.next_multiple_of(lanes))
    }
}

/// Whether this way is open to a shape, and not wasteful: at least half of the sums are wanted.
pub(super) fn suits<S: Simd>(shape: &ConvShape) -> bool {
    let [height, width] = shape.output();
    let (joined, rows) = Vectors::joined(shape, Padded::new(shape).row, S::LANES);
    shape.stride == [1, 1] && 2 * height * width >= joined.min(rows)
}

/// Convolves like [`super::super::convolve::convolve`].
pub(super) fn convolve<S: Simd>(factors: &Factors, simd: S, convolution: Convolution<'_>, out: &mut [i32]) {
    let Convolution { shape, activations, weights, pad_code, team } = convolution;
    let [height, width] = shape.output();
    let (in_group, out_group) = (shape.channels_in / shape.groups, shape.channels_out / shape.groups);
    let (pixels, plane_size) = (height * width, shape.height * shape.width);
    let groups: Vec<Panels> = weights
        .chunks_exact(out_group * shape.fan_in())
        .map(|weights| factors.prepare(weights, out_group, in_group))
        .collect();
    let planes = factors.lanes(in_group);
    let mut padding = vec![Lane::default(); planes];
    factors.expand(&vec![pad_code; in_group], in_group, &mut padding);
    let padded = Padded::new(shape);
    let vectors = Vectors::new::<S>(shape, &padded);
    let scratch = || {
        // The last vector may run on by less than its length.
        let mut lanes = vec![Lane::default(); planes * padded.plane + S::LANES];
        for (lanes, &padding) in lanes.chunks_mut(padded.plane).zip(&padding) {
            lanes.fill(padding);
        }
        let sums = if vectors.joined { vec![0; OUTPUTS * vectors.sums] } else { Vec::new() };
        (lanes, vec![Lane::default(); planes * plane_size], sums)
    };
    let offsets = Offsets::new(padded.offsets(planes));
    team.share(
        out.chunks_exact_mut(shape.channels_out * pixels).enumerate(),
        scratch,
        |(lanes, elements, sums), (image, out)| {
            let image =
                &activations[image * shape.channels_in * plane_size..][..shape.channels_in * plane_size];
            for (group, panels) in groups.iter().enumerate() {
                let codes = &image[group * in_group * plane_size..][..in_group * plane_size];
                simd.expand(factors, codes, in_group, elements);
                padded.fill(elements, lanes);
                let out = &mut out[group * out_group * pixels..][..out_group * pixels];
                let starts = panels.start.chunks(OUTPUTS);
                for (panel, (out, start)) in out.chunks_mut(OUTPUTS * pixels).zip(starts).enumerate() {
                    let weights = &panels.lanes[panel * OUTPUTS * offsets.len()..];
                    let tiles = |sums: &mut [i32]| {
                        for places in vectors.places.chunks(S::VECTORS) {
                            let (elements, offsets) = (&*lanes, &offsets);
                            Tile { weights, start, elements, offsets, places, out: &mut *sums }.run(simd);
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
