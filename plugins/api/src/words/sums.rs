//! Adders, and the sums of columns of bits.

use std::collections::VecDeque;

use super::resize;
use crate::Gates;

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
