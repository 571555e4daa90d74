//! What is wrong in a circuit, and what is not taken.

use super::{error, message, source};
use crate::NetlistErrorKind;
use crate::read::verilog::read;

/// A module with inputs a and b of 4 bits and an output y of 8; the statements stand on line 2.
fn wrong(statements: &str) -> String {
    message(&format!("module t(input [3:0] a, b, output [7:0] y);\n{statements}\nendmodule"))
}

fn check(cases: &[(&str, &str)]) {
    for (statements, expected) in cases {
        let message = wrong(statements);
        assert!(message.contains(expected), "{statements}\n  {message}\n  {expected}");
    }
}

#[test]
fn syntax() {
    check(&[
        ("assign y = a", "t.v:3:1: expected ';', got 'endmodule'"),
        ("assign y = ;", "t.v:2:12: expected an expression, got ';'"),
        ("assign y = (a;", "t.v:2:14: expected ')', got ';'"),
        ("assign y = a ? b;", "t.v:2:17: expected ':', got ';'"),
        ("assign y = {a, };", "t.v:2:16: expected an expression, got '}'"),
        ("assign y = {2{a};", "t.v:2:17: expected '}', got ';'"),
        ("assign a + b = y;", "t.v:2:10: expected '=', got '+'"),
        ("assign (y) = a;", "t.v:2:12: expected an expression, got '='"),
        ("wire [3:0 x;", "t.v:2:11: expected ']', got 'x'"),
        ("wire begin;", "t.v:2:6: expected the name of a net, got the keyword 'begin'"),
        ("parameter = 3;", "t.v:2:11: expected the name of a parameter, got '='"),
        ("fa (a, b);", "t.v:2:4: expected the name of an instance of 'fa', got '('"),
        ("fa u (a, b;", "t.v:2:11: expected ')', got ';'"),
        ("fa u (.x a);", "t.v:2:10: expected ')', got 'a'"),
        ("and g;", "t.v:2:6: expected '(', got ';'"),
        ("and g (a[0]);", "t.v:2:5: expected an output and an input, got 1"),
        ("= a;", "t.v:2:1: expected a statement, got '='"),
        ("end", "t.v:2:1: expected a statement, got 'end'"),
        ("wire #* x;", "t.v:2:7: expected a delay, got '*'"),
        ("wire #(1, x;", "t.v:2:7: expected ')' for this, got the end of the text"),
        ("for (i = 0; i < 4; j = 1) ;", "t.v:2:20: expected 'i', which this loop counts, got 'j'"),
        ("for (i = 0; i < 4; i * 2) ;", "t.v:2:22: expected '=', got '*'"),
        ("for (i = 0; i < 4; +-i) ;", "expected a step such as i = i + 1"),
        ("for (i = 0; i < 4; i + 2) ;", "expected a step such as i = i + 1, got '2'"),
        ("specify", "t.v:2:1: expected"),
    ]);
    for (text, expected) in [
        ("module", "expected the name of a module, got the end of the text"),
        ("module t", "expected ';', got the end of the text"),
        ("module t(input a", "expected ')', got the end of the text"),
        ("module t(input a);", "expected a statement or 'endmodule', got the end of the text"),
        ("module t(a, b c);", "expected ')', got 'c'"),
        ("module t(input a);\nalways @(posedge a)", "expected 'endmodule' for this, got the end of the text"),
        ("endmodule", "expected 'module', got 'endmodule'"),
    ] {
        assert!(message(text).contains(expected), "{text}\n  {}", message(text));
    }
    let long = message(&format!("module t(input a); {} endmodule", "x".repeat(100)));
    assert!(long.contains(&"got 'endmodule'".to_string()), "{long}");
}

