//! Declarations: parameters first, then nets, then the nets that nothing declares.

use std::collections::hash_map::Entry as Slot;

use super::super::MAX_WIDTH;
use super::super::syntax::{
    Spot, VerilogBlock, VerilogDeclaration, VerilogItem, VerilogName, VerilogParameter, VerilogRange,
};
use super::Elaborator;
use super::scope::{Meaning, NetVector, Overrides, ScopeEntry, VerilogScope, VerilogWord, extent};
use crate::{Net, NetlistError, NetlistErrorKind};

/// The kind of thing that messages say a name is.
fn kind(meaning: &Meaning) -> &'static str {
    match meaning {
        Meaning::Net(NetVector { direction: Some(_), .. }) => "port",
        Meaning::Net(_) => "net",
        Meaning::Constant(..) => "parameter",
        Meaning::Instance => "instance",
    }
}

impl<'a> Elaborator<'a> {
    /// Enters what a block declares, its parameters overridden.
    pub(super) fn declare(
        &mut self,
        block: &'a VerilogBlock<'a>,
        scope: &mut VerilogScope<'_, 'a>,
        overrides: &Overrides<'a>,
    ) -> Result<(), NetlistError> {
        for item in &block.items {
            if let VerilogItem::Parameter(parameter) = item {
                self.parameter(parameter, scope, overrides)?;
            }
        }
        for item in &block.items {
            match item {
                VerilogItem::Nets(declaration) => self.nets(declaration, scope)?,
                VerilogItem::Gate(gate) => self.instance_name(gate.name, scope)?,
                VerilogItem::Instance(instance) => self.instance_name(Some(instance.name), scope)?,
                _ => {}
            }
        }
        for &name in &block.implicit {
            if scope.find(name.text).is_none() {
                let bits = self.named_nets(&scope.prefix, name.text, [None].into_iter(), name.spot)?;
                let vector =
                    NetVector { bits, range: None, signed: None, direction: None, is_net: true, array: None };
                scope.names.insert(name.text, ScopeEntry { meaning: Meaning::Net(vector), spot: name.spot });
            }
        }
        Ok(())
    }

    fn enter(
        &self,
        scope: &mut VerilogScope<'_, 'a>,
        name: VerilogName<'a>,
        meaning: Meaning,
    ) -> Result<(), NetlistError> {
        match scope.names.entry(name.text) {
            Slot::Vacant(slot) => {
                slot.insert(ScopeEntry { meaning, spot: name.spot });
                Ok(())
            }
            Slot::Occupied(slot) => Err(self.duplicate(slot.get(), name)),
        }
    }

    fn duplicate(&self, before: &ScopeEntry, name: VerilogName<'a>) -> NetlistError {
        let first = self.location(before.spot);
        let problem =
            NetlistErrorKind::Duplicate { kind: kind(&before.meaning), name: name.text.into(), first };
        self.error(problem, name.spot)
    }

    fn instance_name(
        &mut self,
        name: Option<VerilogName<'a>>,
        scope: &mut VerilogScope<'_, 'a>,
    ) -> Result<(), NetlistError> {
        name.map_or(Ok(()), |name| self.enter(scope, name, Meaning::Instance))
    }

    fn parameter(
        &mut self,
        parameter: &'a VerilogParameter<'a>,
        scope: &mut VerilogScope<'_, 'a>,
        overrides: &Overrides<'a>,
    ) -> Result<(), NetlistError> {
        let name = parameter.name;
        self.spend(16, name.spot)?;
        let mut value = match overrides.get(name.text).filter(|_| !parameter.local) {
            Some(word) => word.clone(),
            None => self.constant(scope, &parameter.value)?,
        };
        let mut range = (value.bits.len() as i64 - 1, 0);
        if let Some(declared) = &parameter.range {
            range = self.bounds(scope, declared, name.spot)?;
            let width = extent(range);
            value = VerilogWord { bits: self.widened(&value, width), signed: parameter.signed, sized: true };
        } else if parameter.signed {
            value.signed = true;
        }
        self.enter(scope, name, Meaning::Constant(value, range))
    }

