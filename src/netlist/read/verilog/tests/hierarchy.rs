//! Instances of modules and cells, and generated structure.

use super::{design, message, run, simulate, source};
use crate::read::verilog::read;

const ADDER: &str = "module fa(input a, b, c, output s, k); assign {k, s} = a + b + c; endmodule\n";

#[test]
fn instances_by_name_and_position() {
    let text = format!(
        "module t(input [1:0] a, b, output [2:0] y); wire k; wire unused;
            fa u0 (.s(y[0]), .k(k), .a(a[0]), .b(b[0]), .c(1'b0)), u1 (a[1], b[1], k, y[1], y[2]);
            fa u2 (a[0] & b[1], ~(a[1] | b[0]), 0, unused, ); fa u3 (.a(unused), .b(1), .c(a[0]), .s());
        endmodule {ADDER}"
    );
    for (a, b) in (0..4u128).flat_map(|a| (0..4u128).map(move |b| (a, b))) {
        assert_eq!(run(&text, &[a, b]), a + b);
    }
}

#[test]
fn modules_of_several_texts_in_any_order() {
    let sources = [
        source(
            "module half(input a, b, output s); xor (s, a, b); endmodule
            module t(input a, b, c, output s, k); fa u(.a, .b, .c, .s, .k); endmodule",
        ),
        source(ADDER),
        source("module spare(input x, output y); assign y = x; endmodule"),
    ];
    let design = read(&sources, None).unwrap();
    assert_eq!((design.name(), simulate(&design, &[1, 1, 0])), ("t", vec![0, 1]));
    let spare = read(&sources, Some("spare")).unwrap();
    assert_eq!((spare.name(), spare.gate_count()), ("spare", 0));
}

#[test]
fn parameters_are_overridden() {
    let add = "module add #(parameter N = 2, M = N + 1)(input [N-1:0] a, b, output [M-1:0] s);
        assign s = a + b; endmodule";
    let text =
        |instance: &str| format!("{add} module t(input [3:0] a, b, output [4:0] s); {instance} endmodule");
    for instance in [
        "add #(4) u (a, b, s);",
        "add #(.N(4)) u (a, b, s);",
        "add #(.M(5), .N(2 * 2)) u (.a(a), .b(b), .s(s));",
        "add #(4, 5) u (a, b, s);",
        "localparam W = 3; add #(W + 1) u (a, b, s);",
    ] {
        assert_eq!(run(&text(instance), &[9, 13]), 22, "{instance}");
    }
}

#[test]
fn narrow_and_unsized_connections() {
    let inner = "module inner(input [3:0] x, output [3:0] z); assign z = x; endmodule\n";
    let text = |value: &str| {
        format!(
            "{inner} module t(input [1:0] a, input signed [1:0] b, output [3:0] y); inner u ({value}, y); endmodule"
        )
    };
    for (value, expected) in [
        ("a", 0b0010),
        ("b", 0b1110),
        ("{b, a}", 0b1010),
        ("5", 5),
        ("-1", 15),
        ("a + 1", 3),
        ("a + 3", 5),
        ("a ? a : b", 2),
        ("a < 3", 1),
        ("a | b", 2),
    ] {
        assert_eq!(run(&text(value), &[2, 2]), expected, "{value}");
    }
    assert!(message(&text("a + a")).contains("the connection of port 'x' is 2 bits wide, expected 4"));
    assert!(message(&text("~a")).contains("is 2 bits wide, expected 4"));
    assert!(message(&text("{a, a, a}")).contains("the connection of port 'x' is 6 bits wide, expected 4"));
    assert!(message(&text("16")).contains("is 5 bits wide, expected 4"));
    assert!(message(&text("{a, a, a} + 1")).contains("is 6 bits wide, expected 4"));
}

#[test]
fn library_cells() {
    let text = "module t(input a, b, c, output s, k, n);
        FAX1 u1 (.A(a), .B(b), .C(c), .YS(s), .YC(k)); NAND2X1 u2 (.A(a & c), .B(b), .Y(n)); endmodule";
    for bits in 0..8u128 {
        let [a, b, c] = [bits & 1, bits >> 1 & 1, bits >> 2];
        let sum = a + b + c;
        assert_eq!(simulate(&design(text), &[a, b, c]), [sum & 1, sum >> 1, 1 - (a & b & c)]);
    }
    // A module of the text comes before a cell of the same name.
    let own = format!("module NAND2X1(input A, B, output Y); assign Y = A; endmodule {text}");
    assert_eq!(simulate(&design(&own), &[1, 1, 1])[2], 1);
}

#[test]
fn generated_loops_and_choices() {
    let ripple = |style: &str| {
        format!(
            "module t #(parameter N = 4, FAST = 0)(input [N-1:0] a, b, output [N:0] y);
            wire [N:0] k; assign k[0] = 1'b0; assign y[N] = k[N]; {style} endmodule {ADDER}"
        )
    };
    for style in [
        "genvar i; generate for (i = 0; i < N; i = i + 1) begin : bit
            fa u (a[i], b[i], k[i], y[i], k[i+1]); end endgenerate",
        "for (genvar i = 0; i < N; i++) fa u (a[i], b[i], k[i], y[i], k[i+1]);",
        "for (genvar i = N - 1; i >= 0; i -= 1) begin wire [1:0] s; assign s = a[i] + b[i] + k[i];
            if (FAST == 0) assign {k[i+1], y[i]} = s; else begin : other nothing at (all); end end",
        "generate if (FAST) begin no_such u (a); end else if (N == 4) begin : four begin
            assign {k[4], y[3:0]} = a + b; end end else assign k = 0; endgenerate",
    ] {
        for (a, b) in [(0, 0), (15, 1), (9, 13), (15, 15)] {
            assert_eq!(run(&ripple(style), &[a, b]), a + b, "{style}");
        }
    }
}

#[test]
fn a_tree_of_modules_that_ends() {
    let text = "module tree #(parameter N = 8)(input [N-1:0] x, output y);
        generate if (N == 1) assign y = x[0]; else begin : half
            wire [1:0] z; tree #(N / 2) low (x[N/2-1:0], z[0]); tree #(N - N / 2) high (x[N-1:N/2], z[1]);
            assign y = ^z; end endgenerate endmodule
        module t(input [6:0] a, output y); tree #(.N(7)) u (a, y); endmodule";
    assert_eq!([run(text, &[0b101_0100]), run(text, &[0b111_0100])], [1, 0]);
}

#[test]
fn the_top_module() {
    let two = "module one(input a, output y); assign y = a; endmodule\n
        module two(input [1:0] a, output y); one u (a[0], y); endmodule";
    assert_eq!(design(two).name(), "two");
    // A testbench has no ports, and what it does is not looked at.
    let bench = format!(
        "{two} module bench; reg [1:0] a; wire y; two dut (a, y); initial begin a = 0; end endmodule"
    );
    assert_eq!(design(&bench).name(), "two");
    // A cell that nothing uses is not meant.
    let spare = format!("{two} module spare(input a, b, output y); assign y = a & b; endmodule");
    assert_eq!(design(&spare).name(), "two");
    let several = format!("{two} module three(input [1:0] a, output y); assign y = a[1]; endmodule");
    assert_eq!(
        message(&several),
        "t.v: several modules are used by no other: two, three; choose one with --top NAME"
    );
    let unknown = read(&[source(two)], Some("ten")).unwrap_err().to_string();
    assert_eq!(unknown, "t.v: unknown module 'ten'; available: one, two");
    assert!(message("").contains("expected a module, got none"));
    assert!(message("module t; endmodule").contains("every module is used by another or has no ports: t"));
}
