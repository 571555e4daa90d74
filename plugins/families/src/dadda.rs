//! Exact multipliers with the tree of L. Dadda, "Some Schemes for Parallel Multipliers", Alta Frequenza 34, 1965,
//! pp. 349-356: as many stages as a Wallace tree, but each column is reduced as late as that allows, which takes
//! fewer adders and a longer final addition.
//!
//! The final adder is a ripple-carry one: the scheme leaves it open. Signed operands by Baugh and Wooley
//! ([`words::tree_products`]).

use axmul_api::*;

/// An exact multiplier with a Dadda tree.
struct Dadda {
    format: OperandFormat,
}

impl Family<0> for Dadda {
    const NAME: &str = "dadda";
    const SUMMARY: &str = "exact multiplier with a Dadda tree";
    const CITATION: &str =
        "L. Dadda, Some Schemes for Parallel Multipliers, Alta Frequenza 34, 1965, pp. 349-356";
    const PARAMETERS: [Parameter; 0] = [];

    fn member(format: OperandFormat, []: [u32; 0]) -> Result<Self, ProviderError> {
        Ok(Self { format })
    }

    fn documentation(&self) -> String {
        "Exact multiplier with a Dadda tree and a ripple-carry final adder; signed operands by Baugh and Wooley.".into()
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        a * b
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let columns = words::tree_products(g, self.format, a, b);
        words::sum_dadda(g, columns)
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[]])
    }
}

register!(Dadda::PROVIDER);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circuit_equals_model() {
        for (n, m) in [(2, 2), (2, 5), (3, 3), (3, 5), (8, 8), (8, 4), (4, 7), (16, 16), (31, 32), (32, 2)] {
            for signed in [false, true] {
                let format = OperandFormat::new(n, m, signed).unwrap();
                check_structure(&*Dadda::PROVIDER.multiplier(format, &[]).unwrap(), 5_000).unwrap();
            }
        }
    }

    #[test]
    fn parameters_are_refused() {
        let error = Dadda::PROVIDER.multiplier(OperandFormat::signed(8, 8), &[1]).err().unwrap();
        assert_eq!(error.to_string(), "takes no parameters, got 1");
    }

    /// N^2 - 4N + 3 full adders and N - 1 half adders in the tree, and a final adder of 2N - 2 bits, whose lowest is
    /// a half adder: the counts that are known of Dadda's scheme, e.g. from W. J. Townsend, E. E. Swartzlander,
    /// J. A. Abraham, "A Comparison of Dadda and Wallace Multiplier Delays", Proc. SPIE 5205, 2003.
    #[test]
    fn the_tree_has_the_published_adders() {
        for n in [3, 4, 8, 12, 16, 24] {
            let counts = Dadda::PROVIDER
                .multiplier(OperandFormat::unsigned(n, n), &[])
                .unwrap()
                .structure()
                .unwrap()
                .netlist()
                .cell_counts();
            let n = usize::from(n);
            assert_eq!(counts.get(CellKind::And), n * n);
            assert_eq!(counts.get(CellKind::FullAdder), n * n + 3 - 4 * n + 2 * n - 3);
            assert_eq!(counts.get(CellKind::HalfAdder), n - 1 + 1);
        }
    }
}
