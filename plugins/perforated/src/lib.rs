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

impl Multiplier for Perforated {
    fn name(&self) -> String {
        instance_name(Family.name(), &[self.first, self.count], self.format)
    }

    fn format(&self) -> OperandFormat {
        self.format
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        self.format.wrap(a * b - words::left_out(self.format, a, b, |i, j| self.keeps(i, j)))
    }

    fn structure(&self) -> Option<&dyn Structure> {
        Some(self)
    }

    fn documentation(&self) -> String {
        format!("Array multiplier without {} row(s) from that of bit {} of b on.", self.count, self.first)
    }
}

impl Circuit for Perforated {
    fn operand_format(&self) -> OperandFormat {
        self.format
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let columns = words::partial_products(g, self.format, a, b, |i, j| self.keeps(i, j));
        words::sum_columns(g, columns)
    }
}

struct Family;

static PARAMETERS: [Parameter; 2] = [
    Parameter { name: "first", description: "the lowest row that is left out, 0 to the width of b - 1" },
    Parameter {
        name: "count",
        description: "how many rows are left out, 1 to the width of b - 1 or those from first up",
    },
];

impl Provider for Family {
    fn name(&self) -> &'static str {
        "perforated"
    }

    fn summary(&self) -> &'static str {
        "array multiplier without successive rows of partial products"
    }

    fn citation(&self) -> &'static str {
        "G. Zervakis, K. Tsoumanis, S. Xydis, D. Soudris, K. Pekmestzi, Design-Efficient Approximate Multiplication \
         Circuits Through Partial Product Perforation, IEEE Trans. VLSI Systems 24(10), 2016, pp. 3105-3117"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &PARAMETERS
    }

    fn multiplier(
        &self,
        format: OperandFormat,
        parameters: &[u32],
    ) -> Result<Box<dyn Multiplier>, ProviderError> {
        let [first, count] = Parameter::values(&PARAMETERS, parameters)?;
        let rows = u32::from(format.width_b());
        PARAMETERS[0].check(first, 0..=rows - 1, format)?;
        PARAMETERS[1].check(count, 1..=(rows - first).min(rows - 1), format)?;
        Ok(Box::new(Perforated { format, first, count }))
    }

    fn variants(&self) -> Vec<Variant> {
        Variant::of_8x8([[1, 1], [1, 2], [2, 1], [2, 2], [3, 1]])
    }
}

register!(Family);

#[cfg(test)]
mod tests;
