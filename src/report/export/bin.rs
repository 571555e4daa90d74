//! The binary table of TFApprox.

use super::{ExportTable, TableContents};
use crate::report::{Render, RenderError};
use axmul_metrics::OperandFormat;

/// 65,536 little-endian uint16, the product of a and b at `a * 256 + b`; unsigned 8x8 multipliers only.
#[derive(Clone, Copy, Debug)]
pub struct BinTable;

impl Render<ExportTable> for BinTable {
    fn render(&self, grid: &ExportTable) -> Result<Vec<u8>, RenderError> {
        let unsuitable = |reason: String| RenderError::Unsuitable {
            format: "bin",
            reason,
            instead: "use --format npy or csv",
        };
        if grid.what == TableContents::Errors {
            return Err(unsuitable("holds products, not errors".into()));
        }
        if grid.format != OperandFormat::unsigned(8, 8) {
            return Err(unsuitable(format!(
                "holds unsigned 8x8 products only, and {} has operands {}",
                grid.name, grid.format
            )));
        }
        if let Some(((a, b), product)) = grid.outside(0..=u16::MAX.into()) {
            return Err(unsuitable(format!(
                "holds 16-bit products, and the product of {a} and {b} is {product} in {}",
                grid.name
            )));
        }
        Ok(grid.values.iter().flat_map(|&product| (product as u16).to_le_bytes()).collect())
    }
}
