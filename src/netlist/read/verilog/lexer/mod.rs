//! Text to tokens: comments, attributes and compiler directives are gone.

mod cursor;
mod directives;

use std::collections::HashMap;

use super::syntax::Spot;
use super::{MAX_NAME, MAX_TEXT};
use crate::{NetlistError, NetlistErrorKind, SourceText};
use cursor::Cursor;
use directives::{Condition, Macro};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or a keyword.
    Word,
    /// `\a[0] `, without the backslash.
    Escaped,
    /// `$signed`
    System,
    /// Decimal digits.
    Number,
    /// `'h1f`
    Based,
    /// A number with a fraction or an exponent.
    Real,
    String,
    Symbol,
    /// The end of a text.
    End,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct VerilogToken<'a> {
    pub kind: TokenKind,
    pub text: &'a str,
    pub spot: Spot,
}

impl VerilogToken<'_> {
    /// Whether it is this keyword or symbol.
    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Symbol) && self.text == text
    }

    /// As messages quote it.
    pub fn quoted(&self) -> String {
        /// The most characters that a message quotes.
        const SHOWN: usize = 40;
        match self.kind {
            TokenKind::End => "the end of the text".into(),
            _ if self.text.chars().count() > SHOWN => {
                format!("'{}..'", self.text.chars().take(SHOWN).collect::<String>())
            }
            _ => format!("'{}'", self.text),
        }
    }
}

/// The tokens of the sources, one text after the other; what one text defines holds in the next.
pub(super) struct VerilogLexer<'a> {
    sources: &'a [SourceText],
    /// The text, and above it the texts and macros that it includes.
    cursors: Vec<Cursor<'a>>,
    macros: HashMap<&'a str, Macro<'a>>,
    conditions: Vec<Condition>,
    /// The source that is being read.
    opened: usize,
    /// Sources that another one included: they are not read by themselves.
    pub included: Vec<bool>,
    /// Whether undeclared names may become nets: what `default_nettype says.
    pub implicit_nets: bool,
    /// Bytes of macros and included texts so far.
    expanded: usize,
}

/// Operators of more than one character, longer ones first.
const OPERATORS: [&str; 23] = [
    "<<<", ">>>", "===", "!==", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "~&", "~|", "~^", "^~", "**",
    "+:", "-:", "->", "=>", "*>", "::",
];

impl<'a> VerilogLexer<'a> {
    pub fn new(sources: &'a [SourceText]) -> Self {
        Self {
            sources,
            cursors: Vec::new(),
            macros: HashMap::new(),
            conditions: Vec::new(),
            opened: 0,
            included: vec![false; sources.len()],
            implicit_nets: true,
            expanded: 0,
        }
    }

    /// Goes to the start of a source.
    pub fn open(&mut self, source: usize) {
        self.opened = source;
        self.cursors = vec![Cursor::of_source(self.sources, source)];
    }

    fn error(&self, problem: NetlistErrorKind, spot: Spot) -> NetlistError {
        problem.at(&spot.location(self.sources))
    }

