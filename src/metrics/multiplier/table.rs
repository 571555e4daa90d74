//! Every product of a multiplier.

use axmul_api::{Multiplier, OperandFormat};
use serde::{Deserialize, Serialize};

use super::{BLOCK, Products, ProductsError};

/// The products of all operand pairs: shape `[2^n, 2^m]`, row `a - min(a)`, column `b - min(b)`, so that for
/// 8-bit operands `table[a + 128][b + 128]` (signed) or `table[a][b]` (unsigned) is the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductTable {
    format: OperandFormat,
    products: Vec<i32>,
}

/// Why products cannot become a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The operands are wider than tables go.
    #[error(
        "operands {format} are too wide for a table; expected at most {max} bits each, \
         so use a multiplier of at most {max}x{max}", max = ProductTable::MAX_WIDTH
    )]
    TooWide {
        /// The format that came.
        format: OperandFormat,
    },
    /// Another number of products than operand pairs.
    #[error("expected {expected} products for operands {format}, got {got}")]
    Length {
        /// The format of the operands.
        format: OperandFormat,
        /// The number of operand pairs.
        expected: usize,
        /// The number of products that came.
        got: usize,
    },
    /// A product outside 32 bits.
    #[error("the product of {a} and {b} is {product}, expected a signed 32-bit number")]
    Product {
        /// First operand.
        a: i64,
        /// Second operand.
        b: i64,
        /// What the multiplier returned.
        product: i64,
    },
    /// What computes the products stopped.
    #[error(transparent)]
    Products(#[from] ProductsError),
}

impl ProductTable {
    /// The widest operand of a table, in bits.
    pub const MAX_WIDTH: u8 = 8;

    /// A table of products in the order of [`OperandFormat::operands`].
    pub fn new(format: OperandFormat, products: Vec<i32>) -> Result<Self, TableError> {
        let expected = Self::len_of(format)?;
        if products.len() != expected {
            return Err(TableError::Length { format, expected, got: products.len() });
        }
        Ok(Self { format, products })
    }

    /// Like [`Self::new`], from 64-bit products, each of which must fit 32 bits.
    pub fn from_wide(format: OperandFormat, products: &[i64]) -> Result<Self, TableError> {
        Self::len_of(format)?;
        if let Some(index) = products.iter().position(|&product| i32::try_from(product).is_err())
            && let Some((a, b)) = format.operands().nth(index)
        {
            return Err(TableError::Product { a, b, product: products[index] });
        }
        Self::new(format, products.iter().map(|&product| product as i32).collect())
    }

    /// Tabulates anything that computes products.
    pub fn from_products(products: &dyn Products) -> Result<Self, TableError> {
        let format = products.format();
        let mut wide = vec![0; Self::len_of(format)?];
        for (first, block) in (0..).step_by(BLOCK).zip(wide.chunks_mut(BLOCK)) {
            products.block(first, block)?;
        }
        Self::from_wide(format, &wide)
    }

    /// Tabulates a model, one row of operands at a time.
    pub fn tabulate(multiplier: &dyn Multiplier) -> Result<Self, TableError> {
        let format = multiplier.format();
        let mut wide = vec![0; Self::len_of(format)?];
        let b: Vec<i64> = format.range_b().collect();
        for (a, out) in format.range_a().zip(wide.chunks_mut(b.len())) {
            multiplier.products(&vec![a; b.len()], &b, out);
        }
        Self::from_wide(format, &wide)
    }

    /// The table of exact products.
    pub fn exact(format: OperandFormat) -> Result<Self, TableError> {
        let wide: Vec<i64> = format.operands().map(|(a, b)| a * b).collect();
        Self::from_wide(format, &wide)
    }

