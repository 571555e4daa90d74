//! Tokens to a tree, by recursive descent of limited depth.

mod declaration;
mod expression;
mod generate;
mod implicit;
mod instance;
mod module;
mod number;

use super::YOSYS;
use super::lexer::{TokenKind, VerilogLexer, VerilogToken};
use super::syntax::{Spot, VerilogModule, VerilogName, VerilogRange};
use crate::{NetlistError, NetlistErrorKind, SourceText};

pub(super) struct VerilogParser<'a> {
    sources: &'a [SourceText],
    lexer: VerilogLexer<'a>,
    current: VerilogToken<'a>,
    /// How deeply nested `current` is.
    depth: usize,
}

/// All modules of the sources, in their order.
pub(super) fn parse(sources: &[SourceText]) -> Result<Vec<VerilogModule<'_>>, NetlistError> {
    let lexer = VerilogLexer::new(sources);
    let current = VerilogToken { kind: TokenKind::End, text: "", spot: Spot::default() };
    let mut parser = VerilogParser { sources, lexer, current, depth: 0 };
    let mut modules = Vec::new();
    for source in 0..sources.len() {
        if !parser.lexer.included[source] {
            parser.lexer.open(source);
            parser.current = parser.lexer.next()?;
            parser.text(&mut modules)?;
        }
    }
    Ok(modules)
}

/// Words with a meaning of their own, which are not names.
const KEYWORDS: &[&str] = &[
    "always",
    "and",
    "assign",
    "automatic",
    "begin",
    "buf",
    "bufif0",
    "bufif1",
    "case",
    "casex",
    "casez",
    "cmos",
    "config",
    "deassign",
    "default",
    "defparam",
    "design",
    "disable",
    "edge",
    "else",
    "end",
    "endcase",
    "endconfig",
    "endfunction",
    "endgenerate",
    "endmodule",
    "endprimitive",
    "endspecify",
    "endtable",
    "endtask",
    "event",
    "for",
    "force",
    "forever",
    "fork",
    "function",
    "generate",
    "genvar",
    "highz0",
    "highz1",
    "if",
    "ifnone",
    "initial",
    "inout",
    "input",
    "integer",
    "join",
    "large",
    "localparam",
    "macromodule",
    "medium",
    "module",
    "nand",
    "negedge",
    "nmos",
    "nor",
    "not",
    "notif0",
    "notif1",
    "or",
    "output",
    "parameter",
    "pmos",
    "posedge",
    "primitive",
    "pull0",
    "pull1",
    "pulldown",
    "pullup",
    "rcmos",
    "real",
    "realtime",
    "reg",
    "release",
    "repeat",
    "rnmos",
    "rpmos",
    "rtran",
    "rtranif0",
    "rtranif1",
    "scalared",
    "signed",
    "small",
    "specify",
    "specparam",
    "strong0",
    "strong1",
    "supply0",
    "supply1",
    "table",
    "task",
    "time",
    "tran",
    "tranif0",
    "tranif1",
    "tri",
    "tri0",
    "tri1",
    "triand",
    "trior",
    "trireg",
    "unsigned",
    "vectored",
    "wait",
    "wand",
    "weak0",
    "weak1",
    "while",
    "wire",
    "wor",
    "xnor",
    "xor",
];

impl<'a> VerilogParser<'a> {
    fn error(&self, problem: NetlistErrorKind, token: VerilogToken<'a>) -> NetlistError {
        problem.at(&token.spot.location(self.sources))
    }

    fn unsupported(&self, what: impl Into<String>, advice: &str, token: VerilogToken<'a>) -> NetlistError {
        self.error(NetlistErrorKind::unsupported(what, advice), token)
    }

