//! Array multipliers that lose precision by degrees, from the highest column of partial products down: exact columns,
//! columns whose partial products are merged by OR in pairs, columns merged into one bit, partial products that are
//! never formed; and a constant that is added for what is missing.
//!
//! The degrees are known each by itself; to have them in one family, with limits that move by single columns and
//! partial products, is axmul's own:
//!
//! - low columns merged by OR: the lower-part-OR adder of H. R. Mahdiani, A. Ahmadi, S. M. Fakhraie, C. Lucas,
//!   "Bio-Inspired Imprecise Computational Blocks for Efficient VLSI Implementation of Soft-Computing Applications",
//!   IEEE Trans. Circuits and Systems I 57(4), 2010;
//! - partial products merged by OR before they are summed: I. Qiqieh, R. Shafik, G. Tarawneh, D. Sokolov, S. Das,
//!   A. Yakovlev, "Significance-Driven Logic Compression for Energy-Efficient Multiplier Design", IEEE J. Emerging and
//!   Selected Topics in Circuits and Systems 8(3), 2018;
//! - a constant for the missing columns: M. J. Schulte, E. E. Swartzlander, "Truncated Multiplication with Correction
//!   Constant", VLSI Signal Processing VI, 1993.
//!
//! Partial products of one column have no operand bit in common, so two of them are one at once in one case of 16: a
//! merged pair is rarely wrong. Signed operands by Baugh and Wooley ([`words::partial_products`]); inverted partial
//! products, one in three cases of four, are never merged.

mod constants;

use axmul_api::*;

/// A partial product: bit `i` of a and bit `j` of b.
type Place = (usize, usize);

/// A multiplier whose low columns are simplified.
struct Tapered {
    format: OperandFormat,
    degrees: Degrees,
    constant: u32,
    /// From the lowest up.
    columns: Vec<Column>,
}

/// How far each simplification goes.
#[derive(Clone, Copy)]
struct Degrees {
    /// How many of the lowest partial products are left out, column by column, in a column those of the lowest bits of
    /// b first.
    dropped: u32,
    /// Columns below this one are merged into one bit.
    merged: u32,
    /// Columns below this one are merged in pairs.
    paired: u32,
}

/// What becomes of the partial products of a column.
#[derive(PartialEq, Eq, Hash)]
struct Column {
    left_out: Vec<Place>,
    /// Those that are merged with each other, many of them single.
    groups: Vec<Vec<Place>>,
}

/// Whether a partial product is inverted in the array of signed operands.
fn is_inverted(format: OperandFormat, (i, j): Place) -> bool {
    let (n, m) = (usize::from(format.width_a()), usize::from(format.width_b()));
    format.is_signed() && (i == n - 1) != (j == m - 1)
}

impl Tapered {
    fn new(format: OperandFormat, degrees: Degrees, constant: u32) -> Self {
        let (n, m) = (usize::from(format.width_a()), usize::from(format.width_b()));
        let mut still = degrees.dropped as usize;
        let columns = (0..n + m).map(|c| {
            let places: Vec<_> = ((c + 1).saturating_sub(n)..m.min(c + 1)).map(|j| (c - j, j)).collect();
            let (left_out, rest) = places.split_at(still.min(places.len()));
            still -= left_out.len();
            let (inverted, plain): (Vec<_>, Vec<_>) =
                rest.iter().partition(|&&place| is_inverted(format, place));
            let size = match c as u32 {
                c if c < degrees.merged => plain.len().max(1),
                c if c < degrees.paired => 2,
                _ => 1,
            };
            let merged = plain.chunks(size).map(<[_]>::to_vec);
            let groups = merged.chain(inverted.into_iter().map(|place| vec![place])).collect();
            Column { left_out: left_out.to_vec(), groups }
        });
        Self { format, degrees, constant, columns: columns.collect() }
    }

    /// How many of these partial products are one.
    fn ones(&self, a: i64, b: i64, places: &[Place]) -> i64 {
        let is_one = |&&(i, j): &&Place| (a >> i & b >> j & 1 == 1) != is_inverted(self.format, (i, j));
        places.iter().filter(is_one).count() as i64
    }
}

impl Family<4> for Tapered {
    const NAME: &str = "tapered";
    const SUMMARY: &str = "low columns merged in pairs, merged into one bit, dropped; a constant added";
    const CITATION: &str = "axmul; after I. Qiqieh, R. Shafik, G. Tarawneh, D. Sokolov, S. Das, A. Yakovlev, Significance-Driven Logic \
         Compression for Energy-Efficient Multiplier Design, IEEE J. Emerging and Selected Topics in Circuits and Systems \
         8(3), 2018";
    const PARAMETERS: [Parameter; 4] = [
        Parameter {
            name: "dropped",
            description: "how many of the lowest partial products are left out, 0 to the product of the operand widths - 1",
        },
        Parameter {
            name: "merged",
            description: "columns below this one are merged by OR, 0 to the operand widths' sum",
        },
        Parameter {
            name: "paired",
            description: "columns from there on and below this one are merged in pairs, merged to the operand widths' sum",
        },
        Parameter { name: "constant", description: "what is added, 0 to the most that can be missing" },
    ];

    fn member(
        format: OperandFormat,
        [dropped, merged, paired, constant]: [u32; 4],
    ) -> Result<Self, ProviderError> {
        let (all, width) =
            (u32::from(format.width_a()) * u32::from(format.width_b()), format.product_width().into());
        Self::PARAMETERS[0].check(dropped, 0..=all - 1, format)?;
        Self::PARAMETERS[1].check(merged, 0..=width, format)?;
        Self::PARAMETERS[2].check(paired, merged..=width, format)?;
        let tapered = Tapered::new(format, Degrees { dropped, merged, paired }, constant);
        Self::PARAMETERS[3].check(constant, 0..=tapered.most_missing(), format)?;
        Ok(tapered)
    }

    fn documentation(&self) -> String {
        format!(
            "Array multiplier without its {} lowest partial products; columns below {} merged by OR, below {} merged in \
             pairs; {} added.",
            self.degrees.dropped, self.degrees.merged, self.degrees.paired, self.constant
        )
    }

    /// The exact product less what is missing, and with the constant.
    fn product(&self, a: i64, b: i64) -> i64 {
        let mut product = (a * b).wrapping_add(self.constant.into());
        for (c, Column { left_out, groups }) in self.columns.iter().enumerate() {
            let mut missing = self.ones(a, b, left_out);
            for group in groups.iter().filter(|group| group.len() > 1) {
                missing += (self.ones(a, b, group) - 1).max(0);
            }
            product = product.wrapping_sub(missing << c);
        }
        self.format.wrap(product)
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        // Of the array's own columns only the constants of signed operands.
        let mut columns = words::partial_products(g, self.format, a, b, |_, _| false);
        for (c, column) in self.columns.iter().enumerate() {
            for group in &column.groups {
                let bits: Vec<_> = group.iter().map(|&(i, j)| g.and(a[i], b[j])).collect();
                let any = words::any(g, &bits);
                columns[c].push(if is_inverted(self.format, group[0]) { g.not(any) } else { any });
            }
            if self.constant >> c & 1 == 1 {
                columns[c].push(g.constant(true));
            }
        }
        words::sum_columns(g, columns)
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[0, 0, 8, 0], [3, 5, 7, 0], [10, 5, 9, 0], [21, 8, 10, 0]])
    }

    fn grid(format: OperandFormat) -> Vec<Vec<u32>> {
        constants::grid(format)
    }
}

register!(Tapered::PROVIDER);

#[cfg(test)]
mod tests;
