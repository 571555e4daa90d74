//! Exact array multipliers: the reference against which every other one is measured, and the file to copy for a family
//! of your own. `plugins/README.md` goes through one with a parameter.
//!
//! Unsigned: an array of partial products summed row by row. Signed: the array of Baugh and Wooley, "A Two's
//! Complement Parallel Array Multiplication Algorithm", IEEE Trans. Computers C-22(12), 1973, pp. 1045-1047.

use axmul_api::*;

/// A member of the family: an exact multiplier of one format. Parameters become fields beside it.
struct Exact {
    format: OperandFormat,
}

impl Family<0> for Exact {
    const NAME: &str = "exact";
    const SUMMARY: &str = "exact array multiplier";
    const CITATION: &str = "C. R. Baugh, B. A. Wooley, A Two's Complement Parallel Array Multiplication Algorithm, \
         IEEE Trans. Computers C-22(12), 1973 (signed operands)";
    // As many as the `0` after `Family` and the values below say.
    const PARAMETERS: [Parameter; 0] = [];

    // Where parameters have a range, `Parameter::check` reports values outside of it.
    fn member(format: OperandFormat, []: [u32; 0]) -> Result<Self, ProviderError> {
        Ok(Self { format })
    }

    fn documentation(&self) -> String {
        "Exact array multiplier; signed operands by Baugh and Wooley.".into()
    }

    // The model: arithmetic alone, so that it is an independent check of the circuit.
    fn product(&self, a: i64, b: i64) -> i64 {
        a * b
    }

    // The circuit: `words` has partial products, adder trees, shifters, leading ones and signs.
    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let columns = words::partial_products(g, self.format, a, b, |_, _| true);
        words::sum_columns(g, columns)
    }

    // What `axmul list` shows; any other member exists by name.
    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[]])
    }
}

register!(Exact::PROVIDER);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circuit_equals_model() {
        for (n, m) in [(2, 2), (3, 5), (8, 8), (8, 4), (4, 8), (16, 16)] {
            for signed in [false, true] {
                let format = OperandFormat::new(n, m, signed).unwrap();
                check_structure(&*Exact::PROVIDER.multiplier(format, &[]).unwrap(), 20_000).unwrap();
            }
        }
    }

    /// n(n - 2) full adders, n half adders and n^2 AND gates: the textbook array multiplier, e.g. in N. Weste
    /// and D. Harris, "CMOS VLSI Design", section on array multiplication.
    #[test]
    fn unsigned_array_has_the_textbook_cells() {
        let counts = Exact::PROVIDER
            .multiplier(OperandFormat::unsigned(8, 8), &[])
            .unwrap()
            .structure()
            .unwrap()
            .netlist()
            .cell_counts();
        assert_eq!(counts.get(CellKind::And), 64);
        assert_eq!(counts.get(CellKind::FullAdder), 48);
        assert_eq!(counts.get(CellKind::HalfAdder), 8);
    }
}
