//! Gates, and instances of modules and cells.

use std::rc::Rc;

use super::super::syntax::{
    ExpressionKind, GateKind, VerilogBlock, VerilogConnections, VerilogExpression, VerilogGate,
    VerilogInstance, VerilogItem,
};
use super::{NetlistErrorKind, TokenKind, VerilogParser};
use crate::NetlistError;

const STRENGTHS: [&str; 10] =
    ["supply0", "supply1", "strong0", "strong1", "pull0", "pull1", "weak0", "weak1", "highz0", "highz1"];

impl<'a> VerilogParser<'a> {
    fn gate_kind(&self) -> Option<GateKind> {
        Some(match self.current.text {
            _ if self.current.kind != TokenKind::Word => return None,
            "and" => GateKind::And,
            "nand" => GateKind::Nand,
            "or" => GateKind::Or,
            "nor" => GateKind::Nor,
            "xor" => GateKind::Xor,
            "xnor" => GateKind::Xnor,
            "buf" => GateKind::Buf,
            "not" => GateKind::Not,
            _ => return None,
        })
    }

    pub(super) fn at_gate(&self) -> bool {
        self.gate_kind().is_some()
    }

    /// `and #1 g1 (y, a, b), (z, c, d);`
    pub(super) fn gates(&mut self, block: &mut VerilogBlock<'a>) -> Result<(), NetlistError> {
        let Some(kind) = self.gate_kind() else { return Ok(()) };
        self.advance()?;
        // Strengths and the terminals of a gate without a name both begin with a parenthesis.
        let mut opened = self.accept("(")?;
        if opened && STRENGTHS.iter().any(|word| self.current.is(word)) {
            self.skip_past(")")?;
            opened = false;
        }
        if !opened {
            self.skip_delay()?;
        }
        loop {
            let spot = self.current.spot;
            let mut name = None;
            if !opened {
                if self.is_name() {
                    name = Some(self.name("the name of a gate")?);
                }
                self.no_array()?;
                self.expect("(")?;
            }
            opened = false;
            let terminals = self.list(Self::expression)?;
            self.expect(")")?;
            block.items.push(VerilogItem::Gate(VerilogGate { kind, name, spot, terminals }));
            if !self.accept(",")? {
                break;
            }
        }
        self.expect(";")?;
        Ok(())
    }

    fn no_array(&self) -> Result<(), NetlistError> {
        if self.current.is("[") {
            let advice = "write the instances one by one, or in a generate for";
            return Err(self.unsupported("an array of instances", advice, self.current));
        }
        Ok(())
    }

    /// `name #(.N(8)) u1 (.a(x), .b(y)), u2 (x, y);`
    pub(super) fn instances(&mut self, block: &mut VerilogBlock<'a>) -> Result<(), NetlistError> {
        let module = self.name("a statement")?;
        let mut overrides = VerilogConnections::Positions(Vec::new());
        if self.accept("#")? {
            overrides = if self.accept("(")? {
                self.connections()?
            } else {
                VerilogConnections::Positions(vec![Some(self.primary()?)])
            };
        }
        let overrides = Rc::new(overrides);
        loop {
            if !self.is_name() {
                let expected = format!("the name of an instance of '{}'", module.text);
                return Err(
                    self.error(NetlistErrorKind::expected(expected, self.current.quoted()), self.current)
                );
            }
            let name = self.name("the name of an instance")?;
            self.no_array()?;
            self.expect("(")?;
            let connections = self.connections()?;
            block.items.push(VerilogItem::Instance(VerilogInstance {
                module,
                name,
                overrides: overrides.clone(),
                connections,
            }));
            if !self.accept(",")? {
                break;
            }
        }
        self.expect(";")?;
        Ok(())
    }

    /// Connections up to their closing parenthesis.
    fn connections(&mut self) -> Result<VerilogConnections<'a>, NetlistError> {
        if self.accept(")")? {
            return Ok(VerilogConnections::Positions(Vec::new()));
        }
        let connections = if self.current.is(".") {
            VerilogConnections::Names(self.list(Self::named_connection)?)
        } else {
            VerilogConnections::Positions(self.list(|parser| {
                let open = parser.current.is(",") || parser.current.is(")");
                if open { Ok(None) } else { parser.expression().map(Some) }
            })?)
        };
        self.expect(")")?;
        Ok(connections)
    }

    /// `.a(x)`, `.a()`, or `.a` for `.a(a)`.
    fn named_connection(
        &mut self,
    ) -> Result<(super::VerilogName<'a>, Option<VerilogExpression<'a>>), NetlistError> {
        let dot = self.expect(".")?;
        if self.current.is("*") {
            let advice = "write the connections out";
            return Err(self.unsupported("'.*'", advice, dot));
        }
        let name = self.name("the name of a port")?;
        if !self.accept("(")? {
            let kind = ExpressionKind::Name(name.text, Vec::new());
            return Ok((name, Some(VerilogExpression { kind, spot: name.spot, depth: 1 })));
        }
        let value = if self.current.is(")") { None } else { Some(self.expression()?) };
        self.expect(")")?;
        Ok((name, value))
    }
}
