//! What the loading process does where products are asked for on demand: answers, until nobody asks any more.

use std::fs::File;
use std::io;

use axmul_api::OperandFormat;

use super::child::{Failure, Source};
use super::confine::Clock;
use super::error::{Phase, Problem};
use super::packed::Packed;
use super::protocol::{MAX_PRODUCTS, Message, ReadError};
use crate::multiplier::BLOCK;

/// Every so many products, one is asked for again to see whether it stays the same: about as often as for a table of
/// 8x8 bits. Prime and far from any power of two, so that both operands vary widely.
const STRIDE: usize = 157;

/// Answers questions for the products of `source`. The clock runs only while it computes.
pub(super) fn serve(source: &Source, clock: &Clock, pipe: &mut File) -> Result<(), Failure> {
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
                let operands = consecutive(described.format, first, count as usize);
                compute(source, operands)?
            }
            Ok(Message::Pairs { a, b }) if a.len() <= MAX_PRODUCTS && a.len() == b.len() => {
                let value = |bits: i64| operand(described.format, bits);
                compute(source, a.into_iter().map(value).zip(b.into_iter().map(value)))?
            }
            Err(ReadError::End) => return Ok(()),
            _ => return Err(io::Error::other("a question came damaged").into()),
        };
        Message::Products(packed.pack(&products)).write(pipe)?;
    }
}

/// The operand whose lowest 32 bits came.
fn operand(format: OperandFormat, bits: i64) -> i64 {
    if format.is_signed() { i64::from(bits as i32) } else { bits }
}

/// The operand pairs from number `first` on, in the order of [`OperandFormat::operands`].
fn consecutive(format: OperandFormat, first: u64, count: usize) -> impl Iterator<Item = (i64, i64)> {
    let (low_a, low_b) = (*format.range_a().start(), *format.range_b().start());
    let (width, mask) = (format.width_b(), (1 << format.width_b()) - 1);
    (0..count as u64).map(move |offset| {
        let number = first.wrapping_add(offset);
        (low_a + (number >> width) as i64, low_b + (number & mask) as i64)
    })
}

/// The products of these operands, some of them computed twice; each within the product bus.
fn compute(source: &Source, operands: impl Iterator<Item = (i64, i64)>) -> Result<Vec<i64>, Problem> {
    let format = source.described().format;
    let name = || source.described().name.clone();
    let (a, b): (Vec<i64>, Vec<i64>) = operands.unzip();
    let mut products = vec![0; a.len()];
    for ((a, b), out) in a.chunks(BLOCK).zip(b.chunks(BLOCK)).zip(products.chunks_mut(BLOCK)) {
        source.products(a, b, out);
    }
    let all = || a.iter().zip(&b).zip(&products).map(|((&a, &b), &product)| (a, b, product));
    if let Some((a, b, product)) = all().find(|&(_, _, product)| format.wrap(product) != product) {
        return Err(Problem::Bus { name: name(), a, b, product, bits: format.product_width() });
    }
    for (a, b, first) in all().step_by(STRIDE) {
        let second = source.product(a, b);
        if first != second {
            return Err(Problem::Inconsistent { name: name(), a, b, first, second });
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
            let found: Vec<(i64, i64)> = consecutive(format, 10, 20).collect();
            assert_eq!(found, all[10..30], "{format}");
            for &(a, b) in &all {
                let sent = |value: i64| i64::from(value as u32);
                assert_eq!((operand(format, sent(a)), operand(format, sent(b))), (a, b));
            }
        }
        let widest = OperandFormat::signed(32, 32);
        assert_eq!(consecutive(widest, u64::MAX, 1).next(), Some((i64::from(i32::MAX), i64::from(i32::MAX))));
        assert_eq!(operand(widest, 1 << 31), i64::from(i32::MIN));
    }
}
