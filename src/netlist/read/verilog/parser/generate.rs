//! `for`, `if` and blocks in generate.

use super::super::lexer::VerilogToken;
use super::super::syntax::{
    Binary, ExpressionKind, GenerateFor, GenerateIf, VerilogBlock, VerilogExpression, VerilogItem,
    VerilogName, VerilogNumber,
};
use super::{NetlistErrorKind, VerilogParser};
use crate::NetlistError;

impl<'a> VerilogParser<'a> {
    pub(super) fn generated(&mut self, block: &mut VerilogBlock<'a>) -> Result<(), NetlistError> {
        self.deeper()?;
        if self.current.is("for") {
            self.generated_for(block)?;
        } else if self.accept("if")? {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            let taken = self.branch()?;
            let other = if self.accept("else")? { self.branch()? } else { (None, VerilogBlock::default()) };
            let choice = GenerateIf { condition, branches: [taken, other] };
            block.items.push(VerilogItem::If(Box::new(choice)));
        } else {
            let (label, inner) = self.branch()?;
            block.items.push(VerilogItem::Block(label, inner));
        }
        self.depth -= 1;
        Ok(())
    }

    /// A block with its label, or a single statement.
    fn branch(&mut self) -> Result<(Option<VerilogName<'a>>, VerilogBlock<'a>), NetlistError> {
        let mut block = VerilogBlock::default();
        let mut label = None;
        if self.accept("begin")? {
            label = self.label()?;
            while !self.current.is("end") {
                self.item(&mut block)?;
            }
            self.advance()?;
            self.label()?;
        } else {
            self.item(&mut block)?;
        }
        if self.lexer.implicit_nets {
            block.find_implicit();
        }
        Ok((label, block))
    }

    /// `for (i = 0; i < N; i = i + 1)`, also with `genvar i`, `i++` and `i += 1`.
    fn generated_for(&mut self, block: &mut VerilogBlock<'a>) -> Result<(), NetlistError> {
        self.advance()?;
        self.expect("(")?;
        self.accept("genvar")?;
        let variable = self.name("the genvar of the loop")?;
        self.expect("=")?;
        let start = self.expression()?;
        self.expect(";")?;
        let condition = self.expression()?;
        self.expect(";")?;
        let step = self.step(variable)?;
        self.expect(")")?;
        let (label, body) = self.branch()?;
        let generated = GenerateFor { variable, start, condition, step, label, body };
        block.items.push(VerilogItem::For(Box::new(generated)));
        Ok(())
    }

    fn step(&mut self, variable: VerilogName<'a>) -> Result<VerilogExpression<'a>, NetlistError> {
        let before = self.step_operator()?;
        let name = self.name("the genvar of the loop")?;
        if name.text != variable.text {
            let expected = format!("'{}', which this loop counts", variable.text);
            let token = VerilogToken { text: name.text, spot: name.spot, ..self.current };
            return Err(self.error(NetlistErrorKind::expected(expected, format!("'{}'", name.text)), token));
        }
        let (operator, amount) = match before {
            Some(operator) => (operator, one(name)),
            None if self.accept("=")? => return self.expression(),
            None => {
                let Some(operator) = self.step_sign()? else {
                    let problem = NetlistErrorKind::expected("'='", self.current.quoted());
                    return Err(self.error(problem, self.current));
                };
                if self.accept("=")? {
                    (operator, self.expression()?)
                } else if self.step_sign()? == Some(operator) {
                    (operator, one(name))
                } else {
                    let problem =
                        NetlistErrorKind::expected("a step such as i = i + 1", self.current.quoted());
                    return Err(self.error(problem, self.current));
                }
            }
        };
        let depth = amount.depth + 1;
        let count = VerilogExpression {
            kind: ExpressionKind::Name(name.text, Vec::new()),
            spot: name.spot,
            depth: 1,
        };
        let kind = ExpressionKind::Chain(Box::new(count), vec![(operator, amount)]);
        Ok(VerilogExpression { kind, spot: name.spot, depth })
    }

    /// `++` or `--`
    fn step_operator(&mut self) -> Result<Option<Binary>, NetlistError> {
        let Some(operator) = self.step_sign()? else { return Ok(None) };
        if self.step_sign()? == Some(operator) {
            return Ok(Some(operator));
        }
        Err(self.error(
            NetlistErrorKind::expected("a step such as i = i + 1", self.current.quoted()),
            self.current,
        ))
    }

    fn step_sign(&mut self) -> Result<Option<Binary>, NetlistError> {
        Ok(if self.accept("+")? {
            Some(Binary::Add)
        } else if self.accept("-")? {
            Some(Binary::Subtract)
        } else {
            None
        })
    }
}

/// The number one.
fn one(name: VerilogName<'_>) -> VerilogExpression<'_> {
    VerilogExpression { kind: ExpressionKind::Number(VerilogNumber::of(1)), spot: name.spot, depth: 1 }
}
