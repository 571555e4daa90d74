//! The word-level cells of Yosys that have no state: what they are before `techmap`.

use axmul_api::{Gates, words};

use super::super::super::{DesignBuilder, Net, NetlistError, NetlistErrorKind, SourceLocation};
use super::super::function::{Formula, TABLE_INPUTS};
use super::super::hierarchy::{InstanceScope, ModuleBit, ModuleInstance, ModuleLogic, Pins};
use super::document::{JsonEntries, YosysValue};
use super::words::{ShiftDirection, add, any, equal, extend, less, multiply, negate, not, reduce, shift};

/// The widest operand of a multiplication, in bits: its gates grow with the square.
const MAX_FACTOR: usize = 256;

/// The most inputs of a table.
const MAX_TABLE: usize = 12;

type Word = Vec<Net>;

/// A kind of cell.
pub(super) struct WordOperation {
    name: &'static str,
    inputs: &'static [&'static str],
    outputs: &'static [&'static str],
    build: fn(&mut DesignBuilder, &WordCall) -> Vec<Word>,
}

/// What the words of a cell are built from.
struct WordCall<'a> {
    inputs: &'a [Word],
    /// Widths of the outputs in bits.
    widths: &'a [usize],
    /// Whether A is two's complement, and B.
    signed: [bool; 2],
    table: &'a [Formula],
}

impl WordCall<'_> {
    fn a(&self) -> &Word {
        &self.inputs[0]
    }

    fn b(&self) -> &Word {
        &self.inputs[1]
    }

    fn is_signed(&self) -> bool {
        self.signed == [true; 2]
    }

    /// Both operands, each as wide as `width`.
    fn operands(&self, g: &mut DesignBuilder, width: usize) -> [Word; 2] {
        [self.a(), self.b()].map(|word| extend(g, word, width, self.is_signed()))
    }

    /// A word as the only output.
    fn word(&self, g: &mut DesignBuilder, word: &[Net]) -> Vec<Word> {
        vec![extend(g, word, self.widths[0], false)]
    }
}

const UNARY: &[&str] = &["A"];
const BINARY: &[&str] = &["A", "B"];
const SELECTED: &[&str] = &["A", "B", "S"];
const Y: &[&str] = &["Y"];

