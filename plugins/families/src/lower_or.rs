//! Partial products whose low columns are summed by OR, after the lower-part-OR adder (LOA) of H. R. Mahdiani,
//! A. Ahmadi, S. M. Fakhraie, C. Lucas, "Bio-Inspired Imprecise Computational Blocks for Efficient VLSI
//! Implementation of Soft-Computing Applications", IEEE Trans. Circuits and Systems I 57(4), 2010, pp. 850-862.
//!
//! The LOA adds two words: an OR of each pair of low bits, an exact adder for the others, and as carry into the latter
//! the AND of the highest pair of low bits. Rows of partial products that are added one by one with LOAs of `columns`
//! low bits leave in each low column the OR of its partial products, and of `c` ones in the highest low column all but
//! the first carry. That is what this family computes with `carry` 1; with 0, no carry enters the exact part, and the
//! product never exceeds the exact one.
//!
//! The paper applies the LOA to two words only, so the way to accumulate with it is a choice made here: the exact part
//! sums in a Dadda tree rather than row by row. Signed operands by Baugh and Wooley ([`words::tree_products`]), an
//! extension; their constants stay out of the ORs and are added exactly.

use axmul_api::*;

/// A multiplier whose low columns are summed by OR.
struct LowerOr {
    format: OperandFormat,
    columns: u32,
    /// Whether the highest low column carries into the exact part.
    carry: bool,
}

impl LowerOr {
    /// How many partial products column `c` has.
    fn height(&self, c: usize) -> usize {
        let (n, m) = (usize::from(self.format.width_a()), usize::from(self.format.width_b()));
        (c + 1).min(n).min(m).min((n + m - 1).saturating_sub(c))
    }

    /// How many partial products of column `c` are one.
    fn ones(&self, a: i64, b: i64, c: u32) -> i64 {
        let (n, m) = (u32::from(self.format.width_a()), u32::from(self.format.width_b()));
        let bits = (c + 1).saturating_sub(m)..n.min(c + 1);
        bits.map(|i| {
            let inverted = self.format.is_signed() && (i == n - 1) != (c - i == m - 1);
            a >> i & b >> (c - i) & 1 ^ i64::from(inverted)
        })
        .sum()
    }
}

impl Family<2> for LowerOr {
    const NAME: &str = "lower-or";
    const SUMMARY: &str = "low columns of partial products summed by OR";
    const CITATION: &str = "H. R. Mahdiani, A. Ahmadi, S. M. Fakhraie, C. Lucas, Bio-Inspired Imprecise Computational Blocks for \
         Efficient VLSI Implementation of Soft-Computing Applications, IEEE Trans. Circuits and Systems I 57(4), \
         2010, pp. 850-862, doi 10.1109/TCSI.2009.2027626";
    const PARAMETERS: [Parameter; 2] = [
        Parameter {
            name: "columns",
            description: "how many of the lowest columns are summed by OR, 2 to the operand widths' sum - 2",
        },
        Parameter {
            name: "carry",
            description: "1 where the highest of these columns carries into the exact part, else 0",
        },
    ];

    fn member(format: OperandFormat, [columns, carry]: [u32; 2]) -> Result<Self, ProviderError> {
        Self::PARAMETERS[0].check(columns, 2..=u32::from(format.product_width()) - 2, format)?;
        let carry = Self::PARAMETERS[1].check(carry, 0..=1, format)? == 1;
        Ok(Self { format, columns, carry })
    }

    fn documentation(&self) -> String {
        let carries = if self.carry { "carries of the highest of them kept" } else { "no carry out of them" };
        format!("Partial products of the lowest {} columns summed by OR, {carries}.", self.columns)
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        // What the columns hold more than their OR is lost, or carried.
        let excess = |c: u32| (self.ones(a, b, c) - 1).max(0);
        let lost: i64 = (0..self.columns).map(|c| excess(c) << c).sum();
        let carried = if self.carry { excess(self.columns - 1) << self.columns } else { 0 };
        self.format.wrap((a * b).wrapping_sub(lost).wrapping_add(carried))
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let mut columns = words::tree_products(g, self.format, a, b);
        let low = self.columns as usize;
        let mut carries = Vec::new();
        for (c, column) in columns.iter_mut().enumerate().take(low) {
            let constants = column.split_off(self.height(c));
            let mut any = column[0];
            for &bit in &column[1..] {
                if self.carry && c + 1 == low {
                    carries.push(g.and(any, bit));
                }
                any = g.or(any, bit);
            }
            *column = [vec![any], constants].concat();
        }
        columns[low].extend(carries);
        words::sum_dadda(g, columns)
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([
            [3, 0],
            [4, 0],
            [4, 1],
            [5, 0],
            [5, 1],
            [6, 0],
            [6, 1],
            [7, 0],
            [7, 1],
            [8, 0],
            [8, 1],
        ])
    }
}

register!(LowerOr::PROVIDER);

#[cfg(test)]
mod tests;
