//! Operands for which two multipliers disagree.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::pieces::in_order;
use super::sample::{Draw, draw_blocks};
use super::{EvaluationError, Progress, all_pairs, exhaustive, sample};
use crate::multiplier::{BLOCK, OperandFormat, Products, ProductsError};

/// Operands and what two multipliers make of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// First operand.
    pub a: i64,
    /// Second operand.
    pub b: i64,
    /// Their product, says the first multiplier.
    pub x: i64,
    /// Their product, says the second.
    pub y: i64,
}

/// The first operand pair in table order for which two multipliers differ; `None` where there is none, which is a proof
/// that they are equal.
pub fn first_difference(
    x: &dyn Products,
    y: &dyn Products,
    progress: &Progress,
) -> Result<Option<Difference>, EvaluationError> {
    let format = common_format(x, y)?;
    let columns = 1u64 << format.width_b();
    search(all_pairs(format)?, exhaustive::PIECE, progress, |range| {
        let (mut of_x, mut of_y) = ([0; BLOCK], [0; BLOCK]);
        for first in range.clone().step_by(BLOCK) {
            let length = BLOCK.min((range.end - first) as usize);
            let (of_x, of_y) = (&mut of_x[..length], &mut of_y[..length]);
            x.block(first, of_x)?;
            y.block(first, of_y)?;
            if let Some(at) = mismatch(of_x, of_y) {
                let number = first + at as u64;
                let a = format.range_a().start() + (number / columns) as i64;
                let b = format.range_b().start() + (number % columns) as i64;
                return Ok(Some(Difference { a, b, x: of_x[at], y: of_y[at] }));
            }
        }
        Ok(None)
    })
}

/// The first of a sample of operand pairs for which two multipliers differ, in the order of [`Draw`]. `None` proves
/// nothing.
pub fn sampled_difference(
    x: &dyn Products,
    y: &dyn Products,
    pairs: u64,
    seed: u64,
    progress: &Progress,
) -> Result<Option<Difference>, EvaluationError> {
    let draw = Draw::new(common_format(x, y)?, seed);
    search(pairs, sample::PIECE, progress, |range| {
        let (mut of_x, mut of_y) = ([0; BLOCK], [0; BLOCK]);
        let mut found = None;
        draw_blocks(&draw, range, |a, b, _| {
            if found.is_some() {
                return Ok(());
            }
            let (of_x, of_y) = (&mut of_x[..a.len()], &mut of_y[..a.len()]);
            x.pairs(a, b, of_x)?;
            y.pairs(a, b, of_y)?;
            found =
                mismatch(of_x, of_y).map(|at| Difference { a: a[at], b: b[at], x: of_x[at], y: of_y[at] });
            Ok(())
        })?;
        Ok(found)
    })
}

fn common_format(x: &dyn Products, y: &dyn Products) -> Result<OperandFormat, EvaluationError> {
    if x.format() != y.format() {
        return Err(EvaluationError::Formats { x: x.format(), y: y.format() });
    }
    Ok(x.format())
}

fn mismatch(x: &[i64], y: &[i64]) -> Option<usize> {
    if x == y { None } else { x.iter().zip(y).position(|(x, y)| x != y) }
}

/// The first result of any piece. Pieces behind one that found something need not start.
fn search(
    total: u64,
    piece: u64,
    progress: &Progress,
    work: impl Fn(Range<u64>) -> Result<Option<Difference>, ProductsError> + Sync,
) -> Result<Option<Difference>, EvaluationError> {
    let found = AtomicU64::new(u64::MAX);
    let work = |range: Range<u64>| {
        let start = range.start;
        if found.load(Ordering::Relaxed) < start {
            return Ok(None);
        }
        let difference = work(range)?;
        if difference.is_some() {
            found.fetch_min(start, Ordering::Relaxed);
        }
        Ok(difference)
    };
    Ok(in_order(total, piece, progress, work, |difference| difference)?)
}
