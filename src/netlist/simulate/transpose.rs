//! From numbers to bit-slices and back: transposition of 32x32 bit matrices, several at a time.

use super::vector::WordVector;
use super::words::WordGates;

/// Matrices of 32x32 bits, as many as a register has words: matrix `g` consists of word `g` of every row, and bit 0 is
/// its first column.
pub(super) type Matrices<V> = [V; 32];

/// Transposes all matrices: afterwards bit `j` of row `i` is what was bit `i` of row `j`.
///
/// Blocks of ever smaller size change places across the diagonal, two sizes at a time where registers allow it.
#[inline(always)]
pub(super) fn transpose<V: WordVector>(gates: &WordGates<V>, rows: &mut Matrices<V>) {
    let mask = gates.word(0x0000_ffff);
    for first in 0..16 {
        let [x, y] = exchange([rows[first], rows[first + 16]], 16, mask);
        (rows[first], rows[first + 16]) = (x, y);
    }
    let (wide, narrow) = (gates.word(0x00ff_00ff), gates.word(0x0f0f_0f0f));
    for half in rows.chunks_exact_mut(16) {
        for first in 0..4 {
            let [w, x, y, z] = [first, first + 4, first + 8, first + 12].map(|row| half[row]);
            let ([w, y], [x, z]) = (exchange([w, y], 8, wide), exchange([x, z], 8, wide));
            let ([w, x], [y, z]) = (exchange([w, x], 4, narrow), exchange([y, z], 4, narrow));
            (half[first], half[first + 4], half[first + 8], half[first + 12]) = (w, x, y, z);
        }
    }
    let (wide, narrow) = (gates.word(0x3333_3333), gates.word(0x5555_5555));
    for quarter in rows.as_chunks_mut::<4>().0 {
        let [w, x, y, z] = *quarter;
        let ([w, y], [x, z]) = (exchange([w, y], 2, wide), exchange([x, z], 2, wide));
        let ([w, x], [y, z]) = (exchange([w, x], 1, narrow), exchange([y, z], 1, narrow));
        *quarter = [w, x, y, z];
    }
}

/// The bits outside `mask` of the first row and those inside of the second, `distance` further down, change places.
#[inline(always)]
fn exchange<V: WordVector>([x, y]: [V; 2], distance: u32, mask: V) -> [V; 2] {
    let difference = x.shift_down(distance).xor(y).and(mask);
    [x.xor(difference.shift_up(distance)), y.xor(difference)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::vector::Portable;
    use super::*;

    proptest! {
        #[test]
        fn rows_become_columns(flat in prop::collection::vec(any::<u32>(), 128)) {
            let rows: Matrices<Portable> = std::array::from_fn(|row| std::array::from_fn(|word| flat[4 * row + word]));
            let mut transposed = rows;
            // SAFETY: the portable vector needs no CPU feature.
            transpose(&unsafe { WordGates::new() }, &mut transposed);
            for (i, row) in transposed.iter().enumerate() {
                for (word, bits) in row.iter().enumerate() {
                    for (j, source) in rows.iter().enumerate() {
                        prop_assert_eq!(bits >> j & 1, source[word] >> i & 1);
                    }
                }
            }
        }
    }
}
