//! Floor 0: numbers that look random and are the same on every machine.
//!
//! They are those of SplitMix64: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA
//! 2014. A crate for ten lines whose every output is part of our results would be one that may never change.

/// What the state grows by from word to word.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The numbers that follow from a start.
#[derive(Clone, Debug)]
pub struct SplitMix(u64);

impl SplitMix {
    /// The numbers of this start.
    pub fn new(start: u64) -> Self {
        Self(start)
    }

    /// The numbers of a key; keys that differ in any part give other numbers.
    pub fn of_key(key: &[u64]) -> Self {
        let part =
            |state: u64, &part: &u64| mixed(state ^ mixed(part.wrapping_add(GAMMA))).wrapping_add(GAMMA);
        Self(key.iter().fold(0, part))
    }

    /// The next 64 bits.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mixed(self.0)
    }

    /// A number from 0 to `limit` - 1, each as likely as the others to within 2^-64 times `limit`; 0 for a limit of 0.
    pub fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.word()) * limit as u128) >> 64) as usize
    }

    /// The next number of at least 0 and below 1.
    pub fn fraction(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Word `index` of a start, without those before it.
pub fn word(start: u64, index: u64) -> u64 {
    mixed(start.wrapping_add(index.wrapping_add(1).wrapping_mul(GAMMA)))
}

fn mixed(state: u64) -> u64 {
    let mut z = state;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first words of the published generator started from 1234567.
    #[test]
    fn the_published_words() {
        let expected = [6457827717110365317u64, 3203168211198807973, 9817491932198370423];
        let mut numbers = SplitMix::new(1234567);
        for (index, expected) in expected.into_iter().enumerate() {
            assert_eq!((numbers.word(), word(1234567, index as u64)), (expected, expected));
        }
    }

    #[test]
    fn keys_and_fractions() {
        let first = |key: &[u64]| SplitMix::of_key(key).word();
        let all = [first(&[]), first(&[0]), first(&[0, 0]), first(&[1, 0]), first(&[0, 1])];
        for (at, one) in all.iter().enumerate() {
            assert_eq!(all.iter().position(|other| other == one), Some(at));
        }
        let mut numbers = SplitMix::new(7);
        let fractions: Vec<f64> = (0..1000).map(|_| numbers.fraction()).collect();
        assert!(fractions.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = fractions.iter().sum::<f64>() / 1000.0;
        // Five standard deviations.
        assert!((mean - 0.5).abs() < 5.0 / (12.0f64 * 1000.0).sqrt(), "{mean}");
    }
}
