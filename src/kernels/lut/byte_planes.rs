//! Product tables in planes of bytes, for instructions that look up many bytes at once.

use super::ProductSpan;
use axmul_metrics::ProductTable;

/// A plane of the products of one weight, by the activation's code.
///
/// The lowest [`BytePlanes::bits`] bits of a code identify it; every byte with the same ones has its product.
#[repr(align(64))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByteRow(pub [u8; 256]);

/// A table as `offset + scale * code`, the codes in planes of bytes.
#[derive(Clone, Debug)]
pub(crate) struct BytePlanes {
    /// One or two.
    pub planes: usize,
    /// Offset of every product.
    pub offset: i32,
    /// Weight of a code.
    pub scale: i32,
    /// Bits of an activation, from 4 to 8.
    pub bits: usize,
    /// `[weight][plane]`.
    rows: Vec<ByteRow>,
}

impl BytePlanes {
    /// Lays a table out; `None` if its products, divided by their common divisor, span more than two bytes.
    pub fn new(table: &ProductTable) -> Option<Self> {
        let ProductSpan { offset, scale, largest } = ProductSpan::of(table);
        let planes = match largest {
            0..=0xff => 1,
            0x100..=0xffff => 2,
            _ => return None,
        };
        let bits = usize::from(table.format().width_a()).max(4);
        let mut rows = vec![ByteRow([0; 256]); 256 * planes];
        for ((a, b), &product) in table.format().operands().zip(table.products()) {
            let (a, b) = (usize::from(a as u8), usize::from(b as u8));
            let code = (i64::from(product) - offset) / scale;
            for plane in 0..planes {
                let byte = (code >> (8 * plane)) as u8;
                rows[b * planes + plane].0[a % (1 << bits)..]
                    .iter_mut()
                    .step_by(1 << bits)
                    .for_each(|to| *to = byte);
            }
        }
        Some(Self { planes, offset: offset as i32, scale: scale as i32, bits, rows })
    }

    /// One plane of one weight.
    pub fn row(&self, weight: u8, plane: usize) -> &ByteRow {
        &self.rows[usize::from(weight) * self.planes + plane]
    }
}
