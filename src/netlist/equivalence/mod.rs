//! Equivalence checking: whether two circuits compute the same products.
//!
//! Both circuits become one structurally hashed XOR-AND graph ([`xag`]). Three proofs follow, each only where the one
//! before is inconclusive: simulation of chosen and random cases; a proof that both add up the same partial products
//! (`columns`), which works for arrays and trees of adders of any width; SAT sweeping (`sweep`), which works for circuits
//! that share internal signals. Two unrelated circuits of 16x16 bits or more, one of them without recognizable adders,
//! are beyond all three.

mod carries;
mod classes;
mod columns;
mod cuts;
mod signatures;
mod solver;
mod strategy;
mod sweep;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use axmul_api::{Bits, Netlist, OperandFormat};

use super::xag::{self, Xag, XagEdge};
use strategy::ProductWords;
use sweep::SweepOutcome;

/// The result of comparing two circuits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They compute the same product for every operand pair.
    Equal(Proof),
    /// They compute different products for these operands, confirmed by simulation.
    Different {
        /// The first operand.
        a: i64,
        /// The second operand.
        b: i64,
    },
    /// The time limit was reached first.
    Unknown,
}

/// How two circuits were proven equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Structural hashing makes them one graph.
    StructuralHash,
    /// They add up the same partial products.
    PartialProducts,
    /// SAT sweeping: gates proven equal pair by pair, from the inputs to the outputs.
    SatSweep,
}

/// Two circuits with different operand formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected two circuits of one operand format, got {x} and {y}")]
pub struct OperandFormatMismatch {
    /// The format of the first.
    pub x: OperandFormat,
    /// The format of the second.
    pub y: OperandFormat,
}

/// Progress callback `(done, total)` in gates of the current round. There may be several rounds.
pub type ProofProgress<'a> = dyn Fn(u64, u64) + 'a;

/// Whether `x` and `y` compute the same products, found within about `limit`. Unless the time runs out, the answer is
/// deterministic, counterexample included.
///
/// # Errors
///
/// [`OperandFormatMismatch`] if their operand formats differ.
pub fn prove(
    x: &Netlist,
    y: &Netlist,
    limit: Duration,
    progress: &ProofProgress,
) -> Result<Verdict, OperandFormatMismatch> {
    if x.format() != y.format() {
        return Err(OperandFormatMismatch { x: x.format(), y: y.format() });
    }
    let now = Instant::now();
    // A limit beyond the range of the clock is as good as a year.
    let deadline = now.checked_add(limit).unwrap_or_else(|| now + Duration::from_secs(31_536_000));
    let format = x.format();
    let mut graph = Xag::new(format.product_width().into());
    let inputs: Vec<XagEdge> = graph.inputs().collect();
    let (a, b) = inputs.split_at(format.width_a().into());
    let [of_x, of_y] = [x, y].map(|netlist| {
        let mut product = netlist.replay(&mut graph, a, b);
        product.resize(format.product_width().into(), XagEdge::FALSE);
        product
    });
    let words = ProductWords { graph, width_a: a.len(), x: of_x, y: of_y, deadline, progress };
    Ok(match words.compare() {
        SweepOutcome::Equal(proof) => Verdict::Equal(proof),
        SweepOutcome::Unknown => Verdict::Unknown,
        SweepOutcome::Different(case) => {
            let (a, b) = case.split_at(format.width_a().into());
            let differ = |a: &[bool], b: &[bool]| product(x, a, b) != product(y, a, b);
            match differ(a, b) {
                true => {
                    let (a, b) = simplest(a, b, differ);
                    let value = |bits: &[bool]| value(bits, format.is_signed());
                    Verdict::Different { a: value(&a), b: value(&b) }
                }
                // The circuits themselves have the last word.
                false => Verdict::Unknown,
            }
        }
    })
}

/// The product bits of one operand pair.
fn product(netlist: &Netlist, a: &[bool], b: &[bool]) -> Vec<bool> {
    let mut bits = netlist.replay(&mut Bits, a, b);
    bits.resize(netlist.format().product_width().into(), false);
    bits
}

/// The operands with as many ones turned to zeros, from the top, as leave them telling: short numbers are easier to
/// follow through a circuit.
fn simplest(a: &[bool], b: &[bool], differ: impl Fn(&[bool], &[bool]) -> bool) -> (Vec<bool>, Vec<bool>) {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    for bit in (0..a.len()).rev() {
        a[bit] = a[bit] && {
            a[bit] = false;
            !differ(&a, &b)
        };
    }
    for bit in (0..b.len()).rev() {
        b[bit] = b[bit] && {
            b[bit] = false;
            !differ(&a, &b)
        };
    }
    (a, b)
}

/// The number that bits stand for, the least significant first.
fn value(bits: &[bool], signed: bool) -> i64 {
    let magnitude = bits.iter().enumerate().map(|(bit, &one)| i64::from(one) << bit);
    let value: i64 = magnitude.sum();
    if signed && bits.last() == Some(&true) { value - (1 << bits.len()) } else { value }
}
