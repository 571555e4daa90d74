//! A function of a few bits as operations on words.

use crate::library::TruthTable;

/// A function as operations on words, each bit of which is a case of its own.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operators {
    /// In order; operation k gives value `variables + k`.
    steps: Vec<OperatorStep>,
    result: OperatorValue,
    variables: usize,
}

/// A variable or the result of an earlier step, complemented where the mask is all ones.
#[derive(Clone, Copy, Debug, PartialEq)]
struct OperatorValue {
    index: usize,
    mask: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum OperatorStep {
    /// All zero.
    False,
    And(OperatorValue, OperatorValue),
    Xor(OperatorValue, OperatorValue),
    /// The second where the first is one, else the third.
    Select(OperatorValue, OperatorValue, OperatorValue),
}

impl OperatorValue {
    fn complemented(self) -> Self {
        Self { mask: !self.mask, ..self }
    }
}

impl Operators {
    /// Splits the function by one variable after the other (Shannon).
    pub fn of(function: TruthTable) -> Self {
        let mut operators = Self {
            steps: Vec::new(),
            result: OperatorValue { index: 0, mask: 0 },
            variables: function.variables(),
        };
        operators.result = operators.build(function.variables(), function.bits());
        operators
    }

    fn push(&mut self, step: OperatorStep) -> OperatorValue {
        self.steps.push(step);
        OperatorValue { index: self.variables + self.steps.len() - 1, mask: 0 }
    }

    /// The function of the first `variables` variables with these values.
    fn build(&mut self, variables: usize, bits: u64) -> OperatorValue {
        let cases = 1u32 << variables;
        let all = u64::MAX >> (64 - cases);
        if bits == 0 || bits == all {
            let constant = self.push(OperatorStep::False);
            return if bits == 0 { constant } else { constant.complemented() };
        }
        let last = variables - 1;
        let half = cases / 2;
        let ones = all >> half;
        let (without, with) = (bits & ones, bits >> half);
        let variable = OperatorValue { index: last, mask: 0 };
        if without == with {
            return self.build(last, with);
        }
        if without == !with & ones {
            if without == 0 || with == 0 {
                return if without == 0 { variable } else { variable.complemented() };
            }
            let rest = self.build(last, without);
            return self.push(OperatorStep::Xor(variable, rest));
        }
        let constant = |bits: u64| (bits == 0).then_some(false).or((bits == ones).then_some(true));
        let (kept, selected) = match (constant(without), constant(with)) {
            (Some(value), None) => (value, (variable, with)),
            (None, Some(value)) => (value, (variable.complemented(), without)),
            _ => {
                let (with, without) = (self.build(last, with), self.build(last, without));
                return self.push(OperatorStep::Select(variable, with, without));
            }
        };
        // Zero, or one, where the variable does not select the rest.
        let rest = self.build(last, selected.1);
        match kept {
            false => self.push(OperatorStep::And(selected.0, rest)),
            true => self.push(OperatorStep::And(selected.0, rest.complemented())).complemented(),
        }
    }

    /// The values of the function, word by word; `scratch` is used on the way.
    pub fn run(&self, inputs: &[&[u64]], scratch: &mut Vec<Vec<u64>>, out: &mut [u64]) {
        let length = out.len();
        while scratch.len() < self.steps.len() {
            scratch.push(Vec::new());
        }
        for (at, step) in self.steps.iter().enumerate() {
            let (before, rest) = scratch.split_at_mut(at);
            let target = &mut rest[0];
            target.resize(length, 0);
            let read = |value: OperatorValue| -> (&[u64], u64) {
                match value.index.checked_sub(self.variables) {
                    None => (&inputs[value.index][..length], value.mask),
                    Some(step) => (&before[step][..length], value.mask),
                }
            };
            match *step {
                OperatorStep::False => target.fill(0),
                OperatorStep::And(x, y) => {
                    let ((x, of_x), (y, of_y)) = (read(x), read(y));
                    for ((target, x), y) in target.iter_mut().zip(x).zip(y) {
                        *target = (x ^ of_x) & (y ^ of_y);
                    }
                }
                OperatorStep::Xor(x, y) => {
                    let ((x, of_x), (y, of_y)) = (read(x), read(y));
                    for ((target, x), y) in target.iter_mut().zip(x).zip(y) {
                        *target = x ^ y ^ (of_x ^ of_y);
                    }
                }
                OperatorStep::Select(s, x, y) => {
                    let ((s, of_s), (x, of_x), (y, of_y)) = (read(s), read(x), read(y));
                    for (((target, s), x), y) in target.iter_mut().zip(s).zip(x).zip(y) {
                        let (s, y) = (s ^ of_s, y ^ of_y);
                        *target = y ^ s & (x ^ of_x ^ y);
                    }
                }
            }
        }
        let OperatorValue { index, mask } = self.result;
        let result = match index.checked_sub(self.variables) {
            None => inputs[index],
            Some(step) => &scratch[step],
        };
        for (out, value) in out.iter_mut().zip(result) {
            *out = value ^ mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn operations_are_the_function(variables in 0usize..=6, bits: u64, words: [[u64; 2]; 6]) {
            let function = TruthTable::new(variables, bits);
            let inputs: Vec<&[u64]> = words[..variables].iter().map(|word| word.as_slice()).collect();
            let mut out = [0; 2];
            Operators::of(function).run(&inputs, &mut Vec::new(), &mut out);
            for at in 0..2 {
                let lanes: Vec<u64> = inputs.iter().map(|word| word[at]).collect();
                prop_assert_eq!(out[at], function.lanes(&lanes));
            }
        }
    }

    #[test]
    fn few_operations_for_what_adders_are_made_of() {
        let steps = |variables, bits| Operators::of(TruthTable::new(variables, bits)).steps.len();
        assert_eq!([steps(1, 0b01), steps(2, 0b0111), steps(2, 0b0110)], [0, 1, 1]);
        assert_eq!([steps(3, 0x96), steps(3, 0xe8)], [2, 3]);
    }
}
