//! Products and errors of one multiplier in the layouts that other tools read.

mod bin;
mod c_header;
mod csv;
mod npy;

pub use self::csv::CsvTable;
pub use bin::BinTable;
pub use c_header::CHeaderTable;
pub use npy::NpyTable;

use axmul_metrics::{OperandFormat, Tabulated};

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableContents {
    /// The approximate products.
    Products,
    /// Exact minus approximate.
    Errors,
}

/// A grid of numbers, one for every operand pair, with the name of what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportTable {
    /// The multiplier's name.
    pub name: String,
    /// Widths and signedness of the operands: `2^n` rows for a, `2^m` columns for b.
    pub format: OperandFormat,
    /// What the values are.
    pub what: TableContents,
    /// The values, a in the outer loop.
    pub values: Vec<i64>,
}

impl ExportTable {
    /// The products or errors of a multiplier.
    pub fn new(multiplier: &Tabulated, what: TableContents) -> Self {
        let values = match what {
            TableContents::Products => {
                multiplier.table.products().iter().map(|&product| product.into()).collect()
            }
            TableContents::Errors => multiplier.error_map().errors().to_vec(),
        };
        Self { name: multiplier.name.clone(), format: multiplier.format(), what, values }
    }

    /// One slice of values for each value of the first operand.
    pub fn rows(&self) -> impl Iterator<Item = &[i64]> {
        self.values.chunks(1 << self.format.width_b())
    }

    /// The first value outside `range`, with its operands.
    fn outside(&self, range: std::ops::RangeInclusive<i64>) -> Option<((i64, i64), i64)> {
        let values = self.values.iter().copied();
        self.format.operands().zip(values).find(|(_, value)| !range.contains(value))
    }

    fn noun(&self) -> &'static str {
        match self.what {
            TableContents::Products => "product",
            TableContents::Errors => "error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Render, RenderError};
    use axmul_metrics::{Cost, ProductTable, Provenance};

    /// a * b + a, which tells rows from columns.
    fn multiplier(format: OperandFormat) -> Tabulated {
        let products = format.operands().map(|(a, b)| (a * b + a) as i32).collect();
        Tabulated {
            name: "skewed".into(),
            provider: "test".into(),
            table: ProductTable::new(format, products).unwrap(),
            cost: Cost::default(),
            provenance: Provenance::default(),
        }
    }

    fn grid(format: &str, what: TableContents) -> ExportTable {
        ExportTable::new(&multiplier(format.parse().unwrap()), what)
    }

    fn text(format: &dyn Render<ExportTable>, grid: &ExportTable) -> String {
        String::from_utf8(format.render(grid).unwrap()).unwrap()
    }

    #[test]
    fn npy_is_int32_with_a_in_rows() {
        let bytes = NpyTable.render(&grid("3x2s", TableContents::Products)).unwrap();
        let file = npyz::NpyFile::new(&bytes[..]).unwrap();
        assert_eq!((file.shape(), file.order()), (&[8, 4][..], npyz::Order::C));
        let values: Vec<i32> = file.into_vec().unwrap();
        // a = -4, b = -2..=1, then a = 3, b = 1.
        assert_eq!((&values[..4], values[31]), (&[4, 0, -4, -8][..], 6));
        let bytes = NpyTable.render(&grid("3x2s", TableContents::Errors)).unwrap();
        let errors: Vec<i32> = npyz::NpyFile::new(&bytes[..]).unwrap().into_vec().unwrap();
        assert_eq!((errors[0], errors[31]), (4, -3));
    }

    #[test]
    fn csv_is_lines_of_numbers() {
        assert_eq!(
            text(&CsvTable, &grid("2u", TableContents::Products)),
            "0,0,0,0\n1,2,3,4\n2,4,6,8\n3,6,9,12\n"
        );
        assert_eq!(text(&CsvTable, &grid("8u", TableContents::Errors)).lines().count(), 256);
    }

    #[test]
    fn bin_is_uint16_at_a_times_256_plus_b() {
        let exact = Tabulated {
            table: ProductTable::exact(OperandFormat::unsigned(8, 8)).unwrap(),
            ..multiplier(OperandFormat::unsigned(2, 2))
        };
        let bytes = BinTable.render(&ExportTable::new(&exact, TableContents::Products)).unwrap();
        assert_eq!(bytes.len(), 2 * 65_536);
        let at = 2 * (3 * 256 + 200);
        assert_eq!(u16::from_le_bytes([bytes[at], bytes[at + 1]]), 600);
    }

    #[test]
    fn bin_says_what_it_cannot_hold() {
        let message = |grid: ExportTable| match BinTable.render(&grid) {
            Err(error @ RenderError::Unsuitable { .. }) => error.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            message(grid("8s", TableContents::Products)),
            "bin holds unsigned 8x8 products only, and skewed has operands 8s; use --format npy or csv"
        );
        assert!(message(grid("4u", TableContents::Products)).contains("operands 4u"));
        assert!(message(grid("8u", TableContents::Errors)).contains("not errors"));
        let mut wide = grid("8u", TableContents::Products);
        wide.values[65_535] = 65_536;
        assert!(message(wide).contains("the product of 255 and 255 is 65536"));
    }

    #[test]
    fn the_c_header_is_indexed_by_the_bits_of_the_operands() {
        insta::assert_snapshot!(text(&CHeaderTable, &grid("2s", TableContents::Products)));
        let text = text(&CHeaderTable, &grid("8s", TableContents::Products));
        assert!(text.contains("const int16_t lut[256][256] = {"));
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("    {")).collect();
        assert_eq!(rows.len(), 256);
        // ComparisonRow 255 is a = -1: -b - 1, b = 0, 1, 2, ... in the order of its bytes.
        assert!(rows[255].starts_with("    {-1, -2, -3, "), "{}", rows[255]);
        assert!(rows[255].ends_with(" 1, 0}"), "{}", rows[255]);
    }

    #[test]
    fn the_c_header_takes_the_narrowest_type_that_its_users_expect() {
        assert!(
            text(&CHeaderTable, &grid("8u", TableContents::Products))
                .contains("const uint16_t lut[256][256]")
        );
        assert!(
            text(&CHeaderTable, &grid("4u", TableContents::Errors)).contains("const int16_t lut[16][16]")
        );
        let mut wide = grid("2u", TableContents::Products);
        wide.values[0] = 70_000;
        assert!(text(&CHeaderTable, &wide).contains("const int32_t lut[4][4]"));
    }

    #[test]
    fn values_beyond_int32_are_refused() {
        let mut wide = grid("2u", TableContents::Errors);
        wide.values[5] = 1 << 31;
        for format in [&NpyTable as &dyn Render<ExportTable>, &CHeaderTable] {
            let message = format.render(&wide).unwrap_err().to_string();
            assert!(message.contains("the error of 1 and 1 is 2147483648"), "{message}");
        }
    }
}
