//! The approximate Booth multipliers R4ABM1 and R4ABM2 of W. Liu, L. Qian, C. Wang, H. Jiang, J. Han, F. Lombardi,
//! "Design of Approximate Radix-4 Booth Multipliers for Error-Tolerant Computing", IEEE Trans. Computers 66(8),
//! 2017, pp. 1435-1441.
//!
//! In a radix-4 Booth multiplier, the bit `j` of the row of the digit `low + middle - 2 high` is
//! `(middle ^ low) & (high ^ a_j)` or, for a digit of 2 or -2, `high ^ a_(j-1)`. Design 1 leaves out the latter, so
//! that such digits count as 0 or its inversion; design 2 takes `high ^ a_j` whatever the digit. The approximation
//! factor `p` is the number of low columns whose bits are formed so.
//!
//! Choices made here, where the paper can be read in several ways: the ones that complete a negation are those of the
//! exact rows (none for the digit 0 of three ones). That of the last row is left out where it lies in an
//! approximate column, so that the array is the paper's regular one, without a row of that bit alone, and columns
//! from `p` up are exact. The highest bits of rows are approximate like others, which matters only where `p`
//! exceeds the width of a. An exact Dadda tree sums the rows.
//!
//! Signed operands only, as in the paper.

use axmul_api::*;

/// A Booth multiplier with approximate low columns.
struct ApproxBooth {
    format: OperandFormat,
    design: u32,
    p: u32,
}

impl ApproxBooth {
    /// The approximate bit of a row.
    fn bit<G: Gates>(&self, g: &mut G, [low, middle, high]: [G::Bit; 3], same: G::Bit) -> G::Bit {
        let signed = g.xor(high, same);
        if self.design == 2 {
            return signed;
        }
        let one = g.xor(middle, low);
        g.and(one, signed)
    }

    fn rows(&self) -> u32 {
        u32::from(self.format.width_b()).div_ceil(2)
    }

    /// Whether the one that completes the negation of a row is there.
    fn corrects(&self, row: u32) -> bool {
        row + 1 < self.rows() || 2 * row >= self.p
    }
}

impl Family<2> for ApproxBooth {
    const NAME: &str = "approx-booth";
    const SUMMARY: &str = "approximate radix-4 Booth multipliers R4ABM1 and R4ABM2";
    const CITATION: &str = "W. Liu, L. Qian, C. Wang, H. Jiang, J. Han, F. Lombardi, Design of Approximate Radix-4 Booth Multipliers \
         for Error-Tolerant Computing, IEEE Trans. Computers 66(8), 2017, pp. 1435-1441, doi 10.1109/TC.2017.2672976";
    const PARAMETERS: [Parameter; 2] = [
        Parameter { name: "design", description: "the approximate encoder of the paper, 1 or 2" },
        Parameter {
            name: "p",
            description: "approximation factor: how many of the lowest columns are approximate, 1 to the operand widths' sum",
        },
    ];

    fn member(format: OperandFormat, [design, p]: [u32; 2]) -> Result<Self, ProviderError> {
        if !format.is_signed() {
            return Err(ProviderError::Format { format, allowed: "signed operands".into() });
        }
        Self::PARAMETERS[0].check(design, 1..=2, format)?;
        Self::PARAMETERS[1].check(p, 1..=format.product_width().into(), format)?;
        Ok(Self { format, design, p })
    }

    fn documentation(&self) -> String {
        format!(
            "R4ABM{}: radix-4 Booth rows, those bits in the lowest {} columns approximate.",
            self.design, self.p
        )
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        let mut sum = 0i64;
        for row in 0..self.rows() {
            // Two bits of b and the one below, the number's sign repeated above it.
            let code = (b << 1) >> (2 * row) & 7;
            let digit = (code & 1) + (code >> 1 & 1) - 2 * (code >> 2);
            let exact = if digit < 0 { !(-digit * a) } else { digit * a };
            let inexact = match (self.design, digit) {
                (1, 1 | -1) => exact,
                (1, _) => 0,
                _ if code > 3 => !a,
                _ => a,
            };
            // The bits of this row in approximate columns; its highest one, at the width of a, is its sign.
            let bits = self.p.saturating_sub(2 * row);
            let mask = if bits > self.format.width_a().into() { -1 } else { (1 << bits) - 1 };
            let correction = i64::from(digit < 0 && self.corrects(row));
            let value = (exact & !mask | inexact & mask) + correction;
            sum = sum.wrapping_add(value.wrapping_shl(2 * row));
        }
        self.format.wrap(sum)
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let bit = |g: &mut G, code: [G::Bit; 3], pair: [G::Bit; 2], column: usize| {
            if column < self.p as usize {
                self.bit(g, code, pair[0])
            } else {
                words::booth_bit(g, code, pair)
            }
        };
        let columns = words::booth_columns(g, self.format, a, b, bit, |row| self.corrects(row as u32));
        words::sum_dadda(g, columns)
    }

    fn variants() -> Vec<Variant> {
        let format = OperandFormat::signed(8, 8);
        let members = [1, 2].into_iter().flat_map(|design| [2, 4, 5, 6, 7, 8, 10].map(|p| vec![design, p]));
        members.map(|parameters| Variant { format, parameters }).collect()
    }
}

register!(ApproxBooth::PROVIDER);

#[cfg(test)]
mod tests;
