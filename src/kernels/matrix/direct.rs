//! Convolutions of stride 1 straight from padded planes of lanes: no columns are made.
//!
//! Neighbouring pixels of a row meet, for each tap, neighbouring lanes of a plane, so a vector of pixels is one place in
//! the planes, and a tap an offset from it. Where a row is no multiple of a vector, the last one runs on into what
//! follows, and what comes of that is dropped.

use super::super::ConvShape;
use super::super::convolve::Convolution;
use super::super::padded::Padded;
use super::lanes::{Factors, Panels};
use super::simd::{Offsets, Place, Simd, Tile};
use super::{Lane, OUTPUTS};

/// Whether this way is open to a shape, and not wasteful: at least two thirds of the vectors' pixels are some.
pub(super) fn suits<S: Simd>(shape: &ConvShape) -> bool {
    let width = shape.output()[1];
    shape.stride == [1, 1] && 3 * width >= 2 * width.next_multiple_of(S::LANES)
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
    let scratch = || {
        // The last vector may run on by less than its length.
        let mut lanes = vec![Lane::default(); planes * padded.plane + S::LANES];
        for (lanes, &padding) in lanes.chunks_mut(padded.plane).zip(&padding) {
            lanes.fill(padding);
        }
        (lanes, vec![Lane::default(); planes * plane_size])
    };
    let offsets = Offsets::new(padded.offsets(planes));
    let places: Vec<Place> = (0..height)
        .flat_map(|y| (0..width).step_by(S::LANES).map(move |x| (y, x)))
        .map(|(y, x)| Place { base: padded.place(y, x), out: y * width + x, count: S::LANES.min(width - x) })
        .collect();
    team.share(
        out.chunks_exact_mut(shape.channels_out * pixels).enumerate(),
        scratch,
        |(lanes, elements), (image, out)| {
            let image =
                &activations[image * shape.channels_in * plane_size..][..shape.channels_in * plane_size];
            for (group, panels) in groups.iter().enumerate() {
                let codes = &image[group * in_group * plane_size..][..in_group * plane_size];
                factors.expand(codes, in_group, elements);
                padded.fill(elements, lanes);
                let out = &mut out[group * out_group * pixels..][..out_group * pixels];
                let starts = panels.start.chunks(OUTPUTS);
                for (panel, (out, start)) in out.chunks_mut(OUTPUTS * pixels).zip(starts).enumerate() {
                    let weights = &panels.lanes[panel * OUTPUTS * offsets.len()..];
                    for places in places.chunks(S::VECTORS) {
                        let (elements, offsets) = (&*lanes, &offsets);
                        Tile { weights, start, elements, offsets, places, out: &mut *out }.run(simd);
                    }
                }
            }
        },
    );
}
