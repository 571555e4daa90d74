//! Lines of numbers.

use super::ExportTable;
use crate::report::{Render, RenderError};

/// `2^n` lines, one for each value of a from the lowest, of `2^m` numbers each; no header.
#[derive(Clone, Copy, Debug)]
pub struct CsvTable;

impl Render<ExportTable> for CsvTable {
    fn render(&self, grid: &ExportTable) -> Result<Vec<u8>, RenderError> {
        let mut text = String::new();
        for row in grid.rows() {
            let numbers: Vec<String> = row.iter().map(i64::to_string).collect();
            text.push_str(&numbers.join(","));
            text.push('\n');
        }
        Ok(text.into_bytes())
    }
}
