//! Images changed at random while a network learns from them: shifted, mirrored, partly covered.
//!
//! What happens to an image follows from the seed, the epoch and the number of the image alone, so batch i of an epoch
//! is a function of these and of the order of the images: the same whatever the number of threads, and whichever batch
//! is made first.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use axmul_support::random::SplitMix64;

/// What may happen to an image. Nothing, by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Augment {
    /// The image gets a black margin of so many pixels on each side, and a piece of its own size is cut out of that
    /// anywhere.
    pub crop: usize,
    /// Left and right are exchanged in half of the cases.
    pub flip: bool,
    /// A square of so many pixels a side, centred anywhere in the image, is covered with the mean colour.
    pub cutout: usize,
}

impl Augment {
    /// Whether images stay as they are.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Copies images out of `pixels` (`[N, C, H, W]`) to `out` (`[indices, C, H, W]`), each changed as `draw` says.
    /// `mean` is the colour of what is covered, one byte for each channel.
    ///
    /// # Panics
    ///
    /// If an index is no image's, `out` is of another length, or `mean` has not one value for each channel.
    pub fn batch(
        &self,
        pixels: &[u8],
        shape: [usize; 3],
        indices: &[usize],
        draw: AugmentDraw,
        mean: &[u8],
        out: &mut [u8],
    ) {
        let size: usize = shape.iter().product();
        assert_eq!(out.len(), indices.len() * size, "room for every image");
        assert_eq!(mean.len(), shape[0], "a mean for every channel");
        out.par_chunks_exact_mut(size).zip(indices).for_each(|(out, &index)| {
            let mut generator = SplitMix64::from_key(&[draw.seed, draw.epoch.into(), index as u64]);
            self.image(&pixels[index * size..(index + 1) * size], shape, &mut generator, mean, out);
        });
    }

    /// One image, from `[C, H, W]` to `[C, H, W]`.
    fn image(
        &self,
        image: &[u8],
        [_, rows, columns]: [usize; 3],
        generator: &mut SplitMix64,
        mean: &[u8],
        out: &mut [u8],
    ) {
        // All is drawn in any case, so that one setting does not change what another one does.
        let [down, right] = [0, 1].map(|_| generator.below(2 * self.crop + 1));
        let mirrored = generator.below(2) == 1 && self.flip;
        let centre = [generator.below(rows), generator.below(columns)];
        let covers = |at: usize, centre: usize| {
            // From centre - cutout / 2 on, `cutout` pixels.
            (at + self.cutout / 2).checked_sub(centre).is_some_and(|from_start| from_start < self.cutout)
        };
        for ((out, image), &mean) in
            out.chunks_exact_mut(rows * columns).zip(image.chunks_exact(rows * columns)).zip(mean)
        {
            for (y, out) in out.chunks_exact_mut(columns).enumerate() {
                let source = (y + down).checked_sub(self.crop).filter(|&y| y < rows);
                let row = source.and_then(|y| image.get(y * columns..(y + 1) * columns));
                for (x, pixel) in out.iter_mut().enumerate() {
                    let x = if mirrored { columns - 1 - x } else { x };
                    let source = (x + right).checked_sub(self.crop);
                    *pixel = row.zip(source).and_then(|(row, x)| row.get(x)).copied().unwrap_or(0);
                }
                if self.cutout > 0 && covers(y, centre[0]) {
                    for (_, pixel) in out.iter_mut().enumerate().filter(|(x, _)| covers(*x, centre[1])) {
                        *pixel = mean;
                    }
                }
            }
        }
    }
}

