//! A table by columns: the products of each weight.

use std::ops::RangeInclusive;

use super::micro_kernel::{LutElement, WeightColumn};
use crate::lut::ProductSpan;
use axmul_metrics::ProductTable;

/// The products of a table as `offset + scale * element`.
#[derive(Debug)]
pub(crate) struct WeightColumns<E> {
    pub span: ProductSpan,
    /// By the weight's code and the activation's.
    columns: Vec<WeightColumn<E>>,
    signed: bool,
}

impl WeightColumns<i16> {
    /// Elements from -2^15; `None` if products span more than 16 bits.
    pub fn words(table: &ProductTable) -> Option<Self> {
        let span = ProductSpan::of(table);
        let span = ProductSpan { offset: span.offset + (span.scale << 15), ..span };
        let element = |product: i64| ((product - span.offset) / span.scale) as i16;
        (span.largest <= u16::MAX.into()).then(|| Self::new(table, span, element))
    }
}

impl WeightColumns<i32> {
    /// The products themselves.
    pub fn wide(table: &ProductTable) -> Self {
        let span = ProductSpan { offset: 0, scale: 1, ..ProductSpan::of(table) };
        Self::new(table, span, |product| product as i32)
    }
}

impl<E: LutElement> WeightColumns<E> {
    fn new(table: &ProductTable, span: ProductSpan, element: impl Fn(i64) -> E) -> Self {
        let mut columns = vec![[E::default(); 256]; 256];
        for ((a, b), &product) in table.format().operands().zip(table.products()) {
            columns[usize::from(b as u8)][usize::from(a as u8)] = element(product.into());
        }
        Self { span, columns, signed: table.format().is_signed() }
    }

    /// The products of one weight.
    pub fn of(&self, weight: u8) -> &WeightColumn<E> {
        &self.columns[usize::from(weight)]
    }

    /// The codes from the smallest to the largest of activations and padding, negative ones in a range of their own.
    pub fn occurring_codes(&self, activations: &[u8], pad_code: u8) -> Vec<RangeInclusive<u8>> {
        // Signed codes are in the order of their values once their top bit is flipped.
        let flip = if self.signed { 0x80 } else { 0 };
        // Two passes, because each vectorizes; one pass for both does not.
        let lowest = activations.iter().fold(pad_code ^ flip, |lowest, &code| lowest.min(code ^ flip));
        let highest = activations.iter().fold(pad_code ^ flip, |highest, &code| highest.max(code ^ flip));
        if lowest ^ flip <= highest ^ flip {
            vec![lowest ^ flip..=highest ^ flip]
        } else {
            vec![lowest ^ flip..=u8::MAX, 0..=highest ^ flip]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_metrics::OperandFormat;

    #[test]
    #[cfg_attr(miri, ignore = "safe code, slow under Miri")]
    fn codes_that_occur_are_found_by_value() {
        let occurring_codes = |format, codes: &[u8]| {
            WeightColumns::words(&ProductTable::exact(format).unwrap()).unwrap().occurring_codes(codes, 7)
        };
        let (signed, unsigned) = (OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8));
        assert_eq!(occurring_codes(unsigned, &[200, 3, 9]), [3..=200]);
        assert_eq!(occurring_codes(unsigned, &[]), [7..=7]);
        assert_eq!(occurring_codes(signed, &[100, 3, 9]), [3..=100]);
        assert_eq!(occurring_codes(signed, &[250, 3, 9]), [250..=255, 0..=9]);
        assert_eq!(occurring_codes(signed, &[128, 127]), [128..=255, 0..=127]);
    }
}
