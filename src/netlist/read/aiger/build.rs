//! And-inverter graphs as gates.
//!
//! A graph writes every gate as ANDs and inversions. Multiplexers and XORs are seen again where
//! their parts serve nothing else, and inversions go into the gates they belong to.

use std::collections::{HashMap, HashSet};

use axmul_api::Gates;

use super::super::super::{Design, DesignBuilder, Net, NetlistError, Port, SourceText};
use super::AigerBit;

/// Twice the number of a variable, plus one where it is inverted. 0 and 1 are the constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AigerLiteral(pub u32);

impl AigerLiteral {
    fn inverse(self) -> Self {
        Self(self.0 ^ 1)
    }

    fn is_inverted(self) -> bool {
        self.0 & 1 == 1
    }

    /// The literal without its inversion.
    fn plain(self) -> Self {
        Self(self.0 & !1)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct AigerAnd {
    pub output: AigerLiteral,
    pub inputs: [AigerLiteral; 2],
    /// 0 in binary texts.
    pub line: u32,
}

pub(super) struct AigerGraph {
    pub inputs: Vec<AigerBit>,
    pub outputs: Vec<AigerBit>,
    pub ands: Vec<AigerAnd>,
}

/// What an AND is built as.
#[derive(Clone, Copy, Debug)]
enum AndForm {
    And([AigerLiteral; 2]),
    /// Of the inverses of its inputs.
    Nor([AigerLiteral; 2]),
    Xor([AigerLiteral; 2]),
    Xnor([AigerLiteral; 2]),
    /// The inverse of a multiplexer: select, if one, if zero.
    InvertedMux([AigerLiteral; 3]),
    /// Part of another.
    Inside,
}

impl AndForm {
    fn inputs(&self) -> &[AigerLiteral] {
        match self {
            Self::And(inputs) | Self::Nor(inputs) | Self::Xor(inputs) | Self::Xnor(inputs) => inputs,
            Self::InvertedMux(inputs) => inputs,
            Self::Inside => &[],
        }
    }
}

impl AigerGraph {
    pub fn design(&self, source: &SourceText) -> Result<Design, NetlistError> {
        let forms = self.forms();
        let mut needed: HashSet<AigerLiteral> = self.outputs.iter().map(|bit| bit.literal).collect();
        needed.extend(forms.iter().flat_map(|form| form.inputs()));
        let mut nets = AigerNets { g: DesignBuilder::new(), source, by_literal: HashMap::new() };
        let is_needed = |literal: AigerLiteral| needed.contains(&literal);

        for bit in &self.inputs {
            let net = nets.g.net(&bit.name, &bit.location);
            nets.g.drive_by_input(net, &bit.location)?;
            nets.by_literal.insert(bit.literal, net);
            if is_needed(bit.literal.inverse()) {
                let inverse = nets.g.not(net);
                nets.by_literal.insert(bit.literal.inverse(), inverse);
            }
        }
        for (and, form) in self.ands.iter().zip(&forms) {
            if let AndForm::Inside = form {
                continue;
            }
            let [plain, inverted] = [and.output, and.output.inverse()].map(is_needed);
            // A gate for one of the two literals, an inverter for the other where both are read.
            let (value, is_inverse) = nets.gate(form, !plain && inverted, and.line);
            let (made, other) = if is_inverse {
                (and.output.inverse(), and.output)
            } else {
                (and.output, and.output.inverse())
            };
            nets.drive(made, value, and.line)?;
            if is_needed(other) {
                let inverse = nets.g.not(value);
                nets.drive(other, inverse, and.line)?;
            }
            if nets.g.is_full() {
                break;
            }
        }
        let port = |bit: &AigerBit| Port {
            name: bit.name.clone(),
            width: 1,
            range: None,
            signed: None,
            location: bit.location.clone(),
        };
        let inputs = self.inputs.iter().map(|bit| (port(bit), vec![nets.by_literal[&bit.literal]])).collect();
        let mut outputs = Vec::with_capacity(self.outputs.len());
        for bit in &self.outputs {
            outputs.push((port(bit), vec![nets.read(bit.literal, bit.location.line)]));
        }
        nets.g.finish(&*source.name, inputs, outputs, &source.location(0, 0))
    }

    fn forms(&self) -> Vec<AndForm> {
        let mut uses: HashMap<AigerLiteral, u32> = HashMap::new();
        let read =
            self.ands.iter().flat_map(|and| and.inputs).chain(self.outputs.iter().map(|bit| bit.literal));
        read.for_each(|literal| *uses.entry(literal).or_default() += 1);
        let used = |literal: AigerLiteral| uses.get(&literal).copied().unwrap_or(0);
        let by_output: HashMap<AigerLiteral, usize> =
            self.ands.iter().enumerate().map(|(index, and)| (and.output, index)).collect();

        let mut forms: Vec<AndForm> = self.ands.iter().map(|and| AndForm::And(and.inputs)).collect();
        for index in 0..forms.len() {
            let inside = |literal: AigerLiteral| {
                let alone = used(literal) == 1 && used(literal.inverse()) == 0;
                let part = by_output.get(&literal.plain()).copied();
                part.filter(|&part| literal.is_inverted() && alone && part != index)
            };
            if let AndForm::And([x, y]) = forms[index]
                && let (Some(p), Some(q)) = (inside(x), inside(y))
                && let (AndForm::And(p_inputs), AndForm::And(q_inputs)) = (forms[p], forms[q])
                && let Some(form) = select(p_inputs, q_inputs)
            {
                forms[index] = form;
                forms[p] = AndForm::Inside;
                forms[q] = AndForm::Inside;
            }
        }
        // Not where the inverse of an input would have to be made for it.
        let plain = |literal: AigerLiteral| {
            let plain = literal.plain();
            literal.is_inverted() && plain.0 > 0 && (used(plain) > 0 || !by_output.contains_key(&plain))
        };
        for form in &mut forms {
            if let AndForm::And([x, y]) = *form
                && plain(x)
                && plain(y)
            {
                *form = AndForm::Nor([x.plain(), y.plain()]);
            }
        }
        forms
    }
}

/// Neither `p` nor `q`, two ANDs: one of them holds a literal that the other holds inverted?
fn select(p: [AigerLiteral; 2], q: [AigerLiteral; 2]) -> Option<AndForm> {
    for (select, if_one) in [(p[0], p[1]), (p[1], p[0])] {
        for (other, if_zero) in [(q[0], q[1]), (q[1], q[0])] {
            if select != other.inverse() || select.0 < 2 {
                continue;
            }
            let (select, if_one, if_zero) =
                if select.is_inverted() { (other, if_zero, if_one) } else { (select, if_one, if_zero) };
            if if_one == if_zero.inverse() && if_one.0 > 1 {
                let is_xnor = if_one.is_inverted();
                return Some(if is_xnor {
                    AndForm::Xnor([select, if_zero])
                } else {
                    AndForm::Xor([select, if_one])
                });
            }
            return Some(AndForm::InvertedMux([select, if_one, if_zero]));
        }
    }
    None
}

struct AigerNets<'a> {
    g: DesignBuilder,
    source: &'a SourceText,
    by_literal: HashMap<AigerLiteral, Net>,
}

impl AigerNets<'_> {
    /// The net of a literal, which may be driven later.
    fn read(&mut self, literal: AigerLiteral, line: u32) -> Net {
        if literal.0 < 2 {
            return self.g.constant(literal.0 == 1);
        }
        let Self { g, source, by_literal } = self;
        *by_literal.entry(literal).or_insert_with(|| g.net(&literal.0.to_string(), &source.location(line, 0)))
    }