#[test]
fn unknown_names() {
    check(&[
        ("assign y = c;", "t.v:2:12: unknown net or parameter 'c'; declare it"),
        ("assign y[c] = a[0];", "unknown net or parameter 'c'"),
        ("wire [N:0] x;", "unknown net or parameter 'N'"),
        ("parameter N = 3; assign N = a;", "t.v:2:25: unknown net 'N'; declare it as a wire"),
        ("and g (y[0], a[0], b[0]); assign y[7:1] = g;", "unknown net or parameter 'g'"),
        (
            "nand2 u (y, a, b);",
            "t.v:2:1: unknown module or library cell 'nand2'; add the file that defines it with --with",
        ),
        ("FAX1 u (.A(a[0]), .D(b[0]), .YS(y[0]));", "t.v:2:20: unknown port 'D'; 'FAX1' has A, B, C, YS, YC"),
    ]);
    let inner = "module in #(parameter N = 1)(input a, output y); assign y = a; endmodule\n";
    let with = |instance: &str| {
        message(&format!("{inner} module t(input a, output y); {instance} endmodule")).replace("t.v:2:", "")
    };
    assert!(with("in u (.a(a), .z(y));").ends_with("unknown port 'z'; 'in' has a, y"));
    assert!(with("in #(.M(2)) u (a, y);").ends_with("unknown parameter 'M'; 'in' has N"));
    assert!(
        message("module t(a, y); output y; assign y = 1; endmodule")
            .contains("unknown input or output 'a'; declare it as input or output")
    );
    assert!(
        message("module t(y); output y; input a; assign y = a; endmodule")
            .contains("t.v:1:30: unknown port 'a'; add it to the list after 'module t'")
    );
    assert!(
        message("`default_nettype none\nmodule t(input a, output y); and (n, a, a); assign y = n; endmodule")
            .contains("t.v:2:35: unknown net 'n'; declare it as a wire")
    );
}

#[test]
fn instances_that_do_not_fit() {
    let inner = "module in #(parameter N = 1, localparam M = 2)(input [3:0] a, input c, output [3:0] y, z);
        assign y = a, z = {4{c}}; endmodule\n";
    let with = |instance: &str| {
        let text = format!("{inner}module t(input [3:0] a, output [3:0] y);\n{instance}\nendmodule");
        read(&[source(&text)], Some("t")).expect_err(instance).to_string()
    };
    for (instance, expected) in [
        ("in u (a, 1, y, y, y);", "t.v:4:4: expected at most 4 connections to 'in', got 5"),
        ("in #(1, 2) u (a, 1, y);", "t.v:4:12: expected at most 1 parameters for 'in', got 2"),
        ("in #(.M(2)) u (a, 1, y);", "t.v:4:7: unknown parameter 'M'; 'in' has N"),
        ("in #(.N(2), .N(3)) u (a, 1, y);", "t.v:4:14: parameter 'N' is overridden twice"),
        ("in #(.N(a)) u (a, 1, y);", "t.v:4:9: expected a constant, got an expression that depends on nets"),
        ("in u (.a(a), .a(a));", "t.v:4:15: port 'a' of 'u' is connected twice"),
        ("in u (.a(a), .y(y));", "t.v:4:4: input 'c' of 'u', a 'in', is not connected; connect it"),
        ("in u (a);", "t.v:4:4: input 'c' of 'u', a 'in', is not connected; connect it"),
        ("in u (a, a, y);", "t.v:4:10: the connection of port 'c' is 4 bits wide, expected 1"),
        ("in u (a, a[0], y[2:0]);", "t.v:4:16: the connection of output 'y' is 3 bits wide, expected 4"),
        ("in u (a, a[0], a + y);", "expected a net, a part of one, or a concatenation of these"),
        ("FAX1 u (.A(a[0]), .B(a[1]));", "t.v:4:6: input 'C' of 'u', a 'FAX1', is not connected"),
        ("INVX1 u (.A(), .Y(y[0]));", "input 'A' of 'u', a 'INVX1', is not connected"),
        ("INVX1 u (.A(a[0]), .A(a[0]));", "port 'A' of 'u' is connected twice"),
        ("INVX1 u (.A(a), .Y(y[0]));", "the connection of pin 'A' is 4 bits wide, expected 1"),
        ("INVX1 u (.A(a[0]), .Y(y));", "the connection of pin 'Y' is 4 bits wide, expected 1"),
        ("INVX1 u (a[0], y[0]);", "'u', a cell 'INVX1', is connected by position, and the order"),
        ("and (y[0], a);", "the terminal of a gate is 4 bits wide, expected 1"),
        ("and (y, a[0]);", "the terminal of a gate is 4 bits wide, expected 1"),
    ] {
        let message = with(instance);
        assert!(message.contains(expected), "{instance}\n  {message}\n  {expected}");
    }
    let open = with("in u (.a(a), .c(), .y(), .z(y));");
    assert!(open.contains("'u.c' is undriven, but outputs depend on it"), "{open}");
}

