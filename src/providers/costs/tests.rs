use super::*;
use crate::cache::Cache;
use crate::registry::Registry;
use axmul_hardware::activity::{ActivitySampling, Glitches};
use axmul_hardware::map::MappingGoal;
use axmul_hardware::operands::OperandStream;
use axmul_metrics::OperandDistribution;

/// The circuit of a member of a linked family.
pub(super) fn member(name: &str) -> Netlist {
    let members = Registry::linked().unwrap().members(name).unwrap().unwrap();
    members[0].structure().unwrap().netlist()
}

pub(super) fn cache() -> Cache {
    Cache::off()
}

fn built_in(netlist: &Netlist, conditions: &CostConditions) -> Costed {
    let (known, cache) = (Cost::default(), cache());
    let subject = CostSubject { name: "m", circuit: Some(netlist), placed: None, known: &known };
    BuiltIn::new(Technology::built_in(), MappingGoal::Area, &cache).cost(&subject, conditions).unwrap()
}

/// An own library of this text, and the directory that it lies in.
fn opened(text: &str) -> (tempfile::TempDir, Result<Technology, String>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("my.lib");
    std::fs::write(&path, text).unwrap();
    let place = format!("{}/", directory.path().display());
    let technology = Technology::open(&path).map_err(|error| error.to_string().replace(&place, ""));
    (directory, technology)
}

/// Four times the area, twice the delay and so on: a library of other units and one inverter, one NAND.
const SMALL: &str = r#"
library (small) {
  time_unit : "1ns"; voltage_unit : "1V"; leakage_power_unit : "1nW"; capacitive_load_unit (1, pf);
  nom_voltage : 1.0; nom_temperature : 25;
  cell (INV) {
    area : 1; cell_leakage_power : 2;
    pin (A) { direction : input; capacitance : 0.001; }
    pin (Y) { direction : output; function : "!A";
      timing () { related_pin : "A"; timing_sense : negative_unate;
        cell_rise (scalar) { values ("0.01"); } cell_fall (scalar) { values ("0.01"); }
        rise_transition (scalar) { values ("0.02"); } fall_transition (scalar) { values ("0.02"); } } }
  }
  cell (NAND2) {
    area : 2; cell_leakage_power : 3;
    pin (A) { direction : input; capacitance : 0.001; }
    pin (B) { direction : input; capacitance : 0.001; }
    pin (Y) { direction : output; function : "!(A & B)";
      timing () { related_pin : "A B"; timing_sense : negative_unate;
        cell_rise (scalar) { values ("0.03"); } cell_fall (scalar) { values ("0.03"); }
        rise_transition (scalar) { values ("0.02"); } fall_transition (scalar) { values ("0.02"); } } }
  }
}
"#;

/// The cache keeps figures under conditions; two that differ in anything must not meet there.
#[test]
fn conditions_are_told_apart() {
    let format = |a, b| axmul_api::OperandFormat::unsigned(a, b);
    let distribution = |format, first| {
        let mut weights = vec![1.0; 64];
        weights[0] = first;
        OperandStream::Distribution(OperandDistribution::from_weights(format, &weights).unwrap())
    };
    let given = |operands| CostConditions { operands, ..CostConditions::default() };
    let all = [
        CostConditions::default(),
        CostConditions { clock_mhz: 501.0, ..CostConditions::default() },
        CostConditions { glitches: Glitches::Counted, ..CostConditions::default() },
        CostConditions {
            sampling: ActivitySampling { seed: 1, ..ActivitySampling::default() },
            ..CostConditions::default()
        },
        given(distribution(format(3, 3), 1.0)),
        given(distribution(format(3, 3), 2.0)),
        given(distribution(format(2, 4), 1.0)),
        given(OperandStream::Trace(vec![[0, 0], [1, 2]])),
        given(OperandStream::Trace(vec![[0, 0], [2, 1]])),
        given(OperandStream::Trace(vec![])),
    ];
    let keys: std::collections::HashSet<Vec<u8>> = all.iter().map(technology::key).collect();
    assert_eq!(keys.len(), all.len());
    assert_eq!(technology::key(&all[4]), technology::key(&all[4].clone()));
    assert!(keys.iter().all(|key| key.len() < 400), "however many operands there are");
}

