//! Operand formats: the widths of the two operands and their signedness.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Widths in bits of the operands (a, b) = (activation, weight), and whether both are two's complement.
///
/// Written `8s`, `8u`, or `8x4u` where the widths differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OperandFormat {
    width_a: u8,
    width_b: u8,
    signed: bool,
}

/// A format outside what axmul represents, or text that is not a format.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// An operand width outside [`OperandFormat::WIDTHS`].
    Width(u32),
    /// Unsigned operands whose product does not fit an `i64`.
    Product(u8, u8),
    /// Text that is not of the form `8s`, `8u` or `8x4u`.
    Text(String),
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Width(width) => write!(
                f,
                "an operand is {} to {} bits wide, not {width}",
                OperandFormat::WIDTHS.start(),
                OperandFormat::WIDTHS.end()
            ),
            Self::Product(a, b) => write!(
                f,
                "unsigned operands of {a} and {b} bits have a product of 64 bits, and axmul's go up to 63; \
                 make one operand narrower"
            ),
            Self::Text(text) => write!(f, "'{text}' is no operand format; write 8s, 8u or 8x4u"),
        }
    }
}

impl std::error::Error for FormatError {}

impl OperandFormat {
    /// The operand widths that axmul represents, in bits.
    pub const WIDTHS: RangeInclusive<u8> = 2..=32;

    /// A format of the given widths in bits. Products have to fit an `i64`, so 32x32 is signed only.
    pub fn new(width_a: u8, width_b: u8, signed: bool) -> Result<Self, FormatError> {
        for width in [width_a, width_b] {
            if !Self::WIDTHS.contains(&width) {
                return Err(FormatError::Width(width.into()));
            }
        }
        if !signed && width_a + width_b > 63 {
            return Err(FormatError::Product(width_a, width_b));
        }
        Ok(Self { width_a, width_b, signed })
    }

    /// Two's complement operands. Panics if a width lies outside [`Self::WIDTHS`].
    pub fn signed(width_a: u8, width_b: u8) -> Self {
        Self::new(width_a, width_b, true).expect("operand width")
    }

    /// Unsigned operands. Panics if a width lies outside [`Self::WIDTHS`].
    pub fn unsigned(width_a: u8, width_b: u8) -> Self {
        Self::new(width_a, width_b, false).expect("operand width")
    }

    /// Width of the first operand, the activation, in bits.
    pub fn width_a(self) -> u8 {
        self.width_a
    }

    /// Width of the second operand, the weight, in bits.
    pub fn width_b(self) -> u8 {
        self.width_b
    }

    /// Whether operands and product are two's complement.
    pub fn is_signed(self) -> bool {
        self.signed
    }

    /// Width of the product in bits: the sum of the operand widths.
    pub fn product_width(self) -> u8 {
        self.width_a + self.width_b
    }

    /// All values of the first operand.
    pub fn range_a(self) -> RangeInclusive<i64> {
        range(self.width_a, self.signed)
    }

    /// All values of the second operand.
    pub fn range_b(self) -> RangeInclusive<i64> {
        range(self.width_b, self.signed)
    }

    /// The number of operand pairs.
    pub fn pairs(self) -> u128 {
        1 << self.product_width()
    }

    /// All operand pairs, the first operand in the outer loop: the order of every table of axmul.
    pub fn operands(self) -> impl Iterator<Item = (i64, i64)> {
        self.range_a().flat_map(move |a| self.range_b().map(move |b| (a, b)))
    }

    /// The 49 operand pairs where multipliers go wrong most often: all combinations of the ends of both ranges, their
    /// neighbors and -1, 0 and 1. Where a range lacks one of these, its nearest value stands in, so pairs may repeat.
    pub fn corner_pairs(self) -> impl Iterator<Item = (i64, i64)> {
        let (of_a, of_b) = (corners(self.range_a()), corners(self.range_b()));
        of_a.into_iter().flat_map(move |a| of_b.map(|b| (a, b)))
    }

