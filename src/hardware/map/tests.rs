//! Mapped circuits compute what they are made from, with the cells that pay.

use axmul_api::{Gates, Netlist, OperandFormat, Recorder, Signal};
use proptest::prelude::*;

use super::*;
use crate::library::{InputPin, LibraryCell, OutputPin, Surface, TimingArc, TimingSense, TruthTable};
use crate::optimize::optimize;
use axmul_netlist::testing::{lanes as netlist_lanes, member, netlists};

/// A cell whose outputs have these tables, every path 0.02 ns and more for more area.
pub(super) fn cell(name: &str, area_um2: f64, inputs: usize, tables: &[u64]) -> LibraryCell {
    let arc = |input| TimingArc {
        input,
        sense: TimingSense::Both,
        delay_ns: [0.01, 0.02].map(|delay| Surface::constant(delay + area_um2 * 1e-3)),
        transition_ns: [0.01, 0.01].map(Surface::constant),
        energy_fj: [1.0, 1.0].map(Surface::constant),
    };
    let pin = |index| InputPin { name: format!("I{index}"), capacitance_ff: 2.0 };
    let output = |(index, &table): (usize, &u64)| OutputPin {
        name: format!("O{index}"),
        function: TruthTable::new(inputs, table),
        arcs: (0..inputs).map(arc).collect(),
    };
    LibraryCell {
        name: name.to_owned(),
        area_um2,
        leakage_nw: 1.0,
        inputs: (0..inputs).map(pin).collect(),
        outputs: tables.iter().enumerate().map(output).collect(),
    }
}

/// Cells of the kinds and areas of the OSU library.
pub(super) fn library() -> CellLibrary {
    let cells = vec![
        cell("INVX1", 1.4079, 1, &[0b01]),
        cell("NAND2X1", 1.8772, 2, &[0b0111]),
        cell("NOR2X1", 2.3465, 2, &[0b0001]),
        cell("AND2X1", 2.3465, 2, &[0b1000]),
        cell("OR2X1", 2.3465, 2, &[0b1110]),
        cell("XOR2X1", 4.693, 2, &[0b0110]),
        cell("XNOR2X1", 4.693, 2, &[0b1001]),
        cell("NAND3X1", 2.3465, 3, &[0x7f]),
        cell("NOR3X1", 2.8158, 3, &[0x01]),
        cell("AOI21X1", 2.8158, 3, &[0x07]),
        cell("OAI21X1", 2.8158, 3, &[0x1f]),
        cell("AOI22X1", 3.2851, 4, &[0x0777]),
        cell("MUX2X1", 3.7544, 3, &[!0xca & 0xff]),
        cell("HAX1", 4.693, 2, &[0b0110, 0b1000]),
        cell("FAX1", 8.9167, 3, &[0x96, 0xe8]),
    ];
    CellLibrary {
        name: "test".to_owned(),
        process: "none".to_owned(),
        source: "none".to_owned(),
        supply_v: 1.1,
        cells,
    }
}

/// The library without cells whose names begin so.
fn without(names: &[&str]) -> CellLibrary {
    let mut library = library();
    library.cells.retain(|cell| !names.iter().any(|name| cell.name.starts_with(name)));
    library
}

fn area(mapped: &MappedCircuit, library: &CellLibrary) -> f64 {
    mapped.instances.iter().map(|instance| library.cells[instance.cell].area_um2).sum()
}

fn count(mapped: &MappedCircuit, library: &CellLibrary, name: &str) -> usize {
    mapped.instances.iter().filter(|instance| library.cells[instance.cell].name == name).count()
}

