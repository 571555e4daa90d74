//! Array multipliers that see their operands without the lowest bits, and that leave out low columns of what remains.
//!
//! Cutting operands is the oldest of approximations and nobody's in particular; here it is combined with the truncation
//! of columns, see M. J. Schulte, E. E. Swartzlander, "Truncated Multiplication with Correction Constant", VLSI Signal
//! Processing VI, 1993. Bits that are cut count as zero, and no constant is added, so that a product with a small
//! operand stays small: what counts where errors are relative to the product.
//!
//! Signed operands by Baugh and Wooley ([`words::partial_products`]) at the reduced width, where a cut rounds down.

use axmul_api::*;

/// An array multiplier of the upper bits of its operands.
struct Cut {
    format: OperandFormat,
    /// How many of the lowest bits of a and of b are cut.
    bits: [u32; 2],
    /// How many of the lowest columns of the remaining array are left out.
    columns: u32,
}

impl Cut {
    fn keeps(&self, i: usize, j: usize) -> bool {
        i + j >= self.columns as usize
    }

    /// What is left of the operands' format.
    fn core(&self) -> OperandFormat {
        let [cut_a, cut_b] = self.bits.map(|bits| bits as u8);
        let (n, m) = (self.format.width_a() - cut_a, self.format.width_b() - cut_b);
        OperandFormat::new(n, m, self.format.is_signed()).expect("at least two bits each")
    }
}

impl Family<3> for Cut {
    const NAME: &str = "cut";
    const SUMMARY: &str = "array multiplier of the operands' upper bits, without its lowest columns";
    const CITATION: &str = "axmul; for the columns M. J. Schulte, E. E. Swartzlander, Truncated Multiplication with Correction Constant, \
         VLSI Signal Processing VI, 1993, pp. 388-396";
    const PARAMETERS: [Parameter; 3] = [
        Parameter { name: "a", description: "how many of the lowest bits of a are cut, 0 to its width - 2" },
        Parameter { name: "b", description: "how many of the lowest bits of b are cut, 0 to its width - 2" },
        Parameter {
            name: "columns",
            description: "how many of the lowest columns of what remains are left out, 0 to the remaining widths' sum - 2",
        },
    ];

    fn member(format: OperandFormat, [a, b, columns]: [u32; 3]) -> Result<Self, ProviderError> {
        Self::PARAMETERS[0].check(a, 0..=u32::from(format.width_a()) - 2, format)?;
        Self::PARAMETERS[1].check(b, 0..=u32::from(format.width_b()) - 2, format)?;
        Self::PARAMETERS[2].check(columns, 0..=u32::from(format.product_width()) - a - b - 2, format)?;
        Ok(Self { format, bits: [a, b], columns })
    }

    fn documentation(&self) -> String {
        let ([a, b], columns) = (self.bits, self.columns);
        format!(
            "Array multiplier without the lowest {a} and {b} bits of its operands and {columns} further columns."
        )
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        let core = self.core();
        let (a, b) = (a >> self.bits[0], b >> self.bits[1]);
        let product = core.wrap(a * b - words::left_out(core, a, b, |i, j| self.keeps(i, j)));
        product << (self.bits[0] + self.bits[1])
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let [cut_a, cut_b] = self.bits.map(|bits| bits as usize);
        let columns =
            words::partial_products(g, self.format, &a[cut_a..], &b[cut_b..], |i, j| self.keeps(i, j));
        let mut product = words::constant(g, 0, cut_a + cut_b);
        product.extend(words::sum_columns(g, columns));
        product
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[1, 1, 0], [2, 2, 0], [2, 2, 2], [3, 3, 0]])
    }

    /// One operand cut by at most one bit more than the other; the rest is left untried.
    fn grid(format: OperandFormat) -> Vec<Vec<u32>> {
        let widths = [format.width_a(), format.width_b()].map(u32::from);
        let mut grid = Vec::new();
        for a in 0..=widths[0] - 2 {
            for b in a.saturating_sub(1)..=(a + 1).min(widths[1] - 2) {
                let most = (widths[0] + widths[1] - a - b - 2).min(widths[0].max(widths[1]));
                grid.extend((0..=most).map(|columns| vec![a, b, columns]));
            }
        }
        grid
    }
}

register!(Cut::PROVIDER);

#[cfg(test)]
mod tests;
