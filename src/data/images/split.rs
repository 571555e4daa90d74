//! Training images put aside for choices and for results, where a set brings none of its own.

use serde::{Deserialize, Serialize};

use super::{ImageReadError, ImageSet, LabeledImages};
use axmul_support::random::SplitMix64;

/// Which images are put aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitOrder {
    /// The last ones where the images of a set come in no order of their classes, as in MNIST and CIFAR; else drawn.
    #[default]
    Auto,
    /// The last ones.
    Last,
    /// Drawn by the seed of the division.
    Seeded,
}

/// How training images are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Division {
    /// Images for choices, where the set has no part of its own for them.
    pub validation: usize,
    /// Images for results, where the set has no part of its own for them.
    pub test: usize,
    /// Which are put aside.
    pub order: SplitOrder,
    /// What draws them: not the seed of a run, so that all runs see the same test images.
    pub seed: u64,
}

/// A set in three parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divided {
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Channels, rows and columns of every image.
    pub shape: [usize; 3],
    /// What weights learn from.
    pub train: LabeledImages,
    /// What choices are made by.
    pub validation: LabeledImages,
    /// What results are stated on.
    pub test: LabeledImages,
}

/// Divides a set: its own parts are kept, what is missing comes out of the training images. A set with only one other
/// part keeps that for results. Kept images stay in their order.
pub fn divide(set: ImageSet, division: &Division) -> Result<Divided, ImageReadError> {
    let (own_validation, own_test) = match (set.validation, set.test) {
        (validation, None) => (None, validation),
        both => both,
    };
    let count = set.train.len();
    let validation = if own_validation.is_some() { 0 } else { division.validation };
    let test = if own_test.is_some() { 0 } else { division.test };
    let aside = validation.saturating_add(test);
    if aside >= count {
        let setting = if test == 0 { "data.validation puts" } else { "data.validation and data.test put" };
        return Err(ImageReadError::Setting(format!(
            "{setting} {aside} images aside, and there are only {count}; lower the number"
        )));
    }
    let size: usize = set.shape.iter().product();
    let last = match division.order {
        SplitOrder::Last => true,
        SplitOrder::Seeded => false,
        SplitOrder::Auto => !set.train.labels.is_sorted(),
    };
    let (mut train, mut rest) = (set.train, vec![]);
    if aside > 0 && last {
        // Whole blocks, and what stays is not copied.
        for count in [test, validation] {
            let kept = train.len() - count;
            let labels = train.labels.split_off(kept);
            rest.push(LabeledImages { pixels: train.pixels.split_off(kept * size), labels });
        }
    } else if aside > 0 {
        let drawn = draw(count, aside, division.seed);
        let (test, validation) = drawn.split_at(test);
        let mut away = vec![false; count];
        drawn.iter().for_each(|&index| away[index] = true);
        rest = vec![pick(&train, test, size), pick(&train, validation, size)];
        let kept: Vec<usize> = (0..count).filter(|&index| !away[index]).collect();
        train = pick(&train, &kept, size);
    }
    let mut rest = rest.into_iter();
    let (drawn_test, drawn_validation) = (rest.next().unwrap_or_default(), rest.next().unwrap_or_default());
    Ok(Divided {
        classes: set.classes,
        shape: set.shape,
        train,
        validation: own_validation.unwrap_or(drawn_validation),
        test: own_test.unwrap_or(drawn_test),
    })
}

/// The images with these indices, in the order of the set.
fn pick(part: &LabeledImages, indices: &[usize], size: usize) -> LabeledImages {
    let mut indices = indices.to_vec();
    indices.sort_unstable();
    LabeledImages {
        pixels: indices.iter().flat_map(|&i| &part.pixels[i * size..(i + 1) * size]).copied().collect(),
        labels: indices.iter().map(|&i| part.labels[i]).collect(),
    }
}

/// `aside` different numbers below `count`: the first ones of a shuffle.
fn draw(count: usize, aside: usize, seed: u64) -> Vec<usize> {
    let mut generator = SplitMix64::from_key(&[seed]);
    let mut order: Vec<usize> = (0..count).collect();
    for index in 0..aside {
        order.swap(index, index + generator.below(count - index));
    }
    order.truncate(aside);
    order
}

#[cfg(test)]
mod tests {
    use super::super::ImageSetFormat;
    use super::*;

    /// A set of images of one pixel, which is their number; classes one after the other if `sorted`.
    fn set(count: usize, sorted: bool, validation: bool, test: bool) -> ImageSet {
        let part = |start: usize, count: usize| LabeledImages {
            pixels: (start..start + count).map(|i| i as u8).collect(),
            labels: (0..count).map(|i| if sorted { i * 2 / count } else { i % 2 } as u16).collect(),
        };
        ImageSet {
            form: ImageSetFormat::ImageFolder,
            classes: vec!["a".into(), "b".into()],
            shape: [1, 1, 1],
            train: part(0, count),
            validation: validation.then(|| part(200, 4)),
            test: test.then(|| part(220, 6)),
            corrupt: vec![],
        }
    }

    const DIVISION: Division = Division { validation: 20, test: 10, order: SplitOrder::Auto, seed: 0 };

    #[test]
    fn own_parts_are_kept_and_missing_ones_are_made() {
        for (validation, test, expected) in [
            (true, true, [100, 4, 6]),
            (false, true, [80, 20, 6]),
            (true, false, [80, 20, 4]),
            (false, false, [70, 20, 10]),
        ] {
            for sorted in [true, false] {
                let divided = divide(set(100, sorted, validation, test), &DIVISION).unwrap();
                let got = [&divided.train, &divided.validation, &divided.test].map(LabeledImages::len);
                assert_eq!(got, expected, "{validation} {test} {sorted}");
                let mut all: Vec<u8> =
                    [&divided.train, &divided.validation, &divided.test].map(|p| p.pixels.clone()).concat();
                all.sort_unstable();
                all.dedup();
                assert_eq!(all.len(), expected.iter().sum::<usize>(), "no image twice");
            }
        }
    }

    #[test]
    fn sorted_sets_are_divided_across_the_classes_and_mixed_ones_at_the_end() {
        let division = Division { test: 0, ..DIVISION };
        let mixed = divide(set(100, false, false, true), &division).unwrap();
        assert_eq!(mixed.validation.pixels, (80..100).collect::<Vec<u8>>());
        assert_eq!(mixed.train.pixels, (0..80).collect::<Vec<u8>>());
        let sorted = divide(set(100, true, false, true), &division).unwrap();
        let ones = sorted.validation.labels.iter().filter(|&&label| label == 1).count();
        assert!((3..=17).contains(&ones), "{ones} of 20");
        for part in [&sorted.train, &sorted.validation] {
            assert!(part.pixels.is_sorted());
            assert!(part.pixels.iter().zip(&part.labels).all(|(&p, &l)| u16::from(p >= 50) == l));
        }
        assert_eq!(divide(set(100, true, false, true), &division).unwrap(), sorted, "the same each time");
        let other = divide(set(100, true, false, true), &Division { seed: 1, ..division }).unwrap();
        assert_ne!(other.validation.pixels, sorted.validation.pixels);
        let last = Division { order: SplitOrder::Last, ..division };
        assert!(
            divide(set(100, true, false, true), &last).unwrap().validation.labels.iter().all(|&l| l == 1)
        );
    }

    #[test]
    fn too_many_put_aside_is_said() {
        let message = divide(set(30, true, false, false), &DIVISION).unwrap_err().to_string();
        assert!(message.contains("data.validation and data.test put 30 images aside"), "{message}");
        assert!(message.contains("only 30"), "{message}");
    }
}
