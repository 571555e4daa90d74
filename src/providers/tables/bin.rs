//! The tables of TFApprox: 65,536 little-endian `uint16`, index `a * 256 + b`. From F. Vaverka et al.,
//! "TFApprox: Towards a Fast Emulation of DNN Approximate Hardware Accelerators on GPU", DATE 2020.

use super::{ContentMismatch, GridIndexing, ProductGrid};

const BYTES: usize = 2 << 16;

pub(super) fn parse(bytes: &[u8]) -> Result<ProductGrid, ContentMismatch> {
    if bytes.len() != BYTES {
        return Err(ContentMismatch::new(
            format!("{BYTES} bytes, 65,536 little-endian uint16 of an unsigned 8x8 multiplier"),
            format!("{} bytes", bytes.len()),
        ));
    }
    let (pairs, _) = bytes.as_chunks::<2>();
    Ok(ProductGrid {
        rows: 256,
        columns: 256,
        products: pairs.iter().map(|&pair| u16::from_le_bytes(pair).into()).collect(),
        unsigned_elements: true,
        index: GridIndexing::ByBits { signed: false },
    })
}
