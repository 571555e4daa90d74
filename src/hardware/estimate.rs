//! Cost of a circuit from its cells.

use axmul_api::{Cell, Cost, Lanes, Netlist, Signal};

use super::CellLibrary;

/// The clock at which power is stated, in megahertz: one product every 2 ns, enough for an 8x8 array. The rate is the
/// same for circuits that take longer and would need registers, which are not counted.
pub const CLOCK_MHZ: f64 = 500.0;

/// Estimates area, delay and power of a circuit.
///
/// - Area: the sum over the cells.
/// - Delay: the longest path; a cell's delay grows linearly with the capacitance of the inputs that it drives.
///   Operands arrive at time 0 and the product bits drive nothing; there are no wires and no buffers.
/// - Power at [`CLOCK_MHZ`]: leakage of all cells, and for every toggle of a signal the internal energy of its cell
///   and `C V^2 / 2` for the inputs that it drives, those of the operands included. Successive operands are
///   independent and uniform, so that a signal which is one with probability `p` toggles with probability
///   `2 p (1 - p)` a cycle; glitches are not counted. The probabilities are exact where both operands together have
///   at most 16 bits, else they come from 65,536 operand pairs of a fixed sequence.
///
/// Figures of this kind rank circuits; they are no substitute for synthesis and timing analysis.
pub fn estimate(netlist: &Netlist, library: &CellLibrary) -> Cost {
    let loads = Loads::of(netlist, library);
    let mut area_um2 = 0.0;
    let mut leakage_nw = 0.0;
    for cell in netlist.cells() {
        let figures = library.cell(cell.kind);
        area_um2 += figures.area_um2;
        leakage_nw += figures.leakage_nw;
    }
    // fJ x MHz = nW.
    let power_nw = dynamic_energy_fj(netlist, library, &loads) * CLOCK_MHZ + leakage_nw;
    Cost {
        power_mw: Some(power_nw * 1e-6),
        area_um2: Some(area_um2),
        delay_ns: Some(longest_path_ns(netlist, library, &loads)),
        source: format!("axmul estimate 1 from cells of {} version {}", library.name, library.version),
        technology: format!(
            "{}; {}; {} V; {CLOCK_MHZ} MHz; uniform independent operands, no glitches, no wires",
            library.process, library.library, library.supply_v
        ),
    }
}

/// Capacitance that each signal drives, in femtofarads.
struct Loads {
    inputs: Vec<f64>,
    cells: Vec<[f64; 2]>,
}

impl Loads {
    fn of(netlist: &Netlist, library: &CellLibrary) -> Self {
        let mut loads = Self {
            inputs: vec![0.0; netlist.format().product_width().into()],
            cells: vec![[0.0; 2]; netlist.cells().len()],
        };
        for cell in netlist.cells() {
            for (&signal, capacitance) in
                cell.inputs.iter().zip(&library.cell(cell.kind).input_capacitance_ff)
            {
                match signal {
                    Signal::Constant(_) => {}
                    Signal::Input(i) => loads.inputs[i] += capacitance,
                    Signal::Cell(cell, output) => loads.cells[cell][usize::from(output)] += capacitance,
                }
            }
        }
        loads
    }
}

fn longest_path_ns(netlist: &Netlist, library: &CellLibrary, loads: &Loads) -> f64 {
    let mut arrivals: Vec<[f64; 2]> = Vec::with_capacity(netlist.cells().len());
    let at = |arrivals: &[[f64; 2]], signal| match signal {
        Signal::Cell(cell, output) => arrivals[cell][usize::from(output)],
        Signal::Constant(_) | Signal::Input(_) => 0.0,
    };
    for (index, cell) in netlist.cells().iter().enumerate() {
        let start = cell.inputs.iter().map(|&signal| at(&arrivals, signal)).fold(0.0, f64::max);
        let mut arrival = [start; 2];
        for (output, figures) in library.cell(cell.kind).outputs.iter().enumerate() {
            arrival[output] += figures.delay_ns + figures.delay_ns_per_ff * loads.cells[index][output];
        }
        arrivals.push(arrival);
    }
    netlist.outputs().iter().map(|&signal| at(&arrivals, signal)).fold(0.0, f64::max)
}

