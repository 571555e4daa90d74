//! Instances of modules and of library cells, and what their ports are connected to.

use std::collections::HashSet;
use std::rc::Rc;

use super::super::MAX_DEPTH;
use super::super::syntax::{
    ExpressionKind, Spot, VerilogConnections, VerilogDirection, VerilogExpression, VerilogInstance,
    VerilogModule, VerilogName,
};
use super::scope::{NetVector, Overrides, VerilogScope};
use super::{Elaborator, Link, Pending};
use crate::read::primitives::library_cell;
use crate::{Net, NetlistError, NetlistErrorKind, cells};

impl<'a> Elaborator<'a> {
    pub(super) fn instance(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        instance: &'a VerilogInstance<'a>,
        link: &Rc<Link<'a>>,
    ) -> Result<(), NetlistError> {
        let name = instance.module;
        if let Some(&module) = self.modules.get(name.text) {
            return self.module_instance(scope, instance, module, link);
        }
        match cells::find(name.text) {
            Some(cell) if cell.is_sequential() => {
                let what = format!("'{}', a cell '{}',", instance.name.text, name.text);
                Err(self.error(NetlistErrorKind::Sequential { what }, name.spot))
            }
            Some(cell) => self.cell_instance(scope, instance, cell),
            None => {
                let hint = "; add the file that defines it with --with".to_owned();
                let kind = "module or library cell";
                Err(self.error(NetlistErrorKind::Unknown { kind, name: name.text.into(), hint }, name.spot))
            }
        }
    }

    fn module_instance(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        instance: &'a VerilogInstance<'a>,
        module: &'a VerilogModule<'a>,
        link: &Rc<Link<'a>>,
    ) -> Result<(), NetlistError> {
        let spot = instance.name.spot;
        let overrides = self.overrides(scope, &instance.overrides, module, spot)?;
        let link = self.link(module, &overrides, link, spot)?;
        let prefix = format!("{}{}.", scope.prefix, instance.name.text);
        let inside = self.declared(module, &prefix, &overrides, spot)?;
        match &instance.connections {
            VerilogConnections::Positions(values) => {
                // `u1 ()` connects nothing, not one port to nothing.
                if values.len() > module.ports.len() {
                    let expected =
                        format!("at most {} connections to '{}'", module.ports.len(), module.name.text);
                    return Err(
                        self.error(NetlistErrorKind::expected(expected, format!("{}", values.len())), spot)
                    );
                }
                for (port, value) in module.ports.iter().zip(values) {
                    self.port_connection(scope, &inside, port, value.as_ref())?;
                }
                for port in &module.ports[values.len()..] {
                    self.may_be_missing(&inside, port, instance)?;
                }
            }
            VerilogConnections::Names(values) => {
                let mut connected = HashSet::new();
                for (port, value) in values {
                    if self.port(&inside, port).is_err() {
                        let all: Vec<&str> = module.ports.iter().map(|port| port.text).collect();
                        return Err(self.no_port(instance, port, &all));
                    }
                    if !connected.insert(port.text) {
                        return Err(self.connected_twice(instance, port));
                    }
                    self.port_connection(scope, &inside, port, value.as_ref())?;
                }
                for port in module.ports.iter().filter(|port| !connected.contains(port.text)) {
                    self.may_be_missing(&inside, port, instance)?;
                }
            }
        }
        self.pending.push(Pending { module, scope: inside, link });
        Ok(())
    }

