//! Operators on words of equal width.

use axmul_api::{Gates, OperandFormat, words};

use super::super::YOSYS;
use super::super::syntax::{Binary, VerilogExpression};
use super::scope::VerilogScope;
use super::{Elaborator, Folding};
use crate::{Net, NetlistError, NetlistErrorKind};

/// The most partial products of one multiplication.
const MAX_PARTIAL_PRODUCTS: usize = 1 << 16;

impl<'a> Elaborator<'a> {
    /// `left operator term` in the width of `left`.
    pub(super) fn operation(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        left: Vec<Net>,
        operator: Binary,
        term: &'a VerilogExpression<'a>,
        signed: bool,
    ) -> Result<Vec<Net>, NetlistError> {
        let width = left.len();
        let g = |elaborator: &mut Self, gate: fn(&mut Folding, Net, Net) -> Net, right: Vec<Net>| {
            left.iter().zip(right).map(|(&x, y)| gate(&mut elaborator.g, x, y)).collect()
        };
        match operator {
            Binary::ShiftLeft | Binary::ShiftRight | Binary::ArithmeticRight => {
                let amount = self.value(scope, term)?.bits;
                let fill = match left.last() {
                    Some(&top) if operator == Binary::ArithmeticRight && signed => top,
                    _ => self.g.zero(),
                };
                let mut bits = left;
                if operator == Binary::ShiftLeft {
                    bits.reverse();
                }
                let mut shifted = shift_right(&mut self.g, &bits, &amount, fill);
                if operator == Binary::ShiftLeft {
                    shifted.reverse();
                }
                return Ok(shifted);
            }
            Binary::Power => {
                let exponent = self.count(scope, term, "the exponent of a power")?;
                return self.power(left, exponent, term);
            }
            _ => {}
        }
        let right = self.build(scope, term, width, signed)?;
        Ok(match operator {
            Binary::And => g(self, Folding::and, right),
            Binary::Or => g(self, Folding::or, right),
            Binary::Xor => g(self, Folding::xor, right),
            Binary::Xnor => g(self, Folding::xnor, right),
            Binary::Add => {
                let zero = self.g.zero();
                let mut sum = words::add(&mut self.g, &left, &right, zero);
                sum.truncate(width);
                sum
            }
            Binary::Subtract => {
                let mut difference = subtract(&mut self.g, &left, &right);
                difference.truncate(width);
                difference
            }
            Binary::Multiply => self.product(&left, &right, term)?,
            _ => self.quotient(&left, operator, &right, signed, term)?,
        })
    }

    fn product(
        &mut self,
        a: &[Net],
        b: &[Net],
        term: &'a VerilogExpression<'a>,
    ) -> Result<Vec<Net>, NetlistError> {
        let (zero, width) = (self.g.zero(), a.len());
        let (a, b) = (trimmed(a), trimmed(b));
        let products = a.len() * b.len();
        if products > MAX_PARTIAL_PRODUCTS {
            let what = format!("a product of {} by {} bits", a.len(), b.len());
            let limit = format!("{MAX_PARTIAL_PRODUCTS} partial products");
            return Err(self.too_large(what, limit, term.spot));
        }
        // Every round of the reduction moves what is left of the partial products.
        self.spend(products * a.len().max(b.len()) / 2, term.spot)?;
        let g = &mut self.g;
        // Modulo 2^width, the highest bit of an operand of full width counts the same with either sign.
        let is_unsigned = |bits: &[Net]| bits.len() == width || bits.last() == Some(&zero);
        let signed = !(is_unsigned(a) && is_unsigned(b));
        let mut columns = if signed {
            words::partial_products(g, OperandFormat::signed(8, 8), a, b, |_, _| true)
        } else {
            let plain = |bits: &'_ [Net]| match bits.split_last() {
                Some((top, rest)) if *top == zero => rest.to_vec(),
                _ => bits.to_vec(),
            };
            words::partial_products(g, OperandFormat::unsigned(8, 8), &plain(a), &plain(b), |_, _| true)
        };
        columns.truncate(width);
        let mut bits = words::sum_columns(g, columns);
        let top = bits.last().copied().filter(|_| signed).unwrap_or(zero);
        bits.resize(width, top);
        Ok(bits)
    }

    fn power(
        &mut self,
        base: Vec<Net>,
        exponent: usize,
        term: &'a VerilogExpression<'a>,
    ) -> Result<Vec<Net>, NetlistError> {
        let mut result = words::constant(&mut self.g, 1, base.len());
        let mut square = base;
        let mut rest = exponent;
        while rest > 0 {
            if rest & 1 == 1 {
                result = self.product(&result, &square, term)?;
            }
            rest >>= 1;
            if rest > 0 {
                square = self.product(&square, &square, term)?;
            }
        }
        Ok(result)
    }

    /// Division and remainder, of constants only.
    fn quotient(
        &mut self,
        a: &[Net],
        operator: Binary,
        b: &[Net],
        signed: bool,
        term: &'a VerilogExpression<'a>,
    ) -> Result<Vec<Net>, NetlistError> {
        let (Some(x), Some(y)) = (self.number(a, signed), self.number(b, signed)) else {
            let what = "division of anything but constants of up to 64 bits";
            return Err(self.error(NetlistErrorKind::unsupported(what, YOSYS), term.spot));
        };
        let result = if operator == Binary::Divide { x.checked_div(y) } else { x.checked_rem(y) };
        let Some(result) = result else {
            let message = "division by zero; check the parameters".to_owned();
            return Err(self.error(NetlistErrorKind::Other(message), term.spot));
        };
        let bit = |i: usize| if result >> i.min(127) & 1 == 1 { self.g.one() } else { self.g.zero() };
        Ok((0..a.len()).map(bit).collect())
    }

    /// The number that constant bits are; `None` where they are not, or are too many.
    fn number(&self, bits: &[Net], signed: bool) -> Option<i128> {
        let negative = signed && bits.last() == Some(&self.g.one());
        if bits.len() > 64 {
            return None;
        }
        let start = if negative { -1 } else { 0 };
        let known: Option<Vec<bool>> = bits.iter().map(|&bit| self.g.known(bit)).collect();
        Some(known?.iter().rev().fold(start, |value, &bit| value << 1 | i128::from(bit)))
    }
}

