//! Netlists on the command line: read, given a meaning aloud, evaluated.

use insta::assert_snapshot;

use crate::sandbox::{Ended, Sandbox};

/// A 4x4 array with its lowest product bit tied to zero, figures above.
const ARRAY: &str = "\
// MAE = 0.25
// EP% = 25.00 %
// PDK45_PWR = 0.05 mW
module array4 (input [3:0] A, input [3:0] B, output [7:0] O);
  wire [7:0] full;
  assign full = {4'b0000, A & {4{B[0]}}} + {3'b000, A & {4{B[1]}}, 1'b0}
              + {2'b00, A & {4{B[2]}}, 2'b00} + {1'b0, A & {4{B[3]}}, 3'b000};
  assign O = {full[7:1], 1'b0};
endmodule
";

/// A 2x2 multiplier of cells that stand in another file.
const TWO: &str = "\
module two (a1, a0, b1, b0, p3, p2, p1, p0);
  input a1, a0, b1, b0;
  output p3, p2, p1, p0;
  wire w, x, y, z;
  AND both (.A(a0), .B(b0), .Y(p0));
  AND left (.A(a1), .B(b0), .Y(x)), right (.A(a0), .B(b1), .Y(y)), top (.A(a1), .B(b1), .Y(z));
  xor (p1, x, y);
  and (w, x, y);
  xor (p2, z, w);
  and (p3, z, w);
endmodule
";
const CELLS: &str = "module AND (input A, input B, output Y);\n  assign Y = A & B;\nendmodule\n";

const BLIF: &str = "\
.model two
.inputs a[0] a[1] b[0] b[1]
.outputs p[0] p[1] p[2] p[3]
.names a[0] b[0] p[0]
11 1
.names a[1] b[0] x
11 1
.names a[0] b[1] y
11 1
.names x y p[1]
10 1
01 1
.names x y w
11 1
.names a[1] b[1] z
11 1
.names z w p[2]
10 1
01 1
.names z w p[3]
11 1
.end
";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("array4.v", ARRAY);
    sandbox.write("two.v", TWO);
    sandbox.write("cells.v", CELLS);
    sandbox.write("two.blif", BLIF);
    sandbox
}

/// The row of the only multiplier, and what was said on the way.
fn compared(sandbox: &Sandbox, arguments: &str) -> (serde_json::Value, String) {
    let ended = sandbox.axmul(&format!("compare {arguments} --format json"));
    let rows = ended.json();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{ended}");
    (rows[0].clone(), ended.stderr)
}

fn refusals(sandbox: &Sandbox, lines: &[&str]) -> String {
    let refusal = |line: &&str| {
        let ended: Ended = sandbox.axmul(line);
        assert_eq!((ended.code, ended.text()), (2, ""), "axmul {line}\n{ended}");
        format!("$ axmul {line}\n{}", ended.stderr)
    };
    lines.iter().map(refusal).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_netlist_is_a_multiplier_with_its_figures() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.axmul("show array4.v"));
    let (row, said) = compared(&sandbox, "array4.v");
    assert_eq!((row["name"].as_str(), row["provider"].as_str()), (Some("array4"), Some("array4.v")));
    assert_eq!((row["mae"].as_f64(), row["ep_pct"].as_f64()), (Some(0.25), Some(25.0)));
    assert_eq!(row["power_mw"].as_f64(), Some(0.05));
    assert_eq!(
        said,
        "array4.v: a = A[3:0], b = B[3:0], product = O[7:0]; guessed unsigned (smaller error)\n"
    );
    assert_eq!(sandbox.axmul("compare array4.v -q").stderr, "", "assumptions are notes");
    // A second run answers alike, from what was kept.
    assert_eq!(compared(&sandbox, "array4.v").0, row);
}

/// Scalar ports, cells of another file, and a computed cost.
#[test]
fn every_option_reaches_the_netlist() {
    let sandbox = sandbox();
    let (row, said) = compared(&sandbox, "two.v --with cells.v --unsigned");
    assert_eq!((row["mae"].as_f64(), row["width_a"].as_u64()), (Some(0.0), Some(2)));
    assert!(row["cost_source"].as_str().unwrap().starts_with("axmul cost 2, built-in, "), "{row}");
    assert_eq!(said, "two.v: a = a[1:0], b = b[1:0], product = p[3:0]; unsigned (as requested)\n");
    let (row, said) = compared(
        &sandbox,
        "two.v --with cells.v --top two --a b1,b0 --b a0,a1 --out p2,p1,p0 --extend zero --unsigned",
    );
    assert_eq!(row["signed"].as_bool(), Some(false));
    assert_eq!(
        said,
        "two.v: a = b1,b0, b = a0,a1, product = p2,p1,p0; unsigned (as requested)\n\
         two.v: the product has 3 bits and was extended to 4 with zeros\n"
    );
    let (_, said) = compared(&sandbox, "array4.v --msb-first --signed");
    assert_eq!(
        said.lines().next(),
        Some("array4.v: a = A[0:3], b = B[0:3], product = O[0:7]; signed (as requested)")
    );
    let (row, _) = compared(&sandbox, "two.blif --unsigned");
    assert_eq!(row["mae"].as_f64(), Some(0.0));
}

