//! Metrics estimated from some operand pairs.

use std::ops::Range;

use super::pieces::in_order;
use super::{EvaluationError, Progress};
use crate::multiplier::{
    BLOCK, Basis, ErrorSums, Evaluation, Intervals, OperandFormat, OperandSample, Products, ProductsError,
};
use axmul_support::random;

/// The fewest pairs from which metrics are estimated: intervals of means suppose that many.
pub const MIN_SAMPLE: u64 = 100;

/// Pairs that one thread takes at a time.
pub(super) const PIECE: u64 = 1 << 16;

/// The quantile of the normal distribution that leaves 2.5 % on either side.
const Z: f64 = 1.959_963_984_540_054;

/// Operand pairs drawn uniformly and independently, the same for a seed on every machine.
///
/// Draw `i` is word `i` of the generator SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom
/// Number Generators", OOPSLA 2014), started from the first word that the seed itself as a start would give. Its upper
/// `n + m` bits are the number of the pair in table order. Any draw can be had without those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperandDraw {
    format: OperandFormat,
    start: u64,
}

impl OperandDraw {
    /// The draws of a seed.
    pub fn new(format: OperandFormat, seed: u64) -> Self {
        Self { format, start: random::nth(seed, 0) }
    }

    /// The operands of draw `index`.
    pub fn operands(&self, index: u64) -> (i64, i64) {
        let number = random::nth(self.start, index) >> (64 - u32::from(self.format.product_width()));
        let m = u32::from(self.format.width_b());
        let b = number & ((1 << m) - 1);
        (self.format.range_a().start() + (number >> m) as i64, self.format.range_b().start() + b as i64)
    }

    /// The operands of several draws.
    pub(super) fn fill(&self, first: u64, a: &mut [i64], b: &mut [i64]) {
        for ((index, a), b) in (first..).zip(a).zip(b) {
            (*a, *b) = self.operands(index);
        }
    }
}

/// Calls `each` with the operands and products of consecutive draws, some at a time.
pub(super) fn draw_blocks(
    draw: &OperandDraw,
    range: Range<u64>,
    mut each: impl FnMut(&[i64], &[i64], u64) -> Result<(), ProductsError>,
) -> Result<(), ProductsError> {
    let (mut a, mut b) = ([0; BLOCK], [0; BLOCK]);
    for first in range.clone().step_by(BLOCK) {
        let length = BLOCK.min((range.end - first) as usize);
        let (a, b) = (&mut a[..length], &mut b[..length]);
        draw.fill(first, a, b);
        each(a, b, first)?;
    }
    Ok(())
}

/// Sums over a sample: those of the metrics, and those that only confidence intervals need.
struct SampleSums {
    errors: ErrorSums,
    /// Sum of the squares of the relative errors.
    relative_squared: f64,
    /// Sum of the fourth powers of the errors.
    fourth: f64,
}

pub(super) fn evaluate(
    products: &dyn Products,
    pairs: u64,
    seed: u64,
    progress: &Progress,
) -> Result<Evaluation, EvaluationError> {
    if pairs < MIN_SAMPLE {
        return Err(EvaluationError::SmallSample { pairs });
    }
    let format = products.format();
    let draw = OperandDraw::new(format, seed);
    let none = || SampleSums { errors: ErrorSums::new(format), relative_squared: 0.0, fourth: 0.0 };
    let mut sums = none();
    in_order::<_, ()>(
        pairs,
        PIECE,
        progress,
        |range| {
            let mut sums = none();
            let mut out = [0; BLOCK];
            draw_blocks(&draw, range, |a, b, _| {
                let out = &mut out[..a.len()];
                products.pairs(a, b, out)?;
                for ((a, b), &product) in a.iter().zip(b).zip(&*out) {
                    let (error, ratio) = sums.errors.add(a * b, product);
                    sums.relative_squared += ratio * ratio;
                    let square = error as f64 * error as f64;
                    sums.fourth += square * square;
                }
                Ok(())
            })?;
            Ok(sums)
        },
        |piece| {
            sums.errors.merge(&piece.errors);
            sums.relative_squared += piece.relative_squared;
            sums.fourth += piece.fourth;
            None
        },
    )?;
    let metrics = sums.errors.metrics();
    let basis = Basis::Sample(OperandSample { pairs, seed, intervals: intervals(&sums) });
    Ok(Evaluation { metrics, basis })
}

/// Confidence intervals of 95 %.
///
/// Of means: mean +- z s / sqrt(N), with the sample's standard deviation s (the normal approximation), cut at 0 where
/// nothing negative is averaged. Of the error probability: E. Wilson, "Probable Inference, the Law of Succession, and
/// Statistical Inference", J. Amer. Statist. Assoc. 22(158), 1927, which holds for rare errors too. Where no error was
/// seen, that one alone says how many there may be.
fn intervals(sums: &SampleSums) -> Intervals {
    let metrics = sums.errors.metrics();
    let pairs = sums.errors.pairs() as f64;
    let nonzero = sums.errors.nonzero() as f64;
    let at_least_0 = |(lower, upper): (f64, f64)| (f64::max(lower, 0.0), upper);
    let relative = metrics.mre_pct / 100.0;
    let (lower, upper) = at_least_0(around(relative, sums.relative_squared / nonzero.max(1.0), nonzero));
    Intervals {
        mae: at_least_0(around(metrics.mae, metrics.mse, pairs)),
        mre_pct: (100.0 * lower, 100.0 * upper),
        ep_pct: wilson(sums.errors.wrong() as f64, pairs),
        mse: at_least_0(around(metrics.mse, sums.fourth / pairs, pairs)),
        mean_error: around(metrics.mean_error, metrics.mse, pairs),
    }
}

/// The interval of a mean over `count` values, given the mean of their squares.
fn around(mean: f64, mean_square: f64, count: f64) -> (f64, f64) {
    let variance = (mean_square - mean * mean).max(0.0) / (count - 1.0).max(1.0);
    let half = Z * variance.sqrt();
    (mean - half, mean + half)
}

/// The interval of a probability of which `seen` of `count` were seen, in percent.
fn wilson(seen: f64, count: f64) -> (f64, f64) {
    let share = seen / count;
    let shrink = 1.0 / (1.0 + Z * Z / count);
    let centre = shrink * (share + Z * Z / (2.0 * count));
    let half = shrink * Z * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt();
    let lower = if seen == 0.0 { 0.0 } else { (centre - half).max(0.0) };
    let upper = if seen == count { 1.0 } else { (centre + half).min(1.0) };
    (100.0 * lower, 100.0 * upper)
}
