//! Product tables in planes of bytes, for processors that look many bytes up at once.

use super::Span;
use axmul_metrics::ProductTable;

/// A plane of the products of one weight, by the activation's code.
///
/// The lower bits of a code, as many as [`BytePlanes::bits`] says, tell it from all others; every byte that shares them has
/// its product.
#[repr(align(64))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Row(pub [u8; 256]);

/// A table as `offset + scale * code`, the codes in planes of bytes.
#[derive(Clone, Debug)]
pub(super) struct BytePlanes {
    /// One or two.
    pub planes: usize,
    /// What is added to each product.
    pub offset: i32,
    /// What each code counts.
    pub scale: i32,
    /// From 4 to 8: those of an activation, and never less than half a code.
    pub bits: usize,
    /// `[weight][plane]`.
    rows: Vec<Row>,
}

impl BytePlanes {
    /// Lays a table out, or returns `None` where its products span more than two bytes after their common divisor.
    pub fn new(table: &ProductTable) -> Option<Self> {
        let Span { offset, scale, largest } = Span::of(table);
        let planes = match largest {
            0..=0xff => 1,
            0x100..=0xffff => 2,
            _ => return None,
        };
        let bits = usize::from(table.format().width_a()).max(4);
        let mut rows = vec![Row([0; 256]); 256 * planes];
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

    /// A plane of one weight.
    pub fn row(&self, weight: u8, plane: usize) -> &Row {
        &self.rows[usize::from(weight) * self.planes + plane]
    }
}
