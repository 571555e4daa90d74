//! Libraries written for these tests, whole and with one thing changed.

use proptest::prelude::*;

use super::*;
use crate::library::{Surface, TimingSense, TruthTable};

const SMALL: &str = r#"/* A library of
   two gates, an adder and cells that are no logic. */
library (small) {
  time_unit : "10ps"; voltage_unit : "1V"; leakage_power_unit : "1pW";
  capacitive_load_unit (1, pf);
  nom_process : 1; nom_voltage : 1.1; nom_temperature : 27;
  operating_conditions (typical) { voltage : 1.2; }
  default_operating_conditions : typical;
  default_input_pin_cap : 0.004;
  lu_table_template (by_load) {
    variable_1 : total_output_net_capacitance;
    variable_2 : input_net_transition;
    index_1 ("0.001, 0.002");
    index_2 ("1, 2, 4");
  }
  power_lut_template ("by_slew") { variable_1 : input_transition_time; index_1 ("1, 4"); }
  cell (INV) {
    area : 1.5;
    leakage_power () { when : "A"; value : 2000; }
    leakage_power () { when : "!A"; value : 4000.0; }
    pin (A) { direction : input; rise_capacitance : 0.001; fall_capacitance : 0.003; }
    pin (Y) {
      direction : output; function : "A'";
      timing () {
        related_pin : "A"; timing_sense : negative_unate;
        cell_rise (by_load) { values ("1, 2, 3", \
                                      "4, 5, 6"); }
        cell_fall (scalar) { values ("7"); }
        rise_transition (by_load) { index_1 ("0.002, 0.004"); index_2 ("1, 3"); values ("1, 2, 3, 4"); }
        fall_transition (scalar) { values ("0.5"); }
      }
      internal_power () {
        related_pin : "A";
        rise_power (by_slew) { values ("0.002, 0.008"); }
        fall_power (scalar) { values ("0.001"); }
      }
    }
  }
  cell ("XOR") {
    area : 4; cell_leakage_power : 7000
    pin (A, B) { direction : "input"; capacitance : 0.002; rise_capacitance : 0.9; }
    pin (Y) {
      direction : output; function : "(A * !B) + (A' B)";
      timing () {
        related_pin : "A B"; when : "!B"; timing_sense : positive_unate;
        cell_rise (scalar) { values ("1"); } cell_fall (scalar) { values ("5"); }
        rise_transition (scalar) { values ("1"); } fall_transition (scalar) { values ("1"); }
      }
      timing () {
        related_pin : "A"; when : "B"; timing_sense : positive_unate;
        cell_rise (scalar) { values ("2"); } cell_fall (scalar) { values ("4"); }
        rise_transition (scalar) { values ("2"); } fall_transition (scalar) { values ("0"); }
      }
      timing () {
        related_pin : "B";
        cell_rise (scalar) { values ("3"); } cell_fall (scalar) { values ("3"); }
        rise_transition (scalar) { values ("3"); } fall_transition (scalar) { values ("3"); }
      }
      timing () { related_pin : "A"; timing_type : hold_rising; }
      internal_power () { related_pin : "A"; when : "B"; power (scalar) { values ("0.004"); } }
      internal_power () { related_pin : "A"; when : "!B"; power (scalar) { values ("0.002"); } }
      internal_power () { related_pin : "A"; related_pg_pin : VDD; power (scalar) { values ("0.01"); } }
    }
  }
  cell (DFF) { area : 9; ff (IQ, IQN) { clocked_on : "C"; next_state : "D"; } pin (Q) { direction : output; } }
  cell (TRI) { area : 2; pin (Y) { direction : output; function : "A"; three_state : "EN"; } }
  cell (FILL) { area : 1; }
  cell (SHIFT) { is_level_shifter : true; }
  cell (OLD) { dont_use : true; }
  cell (WIDE) { pin (A, B, C, D, E, F, G) { direction : input; } pin (Y) { direction : output; } }
  cell (MACRO) { area : 5; pin (A) { direction : input; } pin (Y) { direction : output; } }
  cell (SLOW) { area : 5; pin (A) { direction : input; } pin (Y) { direction : output; function : "A"; } }
}
"#;

fn read_text(text: &str) -> Result<LibertyReading, NetlistError> {
    read(&SourceText::new("t.lib", text.as_bytes().to_vec()))
}

