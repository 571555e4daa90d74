//! Products as they travel from one process to another: compactly, because there may be 2^32 of them.

use axmul_api::OperandFormat;

/// The products of one format as bytes: each in as few as its bus has, the lowest first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed(OperandFormat);

impl Packed {
    pub fn new(format: OperandFormat) -> Self {
        Self(format)
    }

    /// Bytes of one product.
    pub fn width(self) -> usize {
        usize::from(self.0.product_width()).div_ceil(8)
    }

    /// The bytes of these products, of which the bits of the bus are kept.
    pub fn pack(self, products: &[i64]) -> Vec<u8> {
        let width = self.width();
        // Whole words overlap what comes next, which is written later; the last one needs the room.
        let mut bytes = vec![0; products.len() * width + 8];
        for (at, product) in products.iter().enumerate() {
            bytes[at * width..at * width + 8].copy_from_slice(&product.to_le_bytes());
        }
        bytes.truncate(products.len() * width);
        bytes
    }

    /// Products out of `bytes`, from number `from` on. Panics where there are not as many.
    pub fn unpack(self, bytes: &[u8], from: usize, out: &mut [i64]) {
        let width = self.width();
        let (start, end) = (from * width, (from + out.len()) * width);
        for (bytes, out) in bytes[start..end].chunks_exact(width).zip(out) {
            let mut word = [0; 8];
            word[..width].copy_from_slice(bytes);
            *out = self.0.wrap(i64::from_le_bytes(word));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_take_as_many_bytes_as_their_bus() {
        for (format, width) in [("9x2u", 2), ("12s", 3), ("16u", 4), ("20x13s", 5), ("32s", 8), ("32x31u", 8)]
        {
            let format: OperandFormat = format.parse().unwrap();
            let packed = Packed::new(format);
            assert_eq!(packed.width(), width, "{format}");
            let (low, high) = (format.range_a().start() * format.range_b().end(), format.range_a().end() * 3);
            let products = [0, 1, low, high, format.wrap(-1), format.wrap(1 << (format.product_width() - 1))];
            let bytes = packed.pack(&products);
            assert_eq!(bytes.len(), products.len() * width);
            let mut all = [0; 6];
            packed.unpack(&bytes, 0, &mut all);
            assert_eq!(all, products, "{format}");
            let mut some = [0; 2];
            packed.unpack(&bytes, 3, &mut some);
            assert_eq!(some, products[3..5]);
        }
    }
}
