//! `axmul cost`.

use insta::assert_snapshot;

use crate::sandbox::{Ended, Sandbox};

/// A 2x2 multiplier with a published power.
const TWO: &str = "\
// PDK45_PWR = 0.05 mW
module two (input [1:0] a, input [1:0] b, output [3:0] p);
  assign p = {2'b00, a & {2{b[0]}}} + {1'b0, a & {2{b[1]}}, 1'b0};
endmodule
";

/// Inverter and NAND of a round size.
pub const CELLS: &str = r#"
library (small) {
  time_unit : "1ns"; voltage_unit : "1V"; leakage_power_unit : "1nW"; capacitive_load_unit (1, ff);
  nom_voltage : 1.0; nom_temperature : 25;
  lu_table_template (t) { variable_1 : input_net_transition; variable_2 : total_output_net_capacitance;
    index_1 ("0, 1"); index_2 ("0, 100"); }
  power_lut_template (p) { variable_1 : input_transition_time; variable_2 : total_output_net_capacitance;
    index_1 ("0, 1"); index_2 ("0, 100"); }
  cell (INV) {
    area : 1; cell_leakage_power : 2;
    pin (A) { direction : input; capacitance : 1; }
    pin (Y) { direction : output; function : "!A";
      timing () { related_pin : "A"; timing_sense : negative_unate;
        cell_rise (t) { values ("0.01, 0.11", "0.02, 0.12"); } cell_fall (t) { values ("0.01, 0.11", "0.02, 0.12"); }
        rise_transition (t) { values ("0.01, 0.11", "0.02, 0.12"); }
        fall_transition (t) { values ("0.01, 0.11", "0.02, 0.12"); } }
      internal_power () { related_pin : "A";
        rise_power (p) { values ("0.5, 0.5", "0.5, 0.5"); } fall_power (p) { values ("0.5, 0.5", "0.5, 0.5"); } } }
  }
  cell (NAND2) {
    area : 2; cell_leakage_power : 3;
    pin (A) { direction : input; capacitance : 1; }
    pin (B) { direction : input; capacitance : 1; }
    pin (Y) { direction : output; function : "!(A & B)";
      timing () { related_pin : "A B"; timing_sense : negative_unate;
        cell_rise (t) { values ("0.02, 0.12", "0.03, 0.13"); } cell_fall (t) { values ("0.02, 0.12", "0.03, 0.13"); }
        rise_transition (t) { values ("0.01, 0.11", "0.02, 0.12"); }
        fall_transition (t) { values ("0.01, 0.11", "0.02, 0.12"); } }
      internal_power () { related_pin : "A B";
        rise_power (p) { values ("1, 1", "1, 1"); } fall_power (p) { values ("1, 1", "1, 1"); } } }
  }
}
"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("two.v", TWO);
    sandbox.write("small.lib", CELLS);
    sandbox.write("no_gate.lib", format!("{}}}", &CELLS[..CELLS.find("  cell (NAND2)").unwrap()]));
    sandbox.write_npy("hist.npy", &[4], vec![1i64, 0, 0, 3]);
    sandbox.write_npy("trace.npy", &[3, 2], vec![0i64, 0, 3, 3, 1, 2]);
    sandbox.write_npy("far.npy", &[3, 2], vec![0i64, 0, 3, 4, 1, 2]);
    sandbox.write_npy("short.npy", &[1, 2], vec![0i64, 0]);
    sandbox.write_npy("both.npy", &[2, 2], vec![1i64, 1, 1, 1]);
    sandbox.write_npy("real.npy", &[3, 2], vec![0.0f64, 0.0, 3.0, 3.0, 1.0, 2.0]);
    sandbox
}

fn rows(sandbox: &Sandbox, arguments: &str) -> Vec<serde_json::Value> {
    let ended = sandbox.axmul(&format!("cost {arguments} --format json"));
    ended.json().as_array().unwrap().clone()
}