const OPERATIONS: &[WordOperation] = &[
    operation("$not", UNARY, Y, |g, call| {
        let a = extend(g, call.a(), call.widths[0], call.signed[0]);
        vec![not(g, &a)]
    }),
    operation("$pos", UNARY, Y, |g, call| vec![extend(g, call.a(), call.widths[0], call.signed[0])]),
    operation("$buf", UNARY, Y, |g, call| vec![extend(g, call.a(), call.widths[0], false)]),
    operation("$neg", UNARY, Y, |g, call| {
        let a = extend(g, call.a(), call.widths[0], call.signed[0]);
        vec![negate(g, &a)]
    }),
    operation("$reduce_and", UNARY, Y, |g, call| reduced(g, call, true, DesignBuilder::and)),
    operation("$reduce_or", UNARY, Y, |g, call| reduced(g, call, false, DesignBuilder::or)),
    operation("$reduce_bool", UNARY, Y, |g, call| reduced(g, call, false, DesignBuilder::or)),
    operation("$reduce_xor", UNARY, Y, |g, call| reduced(g, call, false, DesignBuilder::xor)),
    operation("$reduce_xnor", UNARY, Y, |g, call| {
        let bit = reduce(g, call.a(), false, DesignBuilder::xor);
        let bit = g.not(bit);
        call.word(g, &[bit])
    }),
    operation("$logic_not", UNARY, Y, |g, call| {
        let bit = any(g, call.a());
        let bit = g.not(bit);
        call.word(g, &[bit])
    }),
    operation("$logic_and", BINARY, Y, |g, call| logical(g, call, DesignBuilder::and)),
    operation("$logic_or", BINARY, Y, |g, call| logical(g, call, DesignBuilder::or)),
    operation("$and", BINARY, Y, |g, call| bitwise(g, call, DesignBuilder::and)),
    operation("$or", BINARY, Y, |g, call| bitwise(g, call, DesignBuilder::or)),
    operation("$xor", BINARY, Y, |g, call| bitwise(g, call, DesignBuilder::xor)),
    operation("$xnor", BINARY, Y, |g, call| bitwise(g, call, DesignBuilder::xnor)),
    operation("$add", BINARY, Y, |g, call| {
        let ([a, b], zero) = (call.operands(g, call.widths[0]), g.constant(false));
        vec![add(g, &a, &b, zero).0]
    }),
    operation("$sub", BINARY, Y, |g, call| {
        let ([a, b], one) = (call.operands(g, call.widths[0]), g.constant(true));
        let b = not(g, &b);
        vec![add(g, &a, &b, one).0]
    }),
    operation("$mul", BINARY, Y, |g, call| {
        vec![multiply(g, call.a(), call.b(), call.widths[0], call.is_signed())]
    }),
    operation("$lt", BINARY, Y, |g, call| compared(g, call, [0, 1], false)),
    operation("$ge", BINARY, Y, |g, call| compared(g, call, [0, 1], true)),
    operation("$gt", BINARY, Y, |g, call| compared(g, call, [1, 0], false)),
    operation("$le", BINARY, Y, |g, call| compared(g, call, [1, 0], true)),
    operation("$eq", BINARY, Y, |g, call| equalled(g, call, false)),
    operation("$eqx", BINARY, Y, |g, call| equalled(g, call, false)),
    operation("$ne", BINARY, Y, |g, call| equalled(g, call, true)),
    operation("$nex", BINARY, Y, |g, call| equalled(g, call, true)),
    operation("$shl", BINARY, Y, |g, call| shifted(g, call, ShiftDirection::Left, false)),
    operation("$sshl", BINARY, Y, |g, call| shifted(g, call, ShiftDirection::Left, false)),
    operation("$shr", BINARY, Y, |g, call| shifted(g, call, ShiftDirection::Right, false)),
    operation("$sshr", BINARY, Y, |g, call| shifted(g, call, ShiftDirection::Right, call.signed[0])),
    operation("$shift", BINARY, Y, |g, call| either_way(g, call, call.signed[0])),
    operation("$shiftx", BINARY, Y, |g, call| either_way(g, call, false)),
    operation("$mux", SELECTED, Y, selected),
    operation("$pmux", SELECTED, Y, selected),
    operation("$bmux", &["A", "S"], Y, |g, call| {
        let (width, mut words) = (call.widths[0], call.a().clone());
        for &select in call.b() {
            let pairs = words.chunks(2 * width.max(1));
            words = pairs.flat_map(|pair| words::mux(g, select, &pair[width..], &pair[..width])).collect();
        }
        vec![words]
    }),
    operation("$lut", UNARY, Y, |g, call| {
        let (low, high) = call.a().split_at(call.a().len().min(TABLE_INPUTS));
        let mut bits: Word = call.table.iter().map(|formula| formula.build(g, low)).collect();
        for &select in high {
            bits = bits.chunks(2).map(|pair| g.mux(select, pair[1], pair[0])).collect();
        }
        vec![bits]
    }),
    operation("$fa", &["A", "B", "C"], &["X", "Y"], |g, call| {
        let [a, b, c] = [0, 1, 2].map(|at| &call.inputs[at]);
        let bits = a.iter().zip(b).zip(c);
        let (sums, carries) = bits.map(|((&a, &b), &c)| g.full_adder(a, b, c)).unzip();
        vec![carries, sums]
    }),
    operation("$alu", &["A", "B", "CI", "BI"], &["X", "Y", "CO"], |g, call| {
        let [a, b] = call.operands(g, call.widths[1]);
        let b: Word = b.iter().map(|&bit| g.xor(bit, call.inputs[3][0])).collect();
        let differences = a.iter().zip(&b).map(|(&a, &b)| g.xor(a, b)).collect();
        let (sums, carries) = add(g, &a, &b, call.inputs[2][0]);
        vec![differences, sums, carries]
    }),
    operation("$lcu", &["P", "G", "CI"], &["CO"], |g, call| {
        let mut carry = call.inputs[2][0];
        let carries = call.a().iter().zip(call.b()).map(|(&propagate, &generate)| {
            let kept = g.and(propagate, carry);
            carry = g.or(generate, kept);
            carry
        });
        vec![carries.collect()]
    }),
];

const fn operation(
    name: &'static str,
    inputs: &'static [&'static str],
    outputs: &'static [&'static str],
    build: fn(&mut DesignBuilder, &WordCall) -> Vec<Word>,
) -> WordOperation {
    WordOperation { name, inputs, outputs, build }
}

/// The word-level cell of this name.
pub(super) fn find(name: &str) -> Option<&'static WordOperation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

