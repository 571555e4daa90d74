//! Static timing analysis: when the product of a mapped circuit has settled.
//!
//! Every signal has an arrival time and a transition time for its rising and for its falling edge. An arc of a cell
//! takes the edge of its input that leads to the edge of the output (either, where the arc says so), the transition
//! time there and the load of the output to a delay and to the output's transition time. Of all arcs to an output
//! the latest arrival and the slowest transition count, each on its own, as timing analysers do: the bound is safe
//! and costs one pass.
//!
//! Tables are extended along their outermost lines, and figures below zero count as zero. In the library that axmul
//! carries most tables begin at 100 fF: at 5 fF and the least tabulated slew none of its 108 delays falls below zero,
//! and 4 of its 108 transition times do.

use axmul_api::Signal;

use super::MappedCircuit;
use super::library::CellLibrary;

/// Transition time of the operands in nanoseconds: steps, which is what synthesis assumes when told nothing, so that
/// published delays are of such operands.
pub const INPUT_SLEW_NS: f64 = 0.0;

/// Load of each product bit in femtofarads: nothing, for the same reason; what reads the product differs with its
/// use.
pub const OUTPUT_LOAD_FF: f64 = 0.0;

/// The boundary conditions of timing: input slew, output load and wires.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundaryConditions {
    /// Transition time of the operands in nanoseconds.
    pub input_slew_ns: f64,
    /// Load of each product bit in femtofarads.
    pub output_load_ff: f64,
    /// Capacitance of the wire to each input and product bit that a signal drives, in femtofarads.
    pub wire_ff: f64,
}

impl Default for BoundaryConditions {
    /// [`INPUT_SLEW_NS`], [`OUTPUT_LOAD_FF`], and wires without capacitance.
    fn default() -> Self {
        Self { input_slew_ns: INPUT_SLEW_NS, output_load_ff: OUTPUT_LOAD_FF, wire_ff: 0.0 }
    }
}

/// The capacitance that each signal of a circuit drives, in femtofarads.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalLoads {
    /// Of the operands' bits, in the order of [`Signal::Input`].
    pub inputs: Vec<f64>,
    /// Of each instance's outputs.
    pub instances: Vec<Vec<f64>>,
}

impl SignalLoads {
    /// The loads in a circuit: the inputs that a signal drives, and wires and product bits as the surroundings say.
    ///
    /// # Panics
    ///
    /// For a circuit that is not one of this library's cells.
    pub fn of(mapped: &MappedCircuit, library: &CellLibrary, surroundings: &BoundaryConditions) -> Self {
        let outputs = |cell: usize| vec![0.0; library.cells[cell].outputs.len()];
        let mut loads = Self {
            inputs: vec![0.0; mapped.format.product_width().into()],
            instances: mapped.instances.iter().map(|instance| outputs(instance.cell)).collect(),
        };
        let mut add = |signal, capacitance_ff| match signal {
            Signal::Constant(_) => {}
            Signal::Input(input) => loads.inputs[input] += capacitance_ff,
            Signal::Cell(instance, output) => {
                loads.instances[instance][usize::from(output)] += capacitance_ff;
            }
        };
        for instance in &mapped.instances {
            for (&signal, pin) in instance.inputs.iter().zip(&library.cells[instance.cell].inputs) {
                add(signal, pin.capacitance_ff + surroundings.wire_ff);
            }
        }
        for &signal in &mapped.outputs {
            add(signal, surroundings.output_load_ff + surroundings.wire_ff);
        }
        loads
    }
}

/// The arrival of one edge of a signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArrivalTime {
    /// Arrival time in nanoseconds after the operands.
    pub at_ns: f64,
    /// Its transition time in nanoseconds.
    pub slew_ns: f64,
    /// The instance's input that it came through, and whether that rose; `None` at the operands.
    from: Option<(usize, bool)>,
}

