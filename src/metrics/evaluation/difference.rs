//! Operands for which two multipliers disagree.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::pieces::in_order;
use super::sample::{OperandDraw, draw_blocks};
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

impl Difference {
    /// That of a pair given by its number in table order.
    fn at(format: OperandFormat, number: u64, x: i64, y: i64) -> Self {
        let columns = 1u64 << format.width_b();
        let a = format.range_a().start() + (number / columns) as i64;
        let b = format.range_b().start() + (number % columns) as i64;
        Self { a, b, x, y }
    }

    /// How far apart the products lie.
    pub fn magnitude(&self) -> u64 {
        self.x.abs_diff(self.y)
    }
}

/// The first operand pair in table order for which two multipliers differ; `None` where there is none, which is a proof
/// that they are equal.
pub fn first_difference(
    x: &dyn Products,
    y: &dyn Products,
    progress: &Progress,
) -> Result<Option<Difference>, EvaluationError> {
    let format = common_format(x, y)?;
    search(all_pairs(format)?, exhaustive::PIECE, progress, |range| {
        differing_blocks(x, y, range, |first, of_x, of_y| {
            let at = mismatch(of_x, of_y)?;
            Some(Difference::at(format, first + at as u64, of_x[at], of_y[at]))
        })
    })
}

/// How much two multipliers differ over all operand pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differences {
    /// The number of pairs for which they differ.
    pub pairs: u64,
    /// The first of these in table order.
    pub first: Difference,
    /// The first of those for which the products lie furthest apart.
    pub largest: Difference,
}

/// Counts the operand pairs for which two multipliers differ; `None` where there is none.
pub fn count_differences(
    x: &dyn Products,
    y: &dyn Products,
    progress: &Progress,
) -> Result<Option<Differences>, EvaluationError> {
    let format = common_format(x, y)?;
    let mut all: Option<Differences> = None;
    let count = |range: Range<u64>| {
        let mut found: Option<Differences> = None;
        differing_blocks(x, y, range, |first, of_x, of_y| {
            for at in (0..of_x.len()).filter(|&at| of_x[at] != of_y[at]) {
                let one = Difference::at(format, first + at as u64, of_x[at], of_y[at]);
                let one = Differences { pairs: 1, first: one, largest: one };
                found = Some(Differences::together(found, one));
            }
            None::<()>
        })?;
        Ok(found)
    };
    in_order::<_, ()>(all_pairs(format)?, exhaustive::PIECE, progress, count, |found| {
        all = found.map(|found| Differences::together(all, found)).or(all);
        None
    })?;
    Ok(all)
}

impl Differences {
    /// These and later ones.
    fn together(before: Option<Self>, later: Self) -> Self {
        let Some(before) = before else { return later };
        let larger = later.largest.magnitude() > before.largest.magnitude();
        Self {
            pairs: before.pairs + later.pairs,
            first: before.first,
            largest: if larger { later.largest } else { before.largest },
        }
    }
}

/// The first of a sample of operand pairs for which two multipliers differ, in the order of [`OperandDraw`]. `None` proves
/// nothing.
pub fn sampled_difference(
    x: &dyn Products,
    y: &dyn Products,
    pairs: u64,
    seed: u64,
    progress: &Progress,
) -> Result<Option<Difference>, EvaluationError> {
    let draw = OperandDraw::new(common_format(x, y)?, seed);
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

/// Hands `look` the number of the first pair and the products of every block of a range in which two multipliers differ,
/// until it answers.
fn differing_blocks<T>(
    x: &dyn Products,
    y: &dyn Products,
    range: Range<u64>,
    mut look: impl FnMut(u64, &[i64], &[i64]) -> Option<T>,
) -> Result<Option<T>, ProductsError> {
    let (mut of_x, mut of_y) = ([0; BLOCK], [0; BLOCK]);
    for first in range.clone().step_by(BLOCK) {
        let length = BLOCK.min((range.end - first) as usize);
        let (of_x, of_y) = (&mut of_x[..length], &mut of_y[..length]);
        x.block(first, of_x)?;
        y.block(first, of_y)?;
        if of_x != of_y
            && let Some(answer) = look(first, of_x, of_y)
        {
            return Ok(Some(answer));
        }
    }
    Ok(None)
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
