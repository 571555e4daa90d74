//! Area, delay and power of a mapped circuit.

use super::MappedCircuit;
use super::activity::{ActivitySampling, Glitches, activity};
use super::library::CellLibrary;
use super::operands::{OperandStream, OperandStreamError};
use super::power::{Power, power};
use super::timing::{BoundaryConditions, timing};

/// The default clock for power, in megahertz: one product every 2 ns, enough for an
/// 8x8 array. The rate is the same for circuits that take longer and would need registers, which are not counted.
pub const CLOCK_MHZ: f64 = 500.0;

/// The conditions under which a circuit is costed.
#[derive(Clone, Debug, PartialEq)]
pub struct CostConditions {
    /// Clock in MHz, one product per cycle.
    pub clock_mhz: f64,
    /// The operands.
    pub operands: OperandStream,
    /// Which toggles count.
    pub glitches: Glitches,
    /// The samples, where not every case can be evaluated.
    pub sampling: ActivitySampling,
    /// Input slew, output load and wires.
    pub surroundings: BoundaryConditions,
}

impl Default for CostConditions {
    /// [`CLOCK_MHZ`], and the defaults of everything else.
    fn default() -> Self {
        Self {
            clock_mhz: CLOCK_MHZ,
            operands: OperandStream::default(),
            glitches: Glitches::default(),
            sampling: ActivitySampling::default(),
            surroundings: BoundaryConditions::default(),
        }
    }
}

/// What a circuit costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CircuitCost {
    /// Number of cells.
    pub cells: usize,
    /// The sum of the cell areas.
    pub area_um2: f64,
    /// The longest path.
    pub delay_ns: f64,
    /// Leakage power of all cells.
    pub leakage_mw: f64,
    /// Mean energy of the toggles of one product, in femtojoules.
    pub energy_fj: f64,
    /// Half the width of the interval that holds the true mean of `energy_fj` with 95 % confidence, where it was
    /// sampled; `None` where every case was looked at.
    pub energy_error_fj: Option<f64>,
    /// The clock of [`Self::power_mw`].
    pub clock_mhz: f64,
}

impl CircuitCost {
    /// Leakage and toggles, in milliwatts.
    pub fn power_mw(&self) -> f64 {
        self.leakage_mw + self.dynamic_mw()
    }

    /// The toggles' share of the power, in milliwatts. fJ x MHz = nW.
    pub fn dynamic_mw(&self) -> f64 {
        self.energy_fj * self.clock_mhz * 1e-6
    }

    /// Half the width of the 95 % interval of [`Self::power_mw`]; `None` where it is exact.
    pub fn power_error_mw(&self) -> Option<f64> {
        self.energy_error_fj.map(|error| error * self.clock_mhz * 1e-6)
    }
}

/// Costs a circuit.
///
/// - Area: the sum over the cells.
/// - Delay: the longest path, as [`timing`](super::timing) finds it.
/// - Power: leakage of all cells, and for every toggle of a signal the internal energy of its cell and `C V^2 / 2` for
///   what it drives, operands included; see [`activity`](super::activity).
///
/// # Panics
///
/// For a circuit that is not one of this library's cells.
pub fn cost(
    mapped: &MappedCircuit,
    library: &CellLibrary,
    conditions: &CostConditions,
) -> Result<CircuitCost, OperandStreamError> {
    let CostConditions { clock_mhz, operands, glitches, sampling, surroundings } = conditions;
    operands.check(mapped.format)?;
    let times = timing(mapped, library, surroundings);
    let toggles = activity(mapped, library, &times, operands, (*glitches, *sampling));
    let Power { energy_fj, energy_error_fj } = power(mapped, library, &times, &toggles);
    Ok(CircuitCost {
        cells: mapped.instances.len(),
        area_um2: mapped.area_um2(library),
        delay_ns: times.delay_ns,
        leakage_mw: mapped.leakage_nw(library) * 1e-6,
        energy_fj,
        energy_error_fj,
        clock_mhz: *clock_mhz,
    })
}

