//! Partial products, and the sum of those that an array leaves out.

use crate::{Gates, OperandFormat};

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
