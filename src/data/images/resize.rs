//! Images brought to another size.

use super::decode::Picture;

/// The image with `rows` and `columns`, by a triangle filter: bilinear where it grows, and where it shrinks the
/// triangle is as wide as what falls into a pixel, so that nothing is skipped. Columns first, then rows, both in f32.
pub(super) fn resize(picture: Picture, [rows, columns]: [usize; 2]) -> Picture {
    if (picture.rows, picture.columns) == (rows, columns) {
        return picture;
    }
    let (across, down) = (weights(picture.columns, columns), weights(picture.rows, rows));
    let mut pixels = Vec::with_capacity(picture.channels * rows * columns);
    for plane in picture.pixels.chunks_exact(picture.rows * picture.columns) {
        let narrow: Vec<f32> = plane
            .chunks_exact(picture.columns)
            .flat_map(|row| across.iter().map(|taps| taps.sum(|i| f32::from(row[i]))))
            .collect();
        for taps in &down {
            pixels.extend((0..columns).map(|x| taps.sum(|i| narrow[i * columns + x]).round() as u8));
        }
    }
    Picture { rows, columns, pixels, ..picture }
}

/// Which pixels one new pixel is made of: from `first`, with these weights, whose sum is 1.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Taps {
    fn sum(&self, value: impl Fn(usize) -> f32) -> f32 {
        self.weights.iter().enumerate().map(|(i, weight)| weight * value(self.first + i)).sum()
    }
}

/// The taps of each of `to` pixels out of `from`.
fn weights(from: usize, to: usize) -> Vec<Taps> {
    let scale = from as f64 / to as f64;
    let reach = scale.max(1.0);
    (0..to)
        .map(|pixel| {
            let centre = (pixel as f64 + 0.5) * scale;
            let first = (centre - reach).floor().max(0.0) as usize;
            let end = ((centre + reach).ceil() as usize).min(from);
            let weight = |i: usize| (1.0 - ((i as f64 + 0.5 - centre) / reach).abs()).max(0.0);
            let sum: f64 = (first..end).map(weight).sum();
            Taps { first, weights: (first..end).map(|i| (weight(i) / sum) as f32).collect() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grey(rows: usize, columns: usize, pixels: Vec<u8>) -> Picture {
        Picture { channels: 1, rows, columns, pixels }
    }

    #[test]
    fn halves_and_doubles_are_what_they_should_be() {
        let picture = grey(1, 4, vec![10, 10, 50, 50]);
        let halved = resize(picture.clone(), [1, 2]);
        // The triangle around the first half reaches one and a half pixels: weights 3, 3, 1 of 7.
        assert_eq!(
            halved.pixels,
            [((60 + 50) as f32 / 7.0).round() as u8, ((300 + 10) as f32 / 7.0).round() as u8]
        );
        let doubled = resize(grey(1, 2, vec![0, 100]), [2, 4]);
        assert_eq!(doubled.pixels, [0, 25, 75, 100, 0, 25, 75, 100]);
        assert_eq!(resize(picture.clone(), [1, 4]), picture);
    }

    proptest! {
        #[test]
        fn one_colour_stays_and_values_stay_between_the_extremes(
            (rows, columns) in (1usize..9, 1usize..9), size in [1usize..12, 1usize..12], value in any::<u8>(),
            noise in prop::collection::vec(any::<u8>(), 64)
        ) {
            let flat = resize(grey(rows, columns, vec![value; rows * columns]), size);
            prop_assert_eq!(flat.pixels, vec![value; size[0] * size[1]]);
            let noise = noise[..rows * columns].to_vec();
            let (low, high) = (*noise.iter().min().unwrap(), *noise.iter().max().unwrap());
            let resized = resize(grey(rows, columns, noise), size);
            prop_assert!(resized.pixels.iter().all(|p| (low..=high).contains(p)));
        }
    }
}
