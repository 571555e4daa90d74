//! Literals: `12`, `8'hff`, `'b01`, `4'sd3`.

use super::super::MAX_WIDTH;
use super::super::lexer::{TokenKind, VerilogToken};
use super::super::syntax::VerilogNumber;
use super::VerilogParser;
use crate::{NetlistError, NetlistErrorKind};

/// The width of a number that has none written: what all tools take.
const UNSIZED: usize = 32;

impl<'a> VerilogParser<'a> {
    /// The literal that begins with `first`, a number or a base with digits.
    pub(super) fn number(&mut self, first: VerilogToken<'a>) -> Result<VerilogNumber, NetlistError> {
        if first.kind == TokenKind::Based {
            return self.based(first, None);
        }
        let bits = self.decimal(first, first.text)?;
        if self.current.kind == TokenKind::Based {
            let width =
                bits.iter().rev().fold(0usize, |n, &bit| n.saturating_mul(2).saturating_add(bit.into()));
            if width == 0 {
                let problem = NetlistErrorKind::expected("a width of at least one bit", first.quoted());
                return Err(self.error(problem, first));
            }
            if width > MAX_WIDTH {
                let what = format!("the number is {} bits wide", first.text);
                return Err(self
                    .error(NetlistErrorKind::TooLarge { what, limit: format!("{MAX_WIDTH} bits") }, first));
            }
            let digits = self.advance()?;
            return self.based(digits, Some(width));
        }
        // One more bit than it needs: it is signed.
        let width = UNSIZED.max(bits.len() + 1);
        Ok(VerilogNumber { bits: bits.into(), width, signed: true, sized: false })
    }

    /// `'hff` behind a width, if one is written.
    fn based(&self, token: VerilogToken<'a>, width: Option<usize>) -> Result<VerilogNumber, NetlistError> {
        let text = &token.text[1..];
        let (signed, text) = match text.strip_prefix(['s', 'S']) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (base, digits) = text.split_at(1);
        let digits = digits.trim_start();
        if digits.contains(['x', 'X', 'z', 'Z', '?']) {
            let what = format!("the digit x or z in {}", token.quoted());
            let advice = "a circuit here computes with 0 and 1: write the value that the bit shall have";
            return Err(self.error(NetlistErrorKind::unsupported(what, advice), token));
        }
        let bits = match base.to_ascii_lowercase().as_str() {
            "b" => self.digits(token, digits, 1)?,
            "o" => self.digits(token, digits, 3)?,
            "h" => self.digits(token, digits, 4)?,
            _ => self.decimal(token, digits)?,
        };
        if bits.len() > MAX_WIDTH {
            let what = format!("the number is {} bits wide", bits.len());
            return Err(
                self.error(NetlistErrorKind::TooLarge { what, limit: format!("{MAX_WIDTH} bits") }, token)
            );
        }
        match width {
            Some(width) if bits.len() > width => {
                let what = format!("the value {}", token.quoted());
                Err(self.error(NetlistErrorKind::Width { what, expected: width, got: bits.len() }, token))
            }
            Some(width) => Ok(VerilogNumber { bits: bits.into(), width, signed, sized: true }),
            None => {
                Ok(VerilogNumber { width: UNSIZED.max(bits.len()), bits: bits.into(), signed, sized: false })
            }
        }
    }

    /// Digits of `size` bits each.
    fn digits(&self, token: VerilogToken<'a>, text: &str, size: u32) -> Result<Vec<bool>, NetlistError> {
        let mut bits = Vec::with_capacity(text.len() * size as usize);
        for digit in text.chars().rev().filter(|&digit| digit != '_') {
            let Some(value) = digit.to_digit(1 << size) else {
                let base = ["", "binary", "", "octal", "hexadecimal"][size as usize];
                let problem = NetlistErrorKind::expected(format!("a {base} digit"), format!("'{digit}'"));
                return Err(self.error(problem, token));
            };
            bits.extend((0..size).map(|bit| value >> bit & 1 == 1));
        }
        Ok(trimmed(bits))
    }

    fn decimal(&self, token: VerilogToken<'a>, text: &str) -> Result<Vec<bool>, NetlistError> {
        let mut value = 0u128;
        for digit in text.chars().filter(|&digit| digit != '_') {
            let Some(digit) = digit.to_digit(10) else {
                let problem = NetlistErrorKind::expected("a decimal digit", format!("'{digit}'"));
                return Err(self.error(problem, token));
            };
            let next = value.checked_mul(10).and_then(|value| value.checked_add(digit.into()));
            let Some(next) = next else {
                let what = "a decimal number is longer than 128 bits".to_owned();
                return Err(self.error(
                    NetlistErrorKind::TooLarge { what, limit: "128 bits, or any in hexadecimal".into() },
                    token,
                ));
            };
            value = next;
        }
        Ok(trimmed((0..128).map(|bit| value >> bit & 1 == 1).collect()))
    }
}

/// Up to the highest bit that is set.
fn trimmed(mut bits: Vec<bool>) -> Vec<bool> {
    let length = bits.iter().rposition(|&bit| bit).map_or(0, |top| top + 1);
    bits.truncate(length);
    bits
}
