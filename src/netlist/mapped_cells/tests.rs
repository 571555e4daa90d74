//! What stands in a text stands in the circuit: each format alike, and nothing where anything else is in the way.

use axmul_api::{Bits, Signal};

use super::*;
use crate::read::{InputFormat, read};
use crate::{BoundDesign, PortOptions, ProductExtension, SourceText, bind};

fn bound(language: InputFormat, text: &str, options: &PortOptions) -> BoundDesign {
    let design =
        read(language, &[SourceText::new("t", text.as_bytes())], None).unwrap_or_else(|e| panic!("{e}"));
    bind(&design, options).unwrap()
}

/// One cell a line, `NAND2X1 A=a0 B=0.Y`, then the product bits, the least significant first.
fn describe(mapped_cells: &MappedCells) -> Vec<String> {
    let width = usize::from(mapped_cells.format.width_a());
    let name = |signal: &Signal| match *signal {
        Signal::Constant(value) => u8::from(value).to_string(),
        Signal::Input(bit) if bit < width => format!("a{bit}"),
        Signal::Input(bit) => format!("b{}", bit - width),
        Signal::Cell(cell, output) => {
            format!("{cell}.{}", mapped_cells.cells[cell].cell.outputs()[usize::from(output)])
        }
    };
    let cell = |cell: &MappedCell| {
        let pins = cell.cell.inputs().iter().zip(&cell.inputs);
        let pins: String = pins.map(|(pin, signal)| format!(" {pin}={}", name(signal))).collect();
        format!("{}{pins}", cell.kind)
    };
    let product: Vec<String> = mapped_cells.product.iter().map(name).collect();
    mapped_cells.cells.iter().map(cell).chain([product.join(" ")]).collect()
}

/// A module of two operands `a` and `b` of two bits each and a product `p` of four.
fn verilog(body: &str) -> String {
    format!("module t(input [1:0] a, input [1:0] b, output [3:0] p);\n{body}\nendmodule\n")
}

fn mapped_cells(body: &str) -> Option<Vec<String>> {
    let bound = bound(InputFormat::Verilog, &verilog(body), &PortOptions::default());
    bound.mapped_cells.as_ref().map(describe)
}

/// Three inverters with two buffers between them, a full adder one of whose outputs is open, a constant, a wire.
const CHAIN: &[&str] = &[
    "INVX1 A=a0",
    "BUFX2 A=0.Y",
    "BUFX4 A=1.Y",
    "INVX8 A=2.Y",
    "AND2X2 A=a1 B=b0",
    "FAX1 A=4.Y B=1.Y C=0",
    "3.Y 5.YC 1 b1",
];

#[test]
fn verilog_keeps_its_cells() {
    let body = "
        wire n1, n2, n3, n4;
        INVX8 u4(.A(n3), .Y(p[0]));
        INVX1 u1(.A(a[0]), .Y(n1));
        BUFX2 u2(.Y(n2), .A(n1));
        BUFX4 u3(.A(n2), .Y(n3));
        AND2X2 u5(.A(a[1]), .B(b[0]), .Y(n4));
        FAX1 u6(.A(n4), .B(n2), .C(1'b0), .YS(), .YC(p[1]));
        OR2X1 unused(.A(a[1]), .B(b[0]), .Y());
        assign p[3:2] = {b[1], 1'b1};";
    assert_eq!(mapped_cells(body).unwrap(), CHAIN);
}

#[test]
fn blif_keeps_its_cells() {
    let text = "\
.model t
.inputs a[0] a[1] b[0] b[1]
.outputs p[0] p[1] p[2] p[3]
.gate INVX8 A=n3 Y=p[0]
.gate INVX1 A=a[0] Y=n1
.subckt BUFX2 Y=n2 A=n1
.gate BUFX4 A=n2 Y=n3
.gate AND2X2 A=a[1] B=b[0] Y=n4
.names zero
.subckt FAX1 A=n4 B=n2 C=zero YC=p[1] YS=
.gate OR2X1 A=a[1] B=b[0] Y=unused
.names p[2]
1
.names b[1] p[3]
1 1
.end
";
    let mapped_cells = bound(InputFormat::Blif, text, &PortOptions::default()).mapped_cells.unwrap();
    assert_eq!(describe(&mapped_cells), CHAIN);
}

#[test]
fn yosys_json_keeps_its_cells() {
    let cell = |name: &str, kind: &str, pins: &[(&str, &str)]| {
        let pins: Vec<String> = pins.iter().map(|(pin, net)| format!("\"{pin}\": [{net}]")).collect();
        format!("\"{name}\": {{\"type\": \"{kind}\", \"connections\": {{{}}}}}", pins.join(", "))
    };
    let cells = [
        cell("u4", "INVX8", &[("A", "13"), ("Y", "20")]),
        cell("u1", "INVX1", &[("A", "2"), ("Y", "11")]),
        cell("u2", "BUFX2", &[("A", "11"), ("Y", "12")]),
        cell("u3", "BUFX4", &[("A", "12"), ("Y", "13")]),
        cell("u5", "AND2X2", &[("A", "3"), ("B", "4"), ("Y", "14")]),
        cell("u6", "FAX1", &[("A", "14"), ("B", "12"), ("C", "\"0\""), ("YC", "21")]),
        cell("u7", "OR2X1", &[("A", "3"), ("B", "4"), ("Y", "15")]),
    ];
    let text = format!(
        r#"{{"modules": {{"t": {{"ports": {{
            "a": {{"direction": "input", "bits": [2, 3]}},
            "b": {{"direction": "input", "bits": [4, 5]}},
            "p": {{"direction": "output", "bits": [20, 21, "1", 5]}}
        }}, "cells": {{{}}}}}}}}}"#,
        cells.join(", ")
    );
    let mapped_cells = bound(InputFormat::YosysJson, &text, &PortOptions::default()).mapped_cells.unwrap();
    assert_eq!(describe(&mapped_cells), CHAIN);
}

