//! Toggles of signals on their way to the settled values: glitches included.
//!
//! Time goes in equal steps. The waveform of a signal is a word for each step, each bit of it another pair of successive
//! operands, so that a cell is evaluated for 64 pairs at once and the loop over time is one over a list of words. A cell
//! looks at each input as it was the delay of that input's arc ago, and follows only what has stood still for as long
//! as its shortest delay: the inertial delay of logic simulators.

use super::SwitchingActivity;
use super::circuit::{WordCircuit, WordGate};
use super::transitions::Transitions;
use crate::MappedCircuit;
use crate::library::CellLibrary;
use crate::timing::Timing;

/// The longest path takes so many steps; a cell's delay is rounded to whole ones.
const STEPS: f64 = 256.0;

/// The delays of a circuit's gates in steps, and when its signals may change.
pub(super) struct Delays {
    /// By gate.
    pub gates: Vec<GateDelays>,
    /// By slot: the first and the last step at which it may change; `None` for one that never does.
    windows: Vec<Option<(usize, usize)>>,
    /// The greatest delay.
    pub longest: usize,
    /// The last step at which anything changes.
    pub last: usize,
}

pub(super) struct GateDelays {
    /// Of each input.
    pub inputs: Vec<usize>,
    /// The shortest of an input that may change.
    pub inertia: usize,
}

impl Delays {
    /// Each arc at the load of its output and the mean transition time of its input, rising and falling outputs alike.
    pub fn new(
        circuit: &WordCircuit,
        mapped: &MappedCircuit,
        library: &CellLibrary,
        timing: &Timing,
    ) -> Self {
        let step_ns = timing.delay_ns / STEPS;
        let steps = |delay_ns: f64| match step_ns > 0.0 {
            true => ((delay_ns / step_ns).round() as usize).max(1),
            false => 1,
        };
        let mut windows: Vec<Option<(usize, usize)>> = vec![None, None];
        windows.resize(circuit.first, Some((0, 0)));
        let mut gates = Vec::with_capacity(circuit.gates.len());
        for WordGate { inputs, of: (index, output), .. } in &circuit.gates {
            let instance = &mapped.instances[*index];
            let load_ff = timing.loads.instances[*index][*output];
            let mut sums = vec![(0.0, 0.0); inputs.len()];
            for arc in &library.cells[instance.cell].outputs[*output].arcs {
                let slew_ns = timing.mean_slew_ns(instance.inputs[arc.input]);
                for surface in &arc.delay_ns {
                    let (sum, count) = &mut sums[arc.input];
                    *sum += surface.at(slew_ns, load_ff).max(0.0);
                    *count += 1.0;
                }
            }
            // An input without an arc is one that the output does not depend on.
            let delay =
                |&(sum, count): &(f64, f64)| if count > 0.0 { Some(steps(sum / count)) } else { None };
            let delays: Vec<Option<usize>> = sums.iter().map(delay).collect();
            let changes = inputs.iter().zip(&delays);
            let changes = changes.filter_map(|(&slot, &delay)| Some((windows[slot]?, delay?)));
            let changes: Vec<((usize, usize), usize)> = changes.collect();
            let first = changes.iter().map(|((first, _), delay)| first + delay).min();
            let last = changes.iter().map(|((_, last), delay)| last + delay).max();
            windows.push(first.zip(last));
            let inertia = changes.iter().map(|&(_, delay)| delay).min().unwrap_or(1);
            gates.push(GateDelays {
                inputs: delays.into_iter().map(|delay| delay.unwrap_or(inertia).max(inertia)).collect(),
                inertia,
            });
        }
        let longest = gates.iter().flat_map(|gate| gate.inputs.iter().copied()).max().unwrap_or(1);
        let last = windows.iter().flatten().map(|&(_, last)| last).max().unwrap_or(0);
        Self { gates, windows, longest, last }
    }
}