    /// The next token. After the end of the text there is nothing but [`TokenKind::End`].
    pub fn next(&mut self) -> Result<VerilogToken<'a>, NetlistError> {
        loop {
            let lowest = self.cursors.len() <= 1;
            let Some(cursor) = self.cursors.last_mut() else {
                let spot = Spot::default();
                return Ok(VerilogToken { kind: TokenKind::End, text: "", spot });
            };
            let spot = cursor.spot;
            let Some(byte) = cursor.byte(0) else {
                if lowest {
                    if let Some(open) = self.conditions.first() {
                        let problem = NetlistErrorKind::expected("`endif", "the end of the text");
                        return Err(self.error(problem, open.spot));
                    }
                    return Ok(VerilogToken { kind: TokenKind::End, text: "", spot });
                }
                self.cursors.pop();
                continue;
            };
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0c | 0x0b => cursor.advance(1),
                b'/' if cursor.starts_with(b"//") => cursor.skip_line_comment(),
                b'/' if cursor.starts_with(b"/*") => {
                    if !cursor.skip_block_comment() {
                        return Err(
                            self.error(NetlistErrorKind::expected("'*/'", "the end of the text"), spot)
                        );
                    }
                }
                b'(' if cursor.at_attribute() => {
                    if !cursor.skip_attribute() {
                        return Err(
                            self.error(NetlistErrorKind::expected("'*)'", "the end of the text"), spot)
                        );
                    }
                }
                b'\\' if cursor.continues_line() => cursor.advance(1),
                b'`' => self.directive()?,
                _ => return self.token(byte),
            }
        }
    }

    fn token(&mut self, byte: u8) -> Result<VerilogToken<'a>, NetlistError> {
        let Some(cursor) = self.cursors.last_mut() else {
            unreachable!("a byte comes from a cursor");
        };
        let spot = cursor.spot;
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
        let (kind, text) = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => (TokenKind::Word, cursor.take_while(is_word)),
            b'\\' => {
                cursor.advance(1);
                (TokenKind::Escaped, cursor.take_while(|byte| byte.is_ascii_graphic()))
            }
            b'$' => (TokenKind::System, cursor.take_while(is_word)),
            b'0'..=b'9' => cursor.take_number(),
            b'\'' => match cursor.take_based() {
                Some(text) => (TokenKind::Based, text),
                None => {
                    let got = format!("'{}", cursor.byte(1).map_or(' ', char::from));
                    let expected = "a base and digits after the apostrophe, as in 8'hff";
                    return Err(self.error(NetlistErrorKind::expected(expected, got), spot));
                }
            },
            b'"' => match cursor.take_string() {
                Some(text) => (TokenKind::String, text),
                None => {
                    let problem =
                        NetlistErrorKind::expected("'\"' at the end of the string", "the end of the line");
                    return Err(self.error(problem, spot));
                }
            },
            _ => {
                let operator = OPERATORS.iter().find(|text| cursor.starts_with(text.as_bytes()));
                let length = operator.map_or(1, |text| text.len());
                if operator.is_none() && !b"()[]{},;:.#@=+-*/%&|^~!?<>".contains(&byte) {
                    let got = if byte.is_ascii_graphic() {
                        format!("'{}'", char::from(byte))
                    } else {
                        format!("the byte {byte:#04x}")
                    };
                    return Err(self.error(NetlistErrorKind::expected("Verilog", got), spot));
                }
                (TokenKind::Symbol, cursor.take(length))
            }
        };
        let is_name = matches!(kind, TokenKind::Word | TokenKind::Escaped | TokenKind::System);
        if is_name && text.is_empty() {
            return Err(self.error(NetlistErrorKind::expected("a name after '\\'", "a space"), spot));
        }
        if is_name && text.len() > MAX_NAME {
            let what = format!("a name is {} characters long", text.len());
            let problem = NetlistErrorKind::TooLarge { what, limit: format!("{MAX_NAME} characters") };
            return Err(self.error(problem, spot));
        }
        Ok(VerilogToken { kind, text, spot })
    }

    /// Goes into a macro or an included text.
    fn push(&mut self, cursor: Cursor<'a>, spot: Spot) -> Result<(), NetlistError> {
        /// How deeply macros and included texts may be nested.
        const MAX_NESTING: usize = 100;
        self.expanded += cursor.remaining() + 1;
        if self.cursors.len() > MAX_NESTING {
            let what = format!("macros or included files are nested more than {MAX_NESTING} deep");
            let problem = NetlistErrorKind::TooLarge { what, limit: format!("{MAX_NESTING} levels") };
            return Err(self.error(problem, spot));
        }
        if self.expanded > MAX_TEXT {
            let what = "macros and included files expand to too much text".to_owned();
            let problem = NetlistErrorKind::TooLarge { what, limit: format!("{MAX_TEXT} bytes") };
            return Err(self.error(problem, spot));
        }
        self.cursors.push(cursor);
        Ok(())
    }
}
