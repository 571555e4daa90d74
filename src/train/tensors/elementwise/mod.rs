//! Passes over the values of a tensor in CPU memory, each of which reads and writes them once, on the threads of
//! libtorch. What libtorch would do in several operations, or on one thread, is one here.
//!
//! Results do not depend on the number of threads: sums are those of parts of a fixed size, in their order.

mod noise;
mod rounding;

pub use noise::{Centring, add_centred, add_noise, noise_product};
pub use rounding::{codes, round, stop_clipped};

use crate::tensors::thread_pool::LIBTORCH_POOL;

/// Values of a part: few enough to stay in the nearest caches.
const PART: usize = 1 << 14;

/// Values that are looked at side by side.
const LANES: usize = 16;

/// The smallest and the largest value; no numbers if one is none.
pub fn extremes(x: &[f32]) -> (f32, f32) {
    let of_part = |part: &[f32]| {
        let (mut low, mut high, mut odd) = ([f32::INFINITY; LANES], [f32::NEG_INFINITY; LANES], [0.0; LANES]);
        let (lanes, rest) = part.as_chunks::<LANES>();
        let mut see = |lane: usize, x: f32| {
            low[lane] = if x < low[lane] { x } else { low[lane] };
            high[lane] = if x > high[lane] { x } else { high[lane] };
            // Stays 0 unless x is infinite or no number.
            odd[lane] += x * 0.0;
        };
        for lanes in lanes {
            lanes.iter().enumerate().for_each(|(lane, &x)| see(lane, x));
        }
        rest.iter().enumerate().for_each(|(lane, &x)| see(lane, x));
        if odd.iter().any(|odd| odd.is_nan()) && part.iter().any(|x| x.is_nan()) {
            return (f32::NAN, f32::NAN);
        }
        (low.into_iter().fold(f32::INFINITY, f32::min), high.into_iter().fold(f32::NEG_INFINITY, f32::max))
    };
    let parts = map_parts(x, of_part);
    parts.into_iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), (l, h)| {
        if low.is_nan() || l.is_nan() { (f32::NAN, f32::NAN) } else { (low.min(l), high.max(h)) }
    })
}

/// The mean and the population standard deviation.
pub fn moments(x: &[f32]) -> (f64, f64) {
    // Sums of squares around a value among them lose little where all are far from 0.
    let centre = f64::from(x.first().copied().unwrap_or(0.0));
    let sums = map_parts(x, |part| {
        let (mut sum, mut squares) = ([0.0; LANES], [0.0; LANES]);
        for lanes in part.chunks(LANES) {
            for (lane, &x) in lanes.iter().enumerate() {
                let x = f64::from(x) - centre;
                sum[lane] += x;
                squares[lane] += x * x;
            }
        }
        [sum.iter().sum::<f64>(), squares.iter().sum()]
    });
    let [sum, squares] = sums.into_iter().fold([0.0; 2], |[a, b], [x, y]| [a + x, b + y]);
    let mean = sum / x.len() as f64;
    (mean + centre, (squares / x.len() as f64 - mean * mean).max(0.0).sqrt())
}

/// Integer sums `[N, outputs, pixels]` become real numbers in their place: times the unit of their output, plus its bias.
/// A single unit is for all outputs; no bias is 0.
pub fn scale(sums: &mut [i32], outputs: usize, pixels: usize, units: &[f32], bias: &[f32]) {
    let image = (outputs * pixels).max(1);
    share(sums.chunks_mut((PART / image).max(1) * image), |images| {
        for (at, sums) in images.chunks_mut(pixels.max(1)).enumerate() {
            let output = at % outputs;
            let unit = units[output % units.len()];
            let bias = bias.get(output).copied().unwrap_or(0.0);
            for sum in sums {
                *sum = (*sum as f32 * unit + bias).to_bits().cast_signed();
            }
        }
    });
}

/// Runs over parts on all threads.
fn share<T>(parts: impl Iterator<Item = T> + Send, work: impl Fn(T) + Sync) {
    LIBTORCH_POOL.share(parts, || (), |(), part| work(part));
}

/// What comes of each part of some values, in their order.
fn map_parts<T: Send + Default + Clone>(x: &[f32], work: impl Fn(&[f32]) -> T + Sync) -> Vec<T> {
    let mut results = vec![T::default(); x.len().div_ceil(PART)];
    share(results.iter_mut().zip(x.chunks(PART)), |(result, part)| *result = work(part));
    results
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// More than one part, the last of which is not full.
    pub fn numbers(len: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919) % 1009) as f32 - 400.5).collect()
    }

    #[test]
    fn extremes_are_found_wherever_they_are() {
        for len in [1, 15, 16, 17, PART - 1, PART, 2 * PART + 5] {
            for place in [0, len / 2, len - 1] {
                let mut x = numbers(len);
                (x[place], x[len - 1 - place]) = (9e5, -8e5);
                let low = if place == len - 1 - place { -8e5 } else { x.iter().copied().fold(0.0, f32::min) };
                assert_eq!(extremes(&x), (low, x.iter().copied().fold(-9e9, f32::max)), "{len} {place}");
                x[place] = f32::INFINITY;
                assert_eq!(extremes(&x).1, f32::INFINITY);
                x[place] = f32::NAN;
                assert!(extremes(&x).0.is_nan() && extremes(&x).1.is_nan(), "{len} {place}");
            }
        }
    }

    #[test]
    fn moments_by_hand() {
        // 1, 3, 1, 3 ...: mean 2, deviation 1, far from 0 too.
        for far in [0.0, 1e6] {
            let x: Vec<f32> = (0..2 * PART + 6).map(|i| far + if i % 2 == 0 { 1.0 } else { 3.0 }).collect();
            assert_eq!(moments(&x), (f64::from(far) + 2.0, 1.0));
        }
        assert_eq!(moments(&[2.5; 7]), (2.5, 0.0));
    }

    /// Two images of three outputs of two pixels; rows of outputs without pixels of their own.
    #[test]
    fn sums_get_the_unit_and_the_bias_of_their_output() {
        let real = |sums: &mut [i32], pixels, units: &[f32], bias: &[f32]| -> Vec<f32> {
            scale(sums, 3, pixels, units, bias);
            sums.iter().map(|sum| f32::from_bits(sum.cast_unsigned())).collect()
        };
        let mut sums = [1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6];
        let expected = [0.5, 1.0, 3.0, 4.0, 10.0, 12.0, -0.5, -1.0, -3.0, -4.0, -10.0, -12.0];
        assert_eq!(real(&mut sums, 2, &[0.5, 1.0, 2.0], &[]), expected);
        let mut sums = [1, 2, 3, 4, 5, 6];
        assert_eq!(real(&mut sums, 1, &[0.5], &[10.0, 20.0, 30.0]), [10.5, 21.0, 31.5, 12.0, 22.5, 33.0]);
    }
}
