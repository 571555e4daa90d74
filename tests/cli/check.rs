//! `axmul check`: every outcome, how it is known, and with which code it ends.

use insta::assert_snapshot;

use crate::sandbox::{Ended, Sandbox};

/// A multiplier of unsigned operands by shifting and adding: row `i` is `a` where bit `i` of `b` is one. `rows` says
/// in which order they are added, and `flaw` is added to the product.
fn verilog(width: usize, rows: impl Iterator<Item = usize>, flaw: &str) -> String {
    let top = width - 1;
    let row = |i: usize| match i {
        0 => format!("{{{width}'b0, a & {{{width}{{b[0]}}}}}}"),
        i => format!("{{{}'b0, a & {{{width}{{b[{i}]}}}}, {i}'b0}}", width - i),
    };
    let sum = rows.map(row).collect::<Vec<_>>().join("\n    + ");
    let ports = format!("input [{top}:0] a, input [{top}:0] b, output [{}:0] p", 2 * width - 1);
    format!("module mul({ports});\n  assign p = ({sum}){flaw};\nendmodule\n")
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("mul4.v", verilog(4, 0..4, ""));
    sandbox.write("flawed4.v", verilog(4, 0..4, " + {6'b0, a[3] & b[0] & b[1], 1'b0}"));
    sandbox.write("mul20.v", verilog(20, 0..20, ""));
    sandbox.write("turned20.v", verilog(20, (0..20).rev(), ""));
    sandbox.write("flawed20.v", verilog(20, 0..20, " ^ {39'b0, a[19] & b[19]}"));
    sandbox
}

/// Runs `axmul check`, which ends with this code.
fn check(sandbox: &Sandbox, arguments: &str, code: i32) -> Ended {
    let ended = sandbox.axmul(&format!("check {arguments}"));
    assert_eq!(ended.code, code, "axmul check {arguments}\n{ended}");
    ended
}

#[test]
fn small_multipliers_are_compared_pair_by_pair() {
    let sandbox = sandbox();
    let mut said = String::new();
    for (arguments, code) in [
        ("exact-8s broken-array-0-0-8s", 0),
        ("mul4.v exact-4u", 0),
        ("mul4.v flawed4.v", 1),
        ("tables/uncosted.npy exact-4u --unsigned", 1),
        ("exact-8s truncated-5-8s", 1),
        ("mul4.v exact-4u --quiet", 0),
    ] {
        said += &format!("$ axmul check {arguments}\n{}\n", check(&sandbox, arguments, code));
    }
    assert_snapshot!(said);
}

#[test]
fn wide_circuits_are_proven() {
    let sandbox = sandbox();
    let mut said = String::new();
    for (arguments, code) in [
        ("mul20.v mul20.v", 0),
        ("mul20.v turned20.v", 0),
        ("mul20.v exact-20u --proof", 0),
        ("exact-32s broken-array-0-0-32s", 0),
        ("drum-6-16s drum-6-16s", 0),
        ("mul20.v flawed20.v", 1),
        ("exact-16u truncated-4-16u", 1),
        ("exact-32s truncated-4-32s", 1),
    ] {
        said += &format!("$ axmul check {arguments} --quiet\n");
        said += check(&sandbox, &format!("{arguments} --quiet"), code).text();
        said.push('\n');
    }
    assert_snapshot!(said);
}

#[test]
fn exchanged_operands_are_recognised() {
    let sandbox = sandbox();
    // Drops the lowest bit of one operand.
    let cut = |operand: &str| {
        let rows = verilog(4, 0..4, "");
        rows.replace("endmodule", "").replace("module mul", "module core")
            + "endmodule\nmodule mul(input [3:0] a, input [3:0] b, output [7:0] p);\n"
            + match operand {
                "a" => "  core c(.a({a[3:1], 1'b0}), .b(b), .p(p));\nendmodule\n",
                _ => "  core c(.a(a), .b({b[3:1], 1'b0}), .p(p));\nendmodule\n",
            }
    };
    sandbox.write("cut_a.v", cut("a"));
    sandbox.write("cut_b.v", cut("b"));
    assert_snapshot!(check(&sandbox, "cut_a.v cut_b.v --quiet", 1));
    assert_snapshot!(check(&sandbox, "cut_a.v cut_b.v --a b --b a --quiet", 1));
}

#[test]
fn a_sample_is_no_proof() {
    let sandbox = sandbox();
    // A table has no circuit, so asking for a sample leaves nothing else.
    let ended = check(&sandbox, "lab/uncosted lab/plain --catalog lab.yaml --samples 3 --seed 7", 0);
    assert_snapshot!(ended);
    let ended = check(&sandbox, "lab/uncosted lab/plain --catalog lab.yaml --samples 3 --seed 7 --proof", 2);
    assert_snapshot!(ended);
    // A proof without time gives up. The sample knows the corners, in which this flaw shows.
    let ended = check(&sandbox, "mul20.v turned20.v --samples 1000 --time-limit 0.001 --quiet", 0);
    assert!(
        ended.text().contains("1000 sampled operand pairs (seed 0)") || ended.text().contains("proven"),
        "{ended}"
    );
    let ended = check(&sandbox, "tables/uncosted.npy exact-4u --unsigned --samples 100000", 1);
    assert!(ended.text().contains("a = 3, b = 3: A gives 8, B gives 9, exact 9"), "{ended}");
    assert!(!ended.text().contains("operand pairs differ"), "{ended}");
}

#[test]
fn answers_for_programs() {
    let sandbox = sandbox();
    let mut said = String::new();
    for (arguments, code) in [
        ("mul4.v exact-4u", 0),
        ("mul4.v flawed4.v", 1),
        ("mul20.v turned20.v", 0),
        ("mul20.v flawed20.v", 1),
        ("lab/uncosted lab/plain --catalog lab.yaml --samples 3 --seed 7", 0),
    ] {
        let ended = check(&sandbox, &format!("{arguments} --format json --quiet"), code);
        serde_json::from_slice::<serde_json::Value>(&ended.stdout).expect("JSON");
        said += &format!("$ axmul check {arguments} --format json --quiet\n{}", ended.text());
    }
    assert_snapshot!(said);
}

#[test]
fn what_cannot_be_compared_says_why() {
    let sandbox = sandbox();
    let mut said = String::new();
    for arguments in [
        "exact-8s exact-8u",
        "exact-8x4s exact-4x8s",
        "exact-8s exact-9s",
        "exact-8s nosuch",
        "exact-8 exact-8s",
        "exact-20u truncated-4-20u --all",
        "exact-8s",
        "exact-8s exact-8s --time-limit 0",
    ] {
        let ended = check(&sandbox, arguments, 2);
        assert_eq!(ended.text(), "", "{ended}");
        said += &format!("$ axmul check {arguments}\n{}\n", ended.stderr);
    }
    assert_snapshot!(said);
}

#[cfg(unix)]
#[test]
fn a_c_source_and_a_netlist() {
    let sandbox = sandbox();
    sandbox.write(
        "mul4.c",
        "#include <stdint.h>\nuint8_t mul4u(uint8_t a, uint8_t b) { return (uint8_t)((a & 15) * (b & 15)); }\n",
    );
    assert_snapshot!(check(&sandbox, "mul4.v mul4.c --quiet", 0));
}