/// Two by two bits, exact, with the half adders in a module of their own and an instance for each bit of a vector.
#[test]
fn cells_within_modules_and_generated_ones_are_kept() {
    let text = "
module add(input x, y, output s, c);
  HAX1 h(.A(x), .B(y), .YS(s), .YC(c));
endmodule
module t(input [1:0] a, input [1:0] b, output [3:0] p);
  wire [3:0] q;
  wire k;
  genvar i;
  generate for (i = 0; i < 4; i = i + 1) begin : rows
    AND2X1 g(.A(a[i / 2]), .B(b[i % 2]), .Y(q[i]));
  end endgenerate
  assign p[0] = q[0];
  add first(q[1], q[2], p[1], k);
  add second(.x(q[3]), .y(k), .s(p[2]), .c(p[3]));
endmodule
";
    let bound = bound(InputFormat::Verilog, text, &PortOptions::default());
    let mapped_cells = bound.mapped_cells.unwrap();
    assert_eq!(
        describe(&mapped_cells),
        [
            "AND2X1 A=a0 B=b0",
            "AND2X1 A=a0 B=b1",
            "AND2X1 A=a1 B=b0",
            "HAX1 A=1.Y B=2.Y",
            "AND2X1 A=a1 B=b1",
            "HAX1 A=4.Y B=3.YC",
            "0.Y 3.YS 5.YS 5.YC"
        ]
    );
    let product = bound.netlist.replay(&mut Bits, &[true, true], &[true, true]);
    assert_eq!(product, [true, false, false, true]);
}

/// Anything but a cell in the way of the product, and the same where the product does not depend on it.
#[test]
fn what_is_no_library_cell_leaves_nothing() {
    for piece in [
        "assign p[1] = a[0] & b[0];",
        "and g(p[1], a[0], b[0]);",
        "INVX1 u(.A(~a[1]), .Y(p[1]));",
        "wire n; assign n = a[1] ^ b[1]; INVX1 u(.A(n), .Y(p[1]));",
        "assign p[1] = a[0] ? b[0] : b[1];",
    ] {
        let cell = "INVX1 first(.A(a[0]), .Y(p[0])); assign p[3:2] = 0;";
        assert_eq!(mapped_cells(&format!("{cell} {piece}")), None, "{piece}");
        let aside = format!("{cell} wire w; {} assign p[1] = b[1];", piece.replace("p[1]", "w"));
        assert_eq!(mapped_cells(&aside).unwrap(), ["INVX1 A=a0", "0.Y b1 0 0"], "{piece}");
    }
    // Without cells, a text was not mapped at all.
    assert_eq!(mapped_cells("assign p = {b, a};"), None);
    let gates = ".model t\n.inputs a0 a1 b0 b1\n.outputs p0 p1 p2 p3\n.names p1\n.names p2\n.names p3\n\
        .gate INVX1 A=a0 Y=n\n.names n b1 p0\n11 1\n.end\n";
    assert!(bound(InputFormat::Blif, gates, &PortOptions::default()).mapped_cells.is_none());
    assert!(
        bound(InputFormat::Blif, &gates.replace("n b1 p0\n11 1", "n p0\n1 1"), &PortOptions::default())
            .mapped_cells
            .is_some()
    );
}

/// A module in the text is what the text says, whatever it is called.
#[test]
fn modules_of_a_cells_name_are_no_cells() {
    let text = format!(
        "module INVX1(input A, output Y); assign Y = ~A; endmodule\n{}",
        verilog("INVX1 u(.A(a[0]), .Y(p[0])); BUFX2 v(.A(a[1]), .Y(p[1])); assign p[3:2] = b;")
    );
    assert!(bound(InputFormat::Verilog, &text, &PortOptions::default()).mapped_cells.is_none());
}

