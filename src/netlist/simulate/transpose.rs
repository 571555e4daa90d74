//! From numbers to bit-slices and back: transposition of 32x32 bit matrices, many at a time.

/// Rows of words: column `g` of them is a matrix of 32x32 bits, row `t` being word `g` of row `t`, bit 0 its first
/// column.
pub(super) type Matrices<const W: usize> = [[u32; W]; 32];

/// Transposes all matrices: afterwards bit `j` of row `i` is what was bit `i` of row `j`.
///
/// Blocks of ever smaller size change places across the diagonal.
#[inline(always)]
pub(super) fn transpose<const W: usize>(rows: &mut Matrices<W>) {
    exchange::<W, 16>(rows, 0x0000_ffff);
    exchange::<W, 8>(rows, 0x00ff_00ff);
    exchange::<W, 4>(rows, 0x0f0f_0f0f);
    exchange::<W, 2>(rows, 0x3333_3333);
    exchange::<W, 1>(rows, 0x5555_5555);
}

/// In every pair of rows `D` apart, the bits outside `mask` of the first change places with those inside of the second.
#[inline(always)]
fn exchange<const W: usize, const D: usize>(rows: &mut Matrices<W>, mask: u32) {
    for first in (0..32).filter(|row| row & D == 0) {
        let (x, y) = (rows[first], rows[first + D]);
        for word in 0..W {
            let difference = ((x[word] >> D) ^ y[word]) & mask;
            rows[first][word] = x[word] ^ difference << D;
            rows[first + D][word] = y[word] ^ difference;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_become_columns(flat in prop::collection::vec(any::<u32>(), 96)) {
            let rows: Matrices<3> = std::array::from_fn(|row| std::array::from_fn(|word| flat[3 * row + word]));
            let mut transposed = rows;
            transpose(&mut transposed);
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
