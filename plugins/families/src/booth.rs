//! Exact multipliers with radix-4 modified Booth encoding: O. L. MacSorley, "High-Speed Arithmetic in Binary
//! Computers", Proc. IRE 49(1), 1961, pp. 67-91.
//!
//! Each two bits of b choose one of -2, -1, 0, 1, 2 times a, so that half as many rows are summed, here by a Dadda
//! tree and a ripple-carry adder ([`words::booth_columns`], [`words::sum_dadda`]). The encoding is one of signed
//! numbers; unsigned operands are read as signed ones with zeros on top, which takes a row more where the width
//! of b is even.

use axmul_api::*;

/// An exact multiplier with Booth encoding.
struct Booth {
    format: OperandFormat,
}

impl Family<0> for Booth {
    const NAME: &str = "booth";
    const SUMMARY: &str = "exact multiplier with radix-4 modified Booth encoding";
    const CITATION: &str =
        "O. L. MacSorley, High-Speed Arithmetic in Binary Computers, Proc. IRE 49(1), 1961, pp. 67-91";
    const PARAMETERS: [Parameter; 0] = [];

    fn member(format: OperandFormat, []: [u32; 0]) -> Result<Self, ProviderError> {
        Ok(Self { format })
    }

    fn documentation(&self) -> String {
        "Exact multiplier with radix-4 modified Booth encoding, a Dadda tree and a ripple-carry final adder."
            .into()
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        a * b
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let exact =
            |g: &mut G, code: [G::Bit; 3], pair: [G::Bit; 2], _: usize| words::booth_bit(g, code, pair);
        let columns = words::booth_columns(g, self.format, a, b, exact, |_| true);
        words::sum_dadda(g, columns)
    }

    fn variants() -> Vec<Variant> {
        Variant::of_8x8([[]])
    }
}

register!(Booth::PROVIDER);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circuit_equals_model() {
        for (n, m) in [(2, 2), (2, 5), (3, 3), (3, 5), (8, 8), (8, 4), (4, 7), (16, 16), (31, 32), (32, 2)] {
            for signed in [false, true] {
                let format = OperandFormat::new(n, m, signed).unwrap();
                check_structure(&*Booth::PROVIDER.multiplier(format, &[]).unwrap(), 5_000).unwrap();
            }
        }
    }

    #[test]
    fn parameters_are_refused() {
        let error = Booth::PROVIDER.multiplier(OperandFormat::signed(8, 8), &[1]).err().unwrap();
        assert_eq!(error.to_string(), "takes no parameters, got 1");
    }

    /// For 8 bits four rows of signed operands and five of unsigned ones, all of which meet in column 8.
    #[test]
    fn it_has_half_as_many_rows() {
        for (format, rows) in [(OperandFormat::signed(8, 8), 4), (OperandFormat::unsigned(8, 8), 5)] {
            let columns = words::booth_columns(
                &mut Bits,
                format,
                &[true; 8],
                &[true; 8],
                |_, _, _, c| c % 2 == 0,
                |_| false,
            );
            // Bits of column 8, without the constant of signed operands there.
            let constant = usize::from(format.is_signed());
            assert_eq!(columns[8].len() - constant, rows);
        }
    }
}
