use axmul_api::{OperandFormat, Signal};

use super::*;
use crate::costs::BuiltIn;
use crate::costs::tests::{cache, member};
use crate::costs::{Backend, BackendError};
use axmul_hardware::CellInstance;
use axmul_hardware::library::CellLibrary;

/// `product[0] = a[0] & b[0]`, as the complement of a NAND.
const ONE: &str = r#"{"modules": {"multiplier": {
  "ports": {
    "a": {"direction": "input", "bits": [2, 6]},
    "b": {"direction": "input", "bits": [3, 7]},
    "product": {"direction": "output", "bits": [5, "0", "0", "0"]}
  },
  "cells": {
    "first": {"type": "INVX1", "connections": {"A": [4], "Y": [5]}},
    "second": {"type": "NAND2X1", "connections": {"A": [2], "B": [3], "Y": [4]}}
  }
}}}"#;

fn read(text: &str) -> Result<axmul_hardware::MappedCircuit, String> {
    json::mapped(text.as_bytes(), CellLibrary::freepdk45(), OperandFormat::unsigned(2, 2))
}

#[test]
fn cells_are_put_in_order() {
    let library = CellLibrary::freepdk45();
    let [nand, inverter] = ["NAND2X1", "INVX1"].map(|name| library.find(name).unwrap());
    let mapped = read(ONE).unwrap();
    let first = CellInstance { cell: nand, inputs: vec![Signal::Input(0), Signal::Input(2)] };
    let second = CellInstance { cell: inverter, inputs: vec![Signal::Cell(0, 0)] };
    assert_eq!(mapped.instances, [first, second]);
    let zero = Signal::Constant(false);
    assert_eq!(mapped.outputs, [Signal::Cell(1, 0), zero, zero, zero]);
}

#[test]
fn what_is_no_circuit_of_the_library_is_refused() {
    let altered = |from: &str, to: &str| {
        assert!(ONE.contains(from), "{from}");
        read(&ONE.replacen(from, to, 1)).unwrap_err()
    };
    for (from, to, expected) in [
        ("{\"modules\"", "[{\"modules\"", "expected the JSON of write_json: "),
        ("\"multiplier\": {", "\"spare\": {}, \"multiplier\": {", "expected one module, got 2"),
        ("[2, 6]", "[2, 6, 9]", "expected an input a of 2 bits"),
        ("\"direction\": \"output\"", "\"direction\": \"inout\"", "expected an output product of 4 bits"),
        ("NAND2X1", "$_NAND_", "cell $_NAND_ is none that axmul uses of library gscl45nm"),
        ("\"B\": [3], ", "", "pin B of a cell NAND2X1 is open"),
        ("\"Y\": [4]", "\"Y\": [5]", "net 5 has two drivers"),
        ("\"Y\": [4]", "\"Y\": [\"1\"]", "the constant 1 is driven"),
        ("\"Y\": [4]", "\"Y\": [9]", "nothing drives net 4"),
        ("[5, \"0\"", "[5, \"x\"", "a bit is the constant x"),
        ("\"B\": [3]", "\"B\": [5]", "2 cells wait for each other in a loop"),
    ] {
        let error = altered(from, to);
        assert!(error.starts_with(expected), "{error}");
    }
    let deep = "[".repeat(100_000);
    assert!(read(&deep).unwrap_err().starts_with("expected the JSON of write_json"));
}

#[test]
fn an_area_that_differs_is_said() {
    let stat = b"\n   Chip area for module '\\multiplier': 170.355900\n";
    assert_eq!(area_note("m", 170.3559, stat), None);
    assert_eq!(
        area_note("m", 171.0, stat).unwrap(),
        "m: stat of Yosys says an area of 170.3559, the sum over the cells is 171 um^2"
    );
    assert_eq!(area_note("m", 0.0, b"no area at all"), None, "a circuit without cells has none");
}

