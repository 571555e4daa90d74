//! Sums over all operand pairs.

use super::pieces::in_order;
use super::{EvaluationError, Progress, all_pairs};
use crate::multiplier::{BLOCK, ErrorSums, Products};

/// Pairs that one thread takes at a time. The order in which relative errors are summed depends on it.
pub(super) const PIECE: u64 = 1 << 18;

pub(super) fn sums(products: &dyn Products, progress: &Progress) -> Result<ErrorSums, EvaluationError> {
    let format = products.format();
    let total = all_pairs(format)?;
    let columns = 1u64 << format.width_b();
    let (lowest_a, lowest_b) = (*format.range_a().start(), *format.range_b().start());
    let mut sums = ErrorSums::new(format);
    in_order::<_, ()>(
        total,
        PIECE,
        progress,
        |range| {
            let mut sums = ErrorSums::new(format);
            let mut block = [0; BLOCK];
            for first in range.clone().step_by(BLOCK) {
                let block = &mut block[..BLOCK.min((range.end - first) as usize)];
                products.block(first, block)?;
                // Rows are shorter or longer than blocks, but both are powers of two.
                for (row, products) in block.chunks(columns.min(BLOCK as u64) as usize).enumerate() {
                    let number = first + row as u64 * columns;
                    let a = lowest_a + (number / columns) as i64;
                    sums.add_row(a, lowest_b + (number % columns) as i64, products);
                }
            }
            Ok(sums)
        },
        |piece| {
            sums.merge(&piece);
            None
        },
    )?;
    Ok(sums)
}
