//! How well one column of figures tells another: rank correlation, and errors after one scale factor.

use axmul_support::random::SplitMix64;

/// How figures that were computed agree with figures that were published, all of them above zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Number of pairs.
    pub count: usize,
    /// Spearman's rank correlation; equal figures share the mean of their ranks.
    pub spearman: f64,
    /// Published over computed: the median.
    pub scale: f64,
    /// Relative errors after that scale, computed over published less one, in the order of the pairs.
    pub errors: Vec<f64>,
    /// For each split: the median absolute relative error of one half, after the scale fitted on the other.
    pub held_out: Vec<f64>,
}

impl Agreement {
    /// Compares pairs (computed, published), splitting them in half at random `splits` times; the same seed gives the
    /// same splits. `None` for fewer than four pairs, or figures that are not above zero.
    pub fn of(pairs: &[(f64, f64)], splits: usize, seed: u64) -> Option<Self> {
        let usable = |&(x, y): &(f64, f64)| x.is_finite() && y.is_finite() && x > 0.0 && y > 0.0;
        if pairs.len() < 4 || !pairs.iter().all(usable) {
            return None;
        }
        let scale_of = |pairs: &[(f64, f64)]| median(pairs.iter().map(|(x, y)| y / x).collect());
        let error = |scale: f64, (x, y): (f64, f64)| scale * x / y - 1.0;
        let scale = scale_of(pairs);
        let mut numbers = SplitMix64::from_key(&[seed]);
        let mut shuffled = pairs.to_vec();
        let held_out = (0..splits).map(|_| {
            for at in (1..shuffled.len()).rev() {
                shuffled.swap(at, numbers.below(at + 1));
            }
            let (fitted, judged) = shuffled.split_at(shuffled.len() / 2);
            let scale = scale_of(fitted);
            median(judged.iter().map(|&pair| error(scale, pair).abs()).collect())
        });
        let held_out = held_out.collect();
        Some(Self {
            count: pairs.len(),
            spearman: spearman(pairs),
            scale,
            errors: pairs.iter().map(|&pair| error(scale, pair)).collect(),
            held_out,
        })
    }

    /// The mean over the splits of [`Self::held_out`].
    pub fn mean_held_out(&self) -> f64 {
        self.held_out.iter().sum::<f64>() / self.held_out.len() as f64
    }
}

/// The mean of both middle values where there are two. Not for an empty list.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) { (values[middle - 1] + values[middle]) / 2.0 } else { values[middle] }
}

/// Pearson's correlation of the ranks; 0 where all of one column are equal.
fn spearman(pairs: &[(f64, f64)]) -> f64 {
    let of_x = ranks(pairs.iter().map(|pair| pair.0).collect());
    let of_y = ranks(pairs.iter().map(|pair| pair.1).collect());
    // Both columns of ranks have the mean (n - 1) / 2.
    let mean = (pairs.len() - 1) as f64 / 2.0;
    let product =
        |x: &[f64], y: &[f64]| -> f64 { x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum() };
    let spread = (product(&of_x, &of_x) * product(&of_y, &of_y)).sqrt();
    if spread > 0.0 { product(&of_x, &of_y) / spread } else { 0.0 }
}

/// Ranks from 0, the mean of them for equal values.
fn ranks(values: Vec<f64>) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&x, &y| values[x].total_cmp(&values[y]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for equal in order.chunk_by(|&x, &y| values[x] == values[y]) {
        let rank = start as f64 + (equal.len() - 1) as f64 / 2.0;
        equal.iter().for_each(|&at| ranks[at] = rank);
        start += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ranks 0, 1.5, 1.5, 3 and 0, 2, 1, 3: correlation 4.5 / sqrt(4.5 x 5).
    #[test]
    fn ranks_with_ties_by_hand() {
        let pairs = [(1.0, 10.0), (2.0, 30.0), (2.0, 20.0), (5.0, 40.0)];
        let agreement = Agreement::of(&pairs, 1, 0).unwrap();
        assert!((agreement.spearman - (4.5f64 / 5.0).sqrt()).abs() < 1e-12, "{}", agreement.spearman);
        let backwards = pairs.map(|(x, y)| (x, 50.0 - y));
        assert!((Agreement::of(&backwards, 1, 0).unwrap().spearman + (4.5f64 / 5.0).sqrt()).abs() < 1e-12);
        let flat = pairs.map(|(x, _)| (x, 7.0));
        assert_eq!(Agreement::of(&flat, 1, 0).unwrap().spearman, 0.0);
    }

    #[test]
    fn one_scale_takes_what_is_proportional_away() {
        let pairs: Vec<(f64, f64)> = (1..=9).map(|x| (f64::from(x), 3.0 * f64::from(x))).collect();
        let exact = Agreement::of(&pairs, 20, 1).unwrap();
        assert_eq!((exact.count, exact.scale, exact.spearman), (9, 3.0, 1.0));
        assert!(exact.held_out.len() == 20 && exact.mean_held_out() < 1e-12);
        // Every other one is 30 % high: whichever half is fitted, errors are between 0 and 30 %.
        let uneven: Vec<(f64, f64)> =
            (1..=8).map(|x| (f64::from(x) * if x % 2 == 0 { 1.3 } else { 1.0 }, f64::from(x))).collect();
        let uneven = Agreement::of(&uneven, 200, 1).unwrap();
        assert!(uneven.held_out.iter().all(|error| (0.0..0.31).contains(error)));
        assert!((0.05..0.25).contains(&uneven.mean_held_out()), "{}", uneven.mean_held_out());
        assert_eq!(Agreement::of(&pairs, 20, 1), Agreement::of(&pairs, 20, 1));
        assert_ne!(uneven.held_out[..3], uneven.held_out[3..6]);
    }

    #[test]
    fn too_few_or_impossible_figures_agree_with_nothing() {
        assert_eq!(Agreement::of(&[(1.0, 1.0); 3], 1, 0), None);
        assert_eq!(Agreement::of(&[(1.0, 1.0), (1.0, 1.0), (1.0, 0.0), (1.0, 1.0)], 1, 0), None);
        assert_eq!(Agreement::of(&[(1.0, 1.0), (1.0, 1.0), (f64::NAN, 1.0), (1.0, 1.0)], 1, 0), None);
    }
}
