//! From the tree to gates: names get their meaning, instances their own nets, expressions their widths.

mod arithmetic;
mod block;
mod connect;
mod declare;
mod expression;
mod folding;
mod gate;
mod scope;
mod select;
mod size;

use std::collections::HashMap;
use std::rc::Rc;

use super::syntax::{Spot, VerilogDirection, VerilogModule, VerilogName};
use super::{MAX_INSTANCES, MAX_NAMES, MAX_STEPS};
use crate::{Design, MAX_NETS, Net, NetlistError, NetlistErrorKind, Port, SourceLocation, SourceText};
use folding::Folding;
use scope::{Meaning, NetVector, Overrides, VerilogScope};

pub(super) struct Elaborator<'a> {
    sources: &'a [SourceText],
    modules: &'a HashMap<&'a str, &'a VerilogModule<'a>>,
    g: Folding,
    /// Instances whose ports are connected and whose insides are not built yet.
    pending: Vec<Pending<'a>>,
    instances: usize,
    /// Bytes of the names of nets so far.
    names: usize,
}

struct Pending<'a> {
    module: &'a VerilogModule<'a>,
    scope: VerilogScope<'a, 'a>,
    link: Rc<Link<'a>>,
}

/// A module and those that contain it.
struct Link<'a> {
    module: &'a str,
    overrides: Overrides<'a>,
    parent: Option<Rc<Link<'a>>>,
    depth: usize,
}

impl<'a> Elaborator<'a> {
    pub fn new(sources: &'a [SourceText], modules: &'a HashMap<&'a str, &'a VerilogModule<'a>>) -> Self {
        Self { sources, modules, g: Folding::new(), pending: Vec::new(), instances: 0, names: 0 }
    }

    /// The circuit that a module describes.
    pub fn design(mut self, top: &'a VerilogModule<'a>) -> Result<Design, NetlistError> {
        let scope = self.declared(top, "", &Overrides::new(), top.name.spot)?;
        let mut ports = [Vec::new(), Vec::new()];
        for name in &top.ports {
            let (vector, direction) = self.port(&scope, name)?;
            let location = self.location(name.spot);
            let nets = vector.bits.clone();
            if direction == VerilogDirection::Input {
                for &net in &nets {
                    self.g.builder.drive_by_input(net, &location)?;
                }
            }
            let port = Port {
                name: name.text.into(),
                width: nets.len(),
                range: vector.range,
                signed: vector.signed,
                location,
            };
            ports[usize::from(direction == VerilogDirection::Output)].push((port, nets));
        }
        let link =
            Rc::new(Link { module: top.name.text, overrides: Overrides::new(), parent: None, depth: 1 });
        self.pending.push(Pending { module: top, scope, link });
        while let Some(Pending { module, scope, link }) = self.pending.pop() {
            self.block(&module.body, &scope, &link)?;
        }
        let [inputs, outputs] = ports;
        let location = self.location(top.name.spot);
        self.g.builder.finish(top.name.text, inputs, outputs, &location)
    }

    /// The names of a module, its parameters overridden.
    fn declared(
        &mut self,
        module: &'a VerilogModule<'a>,
        prefix: &str,
        overrides: &Overrides<'a>,
        spot: Spot,
    ) -> Result<VerilogScope<'a, 'a>, NetlistError> {
        if let Some(error) = &module.refused {
            return Err(error.clone());
        }
        self.count_instance(spot)?;
        self.spend(512 + prefix.len(), spot)?;
        let mut scope = VerilogScope::new(prefix, None);
        self.declare(&module.body, &mut scope, overrides)?;
        Ok(scope)
    }

    /// A port of a module.
    fn port<'s>(
        &self,
        scope: &'s VerilogScope<'_, 'a>,
        name: &VerilogName<'a>,
    ) -> Result<(&'s NetVector, VerilogDirection), NetlistError> {
        match scope.names.get(name.text).map(|entry| &entry.meaning) {
            Some(Meaning::Net(vector @ NetVector { direction: Some(direction), .. })) => {
                Ok((vector, *direction))
            }
            _ => {
                let hint = "; declare it as input or output".to_owned();
                let name_text = name.text.to_owned();
                Err(self.error(
                    NetlistErrorKind::Unknown { kind: "input or output", name: name_text, hint },
                    name.spot,
                ))
            }
        }
    }

    fn location(&self, spot: Spot) -> SourceLocation {
        spot.location(self.sources)
    }

    fn error(&self, problem: NetlistErrorKind, spot: Spot) -> NetlistError {
        problem.at(&self.location(spot))
    }

    fn too_large(&self, what: impl Into<String>, limit: impl Into<String>, spot: Spot) -> NetlistError {
        self.error(NetlistErrorKind::TooLarge { what: what.into(), limit: limit.into() }, spot)
    }

    fn count_instance(&mut self, spot: Spot) -> Result<(), NetlistError> {
        self.instances += 1;
        if self.instances <= MAX_INSTANCES {
            return Ok(());
        }
        let what = format!("the circuit has more than {MAX_INSTANCES} instances");
        Err(self.too_large(what, format!("{MAX_INSTANCES} instances"), spot))
    }

    /// Counts work, and stops where there is too much of it.
    fn spend(&mut self, steps: usize, spot: Spot) -> Result<(), NetlistError> {
        self.g.steps += steps;
        if self.g.builder.is_full() {
            let what = format!("the circuit has more than {MAX_NETS} nets");
            return Err(self.too_large(what, format!("{MAX_NETS}"), spot));
        }
        if self.g.steps > MAX_STEPS {
            let what = "this circuit takes too long to read";
            return Err(self.too_large(what, format!("what takes {MAX_STEPS} steps"), spot));
        }
        Ok(())
    }

    /// Declares nets: one named `x`, or `x[7]` .. `x[0]`, the least significant of which comes first.
    fn named_nets(
        &mut self,
        prefix: &str,
        name: &str,
        indices: impl ExactSizeIterator<Item = Option<i64>>,
        spot: Spot,
    ) -> Result<Vec<Net>, NetlistError> {
        let location = self.location(spot);
        let mut text = format!("{prefix}{name}");
        let length = text.len();
        self.names += indices.len() * (length + 8);
        if self.names > MAX_NAMES {
            let what = format!("the names of all nets take more than {MAX_NAMES} bytes");
            return Err(self.too_large(what, format!("{MAX_NAMES} bytes"), spot));
        }
        self.spend(8 * indices.len(), spot)?;
        let nets = indices.map(|index| {
            if let Some(index) = index {
                text.truncate(length);
                text.push('[');
                text.push_str(&index.to_string());
                text.push(']');
            }
            self.g.builder.net(&text, &location)
        });
        Ok(nets.collect())
    }
}
