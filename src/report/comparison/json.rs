//! An array of objects.

use crate::report::{Render, RenderError};
use axmul_metrics::compare::ComparisonRow;

/// One object a row, in order; unknown figures are `null`.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonJson;

impl Render<[ComparisonRow]> for ComparisonJson {
    fn render(&self, rows: &[ComparisonRow]) -> Result<Vec<u8>, RenderError> {
        let mut bytes = serde_json::to_vec_pretty(rows).map_err(|e| RenderError::encoding("json", e))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}
