//! Pairs of successive operands, drawn.

use axmul_api::OperandFormat;

use super::{ActivitySampling, BATCHES, SwitchingActivity};
use crate::operands::OperandStream;
use axmul_support::random::SplitMix64;

/// A sequence of batches of pairs of successive operands.
pub(super) struct Transitions<'a> {
    format: OperandFormat,
    source: TransitionSource<'a>,
    numbers: SplitMix64,
    words: usize,
}

enum TransitionSource<'a> {
    Uniform,
    /// For every case in the order of values, the probability of it and of all before it.
    Cumulative(Vec<f64>),
    Trace(&'a [[i64; 2]]),
}

impl<'a> Transitions<'a> {
    pub fn new(format: OperandFormat, operands: &'a OperandStream, sampling: ActivitySampling) -> Self {
        let source = match operands {
            OperandStream::Uniform => TransitionSource::Uniform,
            OperandStream::Distribution(distribution) => {
                let add = |sum: &mut f64, p: &f64| {
                    *sum += p;
                    Some(*sum)
                };
                TransitionSource::Cumulative(distribution.probabilities().iter().scan(0.0, add).collect())
            }
            OperandStream::Trace(trace) => TransitionSource::Trace(trace),
        };
        let words = sampling.transitions.div_ceil(BATCHES * 64).max(1);
        Self { format, source, numbers: SplitMix64::from_key(&[sampling.seed]), words }
    }

    /// Words of 64 transitions in each batch.
    pub fn words_a_batch(&self) -> usize {
        self.words
    }

    /// The activity over all batches, of each of which `toggles` counts the toggles by slot.
    pub fn activity(&mut self, mut toggles: impl FnMut([Vec<Vec<u64>>; 2]) -> Vec<u64>) -> SwitchingActivity {
        let transitions = (self.words * 64) as f64;
        let mean = |count: u64| count as f64 / transitions;
        let batches = (0..BATCHES).map(|_| toggles(self.batch()).into_iter().map(mean).collect());
        SwitchingActivity::of_batches(batches.collect())
    }

    /// The next batch: before and after, for each bit of the operands its values.
    pub fn batch(&mut self) -> [Vec<Vec<u64>>; 2] {
        let pairs: Vec<[[i64; 2]; 2]> = (0..self.words * 64).map(|_| self.transition()).collect();
        let side = |at: usize| -> Vec<[i64; 2]> { pairs.iter().map(|pair| pair[at]).collect() };
        [0, 1].map(|at| bits_of(self.format, &side(at)))
    }

    fn transition(&mut self) -> [[i64; 2]; 2] {
        match &self.source {
            TransitionSource::Trace(trace) => {
                let at = self.numbers.below(trace.len() - 1);
                [trace[at], trace[at + 1]]
            }
            _ => [0; 2].map(|_| self.pair()),
        }
    }

    fn pair(&mut self) -> [i64; 2] {
        let number = match &self.source {
            TransitionSource::Cumulative(sums) => {
                let total = sums[sums.len() - 1];
                let fraction = self.numbers.next_f64() * total;
                // Rounding may lead to the total itself: the last case that has any probability.
                let last = sums.partition_point(|&sum| sum < total);
                sums.partition_point(|&sum| sum <= fraction).min(last) as u64
            }
            _ => self.numbers.next_u64() >> (64 - u32::from(self.format.product_width())),
        };
        let columns = u32::from(self.format.width_b());
        let b = number & ((1 << columns) - 1);
        [self.format.range_a().start() + (number >> columns) as i64, self.format.range_b().start() + b as i64]
    }
}

/// Operand pairs bit by bit, a word for 64 of them.
pub(super) fn bits_of(format: OperandFormat, pairs: &[[i64; 2]]) -> Vec<Vec<u64>> {
    let (width_a, width_b) = (usize::from(format.width_a()), usize::from(format.width_b()));
    let mut bits = vec![vec![0; pairs.len().div_ceil(64)]; width_a + width_b];
    for (at, &[a, b]) in pairs.iter().enumerate() {
        let (of_a, of_b) = bits.split_at_mut(width_a);
        for (value, bits) in [(a, of_a), (b, of_b)] {
            for (bit, words) in bits.iter_mut().enumerate() {
                words[at / 64] |= ((value >> bit & 1) as u64) << (at % 64);
            }
        }
    }
    bits
}