/// Operators and gates that come to wires are wires.
#[test]
fn wires_in_disguise_are_wires() {
    let body = "
        wire n;
        buf g(n, a[0]);
        INVX1 u(.A(n & 1'b1), .Y(p[0]));
        assign p[3:1] = {b[1] | 1'b0, ~1'b0, a[1]};";
    assert_eq!(mapped_cells(body).unwrap(), ["INVX1 A=a0", "0.Y a1 1 b1"]);
}

/// A constant at a pin hides loops and open nets from the logic, which is sound, but not from the cells.
#[test]
fn loops_and_open_nets_behind_constants_leave_nothing() {
    let rest = "BUFX2 v(.A(a[0]), .Y(p[1])); assign p[3:2] = b;";
    for piece in [
        "wire y; AND2X1 u(.A(1'b0), .B(y), .Y(y)); assign p[0] = y;",
        "wire x, y; AND2X1 u(.A(1'b0), .B(y), .Y(x)); INVX1 w(.A(x), .Y(y)); assign p[0] = y;",
        "wire open; OR2X1 u(.A(1'b1), .B(open), .Y(p[0]));",
    ] {
        let bound =
            bound(InputFormat::Verilog, &verilog(&format!("{piece} {rest}")), &PortOptions::default());
        assert!(bound.mapped_cells.is_none(), "{piece}");
    }
    // The same cells off the product's way.
    let aside = "wire y; AND2X1 u(.A(1'b0), .B(y), .Y(y)); assign p[0] = a[1];";
    assert_eq!(mapped_cells(&format!("{aside} {rest}")).unwrap(), ["BUFX2 A=a0", "a1 0.Y b0 b1"]);
}

/// A cell's constant input stays: the cell stands there, and something ties the pin.
#[test]
fn constants_at_pins_do_not_fold_cells() {
    let body = "
        wire one, zero;
        sky130_fd_sc_hd__conb_1 tie(.HI(one), .LO(zero));
        NAND2X1 u(.A(a[0]), .B(1'b0), .Y(p[0]));
        sky130_fd_sc_hd__and2_4 v(.A(one), .B(b[0]), .X(p[1]));
        assign p[3:2] = {zero, 1'b0};";
    assert_eq!(
        mapped_cells(body).unwrap(),
        [
            "NAND2X1 A=a0 B=0",
            "sky130_fd_sc_hd__conb_1",
            "sky130_fd_sc_hd__and2_4 A=1.HI B=b0",
            "0.Y 2.X 0 1.LO"
        ]
    );
}

/// What options do to the ports they do to the cells.
#[test]
fn ports_are_bound_alike() {
    let text = "
module t(input [1:0] x, input [1:0] y, output [2:0] z, output spare);
  NOR2X1 u(.A(x[1]), .B(y[0]), .Y(z[2]));
  INVX1 v(.A(y[1]), .Y(z[1]));
  INVX2 w(.A(x[0]), .Y(z[0]));
  assign spare = x[0] & y[0];
endmodule
";
    let options = PortOptions {
        a: Some("y".into()),
        b: Some("x[0],x[1]".into()),
        out: Some("z".into()),
        signed: Some(true),
        ..PortOptions::default()
    };
    let signed = describe(&bound(InputFormat::Verilog, text, &options).mapped_cells.unwrap());
    assert_eq!(signed, ["INVX2 A=b1", "INVX1 A=a1", "NOR2X1 A=b0 B=a0", "0.Y 1.Y 2.Y 2.Y"]);
    let zero =
        PortOptions { extend: Some(ProductExtension::Zero), out: Some("z[2:1]".into()), ..options.clone() };
    let zero = describe(&bound(InputFormat::Verilog, text, &zero).mapped_cells.unwrap());
    assert_eq!(zero, ["INVX1 A=a1", "NOR2X1 A=b0 B=a0", "0.Y 1.Y 0 0"]);
    let spare = PortOptions { out: Some("spare,z[0]".into()), ..options };
    assert!(bound(InputFormat::Verilog, text, &spare).mapped_cells.is_none());
}

/// A product wider than both operands together is cut, and the cells of the bits cut off with it.
#[test]
fn cells_of_bits_that_are_cut_off_go() {
    let text = "
module t(input [1:0] a, input [1:0] b, output [4:0] p);
  INVX1 u(.A(a[0]), .Y(p[4]));
  INVX2 v(.A(a[1]), .Y(p[3]));
  assign p[2:0] = {b, a[0]};
endmodule
";
    let mapped_cells = bound(InputFormat::Verilog, text, &PortOptions::default()).mapped_cells.unwrap();
    assert_eq!(describe(&mapped_cells), ["INVX2 A=a1", "a0 b0 b1 0.Y"]);
}

/// A chain too long for recursion, and a name too long to keep.
#[test]
fn great_texts_are_survived() {
    const LENGTH: usize = 100_000;
    let mut text =
        String::from(".model t\n.inputs a0 a1 b0 b1\n.outputs p0 p1 p2 p3\n.gate BUFX2 A=a0 Y=n0\n");
    for cell in 1..LENGTH {
        text += &format!(".gate BUFX2 A=n{} Y=n{cell}\n", cell - 1);
    }
    text += &format!(
        ".gate INVX{} A=n{} Y=p0\n.gate BUFX2 A=p0 Y=p1\n.names p2\n.names p3\n",
        "1".repeat(1000),
        LENGTH - 1
    );
    let mapped_cells = bound(InputFormat::Blif, &text, &PortOptions::default()).mapped_cells.unwrap();
    assert_eq!(mapped_cells.cells.len(), LENGTH + 2);
    assert!(mapped_cells.cells[LENGTH].kind.len() < 110);
}
