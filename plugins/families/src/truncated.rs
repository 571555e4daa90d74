//! Truncated array multipliers: the lowest columns of partial products are never formed.
//!
//! `truncated` leaves them out and no more, so that it never overestimates. `truncated-corrected` adds a constant
//! for what is missing on average, after M. J. Schulte and E. E. Swartzlander, "Truncated Multiplication with
//! Correction Constant", VLSI Signal Processing VI, 1993, pp. 388-396: the expected value of the dropped partial
//! products, where every operand bit is one half of the time, rounded to a multiple of the lowest kept column.
//! Unlike there, the product is not rounded to half its width afterwards, so the constant has no rounding term.
//!
//! Signed operands use the array of Baugh and Wooley ([`words::partial_products`]), whose inverted partial
//! products, one with probability 3/4, count as such in the expected value.
//!
//! For 1 or 2 columns the constant rounds to 0, and the two families coincide.

use axmul_api::*;

/// An array multiplier without its lowest columns, with or without a correction constant.
struct Truncated<const CORRECTED: bool> {
    format: OperandFormat,
    columns: u32,
    /// Added in place of what is dropped: a multiple of `2^columns`.
    correction: u64,
}

impl<const CORRECTED: bool> Truncated<CORRECTED> {
    fn keeps(&self, i: usize, j: usize) -> bool {
        i + j >= self.columns as usize
    }
}

type Plain = Truncated<false>;
type Corrected = Truncated<true>;

/// The expected sum of the partial products in the lowest `columns` columns, as the nearest multiple of
/// `2^columns`, halves upwards.
fn expected_loss(format: OperandFormat, columns: u32) -> u64 {
    let (n, m) = (u32::from(format.width_a()), u32::from(format.width_b()));
    let mut quarters = 0;
    for i in 0..n {
        for j in (0..m).filter(|j| i + j < columns) {
            let inverted = format.is_signed() && (i == n - 1) != (j == m - 1);
            quarters += if inverted { 3 } else { 1 } << (i + j);
        }
    }
    ((quarters + (2 << columns)) >> (columns + 2)) << columns
}

impl<const CORRECTED: bool> Family<1> for Truncated<CORRECTED> {
    const NAME: &str = if CORRECTED { "truncated-corrected" } else { "truncated" };
    const SUMMARY: &str = if CORRECTED {
        "array multiplier without its lowest columns, a constant added for them"
    } else {
        "array multiplier without its lowest columns"
    };
    const CITATION: &str = "M. J. Schulte, E. E. Swartzlander, Truncated Multiplication with Correction Constant, \
         VLSI Signal Processing VI, 1993, pp. 388-396";
    const PARAMETERS: [Parameter; 1] = [Parameter {
        name: "columns",
        description: "how many of the lowest columns of partial products are dropped, 1 to the operand widths' sum - 2",
    }];

    fn member(format: OperandFormat, [columns]: [u32; 1]) -> Result<Self, ProviderError> {
        Self::PARAMETERS[0].check(columns, 1..=u32::from(format.product_width()) - 2, format)?;
        let correction = if CORRECTED { expected_loss(format, columns) } else { 0 };
        Ok(Self { format, columns, correction })
    }

    fn documentation(&self) -> String {
        let correction = match self.correction {
            0 => "nothing is added for them".to_owned(),
            constant => format!("the constant {constant} is added for them"),
        };
        format!("Array multiplier without the lowest {} columns; {correction}.", self.columns)
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        let lost = words::left_out(self.format, a, b, |i, j| self.keeps(i, j));
        self.format.wrap(a * b - lost + self.correction as i64)
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let mut columns = words::partial_products(g, self.format, a, b, |i, j| self.keeps(i, j));
        for (weight, column) in columns.iter_mut().enumerate() {
            if self.correction >> weight & 1 == 1 {
                column.push(g.constant(true));
            }
        }
        words::sum_columns(g, columns)
    }

    fn variants() -> Vec<Variant> {
        let fewest = if CORRECTED { 3 } else { 2 };
        Variant::of_8x8((fewest..=8).map(|columns| [columns]))
    }
}

register!(Plain::PROVIDER);
register!(Corrected::PROVIDER);

#[cfg(test)]
mod tests;
