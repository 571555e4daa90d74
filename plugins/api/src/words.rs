//! Words of bits, least significant first: the vocabulary in which circuits are written.

use std::collections::VecDeque;

use crate::{Gates, OperandFormat};

/// The constant `value` as a word of `width` bits.
pub fn constant<G: Gates>(g: &mut G, value: u64, width: usize) -> Vec<G::Bit> {
    (0..width).map(|i| g.constant(value >> i & 1 == 1)).collect()
}

/// `word` cut or padded with zeros to `width` bits.
pub fn resize<G: Gates>(g: &mut G, word: &[G::Bit], width: usize) -> Vec<G::Bit> {
    let zero = g.constant(false);
    word.iter().copied().chain(std::iter::repeat(zero)).take(width).collect()
}

/// `a + b + carry`, one bit wider than the wider operand: a ripple-carry adder.
pub fn add<G: Gates>(g: &mut G, a: &[G::Bit], b: &[G::Bit], carry: G::Bit) -> Vec<G::Bit> {
    let width = a.len().max(b.len());
    let (a, b) = (resize(g, a, width), resize(g, b, width));
    let mut carry = carry;
    let mut sum = Vec::with_capacity(width + 1);
    for (a, b) in a.into_iter().zip(b) {
        let (bit, next) = g.full_adder(a, b, carry);
        sum.push(bit);
        carry = next;
    }
    sum.push(carry);
    sum
}

/// `-word` modulo 2^width where `negate` is one, else `word`; as wide as `word`.
pub fn negate_if<G: Gates>(g: &mut G, word: &[G::Bit], negate: G::Bit) -> Vec<G::Bit> {
    let mut carry = negate;
    let mut out = Vec::with_capacity(word.len());
    for &bit in word {
        let inverted = g.xor(bit, negate);
        let (sum, next) = g.half_adder(inverted, carry);
        out.push(sum);
        carry = next;
    }
    out
}

/// `if_one` where `select` is one, else `if_zero`; both of one width.
pub fn mux<G: Gates>(g: &mut G, select: G::Bit, if_one: &[G::Bit], if_zero: &[G::Bit]) -> Vec<G::Bit> {
    assert_eq!(if_one.len(), if_zero.len(), "words of one width");
    if_one.iter().zip(if_zero).map(|(&one, &zero)| g.mux(select, one, zero)).collect()
}

/// `word << amount` within `width` bits: a logarithmic shifter, `amount` a word too.
pub fn shift_left<G: Gates>(g: &mut G, word: &[G::Bit], amount: &[G::Bit], width: usize) -> Vec<G::Bit> {
    let mut shifted = resize(g, word, width);
    for (stage, &select) in amount.iter().enumerate() {
        let distance = 1 << stage;
        let zero = g.constant(false);
        let moved: Vec<_> =
            (0..width).map(|i| if i >= distance { shifted[i - distance] } else { zero }).collect();
        shifted = mux(g, select, &moved, &shifted);
    }
    shifted
}

/// `word >> amount` with zeros shifted in, as wide as `word`: a logarithmic shifter, `amount` a word too.
pub fn shift_right<G: Gates>(g: &mut G, word: &[G::Bit], amount: &[G::Bit]) -> Vec<G::Bit> {
    let zero = g.constant(false);
    let mut shifted = word.to_vec();
    for (stage, &select) in amount.iter().enumerate() {
        let moved: Vec<_> =
            (0..word.len()).map(|i| shifted.get(i + (1 << stage)).copied().unwrap_or(zero)).collect();
        shifted = mux(g, select, &moved, &shifted);
    }
    shifted
}

/// Whether any bit is one: a chain of disjunctions from the highest bit down, part of the one of
/// [`leading_one`] over the same word.
pub fn any<G: Gates>(g: &mut G, word: &[G::Bit]) -> G::Bit {
    let mut result = g.constant(false);
    for &bit in word.iter().rev() {
        result = g.or(result, bit);
    }
    result
}