    /// The parameters that an instance overrides.
    fn overrides(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        given: &'a VerilogConnections<'a>,
        module: &'a VerilogModule<'a>,
        spot: Spot,
    ) -> Result<Overrides<'a>, NetlistError> {
        let mut overrides = Overrides::new();
        match given {
            VerilogConnections::Positions(values) => {
                if values.len() > module.parameters.len() {
                    let (most, name) = (module.parameters.len(), module.name.text);
                    let expected = format!("at most {most} parameters for '{name}'");
                    return Err(
                        self.error(NetlistErrorKind::expected(expected, format!("{}", values.len())), spot)
                    );
                }
                for (parameter, value) in module.parameters.iter().zip(values) {
                    if let Some(value) = value {
                        overrides.insert(parameter.text, self.constant(scope, value)?);
                    }
                }
            }
            VerilogConnections::Names(values) => {
                let known: HashSet<&str> = module.parameters.iter().map(|name| name.text).collect();
                for (name, value) in values {
                    if !known.contains(name.text) {
                        let all: Vec<&str> = module.parameters.iter().map(|name| name.text).collect();
                        let problem = NetlistErrorKind::Unknown {
                            kind: "parameter",
                            name: name.text.into(),
                            hint: format!("; '{}' has {}", module.name.text, or_none(&all)),
                        };
                        return Err(self.error(problem, name.spot));
                    }
                    let Some(value) = value else { continue };
                    let value = self.constant(scope, value)?;
                    if overrides.insert(name.text, value).is_some() {
                        let message = format!("parameter '{}' is overridden twice; remove one", name.text);
                        return Err(self.error(NetlistErrorKind::Other(message), name.spot));
                    }
                }
            }
        }
        Ok(overrides)
    }

    /// The module below `parent`, unless it is one of those that contain it.
    fn link(
        &mut self,
        module: &'a VerilogModule<'a>,
        overrides: &Overrides<'a>,
        parent: &Rc<Link<'a>>,
        spot: Spot,
    ) -> Result<Rc<Link<'a>>, NetlistError> {
        let name = module.name.text;
        if parent.depth >= MAX_DEPTH {
            let what = format!("modules are nested more than {MAX_DEPTH} levels deep, at '{name}'");
            return Err(self.too_large(what, format!("{MAX_DEPTH} levels"), spot));
        }
        self.spend(parent.depth, spot)?;
        let mut path = vec![name];
        let mut above = Some(parent);
        while let Some(link) = above {
            path.push(link.module);
            if link.module == name && link.overrides == *overrides {
                path.reverse();
                let message =
                    format!("module '{name}' contains itself: {}; remove the cycle", path.join(" > "));
                return Err(self.error(NetlistErrorKind::Other(message), spot));
            }
            above = link.parent.as_ref();
        }
        let depth = parent.depth + 1;
        Ok(Rc::new(Link { module: name, overrides: overrides.clone(), parent: Some(parent.clone()), depth }))
    }

    fn port_connection(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        inside: &VerilogScope<'_, 'a>,
        port: &VerilogName<'a>,
        value: Option<&'a VerilogExpression<'a>>,
    ) -> Result<(), NetlistError> {
        let (vector, direction) = self.port(inside, port)?;
        let Some(value) = value else { return Ok(()) };
        let width = vector.bits.len();
        let location = self.location(value.spot);
        if direction == VerilogDirection::Input {
            let what = || format!("the connection of port '{}'", port.text);
            let bits = self.connected(scope, value, width, what)?;
            for (&net, bit) in vector.bits.iter().zip(bits) {
                self.g.builder.drive(net, bit, &location)?;
            }
            return Ok(());
        }
        let targets = self.target(scope, value)?;
        if targets.len() != width {
            let what = format!("the connection of output '{}'", port.text);
            let problem = NetlistErrorKind::Width { what, expected: width, got: targets.len() };
            return Err(self.error(problem, value.spot));
        }
        for (target, &net) in targets.into_iter().zip(&vector.bits) {
            self.g.builder.drive(target, net, &location)?;
        }
        Ok(())
    }

    /// The bits of an expression that is connected to an input of `width` bits.
    pub(super) fn connected(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        value: &'a VerilogExpression<'a>,
        width: usize,
        what: impl FnOnce() -> String,
    ) -> Result<Vec<Net>, NetlistError> {
        let size = self.size(scope, value)?;
        let mut bits = self.build(scope, value, size.width.max(width), size.signed)?;
        let spare = bits.split_off(width);
        let lossless = || {
            let sign = bits.last().copied().filter(|_| size.signed);
            let extends = |net: &Net| *net == self.g.zero() || Some(*net) == sign;
            spare.iter().all(|net| self.g.known(*net).is_some() && extends(net))
        };
        let constant = || spare.iter().all(|&net| self.g.known(net).is_some());
        // An operator whose result depends on the width that it is computed in is not widened.
        let fits = match size.width {
            got if got == width => true,
            got if got < width => is_plain(value),
            _ => lossless() || size.sized <= width && !constant(),
        };
        if fits {
            return Ok(bits);
        }
        let got = if size.width > width { size.width.min(size.sized.max(width + 1)) } else { size.width };
        Err(self.error(NetlistErrorKind::Width { what: what(), expected: width, got }, value.spot))
    }

    /// An output may be left out; an input that is left open says so.
    fn may_be_missing(
        &self,
        inside: &VerilogScope<'_, 'a>,
        port: &VerilogName<'a>,
        instance: &VerilogInstance<'a>,
    ) -> Result<(), NetlistError> {
        let (_, direction): (&NetVector, VerilogDirection) = self.port(inside, port)?;
        if direction == VerilogDirection::Output {
            return Ok(());
        }
        Err(self.missing(instance, port.text))
    }

    fn missing(&self, instance: &VerilogInstance<'a>, port: &str) -> NetlistError {
        let (name, module) = (instance.name.text, instance.module.text);
        let message = format!("input '{port}' of '{name}', a '{module}', is not connected; connect it");
        self.error(NetlistErrorKind::Other(message), instance.name.spot)
    }

    fn no_port(&self, instance: &VerilogInstance<'a>, port: &VerilogName<'a>, all: &[&str]) -> NetlistError {
        let hint = format!("; '{}' has {}", instance.module.text, or_none(all));
        self.error(NetlistErrorKind::Unknown { kind: "port", name: port.text.into(), hint }, port.spot)
    }

    fn connected_twice(&self, instance: &VerilogInstance<'a>, port: &VerilogName<'a>) -> NetlistError {
        let (name, port_name) = (instance.name.text, port.text);
        let message = format!("port '{port_name}' of '{name}' is connected twice; remove one");
        self.error(NetlistErrorKind::Other(message), port.spot)
    }

    fn cell_instance(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        instance: &'a VerilogInstance<'a>,
        cell: &'static cells::StandardCell,
    ) -> Result<(), NetlistError> {
        let spot = instance.name.spot;
        self.count_instance(spot)?;
        let VerilogConnections::Names(values) = &instance.connections else {
            let message = format!(
                "'{}', a cell '{}', is connected by position, and the order of a library's pins is not known; \\
                 connect it by name: .A(x)",
                instance.name.text, instance.module.text
            );
            return Err(self.error(NetlistErrorKind::Other(message), spot));
        };
        let find = |pin: &String| values.iter().find(|(name, _)| name.text == pin);
        for (at, (port, _)) in values.iter().enumerate() {
            if !cell.inputs().iter().chain(cell.outputs()).any(|pin| pin == port.text) {
                let all: Vec<&str> = cell.inputs().iter().chain(cell.outputs()).map(String::as_str).collect();
                return Err(self.no_port(instance, port, &all));
            }
            // No cell has many pins, and none occurs twice among those before.
            if values[..at].iter().any(|(before, _)| before.text == port.text) {
                return Err(self.connected_twice(instance, port));
            }
        }
        let mut inputs = Vec::with_capacity(cell.inputs().len());
        for pin in cell.inputs() {
            let Some((_, Some(value))) = find(pin) else { return Err(self.missing(instance, pin)) };
            inputs.extend(self.connected(scope, value, 1, || format!("the connection of pin '{pin}'"))?);
        }
        let outputs = library_cell(&mut self.g, instance.module.text, cell, &inputs);
        for (pin, bit) in cell.outputs().iter().zip(outputs) {
            let Some((_, Some(value))) = find(pin) else { continue };
            let targets = self.target(scope, value)?;
            let [target] = targets[..] else {
                let what = format!("the connection of pin '{pin}'");
                let problem = NetlistErrorKind::Width { what, expected: 1, got: targets.len() };
                return Err(self.error(problem, value.spot));
            };
            let location = self.location(value.spot);
            self.g.builder.drive(target, bit, &location)?;
        }
        Ok(())
    }
}

