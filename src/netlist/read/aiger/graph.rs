//! And-inverter graphs as gates.
//!
//! A graph writes every gate as conjunctions and inversions. Multiplexers and exclusive ors are seen again where
//! their parts serve nothing else, and inversions go into the gates they belong to.

use std::collections::{HashMap, HashSet};

use axmul_api::Gates;

use super::super::super::{Builder, Design, Net, NetlistError, Port, Source};
use super::Bit;

/// Twice the number of a variable, plus one where it is inverted. 0 and 1 are the constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Literal(pub u32);

impl Literal {
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
pub(super) struct And {
    pub output: Literal,
    pub inputs: [Literal; 2],
    /// 0 in binary texts.
    pub line: u32,
}

pub(super) struct Graph {
    pub inputs: Vec<Bit>,
    pub outputs: Vec<Bit>,
    pub ands: Vec<And>,
}

/// What a conjunction is built as.
#[derive(Clone, Copy, Debug)]
enum Form {
    And([Literal; 2]),
    /// Of the inverses of its inputs.
    Nor([Literal; 2]),
    Xor([Literal; 2]),
    Xnor([Literal; 2]),
    /// The inverse of a multiplexer: select, if one, if zero.
    InvertedMux([Literal; 3]),
    /// Part of another.
    Inside,
}

impl Form {
    fn inputs(&self) -> &[Literal] {
        match self {
            Self::And(inputs) | Self::Nor(inputs) | Self::Xor(inputs) | Self::Xnor(inputs) => inputs,
            Self::InvertedMux(inputs) => inputs,
            Self::Inside => &[],
        }
    }
}

impl Graph {
    pub fn design(&self, source: &Source) -> Result<Design, NetlistError> {
        let forms = self.forms();
        let mut needed: HashSet<Literal> = self.outputs.iter().map(|bit| bit.literal).collect();
        needed.extend(forms.iter().flat_map(|form| form.inputs()));
        let mut nets = Nets { g: Builder::new(), source, by_literal: HashMap::new() };
        let is_needed = |literal: Literal| needed.contains(&literal);

        for bit in &self.inputs {
            let net = nets.g.net(&bit.name, &bit.place);
            nets.g.drive_by_input(net, &bit.place)?;
            nets.by_literal.insert(bit.literal, net);
            if is_needed(bit.literal.inverse()) {
                let inverse = nets.g.not(net);
                nets.by_literal.insert(bit.literal.inverse(), inverse);
            }
        }
        for (and, form) in self.ands.iter().zip(&forms) {
            if let Form::Inside = form {
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
        let port = |bit: &Bit| Port {
            name: bit.name.clone(),
            width: 1,
            range: None,
            signed: None,
            place: bit.place.clone(),
        };
        let inputs = self.inputs.iter().map(|bit| (port(bit), vec![nets.by_literal[&bit.literal]])).collect();
        let mut outputs = Vec::with_capacity(self.outputs.len());
        for bit in &self.outputs {
            outputs.push((port(bit), vec![nets.read(bit.literal, bit.place.line)]));
        }
        nets.g.finish(&*source.name, inputs, outputs, &source.place(0, 0))
    }

    fn forms(&self) -> Vec<Form> {
        let mut uses: HashMap<Literal, u32> = HashMap::new();
        let read =
            self.ands.iter().flat_map(|and| and.inputs).chain(self.outputs.iter().map(|bit| bit.literal));
        read.for_each(|literal| *uses.entry(literal).or_default() += 1);
        let used = |literal: Literal| uses.get(&literal).copied().unwrap_or(0);
        let by_output: HashMap<Literal, usize> =
            self.ands.iter().enumerate().map(|(index, and)| (and.output, index)).collect();

        let mut forms: Vec<Form> = self.ands.iter().map(|and| Form::And(and.inputs)).collect();
        for index in 0..forms.len() {
            let inside = |literal: Literal| {
                let alone = used(literal) == 1 && used(literal.inverse()) == 0;
                let part = by_output.get(&literal.plain()).copied();
                part.filter(|&part| literal.is_inverted() && alone && part != index)
            };
            if let Form::And([x, y]) = forms[index]
                && let (Some(p), Some(q)) = (inside(x), inside(y))
                && let (Form::And(p_inputs), Form::And(q_inputs)) = (forms[p], forms[q])
                && let Some(form) = select(p_inputs, q_inputs)
            {
                forms[index] = form;
                forms[p] = Form::Inside;
                forms[q] = Form::Inside;
            }
        }
        // Not where the inverse of an input would have to be made for it.
        let plain = |literal: Literal| {
            let plain = literal.plain();
            literal.is_inverted() && plain.0 > 0 && (used(plain) > 0 || !by_output.contains_key(&plain))
        };
        for form in &mut forms {
            if let Form::And([x, y]) = *form
                && plain(x)
                && plain(y)
            {
                *form = Form::Nor([x.plain(), y.plain()]);
            }
        }
        forms
    }
}

/// Neither `p` nor `q`, two conjunctions: one of them holds a literal that the other holds inverted?
fn select(p: [Literal; 2], q: [Literal; 2]) -> Option<Form> {
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
                    Form::Xnor([select, if_zero])
                } else {
                    Form::Xor([select, if_one])
                });
            }
            return Some(Form::InvertedMux([select, if_one, if_zero]));
        }
    }
    None
}

struct Nets<'a> {
    g: Builder,
    source: &'a Source,
    by_literal: HashMap<Literal, Net>,
}

impl Nets<'_> {
    /// The net of a literal, which may be driven later.
    fn read(&mut self, literal: Literal, line: u32) -> Net {
        if literal.0 < 2 {
            return self.g.constant(literal.0 == 1);
        }
        let Self { g, source, by_literal } = self;
        *by_literal.entry(literal).or_insert_with(|| g.net(&literal.0.to_string(), &source.place(line, 0)))
    }

    fn drive(&mut self, literal: Literal, value: Net, line: u32) -> Result<(), NetlistError> {
        let net = self.read(literal, line);
        self.g.drive(net, value, &self.source.place(line, 0))
    }

    /// A gate for the output, or for its inverse where that is what is wanted or cheaper; says which.
    fn gate(&mut self, form: &Form, inverse_only: bool, line: u32) -> (Net, bool) {
        let inputs: Vec<Net> = form.inputs().iter().map(|&literal| self.read(literal, line)).collect();
        let g = &mut self.g;
        match (form, &inputs[..]) {
            (Form::And(_), &[a, b]) if inverse_only => (g.nand(a, b), true),
            (Form::And(_), &[a, b]) => (g.and(a, b), false),
            (Form::Nor(_), &[a, b]) if inverse_only => (g.or(a, b), true),
            (Form::Nor(_), &[a, b]) => (g.nor(a, b), false),
            (Form::Xor(_), &[a, b]) if inverse_only => (g.xnor(a, b), true),
            (Form::Xor(_), &[a, b]) => (g.xor(a, b), false),
            (Form::Xnor(_), &[a, b]) if inverse_only => (g.xor(a, b), true),
            (Form::Xnor(_), &[a, b]) => (g.xnor(a, b), false),
            (Form::InvertedMux(_), &[select, if_one, if_zero]) => (g.mux(select, if_one, if_zero), true),
            _ => unreachable!("as many inputs as the form has"),
        }
    }
}