    fn drive(&mut self, literal: AigerLiteral, value: Net, line: u32) -> Result<(), NetlistError> {
        let net = self.read(literal, line);
        self.g.drive(net, value, &self.source.location(line, 0))
    }

    /// A gate for the output, or for its inverse where that is what is wanted or cheaper; says which.
    fn gate(&mut self, form: &AndForm, inverse_only: bool, line: u32) -> (Net, bool) {
        let inputs: Vec<Net> = form.inputs().iter().map(|&literal| self.read(literal, line)).collect();
        let g = &mut self.g;
        match (form, &inputs[..]) {
            (AndForm::And(_), &[a, b]) if inverse_only => (g.nand(a, b), true),
            (AndForm::And(_), &[a, b]) => (g.and(a, b), false),
            (AndForm::Nor(_), &[a, b]) if inverse_only => (g.or(a, b), true),
            (AndForm::Nor(_), &[a, b]) => (g.nor(a, b), false),
            (AndForm::Xor(_), &[a, b]) if inverse_only => (g.xnor(a, b), true),
            (AndForm::Xor(_), &[a, b]) => (g.xor(a, b), false),
            (AndForm::Xnor(_), &[a, b]) if inverse_only => (g.xor(a, b), true),
            (AndForm::Xnor(_), &[a, b]) => (g.xnor(a, b), false),
            (AndForm::InvertedMux(_), &[select, if_one, if_zero]) => (g.mux(select, if_one, if_zero), true),
            _ => unreachable!("as many inputs as the form has"),
        }
    }
}
