//! Products on demand: what is evaluated and compared where there may be too many of them for a table.

use axmul_api::{Multiplier, OperandFormat};

use super::ProductTable;

/// Something that computes the products of a multiplier, many at a time and from several threads at once.
///
/// A product is the value on the product bus, [`OperandFormat::wrap`]ped.
pub trait Products: Sync {
    /// Widths and signedness of the operands.
    fn format(&self) -> OperandFormat;

    /// The products of `out.len()` consecutive operand pairs, from number `first` on. The pair (a, b) has the number
    /// `(a - min a) * 2^m + (b - min b)`: the order of [`OperandFormat::operands`]. Fastest where `first` and the
    /// length are multiples of [`BLOCK`].
    fn block(&self, first: u64, out: &mut [i64]) -> Result<(), ProductsError>;

    /// The products of `a[i]` and `b[i]`; the slices are of one length.
    fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) -> Result<(), ProductsError>;
}

/// The number of products that are computed at a time: enough to hide what a call costs, few enough for the first
/// level cache.
pub const BLOCK: usize = 2048;

/// A model that stopped computing: only foreign ones do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProductsError(pub String);

impl Products for ProductTable {
    fn format(&self) -> OperandFormat {
        self.format()
    }

    fn block(&self, first: u64, out: &mut [i64]) -> Result<(), ProductsError> {
        let format = self.format();
        for (out, &product) in out.iter_mut().zip(&self.products()[first as usize..]) {
            *out = format.wrap(product.into());
        }
        Ok(())
    }

    fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) -> Result<(), ProductsError> {
        let format = self.format();
        for ((&a, &b), out) in a.iter().zip(b).zip(out) {
            *out = format.wrap(self.product(a, b).into());
        }
        Ok(())
    }
}

/// The products of a Rust model.
pub struct ModelProducts<'a>(pub &'a dyn Multiplier);

impl Products for ModelProducts<'_> {
    fn format(&self) -> OperandFormat {
        self.0.format()
    }

    fn block(&self, first: u64, out: &mut [i64]) -> Result<(), ProductsError> {
        let format = self.0.format();
        let (lowest_a, lowest_b) = (*format.range_a().start(), *format.range_b().start());
        let columns = 1u64 << format.width_b();
        let operands = (first..first + out.len() as u64)
            .map(|pair| (lowest_a + (pair / columns) as i64, lowest_b + (pair % columns) as i64));
        let (a, b): (Vec<i64>, Vec<i64>) = operands.unzip();
        self.pairs(&a, &b, out)
    }

    fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) -> Result<(), ProductsError> {
        let format = self.0.format();
        self.0.products(a, b, out);
        out.iter_mut().for_each(|product| *product = format.wrap(*product));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Skewed(OperandFormat);

    impl Multiplier for Skewed {
        fn name(&self) -> String {
            "skewed".into()
        }
        fn format(&self) -> OperandFormat {
            self.0
        }
        fn product(&self, a: i64, b: i64) -> i64 {
            a * b + a
        }
    }

    #[test]
    fn blocks_and_pairs_agree_with_the_table() {
        let model = Skewed(OperandFormat::signed(5, 3));
        let table = ProductTable::tabulate(&model).unwrap();
        let (a, b): (Vec<i64>, Vec<i64>) = model.0.operands().unzip();
        let expected: Vec<i64> = a.iter().zip(&b).map(|(a, b)| model.0.wrap(a * b + a)).collect();
        for products in [&table as &dyn Products, &ModelProducts(&model)] {
            let again = ProductTable::from_products(products).unwrap();
            assert!(again.products().iter().map(|&product| i64::from(product)).eq(expected.iter().copied()));
            let mut out = vec![0; 256];
            products.pairs(&a, &b, &mut out).unwrap();
            assert_eq!(out, expected);
            let mut block = vec![0; 77];
            products.block(100, &mut block).unwrap();
            assert_eq!(block, expected[100..177]);
        }
    }
}
