//! Mean and standard deviation of the brightness of a channel.

use rayon::prelude::*;
use serde::Serialize;

use super::LabeledImages;

/// Of one channel of many images; brightness from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ChannelStatistics {
    /// Mean.
    pub mean: f64,
    /// Standard deviation, of the images themselves (not an estimate for others).
    pub std: f64,
}

/// Mean and standard deviation of each channel over all images of `part`, which have the shape `[C, H, W]`. Sums are
/// integers, so the result is the same whatever the number of threads.
pub fn statistics(part: &LabeledImages, shape: [usize; 3]) -> Vec<ChannelStatistics> {
    let [channels, rows, columns] = shape;
    let plane = rows * columns;
    let sums = part
        .pixels
        .par_chunks((channels * plane).max(1))
        .fold(
            || vec![(0u64, 0u64); channels],
            |mut sums, image| {
                for ((sum, squares), plane) in sums.iter_mut().zip(image.chunks_exact(plane)) {
                    *sum += plane.iter().map(|&p| u64::from(p)).sum::<u64>();
                    *squares += plane.iter().map(|&p| u64::from(p) * u64::from(p)).sum::<u64>();
                }
                sums
            },
        )
        .reduce(
            || vec![(0, 0); channels],
            |a, b| a.iter().zip(&b).map(|(a, b)| (a.0 + b.0, a.1 + b.1)).collect(),
        );
    let count = (part.len() * plane).max(1) as f64;
    sums.into_iter()
        .map(|(sum, squares)| {
            let mean = sum as f64 / count;
            let variance = (squares as f64 / count - mean * mean).max(0.0);
            ChannelStatistics { mean: mean / 255.0, std: variance.sqrt() / 255.0 }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_told_apart() {
        let part = LabeledImages { pixels: vec![0, 255, 100, 100, 255, 0, 100, 100], labels: vec![0, 1] };
        let [first, second] = statistics(&part, [2, 1, 2])[..] else { panic!() };
        assert!((first.mean - 0.5).abs() < 1e-12 && (first.std - 0.5).abs() < 1e-12);
        assert!((second.mean - 100.0 / 255.0).abs() < 1e-12 && second.std < 1e-9);
    }
}
