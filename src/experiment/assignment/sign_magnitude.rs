//! Unsigned multipliers between a sign and a magnitude.

use axmul_metrics::{OperandFormat, Tabulated};

/// A multiplier that cannot be used between signs and magnitudes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("multiplier '{name}' is {format}; sign-magnitude needs an unsigned one, {wanted}")]
pub struct SignMagnitudeError {
    /// The multiplier.
    pub name: String,
    /// Its format.
    pub format: OperandFormat,
    /// The format that is needed.
    pub wanted: OperandFormat,
}

/// The signed multiplier sign(x) sign(w) mul(|x|, |w|), with sign(0) = +1, out of an unsigned one: it has the
/// same name and cost. Codes -127..127 never reach the magnitude 128 of -128; nor do weights of N bits, whose
/// codes -(2^(N-1) - 1)..2^(N-1) - 1 have magnitudes of N - 1 bits, that of -2^(N-1).
///
/// `wanted` is the format of the unsigned multiplier, 8 bits by those of a weight.
pub fn sign_magnitude(unsigned: &Tabulated, wanted: OperandFormat) -> Result<Tabulated, SignMagnitudeError> {
    let format = unsigned.format();
    let table = (format == wanted).then(|| unsigned.table.sign_magnitude()).flatten();
    match table {
        Some(table) => Ok(Tabulated { table, ..unsigned.clone() }),
        None => Err(SignMagnitudeError { name: unsigned.name.clone(), format, wanted }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_metrics::{Cost, ProductTable, Provenance};

    #[test]
    fn signs_multiply_beside_the_table() {
        let format = OperandFormat::unsigned(8, 8);
        // Neither commutes nor vanishes at 0.
        let products = format.operands().map(|(a, b)| (a * b + 2 * a + 7) as i32).collect();
        let unsigned = Tabulated {
            name: "odd".into(),
            provider: "test".into(),
            table: ProductTable::new(format, products).unwrap(),
            cost: Cost::default(),
            provenance: Provenance::default(),
        };
        let signed = sign_magnitude(&unsigned, format).unwrap();
        assert_eq!(signed.table.product(-3, 5), -(15 + 6 + 7));
        assert_eq!(signed.table.product(-3, -5), 15 + 6 + 7);
        assert_eq!(signed.table.product(0, 5), 7);
        assert_eq!(signed.table.product(0, -5), -7);
        assert_eq!(signed.table.product(-5, 0), -(10 + 7));
        assert_eq!(
            sign_magnitude(&signed, format).unwrap_err().to_string(),
            "multiplier 'odd' is 8s; sign-magnitude needs an unsigned one, 8u"
        );
    }

    #[test]
    fn narrow_weights_need_narrow_multipliers() {
        let format = OperandFormat::unsigned(8, 4);
        let unsigned = Tabulated {
            name: "narrow".into(),
            provider: "test".into(),
            table: ProductTable::new(format, format.operands().map(|(a, b)| (a * b + b) as i32).collect())
                .unwrap(),
            cost: Cost::default(),
            provenance: Provenance::default(),
        };
        let signed = sign_magnitude(&unsigned, format).unwrap();
        assert_eq!(signed.format(), OperandFormat::signed(8, 4));
        assert_eq!((signed.table.product(-3, 5), signed.table.product(-127, -7)), (-20, 127 * 7 + 7));
        assert_eq!(
            sign_magnitude(&unsigned, OperandFormat::unsigned(8, 3)).unwrap_err().to_string(),
            "multiplier 'narrow' is 8x4u; sign-magnitude needs an unsigned one, 8x3u"
        );
    }
}