fn reduced(
    g: &mut DesignBuilder,
    call: &WordCall,
    empty: bool,
    gate: fn(&mut DesignBuilder, Net, Net) -> Net,
) -> Vec<Word> {
    let bit = reduce(g, call.a(), empty, gate);
    call.word(g, &[bit])
}

fn logical(
    g: &mut DesignBuilder,
    call: &WordCall,
    gate: fn(&mut DesignBuilder, Net, Net) -> Net,
) -> Vec<Word> {
    let (a, b) = (any(g, call.a()), any(g, call.b()));
    let bit = gate(g, a, b);
    call.word(g, &[bit])
}

fn bitwise(
    g: &mut DesignBuilder,
    call: &WordCall,
    gate: fn(&mut DesignBuilder, Net, Net) -> Net,
) -> Vec<Word> {
    let [a, b] = call.operands(g, call.widths[0]);
    vec![a.into_iter().zip(b).map(|(a, b)| gate(g, a, b)).collect()]
}

/// Whether the one operand is less than the other, or not.
fn compared(g: &mut DesignBuilder, call: &WordCall, [one, other]: [usize; 2], inverted: bool) -> Vec<Word> {
    let operands = call.operands(g, call.a().len().max(call.b().len()));
    let bit = less(g, &operands[one], &operands[other], call.is_signed());
    let bit = if inverted { g.not(bit) } else { bit };
    call.word(g, &[bit])
}

fn equalled(g: &mut DesignBuilder, call: &WordCall, inverted: bool) -> Vec<Word> {
    let [a, b] = call.operands(g, call.a().len().max(call.b().len()));
    let bit = equal(g, &a, &b);
    let bit = if inverted { g.not(bit) } else { bit };
    call.word(g, &[bit])
}

/// A moved by the unsigned number B.
fn shifted(g: &mut DesignBuilder, call: &WordCall, direction: ShiftDirection, arithmetic: bool) -> Vec<Word> {
    let a = extend(g, call.a(), call.a().len().max(call.widths[0]), call.signed[0]);
    let zero = g.constant(false);
    let fill = a.last().copied().filter(|_| arithmetic).unwrap_or(zero);
    let word = shift(g, &a, call.b(), direction, fill);
    call.word(g, &word)
}

/// A moved to the right by B, to the left where B is negative.
fn either_way(g: &mut DesignBuilder, call: &WordCall, signed: bool) -> Vec<Word> {
    let a = extend(g, call.a(), call.a().len().max(call.widths[0]), signed);
    let zero = g.constant(false);
    let mut word = shift(g, &a, call.b(), ShiftDirection::Right, zero);
    if let (true, Some(&negative)) = (call.signed[1], call.b().last()) {
        let amount = negate(g, call.b());
        let left = shift(g, &a, &amount, ShiftDirection::Left, zero);
        word = words::mux(g, negative, &left, &word);
    }
    call.word(g, &word)
}

/// A where no bit of S is one, else the part of B that belongs to the lowest such bit.
fn selected(g: &mut DesignBuilder, call: &WordCall) -> Vec<Word> {
    let (width, mut word) = (call.widths[0], call.a().clone());
    for (at, &select) in call.inputs[2].iter().enumerate().rev() {
        word = words::mux(g, select, &call.b()[at * width..][..width], &word);
    }
    vec![word]
}

/// A cell of one of these kinds.
pub(super) struct WordCell {
    operation: &'static WordOperation,
    inputs: Vec<Vec<ModuleBit>>,
    /// None where nothing is connected.
    outputs: Vec<Vec<ModuleBit>>,
    /// Widths of the outputs, connected or not.
    widths: Vec<usize>,
    signed: [bool; 2],
    table: Vec<Formula>,
    /// How messages name it.
    title: String,
    location: SourceLocation,
}

