//! Expressions, by precedence.
//!
//! Chains of operators and of `?:` become one node however long they are, so that the depth of the tree is that of
//! the parentheses, and that is limited.

use super::super::lexer::{TokenKind, VerilogToken};
use super::super::syntax::{
    Binary, ExpressionKind, Spot, SystemFunction, Unary, VerilogExpression, VerilogRange, VerilogSelect,
};
use super::super::{MAX_DEPTH, YOSYS};
use super::VerilogParser;
use crate::{NetlistError, NetlistErrorKind};

impl<'a> VerilogParser<'a> {
    pub(super) fn expression(&mut self) -> Result<VerilogExpression<'a>, NetlistError> {
        self.deeper()?;
        let mut last = self.operators()?;
        let mut arms = Vec::new();
        while self.accept("?")? {
            let value = self.expression()?;
            self.expect(":")?;
            arms.push((last, value));
            last = self.operators()?;
        }
        self.depth -= 1;
        let Some((first, _)) = arms.first() else { return Ok(last) };
        let spot = first.spot;
        let depth = arms.iter().flat_map(|(x, y)| [x.depth, y.depth]).max().unwrap_or(0).max(last.depth);
        self.node(ExpressionKind::Conditional(arms, Box::new(last)), spot, depth)
    }

    /// One level of nesting more.
    pub(super) fn deeper(&mut self) -> Result<(), NetlistError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.too_deep(self.current)) } else { Ok(()) }
    }

    fn too_deep(&self, token: VerilogToken<'a>) -> NetlistError {
        let what = format!("this is nested more than {MAX_DEPTH} levels deep");
        self.error(NetlistErrorKind::TooLarge { what, limit: format!("{MAX_DEPTH} levels") }, token)
    }

    /// A node above others, the deepest of which is `below` deep.
    fn node(
        &self,
        kind: ExpressionKind<'a>,
        spot: Spot,
        below: u16,
    ) -> Result<VerilogExpression<'a>, NetlistError> {
        if usize::from(below) >= MAX_DEPTH {
            return Err(self.too_deep(VerilogToken { spot, ..self.current }));
        }
        Ok(VerilogExpression { kind, spot, depth: below + 1 })
    }

    fn operators(&mut self) -> Result<VerilogExpression<'a>, NetlistError> {
        let first = self.unary()?;
        self.chains(first, 0)
    }

    /// `first` and what operators that bind at least as strongly as `level` join to it.
    fn chains(
        &mut self,
        first: VerilogExpression<'a>,
        level: u8,
    ) -> Result<VerilogExpression<'a>, NetlistError> {
        let mut left = first;
        while let Some(here) = self.operator()?.map(Binary::level).filter(|&here| here >= level) {
            let mut rest = Vec::new();
            while let Some(operator) = self.operator()?.filter(|operator| operator.level() == here) {
                self.advance()?;
                let mut right = self.unary()?;
                if self.operator()?.is_some_and(|next| next.level() > here) {
                    self.deeper()?;
                    right = self.chains(right, here + 1)?;
                    self.depth -= 1;
                }
                rest.push((operator, right));
            }
            let spot = left.spot;
            let depth = rest.iter().map(|(_, term)| term.depth).max().unwrap_or(0).max(left.depth);
            left = self.node(ExpressionKind::Chain(Box::new(left), rest), spot, depth)?;
        }
        Ok(left)
    }

    /// The binary operator that stands here.
    fn operator(&self) -> Result<Option<Binary>, NetlistError> {
        if self.current.kind != TokenKind::Symbol {
            return Ok(None);
        }
        Ok(Some(match self.current.text {
            "**" => Binary::Power,
            "*" => Binary::Multiply,
            "/" => Binary::Divide,
            "%" => Binary::Modulo,
            "+" => Binary::Add,
            "-" => Binary::Subtract,
            "<<" | "<<<" => Binary::ShiftLeft,
            ">>" => Binary::ShiftRight,
            ">>>" => Binary::ArithmeticRight,
            "<" => Binary::Less,
            "<=" => Binary::LessEqual,
            ">" => Binary::Greater,
            ">=" => Binary::GreaterEqual,
            "==" | "===" => Binary::Equal,
            "!=" | "!==" => Binary::Unequal,
            "&" => Binary::And,
            "^" => Binary::Xor,
            "~^" | "^~" => Binary::Xnor,
            "|" => Binary::Or,
            "&&" => Binary::LogicalAnd,
            "||" => Binary::LogicalOr,
            _ => return Ok(None),
        }))
    }

    fn unary(&mut self) -> Result<VerilogExpression<'a>, NetlistError> {
        let mut operators = Vec::new();
        while self.current.kind == TokenKind::Symbol {
            let operator = match self.current.text {
                "+" => Unary::Plus,
                "-" => Unary::Minus,
                "~" => Unary::Not,
                "!" => Unary::LogicalNot,
                "&" => Unary::ReduceAnd,
                "~&" => Unary::ReduceNand,
                "|" => Unary::ReduceOr,
                "~|" => Unary::ReduceNor,
                "^" => Unary::ReduceXor,
                "~^" | "^~" => Unary::ReduceXnor,
                _ => break,
            };
            operators.push((operator, self.advance()?.spot));
            if operators.len() > MAX_DEPTH {
                return Err(self.too_deep(self.current));
            }
        }
        let mut operand = self.primary()?;
        for (operator, spot) in operators.into_iter().rev() {
            let depth = operand.depth;
            operand = self.node(ExpressionKind::Unary(operator, Box::new(operand)), spot, depth)?;
        }
        Ok(operand)
    }

    pub(super) fn primary(&mut self) -> Result<VerilogExpression<'a>, NetlistError> {
        let token = self.current;
        let spot = token.spot;
        match token.kind {
            TokenKind::Number | TokenKind::Based => {
                self.advance()?;
                let number = self.number(token)?;
                self.node(ExpressionKind::Number(number), spot, 0)
            }
            TokenKind::Word | TokenKind::Escaped => self.name_and_selects(),
            TokenKind::System => self.call(),
            _ if token.is("(") => {
                self.advance()?;
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            _ if token.is("{") => self.braces(),
            TokenKind::Real => Err(self.unsupported("a real number", "write an integer", token)),
            TokenKind::String => Err(self.unsupported("a string as a value", "write a number", token)),
            _ => Err(self.error(NetlistErrorKind::expected("an expression", token.quoted()), token)),
        }
    }

    fn name_and_selects(&mut self) -> Result<VerilogExpression<'a>, NetlistError> {
        let name = self.name("a name")?;
        if self.current.is("(") {
            let what = format!("a call of the function '{}'", name.text);
            return Err(self.unsupported(what, YOSYS, self.current));
        }
        if self.current.is(".") {
            let what = format!("a name within another module, '{}.',", name.text);
            return Err(self.unsupported(what, "connect the net through a port", self.current));
        }
        let mut selects = Vec::new();
        let mut depth = 0;
        while self.accept("[")? {
            let first = self.expression()?;
            depth = depth.max(first.depth);
            let mut second = |parser: &mut Self| {
                let second = parser.expression()?;
                depth = depth.max(second.depth);
                Ok::<_, NetlistError>(second)
            };
            let select = if self.accept(":")? {
                VerilogSelect::Part(VerilogRange { first, last: second(self)? })
            } else if self.accept("+:")? {
                VerilogSelect::Up(first, second(self)?)
            } else if self.accept("-:")? {
                VerilogSelect::Down(first, second(self)?)
            } else {
                VerilogSelect::Bit(first)
            };
            self.expect("]")?;
            selects.push(select);
        }
        self.node(ExpressionKind::Name(name.text, selects), name.spot, depth)
    }

    /// `$signed(x)`
    fn call(&mut self) -> Result<VerilogExpression<'a>, NetlistError> {
        let token = self.advance()?;
        let function = match token.text {
            "$signed" => SystemFunction::Signed,
            "$unsigned" => SystemFunction::Unsigned,
            "$clog2" => SystemFunction::Clog2,
            _ => return Err(self.unsupported(format!("the system function {}", token.text), YOSYS, token)),
        };
        self.expect("(")?;
        let argument = self.expression()?;
        self.expect(")")?;
        let depth = argument.depth;
        self.node(ExpressionKind::Call(function, Box::new(argument)), token.spot, depth)
    }

    /// A concatenation or a replication.
    fn braces(&mut self) -> Result<VerilogExpression<'a>, NetlistError> {
        let spot = self.current.spot;
        self.expect("{")?;
        let first = self.expression()?;
        if self.accept("{")? {
            let parts = self.list(Self::expression)?;
            self.expect("}")?;
            self.expect("}")?;
            let depth = parts.iter().map(|part| part.depth).max().unwrap_or(0).max(first.depth);
            return self.node(ExpressionKind::Replication(Box::new(first), parts), spot, depth);
        }
        let mut parts = vec![first];
        while self.accept(",")? {
            parts.push(self.expression()?);
        }
        self.expect("}")?;
        let depth = parts.iter().map(|part| part.depth).max().unwrap_or(0);
        self.node(ExpressionKind::Concatenation(parts), spot, depth)
    }
}
