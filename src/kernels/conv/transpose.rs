//! Transposition of bytes: matrix products get activations in rows and multiply columns.

/// Rows and bytes of a square that is transposed in registers.
const SIDE: usize = 8;

/// Neighboring squares that are transposed at once, as lanes of vectors.
const SQUARES: usize = 4;

/// Writes `columns[byte][row]`, `pitch` apart, of rows of `width` bytes. Bytes beyond the rows are left alone.
pub(super) fn transpose(rows: &[u8], width: usize, columns: &mut [u8], pitch: usize) {
    let (eights, rest) = rows.split_at(rows.len() / (SIDE * width).max(1) * SIDE * width);
    // Finish the columns of a few bytes before the next, while they are in L1.
    let all = width / (SIDE * SQUARES) * SIDE * SQUARES;
    for first in (0..all).step_by(SIDE * SQUARES) {
        let columns = &mut columns[first * pitch..];
        for (eight, rows) in eights.chunks_exact(SIDE * width).enumerate() {
            let mut squares = [[0; SQUARES]; SIDE];
            for (squares, row) in squares.iter_mut().zip(rows.chunks_exact(width)) {
                let bytes = row[first..][..SIDE * SQUARES].as_chunks().0;
                squares.iter_mut().zip(bytes).for_each(|(to, from)| *to = u64::from_le_bytes(*from));
            }
            transpose_squares(&mut squares);
            for square in 0..SQUARES {
                for byte in 0..SIDE {
                    columns[(SIDE * square + byte) * pitch + SIDE * eight..][..SIDE]
                        .copy_from_slice(&squares[byte][square].to_le_bytes());
                }
            }
        }
    }
    let done = eights.len() / width.max(1);
    for (first_row, rows, bytes) in [(0, eights, all..width), (done, rest, 0..width)] {
        for byte in bytes {
            let column = columns[byte * pitch + first_row..].iter_mut();
            column.zip(rows.chunks_exact(width)).for_each(|(to, row)| *to = row[byte]);
        }
    }
}

/// Swaps byte `i` of number `j` with byte `j` of number `i`: first halves, then quarters, then eighths, after H. S. Warren,
/// "Hacker's Delight", 2nd edition, section 7-3.
#[inline(always)]
fn transpose_squares(squares: &mut [[u64; SQUARES]; SIDE]) {
    for (distance, mask) in [(4, 0xffff_ffff), (2, 0xffff_0000_ffff), (1, 0x00ff_00ff_00ff_00ff)] {
        for row in (0..SIDE).filter(|row| row & distance == 0) {
            let (low, high, bits) = (squares[row], squares[row + distance], 8 * distance);
            let change: [u64; SQUARES] =
                std::array::from_fn(|square| (low[square] >> bits ^ high[square]) & mask);
            squares[row] = std::array::from_fn(|square| low[square] ^ change[square] << bits);
            squares[row + distance] = std::array::from_fn(|square| high[square] ^ change[square]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposition_moves_every_byte() {
        for (count, width, pitch) in [(0, 3, 0), (1, 1, 1), (8, 8, 8), (7, 9, 7), (75, 77, 80), (130, 8, 131)]
        {
            let rows: Vec<u8> = (0..count * width).map(|i| (i * 31 + i / 251) as u8).collect();
            let mut columns = vec![99; width * pitch];
            transpose(&rows, width, &mut columns, pitch);
            for (byte, column) in columns.chunks(pitch.max(1)).enumerate() {
                for (row, &to) in column.iter().enumerate() {
                    let expected = if row < count { rows[row * width + byte] } else { 99 };
                    assert_eq!(to, expected, "{count} rows of {width}, row {row}, byte {byte}");
                }
            }
        }
    }
}