#[test]
fn figures_name_what_they_depend_on() {
    let netlist = member("exact-4u");
    let plain = built_in(&netlist, &CostConditions::default());
    assert_eq!(plain.source, "axmul cost 2, built-in, OSU cells for FreePDK45 (gscl45nm)");
    assert_eq!(
        plain.technology,
        "typical, process 1, 27 C; gscl45nm.lib, SHA-256 \
         69c0641df1dc737e5c8dbd3950f2daf3b52c6e7767aa081e35e9b0739bf62d6f; 1.1 V; 500 MHz; mapped for area; uniform \
         independent operands; no glitches; no wires"
    );
    assert!(is_computed(&plain.source));
    let cost = plain.cost();
    assert_eq!((cost.area_um2, cost.power_mw), (plain.area_um2, plain.power_mw));
    assert_eq!((&cost.source, &cost.technology), (&plain.source, &plain.technology));

    let format = netlist.format();
    let mut weights = vec![1.0; 16];
    weights[0] = 100.0;
    let zeros = OperandDistribution::from_weights(format, &weights).unwrap();
    let others = [
        CostConditions { clock_mhz: 1000.0, ..CostConditions::default() },
        CostConditions { glitches: Glitches::Counted, ..CostConditions::default() },
        CostConditions {
            glitches: Glitches::Counted,
            sampling: ActivitySampling { seed: 1, ..ActivitySampling::default() },
            ..CostConditions::default()
        },
        CostConditions { operands: OperandStream::Distribution(zeros), ..CostConditions::default() },
        CostConditions { operands: OperandStream::Trace(vec![[1, 2], [3, 4]]), ..CostConditions::default() },
        CostConditions { operands: OperandStream::Trace(vec![[1, 2], [3, 5]]), ..CostConditions::default() },
        CostConditions {
            surroundings: axmul_hardware::timing::BoundaryConditions { wire_ff: 1.0, ..Default::default() },
            ..CostConditions::default()
        },
    ];
    let mut all = vec![plain.technology.clone()];
    for conditions in &others {
        let costed = built_in(&netlist, conditions);
        assert_eq!(costed.area_um2, plain.area_um2);
        assert!(!all.contains(&costed.technology), "{}", costed.technology);
        assert!(costed.power_mw != plain.power_mw, "{}", costed.technology);
        all.push(costed.technology);
    }
    assert!(all[2].contains("; 8192 pairs of them, seed 0; with glitches"), "{}", all[2]);
    // What the operands hardly move takes less energy.
    assert!(built_in(&netlist, &others[3]).energy_fj < plain.energy_fj);
}

#[test]
fn figures_are_kept_by_circuit_conditions_cells_and_goal() {
    let directory = tempfile::tempdir().unwrap();
    let choice = crate::CacheChoice::Directory(directory.path().into());
    let cache = Cache::open(&choice).unwrap();
    let entries = || std::fs::read_dir(cache.directory().unwrap()).unwrap().count();
    let [one, other] = ["exact-3u", "truncated-2-3u"].map(member);
    let (_directory, small) = opened(SMALL);
    let small = small.unwrap();
    let known = Cost::default();
    let mut seen = Vec::new();
    let clock = |clock_mhz| CostConditions { clock_mhz, ..CostConditions::default() };
    for (technology, goal, netlist, conditions) in [
        (Technology::built_in(), MappingGoal::Area, &one, clock(500.0)),
        (Technology::built_in(), MappingGoal::Area, &other, clock(500.0)),
        (Technology::built_in(), MappingGoal::Area, &one, clock(100.0)),
        (Technology::built_in(), MappingGoal::Delay, &one, clock(500.0)),
        (&small, MappingGoal::Area, &one, clock(500.0)),
    ] {
        let backend = BuiltIn::new(technology, goal, &cache);
        let subject = CostSubject { name: "m", circuit: Some(netlist), placed: None, known: &known };
        let made = backend.cost(&subject, &conditions).unwrap();
        seen.push(made.clone());
        assert_eq!(entries(), seen.len());
        assert_eq!(backend.cost(&subject, &conditions).unwrap(), made);
        assert_eq!(entries(), seen.len());
    }
}

