//! A table by columns: what a weight makes of each activation.

use std::ops::RangeInclusive;

use super::super::Span;
use super::add::{Column, Element};
use axmul_metrics::ProductTable;

/// The products of a table as `offset + scale * element`.
#[derive(Debug)]
pub(super) struct Columns<E> {
    pub span: Span,
    /// By the weight's code and the activation's.
    columns: Vec<Column<E>>,
    signed: bool,
}

impl Columns<i16> {
    /// Elements from -2^15 on; `None` where products span more than 16 bits.
    pub fn words(table: &ProductTable) -> Option<Self> {
        let span = Span::of(table);
        let span = Span { offset: span.offset + (span.scale << 15), ..span };
        let element = |product: i64| ((product - span.offset) / span.scale) as i16;
        (span.largest <= u16::MAX.into()).then(|| Self::new(table, span, element))
    }
}

impl Columns<i32> {
    /// The products themselves.
    pub fn wide(table: &ProductTable) -> Self {
        let span = Span { offset: 0, scale: 1, ..Span::of(table) };
        Self::new(table, span, |product| product as i32)
    }
}

impl<E: Element> Columns<E> {
    fn new(table: &ProductTable, span: Span, element: impl Fn(i64) -> E) -> Self {
        let mut columns = vec![[E::default(); 256]; 256];
        for ((a, b), &product) in table.format().operands().zip(table.products()) {
            columns[usize::from(b as u8)][usize::from(a as u8)] = element(product.into());
        }
        Self { span, columns, signed: table.format().is_signed() }
    }

    /// What a weight makes of each activation.
    pub fn of(&self, weight: u8) -> &Column<E> {
        &self.columns[usize::from(weight)]
    }

    /// The codes from the least to the greatest of activations and padding: one range, or that of the negative ones
    /// apart.
    pub fn occurring(&self, activations: &[u8], pad_code: u8) -> Vec<RangeInclusive<u8>> {
        // The order of the values is that of the codes with their top bit changed where they are signed.
        let flip = if self.signed { 0x80 } else { 0 };
        // Two passes, each of which becomes vectors; one for both does not.
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
    #[cfg_attr(miri, ignore = "safe, and slow there")]
    fn codes_that_occur_are_found_by_value() {
        let occurring = |format, codes: &[u8]| {
            Columns::words(&ProductTable::exact(format).unwrap()).unwrap().occurring(codes, 7)
        };
        let (signed, unsigned) = (OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8));
        assert_eq!(occurring(unsigned, &[200, 3, 9]), [3..=200]);
        assert_eq!(occurring(unsigned, &[]), [7..=7]);
        assert_eq!(occurring(signed, &[100, 3, 9]), [3..=100]);
        assert_eq!(occurring(signed, &[250, 3, 9]), [250..=255, 0..=9]);
        assert_eq!(occurring(signed, &[128, 127]), [128..=255, 0..=127]);
    }
}