fn or_none(names: &[&str]) -> String {
    /// The most names that a message lists.
    const SHOWN: usize = 16;
    let more = names.len().saturating_sub(SHOWN);
    match names {
        [] => "none".into(),
        _ if more > 0 => format!("{} and {more} more", names[..SHOWN].join(", ")),
        _ => names.join(", "),
    }
}

/// Whether an expression means the same however wide it is computed.
fn is_plain(expression: &VerilogExpression<'_>) -> bool {
    match &expression.kind {
        ExpressionKind::Number(_)
        | ExpressionKind::Name(..)
        | ExpressionKind::Concatenation(_)
        | ExpressionKind::Replication(..)
        | ExpressionKind::Call(..) => true,
        ExpressionKind::Unary(operator, inner) => {
            operator.is_reduction() || operator.keeps() && is_plain(inner)
        }
        ExpressionKind::Chain(first, rest) => {
            let operator = rest.first().map(|(operator, _)| *operator);
            operator.is_none_or(|operator| operator.is_bit())
                || rest.iter().all(|(operator, term)| operator.keeps() && is_plain(term)) && is_plain(first)
        }
        ExpressionKind::Conditional(arms, last) => {
            arms.iter().all(|(_, value)| is_plain(value)) && is_plain(last)
        }
    }
}