/// The leading one of `word`, one-hot: bit `i` is one if it is the most significant bit that is set.
pub fn leading_one<G: Gates>(g: &mut G, word: &[G::Bit]) -> Vec<G::Bit> {
    let mut hot = word.to_vec();
    let mut above = g.constant(false);
    for i in (0..word.len()).rev() {
        let none_above = g.not(above);
        hot[i] = g.and(word[i], none_above);
        above = g.or(above, word[i]);
    }
    hot
}

/// The index of the one bit set in `hot`, as a word; zero if none is set.
pub fn encode<G: Gates>(g: &mut G, hot: &[G::Bit]) -> Vec<G::Bit> {
    let bits = usize::BITS - hot.len().saturating_sub(1).leading_zeros();
    (0..bits)
        .map(|bit| {
            let members: Vec<_> =
                hot.iter().enumerate().filter(|(i, _)| i >> bit & 1 == 1).map(|(_, &b)| b).collect();
            any(g, &members)
        })
        .collect()
}

/// The sum of columns of bits, column `i` weighing `2^i`, modulo 2^columns: carry-save rows as in an array
/// multiplier, each bit added to the partial sum of its column, and a final ripple-carry adder.
pub fn sum_columns<G: Gates>(g: &mut G, mut columns: Vec<Vec<G::Bit>>) -> Vec<G::Bit> {
    let width = columns.len();
    // Carry-save rows: reduce every column from three bits to two until none holds more than two.
    while columns.iter().any(|column| column.len() > 2) {
        let mut next: Vec<Vec<G::Bit>> = vec![Vec::new(); width];
        for (i, column) in columns.iter().enumerate() {
            let (head, rest) = column.split_at(column.len().min(3));
            if let &[a, b, c] = head {
                let (sum, carry) = g.full_adder(a, b, c);
                // The fresh sum goes last but one row at a time: head of the next row's column.
                next[i].insert(0, sum);
                if i + 1 < width {
                    next[i + 1].push(carry);
                }
            } else {
                next[i].extend(head);
            }
            next[i].extend(rest);
        }
        columns = next;
    }
    add_rows(g, columns)
}

/// The sum of columns of at most two bits each, modulo 2^columns: the final ripple-carry adder of a reduction. A
/// column of one bit into which nothing is carried takes no cell. Panics if a column holds more than two bits.
pub fn add_rows<G: Gates>(g: &mut G, columns: Vec<Vec<G::Bit>>) -> Vec<G::Bit> {
    let mut carry = None;
    let mut sum = Vec::with_capacity(columns.len());
    for mut column in columns {
        column.extend(carry.take());
        let (bit, next) = match column[..] {
            [] => (g.constant(false), None),
            [a] => (a, None),
            [a, b] => {
                let (bit, next) = g.half_adder(a, b);
                (bit, Some(next))
            }
            [a, b, c] => {
                let (bit, next) = g.full_adder(a, b, c);
                (bit, Some(next))
            }
            _ => unreachable!("two rows and a carry"),
        };
        sum.push(bit);
        carry = next;
    }
    sum
}

/// The sum of columns of bits as in [`sum_columns`], but through a tree of L. Dadda, "Some Schemes for Parallel
/// Multipliers", Alta Frequenza 34, 1965: no column is reduced further in a stage than to the next of the heights
/// 2, 3, 4, 6, 9, 13, ..., each 3/2 of the one before. In a column, the bits that have waited longest go first.
pub fn sum_dadda<G: Gates>(g: &mut G, mut columns: Vec<Vec<G::Bit>>) -> Vec<G::Bit> {
    let tallest = columns.iter().map(Vec::len).max().unwrap_or(0);
    let heights: Vec<usize> = std::iter::successors(Some(2), |height| Some(height * 3 / 2))
        .take_while(|&h| h == 2 || h < tallest)
        .collect();
    for height in heights.into_iter().rev() {
        let mut carries = Vec::new();
        for column in &mut columns {
            let mut bits: VecDeque<_> = column.drain(..).chain(carries.drain(..)).collect();
            while bits.len() > height {
                let mut take = || bits.pop_front().expect("more bits than two");
                let (a, b) = (take(), take());
                let (sum, carry) = if bits.len() + 1 > height {
                    let c = bits.pop_front().expect("one bit more than two");
                    g.full_adder(a, b, c)
                } else {
                    g.half_adder(a, b)
                };
                bits.push_back(sum);
                carries.push(carry);
            }
            column.extend(bits);
        }
    }
    add_rows(g, columns)
}

