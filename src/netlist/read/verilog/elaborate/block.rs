//! The statements of a module or of a generated block.

use std::rc::Rc;

use super::super::syntax::{
    ExpressionKind, GenerateFor, VerilogBlock, VerilogExpression, VerilogItem, VerilogName,
};
use super::scope::{Meaning, Overrides, ScopeEntry, VerilogScope, VerilogWord};
use super::{Elaborator, Link};
use crate::{Net, NetlistError, NetlistErrorKind};

impl<'a> Elaborator<'a> {
    pub(super) fn block(
        &mut self,
        block: &'a VerilogBlock<'a>,
        scope: &VerilogScope<'_, 'a>,
        link: &Rc<Link<'a>>,
    ) -> Result<(), NetlistError> {
        for item in &block.items {
            self.g.steps += 16;
            match item {
                VerilogItem::Parameter(_) => {}
                VerilogItem::Nets(declaration) => {
                    for net in &declaration.nets {
                        if let Some(value) = &net.value {
                            let targets = self.whole_net(scope, net.name)?.to_vec();
                            self.assign(scope, &targets, value, net.name)?;
                        }
                    }
                }
                VerilogItem::Assign(assignments) => {
                    for assignment in assignments {
                        let targets = self.target(scope, &assignment.target)?;
                        let name = VerilogName { text: "", spot: assignment.target.spot };
                        self.assign(scope, &targets, &assignment.value, name)?;
                    }
                }
                VerilogItem::Gate(gate) => self.gate(scope, gate)?,
                VerilogItem::Instance(instance) => self.instance(scope, instance, link)?,
                VerilogItem::For(generated) => self.generated_for(generated, scope, link)?,
                VerilogItem::If(choice) => {
                    let condition = self.constant(scope, &choice.condition)?;
                    let taken = condition.bits.contains(&self.g.one());
                    let (label, body) = &choice.branches[usize::from(!taken)];
                    self.inner(*label, body, scope, link)?;
                }
                VerilogItem::Block(label, body) => self.inner(*label, body, scope, link)?,
            }
        }
        Ok(())
    }

    /// A block with names of its own.
    fn inner(
        &mut self,
        label: Option<VerilogName<'a>>,
        body: &'a VerilogBlock<'a>,
        scope: &VerilogScope<'_, 'a>,
        link: &Rc<Link<'a>>,
    ) -> Result<(), NetlistError> {
        let prefix = match label {
            Some(label) => format!("{}{}.", scope.prefix, label.text).into(),
            None => scope.prefix.clone(),
        };
        self.g.steps += prefix.len();
        let mut inner = VerilogScope::new(prefix, Some(scope));
        self.declare(body, &mut inner, &Overrides::new())?;
        self.block(body, &inner, link)
    }

    fn generated_for(
        &mut self,
        generated: &'a GenerateFor<'a>,
        scope: &VerilogScope<'_, 'a>,
        link: &Rc<Link<'a>>,
    ) -> Result<(), NetlistError> {
        /// The most turns of one loop.
        const MAX_TURNS: usize = 1 << 16;
        let variable = generated.variable;
        let mut value = self.integer(scope, &generated.start)?;
        for _ in 0..MAX_TURNS {
            self.spend(512 + scope.prefix.len(), variable.spot)?;
            let prefix = match generated.label {
                Some(label) => format!("{}{}[{value}].", scope.prefix, label.text).into(),
                None => scope.prefix.clone(),
            };
            let mut inner = VerilogScope::new(prefix, Some(scope));
            let counted = Meaning::Constant(self.counted(value), (31, 0));
            inner.names.insert(variable.text, ScopeEntry { meaning: counted, spot: variable.spot });
            let condition = self.constant(&inner, &generated.condition)?;
            if !condition.bits.contains(&self.g.one()) {
                return Ok(());
            }
            self.declare(&generated.body, &mut inner, &Overrides::new())?;
            self.block(&generated.body, &inner, link)?;
            value = self.integer(&inner, &generated.step)?;
        }
        let what = format!("the loop over '{}' has more than {MAX_TURNS} turns", variable.text);
        Err(self.too_large(what, format!("{MAX_TURNS} turns"), variable.spot))
    }

    /// A genvar's value: a signed number of 32 bits.
    fn counted(&self, value: i64) -> VerilogWord {
        let bit = |bit: u32| if value >> bit & 1 == 1 { self.g.one() } else { self.g.zero() };
        VerilogWord { bits: (0..32).map(bit).collect(), signed: true, sized: false }
    }

    /// Drives nets by an expression, which is widened or cut to fit, as Verilog says.
    fn assign(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        targets: &[Net],
        value: &'a VerilogExpression<'a>,
        target: VerilogName<'a>,
    ) -> Result<(), NetlistError> {
        let size = self.size(scope, value)?;
        let width = size.width.max(targets.len());
        let bits = self.build(scope, value, width, size.signed)?;
        let location = self.location(target.spot);
        for (&net, &bit) in targets.iter().zip(&bits) {
            self.g.builder.drive(net, bit, &location)?;
        }
        self.spend(targets.len(), target.spot)
    }

    fn whole_net<'s>(
        &self,
        scope: &'s VerilogScope<'_, 'a>,
        name: VerilogName<'a>,
    ) -> Result<&'s [Net], NetlistError> {
        match scope.find(name.text).map(|entry| &entry.meaning) {
            Some(Meaning::Net(vector)) if vector.array.is_none() => Ok(&vector.bits),
            _ => Err(self.no_net(name.text, name.spot)),
        }
    }

    /// The nets that an expression on the left side names, the least significant first.
    pub(super) fn target(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        target: &'a VerilogExpression<'a>,
    ) -> Result<Vec<Net>, NetlistError> {
        self.spend(1, target.spot)?;
        match &target.kind {
            ExpressionKind::Name(name, selects) => match scope.find(name).map(|entry| &entry.meaning) {
                Some(Meaning::Net(vector)) => {
                    let part = self.fixed_selects(scope, name, vector, selects, target.spot)?;
                    self.spend(part.len(), target.spot)?;
                    Ok(vector.bits[part].to_vec())
                }
                _ => Err(self.no_net(name, target.spot)),
            },
            ExpressionKind::Concatenation(parts) => {
                let mut nets = Vec::new();
                for part in parts.iter().rev() {
                    nets.extend(self.target(scope, part)?);
                }
                Ok(nets)
            }
            _ => {
                let expected = "a net, a part of one, or a concatenation of these to be driven";
                Err(self.error(NetlistErrorKind::expected(expected, "an expression"), target.spot))
            }
        }
    }

    fn no_net(&self, name: &str, spot: super::Spot) -> NetlistError {
        let hint = "; declare it as a wire".to_owned();
        self.error(NetlistErrorKind::Unknown { kind: "net", name: name.into(), hint }, spot)
    }
}