/// Whatever the mapper thinks of loads: nothing that was mapped for delay is slower than what was mapped for area.
#[test]
fn mapping_for_delay_is_never_slower() {
    let (known, cache) = (Cost::default(), cache());
    for name in ["exact-4u", "exact-8s", "truncated-4-8u", "drum-4-8u", "kulkarni-3-8u"] {
        let netlist = member(name);
        let subject = CostSubject { name, circuit: Some(&netlist), placed: None, known: &known };
        let delay_ns = |goal| {
            let backend = BuiltIn::new(Technology::built_in(), goal, &cache);
            backend.cost(&subject, &CostConditions::default()).unwrap().delay_ns.unwrap()
        };
        assert!(delay_ns(MappingGoal::Delay) <= delay_ns(MappingGoal::Area), "{name}");
    }
}

#[test]
fn a_liberty_file_takes_the_place_of_the_own_cells() {
    let (_directory, technology) = opened(SMALL);
    let technology = technology.unwrap();
    let (netlist, known, cache) = (member("exact-3u"), Cost::default(), cache());
    let subject = CostSubject { name: "m", circuit: Some(&netlist), placed: None, known: &known };
    let backend = BuiltIn::new(&technology, MappingGoal::Area, &cache);
    assert_eq!(backend.name(), "liberty");
    let costed = backend.cost(&subject, &CostConditions::default()).unwrap();
    assert!(
        costed.source.starts_with("axmul cost 2, liberty, cells of my.lib (small, "),
        "{}",
        costed.source
    );
    assert!(costed.technology.contains("my.lib, SHA-256 "), "{}", costed.technology);
    // Only NANDs and inverters: at least one for each of the nine partial products.
    assert!(costed.area_um2.unwrap() >= 18.0 && costed.cells.unwrap() >= 9);
    assert!(
        technology.notes[0].contains("my.lib: figures are missing and taken as 0: "),
        "{:?}",
        technology.notes
    );
}

#[test]
fn libraries_that_cannot_be_used_are_refused() {
    let refusal = |text: &str| opened(text).1.err().unwrap();
    let start = SMALL.find("  cell (INV)").unwrap();
    let nand = SMALL.find("  cell (NAND2)").unwrap();
    let no_inverter = format!("{}{}", &SMALL[..start], &SMALL[nand..]);
    assert_eq!(
        refusal(&no_inverter),
        "my.lib: library small has no inverter (a cell of one input and one output, its complement)"
    );
    let no_gate = format!("{}}}", &SMALL[..nand]);
    assert!(refusal(&no_gate).starts_with("my.lib: library small has no two-input gate"));
    let no_liberty = refusal("module m; endmodule");
    assert!(no_liberty.starts_with("my.lib:1:"), "{no_liberty}");
    let missing = Technology::open(std::path::Path::new("there/is.lib")).err().unwrap().to_string();
    assert_eq!(missing, "there/is.lib: no such file or directory");
}

#[test]
fn published_figures_are_those_of_others() {
    let published = |known: &Cost| {
        let subject = CostSubject { name: "m", circuit: None, placed: None, known };
        PublishedCost.cost(&subject, &CostConditions::default())
    };
    let known =
        Cost { power_mw: Some(0.5), source: "a lab".into(), technology: "45 nm".into(), ..Cost::default() };
    let costed = published(&known).unwrap();
    assert_eq!((costed.power_mw, costed.area_um2, costed.cells), (Some(0.5), None, None));
    assert_eq!(costed.cost(), known);
    let none = "m: no figures were published with it; --backend built-in computes them from a circuit";
    let own = built_in(&member("exact-2u"), &CostConditions::default()).cost();
    for known in [Cost::default(), own] {
        assert_eq!(published(&known).unwrap_err().to_string(), none);
    }
}

#[test]
fn operands_and_multipliers_that_do_not_fit_are_refused() {
    let (netlist, known, cache) = (member("exact-2u"), Cost::default(), cache());
    let backend = BuiltIn::new(Technology::built_in(), MappingGoal::Area, &cache);
    let subject = CostSubject { name: "exact", circuit: Some(&netlist), placed: None, known: &known };
    let conditions =
        CostConditions { operands: OperandStream::Trace(vec![[0, 0], [0, 4]]), ..CostConditions::default() };
    let error = backend.cost(&subject, &conditions).unwrap_err().to_string();
    assert_eq!(error, "exact: pair 1 of the trace: operand b is 4; operands 2u have 0 to 3 there");
    let table = CostSubject { circuit: None, ..subject };
    assert_eq!(
        backend.cost(&table, &CostConditions::default()).unwrap_err().to_string(),
        "exact: the built-in backend needs a circuit, and of this multiplier only products are known; name a netlist \
         or a member of a family"
    );
}