#[test]
fn declared_twice() {
    check(&[
        ("wire x; wire x;", "t.v:2:14: net 'x' is already declared at t.v:2:6; rename or remove one"),
        ("wire x; and x (y[0], a[0]);", "net 'x' is already declared"),
        ("parameter N = 1; localparam N = 2;", "parameter 'N' is already declared at t.v:2:11"),
        ("not g (y[0], a[0]), g (y[1], a[0]);", "instance 'g' is already declared"),
        ("output [7:0] y;", "port 'y' is already declared at t.v:1:41"),
        ("wire [3:0] y;", "t.v:2:12: 'y', declared before with another range, is 4 bits wide, expected 8"),
    ]);
    let module = "module t(input a, output y); assign y = a; endmodule\n";
    assert_eq!(
        message(&module.repeat(2)),
        "t.v:2:8: module 't' is already declared at t.v:1:8; rename or remove one"
    );
    assert!(
        message("module t(a, a); input a; endmodule").starts_with("t.v:1:13: port 'a' is already declared")
    );
}

#[test]
fn drivers() {
    check(&[
        ("assign y = a; assign y[3] = b[0];", "multiple drivers for 'y[3]'; the first is at t.v:2:8"),
        ("assign a = b; assign y = a;", "multiple drivers for 'a[0]'; the first is at t.v:1:22"),
        ("assign y[6:0] = a;", "t.v:1:41: 'y[7]' is undriven, but outputs depend on it"),
        ("wire [3:0] x; assign y = x;", "t.v:2:12: 'x[0]' is undriven, but outputs depend on it"),
        (
            "wire x; assign x = ~z; wire z = x; assign y = z;",
            "'z' depends on itself: z <- x <- z; break the loop",
        ),
    ]);
    let inner = "module in(input a, output y); wire n; assign y = n | a; endmodule
        module t(input a, output y); in u (a, y); endmodule";
    assert!(message(inner).contains("'u.n' is undriven"));
}

#[test]
fn selects_and_numbers() {
    check(&[
        ("assign y = a[4];", "t.v:2:14: a[4] is out of range: 'a' has [3:0]"),
        ("assign y = a[-1];", "a[-1] is out of range: 'a' has [3:0]"),
        ("assign y = a[4:1];", "a[4:1] is out of range: 'a' has [3:0]"),
        ("assign y = a[2 +: 3];", "a[2 +: 3] is out of range: 'a' has [3:0]"),
        ("assign y = a[1 -: 3];", "a[1 -: 3] is out of range: 'a' has [3:0]"),
        ("assign y[8] = 0;", "y[8] is out of range: 'y' has [7:0]"),
        ("assign y = a[0:2];", "expected [2:0], in the order of 'a[3:0]', got [0:2]"),
        ("assign y = a[1 +: 0];", "expected a part of at least one bit, got 0"),
        ("assign y = a[1 +: -1];", "expected the width of a part that is not negative, got -1"),
        ("assign y = a[1 +: b];", "expected a constant, got an expression that depends on nets"),
        ("assign y = a[b:0];", "expected a constant, got an expression that depends on nets"),
        ("wire [3:0][1:0] x;", "a vector of vectors is not supported"),
        ("wire [3:0] x [1:0][1:0];", "an array of more than one dimension is not supported"),
        ("wire x; assign y = x[0];", "expected 'x' without an index, for it is one bit, got an index"),
        ("assign y = a[3:0][1];", "a select of a select is not supported"),
        ("wire x [1:0]; assign y = x;", "expected an index, for 'x' is an array, got none"),
        ("wire x [1:0]; assign y = x[2];", "x[2] is out of range: 'x' has [1:0]"),
        ("wire x [1:0]; assign x[a] = b;", "driving the bit that a signal chooses is not supported"),
        (
            "assign y[a] = b;",
            "t.v:2:8: driving the bit that a signal chooses is not supported; write it with ?:",
        ),
        ("assign y = {a, 1};", "t.v:2:16: expected a number with its width within braces, such as 4'd3"),
        ("assign y = {b{a}};", "t.v:2:13: expected a constant"),
        ("assign y = {-1{a}};", "expected the count of a replication that is not negative, got -1"),
        ("assign y = a / b;", "division of anything but constants of up to 64 bits is not supported"),
        ("assign y = 4 / 0;", "t.v:2:16: division by zero"),
        ("assign y = a ** b;", "expected a constant"),
        ("assign y = 3 ** -1;", "expected the exponent of a power that is not negative, got -1"),
        ("wire [a:0] x;", "t.v:2:7: expected a constant, got an expression that depends on nets"),
        ("if (a) assign y = b;", "t.v:2:5: expected a constant, got an expression that depends on nets"),
    ]);
}

