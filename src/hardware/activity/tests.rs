//! Activity against plain loops over cases, cells and steps.

use axmul_api::{Netlist, OperandFormat};
use proptest::prelude::*;

use super::transitions::bits_of;
use super::*;
use crate::map::{MappingGoal, map};
use crate::optimize::optimize;
use crate::timing::{BoundaryConditions, timing};
use axmul_metrics::OperandDistribution;
use axmul_netlist::testing::netlists;

fn library() -> &'static CellLibrary {
    CellLibrary::freepdk45()
}

fn mapped(netlist: &Netlist) -> MappedCircuit {
    map(&optimize(netlist), library(), MappingGoal::Area).unwrap()
}

fn run(
    mapped: &MappedCircuit,
    operands: &OperandStream,
    glitches: Glitches,
    sampling: ActivitySampling,
) -> SwitchingActivity {
    let surroundings = BoundaryConditions::default();
    let times = timing(mapped, library(), &surroundings);
    activity(mapped, library(), &times, operands, (glitches, sampling))
}

/// Every slot's value for one operand pair, cell by cell.
fn settled(mapped: &MappedCircuit, [a, b]: [i64; 2]) -> Vec<bool> {
    let format = mapped.format;
    let bits = |value: i64, width: u8| (0..width).map(move |bit| value >> bit & 1 == 1);
    let mut values = vec![false, true];
    values.extend(bits(a, format.width_a()).chain(bits(b, format.width_b())));
    let slots = SignalSlots::new(mapped, library());
    for instance in &mapped.instances {
        let inputs = instance.inputs.iter().enumerate();
        let case = inputs.fold(0, |case, (at, &signal)| case | usize::from(values[slots.of(signal)]) << at);
        let outputs = &library().cells[instance.cell].outputs;
        values.extend(outputs.iter().map(|output| output.function.value(case)));
    }
    values
}

/// Operand pairs in the order of a distribution's probabilities.
fn all_pairs(format: OperandFormat) -> Vec<[i64; 2]> {
    format.operands().map(|(a, b)| [a, b]).collect()
}

fn assert_close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (slot, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert!((got - expected).abs() <= tolerance, "slot {slot}: {got}, expected {expected}");
    }
}

