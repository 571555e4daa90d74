//! A position in a text, which knows its line and column.

use super::super::syntax::Spot;
use super::TokenKind;
use crate::SourceText;

pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    pub spot: Spot,
    /// The text of a macro: all of it stands where the macro is used.
    fixed: bool,
    /// Columns count characters; in a text that is not UTF-8, bytes.
    utf8: bool,
}

impl<'a> Cursor<'a> {
    /// The start of a source.
    pub fn of_source(sources: &'a [SourceText], source: usize) -> Self {
        let bytes = &*sources[source].bytes;
        let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let spot = Spot { source: source as u32, line: 1, column: 1 };
        Self { bytes, at: start, spot, fixed: false, utf8: std::str::from_utf8(bytes).is_ok() }
    }

    /// The text of a macro that is used at `spot`.
    pub fn of_macro(bytes: &'a [u8], spot: Spot) -> Self {
        Self { bytes, at: 0, spot, fixed: true, utf8: true }
    }

    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    pub fn starts_with(&self, text: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(text)
    }

    pub fn advance(&mut self, count: usize) {
        let end = self.bytes.len().min(self.at + count);
        if !self.fixed {
            for &byte in &self.bytes[self.at..end] {
                if byte == b'\n' {
                    self.spot.line += 1;
                    self.spot.column = 1;
                } else if !self.utf8 || byte & 0xc0 != 0x80 {
                    self.spot.column += 1;
                }
            }
        }
        self.at = end;
    }

    /// The bytes from here to `end` steps ahead.
    pub fn take_bytes(&mut self, count: usize) -> &'a [u8] {
        let start = self.at;
        self.advance(count);
        &self.bytes[start..self.at]
    }

    /// Like [`Self::take_bytes`], as text; empty where it is none.
    pub fn take(&mut self, count: usize) -> &'a str {
        std::str::from_utf8(self.take_bytes(count)).unwrap_or_default()
    }

    pub fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let rest = &self.bytes[self.at..];
        self.take(rest.iter().position(|&byte| !wanted(byte)).unwrap_or(rest.len()))
    }

    pub fn skip_blanks(&mut self) {
        self.take_while(|byte| byte == b' ' || byte == b'\t');
    }

    pub fn skip_line_comment(&mut self) {
        self.take_while(|byte| byte != b'\n');
    }

    fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let rest = self.bytes.get(self.at + from..)?;
        rest.windows(text.len()).position(|window| window == text).map(|at| at + from)
    }

    /// Whether there is an end to it.
    pub fn skip_block_comment(&mut self) -> bool {
        let end = self.find(b"*/", 2);
        self.advance(end.map_or(usize::MAX - self.at, |end| end + 2));
        end.is_some()
    }

    /// Whether `(* attribute *)` begins here, and not the `(*)` of an `always`.
    pub fn at_attribute(&self) -> bool {
        let after = || self.bytes[self.at + 2..].iter().find(|byte| !byte.is_ascii_whitespace());
        self.starts_with(b"(*") && after() != Some(&b')')
    }

    /// Whether there is an end to it. Strings within may hold `*)`.
    pub fn skip_attribute(&mut self) -> bool {
        self.advance(2);
        while let Some(byte) = self.byte(0) {
            if self.starts_with(b"*)") {
                self.advance(2);
                return true;
            }
            let length = if byte == b'"' { self.string().0 } else { 1 };
            self.advance(length);
        }
        false
    }

    /// Whether a backslash here only joins two lines of a macro.
    pub fn continues_line(&self) -> bool {
        self.fixed && matches!(self.byte(1), Some(b'\n' | b'\r'))
    }

    pub fn take_number(&mut self) -> (TokenKind, &'a str) {
        let digits = |rest: &[u8]| rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
        let rest = &self.bytes[self.at..];
        let mut length = digits(rest);
        let mut kind = TokenKind::Number;
        if rest.get(length) == Some(&b'.') && rest.get(length + 1).is_some_and(u8::is_ascii_digit) {
            length += 1 + digits(&rest[length + 1..]);
            kind = TokenKind::Real;
        }
        if matches!(rest.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(rest.get(length + 1), Some(b'+' | b'-')));
            let exponent = digits(&rest[rest.len().min(length + 1 + sign)..]);
            if exponent > 0 {
                length += 1 + sign + exponent;
                kind = TokenKind::Real;
            }
        }
        (kind, self.take(length))
    }

    /// `'sd 12`: apostrophe, sign, base, blanks, digits.
    pub fn take_based(&mut self) -> Option<&'a str> {
        let rest = &self.bytes[self.at..];
        let mut length = 1 + usize::from(matches!(rest.get(1), Some(b's' | b'S')));
        if !matches!(rest.get(length)?.to_ascii_lowercase(), b'b' | b'o' | b'd' | b'h') {
            return None;
        }
        length += 1;
        length += rest[length..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let is_digit = |byte: &&u8| byte.is_ascii_hexdigit() || b"xXzZ?_".contains(byte);
        let digits = rest[length..].iter().take_while(is_digit).count();
        (digits > 0).then(|| self.take(length + digits))
    }

    /// The length of the string that begins here, quotes included, or of what stands before the end of its line;
    /// and whether it ends with a quote.
    fn string(&self) -> (usize, bool) {
        let rest = &self.bytes[self.at..];
        let mut escaped = false;
        for (at, &byte) in rest.iter().enumerate().skip(1) {
            match byte {
                b'\n' if !escaped => return (at, false),
                b'"' if !escaped => return (at + 1, true),
                _ => escaped = byte == b'\\' && !escaped,
            }
        }
        (rest.len(), false)
    }

    /// A string with its quotes; `None` where it does not end on its line.
    pub fn take_string(&mut self) -> Option<&'a str> {
        let (length, closed) = self.string();
        let text = self.take(length);
        closed.then_some(text)
    }
}
