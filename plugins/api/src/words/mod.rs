//! Words of bits, least significant first: adders, shifters and partial products to write circuits with.

mod booth;
mod leading;
mod products;
mod signs;
mod sums;

pub use booth::{booth_bit, booth_columns};
pub use leading::{
    any, both_nonzero, encode, leading_one, nearest_power, nearest_power_of_two, normalize, normalized,
};
pub use products::{left_out, partial_products, tree_products};
pub use signs::{sign_magnitude, sign_magnitude_product};
pub use sums::{add, add_rows, negate_if, sum_columns, sum_dadda};

use crate::Gates;

/// The constant `value` as a word of `width` bits.
pub fn constant<G: Gates>(g: &mut G, value: u64, width: usize) -> Vec<G::Bit> {
    (0..width).map(|i| g.constant(value >> i & 1 == 1)).collect()
}

/// `word` truncated or zero-extended to `width` bits.
pub fn resize<G: Gates>(g: &mut G, word: &[G::Bit], width: usize) -> Vec<G::Bit> {
    let zero = g.constant(false);
    word.iter().copied().chain(std::iter::repeat(zero)).take(width).collect()
}

/// `if_one` where `select` is one, else `if_zero`, which have the same width.
pub fn mux<G: Gates>(g: &mut G, select: G::Bit, if_one: &[G::Bit], if_zero: &[G::Bit]) -> Vec<G::Bit> {
    assert_eq!(if_one.len(), if_zero.len(), "words of one width");
    if_one.iter().zip(if_zero).map(|(&one, &zero)| g.mux(select, one, zero)).collect()
}

/// `word << amount` within `width` bits: a logarithmic (barrel) shifter; `amount` is a word, too.
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

/// `word >> amount` with zeros shifted in, as wide as `word`: a logarithmic (barrel) shifter; `amount` is a word, too.
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

#[cfg(test)]
mod tests;