/// All [`partial_products`], the constants of signed operands added up beforehand, so that no column holds more
/// than one of them and two operands of one width need no row beyond their own. In a column, partial products
/// come in the order of the bits of a, a constant last.
pub fn tree_products<G: Gates>(
    g: &mut G,
    format: OperandFormat,
    a: &[G::Bit],
    b: &[G::Bit],
) -> Vec<Vec<G::Bit>> {
    let mut columns = partial_products(g, format, a, b, |_, _| true);
    if format.is_signed() {
        let ones = [a.len() - 1, b.len() - 1, a.len() + b.len() - 1];
        for column in ones {
            columns[column].pop();
        }
        let sum = ones.iter().fold(0u64, |sum, column| sum.wrapping_add(1 << column));
        for (_, column) in columns.iter_mut().enumerate().filter(|(i, _)| sum >> i & 1 == 1) {
            column.push(g.constant(true));
        }
    }
    columns
}

/// The columns of partial products of an exact multiplier, as wide as the product; `keep(i, j)` chooses the
/// partial products of bit `i` of a and bit `j` of b.
///
/// Signed operands follow Baugh and Wooley ("A Two's Complement Parallel Array Multiplication Algorithm", IEEE
/// Trans. Computers C-22(12), 1973) in the form with inverted partial products: those of exactly one sign bit
/// are inverted, and ones are added at the columns of the sign bits and at the top. An inverted partial product
/// that is left out takes the value 0. The correcting constants always stay.
pub fn partial_products<G: Gates>(
    g: &mut G,
    format: OperandFormat,
    a: &[G::Bit],
    b: &[G::Bit],
    keep: impl Fn(usize, usize) -> bool,
) -> Vec<Vec<G::Bit>> {
    let (n, m) = (a.len(), b.len());
    let mut columns = vec![Vec::new(); n + m];
    for (i, &bit_a) in a.iter().enumerate() {
        for (j, &bit_b) in b.iter().enumerate() {
            if keep(i, j) {
                let inverted = format.is_signed() && ((i == n - 1) != (j == m - 1));
                columns[i + j].push(if inverted { g.nand(bit_a, bit_b) } else { g.and(bit_a, bit_b) });
            }
        }
    }
    if format.is_signed() {
        for column in [n - 1, m - 1, n + m - 1] {
            columns[column].push(g.constant(true));
        }
    }
    columns
}

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

/// What [`partial_products`] with the same `keep` leaves out, as a sum of weighted bits: the arithmetic model of
/// an array without those partial products is `a * b - left_out(..)`. It is never negative, and the difference
/// fits the product, because the array sums to the exact product without overflow.
pub fn left_out(format: OperandFormat, a: i64, b: i64, keep: impl Fn(usize, usize) -> bool) -> i64 {
    let (n, m) = (usize::from(format.width_a()), usize::from(format.width_b()));
    let mut sum = 0;
    for i in 0..n {
        for j in (0..m).filter(|&j| !keep(i, j)) {
            let product = a >> i & b >> j & 1;
            let inverted = format.is_signed() && (i == n - 1) != (j == m - 1);
            sum += (product ^ i64::from(inverted)) << (i + j);
        }
    }
    sum
}

/// A multiplier of `format` around an unsigned one: for signed operands the magnitudes are multiplied and the
/// result is negated where the signs differ; unsigned operands go through unchanged. The magnitude of the most
/// negative value fits its width, read as unsigned. The inner product has `n + m` bits.
pub fn sign_magnitude<G: Gates>(
    g: &mut G,
    format: OperandFormat,
    a: &[G::Bit],
    b: &[G::Bit],
    unsigned: impl FnOnce(&mut G, &[G::Bit], &[G::Bit]) -> Vec<G::Bit>,
) -> Vec<G::Bit> {
    if !format.is_signed() {
        return unsigned(g, a, b);
    }
    let (sign_a, sign_b) = (a[a.len() - 1], b[b.len() - 1]);
    let (magnitude_a, magnitude_b) = (negate_if(g, a, sign_a), negate_if(g, b, sign_b));
    let magnitude = unsigned(g, &magnitude_a, &magnitude_b);
    let negative = g.xor(sign_a, sign_b);
    negate_if(g, &magnitude, negative)
}

