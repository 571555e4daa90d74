//! NumPy's array format.

use npyz::WriterBuilder;

use super::ExportTable;
use crate::report::{Render, RenderError};

/// int32 `[2^n, 2^m]` in C order: row `a - min(a)`, column `b - min(b)`, so `[a + 128][b + 128]` for signed 8x8
/// and `[a][b]` for unsigned.
#[derive(Clone, Copy, Debug)]
pub struct NpyTable;

/// The values as 32-bit numbers.
pub(super) fn narrow(grid: &ExportTable, format: &'static str) -> Result<Vec<i32>, RenderError> {
    if let Some(((a, b), value)) = grid.outside(i32::MIN.into()..=i32::MAX.into()) {
        return Err(RenderError::Unsuitable {
            format,
            reason: format!(
                "holds 32-bit numbers, and the {} of {a} and {b} is {value} in {}",
                grid.noun(),
                grid.name
            ),
            instead: "use --format csv",
        });
    }
    Ok(grid.values.iter().map(|&value| value as i32).collect())
}

impl Render<ExportTable> for NpyTable {
    fn render(&self, grid: &ExportTable) -> Result<Vec<u8>, RenderError> {
        let shape = [1u64 << grid.format.width_a(), 1 << grid.format.width_b()];
        let mut bytes = Vec::new();
        let failed = |e: std::io::Error| RenderError::encoding("npy", e);
        let mut writer = npyz::WriteOptions::new()
            .default_dtype()
            .shape(&shape)
            .writer(&mut bytes)
            .begin_nd()
            .map_err(failed)?;
        writer.extend(narrow(grid, "npy")?).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(bytes)
    }
}