fn refusals(sandbox: &Sandbox, lines: &[&str]) -> String {
    let refusal = |line: &&str| {
        let ended: Ended = sandbox.axmul(&format!("cost {line}"));
        assert_eq!((ended.code, ended.text()), (2, ""), "axmul cost {line}\n{ended}");
        format!("$ axmul cost {line}\n{}", ended.stderr)
    };
    lines.iter().map(refusal).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_backend_that_can_stands_beside_the_others() {
    let sandbox = sandbox();
    assert_snapshot!("table", sandbox.axmul("cost two.v exact-2u --liberty small.lib -q"));
    assert_snapshot!("csv", sandbox.axmul("cost two.v --liberty small.lib --format csv -q"));
    assert_snapshot!("json", sandbox.axmul("cost exact-2u --format json -q"));
    let ended = sandbox.axmul("cost two.v --backend published -q -o out.txt");
    assert_eq!((ended.code, ended.text()), (0, ""), "{ended}");
    assert!(String::from_utf8(sandbox.read("out.txt")).unwrap().contains("published"));
}

/// A netlist that came mapped is costed as it is, buffers and great inverters and all; a gate among its cells, or cells
/// that the library lacks, and it is not.
#[test]
fn cells_of_a_mapped_netlist_are_costed_as_placed() {
    let sandbox = sandbox();
    let ports = "(input [1:0] a, input [1:0] b, output [3:0] p);\n  wire n, m;\n  assign p[3:1] = 0;";
    let cells = "NAND2X1 u1 (.A(a[0]), .B(b[0]), .Y(n));\n  BUFX4 u2 (.A(n), .Y(m));\n";
    let write = |name: &str, last: &str| {
        sandbox.write(name, format!("module m {ports}\n  {cells}  {last}\nendmodule\n"));
    };
    write("placed.v", "INVX8 u3 (.A(m), .Y(p[0]));");
    write("gate.v", "assign p[0] = ~m;");
    write("other.v", "sky130_fd_sc_hd__inv_1 u3 (.A(m), .Y(p[0]));");
    let both = rows(&sandbox, "placed.v --backend placed,built-in");
    let figure = |row: usize, field: &str| both[row][field].as_f64().unwrap();
    assert_eq!((both[0]["backend"].as_str(), both[0]["cells"].as_u64()), (Some("as-mapped"), Some(3)));
    // NAND2X1, BUFX4, INVX8 beside one AND2X1, in the areas of the library.
    assert_eq!((figure(0, "area_um2"), figure(1, "area_um2")), (1.8772 + 2.8158 + 3.2851, 2.3465));
    assert!(figure(0, "power_mw") > 1.5 * figure(1, "power_mw"));
    assert!(both[0]["technology"].as_str().unwrap().contains("; cells as placed; "));
    assert_eq!(rows(&sandbox, "placed.v").len(), 2);
    assert_eq!([rows(&sandbox, "gate.v").len(), rows(&sandbox, "other.v").len()], [1, 1]);
    let placed = ["gate.v", "other.v", "exact-8s"].map(|name| format!("{name} --backend as-mapped"));
    let lines: Vec<&str> = placed.iter().map(String::as_str).collect();
    assert_snapshot!(refusals(&sandbox, &lines));
}

/// The figures of a table in a catalog are published ones; those of our own catalog are not.
#[test]
fn published_figures_are_of_others() {
    let sandbox = sandbox();
    let backends = |arguments: &str| {
        let names =
            rows(&sandbox, arguments).into_iter().map(|row| row["backend"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(backends("plain --catalog lab.yaml"), ["published", "built-in"]);
    assert_eq!(backends("exact-8u"), ["built-in"]);
    assert_eq!(backends("plain --catalog lab.yaml --backend built-in"), ["built-in"]);
    let known = &rows(&sandbox, "cut --catalog lab.yaml --backend published")[0];
    assert_eq!((known["power_mw"].as_f64(), known["cells"].as_u64()), (Some(0.06), None));
    assert_eq!(
        (known["source"].as_str(), known["technology"].as_str()),
        (Some("measured in the lab"), Some("45 nm, 1 GHz"))
    );
}

/// What `axmul list` says of the own catalog is what `axmul cost` computes.
#[test]
fn the_own_catalog_says_the_same() {
    let sandbox = sandbox();
    let listed = sandbox.axmul("list --format json").json();
    for name in ["exact-8s", "drum-4-8u"] {
        let entry = listed.as_array().unwrap().iter().find(|entry| entry["name"] == name).unwrap();
        let row = &rows(&sandbox, name)[0];
        for field in ["power_mw", "area_um2", "delay_ns"] {
            let (known, got) = (entry[field].as_f64().unwrap(), row[field].as_f64().unwrap());
            assert!((known - got).abs() <= 1e-4 * got, "{name} {field}: {known}, {got}");
        }
        assert_eq!(entry["cost_source"], row["source"]);
    }
}

#[test]
fn clock_operands_glitches_and_goal_reach_the_figures() {
    let sandbox = sandbox();
    let row = |options: &str| rows(&sandbox, &format!("exact-4u {options}")).remove(0);
    let number = |row: &serde_json::Value, field: &str| row[field].as_f64().unwrap();
    let plain = row("");
    let energy = number(&plain, "energy_fj");
    // fJ x MHz = nW.
    let power = number(&plain, "leakage_mw") + energy * 500e-6;
    assert!((number(&plain, "power_mw") - power).abs() < 1e-9);
    assert_eq!(plain["power_error_mw"], serde_json::Value::Null);
    let slow = row("--clock 100");
    assert_eq!(slow["energy_fj"], plain["energy_fj"]);
    assert!(number(&slow, "power_mw") < number(&plain, "power_mw"));

    let glitches = row("--glitches");
    assert!(number(&glitches, "energy_fj") > energy && number(&glitches, "energy_error_fj") > 0.0);
    assert_eq!(glitches, row("--glitches"), "the same seed, the same pairs");
    assert!(glitches["energy_fj"] != row("--glitches --seed 1")["energy_fj"]);
    let rough = row("--glitches --samples 512");
    assert!(number(&rough, "energy_error_fj") > number(&glitches, "energy_error_fj"));

    let fast = row("--goal delay");
    assert!(number(&fast, "delay_ns") <= number(&plain, "delay_ns"));
    assert!(fast["technology"].as_str().unwrap().contains("mapped for delay"));

    let two = |options: &str| number(&rows(&sandbox, &format!("exact-2u {options}"))[0], "energy_fj");
    // One operand pair in ten thousand differs from the one before.
    sandbox.write_npy("still.npy", &[4], vec![1e-9, 0.0, 0.0, 1.0]);
    assert!(two("--operands still.npy") < 1e-3 * two(""));
    // From (0, 0) to (3, 3) and back: every input toggles each time.
    sandbox.write_npy("wild.npy", &[3, 2], vec![0i8, 0, 3, 3, 0, 0]);
    assert!(two("--operands wild.npy") > two(""));
    sandbox.write_npy("calm.npy", &[2, 2], vec![0u8, 0, 0, 0]);
    assert_eq!(two("--operands trace:calm.npy"), 0.0);
    assert_eq!(two("--operands hist.npy"), two("--operands histogram:hist.npy"));
}

#[test]
fn wide_circuits_are_sampled() {
    let sandbox = sandbox();
    let row = &rows(&sandbox, "exact-12u --samples 1000")[0];
    assert!(row["energy_error_fj"].as_f64().unwrap() > 0.0);
    assert!(row["technology"].as_str().unwrap().contains("1000 pairs of them, seed 0"), "{row}");
}

#[test]
fn yosys_maps_where_it_is_installed() {
    let sandbox = sandbox();
    let ended = sandbox.axmul("cost exact-4u --backend yosys,built-in --format json");
    if ended.code == 0 && ended.stderr.contains("the yosys backend needs Yosys") {
        return eprintln!("SKIPPED: {}", ended.stderr);
    }
    let rows = ended.json();
    assert_eq!((rows[0]["backend"].as_str(), rows[1]["backend"].as_str()), (Some("built-in"), Some("yosys")));
    assert!(rows[0]["source"] != rows[1]["source"] && rows[0]["technology"] != rows[1]["technology"]);
    // ABC takes no library of two cells.
    let refused = sandbox.axmul("cost exact-2u --backend yosys --liberty small.lib");
    assert_eq!(refused.code, 2, "{refused}");
    assert!(refused.stderr.contains("ABC, which it maps with, may not take the library"), "{refused}");
}

#[test]
fn what_fails_is_said_beside_what_does_not() {
    let sandbox = sandbox();
    sandbox.write("broken.v", "module m(input [1:0] a, b, output [3:0] p)\n");
    let ended = sandbox.axmul("cost exact-2u broken.v uncosted --catalog lab.yaml --format csv");
    assert_eq!((ended.code, ended.text().lines().count()), (0, 2), "{ended}");
    assert!(ended.stderr.contains("warning: broken.v:"), "{ended}");
    assert!(ended.stderr.contains("warning: uncosted: no cost: only products are known"), "{ended}");
}

#[test]
fn what_cannot_be_costed_says_why() {
    let sandbox = sandbox();
    let lines = [
        "",
        "no-such-multiplier",
        "missing.v",
        "uncosted --catalog lab.yaml",
        "uncosted --catalog lab.yaml --backend built-in,published",
        "exact-2u --backend published",
        "exact-2u --backend liberty",
        "exact-2u --backend built-in --liberty small.lib",
        "exact-2u --liberty missing.lib",
        "exact-2u --liberty two.v",
        "exact-2u --liberty no_gate.lib",
        "exact-2u --backend spice",
        "exact-2u --clock 0",
        "exact-2u --samples 1",
        "exact-2u --goal power",
        "exact-2u --operands missing.npy",
        "exact-2u --operands two.v",
        "exact-2u --operands both.npy",
        "exact-2u --operands real.npy",
        "exact-2u --operands trace:hist.npy",
        "exact-2u --operands far.npy",
        "exact-2u --operands short.npy",
        "exact-3u --operands hist.npy",
        "exact-12u --operands hist.npy",
        "exact-2u -o no/such/directory/out.txt",
    ];
    assert_snapshot!(refusals(&sandbox, &lines));
}