    /// The value of the lowest `n + m` bits of `product`, read with this format's signedness: what is left of
    /// a number on a product bus of this format.
    pub fn wrap(self, product: i64) -> i64 {
        let unused = 64 - u32::from(self.product_width());
        if self.signed { product << unused >> unused } else { ((product as u64) << unused >> unused) as i64 }
    }
}

fn range(width: u8, signed: bool) -> RangeInclusive<i64> {
    if signed { -(1 << (width - 1))..=(1 << (width - 1)) - 1 } else { 0..=(1 << width) - 1 }
}

fn corners(range: RangeInclusive<i64>) -> [i64; 7] {
    let (low, high) = range.into_inner();
    [low, low + 1, high - 1, high, -1, 0, 1].map(|value| value.clamp(low, high))
}

impl fmt::Display for OperandFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.signed { 's' } else { 'u' };
        if self.width_a == self.width_b {
            write!(f, "{}{sign}", self.width_a)
        } else {
            write!(f, "{}x{}{sign}", self.width_a, self.width_b)
        }
    }
}

impl FromStr for OperandFormat {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        let malformed = || FormatError::Text(text.to_owned());
        let (widths, signed) = match (text.strip_suffix('s'), text.strip_suffix('u')) {
            (Some(widths), _) => (widths, true),
            (_, Some(widths)) => (widths, false),
            _ => return Err(malformed()),
        };
        let (a, b) = widths.split_once('x').unwrap_or((widths, widths));
        let width = |digits: &str| {
            if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|c| c.is_ascii_digit()) {
                return Err(malformed());
            }
            let width: u32 = digits.parse().map_err(|_| malformed())?;
            u8::try_from(width).map_err(|_| FormatError::Width(width))
        };
        Self::new(width(a)?, width(b)?, signed)
    }
}

impl TryFrom<String> for OperandFormat {
    type Error = FormatError;

    fn try_from(text: String) -> Result<Self, FormatError> {
        text.parse()
    }
}

impl From<OperandFormat> for String {
    fn from(format: OperandFormat) -> Self {
        format.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        for text in ["8s", "8u", "8x4u", "2x16s", "32s", "32x31u"] {
            assert_eq!(text.parse::<OperandFormat>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "s", "8", "8x", "x8u", "1s", "33u", "32u", "8x8x8s", "+8s", "9999u"] {
            assert!(text.parse::<OperandFormat>().is_err(), "{text}");
        }
    }

    #[test]
    fn wrapping_reads_the_product_bus() {
        assert_eq!(OperandFormat::signed(8, 8).wrap(40_000), 40_000 - 65_536);
        assert_eq!(OperandFormat::unsigned(8, 8).wrap(-1), 65_535);
        assert_eq!(OperandFormat::unsigned(4, 2).wrap(64), 0);
    }

    #[test]
    fn operands_cover_both_ranges_in_table_order() {
        let all: Vec<_> = OperandFormat::signed(2, 3).operands().collect();
        assert_eq!(all.len(), 32);
        assert_eq!((all[0], all[1], all[31]), ((-2, -4), (-2, -3), (1, 3)));
    }

    #[test]
    fn corners_are_the_ends_and_what_is_around_zero_in_every_combination() {
        let pairs: Vec<_> = OperandFormat::signed(20, 8).corner_pairs().collect();
        assert_eq!(pairs.len(), 49);
        let of_b = [-128, -127, 126, 127, -1, 0, 1];
        for (row, a) in pairs.chunks(7).zip([-524_288, -524_287, 524_286, 524_287, -1, 0, 1]) {
            assert_eq!(row, of_b.map(|b| (a, b)));
        }
    }

    #[test]
    fn corners_lie_within_the_operand_ranges() {
        for format in ["2s", "2u", "2x3s", "32x2u", "32s", "32x31u"] {
            let format: OperandFormat = format.parse().unwrap();
            let inside = |(a, b)| format.range_a().contains(&a) && format.range_b().contains(&b);
            assert!(format.corner_pairs().all(inside), "{format}");
        }
        let of_b = OperandFormat::unsigned(4, 4).corner_pairs().take(7).map(|(_, b)| b);
        assert!(of_b.eq([0, 1, 14, 15, 0, 0, 1]));
    }
}