/// The message about the library with something else in place of a text that it has once.
fn altered(from: &str, to: &str) -> String {
    assert_eq!(SMALL.matches(from).count(), 1, "{from}");
    read_text(&SMALL.replace(from, to)).unwrap_err().to_string()
}

fn near(surface: &Surface, slews: &[f64], loads: &[f64], values: &[f64]) {
    for (got, expected) in
        [(surface.slews_ns(), slews), (surface.loads_ff(), loads), (surface.values(), values)]
    {
        let same = got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(same, "{got:?}, expected {expected:?}");
    }
}

#[test]
fn a_library_in_its_units() {
    let reading = read_text(SMALL).unwrap();
    let library = &reading.library;
    assert_eq!((library.name.as_str(), library.source.as_str(), library.supply_v), ("small", "t.lib", 1.1));
    assert_eq!(library.process, "typical, process 1, 27 C");
    let inverter = &library.cells[library.find("INV").unwrap()];
    assert_eq!((inverter.area_um2, inverter.inputs[0].name.as_str()), (1.5, "A"));
    assert!(
        (inverter.leakage_nw - 3.0).abs() < 1e-9 && (inverter.inputs[0].capacitance_ff - 2.0).abs() < 1e-9
    );
    let output = &inverter.outputs[0];
    assert_eq!(output.function, TruthTable::new(1, 0b01));
    let [arc] = &output.arcs[..] else { panic!("one arc") };
    assert_eq!((arc.input, arc.sense), (0, TimingSense::Negative));
    // Rows are slews, whatever the order in the file.
    near(&arc.delay_ns[0], &[0.01, 0.02, 0.04], &[1.0, 2.0], &[0.01, 0.04, 0.02, 0.05, 0.03, 0.06]);
    near(&arc.delay_ns[1], &[0.0], &[0.0], &[0.07]);
    near(&arc.transition_ns[0], &[0.01, 0.03], &[2.0, 4.0], &[0.01, 0.03, 0.02, 0.04]);
    near(&arc.energy_fj[0], &[0.01, 0.04], &[0.0], &[2.0, 8.0]);
    near(&arc.energy_fj[1], &[0.0], &[0.0], &[1.0]);
}

#[test]
fn conditions_are_joined() {
    let reading = read_text(SMALL).unwrap();
    let cell = &reading.library.cells[reading.library.find("XOR").unwrap()];
    assert_eq!(cell.outputs[0].function, TruthTable::new(2, 0b0110));
    assert!((cell.leakage_nw - 7.0).abs() < 1e-9);
    let [of_a, of_b, both_of_b] = &cell.outputs[0].arcs[..] else { panic!("three arcs") };
    assert_eq!(
        [of_a.sense, of_b.sense, both_of_b.sense],
        [TimingSense::Positive, TimingSense::Positive, TimingSense::Both]
    );
    assert_eq!([of_a.input, of_b.input, both_of_b.input], [0, 1, 1]);
    let constants = |surfaces: &[Surface; 2]| [0, 1].map(|edge| surfaces[edge].at(0.0, 0.0));
    assert_eq!(constants(&of_a.delay_ns), [0.02, 0.05]);
    assert_eq!(constants(&of_a.transition_ns), [0.02, 0.01]);
    // The mean over conditions and what the other supply pin takes.
    near(&of_a.energy_fj[0], &[0.0], &[0.0], &[13.0]);
    near(&of_a.energy_fj[1], &[0.0], &[0.0], &[13.0]);
    assert_eq!(reading.missing, ["XOR, pin Y: no internal_power from B"]);
}

#[test]
fn what_is_no_logic_is_listed() {
    let reading = read_text(SMALL).unwrap();
    let left_out: Vec<String> = reading.left_out.iter().map(|(name, why)| format!("{name}: {why}")).collect();
    let expected = [
        "DFF: is sequential",
        "TRI: its output can be switched off",
        "FILL: has no output",
        "SHIFT: is there for supplies, pads or isolation",
        "OLD: is marked dont_use",
        "WIDE: has more than six inputs",
        "MACRO: pin Y: no function",
        "SLOW: pin Y: no timing from A",
    ];
    assert_eq!(left_out, expected);
    assert_eq!(reading.counts()["is incomplete"], 2);
    let text = SMALL.replace("cell_fall (scalar) { values (\"7\"); }", "");
    let why = read_text(&text).unwrap().left_out.remove(0).1.to_string();
    assert_eq!(why, "pin Y: no cell_fall from A");
    let text = SMALL.replace("A'\";", "A &\";");
    let why = read_text(&text).unwrap().left_out.remove(0).1.to_string();
    assert_eq!(why, "pin Y: function 'A &': expected an input or `(`, got the end");
    let text = SMALL.replace("variable_1 : input_transition_time", "variable_1 : frequency");
    let why = read_text(&text).unwrap().left_out.remove(0).1.to_string();
    assert_eq!(why, "pin Y: rise_power: a table over 'frequency' is not supported");
}