/// A step of the critical path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathStep {
    /// The instance that is passed.
    pub instance: usize,
    /// Through which of its inputs.
    pub input: usize,
    /// To which of its outputs.
    pub output: usize,
    /// Whether that output rises.
    pub rises: bool,
    /// When, in nanoseconds after the operands.
    pub at_ns: f64,
}

/// Timing of a circuit.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// When the last product bit has settled, in nanoseconds after the operands.
    pub delay_ns: f64,
    /// The path that takes so long, from the operands on; empty where no cell lies between operands and product.
    pub path: Vec<PathStep>,
    /// For each instance and output the rising and the falling edge; `None` for an edge that never comes, such as any
    /// of a cell with constant inputs.
    pub arrivals: Vec<Vec<[Option<ArrivalTime>; 2]>>,
    /// What every signal drives.
    pub loads: SignalLoads,
    /// Transition time of the operands in nanoseconds.
    pub input_slew_ns: f64,
}

impl Timing {
    /// The mean transition time of a signal's edges, in nanoseconds; 0 for one that never changes.
    pub fn mean_slew_ns(&self, signal: Signal) -> f64 {
        match signal {
            Signal::Constant(_) => 0.0,
            Signal::Input(_) => self.input_slew_ns,
            Signal::Cell(instance, output) => {
                let edges = self.arrivals[instance][usize::from(output)].iter().flatten();
                let add = |(sum, count): (f64, f64), edge: &ArrivalTime| (sum + edge.slew_ns, count + 1.0);
                let (sum, count) = edges.fold((0.0, 0.0), add);
                if count > 0.0 { sum / count } else { 0.0 }
            }
        }
    }
}

/// Analyzes a circuit.
///
/// # Panics
///
/// For a circuit that is not one of this library's cells, or whose instances are not in topological order.
pub fn timing(mapped: &MappedCircuit, library: &CellLibrary, surroundings: &BoundaryConditions) -> Timing {
    let loads = SignalLoads::of(mapped, library, surroundings);
    let input_slew_ns = surroundings.input_slew_ns;
    let operand = ArrivalTime { at_ns: 0.0, slew_ns: input_slew_ns, from: None };
    let mut arrivals: Vec<Vec<[Option<ArrivalTime>; 2]>> = Vec::with_capacity(mapped.instances.len());
    for (instance, loads) in mapped.instances.iter().zip(&loads.instances) {
        let mut outputs = Vec::with_capacity(loads.len());
        for (pin, &load_ff) in library.cells[instance.cell].outputs.iter().zip(loads) {
            let mut edges = [None; 2];
            for arc in &pin.arcs {
                for (input, output) in [(true, true), (true, false), (false, true), (false, false)] {
                    let Some(cause) = arrival(&arrivals, operand, instance.inputs[arc.input], input) else {
                        continue;
                    };
                    if arc.sense.leads(input, output) {
                        let edge = usize::from(!output);
                        let figure = |surfaces: &[super::library::Surface; 2]| {
                            surfaces[edge].at(cause.slew_ns, load_ff).max(0.0)
                        };
                        let came = ArrivalTime {
                            at_ns: cause.at_ns + figure(&arc.delay_ns),
                            slew_ns: figure(&arc.transition_ns),
                            from: Some((arc.input, input)),
                        };
                        edges[edge] = Some(later(edges[edge], came));
                    }
                }
            }
            outputs.push(edges);
        }
        arrivals.push(outputs);
    }
    let last = mapped.outputs.iter().flat_map(|&signal| [(signal, true), (signal, false)]);
    let last = last.filter_map(|(signal, rises)| {
        Some((signal, rises, arrival(&arrivals, operand, signal, rises)?.at_ns))
    });
    let last = last.reduce(|latest, next| if next.2 > latest.2 { next } else { latest });
    let Some((mut signal, mut rises, delay_ns)) = last else {
        return Timing { delay_ns: 0.0, path: Vec::new(), arrivals, loads, input_slew_ns };
    };
    let mut path = Vec::new();
    while let Signal::Cell(instance, output) = signal {
        let output = usize::from(output);
        let Some(ArrivalTime { at_ns, from: Some((input, rose)), .. }) =
            arrivals[instance][output][usize::from(!rises)]
        else {
            break;
        };
        path.push(PathStep { instance, input, output, rises, at_ns });
        (signal, rises) = (mapped.instances[instance].inputs[input], rose);
    }
    path.reverse();
    Timing { delay_ns, path, arrivals, loads, input_slew_ns }
}

