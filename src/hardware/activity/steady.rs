//! Toggles of settled values.

use axmul_api::OperandFormat;

use super::SwitchingActivity;
use super::circuit::WordCircuit;
use super::transitions::{Transitions, bits_of};
use crate::operands::OperandStream;
use axmul_netlist::cases::all_cases;

/// Every case, each as likely as the operands have it; successive ones are independent. Not for more than
/// [`MAX_INPUTS`](axmul_netlist::cases::MAX_INPUTS) bits.
pub(super) fn exact(
    circuit: &WordCircuit,
    format: OperandFormat,
    operands: &OperandStream,
) -> SwitchingActivity {
    let mut inputs = vec![Vec::new(); format.product_width().into()];
    for words in all_cases(inputs.len()).expect("few input bits") {
        for (input, word) in inputs.iter_mut().zip(words) {
            input.push(word);
        }
    }
    let words = inputs[0].len();
    let values = circuit.settle(&inputs, words);
    let ones = match operands {
        OperandStream::Distribution(distribution) => {
            weighted(&values, &by_code(format, distribution.probabilities()))
        }
        _ => {
            let count =
                |values: &Vec<u64>| values.iter().map(|word| f64::from(word.count_ones())).sum::<f64>();
            values.iter().map(|values| count(values) / (words * 64) as f64).collect()
        }
    };
    SwitchingActivity {
        mean: ones.into_iter().map(|p| (2.0 * p * (1.0 - p)).max(0.0)).collect(),
        batches: Vec::new(),
    }
}

/// Probabilities in the order of the cases, a's code in the lower bits; those of a distribution are in the order of the
/// operands' values, which are not their codes where they are signed. At least for 64 cases.
fn by_code(format: OperandFormat, by_value: &[f64]) -> Vec<f64> {
    let top = |width: u8| if format.is_signed() { 1usize << (width - 1) } else { 0 };
    let (top_a, top_b) = (top(format.width_a()), top(format.width_b()));
    let (rows, columns) = (1usize << format.width_a(), 1usize << format.width_b());
    let cases = 0..by_value.len().max(64);
    let copies = (cases.len() / by_value.len()) as f64;
    let case = |at: usize| {
        let (a, b) = (at % rows, at / rows % columns);
        by_value[(a ^ top_a) * columns + (b ^ top_b)] / copies
    };
    cases.map(case).collect()
}

/// The probability that each slot is one. Eight cases at a time: the sums of every subset of eight probabilities are
/// made once for all slots.
fn weighted(values: &[Vec<u64>], probabilities: &[f64]) -> Vec<f64> {
    let mut ones = vec![0.0; values.len()];
    let mut sums = [0.0; 256];
    for (at, eight) in probabilities.chunks_exact(8).enumerate() {
        if eight.iter().all(|&p| p == 0.0) {
            continue;
        }
        for (bit, p) in eight.iter().enumerate() {
            let (known, next) = sums.split_at_mut(1 << bit);
            for (sum, known) in next.iter_mut().zip(known.iter()) {
                *sum = known + p;
            }
        }
        let (word, shift) = (at / 8, at % 8 * 8);
        for (ones, values) in ones.iter_mut().zip(values) {
            *ones += sums[(values[word] >> shift) as usize & 255];
        }
    }
    ones
}

/// Sampled pairs of successive operands.
pub(super) fn sampled(circuit: &WordCircuit, mut transitions: Transitions<'_>) -> SwitchingActivity {
    let words = transitions.words_a_batch();
    transitions.activity(|operands| {
        let [before, after] = operands.map(|operands| circuit.settle(&operands, words));
        let changed = |(x, y): (&u64, &u64)| u64::from((x ^ y).count_ones());
        before.iter().zip(&after).map(|(x, y)| x.iter().zip(y).map(changed).sum()).collect()
    })
}

/// The steps of a trace, all of them.
pub(super) fn of_trace(
    circuit: &WordCircuit,
    format: OperandFormat,
    trace: &[[i64; 2]],
) -> SwitchingActivity {
    /// So many pairs at a time, the last of which begins the next part.
    const PART: usize = 1 << 16;
    let steps = trace.len() - 1;
    let mut toggles = vec![0u64; circuit.slots()];
    for start in (0..steps).step_by(PART - 1) {
        let part = &trace[start..trace.len().min(start + PART)];
        let words = part.len().div_ceil(64);
        let values = circuit.settle(&bits_of(format, part), words);
        for (toggles, values) in toggles.iter_mut().zip(&values) {
            for (at, &word) in values.iter().enumerate() {
                let next = values.get(at + 1).map_or(0, |next| next << 63);
                // Bit k tells whether step k from here changes something; the last pair begins none.
                let within = (part.len() - 1).saturating_sub(at * 64);
                let mask = if within >= 64 { u64::MAX } else { (1 << within) - 1 };
                *toggles += u64::from(((word ^ (word >> 1 | next)) & mask).count_ones());
            }
        }
    }
    let mean = toggles.iter().map(|&toggles| toggles as f64 / steps as f64).collect();
    SwitchingActivity { mean, batches: Vec::new() }
}
