//! Exact minus approximate, for every operand pair.

use axmul_api::OperandFormat;

use super::ProductTable;

/// The error of every operand pair, `E[x][w] = x * w - approx(x, w)`, in product units, laid out like the
/// [`ProductTable`] it was made from: `E[x + 128][w + 128]` for signed 8-bit operands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorMap {
    format: OperandFormat,
    errors: Vec<i64>,
}

impl ErrorMap {
    /// The error map of a table.
    pub fn new(table: &ProductTable) -> Self {
        let format = table.format();
        let lowest_b = *format.range_b().start();
        let rows = format.range_a().zip(table.products().chunks(table.columns()));
        let mut errors = Vec::with_capacity(table.products().len());
        for (a, row) in rows {
            errors.extend(row.iter().zip(lowest_b..).map(|(&product, b)| a * b - i64::from(product)));
        }
        Self { format, errors }
    }

    /// Widths and signedness of the operands.
    pub fn format(&self) -> OperandFormat {
        self.format
    }

    /// All errors, the first operand in the outer loop.
    pub fn errors(&self) -> &[i64] {
        &self.errors
    }

    /// One slice of errors for each value of the first operand, in order.
    pub fn rows(&self) -> impl Iterator<Item = &[i64]> {
        self.errors.chunks(1 << self.format.width_b())
    }

    /// Operand pairs with their errors.
    pub fn iter(&self) -> impl Iterator<Item = ((i64, i64), i64)> {
        self.format.operands().zip(self.errors.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_exact_minus_approximate() {
        let format = OperandFormat::signed(2, 2);
        let table = ProductTable::new(format, vec![1; 16]).unwrap();
        let map = ErrorMap::new(&table);
        assert_eq!(map.rows().next().unwrap(), [3, 1, -1, -3]);
        assert_eq!(map.iter().last(), Some(((1, 1), 0)));
    }
}