/// The longest path, every cell at its constant delay.
fn delay(mapped: &MappedCircuit, library: &CellLibrary) -> f64 {
    let mut arrivals: Vec<f64> = Vec::new();
    let at = |arrivals: &[f64], signal: &Signal| match signal {
        Signal::Cell(instance, _) => arrivals[*instance],
        _ => 0.0,
    };
    for instance in &mapped.instances {
        let start = instance.inputs.iter().map(|signal| at(&arrivals, signal)).fold(0.0, f64::max);
        arrivals.push(start + 0.02 + library.cells[instance.cell].area_um2 * 1e-3);
    }
    mapped.outputs.iter().map(|signal| at(&arrivals, signal)).fold(0.0, f64::max)
}

/// In topological order, every instance with all its inputs, and each used.
fn check_form(mapped: &MappedCircuit, library: &CellLibrary) {
    let mut used = vec![false; mapped.instances.len()];
    let mut note = |signal: &Signal, before: usize| {
        if let Signal::Cell(instance, _) = *signal {
            assert!(instance < before);
            used[instance] = true;
        }
    };
    for (index, instance) in mapped.instances.iter().enumerate() {
        assert_eq!(instance.inputs.len(), library.cells[instance.cell].inputs.len());
        instance.inputs.iter().for_each(|signal| note(signal, index));
    }
    mapped.outputs.iter().for_each(|signal| note(signal, mapped.instances.len()));
    assert!(used.iter().all(|&used| used), "a cell that nothing uses");
}

/// The whole library, or one of three without some cells.
fn library_without_some(choice: usize) -> CellLibrary {
    match choice {
        0 => library(),
        1 => without(&["X", "H", "F"]),
        2 => without(&["X", "H", "F", "AN", "AO", "O", "NO", "M", "NAND3"]),
        _ => without(&["AN", "NA", "O", "M", "A"]),
    }
}

fn assert_products_stay(netlist: &Netlist, goal: MappingGoal, library: &CellLibrary) {
    for logic in [optimize(netlist), XagCircuit::new(netlist)] {
        let mapped = map(&logic, library, goal).unwrap();
        check_form(&mapped, library);
        assert!(same(&logic, |cases| lanes(&mapped, library, cases)));
        assert!(same(&logic, |cases| netlist_lanes(netlist, cases)));
    }
}

fn assert_delay_goal_is_faster(netlist: &Netlist) {
    let library = library();
    let logic = optimize(netlist);
    let [small, fast] =
        [MappingGoal::Area, MappingGoal::Delay].map(|goal| map(&logic, &library, goal).unwrap());
    assert!(delay(&fast, &library) <= delay(&small, &library) + 1e-9);
}

proptest! {
    #[test]
    fn mapping_preserves_the_products(netlist in netlists(), delay in any::<bool>(), poor in 0usize..4) {
        let goal = if delay { MappingGoal::Delay } else { MappingGoal::Area };
        assert_products_stay(&netlist, goal, &library_without_some(poor));
    }

    #[test]
    fn each_goal_is_better_at_its_own(netlist in netlists()) {
        assert_delay_goal_is_faster(&netlist);
    }
}

/// A case that a property test has found: adders that share an input and one of whose outputs feeds the other.
#[test]
fn adders_that_feed_each_other_keep_their_products() {
    let mut g = Recorder::new(OperandFormat::unsigned(4, 3));
    let inputs: Vec<Signal> = g.inputs().collect();
    let xor = g.xor(inputs[2], inputs[6]);
    let (sum, carry) = g.full_adder(inputs[0], inputs[3], inputs[6]);
    let not = g.not(inputs[6]);
    let again = g.not(not);
    let other = g.xor(carry, inputs[2]);
    let and = g.and(again, other);
    let (half, kept) = g.half_adder(inputs[5], sum);
    let last = g.and(kept, xor);
    let zero = g.constant(false);
    let netlist = g.finish(vec![inputs[4], kept, zero, half, and, last, and]);
    assert_eq!(netlist.cells().len(), 8);
    for goal in [MappingGoal::Area, MappingGoal::Delay] {
        (0..4).for_each(|choice| assert_products_stay(&netlist, goal, &library_without_some(choice)));
    }
    assert_delay_goal_is_faster(&netlist);
}

