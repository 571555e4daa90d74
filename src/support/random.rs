//! A deterministic PRNG whose numbers are the same on every machine: SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast
//! Splittable Pseudorandom Number Generators", OOPSLA 2014).
//!
//! Results depend on every bit of its output, so it is ten lines here rather than a crate that may change them.

/// The increment of the state from one number to the next.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A SplitMix64 generator.
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// A generator with this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator seeded with all parts of `key`: keys that differ in any part or in length give other numbers.
    pub fn from_key(key: &[u64]) -> Self {
        let part = |state: u64, &part: &u64| mix(state ^ mix(part.wrapping_add(GAMMA))).wrapping_add(GAMMA);
        Self(key.iter().fold(0, part))
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// The next number in `0..limit`, uniform to within `limit` / 2^64; 0 if `limit` is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next_u64()) * limit as u128) >> 64) as usize
    }

    /// The next number in `0.0..1.0`, a multiple of 2^-53.
    pub fn next_f64(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Number `index` (from 0) of the generator with this seed, without computing those before it.
pub fn nth(seed: u64, index: u64) -> u64 {
    mix(seed.wrapping_add(index.wrapping_add(1).wrapping_mul(GAMMA)))
}

fn mix(state: u64) -> u64 {
    let mut z = state;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of the published generator with seed 1234567.
    #[test]
    fn the_published_numbers() {
        let expected = [6457827717110365317u64, 3203168211198807973, 9817491932198370423];
        let mut generator = SplitMix64::new(1234567);
        for (index, expected) in expected.into_iter().enumerate() {
            assert_eq!((generator.next_u64(), nth(1234567, index as u64)), (expected, expected));
        }
    }

    #[test]
    fn keys_and_fractions() {
        let first = |key: &[u64]| SplitMix64::from_key(key).next_u64();
        let all = [first(&[]), first(&[0]), first(&[0, 0]), first(&[1, 0]), first(&[0, 1])];
        for (at, one) in all.iter().enumerate() {
            assert_eq!(all.iter().position(|other| other == one), Some(at));
        }
        let mut generator = SplitMix64::new(7);
        let fractions: Vec<f64> = (0..1000).map(|_| generator.next_f64()).collect();
        assert!(fractions.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = fractions.iter().sum::<f64>() / 1000.0;
        // Five standard deviations.
        assert!((mean - 0.5).abs() < 5.0 / (12.0f64 * 1000.0).sqrt(), "{mean}");
    }
}
