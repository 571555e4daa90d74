//! Parameters, ports and nets.

use super::super::YOSYS;
use super::super::syntax::{
    DeclaredNet, ExpressionKind, VerilogBlock, VerilogDeclaration, VerilogDirection, VerilogExpression,
    VerilogItem, VerilogModule, VerilogNumber, VerilogParameter, VerilogRange,
};
use super::{NetlistErrorKind, VerilogParser};
use crate::NetlistError;

/// What stands before the names of a declaration.
struct DeclarationHeader {
    direction: Option<VerilogDirection>,
    is_net: bool,
    /// `reg`, `logic`, `integer`: a value in the declaration is where it starts, not what drives it.
    is_variable: bool,
    is_integer: bool,
    supply: Option<bool>,
    signed: Option<bool>,
}

impl<'a> VerilogParser<'a> {
    pub(super) fn at_direction(&self) -> bool {
        ["input", "output", "inout"].iter().any(|word| self.current.is(word))
    }

    fn at_net_type(&self) -> bool {
        const TYPES: [&str; 15] = [
            "wire", "tri", "reg", "logic", "integer", "supply0", "supply1", "wand", "wor", "tri0", "tri1",
            "triand", "trior", "trireg", "uwire",
        ];
        TYPES.iter().any(|word| self.current.is(word))
    }

    pub(super) fn at_declaration(&self) -> bool {
        self.at_direction()
            || self.at_net_type()
            || ["real", "realtime", "time", "event", "var", "bit"].iter().any(|word| self.current.is(word))
    }

    /// What stands behind `parameter` or `localparam`, one of a list.
    pub(super) fn parameter(&mut self, local: bool) -> Result<VerilogParameter<'a>, NetlistError> {
        let mut is_integer = false;
        for kind in ["real", "realtime", "time", "string"] {
            if self.current.is(kind) {
                return Err(self.unsupported(format!("a parameter of type {kind}"), YOSYS, self.current));
            }
        }
        for kind in ["integer", "int", "logic", "bit", "reg"] {
            if self.accept(kind)? {
                is_integer = kind.starts_with("int");
                break;
            }
        }
        let signed = self.sign()?.unwrap_or(is_integer);
        let range = self.range()?;
        let name = self.name("the name of a parameter")?;
        self.expect("=")?;
        Ok(VerilogParameter { name, local, signed, range, value: self.expression()? })
    }

    fn sign(&mut self) -> Result<Option<bool>, NetlistError> {
        Ok(if self.accept("signed")? {
            Some(true)
        } else if self.accept("unsigned")? {
            Some(false)
        } else {
            None
        })
    }

    fn header(&mut self) -> Result<DeclarationHeader, NetlistError> {
        let start = self.current;
        let mut header = DeclarationHeader {
            direction: None,
            is_net: false,
            is_variable: false,
            is_integer: false,
            supply: None,
            signed: None,
        };
        if self.at_direction() {
            header.direction = match self.advance()?.text {
                "input" => Some(VerilogDirection::Input),
                "output" => Some(VerilogDirection::Output),
                _ => {
                    let advice = "declare an input or an output";
                    return Err(self.unsupported("an inout port", advice, start));
                }
            };
        }
        self.accept("var")?;
        if self.at_net_type() {
            header.is_net = true;
            let token = self.advance()?;
            match token.text {
                "wire" | "tri" | "uwire" => {}
                "reg" | "logic" => header.is_variable = true,
                "integer" => {
                    header.is_variable = true;
                    header.is_integer = true;
                    header.signed = Some(true);
                }
                "supply0" => header.supply = Some(false),
                "supply1" => header.supply = Some(true),
                other => {
                    let what = format!("the net type '{other}', which has several drivers or none,");
                    return Err(self.unsupported(what, "declare a wire", token));
                }
            }
        } else if self.at_declaration() {
            let what = format!("a declaration of type '{}'", self.current.text);
            return Err(self.unsupported(what, "declare a wire", self.current));
        }
        self.skip_strength()?;
        if !self.accept("vectored")? {
            self.accept("scalared")?;
        }
        if let Some(signed) = self.sign()? {
            header.signed = Some(signed);
        }
        Ok(header)
    }

    /// `(strong1, pull0)`, if it stands here.
    pub(super) fn skip_strength(&mut self) -> Result<(), NetlistError> {
        if !self.current.is("(") {
            return Ok(());
        }
        // Nothing else begins with a parenthesis where a strength may stand, but for a gate's terminals.
        self.skip_parentheses()
    }

    fn declaration_of(&mut self, header: &DeclarationHeader) -> Result<VerilogDeclaration<'a>, NetlistError> {
        let range = self.range()?;
        if self.current.is("[") {
            let what = "a vector of vectors";
            return Err(self.unsupported(what, "write wire [7:0] x [0:3], or one vector", self.current));
        }
        Ok(VerilogDeclaration {
            direction: header.direction,
            is_net: header.is_net,
            supply: header.supply,
            signed: header.signed,
            range,
            nets: Vec::new(),
        })
    }

    /// The declarations in the header of a module.
    pub(super) fn declared_ports(&mut self, module: &mut VerilogModule<'a>) -> Result<(), NetlistError> {
        let mut direction = None;
        loop {
            // A port that is only a name is like the one before it.
            let fresh = self.at_direction() || self.at_declaration() || self.current.is("[");
            let fresh = fresh || self.current.is("signed");
            if fresh {
                let mut header = self.header()?;
                direction = header.direction.or(direction);
                header.direction = direction;
                let declaration = self.declaration_of(&header)?;
                module.body.items.push(VerilogItem::Nets(declaration));
            }
            let name = self.name("the name of a port")?;
            if self.current.is("[") || self.current.is("=") {
                let what = if self.current.is("[") { "an array as a port" } else { "a default for a port" };
                return Err(self.unsupported(what, "declare one vector and connect it", self.current));
            }
            module.ports.push(name);
            let Some(VerilogItem::Nets(declaration)) = module.body.items.last_mut() else {
                unreachable!("the first port has a direction");
            };
            declaration.nets.push(DeclaredNet { name, array: None, value: None });
            if !self.accept(",")? {
                return Ok(());
            }
        }
    }

    /// A declaration in the body of a module.
    pub(super) fn declaration(&mut self, block: &mut VerilogBlock<'a>) -> Result<(), NetlistError> {
        let header = self.header()?;
        let mut declaration = self.declaration_of(&header)?;
        if header.is_integer && declaration.range.is_none() {
            let spot = self.current.spot;
            let bound = |value| VerilogExpression {
                kind: ExpressionKind::Number(VerilogNumber::of(value)),
                spot,
                depth: 1,
            };
            declaration.range = Some(VerilogRange { first: bound(31), last: bound(0) });
        }
        self.skip_delay()?;
        loop {
            let name = self.name("the name of a net")?;
            let array = self.range()?;
            if self.current.is("[") {
                let what = "an array of more than one dimension";
                return Err(self.unsupported(what, "use one dimension", self.current));
            }
            let token = self.current;
            let value = if self.accept("=")? { Some(self.expression()?) } else { None };
            if value.is_some() && header.is_variable {
                let what = "a value that a variable starts with";
                let advice = "write assign for a value that it always has";
                return Err(self.unsupported(what, advice, token));
            }
            if value.is_some() && array.is_some() {
                return Err(self.error(NetlistErrorKind::expected("';'", "'='"), token));
            }
            declaration.nets.push(DeclaredNet { name, array, value });
            if !self.accept(",")? {
                break;
            }
        }
        self.expect(";")?;
        block.items.push(VerilogItem::Nets(declaration));
        Ok(())
    }
}