#[cfg(test)]
mod tests {
    use axmul_api::{OperandFormat, Signal};

    use super::super::CellInstance;
    use super::super::library::{
        InputPin, LibraryCell, OutputPin, Surface, TimingArc, TimingSense, TruthTable,
    };
    use super::super::map::{MappingGoal, map};
    use super::super::optimize::optimize;
    use super::*;
    use axmul_metrics::OperandDistribution;
    use axmul_netlist::testing::member;

    /// A cell whose inputs are of 2 fF, each path of which takes 0.1 ns and 3 fJ a rise, 1 fJ a fall.
    fn cell(name: &str, inputs: usize, bits: u64, sense: TimingSense) -> LibraryCell {
        let arc = |input| TimingArc {
            input,
            sense,
            delay_ns: [0.1, 0.1].map(Surface::constant),
            transition_ns: [0.0, 0.0].map(Surface::constant),
            energy_fj: [3.0, 1.0].map(Surface::constant),
        };
        LibraryCell {
            name: name.into(),
            area_um2: inputs as f64,
            leakage_nw: 10.0,
            inputs: (0..inputs).map(|at| InputPin { name: format!("I{at}"), capacitance_ff: 2.0 }).collect(),
            outputs: vec![OutputPin {
                name: "Y".into(),
                function: TruthTable::new(inputs, bits),
                arcs: (0..inputs).map(arc).collect(),
            }],
        }
    }

    fn library() -> CellLibrary {
        let cells =
            vec![cell("INV", 1, 0b01, TimingSense::Negative), cell("AND", 2, 0b1000, TimingSense::Positive)];
        CellLibrary { name: "t".into(), process: "t".into(), source: "t".into(), supply_v: 2.0, cells }
    }

    /// Of 2x2 bits: not a0, and (not a0) and a0, which is zero but for the time that the inverter takes.
    fn hazard() -> MappedCircuit {
        let instances = vec![
            CellInstance { cell: 0, inputs: vec![Signal::Input(0)] },
            CellInstance { cell: 0, inputs: vec![Signal::Cell(0, 0)] },
            CellInstance { cell: 0, inputs: vec![Signal::Cell(1, 0)] },
            CellInstance { cell: 1, inputs: vec![Signal::Cell(2, 0), Signal::Input(0)] },
        ];
        let outputs = vec![Signal::Cell(3, 0), Signal::Constant(false), Signal::Input(1), Signal::Cell(0, 0)];
        MappedCircuit { format: OperandFormat::unsigned(2, 2), instances, outputs }
    }