/// Sampled pairs of successive operands.
pub(super) fn sampled(
    circuit: &WordCircuit,
    delays: &Delays,
    mut transitions: Transitions<'_>,
) -> SwitchingActivity {
    let words = transitions.words_a_batch();
    let mut waveforms = Waveforms::new(circuit, delays);
    transitions.activity(|[before, after]| {
        let mut toggles = vec![0; circuit.slots()];
        for word in 0..words {
            let side = |operands: &[Vec<u64>]| -> Vec<u64> { operands.iter().map(|bit| bit[word]).collect() };
            waveforms.run(&side(&before), &side(&after), &mut toggles);
        }
        toggles
    })
}

/// The waveforms of all slots.
pub(super) struct Waveforms<'a> {
    circuit: &'a WordCircuit,
    delays: &'a Delays,
    /// Slot by slot, a word for each step.
    words: Vec<Vec<u64>>,
    /// Step 0 is so far into each of them; what is before is before the operands change.
    start: usize,
    scratch: WaveformScratch,
}

#[derive(Default)]
struct WaveformScratch {
    operators: Vec<Vec<u64>>,
    raw: Vec<u64>,
    all: Vec<u64>,
    any: Vec<u64>,
    spare: Vec<u64>,
}

impl<'a> Waveforms<'a> {
    pub fn new(circuit: &'a WordCircuit, delays: &'a Delays) -> Self {
        let start = 2 * delays.longest + 2;
        let length = start + delays.last + 2 * delays.longest + 2;
        let mut words = vec![vec![0; length]; circuit.slots()];
        words[1].fill(u64::MAX);
        Self { circuit, delays, words, start, scratch: WaveformScratch::default() }
    }

    /// Lets the operands change from one word of 64 to another, and adds every slot's toggles.
    pub fn run(&mut self, before: &[u64], after: &[u64], toggles: &mut [u64]) {
        let start = self.start;
        for (input, (&before, &after)) in before.iter().zip(after).enumerate() {
            let words = &mut self.words[2 + input];
            words[..start].fill(before);
            words[start..].fill(after);
            toggles[2 + input] += u64::from((before ^ after).count_ones());
        }
        for (at, (gate, delays)) in self.circuit.gates.iter().zip(&self.delays.gates).enumerate() {
            let slot = self.circuit.first + at;
            let (known, rest) = self.words.split_at_mut(slot);
            let words = &mut rest[0];
            let (first, last) = self.delays.windows[slot].unwrap_or((0, 0));
            let inertia = delays.inertia;
            // What the cell would do at once, from one step before its inertia may let it change first.
            let begin = start + first - inertia - 1;
            let raw = &mut self.scratch.raw;
            raw.resize(last - first + inertia + 2, 0);
            let inputs: Vec<&[u64]> = gate
                .inputs
                .iter()
                .zip(&delays.inputs)
                .map(|(&slot, delay)| &known[slot][begin + inertia - delay..][..raw.len()])
                .collect();
            gate.operators.run(&inputs, &mut self.scratch.operators, raw);
            let before = raw[0];
            let WaveformScratch { raw, all, any, spare, .. } = &mut self.scratch;
            over_windows(raw, inertia + 1, |x, y| x & y, all, spare);
            over_windows(raw, inertia + 1, |x, y| x | y, any, spare);
            // Entry k of either is of the window that ends `inertia` later.
            let mut value = before;
            let mut count = 0;
            words[..start + first].fill(before);
            let changing = &mut words[start + first..=start + last];
            for ((word, &all), &any) in changing.iter_mut().zip(&all[1..]).zip(&any[1..]) {
                let next = all | value & any;
                count += u64::from((next ^ value).count_ones());
                value = next;
                *word = next;
            }
            words[start + last + 1..].fill(value);
            toggles[slot] += count;
        }
    }
}

/// `out[k]` joins the `length` words from `words[k]` on, by joining windows of twice the length until they reach.
fn over_windows(
    words: &[u64],
    length: usize,
    join: impl Fn(u64, u64) -> u64 + Copy,
    out: &mut Vec<u64>,
    spare: &mut Vec<u64>,
) {
    out.clear();
    out.extend_from_slice(words);
    let mut reached = 1;
    while reached < length {
        let ahead = reached.min(length - reached);
        spare.clear();
        spare.extend(out.iter().zip(&out[ahead..]).map(|(&x, &y)| join(x, y)));
        std::mem::swap(out, spare);
        reached += ahead;
    }
}
