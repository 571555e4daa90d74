//! C signatures of plain multiplier functions, as EvoApproxLib and hand-written models declare them.

use std::fmt;
use std::str::FromStr;

use axmul_api::OperandFormat;
use serde::{Deserialize, Serialize};

/// A C integer type of fixed width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CType {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
}

impl CType {
    /// All types.
    pub const ALL: [Self; 8] =
        [Self::U8, Self::I8, Self::U16, Self::I16, Self::U32, Self::I32, Self::U64, Self::I64];

    /// Width in bits.
    pub fn bits(self) -> u8 {
        match self {
            Self::U8 | Self::I8 => 8,
            Self::U16 | Self::I16 => 16,
            Self::U32 | Self::I32 => 32,
            Self::U64 | Self::I64 => 64,
        }
    }

    /// Whether the type is two's complement.
    pub fn is_signed(self) -> bool {
        matches!(self, Self::I8 | Self::I16 | Self::I32 | Self::I64)
    }

    /// The narrowest type for a number of `bits` bits, at most 64.
    pub fn fitting(bits: u8, signed: bool) -> Self {
        Self::ALL
            .into_iter()
            .find(|kind| kind.is_signed() == signed && kind.bits() >= bits)
            .expect("at most 64 bits")
    }

    /// The name in `<stdint.h>`.
    pub fn c_name(self) -> &'static str {
        match self {
            Self::U8 => "uint8_t",
            Self::I8 => "int8_t",
            Self::U16 => "uint16_t",
            Self::I16 => "int16_t",
            Self::U32 => "uint32_t",
            Self::I32 => "int32_t",
            Self::U64 => "uint64_t",
            Self::I64 => "int64_t",
        }
    }
}

impl fmt::Display for CType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.is_signed() { 'i' } else { 'u' }, self.bits())
    }
}

/// Result and operand types of a function `result f(a, b)`.
///
/// Written `u16(u8,u8)`. Read also as `uint16_t(uint8_t, uint8_t)` and as a whole prototype,
/// `uint16_t mul8u_125K(uint8_t A, uint8_t B)`, whose names are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Signature {
    /// The type of the product.
    pub result: CType,
    /// The type of the first operand, the activation.
    pub a: CType,
    /// The type of the second operand, the weight.
    pub b: CType,
}

/// Text that is no [`Signature`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no C signature that axmul can call; write the result and the two operands as u16(u8,u8) or \
     uint16_t(uint8_t, uint8_t), of 8, 16, 32 or 64 bits"
)]
pub struct SignatureError(pub String);

impl Signature {
    /// The smallest types that hold operands and product, of the format's signedness: how EvoApproxLib declares
    /// most of its models.
    pub fn smallest(format: OperandFormat) -> Self {
        let fitting = |bits| CType::fitting(bits, format.is_signed());
        Self {
            result: fitting(format.product_width()),
            a: fitting(format.width_a()),
            b: fitting(format.width_b()),
        }
    }

    /// The operand format whose operands fill the operand types, where there is one.
    pub fn operand_format(self) -> Option<OperandFormat> {
        if self.a.is_signed() != self.b.is_signed() {
            return None;
        }
        OperandFormat::new(self.a.bits(), self.b.bits(), self.a.is_signed()).ok()
    }

    /// Whether the types are wide enough for operands and products of `format`.
    pub fn holds(self, format: OperandFormat) -> bool {
        self.a.bits() >= format.width_a()
            && self.b.bits() >= format.width_b()
            && self.result.bits() >= format.product_width()
    }

    /// The C spelling, `uint16_t(uint8_t, uint8_t)`.
    pub fn to_c(self) -> String {
        format!("{}({}, {})", self.result.c_name(), self.a.c_name(), self.b.c_name())
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({},{})", self.result, self.a, self.b)
    }
}

impl FromStr for Signature {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let parse = || {
            let (result, operands) = text.trim().trim_end_matches(';').trim_end().split_once('(')?;
            let (a, b) = operands.strip_suffix(')')?.split_once(',')?;
            Some(Self { result: declared_type(result)?, a: declared_type(a)?, b: declared_type(b)? })
        };
        parse().ok_or_else(|| SignatureError(text.to_owned()))
    }
}

/// The type of `uint8_t`, `u8`, `const uint8_t A`.
fn declared_type(declaration: &str) -> Option<CType> {
    let mut words = declaration.split_whitespace().filter(|&word| word != "const");
    let kind = words.next()?;
    let mut name = words.next().unwrap_or_default().chars();
    if words.next().is_some() || !name.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    CType::ALL.into_iter().find(|known| known.c_name() == kind || known.to_string() == kind)
}

impl TryFrom<String> for Signature {
    type Error = SignatureError;

    fn try_from(text: String) -> Result<Self, SignatureError> {
        text.parse()
    }
}

impl From<Signature> for String {
    fn from(signature: Signature) -> Self {
        signature.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_reads_as_the_same_signature() {
        for text in [
            "u16(u8,u8)",
            " uint16_t(uint8_t, uint8_t) ",
            "uint16_t mul8u_125K(uint8_t A, const uint8_t B);",
            "uint16_t ( u8 , uint8_t )",
        ] {
            let signature: Signature = text.parse().unwrap();
            assert_eq!(signature.to_string(), "u16(u8,u8)", "{text}");
            assert_eq!(signature.to_c(), "uint16_t(uint8_t, uint8_t)");
        }
    }

    #[test]
    fn every_signature_round_trips() {
        for (result, a, b) in CType::ALL
            .into_iter()
            .flat_map(|r| CType::ALL.into_iter().flat_map(move |a| CType::ALL.map(|b| (r, a, b))))
        {
            let signature = Signature { result, a, b };
            assert_eq!(signature.to_string().parse(), Ok(signature));
            assert_eq!(signature.to_c().parse(), Ok(signature));
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "u16",
            "u16(u8)",
            "u16(u8,u8,u8)",
            "u16(u8,u8",
            "u12(u8,u8)",
            "double(double,double)",
            "uint16_t f(uint8_t *a, uint8_t b)",
            "u16(u8,u8)x",
            "(u8,u8)",
            "unsigned long f(u8,u8)",
        ] {
            assert_eq!(text.parse::<Signature>(), Err(SignatureError(text.to_owned())));
        }
    }

    #[test]
    fn smallest_types_are_those_of_evoapproxlib() {
        for (format, c) in [
            ("8s", "int16_t(int8_t, int8_t)"),
            ("8u", "uint16_t(uint8_t, uint8_t)"),
            ("8x4u", "uint16_t(uint8_t, uint8_t)"),
            ("12u", "uint32_t(uint16_t, uint16_t)"),
            ("16s", "int32_t(int16_t, int16_t)"),
        ] {
            let format = format.parse().unwrap();
            assert_eq!(Signature::smallest(format).to_c(), c);
            assert!(Signature::smallest(format).holds(format));
        }
        assert!(!"u16(u8,u8)".parse::<Signature>().unwrap().holds(OperandFormat::unsigned(9, 4)));
        assert!(!"u8(u8,u8)".parse::<Signature>().unwrap().holds(OperandFormat::unsigned(8, 8)));
    }
}
