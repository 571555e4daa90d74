//! Rows of partial products with radix-4 Booth encoding.

use crate::{Gates, OperandFormat};

/// The columns of the rows of a multiplier with radix-4 modified Booth encoding, O. L. MacSorley, "High-Speed
/// Arithmetic in Binary Computers", Proc. IRE 49(1), 1961: one row for each two bits of b, as wide as the product.
///
/// `bit(g, [low, middle, high], [a_j, a_(j-1)], column)` forms a bit of a row: of the multiple of a for the digit
/// `low + middle - 2 high`, inverted where that is negative. The one that completes the negation stands in the
/// row's lowest column where `correct(row)`. Signs are extended by inverting each row's highest bit and adding a
/// constant. Unsigned operands are read as signed ones with zeros on top.
pub fn booth_columns<G: Gates>(
    g: &mut G,
    format: OperandFormat,
    a: &[G::Bit],
    b: &[G::Bit],
    bit: impl Fn(&mut G, [G::Bit; 3], [G::Bit; 2], usize) -> G::Bit,
    correct: impl Fn(usize) -> bool,
) -> Vec<Vec<G::Bit>> {
    let product_width = a.len() + b.len();
    let mut columns = vec![Vec::new(); product_width];
    let zero = g.constant(false);
    let top = |word: &[G::Bit]| if format.is_signed() { word[word.len() - 1] } else { zero };
    let zeros = usize::from(!format.is_signed());
    let (width, rows) = (a.len() + zeros, (b.len() + zeros).div_ceil(2));
    let at = |word: &[G::Bit], i: usize| word.get(i).copied().unwrap_or(top(word));
    let mut constant = 0u64;
    for row in 0..rows {
        let low = if row == 0 { zero } else { at(b, 2 * row - 1) };
        let code @ [low, middle, high] = [low, at(b, 2 * row), at(b, 2 * row + 1)];
        for j in (0..=width).filter(|j| 2 * row + j < product_width) {
            let pair = [at(a, j), if j == 0 { zero } else { at(a, j - 1) }];
            let formed = bit(g, code, pair, 2 * row + j);
            let formed = if j == width { g.not(formed) } else { formed };
            columns[2 * row + j].push(formed);
        }
        constant = constant.wrapping_sub(1u64.checked_shl((2 * row + width) as u32).unwrap_or(0));
        if correct(row) {
            let not_zero = g.nand(middle, low);
            columns[2 * row].push(g.and(high, not_zero));
        }
    }
    for (_, column) in columns.iter_mut().enumerate().filter(|(i, _)| constant >> i & 1 == 1) {
        column.push(g.constant(true));
    }
    columns
}

/// The exact bit of a row of [`booth_columns`].
pub fn booth_bit<G: Gates>(
    g: &mut G,
    [low, middle, high]: [G::Bit; 3],
    [same, lower]: [G::Bit; 2],
) -> G::Bit {
    let (one, other) = (g.xor(middle, low), g.xnor(middle, low));
    let differs = g.xor(high, middle);
    let two = g.and(other, differs);
    let (same, lower) = (g.xor(high, same), g.xor(high, lower));
    let (once, twice) = (g.and(one, same), g.and(two, lower));
    g.or(once, twice)
}