/// An array of full adders is mapped onto full adders, and onto no more area than it was written with: 64
/// ANDs, 48 full and 8 half adders, whose sum a few inverted partial products may undercut or match.
#[test]
fn an_array_becomes_adders_again() {
    let library = library();
    let netlist = member("exact", OperandFormat::unsigned(8, 8), &[]);
    let mapped = map(&optimize(&netlist), &library, MappingGoal::Area).unwrap();
    assert_eq!(count(&mapped, &library, "FAX1"), 48);
    let written = 64.0 * 2.3465 + 48.0 * 8.9167 + 8.0 * 4.693;
    assert!(area(&mapped, &library) < 1.01 * written, "{}", area(&mapped, &library));
}

/// Adders in plain gates, the carry in another form than a synthesizer's own.
#[test]
fn adders_of_gates_are_recognized() {
    let mut g = Recorder::new(OperandFormat::unsigned(2, 2));
    let [a, b, c, d] = <[Signal; 4]>::try_from(g.inputs().collect::<Vec<_>>()).unwrap();
    let partial = g.xnor(b, c);
    let sum = g.xnor(a, partial);
    // Where b and c are equal one of them, else a.
    let carry = g.mux(partial, b, a);
    let (half, and) = (g.xor(carry, d), g.nand(carry, d));
    let library = library();
    let mapped = map(&optimize(&g.finish(vec![sum, half, and, d])), &library, MappingGoal::Area).unwrap();
    assert_eq!(["FAX1", "HAX1", "INVX1"].map(|name| count(&mapped, &library, name)), [1, 1, 1]);
    assert_eq!(mapped.instances.len(), 3);
}

/// An adder that costs more than gates is not used.
#[test]
fn adders_that_do_not_pay_are_left() {
    let mut library = library();
    let full = library.find("FAX1").unwrap();
    library.cells[full].area_um2 = 100.0;
    let netlist = member("exact", OperandFormat::unsigned(4, 4), &[]);
    let mapped = map(&optimize(&netlist), &library, MappingGoal::Area).unwrap();
    assert_eq!(count(&mapped, &library, "FAX1"), 0);
    assert!(area(&mapped, &library) < 250.0);
}

#[test]
fn families_keep_their_products() {
    let library = library();
    for format in [OperandFormat::unsigned(4, 4), OperandFormat::signed(8, 8)] {
        for (family, parameters) in [("exact", &[][..]), ("truncated", &[3]), ("drum", &[3])] {
            let netlist = member(family, format, parameters);
            for goal in [MappingGoal::Area, MappingGoal::Delay] {
                let logic = optimize(&netlist);
                let mapped = map(&logic, &library, goal).unwrap();
                check_form(&mapped, &library);
                let products = |cases: &[u64]| lanes(&mapped, &library, cases);
                assert!(same(&logic, products), "{family} {format}");
            }
        }
    }
}

#[test]
fn constants_and_wires_need_no_cells() {
    let mut g = Recorder::new(OperandFormat::unsigned(2, 2));
    let inputs: Vec<Signal> = g.inputs().collect();
    let outputs = vec![g.constant(true), g.constant(false), inputs[3], inputs[0]];
    let mapped = map(&optimize(&g.finish(outputs.clone())), &library(), MappingGoal::Area).unwrap();
    assert_eq!((mapped.instances.len(), mapped.outputs), (0, outputs));
}

#[test]
fn libraries_that_cannot_make_everything_are_refused() {
    let logic = optimize(&member("exact", OperandFormat::unsigned(2, 2), &[]));
    let error = map(&logic, &without(&["AND", "NAND", "OR", "NOR", "HA"]), MappingGoal::Area).unwrap_err();
    assert_eq!(error.to_string(), "library test has no two-input gate (AND, OR, NAND or NOR)");
    let error = map(&logic, &without(&["INV"]), MappingGoal::Delay).unwrap_err();
    assert!(error.to_string().contains("no inverter"), "{error}");
}
