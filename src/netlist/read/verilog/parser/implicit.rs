//! Names that nothing declares but that Verilog makes nets of one bit: those which instances and gates connect,
//! and those which assign drives.

use std::collections::HashSet;

use super::super::syntax::{
    ExpressionKind, VerilogBlock, VerilogConnections, VerilogExpression, VerilogItem, VerilogName,
};

impl<'a> VerilogBlock<'a> {
    /// Finds them, each once. Names of enclosing blocks and of genvars are among them; they are distinguished
    /// when the block is built.
    pub(super) fn find_implicit(&mut self) {
        let mut seen: HashSet<&str> = HashSet::new();
        for item in &self.items {
            match item {
                VerilogItem::Nets(declaration) => {
                    seen.extend(declaration.nets.iter().map(|net| net.name.text))
                }
                VerilogItem::Parameter(parameter) => {
                    seen.insert(parameter.name.text);
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        let mut note = |name: VerilogName<'a>| {
            if seen.insert(name.text) {
                found.push(name);
            }
        };
        for item in &self.items {
            match item {
                VerilogItem::Assign(list) => {
                    list.iter().for_each(|assign| targets(&assign.target, &mut note))
                }
                VerilogItem::Gate(gate) => {
                    gate.terminals.iter().for_each(|terminal| targets(terminal, &mut note))
                }
                VerilogItem::Instance(instance) => match &instance.connections {
                    VerilogConnections::Positions(list) => {
                        list.iter().flatten().for_each(|value| targets(value, &mut note));
                    }
                    VerilogConnections::Names(list) => {
                        list.iter()
                            .filter_map(|(_, value)| value.as_ref())
                            .for_each(|v| targets(v, &mut note));
                    }
                },
                _ => {}
            }
        }
        self.implicit = found;
    }
}

/// The whole nets that an expression names, by themselves or in concatenations.
fn targets<'a>(expression: &VerilogExpression<'a>, note: &mut impl FnMut(VerilogName<'a>)) {
    match &expression.kind {
        ExpressionKind::Name(text, selects) if selects.is_empty() => {
            note(VerilogName { text, spot: expression.spot })
        }
        ExpressionKind::Concatenation(parts) => parts.iter().for_each(|part| targets(part, note)),
        _ => {}
    }
}
