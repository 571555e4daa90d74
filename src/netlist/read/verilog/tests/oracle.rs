//! Expressions that are evaluated by the letter of IEEE 1364-2005, in numbers and not in gates.

use std::fmt::Write;

use proptest::prelude::*;

/// Name, declared range, sign. The widths are small and the ranges of all kinds.
pub(super) const INPUTS: [(&str, (i64, i64), bool); 6] = [
    ("a", (3, 0), false),
    ("b", (4, 0), true),
    ("c", (0, 0), false),
    ("d", (0, 5), false),
    ("e", (2, -4), true),
    ("f", (1, 3), true),
];

/// No part of an expression is wider: what fits numbers of 128 bits.
const WIDEST: u32 = 120;

pub(super) fn mask(width: u32) -> u128 {
    u128::MAX >> (128 - width)
}

pub(super) fn input_width(input: usize) -> u32 {
    let (_, (first, last), _) = INPUTS[input];
    first.abs_diff(last) as u32 + 1
}

#[derive(Clone, Debug)]
pub(super) enum Tree {
    Input(usize),
    Sized(u32, u128, bool),
    Unsized(u32),
    Unary(&'static str, Box<Tree>),
    Binary(&'static str, Box<Tree>, Box<Tree>),
    Condition(Box<Tree>, Box<Tree>, Box<Tree>),
    Join(Vec<Tree>),
    Repeat(u32, Box<Tree>),
    Sign(bool, Box<Tree>),
    Bit(usize, Box<Tree>),
    /// Of an input, from the position of its highest bit down.
    Part(usize, u32, u32),
    /// Of an input: `[base +: width]`, or `-:`.
    Moving(usize, Box<Tree>, u32, bool),
}

use Tree::*;

impl Tree {
    /// Without what would be too wide.
    fn fitted(self) -> Self {
        match self {
            Join(mut parts) => {
                while parts.len() > 1 && parts.iter().map(|part| part.size().0).sum::<u32>() > WIDEST {
                    parts.pop();
                }
                Join(parts)
            }
            Repeat(count, part) => Repeat(count.min(WIDEST / part.size().0), part),
            Bit(input, index) if index.is_constant() => Bit(input, Box::new(Unary("~", Box::new(Input(0))))),
            Moving(input, index, ..) if index.is_constant() => Bit(input, Box::new(Input(1))),
            other => other,
        }
    }

    fn is_constant(&self) -> bool {
        !self.text(true).contains(|c: char| c.is_ascii_lowercase() && !"hs".contains(c))
    }

    /// Width in bits, and sign.
    pub fn size(&self) -> (u32, bool) {
        match self {
            Input(input) => (input_width(*input), INPUTS[*input].2),
            Sized(width, _, signed) => (*width, *signed),
            Unsized(_) => (32, true),
            Unary("-" | "+" | "~", inner) => inner.size(),
            Unary(..) | Bit(..) => (1, false),
            Binary("<<" | "<<<" | ">>" | ">>>", left, _) => left.size(),
            Binary("+" | "-" | "*" | "&" | "|" | "^" | "~^" | "^~", left, right)
            | Condition(_, left, right) => {
                let (left, right) = (left.size(), right.size());
                (left.0.max(right.0), left.1 && right.1)
            }
            Binary(..) => (1, false),
            Join(parts) => (parts.iter().map(|part| part.size().0).sum(), false),
            Repeat(count, part) => (count * part.size().0, false),
            Sign(signed, inner) => (inner.size().0, *signed),
            Part(_, high, low) => (high - low + 1, false),
            Moving(_, _, width, _) => (*width, false),
        }
    }

    /// By itself.
    fn alone(&self, inputs: &[u128]) -> u128 {
        let (width, signed) = self.size();
        self.value(inputs, width, signed)
    }

    /// By itself, as a number with its sign.
    fn number(&self, inputs: &[u128]) -> i128 {
        let (width, signed) = self.size();
        extended(self.alone(inputs), width, signed)
    }

    /// In a context of this width, which is at least its own, and this sign.
    pub fn value(&self, inputs: &[u128], width: u32, signed: bool) -> u128 {
        let own = self.size().0;
        let simple = |value: u128| extended(value, own, signed) as u128 & mask(width);
        let truth = |value: bool| u128::from(value);
        match self {
            Input(input) => simple(inputs[*input]),
            Sized(_, value, _) => simple(*value),
            Unsized(value) => simple((*value).into()),
            Unary("+", inner) => inner.value(inputs, width, signed),
            Unary("-", inner) => inner.value(inputs, width, signed).wrapping_neg() & mask(width),
            Unary("~", inner) => !inner.value(inputs, width, signed) & mask(width),
            Unary(operator, inner) => {
                let (bits, value) = (inner.size().0, inner.alone(inputs));
                let odd = value.count_ones() % 2 == 1;
                truth(match *operator {
                    "!" => value == 0,
                    "&" => value == mask(bits),
                    "~&" => value != mask(bits),
                    "|" => value != 0,
                    "~|" => value == 0,
                    "^" => odd,
                    _ => !odd,
                })
            }
            Binary("&&", left, right) => truth(left.alone(inputs) != 0 && right.alone(inputs) != 0),
            Binary("||", left, right) => truth(left.alone(inputs) != 0 || right.alone(inputs) != 0),
            Binary(operator @ ("<<" | "<<<" | ">>" | ">>>"), left, right) => {
                let left = left.value(inputs, width, signed);
                let amount = right.alone(inputs).min(127) as u32;
                match *operator {
                    "<<" | "<<<" => left << amount & mask(width),
                    ">>" => left >> amount,
                    _ => (extended(left, width, signed) >> amount) as u128 & mask(width),
                }
            }
            Binary(operator @ ("<" | "<=" | ">" | ">=" | "==" | "!="), left, right) => {
                let (one, two) = (left.size(), right.size());
                let (width, signed) = (one.0.max(two.0), one.1 && two.1);
                let side = |side: &Tree| extended(side.value(inputs, width, signed), width, signed);
                let order = side(left).cmp(&side(right));
                truth(match *operator {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    ">=" => order.is_ge(),
                    "==" => order.is_eq(),
                    _ => order.is_ne(),
                })
            }
            Binary(operator, left, right) => {
                let (left, right) = (left.value(inputs, width, signed), right.value(inputs, width, signed));
                let result = match *operator {
                    "+" => left.wrapping_add(right),
                    "-" => left.wrapping_sub(right),
                    "*" => left.wrapping_mul(right),
                    "&" => left & right,
                    "|" => left | right,
                    "^" => left ^ right,
                    _ => !(left ^ right),
                };
                result & mask(width)
            }
            Condition(condition, yes, no) => {
                let chosen = if condition.alone(inputs) != 0 { yes } else { no };
                chosen.value(inputs, width, signed)
            }
            Join(parts) => {
                let join = |word: u128, part: &Tree| word << part.size().0 | part.alone(inputs);
                parts.iter().fold(0, join)
            }
            Repeat(count, part) => (0..*count).fold(0, |word, _| word << part.size().0 | part.alone(inputs)),
            Sign(_, inner) => simple(inner.alone(inputs)),
            Bit(input, index) => at_index(*input, inputs, index.number(inputs)),
            Part(input, high, low) => inputs[*input] >> low & mask(high - low + 1),
            Moving(input, base, count, up) => {
                // The indices of the part, from its least significant bit up.
                let (_, (first, last), _) = INPUTS[*input];
                let (base, count) = (base.number(inputs), i128::from(*count));
                let lowest = if *up { base } else { base - count + 1 };
                let bit = |i: i128| {
                    let index = if first >= last { lowest + i } else { lowest + count - 1 - i };
                    at_index(*input, inputs, index) << i
                };
                (0..count).map(bit).sum()
            }
        }
    }

    /// As Verilog, with all parentheses, or with those alone that unary operators and conditions need.
    pub fn text(&self, parentheses: bool) -> String {
        self.written(parentheses, false)
    }

    /// In braces, all numbers have their width.
    fn written(&self, parentheses: bool, braces: bool) -> String {
        let inner = |tree: &Tree| match tree {
            Unary(..) | Condition(..) => format!("({})", tree.written(parentheses, braces)),
            Binary(..) if parentheses => format!("({})", tree.written(parentheses, braces)),
            _ => tree.written(parentheses, braces),
        };
        let primary = |tree: &Tree| match tree {
            Binary(..) => format!("({})", tree.written(parentheses, braces)),
            _ => inner(tree),
        };
        match self {
            Input(input) => INPUTS[*input].0.into(),
            Sized(width, value, signed) => format!("{width}'{}h{value:x}", if *signed { "s" } else { "" }),
            Unsized(value) if braces => format!("32'sd{value}"),
            Unsized(value) => value.to_string(),
            Unary(operator, tree) => format!("{operator}{}", primary(tree)),
            Binary(operator, left, right) => format!("{} {operator} {}", inner(left), inner(right)),
            Condition(condition, yes, no) => {
                format!("{} ? {} : {}", primary(condition), primary(yes), primary(no))
            }
            Join(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| part.written(parentheses, true)).collect();
                format!("{{{}}}", parts.join(", "))
            }
            Repeat(count, part) => format!("{{{count}{{{}}}}}", part.written(parentheses, true)),
            Sign(signed, tree) => {
                format!(
                    "{}({})",
                    if *signed { "$signed" } else { "$unsigned" },
                    tree.written(parentheses, braces)
                )
            }
            Bit(input, index) => format!("{}[{}]", INPUTS[*input].0, index.written(parentheses, false)),
            Part(input, high, low) => {
                let (name, (first, last), _) = INPUTS[*input];
                let index = |position: u32| {
                    if first >= last { last + i64::from(position) } else { last - i64::from(position) }
                };
                format!("{name}[{}:{}]", index(*high), index(*low))
            }
            Moving(input, base, width, up) => {
                let operator = if *up { "+:" } else { "-:" };
                format!("{}[{} {operator} {width}]", INPUTS[*input].0, base.written(parentheses, false))
            }
        }
    }
}

/// A word of `width` bits as a number.
fn extended(value: u128, width: u32, signed: bool) -> i128 {
    let unused = 128 - width;
    if signed { (value << unused) as i128 >> unused } else { value as i128 }
}

fn at_index(input: usize, inputs: &[u128], index: i128) -> u128 {
    let (_, (first, last), _) = INPUTS[input];
    let (first, last) = (i128::from(first), i128::from(last));
    let inside = (first.min(last)..=first.max(last)).contains(&index);
    if inside { inputs[input] >> (index - last).unsigned_abs() & 1 } else { 0 }
}

/// The ports of the inputs, as text.
pub(super) fn ports() -> String {
    INPUTS.iter().enumerate().fold(String::new(), |mut text, (input, (name, (first, last), signed))| {
        let range = if input_width(input) == 1 { String::new() } else { format!("[{first}:{last}] ") };
        write!(text, "input {}{range}{name}, ", if *signed { "signed " } else { "" }).unwrap();
        text
    })
}

pub(super) fn values() -> impl Strategy<Value = Vec<u128>> {
    let value = |input| prop_oneof![Just(0), Just(mask(input_width(input))), 0..=mask(input_width(input))];
    (0..INPUTS.len()).map(value).collect::<Vec<_>>()
}

pub(super) fn trees() -> impl Strategy<Value = Tree> {
    let sized = (1..12u32, any::<u128>(), any::<bool>()).prop_map(|(w, v, s)| Sized(w, v & mask(w), s));
    // Not the input of one bit, which has no parts.
    let vector = || prop::sample::select(vec![0usize, 1, 3, 4, 5]);
    let part = (vector(), any::<(u32, u32)>()).prop_map(|(input, (x, y))| {
        let (x, y) = (x % input_width(input), y % input_width(input));
        Part(input, x.max(y), x.min(y))
    });
    let leaf = prop_oneof![6 => (0..INPUTS.len()).prop_map(Input), 2 => sized, 1 => (0..40u32).prop_map(Unsized), 1 => part];
    leaf.prop_recursive(5, 40, 3, move |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let unary = prop::sample::select(vec!["+", "-", "~", "!", "&", "~&", "|", "~|", "^", "~^", "^~"]);
        let binary = prop::sample::select(vec![
            "+", "-", "*", "&", "|", "^", "~^", "^~", "<<", "<<<", ">>", ">>>", "<", "<=", ">", ">=", "==", "!=",
            "&&", "||",
        ]);
        prop_oneof![
            3 => (unary, boxed.clone()).prop_map(|(operator, tree)| Unary(operator, tree)),
            8 => (binary, boxed.clone(), boxed.clone()).prop_map(|(operator, x, y)| Binary(operator, x, y)),
            2 => (boxed.clone(), boxed.clone(), boxed.clone()).prop_map(|(c, x, y)| Condition(c, x, y)),
            1 => prop::collection::vec(inner.clone(), 1..4).prop_map(Join),
            1 => (1..4u32, boxed.clone()).prop_map(|(count, tree)| Repeat(count, tree)),
            1 => (any::<bool>(), boxed.clone()).prop_map(|(signed, tree)| Sign(signed, tree)),
            1 => (vector(), boxed.clone()).prop_map(|(input, index)| Bit(input, index)),
            1 => (vector(), boxed, 1..6u32, any::<bool>()).prop_map(|(x, base, width, up)| Moving(x, base, width, up)),
        ]
        .prop_map(Tree::fitted)
    })
}