#[test]
fn errors_say_where_and_what() {
    for (from, to, message) in [
        (
            "  capacitive_load_unit (1, pf);\n",
            "",
            "t.lib:3:1: expected `capacitive_load_unit (1, pf);` in the library, got none",
        ),
        ("\"10ps\"", "\"10pints\"", "t.lib:4:16: expected a unit such as `1nS`, got '10pints'"),
        (
            "nom_voltage : 1.1",
            "nom_voltage : 0",
            "t.lib:3:1: expected `nom_voltage : VOLTS;` above 0 in the library, got 0",
        ),
        ("area : 1.5;", "area : small;", "t.lib:18:12: expected a number, got 'small'"),
        ("area : 1.5;", "area : -1;", "t.lib:17:3: expected an area of at least 0, got -1"),
        ("\"4, 5, 6\"", "\"4, nan, 6\"", "t.lib:27:43: expected a number, got 'nan'"),
        ("\"4, 5, 6\"", "\"4, 5\"", "t.lib:26:9: expected 6 values, one for each point of the axes, got 5"),
        ("index_2 (\"1, 3\")", "index_2 (\"3, 1\")", "t.lib:29:73: expected points that rise, got '3, 1'"),
        (
            "rise_power (by_slew)",
            "rise_power (by_sleep)",
            "t.lib:34:21: unknown lu_table_template or power_lut_template 'by_sleep'",
        ),
        ("cell (OLD)", "cell (DFF)", "t.lib:69:9: cell 'DFF' is defined twice; remove one"),
        ("cell (OLD)", "cell ()", "t.lib:69:3: expected a name, `cell (NAME)`, got none"),
        ("library (small)", "libary (small)", "t.lib:3:1: expected `library (NAME) {`, got 'libary'"),
        ("area : 1.5;", "area 1.5;", "t.lib:18:10: expected `:` or `(` after 'area', got '1.5;'"),
        ("area : 1.5;", "area :;", "t.lib:18:11: expected a value after `:`, got ';'"),
        ("area : 1.5;", "area (1.5;", "t.lib:18:14: expected a value or `)`, got ';'"),
    ] {
        assert_eq!(altered(from, to), message);
    }
    for (text, message) in [
        ("", "t.lib:1:1: expected `library (NAME) {`, got the end of the file"),
        ("}", "t.lib:1:1: expected `library (NAME) {`, got '}'"),
        ("a : b;", "t.lib:1:1: expected `library (NAME) {`, got 'a'"),
        ("/* ", "t.lib:1:1: expected a comment with an end, `*/`, got none"),
        ("library (\"a", "t.lib:1:10: expected a string with an end, `\"`, got none"),
        (
            "library (a) {",
            "t.lib:1:14: expected `}`, which ends the 'library' that is open, got the end of the file",
        ),
        ("library (a) {} cell", "t.lib:1:16: expected nothing after the library, got 'cell'"),
        (
            "library (a) { capacitive_load_unit (1, ff); cell (F) {} }",
            "t.lib:1:1: the library has no combinational cell with its function and timing: 1 left out, the first, \
             'F': has no output",
        ),
    ] {
        assert_eq!(read_text(text).unwrap_err().to_string(), message);
    }
    let deep = "a () {".repeat(100_000);
    let message = read_text(&deep).unwrap_err().to_string();
    assert_eq!(message, "t.lib:1:193: groups are nested more than 32 deep; axmul reads at most 32 levels");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// A file cut off or with bytes changed is read or refused, never more.
    #[test]
    fn damaged_files_do_no_harm(
        end in 0..=SMALL.len(),
        changes in prop::collection::vec((0..SMALL.len(), prop::sample::select(b"{}()\"\\;:,/* \n0-e\xff'!".to_vec())), 0..6),
        cut: bool,
    ) {
        let mut bytes = SMALL.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        if cut {
            bytes.truncate(end);
        }
        if let Ok(reading) = read(&SourceText::new("t.lib", bytes)) {
            prop_assert!(!reading.library.cells.is_empty());
        }
    }
}