    /// The signed multiplier around an unsigned one that multiplies magnitudes: sign(x) sign(w) mul(|x|, |w|),
    /// with sign(0) = +1, which matters where mul(0, w) is not 0. `None` for a table that is signed already.
    pub fn sign_magnitude(&self) -> Option<Self> {
        if self.format.is_signed() {
            return None;
        }
        let format = OperandFormat::signed(self.format.width_a(), self.format.width_b());
        let products = format
            .operands()
            .map(|(a, b)| {
                let magnitude = self.product(a.abs(), b.abs());
                if (a < 0) != (b < 0) { -magnitude } else { magnitude }
            })
            .collect();
        Some(Self { format, products })
    }

    fn len_of(format: OperandFormat) -> Result<usize, TableError> {
        if format.width_a().max(format.width_b()) > Self::MAX_WIDTH {
            return Err(TableError::TooWide { format });
        }
        Ok(format.pairs() as usize)
    }

    /// Widths and signedness of the operands.
    pub fn format(&self) -> OperandFormat {
        self.format
    }

    /// All products, the first operand in the outer loop.
    pub fn products(&self) -> &[i32] {
        &self.products
    }

    /// Number of rows: values of the first operand.
    pub fn rows(&self) -> usize {
        1 << self.format.width_a()
    }

    /// Number of columns: values of the second operand.
    pub fn columns(&self) -> usize {
        1 << self.format.width_b()
    }

    /// The product of `a` and `b`, which lie within the format's ranges.
    pub fn product(&self, a: i64, b: i64) -> i32 {
        let row = (a - self.format.range_a().start()) as usize;
        let column = (b - self.format.range_b().start()) as usize;
        self.products[row * self.columns() + column]
    }

    /// Whether every product is the exact one.
    pub fn is_exact(&self) -> bool {
        self.format.operands().zip(&self.products).all(|((a, b), &product)| a * b == i64::from(product))
    }

    /// Whether a x b = b x a for all operands; never for operands of different widths.
    pub fn commutes(&self) -> bool {
        let n = self.columns();
        self.rows() == n
            && (0..n).all(|i| (0..i).all(|j| self.products[i * n + j] == self.products[j * n + i]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_first_operands() {
        let format = OperandFormat::signed(4, 3);
        let products: Vec<i64> = format.operands().map(|(a, b)| 100 * a + b).collect();
        let table = ProductTable::from_wide(format, &products).unwrap();
        assert_eq!((table.rows(), table.columns()), (16, 8));
        assert_eq!(table.product(-8, 3), -797);
        assert_eq!(table.product(7, -4), 696);
        assert!(!table.commutes() && !table.is_exact());
    }

    #[test]
    fn exact_tables_are_exact_and_commute() {
        let table = ProductTable::exact(OperandFormat::unsigned(8, 8)).unwrap();
        assert!(table.is_exact() && table.commutes());
        assert_eq!(table.products()[65_535], 65_025);
    }

    #[test]
    fn sign_magnitude_multiplies_magnitudes() {
        let format = OperandFormat::unsigned(4, 4);
        let products = format.operands().map(|(a, b)| (16 * a + b + 1) as i32).collect();
        let unsigned = ProductTable::new(format, products).unwrap();
        let signed = unsigned.sign_magnitude().unwrap();
        assert_eq!(signed.format(), OperandFormat::signed(4, 4));
        assert_eq!((signed.product(-8, 7), signed.product(-8, -8)), (-136, 137));
        assert_eq!((signed.product(0, 3), signed.product(0, -3), signed.product(-3, 0)), (4, -4, -49));
        assert_eq!(signed.sign_magnitude(), None);
    }

    #[test]
    fn misfits_are_refused() {
        let format = OperandFormat::unsigned(2, 2);
        assert_eq!(
            ProductTable::new(format, vec![0; 15]),
            Err(TableError::Length { format, expected: 16, got: 15 })
        );
        let mut wide = vec![0; 16];
        wide[7] = 1 << 31;
        assert_eq!(
            ProductTable::from_wide(format, &wide),
            Err(TableError::Product { a: 1, b: 3, product: 1 << 31 })
        );
        let wider = OperandFormat::unsigned(9, 8);
        assert_eq!(ProductTable::exact(wider), Err(TableError::TooWide { format: wider }));
    }
}
