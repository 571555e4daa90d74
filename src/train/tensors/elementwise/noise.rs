//! Noise that follows from a seed and a place, so that it need not be kept: N(0, 1) as one of 2^16 values.

use super::{PART, share};
use axmul_support::random;

/// Values a word of random bits chooses.
const CHOICES: usize = 4;

/// Noise at the places from `first` on, of which there are a multiple of [`CHOICES`] before.
#[inline]
fn noise_of<'a>(
    normals: &'a [f32; 1 << 16],
    seed: u64,
    first: usize,
) -> impl Fn(usize) -> [f32; CHOICES] + 'a {
    move |group| {
        let word = random::nth(seed, (first / CHOICES + group) as u64);
        std::array::from_fn(|choice| normals[usize::from((word >> (16 * choice)) as u16)])
    }
}

/// Values plus noise of a seed, an amplitude large.
pub fn add_noise(x: &[f32], normals: &[f32; 1 << 16], seed: u64, amplitude: f32, out: &mut [f32]) {
    share(x.chunks(PART).zip(out.chunks_mut(PART)).enumerate(), |(at, (x, out))| {
        let noise = noise_of(normals, seed, at * PART);
        for (group, (x, out)) in x.chunks(CHOICES).zip(out.chunks_mut(CHOICES)).enumerate() {
            for ((out, &x), noise) in out.iter_mut().zip(x).zip(noise(group)) {
                *out = x + noise * amplitude;
            }
        }
    });
}

/// The sum of values times the noise of a seed.
pub fn noise_product(x: &[f32], normals: &[f32; 1 << 16], seed: u64) -> f64 {
    let parts: Vec<(usize, &[f32])> = x.chunks(PART).enumerate().collect();
    let mut sums = vec![0.0; parts.len()];
    share(sums.iter_mut().zip(parts), |(sum, (at, x))| {
        let noise = noise_of(normals, seed, at * PART);
        let mut lanes = [0.0; CHOICES];
        for (group, x) in x.chunks(CHOICES).enumerate() {
            for ((lane, &x), noise) in lanes.iter_mut().zip(x).zip(noise(group)) {
                *lane += f64::from(x) * f64::from(noise);
            }
        }
        *sum = lanes.iter().sum();
    });
    sums.into_iter().sum()
}

/// How values without noise count: less their mean, times a share.
#[derive(Clone, Copy, Debug)]
pub struct Centring {
    /// What they are multiplied by.
    pub share: f32,
    /// Their mean.
    pub mean: f32,
    /// How large the noise on them is.
    pub amplitude: f32,
}

/// Gradients plus a share of what noisy values were without noise and without their mean.
pub fn add_centred(
    gradients: &[f32],
    noisy: &[f32],
    normals: &[f32; 1 << 16],
    seed: u64,
    Centring { share: part, mean, amplitude }: Centring,
    out: &mut [f32],
) {
    let inputs = gradients.chunks(PART).zip(noisy.chunks(PART));
    share(inputs.zip(out.chunks_mut(PART)).enumerate(), |(at, ((gradients, noisy), out))| {
        let noise = noise_of(normals, seed, at * PART);
        let groups = gradients.chunks(CHOICES).zip(noisy.chunks(CHOICES)).zip(out.chunks_mut(CHOICES));
        for (group, ((gradients, noisy), out)) in groups.enumerate() {
            for (((out, &gradient), &noisy), noise) in
                out.iter_mut().zip(gradients).zip(noisy).zip(noise(group))
            {
                *out = gradient + part * (noisy - noise * amplitude - mean);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::tests::numbers;
    use super::*;

    /// What noise did to values is what its product with a constant and its removal say, whatever the parts.
    #[test]
    fn noise_of_a_seed_is_always_the_same() {
        let normals: Vec<f32> = (0..1 << 16).map(|i| i as f32 / 32_768.0 - 1.0).collect();
        let normals: &[f32; 1 << 16] = normals.as_slice().try_into().unwrap();
        let x = numbers(2 * PART + 7);
        let mut noisy = vec![0.0; x.len()];
        add_noise(&x, normals, 3, 1.0, &mut noisy);
        let sum: f64 = noisy.iter().zip(&x).map(|(n, x)| f64::from(n - x)).sum();
        assert!((noise_product(&vec![1.0; x.len()], normals, 3) - sum).abs() < 1.0, "{sum}");
        let mut without = vec![0.0; x.len()];
        let centring = Centring { share: 2.0, mean: 1.0, amplitude: 1.0 };
        add_centred(&x, &noisy, normals, 3, centring, &mut without);
        for (without, x) in without.iter().zip(&x) {
            assert!((without - (x + 2.0 * (x - 1.0))).abs() < 1e-3, "{without} {x}");
        }
        let mut other = vec![0.0; x.len()];
        add_noise(&x, normals, 4, 1.0, &mut other);
        assert!(other.iter().zip(&noisy).filter(|(a, b)| a == b).count() < 10);
    }
}
