//! All cases of a few input bits, 64 to a word.

/// The values of six bits in 64 cases: bit `i` of word `k` is bit `k` of `i`.
pub const COUNTING: [u64; 6] = [
    0xaaaa_aaaa_aaaa_aaaa,
    0xcccc_cccc_cccc_cccc,
    0xf0f0_f0f0_f0f0_f0f0,
    0xff00_ff00_ff00_ff00,
    0xffff_0000_ffff_0000,
    0xffff_ffff_0000_0000,
];

/// The most inputs whose cases are all looked at.
pub const MAX_INPUTS: usize = 16;

/// The input words of all cases, 64 at a time: of case `i`, input `k` is bit `k` of `i`. Fewer than 64 cases repeat
/// within the only word, each equally often. `None` for more than [`MAX_INPUTS`].
pub fn all_cases(inputs: usize) -> Option<impl Iterator<Item = Vec<u64>>> {
    let word = |input: usize, index: usize| match COUNTING.get(input) {
        Some(&word) => word,
        None => ((index >> (input - COUNTING.len()) & 1) as u64).wrapping_neg(),
    };
    let words = 1usize << inputs.min(MAX_INPUTS).saturating_sub(COUNTING.len());
    (inputs <= MAX_INPUTS)
        .then(move || (0..words).map(move |index| (0..inputs).map(|input| word(input, index)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_its_number() {
        for inputs in [0, 1, 5, 6, 9] {
            let lanes = all_cases(inputs).unwrap().flat_map(|words: Vec<u64>| {
                (0..64).map(move |lane| {
                    words
                        .iter()
                        .enumerate()
                        .fold(0, |case, (at, word)| case | ((word >> lane & 1) as usize) << at)
                })
            });
            let expected: Vec<usize> = (0..64.max(1 << inputs)).map(|case| case % (1 << inputs)).collect();
            assert_eq!(lanes.collect::<Vec<usize>>(), expected, "{inputs} inputs");
        }
        assert_eq!(all_cases(16).unwrap().count(), 1024);
        assert!(all_cases(17).is_none());
    }
}