/// Bits of both operands, 0 or 1 each: the toggles between two lists of values.
fn differences(x: &[bool], y: &[bool]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| f64::from(u8::from(x != y))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Every pair after every pair, each as likely as both together.
    #[test]
    fn exact_activity_is_the_mean_over_all_transitions(
        netlist in netlists(), weights in prop::collection::vec(0u32..50, 256), uniform: bool
    ) {
        let mapped = mapped(&netlist);
        let (format, pairs) = (mapped.format, all_pairs(mapped.format));
        let mut weights: Vec<f64> = weights[..pairs.len()].iter().map(|&weight| f64::from(weight)).collect();
        weights[3] += 1.0;
        let distribution = match uniform {
            true => OperandDistribution::uniform(format),
            false => OperandDistribution::from_weights(format, &weights).unwrap(),
        };
        let values: Vec<Vec<bool>> = pairs.iter().map(|&pair| settled(&mapped, pair)).collect();
        let mut expected = vec![0.0; values[0].len()];
        for (x, p) in values.iter().zip(distribution.probabilities()) {
            for (y, q) in values.iter().zip(distribution.probabilities()) {
                for (sum, toggle) in expected.iter_mut().zip(differences(x, y)) {
                    *sum += p * q * toggle;
                }
            }
        }
        let operands = if uniform { OperandStream::Uniform } else { OperandStream::Distribution(distribution) };
        let got = run(&mapped, &operands, Glitches::Ignored, ActivitySampling::default());
        assert!(got.batches.is_empty());
        // Sums of at most 65,536 products of doubles between 0 and 1.
        assert_close(&got.mean, &expected, 1e-12);
    }

    #[test]
    fn a_trace_is_counted_step_by_step(netlist in netlists(), choices in prop::collection::vec(any::<u8>(), 2..200)) {
        let mapped = mapped(&netlist);
        let pairs = all_pairs(mapped.format);
        let trace: Vec<[i64; 2]> = choices.iter().map(|&at| pairs[usize::from(at) % pairs.len()]).collect();
        let values: Vec<Vec<bool>> = trace.iter().map(|&pair| settled(&mapped, pair)).collect();
        let mut expected = vec![0.0; values[0].len()];
        for step in values.windows(2) {
            for (sum, toggle) in expected.iter_mut().zip(differences(&step[0], &step[1])) {
                *sum += toggle / (trace.len() - 1) as f64;
            }
        }
        let got = run(&mapped, &OperandStream::Trace(trace), Glitches::Ignored, ActivitySampling::default());
        assert_close(&got.mean, &expected, 1e-12);
    }

    /// One transition after the other, a step at a time, each cell with a counter of how long its inputs have asked
    /// for the same.
    #[test]
    fn waveforms_are_those_of_a_plain_simulation(netlist in netlists(), seed: u64) {
        let mapped = mapped(&netlist);
        let surroundings = BoundaryConditions::default();
        let times = timing(&mapped, library(), &surroundings);
        let circuit = WordCircuit::new(&mapped, library());
        let delays = Delays::new(&circuit, &mapped, library(), &times);
        let sampling = ActivitySampling { transitions: 1, seed };
        let got = waveforms::sampled(&circuit, &delays, Transitions::new(mapped.format, &OperandStream::Uniform, sampling));

        let mut transitions = Transitions::new(mapped.format, &OperandStream::Uniform, sampling);
        let [before, after] = transitions.batch();
        let mut expected = vec![0.0; circuit.slots()];
        for lane in (0..64).step_by(9) {
            let pair = |words: &[Vec<u64>]| -> Vec<bool> { words.iter().map(|w| w[0] >> lane & 1 == 1).collect() };
            for (sum, count) in expected.iter_mut().zip(plain(&circuit, &delays, &pair(&before), &pair(&after))) {
                *sum += count;
            }
        }
        // The same lanes of the first batch alone.
        let mut lanes = vec![0u64; circuit.slots()];
        let chosen = |words: &[Vec<u64>]| -> Vec<u64> {
            words.iter().map(|w| (0..64).step_by(9).fold(0, |all, lane| all | (w[0] >> lane & 1) << lane)).collect()
        };
        waveforms::Waveforms::new(&circuit, &delays).run(&chosen(&before), &chosen(&after), &mut lanes);
        let lanes: Vec<f64> = lanes.into_iter().map(|count| count as f64).collect();
        assert_close(&lanes, &expected, 0.0);
        assert_eq!(got.batches.len(), BATCHES);
    }

    /// A signal that ends where it began has toggled an even number of times, every other one an odd number; so
    /// glitches only add.
    #[test]
    fn glitches_only_add(netlist in netlists(), seed: u64) {
        let mapped = mapped(&netlist);
        let sampling = ActivitySampling { transitions: 4096, seed };
        let with = run(&mapped, &OperandStream::Uniform, Glitches::Counted, sampling);
        let mut transitions = Transitions::new(mapped.format, &OperandStream::Uniform, sampling);
        let circuit = WordCircuit::new(&mapped, library());
        for batch in &with.batches {
            let [before, after] = transitions.batch().map(|operands| circuit.settle(&operands, 1));
            for ((with, x), y) in batch.iter().zip(&before).zip(&after) {
                let (count, settled) = ((with * 64.0).round() as u32, (x[0] ^ y[0]).count_ones());
                prop_assert!(count >= settled && (count - settled) % 2 == 0, "{count} {settled}");
            }
        }
    }
}

