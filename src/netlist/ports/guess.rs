//! What can be guessed about ports.

use axmul_api::{Lanes, Netlist};

use super::super::Design;
use super::vector::{PortBits, PortVector, pick, vectors};
use super::{PortError, PortOptions};
use axmul_support::random::SplitMix64;

/// The bits of operands and product.
pub(super) struct PortInterface {
    pub a: PortBits,
    pub b: PortBits,
    pub product: PortBits,
    pub notes: Vec<String>,
}

impl PortInterface {
    pub fn find(design: &Design, options: &PortOptions) -> Result<Self, PortError> {
        let mut notes = Vec::new();
        let inputs = vectors(design.inputs(), options.msb_first);
        let outputs = vectors(design.outputs(), options.msb_first);
        let named = |text: &Option<String>| {
            text.as_deref().map(|text| pick(text, "input", design.inputs(), &inputs)).transpose()
        };
        let (a, b) = match (named(&options.a)?, named(&options.b)?) {
            (Some(a), Some(b)) => (a, b),
            (Some(a), None) => {
                let b = other(&inputs, &a)?;
                (a, b)
            }
            (None, Some(b)) => (other(&inputs, &b)?, b),
            (None, None) => operands(&inputs, &mut notes)?,
        };
        let total = design.inputs().iter().map(|port| port.width).sum();
        let mut used = vec![false; total];
        for &number in a.numbers.iter().chain(&b.numbers) {
            if std::mem::replace(&mut used[number], true) {
                return Err(PortError::Twice(bit_name(&inputs, number)));
            }
        }
        let spare: Vec<String> =
            (0..total).filter(|&number| !used[number]).map(|n| bit_name(&inputs, n)).collect();
        if !spare.is_empty() {
            return Err(PortError::Spare(spare));
        }
        let product = match &options.out {
            Some(text) => pick(text, "output", design.outputs(), &outputs)?,
            None => product(&outputs, total)?,
        };
        Ok(Self { a, b, product, notes })
    }
}

fn names(vectors: &[PortVector]) -> Vec<String> {
    vectors.iter().map(PortVector::to_string).collect()
}

fn bit_name(vectors: &[PortVector], number: usize) -> String {
    let found = vectors.iter().find_map(|vector| {
        let (index, _) = vector.bits.iter().find(|(_, n)| *n == number)?;
        Some(if vector.bits.len() == 1 { vector.name.clone() } else { format!("{}[{index}]", vector.name) })
    });
    found.unwrap_or_else(|| format!("bit {number}"))
}

/// The two input vectors, or the halves of the only one.
fn operands(inputs: &[PortVector], notes: &mut Vec<String>) -> Result<(PortBits, PortBits), PortError> {
    match inputs {
        [x, y] => {
            let is = |vector: &PortVector, name: &str| vector.name.eq_ignore_ascii_case(name);
            Ok(if is(x, "b") && is(y, "a") { (y.bits(), x.bits()) } else { (x.bits(), y.bits()) })
        }
        [both] if both.bits.len() >= 4 && both.bits.len() % 2 == 0 => {
            let half = |bits: &[(i64, usize)]| {
                PortVector { name: both.name.clone(), bits: bits.to_vec(), signed: both.signed }.bits()
            };
            let (low, high) = both.bits.split_at(both.bits.len() / 2);
            notes.push(format!("the only input, {both}, was split into both operands, the lower half as a"));
            Ok((half(low), half(high)))
        }
        _ => Err(PortError::Operands(names(inputs))),
    }
}

/// The operand beside a known one: the only other input vector.
fn other(inputs: &[PortVector], known: &PortBits) -> Result<PortBits, PortError> {
    let free = |vector: &&PortVector| !vector.bits.iter().any(|(_, number)| known.numbers.contains(number));
    let mut rest = inputs.iter().filter(free);
    match (rest.next(), rest.next()) {
        (Some(only), None) => Ok(only.bits()),
        _ => Err(PortError::Operands(names(inputs))),
    }
}

fn product(outputs: &[PortVector], width: usize) -> Result<PortBits, PortError> {
    if let [only] = outputs {
        return Ok(only.bits());
    }
    let mut fitting = outputs.iter().filter(|vector| vector.bits.len() == width);
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only.bits()),
        _ => Err(PortError::Product(names(outputs))),
    }
}

/// The mean absolute error over 4,096 operand pairs of a fixed sequence, in product units.
pub(super) fn mean_error(netlist: &Netlist) -> f64 {
    const WORDS: usize = 64;
    let format = netlist.format();
    let (n, m) = (usize::from(format.width_a()), usize::from(format.width_b()));
    let mut random = SplitMix64::new(0);
    let mut sum = 0.0;
    for _ in 0..WORDS {
        let bits: Vec<u64> = (0..n + m).map(|_| random.next_u64()).collect();
        let product = netlist.replay(&mut Lanes, &bits[..n], &bits[n..]);
        for lane in 0..64 {
            let value =
                |bits: &[u64]| bits.iter().rev().fold(0u64, |value, bit| value << 1 | bit >> lane & 1);
            let operand = |bits: &[u64]| {
                let unused = 64 - bits.len();
                let value = value(bits) << unused;
                if format.is_signed() {
                    i128::from(value as i64 >> unused)
                } else {
                    i128::from(value >> unused)
                }
            };
            let exact = operand(&bits[..n]) * operand(&bits[n..]);
            sum += (exact - i128::from(format.wrap(value(&product) as i64))).unsigned_abs() as f64;
        }
    }
    sum / (WORDS * 64) as f64
}
