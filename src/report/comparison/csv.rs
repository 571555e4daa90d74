//! Comma-separated values.

use super::column::ComparisonColumn;
use crate::report::{Render, RenderError};
use axmul_metrics::compare::ComparisonRow;

/// A header with the keys of the JSON objects, then one line a row with every digit; unknown figures are empty.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonCsv;

impl Render<[ComparisonRow]> for ComparisonCsv {
    fn render(&self, rows: &[ComparisonRow]) -> Result<Vec<u8>, RenderError> {
        let columns = ComparisonColumn::all();
        let mut writer = csv::Writer::from_writer(Vec::new());
        let failed = |e: csv::Error| RenderError::encoding("csv", e);
        writer.write_record(columns.iter().map(|column| column.title().into_owned())).map_err(failed)?;
        for row in rows {
            writer.write_record(columns.iter().map(|column| column.exact(row))).map_err(failed)?;
        }
        writer.into_inner().map_err(|e| RenderError::encoding("csv", e))
    }
}