/// The arithmetic model that belongs to [`sign_magnitude`].
pub fn sign_magnitude_product(
    format: OperandFormat,
    a: i64,
    b: i64,
    unsigned: impl FnOnce(u64, u64) -> u64,
) -> i64 {
    let magnitude = unsigned(a.unsigned_abs(), b.unsigned_abs()) as i64;
    format.wrap(if (a < 0) != (b < 0) { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lanes;
    use proptest::prelude::*;

    const WIDTH: usize = 12;

    /// Spreads a number over a word of lanes, in lane 0.
    fn word(value: u64, width: usize) -> Vec<u64> {
        (0..width).map(|i| value >> i & 1).collect()
    }

    fn value(word: &[u64]) -> u64 {
        word.iter().enumerate().map(|(i, lane)| (lane & 1) << i).sum()
    }

    proptest! {
        #[test]
        fn adders_add(a in 0u64..1 << WIDTH, b in 0u64..1 << 5, carry in 0u64..2) {
            prop_assert_eq!(value(&add(&mut Lanes, &word(a, WIDTH), &word(b, 5), carry)), a + b + carry);
        }

        #[test]
        fn negation_is_twos_complement(a in 0u64..1 << WIDTH, negate in 0u64..2) {
            let expected = if negate == 1 { a.wrapping_neg() & ((1 << WIDTH) - 1) } else { a };
            prop_assert_eq!(value(&negate_if(&mut Lanes, &word(a, WIDTH), negate)), expected);
        }

        #[test]
        fn shifters_shift(a in 0u64..1 << WIDTH, amount in 0u64..16) {
            let shifted = shift_left(&mut Lanes, &word(a, WIDTH), &word(amount, 4), 20);
            prop_assert_eq!(value(&shifted), a << amount & ((1 << 20) - 1));
        }

        #[test]
        fn right_shifters_shift(a in 0u64..1 << WIDTH, amount in 0u64..16) {
            let shifted = shift_right(&mut Lanes, &word(a, WIDTH), &word(amount, 4));
            prop_assert_eq!(value(&shifted), a >> amount);
        }

        #[test]
        fn what_is_left_out_is_missing(a in -128i64..128, b in -8i64..8, kept in 0u64..1 << 32) {
            let format = OperandFormat::signed(8, 4);
            let keep = |i: usize, j: usize| kept >> (4 * i + j) & 1 == 1;
            let (word_a, word_b) = (word(a as u64 & 0xff, 8), word(b as u64 & 0xf, 4));
            let columns = partial_products(&mut Lanes, format, &word_a, &word_b, keep);
            let sum = value(&sum_columns(&mut Lanes, columns)) as i64;
            prop_assert_eq!(format.wrap(sum), a * b - left_out(format, a, b, keep));
        }

        #[test]
        fn the_leading_one_is_found(a in 1u64..1 << WIDTH) {
            let hot = leading_one(&mut Lanes, &word(a, WIDTH));
            prop_assert_eq!(value(&hot), 1 << a.ilog2());
            prop_assert_eq!(value(&encode(&mut Lanes, &hot)), u64::from(a.ilog2()));
        }

        #[test]
        fn columns_sum(columns in prop::collection::vec(prop::collection::vec(0u64..2, 0..9), 1..14)) {
            let expected: u64 = columns.iter().enumerate().map(|(i, c)| c.iter().sum::<u64>() << i).sum();
            let modulus = 1 << columns.len();
            prop_assert_eq!(value(&sum_dadda(&mut Lanes, columns.clone())), expected % modulus);
            prop_assert_eq!(value(&sum_columns(&mut Lanes, columns)), expected % modulus);
        }
    }
}
