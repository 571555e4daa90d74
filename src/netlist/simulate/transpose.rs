//! From numbers to bit-slices and back: transposition of 32x32 bit matrices, several at a time.

use super::vector::Vector;
use super::words::Words;

/// Matrices of 32x32 bits, as many as a register has words: matrix `g` consists of word `g` of every row, and bit 0 is
/// its first column.
pub(super) type Matrices<V> = [V; 32];

/// Transposes all matrices: afterwards bit `j` of row `i` is what was bit `i` of row `j`.
///
/// Blocks of ever smaller size change places across the diagonal.
#[inline(always)]
pub(super) fn transpose<V: Vector>(gates: &Words<V>, rows: &mut Matrices<V>) {
    exchange::<V, 16, 16>(rows, gates.word(0x0000_ffff));
    exchange::<V, 8, 8>(rows, gates.word(0x00ff_00ff));
    exchange::<V, 4, 4>(rows, gates.word(0x0f0f_0f0f));
    exchange::<V, 2, 2>(rows, gates.word(0x3333_3333));
    exchange::<V, 1, 1>(rows, gates.word(0x5555_5555));
}

/// In every pair of rows `D` apart, the bits outside `mask` of the first change places with those inside of the second.
#[inline(always)]
fn exchange<V: Vector, const D: i32, const U: u32>(rows: &mut Matrices<V>, mask: V) {
    let distance = D as usize;
    for group in (0..32).step_by(2 * distance) {
        for first in group..group + distance {
            let (x, y) = (rows[first], rows[first + distance]);
            let difference = x.shift_down::<D, U>().xor(y).and(mask);
            rows[first] = x.xor(difference.shift_up::<D, U>());
            rows[first + distance] = y.xor(difference);
        }
    }
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
            // SAFETY: any processor will do.
            transpose(&unsafe { Words::new() }, &mut transposed);
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
