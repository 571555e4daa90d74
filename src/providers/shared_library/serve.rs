//! What the loading process does where products are asked for on demand: answers, until nobody asks any more.

use std::fs::File;
use std::io;

use axmul_api::OperandFormat;

use super::child::{Failure, ProductSource};
use super::confine::Clock;
use super::error::{LibraryProblem, Phase};
use super::packed::Packed;
use super::protocol::{FrameError, MAX_PRODUCTS, Message};
use axmul_metrics::BLOCK;

/// Every so many products, one is asked for again to see whether it stays the same: about as often as for a table of
/// 8x8 bits. Prime and far from any power of two, so that both operands vary widely.
const STRIDE: usize = 157;

/// Answers questions for the products of `source`. The clock runs only while it computes.
pub(super) fn serve(source: &ProductSource, clock: &Clock, pipe: &mut File) -> Result<(), Failure> {
    let described = source.described();
    Message::Phase(Phase::Multiplying(described.name.clone())).write(pipe)?;
    Message::Ready(described.clone()).write(pipe)?;
    let packed = Packed::new(described.format);
    loop {
        clock.pause();
        let question = Message::read(pipe);
        clock.resume();
        let products = match question {
            Ok(Message::Block { first, count }) if count as usize <= MAX_PRODUCTS => {
                let operands = Consecutive::new(described.format, first);
                compute(source, count as usize, |from, a, b| operands.fill(from, a, b))?
            }
            Ok(Message::Pairs { a, b }) if a.len() <= MAX_PRODUCTS && a.len() == b.len() => {
                let fill = |from: usize, all: &[i64], out: &mut [i64]| {
                    let bits = all[from..].iter();
                    out.iter_mut().zip(bits).for_each(|(out, &bits)| *out = operand(described.format, bits));
                };
                compute(source, a.len(), |from, out_a, out_b| {
                    fill(from, &a, out_a);
                    fill(from, &b, out_b);
                })?
            }
            Err(FrameError::End) => return Ok(()),
            _ => return Err(io::Error::other("a question came damaged").into()),
        };
        Message::Products(packed.pack(&products)).write(pipe)?;
    }
}

/// The operand whose lowest 32 bits came.
fn operand(format: OperandFormat, bits: i64) -> i64 {
    if format.is_signed() { i64::from(bits as i32) } else { bits }
}

/// The operand pairs from some number on, in the order of [`OperandFormat::operands`].
struct Consecutive {
    format: OperandFormat,
    first: u64,
}

impl Consecutive {
    fn new(format: OperandFormat, first: u64) -> Self {
        Self { format, first }
    }

    /// Those from the pair `from` of these on.
    fn fill(&self, from: usize, a: &mut [i64], b: &mut [i64]) {
        let (low_a, low_b) = (*self.format.range_a().start(), *self.format.range_b().start());
        let (width, mask) = (self.format.width_b(), (1 << self.format.width_b()) - 1);
        let first = self.first.wrapping_add(from as u64);
        for ((offset, a), b) in (0..).zip(a).zip(b) {
            let number = first.wrapping_add(offset);
            *a = low_a + (number >> width) as i64;
            *b = low_b + (number & mask) as i64;
        }
    }
}

/// `count` products, some of them computed twice; each within the product bus. `fill` gives the operands from one of
/// the products on.
fn compute(
    source: &ProductSource,
    count: usize,
    fill: impl Fn(usize, &mut [i64], &mut [i64]),
) -> Result<Vec<i64>, LibraryProblem> {
    let format = source.described().format;
    let name = || source.described().name.clone();
    let (mut a, mut b) = ([0; BLOCK], [0; BLOCK]);
    let mut products = vec![0; count];
    for (part, out) in products.chunks_mut(BLOCK).enumerate() {
        let from = part * BLOCK;
        let (a, b) = (&mut a[..out.len()], &mut b[..out.len()]);
        fill(from, a, b);
        source.products(a, b, out);
        if let Some(at) = out.iter().position(|&product| format.wrap(product) != product) {
            let bits = format.product_width();
            return Err(LibraryProblem::Bus { name: name(), a: a[at], b: b[at], product: out[at], bits });
        }
        for at in (from.next_multiple_of(STRIDE) - from..out.len()).step_by(STRIDE) {
            let (a, b, first, second) = (a[at], b[at], out[at], source.product(a[at], b[at]));
            if first != second {
                return Err(LibraryProblem::Inconsistent { name: name(), a, b, first, second });
            }
        }
    }
    Ok(products)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_run_in_the_order_of_tables() {
        for format in ["5x3s", "3x4u", "2x9s"] {
            let format: OperandFormat = format.parse().unwrap();
            let all: Vec<(i64, i64)> = format.operands().collect();
            let (mut a, mut b) = ([0; 20], [0; 20]);
            Consecutive::new(format, 7).fill(3, &mut a, &mut b);
            let found: Vec<(i64, i64)> = a.into_iter().zip(b).collect();
            assert_eq!(found, all[10..30], "{format}");
            for &(a, b) in &all {
                let sent = |value: i64| i64::from(value as u32);
                assert_eq!((operand(format, sent(a)), operand(format, sent(b))), (a, b));
            }
        }
        let widest = OperandFormat::signed(32, 32);
        let (mut a, mut b) = ([0], [0]);
        Consecutive::new(widest, u64::MAX).fill(0, &mut a, &mut b);
        assert_eq!((a, b), ([i64::from(i32::MAX)], [i64::from(i32::MAX)]));
        assert_eq!(operand(widest, 1 << 31), i64::from(i32::MIN));
    }
}
