//! C text taken apart as far as function definitions need it: no parser, only what stands at the outermost level.

/// A word, number or punctuation mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CToken<'a> {
    pub text: &'a str,
    /// Counted from 1.
    pub line: u32,
}

impl CToken<'_> {
    /// Whether it is an identifier or keyword.
    pub fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    }
}

/// What stands before a `{` or `;` outside all braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub tokens: Vec<CToken<'a>>,
    /// A `{` follows, so that it may define a function.
    pub opens_body: bool,
}

/// The tokens outside all braces, in pieces. Comments, preprocessor directives and what stands in braces are left out;
/// string and character literals are one token each. `text` is any text at all.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut tokens = Vec::new();
    let (mut braces, mut parentheses) = (0usize, 0usize);
    for token in Tokens::new(text) {
        match token.text {
            "{" => {
                if braces == 0 {
                    let opens_body = parentheses == 0;
                    pieces.push(Piece { tokens: std::mem::take(&mut tokens), opens_body });
                }
                braces += 1;
            }
            "}" => {
                braces = braces.saturating_sub(1);
                parentheses = 0;
            }
            _ if braces > 0 => {}
            ";" if parentheses == 0 => {
                pieces.push(Piece { tokens: std::mem::take(&mut tokens), opens_body: false });
            }
            other => {
                match other {
                    "(" => parentheses += 1,
                    ")" => parentheses = parentheses.saturating_sub(1),
                    _ => {}
                }
                tokens.push(token);
            }
        }
    }
    pieces
}

/// Whether a text includes other files than those of the system, as `#include "cells.h"` does.
pub(super) fn includes_own_files(text: &str) -> bool {
    let mut scan = Tokens::new(text);
    scan.directives = true;
    scan.any(|token| {
        let Some(directive) = token.text.strip_prefix('#') else { return false };
        let directive = directive.trim_start();
        ["include", "import", "embed"]
            .iter()
            .any(|name| directive.strip_prefix(name).is_some_and(|rest| !rest.trim_start().starts_with('<')))
    })
}

/// The tokens of a text.
struct Tokens<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    /// Nothing but blanks since the last line break.
    fresh: bool,
    /// Whether preprocessor directives are tokens, each a whole one.
    directives: bool,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1, fresh: true, directives: false }
    }

    /// Takes the next `length` bytes.
    fn take(&mut self, length: usize) -> &'a str {
        let taken = &self.text[self.at..self.at + length];
        self.at += length;
        self.line += taken.bytes().filter(|&byte| byte == b'\n').count() as u32;
        taken
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = CToken<'a>;

    fn next(&mut self) -> Option<CToken<'a>> {
        loop {
            let rest = &self.text[self.at..];
            let first = rest.chars().next()?;
            let line = self.line;
            if first.is_whitespace() {
                self.fresh |= first == '\n';
                self.take(first.len_utf8());
            } else if rest.starts_with("//") {
                self.take(line_end(rest));
            } else if let Some(comment) = rest.strip_prefix("/*") {
                self.take(comment.find("*/").map_or(rest.len(), |end| end + 4));
            } else if first == '#' && self.fresh {
                let text = self.take(directive_end(rest));
                if self.directives {
                    return Some(CToken { text, line });
                }
            } else {
                self.fresh = false;
                let length = match first {
                    '"' | '\'' => literal_end(rest, first),
                    'a'..='z' | 'A'..='Z' | '_' | '0'..='9' => {
                        rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len())
                    }
                    _ => first.len_utf8(),
                };
                return Some(CToken { text: self.take(length), line });
            }
        }
    }
}

/// Where the preprocessor directive ends that a text begins with: with its line, or with a comment that it opens.
fn directive_end(text: &str) -> usize {
    let end = line_end(text);
    let open = text[..end].rfind("/*").filter(|open| !text[*open..end].contains("*/"));
    open.map_or(end, |open| text[open..].find("*/").map_or(text.len(), |length| open + length + 2))
}

/// Where the line ends that a text begins with; a backslash at its end draws the next one in.
fn line_end(text: &str) -> usize {
    let mut end = 0;
    loop {
        let Some(length) = text[end..].find('\n') else { return text.len() };
        let line = text[end..end + length].trim_end_matches('\r');
        end += length;
        if !line.ends_with('\\') {
            return end;
        }
        end += 1;
    }
}

/// Where the literal ends that a text begins with: behind its closing quote, else with its line.
fn literal_end(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' if !escaped => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outline(text: &str) -> Vec<String> {
        let words = |piece: &Piece| {
            let text: Vec<&str> = piece.tokens.iter().map(|token| token.text).collect();
            text.join(" ") + if piece.opens_body { " {}" } else { ";" }
        };
        pieces(text).iter().map(words).collect()
    }

    #[test]
    fn only_the_outermost_level_is_seen() {
        let text = "int f(int a /* { */, int b) { if (a) { return b; } return '{' + \"}\"[0]; } // }\n\
                    static int x = 3; int g(void);";
        assert_eq!(outline(text), ["int f ( int a , int b ) {}", "static int x = 3;", "int g ( void );"]);
    }

    #[test]
    fn directives_are_skipped_with_the_lines_they_draw_in() {
        let text =
            "#define M(x) { \\\n  (x) \\\r\n  { \n#if A /* {\n { */  # include <stdint.h>\nint f(int a);";
        assert_eq!(outline(text), ["int f ( int a );"]);
        assert_eq!(pieces(text)[0].tokens[0].line, 6);
    }

    #[test]
    fn what_never_ends_reaches_to_the_end() {
        for text in ["/* {", "\"{", "'", "int f(", "int f() { {", "#define \\", "//", "}}) ) }"] {
            let _ = pieces(text);
        }
        assert_eq!(outline("} ) int f(int a) {"), [") int f ( int a ) {}"]);
    }

    #[test]
    fn own_includes_are_seen_and_others_not() {
        for (text, expected) in [
            ("#include <stdint.h>\n", false),
            ("#include \"cells.h\"\n", true),
            ("  #  include \"cells.h\"\n", true),
            ("#include CELLS\n", true),
            ("// #include \"cells.h\"\n/*\n#include \"cells.h\"\n*/", false),
            ("char *s = \"\\\n#include \\\"cells.h\\\"\";", false),
            ("int a; #include \"x\"", false),
        ] {
            assert_eq!(includes_own_files(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "[a-c{}();,#\"'/*\\\\ \n\u{e9}]{0,80}") {
            let tokens: usize = pieces(&text).iter().map(|piece| piece.tokens.len()).sum();
            prop_assert!(tokens <= text.len());
            includes_own_files(&text);
        }
    }
}
