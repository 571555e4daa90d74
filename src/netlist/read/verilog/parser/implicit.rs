//! Names that nothing declares but that Verilog makes nets of one bit: those which instances and gates connect,
//! and those which assign drives.

use std::collections::HashSet;

use super::super::syntax::{Block, Connections, Expression, Item, Kind, Name};

impl<'a> Block<'a> {
    /// Finds them, each once. Names of enclosing blocks and of genvars are among them; they are told apart
    /// when the block is built.
    pub(super) fn find_implicit(&mut self) {
        let mut seen: HashSet<&str> = HashSet::new();
        for item in &self.items {
            match item {
                Item::Nets(declaration) => seen.extend(declaration.nets.iter().map(|net| net.name.text)),
                Item::Parameter(parameter) => {
                    seen.insert(parameter.name.text);
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        let mut note = |name: Name<'a>| {
            if seen.insert(name.text) {
                found.push(name);
            }
        };
        for item in &self.items {
            match item {
                Item::Assign(list) => list.iter().for_each(|assign| targets(&assign.target, &mut note)),
                Item::Gate(gate) => gate.terminals.iter().for_each(|terminal| targets(terminal, &mut note)),
                Item::Instance(instance) => match &instance.connections {
                    Connections::Positions(list) => {
                        list.iter().flatten().for_each(|value| targets(value, &mut note));
                    }
                    Connections::Names(list) => {
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
fn targets<'a>(expression: &Expression<'a>, note: &mut impl FnMut(Name<'a>)) {
    match &expression.kind {
        Kind::Name(text, selects) if selects.is_empty() => note(Name { text, spot: expression.spot }),
        Kind::Concatenation(parts) => parts.iter().for_each(|part| targets(part, note)),
        _ => {}
    }
}