/// The toggles of every slot between two sets of operand bits.
fn plain(circuit: &WordCircuit, delays: &Delays, before: &[bool], after: &[bool]) -> Vec<f64> {
    let word = |bit: &bool| vec![u64::from(*bit)];
    let old: Vec<Vec<u64>> = circuit.settle(&before.iter().map(word).collect::<Vec<_>>(), 1);
    let end = delays.last + 2;
    // By slot and step, from step 0 on; before that the settled values.
    let mut waves: Vec<Vec<bool>> = vec![vec![false; end], vec![true; end]];
    waves.extend(after.iter().map(|&bit| vec![bit; end]));
    let mut toggles: Vec<f64> = vec![0.0; 2];
    toggles.extend(differences(before, after));
    for (gate, of) in circuit.gates.iter().zip(&delays.gates) {
        let at = |slot: usize, step: i64| match usize::try_from(step) {
            Ok(step) => waves[slot][step.min(end - 1)],
            Err(_) => old[slot][0] & 1 == 1,
        };
        let asked = |step: i64| {
            let inputs: Vec<Vec<u64>> = gate
                .inputs
                .iter()
                .zip(&of.inputs)
                .map(|(&slot, &delay)| vec![u64::from(at(slot, step - delay as i64 + of.inertia as i64))])
                .collect();
            let inputs: Vec<&[u64]> = inputs.iter().map(Vec::as_slice).collect();
            let mut out = [0];
            gate.operators.run(&inputs, &mut Vec::new(), &mut out);
            out[0] & 1 == 1
        };
        let start = -3 * delays.longest as i64;
        let (mut value, mut last, mut same_for) = (asked(start), asked(start), 0usize);
        let (mut wave, mut count) = (Vec::new(), 0.0);
        for step in start..end as i64 {
            let now = asked(step);
            same_for = if now == last { same_for + 1 } else { 0 };
            last = now;
            if same_for >= of.inertia && value != now {
                value = now;
                count += 1.0;
            }
            if step >= 0 {
                wave.push(value);
            }
        }
        waves.push(wave);
        toggles.push(count);
    }
    toggles
}

/// Uniform operands as samples: every slot within five standard errors of the exact figure.
#[test]
fn samples_agree_with_the_exact_figures() {
    let mapped = mapped(&axmul_netlist::testing::member("exact", OperandFormat::signed(8, 8), &[]));
    let exact = run(&mapped, &OperandStream::Uniform, Glitches::Ignored, ActivitySampling::default());
    let circuit = WordCircuit::new(&mapped, library());
    let skewed: Vec<f64> = (0..512).map(|at| 1.0 / f64::from(at % 256 + 1)).collect();
    let skewed = OperandDistribution::from_weights(mapped.format, &skewed).unwrap();
    for operands in [OperandStream::Uniform, OperandStream::Distribution(skewed)] {
        let exact = match operands {
            OperandStream::Uniform => exact.clone(),
            _ => run(&mapped, &operands, Glitches::Ignored, ActivitySampling::default()),
        };
        let transitions = 1 << 16;
        let sampling = ActivitySampling { transitions, seed: 5 };
        let sampled = steady::sampled(&circuit, Transitions::new(mapped.format, &operands, sampling));
        for (slot, (p, q)) in exact.mean.iter().zip(&sampled.mean).enumerate() {
            let error = (p * (1.0 - p) / transitions as f64).sqrt();
            assert!((p - q).abs() <= 5.0 * error, "slot {slot}: {p} {q}");
        }
    }
}

#[test]
fn drawn_steps_of_a_trace_are_its_own() {
    let format = OperandFormat::signed(4, 3);
    let trace: Vec<[i64; 2]> = (0..30).map(|at| [at % 16 - 8, at % 7 - 4]).collect();
    let operands = OperandStream::Trace(trace.clone());
    let mut transitions = Transitions::new(format, &operands, ActivitySampling { transitions: 64, seed: 1 });
    let [before, after] = transitions.batch();
    for lane in 0..64 {
        let pair = |bits: &[Vec<u64>]| bits.iter().map(|word| word[0] >> lane & 1).collect::<Vec<_>>();
        let steps = trace.windows(2).map(|step| [0, 1].map(|at| pair_bits(format, step[at])));
        assert!(steps.clone().any(|step| step == [pair(&before), pair(&after)]), "lane {lane}");
    }
}

fn pair_bits(format: OperandFormat, pair: [i64; 2]) -> Vec<u64> {
    bits_of(format, &[pair]).iter().map(|word| word[0]).collect()
}
