//! The C header of AdaPT and TransAxx.

use std::fmt::Write as _;

use super::npy::narrow;
use super::{ExportTable, TableContents};
use crate::report::{Render, RenderError};

/// `const int16_t lut[256][256]`, indexed by the bits of the operands: for signed 8x8 the entry of a and b is
/// `lut[a & 0xff][b & 0xff]`, as AdaPT wants it. Unsigned products are `uint16_t`; values that fit neither type
/// are `int32_t`. Other widths have `2^n` rows and `2^m` columns.
#[derive(Clone, Copy, Debug)]
pub struct CHeaderTable;

impl Render<ExportTable> for CHeaderTable {
    fn render(&self, grid: &ExportTable) -> Result<Vec<u8>, RenderError> {
        let values = narrow(grid, "c-header")?;
        let (rows, columns) = (1usize << grid.format.width_a(), 1usize << grid.format.width_b());
        let signed = grid.format.is_signed();
        let kind = if grid.outside(i16::MIN.into()..=i16::MAX.into()).is_none() {
            if signed || grid.what == TableContents::Errors { "int16_t" } else { "uint16_t" }
        } else if grid.outside(0..=u16::MAX.into()).is_none() {
            "uint16_t"
        } else {
            "int32_t"
        };
        // The bits of a two's complement operand count 0, 1, ... then the negative ones; the table starts with those.
        let position = |bits: usize, count: usize| if signed { (bits + count / 2) % count } else { bits };
        let index = |operand: &str, count: usize| {
            if signed { format!("{operand} & {:#x}", count - 1) } else { operand.to_owned() }
        };
        let mut text = format!(
            "/* {}s of {}, operands {}: lut[{}][{}]. */\n#include <stdint.h>\n\n\
             const {kind} lut[{rows}][{columns}] = {{\n",
            capitalised(grid.noun()),
            grid.name.replace("*/", "* /"),
            grid.format,
            index("a", rows),
            index("b", columns),
        );
        for row in 0..rows {
            let start = position(row, rows) * columns;
            let numbers: Vec<String> =
                (0..columns).map(|column| values[start + position(column, columns)].to_string()).collect();
            let comma = if row + 1 < rows { "," } else { "" };
            let _ = writeln!(text, "    {{{}}}{comma}", numbers.join(", "));
        }
        text.push_str("};\n");
        Ok(text.into_bytes())
    }
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}