    /// The bounds of a range, which is as wide as a vector may be.
    fn bounds(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        range: &'a VerilogRange<'a>,
        spot: Spot,
    ) -> Result<(i64, i64), NetlistError> {
        let bounds = (self.integer(scope, &range.first)?, self.integer(scope, &range.last)?);
        if extent(bounds) > MAX_WIDTH {
            let what = format!("[{}:{}] is {} bits wide", bounds.0, bounds.1, extent(bounds));
            return Err(self.too_large(what, format!("{MAX_WIDTH} bits"), spot));
        }
        Ok(bounds)
    }

    fn nets(
        &mut self,
        declaration: &'a VerilogDeclaration<'a>,
        scope: &mut VerilogScope<'_, 'a>,
    ) -> Result<(), NetlistError> {
        let Some(first) = declaration.nets.first() else { return Ok(()) };
        let range = match &declaration.range {
            Some(range) => Some(self.bounds(scope, range, first.name.spot)?),
            None => None,
        };
        for net in &declaration.nets {
            self.spend(16, net.name.spot)?;
            let array = match &net.array {
                Some(array) => Some(self.bounds(scope, array, net.name.spot)?),
                None => None,
            };
            if let Some(before) = scope.names.get_mut(net.name.text) {
                // `output [7:0] y; wire [7:0] y;` declare one net.
                if let Meaning::Net(vector) = &mut before.meaning
                    && vector.direction.is_some() != declaration.direction.is_some()
                    && !(vector.is_net && declaration.is_net)
                    && array.is_none()
                {
                    if vector.range != range {
                        let (expected, got) = (vector.bits.len(), range.map_or(1, extent));
                        let what = format!("'{}', declared before with another range,", net.name.text);
                        return Err(
                            self.error(NetlistErrorKind::Width { what, expected, got }, net.name.spot)
                        );
                    }
                    vector.direction = vector.direction.or(declaration.direction);
                    vector.is_net |= declaration.is_net;
                    vector.signed = vector.signed.or(declaration.signed);
                    continue;
                }
                let entry = before.clone();
                return Err(self.duplicate(&entry, net.name));
            }
            let bits = self.vector(scope, net.name, range, array)?;
            if let Some(value) = declaration.supply {
                let (constant, location) =
                    (if value { self.g.one() } else { self.g.zero() }, self.location(net.name.spot));
                for &bit in &bits {
                    self.g.builder.drive(bit, constant, &location)?;
                }
            }
            let vector = NetVector {
                bits,
                range,
                signed: declaration.signed,
                direction: declaration.direction,
                is_net: declaration.is_net,
                array,
            };
            self.enter(scope, net.name, Meaning::Net(vector))?;
        }
        Ok(())
    }

    /// The nets of a vector or of an array of vectors.
    fn vector(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        name: VerilogName<'a>,
        range: Option<(i64, i64)>,
        array: Option<(i64, i64)>,
    ) -> Result<Vec<Net>, NetlistError> {
        let indices = |(first, last): (i64, i64)| {
            let step = if first >= last { 1 } else { -1 };
            (0..extent((first, last))).map(move |i| Some(last + step * i as i64))
        };
        let vector = |elaborator: &mut Self, name: &str, spot| match range {
            Some(range) => elaborator.named_nets(&scope.prefix, name, indices(range), spot),
            None => elaborator.named_nets(&scope.prefix, name, [None].into_iter(), spot),
        };
        let Some(array) = array else { return vector(self, name.text, name.spot) };
        let mut bits = Vec::new();
        for index in indices(array).flatten() {
            bits.extend(vector(self, &format!("{}[{index}]", name.text), name.spot)?);
        }
        Ok(bits)
    }
}
