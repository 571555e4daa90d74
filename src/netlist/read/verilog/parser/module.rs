//! Modules: their header, and the statements within.

use std::collections::HashMap;

use super::super::YOSYS;
use super::super::lexer::TokenKind;
use super::super::syntax::{VerilogAssignment, VerilogBlock, VerilogItem, VerilogModule, VerilogName};
use super::{NetlistErrorKind, VerilogParser};
use crate::NetlistError;

impl<'a> VerilogParser<'a> {
    /// A module. What is known but not taken is kept as the reason why the module cannot be used: a file may
    /// hold a testbench beside the circuit.
    pub(super) fn module(&mut self) -> Result<VerilogModule<'a>, NetlistError> {
        self.advance()?;
        let name = self.name("the name of a module")?;
        self.depth = 0;
        let mut module = VerilogModule {
            name,
            ports: Vec::new(),
            body: VerilogBlock::default(),
            parameters: Vec::new(),
            refused: None,
        };
        match self.inside(&mut module) {
            Ok(()) => {}
            Err(error)
                if matches!(
                    error.kind,
                    NetlistErrorKind::Unsupported { .. } | NetlistErrorKind::Sequential { .. }
                ) =>
            {
                module.refused = Some(error);
                self.skip_past("endmodule")?;
            }
            Err(error) => return Err(error),
        }
        self.label()?;
        Ok(module)
    }

    /// A table of a user-defined primitive, which is skipped.
    pub(super) fn primitive(&mut self) -> Result<VerilogModule<'a>, NetlistError> {
        let token = self.advance()?;
        let name = self.name("the name of a primitive")?;
        let what = format!("the user-defined primitive '{}'", name.text);
        let refused = Some(self.unsupported(what, "describe it as a module with assign", token));
        self.skip_past("endprimitive")?;
        Ok(VerilogModule {
            name,
            ports: Vec::new(),
            body: VerilogBlock::default(),
            parameters: Vec::new(),
            refused,
        })
    }

    /// `: name` behind an end.
    pub(super) fn label(&mut self) -> Result<Option<VerilogName<'a>>, NetlistError> {
        if self.accept(":")? { self.name("a label").map(Some) } else { Ok(None) }
    }

    fn inside(&mut self, module: &mut VerilogModule<'a>) -> Result<(), NetlistError> {
        let implicit = self.lexer.implicit_nets;
        if self.accept("#")? {
            self.expect("(")?;
            self.parameter_ports(module)?;
        }
        if self.accept("(")? {
            self.ports(module)?;
        }
        self.expect(";")?;
        while !self.current.is("endmodule") {
            self.item(&mut module.body)?;
        }
        self.advance()?;
        for item in &module.body.items {
            if let VerilogItem::Parameter(parameter) = item
                && !parameter.local
            {
                module.parameters.push(parameter.name);
            }
        }
        if implicit {
            module.body.find_implicit();
        }
        self.check_ports(module)
    }

    /// That ports are listed once, and that what is declared as one is listed.
    fn check_ports(&self, module: &VerilogModule<'a>) -> Result<(), NetlistError> {
        let mut listed: HashMap<&str, VerilogName<'a>> = HashMap::new();
        for &port in &module.ports {
            if let Some(before) = listed.insert(port.text, port) {
                let first = before.spot.location(self.sources);
                let problem = NetlistErrorKind::Duplicate { kind: "port", name: port.text.into(), first };
                return Err(problem.at(&port.spot.location(self.sources)));
            }
        }
        for item in &module.body.items {
            let VerilogItem::Nets(declaration) = item else { continue };
            let unlisted = declaration.nets.iter().find(|net| !listed.contains_key(net.name.text));
            if let Some(net) = unlisted.filter(|_| declaration.direction.is_some()) {
                let hint = format!("; add it to the list after 'module {}'", module.name.text);
                let problem = NetlistErrorKind::Unknown { kind: "port", name: net.name.text.into(), hint };
                return Err(problem.at(&net.name.spot.location(self.sources)));
            }
        }
        Ok(())
    }

    /// `parameter N = 8, M = 4)`
    fn parameter_ports(&mut self, module: &mut VerilogModule<'a>) -> Result<(), NetlistError> {
        if self.accept(")")? {
            return Ok(());
        }
        let mut local = false;
        loop {
            if self.current.is("parameter") || self.current.is("localparam") {
                local = self.advance()?.text == "localparam";
            }
            let parameter = self.parameter(local)?;
            module.body.items.push(VerilogItem::Parameter(parameter));
            if !self.accept(",")? {
                self.expect(")")?;
                return Ok(());
            }
        }
    }

    /// The list of ports, with or without their declarations, up to its closing parenthesis.
    fn ports(&mut self, module: &mut VerilogModule<'a>) -> Result<(), NetlistError> {
        if self.accept(")")? {
            return Ok(());
        }
        if self.at_direction() {
            self.declared_ports(module)?;
        } else {
            module.ports = self.list(Self::plain_port)?;
        }
        self.expect(")")?;
        Ok(())
    }

    fn plain_port(&mut self) -> Result<VerilogName<'a>, NetlistError> {
        if self.current.is(".") || self.current.is("{") {
            let advice = "list plain names, and join nets with assign";
            return Err(self.unsupported("an expression as a port", advice, self.current));
        }
        let name = self.name("the name of a port")?;
        if self.current.is("[") {
            let advice = "list plain names, and join nets with assign";
            return Err(self.unsupported("a part of a net as a port", advice, self.current));
        }
        Ok(name)
    }

    /// One statement of a module or of a generated block.
    pub(super) fn item(&mut self, block: &mut VerilogBlock<'a>) -> Result<(), NetlistError> {
        let token = self.current;
        if token.kind == TokenKind::End {
            let problem = NetlistErrorKind::expected("a statement or 'endmodule'", token.quoted());
            return Err(self.error(problem, token));
        }
        if token.kind != TokenKind::Word {
            if self.accept(";")? {
                return Ok(());
            }
            if token.kind == TokenKind::Escaped {
                return self.instances(block);
            }
            if token.kind == TokenKind::System {
                let what = format!("the system task {}", token.text);
                return Err(self.unsupported(what, "remove it", token));
            }
            return Err(self.error(NetlistErrorKind::expected("a statement", token.quoted()), token));
        }
        match token.text {
            "parameter" | "localparam" => {
                let local = self.advance()?.text == "localparam";
                loop {
                    let parameter = self.parameter(local)?;
                    block.items.push(VerilogItem::Parameter(parameter));
                    if !self.accept(",")? {
                        break;
                    }
                }
                self.expect(";")?;
            }
            "assign" => {
                self.advance()?;
                self.skip_strength()?;
                self.skip_delay()?;
                let assignments = self.list(Self::assignment)?;
                block.items.push(VerilogItem::Assign(assignments));
                self.expect(";")?;
            }
            "genvar" => {
                self.advance()?;
                self.list(|parser| parser.name("the name of a genvar"))?;
                self.expect(";")?;
            }
            "generate" => {
                self.advance()?;
                while !self.accept("endgenerate")? {
                    self.item(block)?;
                }
            }
            "for" | "if" | "begin" => self.generated(block)?,
            "specify" => self.skip_past("endspecify")?,
            "specparam" => self.skip_past(";")?,
            "function" | "task" => {
                let what = format!("a {}", token.text);
                return Err(self.unsupported(what, YOSYS, token));
            }
            "always" | "always_ff" | "always_latch" | "always_comb" | "initial" => {
                return Err(self.procedure()?);
            }
            "defparam" => {
                let advice = "override parameters at the instance: name #(.N(8)) u1 (..)";
                return Err(self.unsupported("defparam", advice, token));
            }
            "case" => return Err(self.unsupported("case in generate", "write it with if and else", token)),
            "nmos" | "pmos" | "cmos" | "rnmos" | "rpmos" | "rcmos" | "tran" | "rtran" | "tranif0"
            | "tranif1" | "rtranif0" | "rtranif1" | "bufif0" | "bufif1" | "notif0" | "notif1" | "pullup"
            | "pulldown" => {
                let what = format!("the switch or three-state gate '{}'", token.text);
                return Err(self.unsupported(what, "write the logic with and, or, not and ?:", token));
            }
            "typedef" | "enum" | "struct" | "union" | "import" | "int" | "byte" | "shortint" | "longint"
            | "property" | "assert" | "assume" | "cover" | "final" | "alias" | "bind" | "interface"
            | "modport" | "let" => {
                return Err(self.unsupported(format!("SystemVerilog's '{}'", token.text), YOSYS, token));
            }
            _ if self.at_declaration() => self.declaration(block)?,
            _ if self.at_gate() => self.gates(block)?,
            _ if self.is_name() => self.instances(block)?,
            _ => return Err(self.error(NetlistErrorKind::expected("a statement", token.quoted()), token)),
        }
        Ok(())
    }

    fn assignment(&mut self) -> Result<VerilogAssignment<'a>, NetlistError> {
        let target = self.primary()?;
        self.expect("=")?;
        Ok(VerilogAssignment { target, value: self.expression()? })
    }

    /// The error that a block of statements deserves: registers keep a state, other blocks are for Yosys.
    fn procedure(&mut self) -> Result<NetlistError, NetlistError> {
        let start = self.advance()?;
        let name = start.text;
        if name == "initial" {
            let advice = "remove it, or name the circuit with --top if this is a testbench";
            return Ok(self.unsupported("an initial block", advice, start));
        }
        let mut edge = matches!(name, "always_ff" | "always_latch");
        // An always without @ is a clock generator.
        if name == "always" && !self.current.is("@") {
            return Ok(self.unsupported("always without @", "remove it", start));
        }
        while name == "always" && !edge && self.current.kind != TokenKind::End {
            let token = self.advance()?;
            edge = token.is("posedge") || token.is("negedge");
            if token.is(")") || token.is(";") || token.is("begin") {
                break;
            }
        }
        Ok(if edge {
            let what = format!("{name} at a clock edge or latch");
            self.error(NetlistErrorKind::Sequential { what }, start)
        } else {
            self.unsupported(format!("'{name}' with statements"), YOSYS, start)
        })
    }
}
