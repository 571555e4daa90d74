//! The broken-array multiplier (BAM) of H. R. Mahdiani, A. Ahmadi, S. M. Fakhraie, C. Lucas, "Bio-Inspired
//! Imprecise Computational Blocks for Efficient VLSI Implementation of Soft-Computing Applications", IEEE Trans.
//! Circuits and Systems I 57(4), 2010, pp. 850-862.
//!
//! Cells of the carry-save array are left out above a horizontal break level (rows, the coarse control) and to
//! the right of a vertical one (columns, the fine control); their outputs count as zero. For signed operands the
//! cells that work on partial products of a sign bit stay, as in the paper; the array is the one of Baugh and
//! Wooley ([`words::partial_products`]).
//!
//! Members that coincide: a vertical level up to the horizontal one removes nothing more (`broken-array-2-1` is
//! `broken-array-2-0`), and without a horizontal level the unsigned multiplier is a truncated one
//! (`broken-array-0-5-8u` is `truncated-5-8u`).

use axmul_api::*;

/// An array multiplier without some of its cells.
struct BrokenArray {
    format: OperandFormat,
    horizontal: u32,
    vertical: u32,
}

impl BrokenArray {
    /// Row `j` belongs to bit `j` of b, column `i + j` to the weight of the partial product.
    fn keeps(&self, i: usize, j: usize) -> bool {
        let signs = self.format.is_signed()
            && (i + 1 == self.format.width_a().into() || j + 1 == self.format.width_b().into());
        signs || j >= self.horizontal as usize && i + j >= self.vertical as usize
    }
}

impl Family<2> for BrokenArray {
    const NAME: &str = "broken-array";
    const SUMMARY: &str = "array multiplier broken off at a row and a column";
    const CITATION: &str = "H. R. Mahdiani, A. Ahmadi, S. M. Fakhraie, C. Lucas, Bio-Inspired Imprecise Computational Blocks for \
         Efficient VLSI Implementation of Soft-Computing Applications, IEEE Trans. Circuits and Systems I 57(4), \
         2010, pp. 850-862, doi 10.1109/TCSI.2009.2027626";
    const PARAMETERS: [Parameter; 2] = [
        Parameter {
            name: "horizontal",
            description: "how many rows are left out from the lowest bit of b up, 0 to the width of b - 1",
        },
        Parameter {
            name: "vertical",
            description: "how many of the lowest columns are left out, 0 to the operand widths' sum - 2",
        },
    ];

    fn member(format: OperandFormat, [horizontal, vertical]: [u32; 2]) -> Result<Self, ProviderError> {
        Self::PARAMETERS[0].check(horizontal, 0..=u32::from(format.width_b()) - 1, format)?;
        Self::PARAMETERS[1].check(vertical, 0..=u32::from(format.product_width()) - 2, format)?;
        Ok(Self { format, horizontal, vertical })
    }

    fn documentation(&self) -> String {
        let signs = if self.format.is_signed() { ", cells of sign bits kept" } else { "" };
        format!(
            "Array multiplier without its first {} rows and its lowest {} columns{signs}.",
            self.horizontal, self.vertical
        )
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        a * b - words::left_out(self.format, a, b, |i, j| self.keeps(i, j))
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let columns = words::partial_products(g, self.format, a, b, |i, j| self.keeps(i, j));
        words::sum_columns(g, columns)
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[1, 0], [1, 4], [1, 6], [2, 0], [2, 5], [2, 7], [3, 6], [3, 8], [4, 8]])
    }
}

register!(BrokenArray::PROVIDER);

#[cfg(test)]
mod tests;