/// The arrival of an edge of a signal.
fn arrival(
    arrivals: &[Vec<[Option<ArrivalTime>; 2]>],
    operand: ArrivalTime,
    signal: Signal,
    rises: bool,
) -> Option<ArrivalTime> {
    match signal {
        Signal::Constant(_) => None,
        Signal::Input(_) => Some(operand),
        Signal::Cell(instance, output) => arrivals[instance][usize::from(output)][usize::from(!rises)],
    }
}

/// The latest arrival and the slowest transition of both.
fn later(known: Option<ArrivalTime>, came: ArrivalTime) -> ArrivalTime {
    let Some(known) = known else { return came };
    let latest = if came.at_ns > known.at_ns { came } else { known };
    ArrivalTime { slew_ns: known.slew_ns.max(came.slew_ns), ..latest }
}

#[cfg(test)]
mod tests {
    use axmul_api::OperandFormat;
    use proptest::prelude::*;

    use super::super::CellInstance;
    use super::super::library::{
        InputPin, LibraryCell, OutputPin, Surface, TimingArc, TimingSense, TruthTable,
    };
    use super::*;

    /// A table that grows with both: base + slew / 2 + load / 100.
    fn grows(base: f64) -> Surface {
        let at = |slew: f64, load: f64| base + slew / 2.0 + load / 100.0;
        Surface::new(
            vec![0.0, 1.0],
            vec![0.0, 10.0],
            vec![at(0.0, 0.0), at(0.0, 10.0), at(1.0, 0.0), at(1.0, 10.0)],
        )
        .unwrap()
    }

    fn arc(input: usize, sense: TimingSense, rise: f64, fall: f64) -> TimingArc {
        TimingArc {
            input,
            sense,
            delay_ns: [grows(rise), grows(fall)],
            transition_ns: [grows(rise / 3.0), grows(fall / 2.0)],
            energy_fj: [Surface::constant(1.0), Surface::constant(2.0)],
        }
    }

    fn cell(name: &str, capacitances: &[f64], outputs: Vec<(u64, Vec<TimingArc>)>) -> LibraryCell {
        let inputs = capacitances.iter().enumerate();
        let inputs: Vec<InputPin> =
            inputs.map(|(at, &capacitance_ff)| InputPin { name: format!("I{at}"), capacitance_ff }).collect();
        let outputs = outputs.into_iter().enumerate().map(|(at, (bits, arcs))| OutputPin {
            name: format!("O{at}"),
            function: TruthTable::new(inputs.len(), bits),
            arcs,
        });
        let outputs = outputs.collect();
        LibraryCell { name: name.into(), area_um2: 2.0, leakage_nw: 3.0, inputs, outputs }
    }

    /// An inverter, an AND and a half adder.
    fn library() -> CellLibrary {
        use TimingSense::{Both, Negative, Positive};
        let adder = vec![
            (0b0110, vec![arc(0, Both, 0.5, 0.7), arc(1, Positive, 0.6, 0.5), arc(1, Negative, 0.4, 0.9)]),
            (0b1000, vec![arc(0, Positive, 0.3, 0.2), arc(1, Positive, 0.2, 0.3)]),
        ];
        CellLibrary {
            name: "t".into(),
            process: "t".into(),
            source: "t".into(),
            supply_v: 1.0,
            cells: vec![
                cell("INV", &[1.0], vec![(0b01, vec![arc(0, Negative, 0.2, 0.1)])]),
                cell(
                    "AND",
                    &[2.0, 3.0],
                    vec![(0b1000, vec![arc(0, Positive, 0.3, 0.4), arc(1, Positive, 0.25, 0.5)])],
                ),
                cell("HA", &[4.0, 5.0], adder),
            ],
        }
    }

