//! What is missing in a tapered multiplier, and the constants worth adding for it.

use std::collections::HashSet;

use axmul_api::OperandFormat;

use super::{Degrees, Tapered, is_inverted};

impl Tapered {
    /// The most that can be missing, all operand bits being one, as far as a parameter holds it. Inverted partial
    /// products are taken for plain ones.
    pub(super) fn most_missing(&self) -> u32 {
        let of = |merged: &Vec<_>| merged.len() - 1;
        let counts = self.columns.iter().map(|c| c.left_out.len() + c.groups.iter().map(of).sum::<usize>());
        let missing: u128 = counts.enumerate().map(|(c, count)| (count as u128) << c).sum();
        u32::try_from(missing).unwrap_or(u32::MAX)
    }

    /// What is missing on average where every operand bit is one half of the time.
    pub(super) fn mean_missing(&self) -> f64 {
        let expected = |&place: &_| if is_inverted(self.format, place) { 0.75 } else { 0.25 };
        let mut mean = 0.0;
        for (c, column) in self.columns.iter().enumerate() {
            let mut missing: f64 = column.left_out.iter().map(expected).sum();
            for group in &column.groups {
                let any = 1.0 - group.iter().map(|place| 1.0 - expected(place)).product::<f64>();
                missing += group.iter().map(expected).sum::<f64>() - any;
            }
            mean += missing * (1u64 << c) as f64;
        }
        mean
    }

    /// What is missing of 0 times 0: the inverted partial products that are left out.
    fn missing_of_zero(&self) -> u32 {
        let left_out =
            |c: usize| self.columns[c].left_out.iter().filter(|&&place| is_inverted(self.format, place));
        let missing: u128 = (0..self.columns.len()).map(|c| (left_out(c).count() as u128) << c).sum();
        u32::try_from(missing).unwrap_or(u32::MAX)
    }

    /// No constant, the mean and half of the most that is missing, what makes 0 times 0 exact, and the mean without the
    /// bits that need an adder: those of columns that hold partial products.
    fn constants(&self) -> Vec<u32> {
        let most = self.most_missing();
        let mean = (self.mean_missing().round() as u32).min(most);
        let empty = self.columns.iter().take_while(|column| column.groups.is_empty()).count().min(31);
        let mut constants = vec![0, mean.min((1 << empty) - 1), mean, most / 2, self.missing_of_zero()];
        constants.sort_unstable();
        constants.dedup();
        constants
    }
}

/// The members to try, each circuit once: limits by single columns and partial products where products have up to 16
/// bits, by more where they are wider.
pub(super) fn grid(format: OperandFormat) -> Vec<Vec<u32>> {
    let width = u32::from(format.product_width());
    let all = u32::from(format.width_a()) * u32::from(format.width_b());
    let (products, columns) = if width <= 16 { (1, 1) } else { (all / 16, width / 8) };
    let (mut grid, mut seen) = (Vec::new(), HashSet::new());
    for dropped in (0..all).step_by(products as usize) {
        for merged in (0..width).step_by(columns as usize) {
            for paired in (merged..width).step_by(columns as usize) {
                let tapered = Tapered::new(format, Degrees { dropped, merged, paired }, 0);
                let constants = tapered.constants();
                if seen.insert(tapered.columns) {
                    grid.extend(
                        constants.into_iter().map(|constant| vec![dropped, merged, paired, constant]),
                    );
                }
            }
        }
    }
    grid
}
