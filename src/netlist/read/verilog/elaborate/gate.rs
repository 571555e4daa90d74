//! Gate primitives.

use axmul_api::Gates;

use super::super::syntax::{GateKind, VerilogExpression, VerilogGate};
use super::scope::VerilogScope;
use super::{Elaborator, Folding};
use crate::{Net, NetlistError, NetlistErrorKind};

impl<'a> Elaborator<'a> {
    pub(super) fn gate(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        gate: &'a VerilogGate<'a>,
    ) -> Result<(), NetlistError> {
        self.count_instance(gate.spot)?;
        let buffer = matches!(gate.kind, GateKind::Buf | GateKind::Not);
        let outputs = if buffer { gate.terminals.len().saturating_sub(1) } else { 1 };
        let (outputs, inputs) = gate.terminals.split_at(outputs.min(gate.terminals.len()));
        if outputs.is_empty() || inputs.is_empty() {
            let got = format!("{}", gate.terminals.len());
            return Err(self.error(NetlistErrorKind::expected("an output and an input", got), gate.spot));
        }
        let mut bits = Vec::with_capacity(inputs.len());
        for input in inputs {
            let value = self.connected(scope, input, 1, || "the terminal of a gate".into())?;
            bits.extend(value);
        }
        let g = &mut self.g;
        let value = match gate.kind {
            GateKind::And => joined(g, &bits, Folding::and, Folding::and),
            GateKind::Nand => joined(g, &bits, Folding::and, Folding::nand),
            GateKind::Or => joined(g, &bits, Folding::or, Folding::or),
            GateKind::Nor => joined(g, &bits, Folding::or, Folding::nor),
            GateKind::Xor => joined(g, &bits, Folding::xor, Folding::xor),
            GateKind::Xnor => joined(g, &bits, Folding::xor, Folding::xnor),
            GateKind::Buf => bits[0],
            GateKind::Not => g.not(bits[0]),
        };
        for output in outputs {
            let net = self.terminal(scope, output)?;
            let location = self.location(output.spot);
            self.g.builder.drive(net, value, &location)?;
        }
        Ok(())
    }

    /// The net of one bit that a gate drives.
    fn terminal(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        output: &'a VerilogExpression<'a>,
    ) -> Result<Net, NetlistError> {
        match self.target(scope, output)?[..] {
            [net] => Ok(net),
            ref nets => {
                let what = "the terminal of a gate".to_owned();
                Err(self.error(NetlistErrorKind::Width { what, expected: 1, got: nets.len() }, output.spot))
            }
        }
    }
}

type Two = fn(&mut Folding, Net, Net) -> Net;

/// All bits through gates of two inputs, the last of them through `last`, which with a constant inverts a single bit.
fn joined(g: &mut Folding, bits: &[Net], gate: Two, last: Two) -> Net {
    match *bits {
        [ref start @ .., end] if !start.is_empty() => {
            let first = start[1..].iter().fold(start[0], |x, &y| gate(g, x, y));
            last(g, first, end)
        }
        [only] => {
            // A gate with one input is a buffer or an inverter, for which its twin's neutral element stands in.
            let zero = g.zero();
            let probe = gate(g, zero, zero);
            if last(g, zero, zero) == probe { only } else { g.not(only) }
        }
        _ => g.zero(),
    }
}