    fn mapped(instances: &[(usize, &[Signal])], outputs: &[Signal]) -> MappedCircuit {
        let instances =
            instances.iter().map(|&(cell, inputs)| CellInstance { cell, inputs: inputs.to_vec() }).collect();
        MappedCircuit { format: OperandFormat::unsigned(2, 2), instances, outputs: outputs.to_vec() }
    }

    fn close(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-12, "{got}, expected {expected}");
    }

    /// Two inverters behind each other, by hand.
    #[test]
    fn loads_and_slews_are_passed_on() {
        let circuit = mapped(
            &[(0, &[Signal::Input(0)]), (0, &[Signal::Cell(0, 0)])],
            &[Signal::Cell(1, 0), Signal::Constant(false)],
        );
        let surroundings = BoundaryConditions { input_slew_ns: 0.2, output_load_ff: 7.0, wire_ff: 0.5 };
        let timing = timing(&circuit, &library(), &surroundings);
        // The first falls: base, slew, load of the second and the wire to it; and its transition time.
        let (first, slew) = (0.1 + 0.1 + 0.015, 0.05 + 0.1 + 0.015);
        close(timing.arrivals[0][0][1].unwrap().at_ns, first);
        close(timing.arrivals[0][0][1].unwrap().slew_ns, slew);
        let rise = first + 0.2 + slew / 2.0 + 0.075;
        // The first rises, the second falls.
        let fall = (0.2 + 0.1 + 0.015) + 0.1 + (0.2 / 3.0 + 0.1 + 0.015) / 2.0 + 0.075;
        close(timing.arrivals[1][0][0].unwrap().at_ns, rise);
        close(timing.arrivals[1][0][1].unwrap().at_ns, fall);
        close(timing.delay_ns, f64::max(rise, fall));
        let (area, leakage) = (circuit.area_um2(&library()), circuit.leakage_nw(&library()));
        assert_eq!((area, leakage), (4.0, 6.0));
        let path: Vec<(usize, bool)> = timing.path.iter().map(|step| (step.instance, step.rises)).collect();
        assert_eq!(path, [(0, fall >= rise), (1, rise > fall)]);
        let loads = SignalLoads::of(&circuit, &library(), &surroundings);
        assert_eq!(
            loads,
            SignalLoads { inputs: vec![1.5, 0.0, 0.0, 0.0], instances: vec![vec![1.5], vec![7.5]] }
        );
    }

    #[test]
    fn what_never_changes_never_arrives() {
        let one = Signal::Constant(true);
        let circuit =
            mapped(&[(1, &[one, one]), (1, &[Signal::Cell(0, 0), Signal::Input(2)])], &[Signal::Cell(0, 0)]);
        let none = timing(&circuit, &library(), &BoundaryConditions::default());
        assert_eq!((none.delay_ns, none.path.len(), none.arrivals[0][0]), (0.0, 0, [None; 2]));
        close(none.arrivals[1][0][1].unwrap().at_ns, 0.5);
        let wires = mapped(&[], &[Signal::Input(1), one]);
        let wires = timing(&wires, &library(), &BoundaryConditions::default());
        assert_eq!((wires.delay_ns, wires.path.len()), (0.0, 0));
    }

    /// Figures that the lines put below zero count as none.
    #[test]
    fn nothing_is_faster_than_none() {
        let mut library = library();
        library.cells[0].outputs[0].arcs[0].delay_ns =
            [(); 2].map(|()| Surface::new(vec![0.0], vec![10.0, 20.0], vec![1.0, 3.0]).unwrap());
        let circuit = mapped(&[(0, &[Signal::Input(0)])], &[Signal::Cell(0, 0)]);
        assert_eq!(timing(&circuit, &library, &BoundaryConditions::default()).delay_ns, 0.0);
    }

    /// Transition time and latest arrival of an edge as their definition says, again and again for every path.
    fn naive(
        circuit: &MappedCircuit,
        library: &CellLibrary,
        loads: &SignalLoads,
        signal: Signal,
        rises: bool,
    ) -> Option<(f64, f64)> {
        let (index, output) = match signal {
            Signal::Constant(_) => return None,
            Signal::Input(_) => return Some((0.0, 0.1)),
            Signal::Cell(index, output) => (index, usize::from(output)),
        };
        let (instance, load) = (&circuit.instances[index], loads.instances[index][output]);
        let mut found: Option<(f64, f64)> = None;
        for arc in &library.cells[instance.cell].outputs[output].arcs {
            let causes: &[bool] = match arc.sense {
                TimingSense::Positive => &[rises],
                TimingSense::Negative => &[!rises],
                TimingSense::Both => &[true, false],
            };
            for &cause in causes {
                let from = naive(circuit, library, loads, instance.inputs[arc.input], cause);
                let Some((at, slew)) = from else { continue };
                let edge = if rises { 0 } else { 1 };
                let at = at + arc.delay_ns[edge].at(slew, load);
                let slew = arc.transition_ns[edge].at(slew, load);
                let (latest, slowest) = found.unwrap_or((at, slew));
                found = Some((latest.max(at), slowest.max(slew)));
            }
        }
        found
    }

    proptest! {
        #[test]
        fn as_all_paths_say(
            cells in prop::collection::vec((0usize..3, any::<[u8; 4]>()), 1..9),
            ends in prop::collection::vec(any::<[u8; 2]>(), 4),
        ) {
            let library = library();
            let pick = |known: usize, [which, output]: [u8; 2], cells: &[CellInstance]| {
                match usize::from(which) % (known + 5) {
                    0 => Signal::Constant(output & 1 == 1),
                    at @ 1..=4 => Signal::Input(at - 1),
                    at => {
                        let outputs = library.cells[cells[at - 5].cell].outputs.len() as u8;
                        Signal::Cell(at - 5, output % outputs)
                    }
                }
            };
            let mut instances: Vec<CellInstance> = Vec::new();
            for (cell, [a, b, c, d]) in cells {
                let inputs = [[a, b], [c, d]].map(|choice| pick(instances.len(), choice, &instances));
                let inputs = inputs[..library.cells[cell].inputs.len()].to_vec();
                instances.push(CellInstance { cell, inputs });
            }
            let outputs = ends.into_iter().map(|choice| pick(instances.len(), choice, &instances)).collect();
            let circuit = MappedCircuit { format: OperandFormat::unsigned(2, 2), instances, outputs };
            let surroundings = BoundaryConditions { input_slew_ns: 0.1, output_load_ff: 2.0, wire_ff: 0.25 };
            let timing = timing(&circuit, &library, &surroundings);
            let loads = SignalLoads::of(&circuit, &library, &surroundings);
            let mut latest: f64 = 0.0;
            for &output in &circuit.outputs {
                for rises in [true, false] {
                    latest = latest.max(naive(&circuit, &library, &loads, output, rises).map_or(0.0, |(at, _)| at));
                }
            }
            prop_assert_eq!(timing.delay_ns, latest);
            // The path is one: it begins at an operand, and every step leads to the next.
            let mut before = Signal::Input(0);
            let mut at_ns = 0.0;
            for step in &timing.path {
                let input = circuit.instances[step.instance].inputs[step.input];
                if let Signal::Cell(..) = before {
                    prop_assert_eq!(input, before);
                } else {
                    prop_assert!(matches!(input, Signal::Input(_)));
                }
                prop_assert!(step.at_ns > at_ns);
                at_ns = step.at_ns;
                before = Signal::Cell(step.instance, step.output as u8);
            }
            prop_assert_eq!(at_ns, timing.delay_ns);
        }
    }
}
