//! Checks that a circuit computes what its arithmetic model computes.

use std::fmt;

use crate::{Multiplier, OperandFormat, Structure};

/// Operands for which circuit and model disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CircuitMismatch {
    /// The multiplier.
    pub name: String,
    /// The operands (a, b).
    pub operands: (i64, i64),
    /// The product of the arithmetic model.
    pub model: i64,
    /// The product of the circuit.
    pub circuit: i64,
    /// How it was evaluated: `circuit`, `netlist` or `batched function`.
    pub evaluation: &'static str,
}

impl fmt::Display for CircuitMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (a, b) = self.operands;
        write!(
            f,
            "{}: the {} gives {a} x {b} = {}, the model {}",
            self.name, self.evaluation, self.circuit, self.model
        )
    }
}

impl std::error::Error for CircuitMismatch {}

/// Compares the circuit of `multiplier`, simulated directly and as a replayed netlist, and its batched product function
/// with its scalar one. Covers all operand pairs up to 16 product bits; beyond that the
/// [corners](OperandFormat::corner_pairs) and `samples` pseudorandom pairs, the same every time. Without a circuit only
/// the batched function is checked.
pub fn check_structure(multiplier: &dyn Multiplier, samples: usize) -> Result<(), CircuitMismatch> {
    let format = multiplier.format();
    let pairs =
        if format.product_width() <= 16 { format.operands().collect() } else { sample(format, samples) };
    let netlist = multiplier.structure().map(Structure::netlist);
    for block in pairs.chunks(64) {
        let a: Vec<i64> = block.iter().map(|pair| pair.0).collect();
        let b: Vec<i64> = block.iter().map(|pair| pair.1).collect();
        let model: Vec<i64> = block.iter().map(|&(a, b)| multiplier.product(a, b)).collect();
        let compare = |evaluation, circuit: Vec<i64>| match (0..block.len()).find(|&i| circuit[i] != model[i])
        {
            None => Ok(()),
            Some(i) => Err(CircuitMismatch {
                name: multiplier.name(),
                operands: block[i],
                model: model[i],
                circuit: circuit[i],
                evaluation,
            }),
        };
        let mut batched = vec![0; block.len()];
        multiplier.products(&a, &b, &mut batched);
        compare("batched function", batched)?;
        if let (Some(structure), Some(netlist)) = (multiplier.structure(), &netlist) {
            let a = transpose(&a, format.width_a().into());
            let b = transpose(&b, format.width_b().into());
            compare("circuit", untranspose(format, &structure.simulate(&a, &b), block.len()))?;
            let replayed = netlist.replay(&mut crate::Lanes, &a, &b);
            compare("netlist", untranspose(format, &replayed, block.len()))?;
        }
    }
    Ok(())
}

/// Up to 64 values as lanes: word `i` of the result holds bit `i` of every value.
fn transpose(values: &[i64], width: usize) -> Vec<u64> {
    let mut lanes = vec![0; width];
    for (lane, &value) in values.iter().enumerate() {
        for (bit, word) in lanes.iter_mut().enumerate() {
            *word |= (value as u64 >> bit & 1) << lane;
        }
    }
    lanes
}

fn untranspose(format: OperandFormat, lanes: &[u64], count: usize) -> Vec<i64> {
    (0..count)
        .map(|lane| {
            let bits = lanes.iter().enumerate().map(|(bit, word)| ((word >> lane & 1) << bit) as i64);
            format.wrap(bits.fold(0, |value, bit| value | bit))
        })
        .collect()
}

/// The corners, then a linear congruential sequence of pairs.
fn sample(format: OperandFormat, samples: usize) -> Vec<(i64, i64)> {
    let mut pairs: Vec<_> = format.corner_pairs().collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |range: std::ops::RangeInclusive<i64>| {
        // Constants of Knuth's MMIX generator.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let span = (range.end() - range.start() + 1) as u64;
        range.start() + (state >> 33).rem_euclid(span) as i64
    };
    for _ in 0..samples {
        pairs.push((draw(format.range_a()), draw(format.range_b())));
    }
    pairs
}