/// Both mappings are of one circuit; neither is far from the other, and only the source tells them apart.
#[test]
fn yosys_maps_onto_the_own_cells() {
    let (netlist, cache) = (member("truncated-3-4u"), cache());
    let subject =
        CostSubject { name: "truncated", circuit: Some(&netlist), placed: None, known: &Default::default() };
    let conditions = CostConditions::default();
    for goal in [MappingGoal::Area, MappingGoal::Delay] {
        let yosys = Yosys::new(Technology::built_in(), goal, &cache);
        let by_yosys = match yosys.cost(&subject, &conditions) {
            Err(error @ BackendError::NoYosys { .. }) => return eprintln!("SKIPPED: {error}"),
            other => other.unwrap(),
        };
        let ours = BuiltIn::new(Technology::built_in(), goal, &cache).cost(&subject, &conditions).unwrap();
        let ratio = by_yosys.area_um2.unwrap() / ours.area_um2.unwrap();
        assert!((0.5..2.0).contains(&ratio), "{ratio}");
        assert!(by_yosys.power_mw.unwrap() > 0.0 && by_yosys.delay_ns.unwrap() > 0.0);
        assert_eq!(by_yosys.notes, Vec::<String>::new(), "stat sums to the same area");
        assert!(by_yosys.source.contains(", yosys, OSU cells"), "{}", by_yosys.source);
        let mapped = format!("; {} by Yosys ", goal_text(goal));
        assert!(by_yosys.technology.contains(&mapped), "{}", by_yosys.technology);
    }
}

/// A Liberty file of the own cells gives what they give, but for the energy that is not in it.
#[test]
fn yosys_maps_onto_the_cells_of_a_liberty_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("own.lib");
    std::fs::write(&path, Technology::built_in().liberty()).unwrap();
    let technology = Technology::open(&path).unwrap();
    let (netlist, cache) = (member("exact-3u"), cache());
    let subject =
        CostSubject { name: "exact", circuit: Some(&netlist), placed: None, known: &Default::default() };
    let with = |technology| {
        Yosys::new(technology, MappingGoal::Area, &cache).cost(&subject, &CostConditions::default())
    };
    let (own, read) = match (with(Technology::built_in()), with(&technology)) {
        (Err(error @ BackendError::NoYosys { .. }), _) => return eprintln!("SKIPPED: {error}"),
        (own, read) => (own.unwrap(), read.unwrap()),
    };
    let figures = |costed: &Costed| (costed.cells, costed.area_um2, costed.delay_ns, costed.leakage_mw);
    assert_eq!(figures(&own), figures(&read));
    assert!(read.source.contains(", yosys, cells of own.lib (gscl45nm, "), "{}", read.source);
    assert!(read.energy_fj < own.energy_fj);
}

#[test]
fn a_yosys_that_is_missing_or_fails_is_an_error() {
    let (netlist, cache) = (member("exact-2u"), cache());
    let subject =
        CostSubject { name: "exact", circuit: Some(&netlist), placed: None, known: &Default::default() };
    let with = |command| {
        let yosys = Yosys { command, ..Yosys::new(Technology::built_in(), MappingGoal::Area, &cache) };
        yosys.cost(&subject, &CostConditions::default()).unwrap_err().to_string()
    };
    assert_eq!(
        with("axmul-no-such-program"),
        "exact: the yosys backend needs Yosys, and no command yosys is there; install it (Debian: apt install yosys)"
    );
    if cfg!(unix) {
        assert_eq!(with("false"), "exact: Yosys does not map it:");
        let silent = with("true");
        assert!(silent.starts_with("exact: Yosys cannot be run: no such file"), "{silent}");
    }
    let table = CostSubject { circuit: None, ..subject };
    let yosys = Yosys::new(Technology::built_in(), MappingGoal::Area, &cache);
    let error = yosys.cost(&table, &CostConditions::default()).unwrap_err().to_string();
    assert!(error.starts_with("exact: the yosys backend needs a circuit"), "{error}");
}