#[test]
fn what_keeps_a_state_is_named() {
    for (statements, what) in [
        (
            "reg q; always @(posedge a[0]) q <= b[0];",
            "t.v:2:8: always at a clock edge or latch is sequential",
        ),
        ("always @(a, negedge b) begin end", "always at a clock edge or latch"),
        ("always_ff @(posedge a) q <= b;", "always_ff at a clock edge or latch"),
        ("always_latch q <= b;", "always_latch at a clock edge or latch"),
        ("DFFPOSX1 r (.CLK(a[0]), .D(b[0]), .Q(y[0]));", "'r', a cell 'DFFPOSX1', is sequential"),
    ] {
        let text = format!("module t(input [3:0] a, b, output [7:0] y);\n{statements}\nendmodule");
        assert!(matches!(error(&text).kind, NetlistErrorKind::Sequential { .. }), "{statements}");
        assert!(message(&text).contains(what), "{}", message(&text));
    }
}

#[test]
fn what_is_not_taken_says_what_to_do() {
    const YOSYS: &str = "let Yosys translate it: --via yosys";
    for (statements, what, advice) in [
        ("always @* y = a;", "'always' with statements", YOSYS),
        ("always @(a or b) y = a;", "'always' with statements", YOSYS),
        ("always_comb y = a;", "'always_comb' with statements", YOSYS),
        ("always #5 y = a;", "always without @", "remove it"),
        ("initial y = a;", "an initial block", "name the circuit with --top"),
        ("function f; endfunction", "a function", YOSYS),
        ("assign y = f(a);", "a call of the function 'f'", YOSYS),
        ("assign y = u.x;", "a name within another module, 'u.',", "connect the net through a port"),
        ("assign y = $random;", "the system function $random", YOSYS),
        ("$display(1);", "the system task $display", "remove it"),
        ("defparam u.N = 3;", "defparam", "override parameters at the instance"),
        ("and g [3:0] (y, a, b);", "an array of instances", "generate for"),
        ("fa g [3:0] (y, a, b);", "an array of instances", "generate for"),
        ("fa g (.*);", "'.*'", "write the connections out"),
        ("bufif1 (y[0], a[0], b[0]);", "three-state gate 'bufif1'", "write the logic"),
        ("inout x;", "an inout port", "declare an input or an output"),
        ("wand x;", "the net type 'wand'", "declare a wire"),
        ("real x;", "a declaration of type 'real'", "declare a wire"),
        ("parameter real X = 1;", "a parameter of type real", YOSYS),
        ("reg x = 0;", "a value that a variable starts with", "write assign"),
        ("generate case (1) endcase endgenerate", "case in generate", "if and else"),
        ("typedef logic x;", "SystemVerilog's 'typedef'", YOSYS),
    ] {
        let text = format!("module t(input [3:0] a, b, output [7:0] y);\n{statements}\nendmodule");
        let message = message(&text);
        assert!(matches!(error(&text).kind, NetlistErrorKind::Unsupported { .. }), "{message}");
        assert!(message.starts_with("t.v:2:") && message.contains(what), "{message}\n{what}");
        assert!(message.contains("is not supported; ") && message.contains(advice), "{message}\n{advice}");
    }
    for (header, what) in [
        ("(.x(a), y); input a; output y;", "an expression as a port"),
        ("(a[0], y); input a; output y;", "a part of a net as a port"),
        ("(input x [1:0], output y);", "an array as a port"),
        ("(input x = 1, output y);", "a default for a port"),
    ] {
        let message = message(&format!("module t{header} assign y = 1; endmodule"));
        // Its ports are not known, so that it is no candidate unless it is named.
        assert!(message.contains("choose one with --top NAME") || message.contains(what), "{message}");
        let text = source(&format!("module t{header} assign y = 1; endmodule"));
        assert!(read(&[text], Some("t")).unwrap_err().to_string().contains(what));
    }
    let primitive = "primitive p(output y, input a); table 0 : 1; 1 : 0; endtable endprimitive
        module t(input a, output y); p u (y, a); endmodule";
    assert!(message(primitive).contains("t.v:1:1: the user-defined primitive 'p' is not supported"));
}

#[test]
fn what_no_circuit_uses_is_not_complained_of() {
    let text = "module other(input c, output reg q); always @(posedge c) q <= ~q; endmodule
        primitive p(output y, input a); table 0 : 1; 1 : 0; endtable endprimitive
        module t(input a, output y); specify (a => y) = 1; endspecify specparam d = 3; assign y = a; endmodule";
    assert_eq!(read(&[source(text)], Some("t")).unwrap().name(), "t");
    assert!(message(text).contains("other, t; choose one with --top"));
}