/// Mean energy of one cycle in femtojoules.
fn dynamic_energy_fj(netlist: &Netlist, library: &CellLibrary, loads: &Loads) -> f64 {
    let charge_fj_per_ff = library.supply_v * library.supply_v / 2.0;
    let operands: f64 = loads.inputs.iter().map(|load| 0.5 * charge_fj_per_ff * load).sum();
    let cell_energy = |index: usize, cell: &Cell, probability: [f64; 2]| -> f64 {
        let figures = library.cell(cell.kind).outputs.iter().zip(loads.cells[index]).zip(probability);
        figures
            .map(|((figures, load), p)| 2.0 * p * (1.0 - p) * (figures.energy_fj + charge_fj_per_ff * load))
            .sum()
    };
    let probabilities = probabilities(netlist);
    let cells = netlist.cells().iter().enumerate();
    operands + cells.map(|(index, cell)| cell_energy(index, cell, probabilities[index])).sum::<f64>()
}

/// The probability of a one at every output of every cell.
fn probabilities(netlist: &Netlist) -> Vec<[f64; 2]> {
    /// Input bits 0 to 5 of the 64 lanes of a word that counts through all operand pairs.
    const COUNTING: [u64; 6] = [
        0xaaaa_aaaa_aaaa_aaaa,
        0xcccc_cccc_cccc_cccc,
        0xf0f0_f0f0_f0f0_f0f0,
        0xff00_ff00_ff00_ff00,
        0xffff_0000_ffff_0000,
        0xffff_ffff_0000_0000,
    ];
    let format = netlist.format();
    let bits = usize::from(format.product_width());
    // Fewer than 64 pairs repeat within the word, each equally often.
    let words = 1u64 << bits.clamp(6, 16).saturating_sub(6);
    let mut random = 0u64;
    let mut ones = vec![[0u32; 2]; netlist.cells().len()];
    for word in 0..words {
        let lanes: Vec<u64> = (0..bits)
            .map(|bit| match COUNTING.get(bit) {
                _ if bits > 16 => split_mix(&mut random),
                Some(&pattern) => pattern,
                None => (word >> (bit - COUNTING.len()) & 1).wrapping_neg(),
            })
            .collect();
        let (a, b) = lanes.split_at(format.width_a().into());
        for (count, outputs) in ones.iter_mut().zip(netlist.trace(&mut Lanes, a, b)) {
            count[0] += outputs[0].count_ones();
            count[1] += outputs[1].count_ones();
        }
    }
    let total = (words * 64) as f64;
    ones.into_iter().map(|count| count.map(|count| f64::from(count) / total)).collect()
}

