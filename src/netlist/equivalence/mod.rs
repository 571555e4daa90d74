//! Whether two circuits compute the same products: a proof, operands that tell them apart, or neither in time.
//!
//! Both circuits become one graph ([`xag`]) in which equal parts meet. Then, each where the one before has not
//! settled it: simulation of chosen and random cases; a proof that both add up the same partial products
//! (`columns`), which does for arrays and trees of adders of any width; sweeping with a SAT solver (`sweep`),
//! which does for circuits that were made from one another. Two unrelated circuits of 16x16 bits or more, one of them
//! without recognisable adders, are beyond all three.

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

/// What is known about two circuits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They compute the same product for every operand pair.
    Equal(Proof),
    /// They compute different products for these operands, as simulation confirmed.
    Different {
        /// The first operand.
        a: i64,
        /// The second operand.
        b: i64,
    },
    /// The time limit was reached before either was found.
    Unknown,
}

/// How two circuits were proven to be equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// They are one circuit, once constants are folded and equal gates are taken together.
    StructuralHash,
    /// They add up the same bits.
    PartialProducts,
    /// By SAT, one pair of gates after the other.
    SatSweep,
}

/// Circuits that cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected two circuits of one operand format, got {x} and {y}")]
pub struct OperandFormatMismatch {
    /// The format of the one.
    pub x: OperandFormat,
    /// The format of the other.
    pub y: OperandFormat,
}

/// Is told how many gates of how many the current round has been through. There may be several rounds.
pub type ProofProgress<'a> = dyn Fn(u64, u64) + 'a;

/// Whether `x` and `y` compute the same products. Given time enough, the answer is always the same, the operands that
/// tell them apart included; `limit` is the most time that it may take.
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
    // More time than the clock can tell is a year.
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
                // Not what the circuits say, whatever the proof thought.
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