    /// Goes to the next token and returns the one left behind.
    fn advance(&mut self) -> Result<VerilogToken<'a>, NetlistError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.current, next))
    }

    fn accept(&mut self, text: &str) -> Result<bool, NetlistError> {
        let found = self.current.is(text);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, text: &str) -> Result<VerilogToken<'a>, NetlistError> {
        if self.current.is(text) {
            return self.advance();
        }
        let problem = NetlistErrorKind::expected(format!("'{text}'"), self.current.quoted());
        Err(self.error(problem, self.current))
    }

    fn is_name(&self) -> bool {
        match self.current.kind {
            TokenKind::Word => KEYWORDS.binary_search(&self.current.text).is_err(),
            kind => kind == TokenKind::Escaped,
        }
    }

    fn name(&mut self, what: &str) -> Result<VerilogName<'a>, NetlistError> {
        if !self.is_name() {
            let keyword = if self.current.kind == TokenKind::Word { "the keyword " } else { "" };
            let got = format!("{keyword}{}", self.current.quoted());
            return Err(self.error(NetlistErrorKind::expected(what, got), self.current));
        }
        let token = self.advance()?;
        Ok(VerilogName { text: token.text, spot: token.spot })
    }

    /// One or more, separated by commas.
    fn list<T>(&mut self, element: fn(&mut Self) -> Result<T, NetlistError>) -> Result<Vec<T>, NetlistError> {
        let mut elements = vec![element(self)?];
        while self.accept(",")? {
            elements.push(element(self)?);
        }
        Ok(elements)
    }

    /// `[7:0]`, if one stands here.
    fn range(&mut self) -> Result<Option<VerilogRange<'a>>, NetlistError> {
        if !self.accept("[")? {
            return Ok(None);
        }
        let first = self.expression()?;
        self.expect(":")?;
        let last = self.expression()?;
        self.expect("]")?;
        Ok(Some(VerilogRange { first, last }))
    }

    /// Skips up to a keyword and past it.
    fn skip_past(&mut self, end: &str) -> Result<(), NetlistError> {
        let start = self.current;
        while !self.current.is(end) {
            if self.current.kind == TokenKind::End {
                let got = NetlistErrorKind::expected(format!("'{end}' for this"), "the end of the text");
                return Err(self.error(got, start));
            }
            self.advance()?;
        }
        self.advance()?;
        Ok(())
    }

    /// Skips `( .. )`, whatever is in it.
    fn skip_parentheses(&mut self) -> Result<(), NetlistError> {
        let start = self.expect("(")?;
        let mut depth = 1usize;
        while depth > 0 {
            let token = self.advance()?;
            match token.text {
                _ if token.kind == TokenKind::End => {
                    return Err(
                        self.error(NetlistErrorKind::expected("')' for this", "the end of the text"), start)
                    );
                }
                "(" if token.kind == TokenKind::Symbol => depth += 1,
                ")" if token.kind == TokenKind::Symbol => depth -= 1,
                _ => {}
            }
        }
        Ok(())
    }

    /// Skips `#1.5`, `#(1, 2)`.
    fn skip_delay(&mut self) -> Result<(), NetlistError> {
        if !self.accept("#")? {
            return Ok(());
        }
        if self.current.is("(") {
            return self.skip_parentheses();
        }
        match self.current.kind {
            TokenKind::Number | TokenKind::Real | TokenKind::Word | TokenKind::Escaped => {
                self.advance()?;
                Ok(())
            }
            _ => Err(self.error(NetlistErrorKind::expected("a delay", self.current.quoted()), self.current)),
        }
    }

    /// One text.
    fn text(&mut self, modules: &mut Vec<VerilogModule<'a>>) -> Result<(), NetlistError> {
        while self.current.kind != TokenKind::End {
            let token = self.current;
            if token.is("module") || token.is("macromodule") {
                modules.push(self.module()?);
            } else if token.is("primitive") {
                modules.push(self.primitive()?);
            } else if token.kind == TokenKind::Word && !token.is("endmodule") {
                let what = format!("{} outside a module", token.quoted());
                return Err(self.unsupported(what, YOSYS, token));
            } else if !self.accept(";")? {
                return Err(self.error(NetlistErrorKind::expected("'module'", token.quoted()), token));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn keywords_can_be_searched() {
        assert!(super::KEYWORDS.is_sorted());
    }
}
