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

/// An array multiplier without its lowest columns.
struct Truncated {
    family: &'static str,
    format: OperandFormat,
    columns: u32,
    /// Added in place of what is dropped: a multiple of `2^columns`.
    correction: u64,
}

impl Truncated {
    fn keeps(&self, i: usize, j: usize) -> bool {
        i + j >= self.columns as usize
    }
}

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

impl Multiplier for Truncated {
    fn name(&self) -> String {
        instance_name(self.family, &[self.columns], self.format)
    }

    fn format(&self) -> OperandFormat {
        self.format
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        let lost = words::left_out(self.format, a, b, |i, j| self.keeps(i, j));
        self.format.wrap(a * b - lost + self.correction as i64)
    }

    fn structure(&self) -> Option<&dyn Structure> {
        Some(self)
    }

    fn documentation(&self) -> String {
        let correction = match self.correction {
            0 => "nothing is added for them".to_owned(),
            constant => format!("the constant {constant} is added for them"),
        };
        format!("Array multiplier without the lowest {} columns; {correction}.", self.columns)
    }
}

impl Circuit for Truncated {
    fn operand_format(&self) -> OperandFormat {
        self.format
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
}

/// One of the two families.
struct Family {
    name: &'static str,
    summary: &'static str,
    corrected: bool,
    /// The columns of the listed 8x8 members.
    listed: std::ops::RangeInclusive<u32>,
}

static PARAMETERS: [Parameter; 1] = [Parameter {
    name: "columns",
    description: "how many of the lowest columns of partial products are dropped, 1 to the operand widths' sum - 2",
}];

impl Provider for Family {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn citation(&self) -> &'static str {
        "M. J. Schulte, E. E. Swartzlander, Truncated Multiplication with Correction Constant, \
         VLSI Signal Processing VI, 1993, pp. 388-396"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &PARAMETERS
    }

    fn multiplier(
        &self,
        format: OperandFormat,
        parameters: &[u32],
    ) -> Result<Box<dyn Multiplier>, ProviderError> {
        let [columns] = Parameter::values(&PARAMETERS, parameters)?;
        PARAMETERS[0].check(columns, 1..=u32::from(format.product_width()) - 2, format)?;
        let correction = if self.corrected { expected_loss(format, columns) } else { 0 };
        Ok(Box::new(Truncated { family: self.name, format, columns, correction }))
    }

    fn variants(&self) -> Vec<Variant> {
        Variant::of_8x8(self.listed.clone().map(|columns| [columns]))
    }
}

static TRUNCATED: Family = Family {
    name: "truncated",
    summary: "array multiplier without its lowest columns",
    corrected: false,
    listed: 2..=8,
};
static CORRECTED: Family = Family {
    name: "truncated-corrected",
    summary: "array multiplier without its lowest columns, a constant added for them",
    corrected: true,
    listed: 3..=8,
};

register!(TRUNCATED);
register!(CORRECTED);

#[cfg(test)]
mod tests;
