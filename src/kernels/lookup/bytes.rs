//! Product tables in planes of bytes, for processors that look many bytes up at once.

use crate::multiplier::ProductTable;

/// Sixteen entries of a plane of one row: those of the activations that share the upper half of their codes.
pub(super) type Part = [u8; 16];

/// A table as `offset + scale * code`, the codes in planes of bytes: for each weight and upper half of an activation's
/// code, of those that there are, a [`Part`] of each plane.
#[derive(Clone, Debug)]
pub(super) struct BytePlanes {
    /// One or two.
    pub planes: usize,
    /// What is added to each product.
    pub offset: i32,
    /// What each code counts.
    pub scale: i32,
    parts: Vec<Part>,
    /// The upper halves that there are, in the order of the parts.
    pub nibbles: Vec<u8>,
}

impl BytePlanes {
    /// Lays a table out, or returns `None` where its products span more than two bytes after their common divisor.
    pub fn new(table: &ProductTable) -> Option<Self> {
        let products = table.products();
        let (&low, &high) = (products.iter().min()?, products.iter().max()?);
        let offset = i64::from(low);
        let scale =
            products.iter().fold(0, |divisor, &p| gcd(divisor, (i64::from(p) - offset) as u64)).max(1);
        let largest = (i64::from(high) - offset) as u64 / scale;
        let planes = match largest {
            0..=0xff => 1,
            0x100..=0xffff => 2,
            _ => return None,
        };
        let mut nibbles: Vec<u8> = table.format().range_a().map(|a| a as u8 >> 4).collect();
        nibbles.sort_unstable();
        nibbles.dedup();
        let mut parts = vec![[0; 16]; 256 * nibbles.len() * planes];
        for ((a, b), &product) in table.format().operands().zip(products) {
            let (a, b) = (a as u8, b as u8);
            let code = (i64::from(product) - offset) as u64 / scale;
            let nibble = nibbles.iter().position(|&nibble| nibble == a >> 4).expect("one of them");
            let at = (usize::from(b) * nibbles.len() + nibble) * planes;
            for plane in 0..planes {
                parts[at + plane][usize::from(a & 0xf)] = (code >> (8 * plane)) as u8;
            }
        }
        Some(Self { planes, offset: low, scale: i32::try_from(scale).ok()?, parts, nibbles })
    }

    /// The parts of one weight: `[upper half][plane]`.
    pub fn row(&self, weight: u8) -> &[Part] {
        let length = self.nibbles.len() * self.planes;
        &self.parts[usize::from(weight) * length..][..length]
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