impl WordCell {
    /// Checks that the connections fit each other, so that [`ModuleLogic::build`] finds what it expects.
    pub fn new(
        operation: &'static WordOperation,
        instance: &ModuleInstance,
        parameters: &JsonEntries<YosysValue>,
    ) -> Result<Self, NetlistError> {
        let mut pins = Pins::new(instance)?;
        let ports = operation.inputs.iter().chain(operation.outputs);
        pins.check(ports.map(|&pin| (pin, None)), |_| false)?;
        let mut inputs = Vec::with_capacity(operation.inputs.len());
        for pin in operation.inputs {
            inputs.push(pins.input(pin)?.to_vec());
        }
        let outputs: Vec<Vec<ModuleBit>> =
            operation.outputs.iter().map(|pin| pins.get(pin).unwrap_or_default().to_vec()).collect();
        let bits = |pin: &str| {
            let at = operation.inputs.iter().position(|&known| known == pin);
            at.map_or(0, |at| inputs[at].len())
        };

        let (a, s) = (inputs[0].len(), bits("S"));
        let widest = outputs.iter().map(Vec::len).max().unwrap_or(0);
        let width = match operation.name {
            "$fa" | "$lcu" | "$mux" | "$pmux" => a,
            "$lut" => 1,
            "$bmux" => u32::try_from(s).ok().and_then(|s| a.checked_shr(s)).unwrap_or(0),
            _ => widest,
        };
        for (pin, bits) in operation.outputs.iter().zip(&outputs) {
            if pins.get(pin).is_some() {
                pins.check_width(pin, bits, width)?;
            }
        }
        for (&pin, bits) in operation.inputs.iter().zip(&inputs) {
            let expected = match (operation.name, pin) {
                ("$mux", "S") | ("$alu", "CI" | "BI") | ("$lcu", "CI") => Some(1),
                ("$fa" | "$mux", "B") | ("$fa", "C") | ("$lcu", "G") => Some(width),
                ("$pmux", "B") => Some(width.saturating_mul(s)),
                // Without a width, A is narrower than even this.
                ("$bmux", "A") if width == 0 => Some(1usize.checked_shl(s as u32).unwrap_or(usize::MAX)),
                ("$bmux", "A") => Some(width << s),
                _ => None,
            };
            let declared = parameters.get(&format!("{pin}_WIDTH")).and_then(YosysValue::number);
            for expected in expected.into_iter().chain(declared) {
                pins.check_width(pin, bits, expected)?;
            }
        }
        let too_large = |what: &str, width: usize, most: usize| {
            let what = format!("{what} of {} is {width} bits wide", pins.title());
            NetlistErrorKind::TooLarge { what, limit: format!("{most} bits") }.at(&instance.location)
        };
        let factor = a.max(bits("B")).max(width);
        if operation.name == "$mul" && factor > MAX_FACTOR {
            return Err(too_large("an operand or the product", factor, MAX_FACTOR));
        }
        let mut table = Vec::new();
        if operation.name == "$lut" {
            if a > MAX_TABLE {
                return Err(too_large("the input", a, MAX_TABLE));
            }
            let lut = parameters.get("LUT").and_then(YosysValue::bits).ok_or_else(|| {
                let message = format!("{} has no table of binary digits, parameter LUT", pins.title());
                NetlistErrorKind::Other(message).at(&instance.location)
            })?;
            table = tables(&lut, a);
        }
        let is_signed = |name: &str| parameters.get(name).is_some_and(YosysValue::is_set);
        Ok(Self {
            operation,
            outputs,
            widths: vec![width; operation.outputs.len()],
            signed: [is_signed("A_SIGNED"), is_signed("B_SIGNED")],
            table,
            title: pins.title(),
            location: instance.location.clone(),
            inputs,
        })
    }
}

/// The functions of the lowest inputs for each value of the others.
fn tables(lut: &[bool], inputs: usize) -> Vec<Formula> {
    let entries = 1 << inputs.min(TABLE_INPUTS);
    let count = 1 << inputs.saturating_sub(TABLE_INPUTS);
    let entry = |at: usize| u64::from(lut.get(at).copied().unwrap_or(false));
    // Repeated to the 64 entries that a table has.
    let table = |first: usize| (0..64).fold(0, |table, i| table | entry(first * entries + i % entries) << i);
    (0..count).map(|first| Formula::of_table(table(first))).collect()
}

impl ModuleLogic for WordCell {
    fn size(&self) -> usize {
        self.inputs.iter().chain(&self.outputs).map(Vec::len).sum()
    }

    fn build(&self, scope: &mut InstanceScope) -> Result<(), NetlistError> {
        let title = || format!("at {}", self.title);
        let mut inputs = Vec::with_capacity(self.inputs.len());
        for word in &self.inputs {
            inputs.push(word.iter().map(|&bit| scope.read(bit, title, &self.location)).collect::<Word>());
        }
        let call =
            WordCall { inputs: &inputs, widths: &self.widths, signed: self.signed, table: &self.table };
        let words = (self.operation.build)(scope.g, &call);
        for (bits, word) in self.outputs.iter().zip(words) {
            for (&bit, net) in bits.iter().zip(word) {
                scope.drive(bit, net, &self.location)?;
            }
        }
        Ok(())
    }
}
