//! The leading one of a word, and the fraction below it.

use super::{constant, shift_left};
use crate::Gates;

/// Whether any bit is one: a chain of OR gates from the highest bit down, shared with [`leading_one`] over the same
/// word.
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

/// Whether neither word is zero.
pub fn both_nonzero<G: Gates>(g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> G::Bit {
    let (any_a, any_b) = (any(g, a), any(g, b));
    g.and(any_a, any_b)
}

/// `word` as `2^k (1 + x)`: the exponent `k`, and the highest `bits` bits of the fraction `x`, least significant
/// first. Both are 0 for a zero.
pub fn normalize<G: Gates>(g: &mut G, word: &[G::Bit], bits: usize) -> (Vec<G::Bit>, Vec<G::Bit>) {
    let hot = leading_one(g, word);
    let exponent = encode(g, &hot);
    let reversed: Vec<_> = hot.into_iter().rev().collect();
    let distance = encode(g, &reversed);
    let normalized = shift_left(g, word, &distance, word.len());
    let mut fraction = constant(g, 0, (bits + 1).saturating_sub(word.len()));
    fraction.extend(&normalized[..word.len() - 1]);
    (exponent, fraction.split_off(fraction.len() - bits))
}

/// The arithmetic model of [`normalize`]; `None` for 0. At most 63 bits.
pub fn normalized(x: u64, bits: u32) -> Option<(u32, u64)> {
    let k = x.checked_ilog2()?;
    let below = u128::from(x - (1 << k)) << bits >> k;
    Some((k, below as u64))
}

/// The power of two nearest to `word`, one-hot and one bit wider, and whether it was rounded up. Halves round up, 3
/// only where `three_up`. No bit is set for a zero.
pub fn nearest_power<G: Gates>(g: &mut G, word: &[G::Bit], three_up: bool) -> (Vec<G::Bit>, G::Bit) {
    let hot = leading_one(g, word);
    let zero = g.constant(false);
    let (mut power, mut up, mut any_up) = (Vec::with_capacity(word.len() + 1), zero, zero);
    for i in 0..word.len() {
        let rises = i > 1 || i == 1 && three_up;
        let next = if rises { g.and(hot[i], word[i - 1]) } else { zero };
        let not_next = g.not(next);
        let stays = g.and(hot[i], not_next);
        power.push(g.or(stays, up));
        any_up = g.or(any_up, next);
        up = next;
    }
    power.push(up);
    (power, any_up)
}

/// The arithmetic model of [`nearest_power`]; 0 for 0.
pub fn nearest_power_of_two(x: u64, three_up: bool) -> u64 {
    match x.checked_ilog2() {
        None => 0,
        Some(k) => (1 << k) << u32::from(k > 0 && x >> (k - 1) & 1 == 1 && (x != 3 || three_up)),
    }
}