/// What random changes follow from, beside the number of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AugmentDraw {
    /// The seed of a run, and whatever else tells draws apart, in one number.
    pub seed: u64,
    /// The epoch.
    pub epoch: u32,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const SHAPE: [usize; 3] = [2, 4, 5];
    const SIZE: usize = 40;

    /// Ten images whose pixels tell image, channel, row and column: 1 to 200 and more channels apart.
    fn images() -> Vec<u8> {
        (0..10 * SIZE).map(|i| (i % 251) as u8 + 1).collect()
    }

    fn batch(augment: Augment, indices: &[usize], draw: AugmentDraw) -> Vec<u8> {
        let mut out = vec![0; indices.len() * SIZE];
        augment.batch(&images(), SHAPE, indices, draw, &[0, 0], &mut out);
        out
    }

    const DRAW: AugmentDraw = AugmentDraw { seed: 3, epoch: 1 };
    const ALL: Augment = Augment { crop: 2, flip: true, cutout: 3 };

    #[test]
    fn nothing_is_nothing() {
        let indices = [7, 0, 7];
        let expected: Vec<u8> =
            indices.iter().flat_map(|i| images()[i * SIZE..(i + 1) * SIZE].to_vec()).collect();
        assert_eq!(batch(Augment::default(), &indices, DRAW), expected);
        assert!(Augment::default().is_nothing() && !ALL.is_nothing());
    }

    /// An independent way: the padded and mirrored image as a function of coordinates, for every possible draw.
    #[test]
    fn what_comes_out_is_one_of_the_possible_images() {
        let (images, augment) = (images(), Augment { crop: 1, flip: true, cutout: 0 });
        let at = |image: usize, c: usize, y: i64, x: i64| {
            let inside = (0..4).contains(&y) && (0..5).contains(&x);
            if inside { images[image * SIZE + c * 20 + y as usize * 5 + x as usize] } else { 0 }
        };
        let mut possible = BTreeSet::new();
        for (down, right, flip) in (0..18).map(|i| (i / 6 - 1, i / 2 % 3 - 1, i % 2 == 1)) {
            let mut image = vec![];
            for (c, y, x) in (0..SIZE).map(|i| (i / 20, (i / 5 % 4) as i64, (i % 5) as i64)) {
                image.push(at(4, c, y + down, if flip { 4 - x } else { x } + right));
            }
            possible.insert(image);
        }
        let seen: BTreeSet<_> =
            (0..600).map(|epoch| batch(augment, &[4], AugmentDraw { seed: 0, epoch })).collect();
        assert_eq!(seen, possible, "all of them, and no other");
    }

    #[test]
    fn cutout_covers_a_square_that_may_stick_out() {
        let (white, mean) = (vec![255; SIZE], [7, 9]);
        let augment = Augment { cutout: 2, ..Augment::default() };
        let mut sizes = BTreeSet::new();
        for epoch in 0..200 {
            let mut out = vec![0; SIZE];
            augment.batch(&white, SHAPE, &[0], AugmentDraw { seed: 1, epoch }, &mean, &mut out);
            let covered: Vec<usize> = (0..20).filter(|&i| out[i] != 255).collect();
            assert!(covered.iter().all(|&i| out[i] == 7 && out[20 + i] == 9));
            let rows: BTreeSet<_> = covered.iter().map(|i| i / 5).collect();
            let columns: BTreeSet<_> = covered.iter().map(|i| i % 5).collect();
            assert_eq!(covered.len(), rows.len() * columns.len(), "a rectangle");
            sizes.insert((rows.len(), columns.len()));
        }
        assert_eq!(sizes, BTreeSet::from([(1, 1), (1, 2), (2, 1), (2, 2)]));
    }

    #[test]
    fn every_part_of_the_key_matters() {
        let numbers = |key: &[u64]| SplitMix64::from_key(key).next_u64();
        let keys: [&[u64]; 7] = [&[0], &[1], &[0, 0], &[0, 1], &[1, 0], &[1, 1], &[0, 0, 0]];
        assert_eq!(keys.iter().map(|key| numbers(key)).collect::<BTreeSet<_>>().len(), keys.len());
        assert_eq!(SplitMix64::from_key(&[5]).below(0), 0);
    }

    proptest! {
        /// However images are put into batches and however many threads there are.
        #[test]
        fn an_image_does_not_depend_on_its_company(
            indices in prop::collection::vec(0usize..10, 1..20), seed in any::<u64>(), epoch in any::<u32>()
        ) {
            let draw = AugmentDraw { seed, epoch };
            let single: Vec<u8> = indices.iter().flat_map(|&i| batch(ALL, &[i], draw)).collect();
            prop_assert_eq!(&batch(ALL, &indices, draw), &single);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
            prop_assert_eq!(&pool.install(|| batch(ALL, &indices, draw)), &single);
        }

        #[test]
        fn numbers_stay_below_their_limit(key in any::<u64>(), limit in 1usize..1000) {
            prop_assert!(SplitMix64::from_key(&[key]).below(limit) < limit);
        }
    }
}