    fn close(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-12 * expected.abs().max(1.0), "{got}, expected {expected}");
    }

    /// Half of all pairs toggle a0, and with it all three inverters. The AND's settled value never changes;
    /// on the way a rise of a0 lets it be one for 0.3 ns, longer than its own 0.1 ns.
    #[test]
    fn a_hazard_by_hand() {
        let figures = |glitches| {
            let conditions = CostConditions { glitches, clock_mhz: 100.0, ..CostConditions::default() };
            cost(&hazard(), &library(), &conditions).unwrap()
        };
        let settled = figures(Glitches::Ignored);
        // 2 fJ a toggle within a cell, C V^2 / 2 = 4 fJ for each input that is driven; a0 drives two of them.
        let inverters = 0.5 * (8.0 + (2.0 + 4.0) + (2.0 + 4.0) + (2.0 + 4.0));
        close(settled.energy_fj, inverters);
        assert_eq!((settled.cells, settled.area_um2, settled.energy_error_fj), (4, 5.0, None));
        close(settled.delay_ns, 0.4);
        close(settled.leakage_mw, 40e-6);
        close(settled.power_mw(), 40e-6 + inverters * 100.0 * 1e-6);

        let all = figures(Glitches::Counted);
        let error = all.energy_error_fj.unwrap();
        // A quarter of the pairs raise a0: two toggles of 2 fJ more.
        let expected = inverters + 0.25 * 2.0 * 2.0;
        assert!(error > 0.0 && error < 0.05 * expected, "{error}");
        assert!((all.energy_fj - expected).abs() < 2.5 * error, "{} {expected} {error}", all.energy_fj);
    }

    /// More samples, narrower intervals; what is sampled lies within what the interval says about as often as it
    /// should: of 40 seeds at least 33 (the chance of fewer is 0.2 %).
    #[test]
    fn intervals_hold_the_mean() {
        let netlist = member("exact", OperandFormat::unsigned(4, 4), &[]);
        let library = CellLibrary::freepdk45();
        let mapped = map(&optimize(&netlist), library, MappingGoal::Area).unwrap();
        let energy = |transitions, seed| {
            let sampling = ActivitySampling { transitions, seed };
            let conditions =
                CostConditions { glitches: Glitches::Counted, sampling, ..CostConditions::default() };
            let figures = cost(&mapped, library, &conditions).unwrap();
            (figures.energy_fj, figures.energy_error_fj.unwrap())
        };
        let (mean, narrow) = energy(1 << 19, 1000);
        let held = (0..40).filter(|&seed| {
            let (got, error) = energy(4096, seed);
            assert!(error > 3.0 * narrow);
            (got - mean).abs() <= error + narrow
        });
        assert!(held.count() >= 33);
    }

    /// A layer whose weights are mostly zero takes less than uniform operands, and one that never changes nothing
    /// but leakage.
    #[test]
    fn operands_matter() {
        let format = OperandFormat::signed(8, 8);
        let library = CellLibrary::freepdk45();
        let mapped = map(&optimize(&member("exact", format, &[])), library, MappingGoal::Area).unwrap();
        let with = |operands| {
            let conditions = CostConditions { operands, ..CostConditions::default() };
            cost(&mapped, library, &conditions).unwrap()
        };
        let histogram = |spread: f64| {
            let weight = |value: i64| (-(value as f64 / spread).powi(2)).exp();
            let weights: Vec<f64> = (-128..128).map(weight).collect();
            OperandStream::Distribution(OperandDistribution::from_weights(format, &weights).unwrap())
        };
        let energies = [histogram(2.0), histogram(20.0), OperandStream::Uniform].map(|of| with(of).energy_fj);
        assert!(energies[0] < 0.8 * energies[1] && energies[1] < energies[2], "{energies:?}");
        let still = with(OperandStream::Trace(vec![[5, -7]; 100]));
        assert_eq!(still.energy_fj, 0.0);
        assert_eq!(still.power_mw(), still.leakage_mw);
        // To and fro is twice as often as once in two products.
        let [fast, slow] = [1, 2].map(|every| {
            let pair = |at: i64| if at / every % 2 == 0 { [0, 0] } else { [-1, -1] };
            with(OperandStream::Trace((0..=400).map(pair).collect())).energy_fj
        });
        close(fast, 2.0 * slow);
    }

    #[test]
    fn operands_of_others_are_refused() {
        let mapped = hazard();
        let refuse = |operands| {
            let conditions = CostConditions { operands, ..CostConditions::default() };
            cost(&mapped, &library(), &conditions).unwrap_err().to_string()
        };
        assert_eq!(
            refuse(OperandStream::Trace(vec![[0, 0]])),
            "the trace has 1 operand pairs; need at least 2: power depends on transitions"
        );
        assert_eq!(
            refuse(OperandStream::Trace(vec![[0, 0], [3, 4]])),
            "pair 1 of the trace: operand b is 4; operands 2u have 0 to 3 there"
        );
        let other = OperandDistribution::uniform(OperandFormat::signed(2, 2));
        assert_eq!(
            refuse(OperandStream::Distribution(other)),
            "the distribution is over operands 2s, and the multiplier's are 2u"
        );
    }
}
