//! The marks and numbers of a chromosome, with their places.

use super::super::super::{NetlistError, NetlistErrorKind, SourceLocation, SourceText};

/// Walks over a text. Spaces and line breaks between marks and numbers mean nothing.
pub(super) struct CgpLexer<'a> {
    source: &'a SourceText,
    rest: &'a [u8],
    line: u32,
    column: u32,
}

impl<'a> CgpLexer<'a> {
    pub fn new(source: &'a SourceText) -> Self {
        let mut lexer = Self { source, rest: &source.bytes, line: 1, column: 1 };
        lexer.skip_space();
        lexer
    }

    /// Where the next mark or number stands.
    pub fn location(&self) -> SourceLocation {
        self.source.location(self.line, self.column)
    }

    /// The first character of what comes next; `None` at the end.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Takes a mark; `what` says what was expected instead of anything else.
    pub fn expect(&mut self, mark: u8, what: &str) -> Result<(), NetlistError> {
        if self.peek() != Some(mark) {
            return Err(self.unexpected(what));
        }
        self.take(1);
        Ok(())
    }

    /// Takes a number of decimal digits.
    pub fn number(&mut self, what: &str) -> Result<u32, NetlistError> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (text, location) = (&self.rest[..digits], self.location());
        if digits == 0 {
            return Err(self.unexpected(what));
        }
        let number = text
            .iter()
            .try_fold(0u32, |number, digit| number.checked_mul(10)?.checked_add(u32::from(digit - b'0')));
        self.take(digits);
        number.ok_or_else(|| {
            let what = format!("{what} has {digits} digits");
            NetlistErrorKind::TooLarge { what, limit: u32::MAX.to_string() }.at(&location)
        })
    }

    /// Nothing may follow.
    pub fn end(&self) -> Result<(), NetlistError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.unexpected("the end after the outputs")) }
    }

    fn unexpected(&self, what: &str) -> NetlistError {
        // The longest character has four bytes; what is cut off behind it is not shown.
        let next = String::from_utf8_lossy(&self.rest[..self.rest.len().min(4)]);
        let got =
            next.chars().next().map_or("the end of the text".into(), |c| format!("'{}'", c.escape_debug()));
        NetlistErrorKind::expected(what, got).at(&self.location())
    }

    /// Goes on by so many characters, which are no line breaks, and the space behind them.
    fn take(&mut self, characters: usize) {
        self.rest = &self.rest[characters..];
        self.column = self.column.saturating_add(characters as u32);
        self.skip_space();
    }

    fn skip_space(&mut self) {
        while let Some((byte, rest)) = self.rest.split_first().filter(|(byte, _)| byte.is_ascii_whitespace())
        {
            if *byte == b'\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else {
                self.column = self.column.saturating_add(1);
            }
            self.rest = rest;
        }
    }
}
