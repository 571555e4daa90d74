//! Partial product perforation: G. Zervakis, K. Tsoumanis, S. Xydis, D. Soudris, K. Pekmestzi, "Design-Efficient
//! Approximate Multiplication Circuits Through Partial Product Perforation", IEEE Trans. VLSI Systems 24(10), 2016,
//! pp. 3105-3117.
//!
//! `count` successive rows of partial products, from that of bit `first` of b on, are never formed. Which tree sums the
//! others the paper leaves open; here it is an array. For unsigned operands the multiplier sees b with those bits
//! cleared. Signed operands by Baugh and Wooley ([`words::partial_products`]), an extension: of a row that is left out
//! the inverted partial product takes the value 0.

use axmul_api::*;

/// An array multiplier without some of its rows.
struct Perforated {
    format: OperandFormat,
    first: u32,
    count: u32,
}

impl Perforated {
    fn keeps(&self, _: usize, j: usize) -> bool {
        !(self.first..self.first + self.count).contains(&(j as u32))
    }
}

impl Family<2> for Perforated {
    const NAME: &str = "perforated";
    const SUMMARY: &str = "array multiplier without successive rows of partial products";
    const CITATION: &str = "G. Zervakis, K. Tsoumanis, S. Xydis, D. Soudris, K. Pekmestzi, Design-Efficient Approximate Multiplication \
         Circuits Through Partial Product Perforation, IEEE Trans. VLSI Systems 24(10), 2016, pp. 3105-3117";
    const PARAMETERS: [Parameter; 2] = [
        Parameter { name: "first", description: "the lowest row that is left out, 0 to the width of b - 1" },
        Parameter {
            name: "count",
            description: "how many rows are left out, 1 to the width of b - 1 or those from first up",
        },
    ];

    fn member(format: OperandFormat, [first, count]: [u32; 2]) -> Result<Self, ProviderError> {
        let rows = u32::from(format.width_b());
        Self::PARAMETERS[0].check(first, 0..=rows - 1, format)?;
        Self::PARAMETERS[1].check(count, 1..=(rows - first).min(rows - 1), format)?;
        Ok(Self { format, first, count })
    }

    fn documentation(&self) -> String {
        format!("Array multiplier without {} row(s) from that of bit {} of b on.", self.count, self.first)
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        self.format.wrap(a * b - words::left_out(self.format, a, b, |i, j| self.keeps(i, j)))
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let columns = words::partial_products(g, self.format, a, b, |i, j| self.keeps(i, j));
        words::sum_columns(g, columns)
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[1, 1], [1, 2], [2, 1], [2, 2], [3, 1]])
    }
}

register!(Perforated::PROVIDER);

#[cfg(test)]
mod tests;