#[test]
fn figures_that_do_not_hold_are_reported() {
    let sandbox = sandbox();
    sandbox.write("wrong.v", ARRAY.replace("MAE = 0.25", "MAE = 0.50"));
    let (_, said) = compared(&sandbox, "wrong.v -q");
    assert!(
        said.starts_with("warning: wrong.v: entry 'wrong': the published mae is 0.50, its table gives 0.25"),
        "{said}"
    );
    sandbox.write("units.v", ARRAY.replace("0.05 mW", "50 uW"));
    let (row, said) = compared(&sandbox, "units.v -q");
    assert_eq!(
        said,
        "warning: units.v: its header says PDK45_PWR = 50 uW, expected mW; the figure is left out\n"
    );
    assert!(row["cost_source"].as_str().unwrap().starts_with("axmul cost 2, built-in, "), "{row}");
}

#[test]
fn what_cannot_be_read_says_how_to_go_on() {
    let sandbox = sandbox();
    sandbox.write("register.v", "module m(input clk, input [1:0] a, b, output reg [3:0] p);\n  always @(posedge clk) p <= a * b;\nendmodule\n");
    sandbox.write(
        "carry.v",
        "module m(input [1:0] a, b, input c, output [3:0] p);\n  assign p = {a & b, a | b};\nendmodule\n",
    );
    sandbox
        .write("wide.v", "module m(input [39:0] a, b, output [79:0] p);\n  assign p = {a, b};\nendmodule\n");
    let lines = [
        "show two.v",
        "show two.v --with two.blif",
        "show two.v --with missing.v",
        "show missing.v",
        "show register.v",
        "show carry.v",
        "show wide.v",
        "show array4.v --top other",
        "show array4.v --a X",
        "show array4.v --out O[6:0] --extend refuse",
        "compare array4.v --extend ones",
        "compare array4.v --via ghdl",
    ];
    assert_snapshot!(refusals(&sandbox, &lines));
}

/// A wide circuit has metrics and no table.
#[test]
fn wide_netlists_are_evaluated() {
    let sandbox = sandbox();
    sandbox.write(
        "or10.v",
        "module or10(input [9:0] a, input [9:0] b, output [19:0] p);\n  assign p = {10'b0, a | b};\nendmodule\n",
    );
    let (row, _) = compared(&sandbox, "or10.v --unsigned");
    // Exact only where one operand is 0 or both are 1 and the like; the worst is 1023 * 1023.
    assert_eq!(row["wce"].as_f64(), Some(f64::from(1023 * 1023 - 1023)));
    assert_eq!(row["pairs_evaluated"].as_u64(), Some(1 << 20));
}

#[test]
fn catalogs_name_netlists_and_c_sources() {
    let sandbox = sandbox();
    sandbox.write(
        "mine.yaml",
        "version: 1\nname: mine\nentries:\n\
         - name: circuit\n  format: 2u\n  model: {netlist: two.v, with: [cells.v], a: 'a1,a0'}\n\
         - name: array\n  format: 4u\n  model: {netlist: array4.v}\n\
         - name: narrow\n  format: 3u\n  model: {netlist: array4.v}\n\
         - name: code\n  format: 4u\n  model: {c_source: code.c, symbol: f}\n",
    );
    sandbox.write("code.c", "unsigned char f(unsigned char a, unsigned char b) { return a * b; }\n");
    let ended = sandbox.axmul("compare --catalog mine.yaml --format json --sort name");
    let rows = ended.json();
    let named = |name: &str| rows.as_array().unwrap().iter().find(|row| row["name"] == name).cloned();
    assert_eq!(named("circuit").unwrap()["mae"], 0.0);
    assert_eq!(named("array").unwrap()["power_mw"], 0.05, "from the head of the file");
    assert!(named("narrow").is_none());
    let expected = "expected a netlist for operands 3u, array4.v is one for 4u";
    assert!(ended.stderr.contains("entry 'narrow'") && ended.stderr.contains(expected), "{ended}");
    if cfg!(unix) && named("code").is_none() {
        assert!(ended.stderr.contains("needs a C compiler"), "{ended}");
        eprintln!("SKIPPED: no C compiler");
    }
}

/// What only a synthesis tool reads.
#[test]
fn behaviour_goes_through_yosys() {
    let sandbox = sandbox();
    sandbox.write(
        "behaviour.v",
        "module m(input signed [3:0] a, b, output reg signed [7:0] p);\n  always @* begin\n    p = a * b;\n    \
         if (b == 1) p = a <<< 1;\n  end\nendmodule\n",
    );
    let ended = sandbox.axmul("compare behaviour.v --via yosys --format json");
    if ended.stderr.contains("apt install yosys") {
        return eprintln!("SKIPPED: {}", ended.stderr);
    }
    let row = &ended.json()[0];
    // a * 1 becomes 2 * a: wrong by a.
    assert_eq!((row["signed"].as_bool(), row["wce"].as_f64()), (Some(true), Some(8.0)));
    assert_eq!(
        ended.stderr,
        "behaviour.v: read through Yosys: the circuit is module m\n\
         behaviour.v: a = a[3:0], b = b[3:0], product = p[7:0]; signed (as declared)\n"
    );
    let without = sandbox.axmul("show behaviour.v");
    assert_eq!(
        without.stderr,
        "error: behaviour.v:2:3: 'always' with statements is not supported; let Yosys translate it: --via yosys\n"
    );
}

#[test]
fn without_yosys_the_error_says_how_to_get_it() {
    let sandbox = sandbox();
    let mut command = sandbox.command();
    let output = command.args(["show", "array4.v", "--via", "yosys"]).env("PATH", "").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: array4.v: --via yosys needs Yosys, and no command yosys is there; install it (Debian: apt install yosys)\n"
    );
}
