//! Unsigned multipliers between a sign and a magnitude.

use crate::multiplier::{OperandFormat, Tabulated};

/// A multiplier that cannot be used between signs and magnitudes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("multiplier '{name}' is {format}; sign-magnitude needs an unsigned one of 8x8 bits")]
pub struct SignMagnitudeError {
    /// The multiplier.
    pub name: String,
    /// Its format.
    pub format: OperandFormat,
}

/// The signed multiplier sign(x) sign(w) mul(|x|, |w|), with sign(0) = +1, out of an unsigned one: it has the
/// same name and cost. The codes -127..127 never reach the magnitude 128 of -128.
pub fn sign_magnitude(unsigned: &Tabulated) -> Result<Tabulated, SignMagnitudeError> {
    let format = unsigned.format();
    if format != OperandFormat::unsigned(8, 8) {
        return Err(SignMagnitudeError { name: unsigned.name.clone(), format });
    }
    let table = unsigned.table.sign_magnitude().expect("an unsigned table");
    Ok(Tabulated { table, ..unsigned.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multiplier::{Cost, ProductTable, Provenance};

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
        let signed = sign_magnitude(&unsigned).unwrap();
        assert_eq!(signed.table.product(-3, 5), -(15 + 6 + 7));
        assert_eq!(signed.table.product(-3, -5), 15 + 6 + 7);
        assert_eq!(signed.table.product(0, 5), 7);
        assert_eq!(signed.table.product(0, -5), -7);
        assert_eq!(signed.table.product(-5, 0), -(10 + 7));
        assert!(sign_magnitude(&signed).unwrap_err().to_string().contains("8s"));
    }
}