/// The next word of G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use axmul_api::{CellKind, Gates, OperandFormat, Recorder, providers};

    use super::*;

    fn cost(family: &str, format: OperandFormat, parameters: &[u32]) -> Cost {
        let provider = providers().into_iter().find(|provider| provider.name() == family).unwrap();
        let multiplier = provider.multiplier(format, parameters).unwrap();
        estimate(&multiplier.structure().unwrap().netlist(), CellLibrary::freepdk45())
    }

    fn close(got: Option<f64>, expected: f64) {
        let got = got.unwrap();
        assert!((got - expected).abs() < 1e-12 * expected.abs().max(1.0), "{got}, expected {expected}");
    }

    /// y0 = not (a0 and b0), y1 = carry of a half adder of (a0 and b0) and a1, by hand.
    #[test]
    fn a_circuit_of_three_cells() {
        let mut recorder = Recorder::new(OperandFormat::unsigned(2, 2));
        let [a0, a1, b0, _] = <[Signal; 4]>::try_from(recorder.inputs().collect::<Vec<_>>()).unwrap();
        let and = recorder.and(a0, b0);
        let not = recorder.not(and);
        let (_, carry) = recorder.half_adder(and, a1);
        let zero = recorder.constant(false);
        let cost = estimate(&recorder.finish(vec![not, carry, zero, zero]), CellLibrary::freepdk45());

        close(cost.area_um2, 2.3465 + 1.4079 + 4.693);
        // The conjunction drives the inverter and the first input of the adder; the adder's carry is slower.
        let driven_ff = 1.551 + 4.584;
        close(cost.delay_ns, 0.0321 + 0.003091 * driven_ff + 0.0373);
        // One with probability 1/4: conjunction, 2 x 1/4 x 3/4; 3/4: inverter; (a0 and b0) xor a1: 1/2; carry: 1/8.
        let charge = 1.1 * 1.1 / 2.0;
        let energy_fj = 0.5 * charge * (2.291 + 2.343 + 3.831)
            + 0.375 * (3.625 + charge * driven_ff)
            + 0.375 * 0.8385
            + 0.5 * 5.283
            + 2.0 / 8.0 * (7.0 / 8.0) * 5.453;
        let leakage_nw = 15.6059 + 1.74163 + 47.5649;
        close(cost.power_mw, (energy_fj * 500.0 + leakage_nw) * 1e-6);
        assert_eq!(cost.source, "axmul estimate 1 from cells of freepdk45-osu version 1");
    }

    #[test]
    fn nothing_but_wires_costs_nothing() {
        let recorder = Recorder::new(OperandFormat::unsigned(2, 2));
        let outputs = recorder.inputs().collect();
        let cost = estimate(&recorder.finish(outputs), CellLibrary::freepdk45());
        assert_eq!((cost.power_mw, cost.area_um2, cost.delay_ns), (Some(0.0), Some(0.0), Some(0.0)));
    }

    #[test]
    fn dropping_columns_saves() {
        for format in [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)] {
            let costs: Vec<Cost> = std::iter::once(cost("exact", format, &[]))
                .chain((2..=8).map(|columns| cost("truncated", format, &[columns])))
                .collect();
            assert!(costs[7].delay_ns < costs[1].delay_ns && costs[1].delay_ns < costs[0].delay_ns);
            for pair in costs.windows(2) {
                assert!(pair[1].power_mw < pair[0].power_mw && pair[1].area_um2 < pair[0].area_um2);
            }
        }
    }

    /// EvoApproxLib publishes 0.391 mW, 709.6 um2 and 1.43 ns for its exact unsigned 8x8 multiplier mul8u_1JFF, from
    /// synthesis with the same library family. The estimate has to be of that order, not equal.
    #[test]
    fn the_exact_multiplier_is_of_the_published_order() {
        let cost = cost("exact", OperandFormat::unsigned(8, 8), &[]);
        for (estimated, published) in [(cost.power_mw, 0.391), (cost.area_um2, 709.6), (cost.delay_ns, 1.43)]
        {
            let factor = estimated.unwrap() / published;
            assert!((0.5..2.0).contains(&factor), "{estimated:?} for {published}");
        }
        assert!(cost.delay_ns.unwrap() * 1e-3 * CLOCK_MHZ < 1.0, "it settles within the clock period");
    }

    /// Sampled probabilities of a wide circuit come close to the known ones: a partial product is one in 1/4 of the
    /// cases.
    #[test]
    fn wide_operands_are_sampled() {
        let exact = providers().into_iter().find(|provider| provider.name() == "exact").unwrap();
        let multiplier = exact.multiplier(OperandFormat::unsigned(16, 16), &[]).unwrap();
        let netlist = multiplier.structure().unwrap().netlist();
        let partial_products = netlist.cells().iter().zip(probabilities(&netlist));
        for (_, [p, _]) in partial_products.filter(|(cell, _)| cell.kind == CellKind::And) {
            assert!((p - 0.25).abs() < 0.01, "{p}");
        }
    }
}