/// A word without what repeats its sign: at least one bit of it, the sign, unless it is empty.
fn trimmed(bits: &[Net]) -> &[Net] {
    let Some((&top, below)) = bits.split_last() else { return bits };
    let same = below.iter().rev().take_while(|&&bit| bit == top).count();
    &bits[..bits.len() - same]
}

/// `a - b`, and above it whether a is not below b, as unsigned words of one width.
fn subtract(g: &mut Folding, a: &[Net], b: &[Net]) -> Vec<Net> {
    let inverted: Vec<Net> = b.iter().map(|&bit| g.not(bit)).collect();
    let one = g.one();
    words::add(g, a, &inverted, one)
}

/// Whether `a operator b` holds for words of one width.
pub(super) fn compare(g: &mut Folding, operator: Binary, a: &[Net], b: &[Net], signed: bool) -> Net {
    if matches!(operator, Binary::Equal | Binary::Unequal) {
        let mut equal = g.one();
        for (&x, &y) in a.iter().zip(b) {
            let same = g.xnor(x, y);
            equal = g.and(equal, same);
        }
        return if operator == Binary::Equal { equal } else { g.not(equal) };
    }
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    if signed {
        // With their signs inverted, signed words are in the order of unsigned ones.
        for word in [&mut a, &mut b] {
            if let Some(top) = word.last_mut() {
                *top = g.not(*top);
            }
        }
    }
    if matches!(operator, Binary::LessEqual | Binary::Greater) {
        std::mem::swap(&mut a, &mut b);
    }
    // Now the question is whether a < b or not.
    let difference = subtract(g, &a, &b);
    let at_least = difference.last().copied().unwrap_or(g.one());
    if matches!(operator, Binary::Less | Binary::Greater) { g.not(at_least) } else { at_least }
}

/// `bits >> amount`, with `fill` coming in from above.
pub(super) fn shift_right(g: &mut Folding, bits: &[Net], amount: &[Net], fill: Net) -> Vec<Net> {
    let stages = (usize::BITS - bits.len().saturating_sub(1).leading_zeros()) as usize;
    let (low, high) = amount.split_at(amount.len().min(stages));
    let mut shifted = bits.to_vec();
    for (stage, &select) in low.iter().enumerate() {
        let moved: Vec<Net> =
            (0..bits.len()).map(|i| shifted.get(i + (1 << stage)).copied().unwrap_or(fill)).collect();
        shifted = words::mux(g, select, &moved, &shifted);
    }
    let beyond = words::any(g, high);
    shifted.into_iter().map(|bit| g.mux(beyond, fill, bit)).collect()
}
