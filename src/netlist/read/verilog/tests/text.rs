//! Comments, names and directives.

use super::{message, run, source};
use crate::read::verilog::read;

fn wrapped(before: &str, value: &str) -> String {
    format!("{before}\nmodule t(input a, b, output y);\nassign y = {value};\nendmodule\n")
}

#[test]
fn comments_and_attributes_are_skipped() {
    let text =
        "// one\r\n/* two\n * // ** */ (* keep = \"*)\", src = \"t.v:1\" *) module t /**/ (input a, // b\n
        (* mark *) output y); (*x*) assign y = (* full *) ~a; endmodule // end";
    assert_eq!([run(text, &[0]), run(text, &[1])], [1, 0]);
}

#[test]
fn comments_hold_any_bytes() {
    for comment in
        [&b"// \xe9t\xe9 \xff"[..], "// Mikroelektronik, übergroß \u{1f600}".as_bytes(), b"/* \xfe */"]
    {
        let mut bytes = b"\xef\xbb\xbf".to_vec();
        bytes.extend(comment);
        bytes.extend(b"\nmodule t(input a, output y); assign y = a & q; endmodule");
        let error = read(&[crate::SourceText::new("t.v", bytes)], None).unwrap_err();
        assert!(error.to_string().starts_with("t.v:2:45: unknown net or parameter 'q'"), "{error}");
    }
}

#[test]
fn columns_count_characters() {
    assert!(message("/* äöü */ modul").starts_with("t.v:1:11: "));
}

#[test]
fn escaped_names() {
    let text = "module t(input \\a[0] , \\b+c , output \\assign ); wire \\plain ;
        assign \\plain = \\a[0] ^ \\b+c ; assign \\assign = plain; endmodule";
    assert_eq!(run(text, &[1, 0]), 1);
    assert_eq!(super::design(text).inputs()[0].name, "a[0]");
}

#[test]
fn macros_and_conditions() {
    for (before, value) in [
        ("`define AND a & b", "`AND"),
        ("`define X a \\\n & \\\r\n b // and\n`define Y `X", "`Y"),
        ("`timescale 1ns / 1ps\n`default_nettype none\n`celldefine\n`resetall", "a & b"),
        ("`define W 1\n`define V `W 'b1", "a & b & `V"),
        ("`ifdef NO\n broken ` \" ' // `else\n /* `else */ `else `define AND a & b\n`endif", "`AND"),
        ("`define YES\n`ifdef YES `define AND a & b\n`else `define AND a\n`endif", "`AND"),
        ("`ifndef A `define A\n`ifdef B nothing `elsif A `define AND a & b\n`else no `endif `endif", "`AND"),
        (
            "`define A\n`undef A\n`ifdef A `ifdef B `else `endif no `elsif C no `else `define AND a&b\n`endif",
            "`AND",
        ),
    ] {
        let text = wrapped(before, value);
        for bits in 0..4 {
            assert_eq!(run(&text, &[bits & 1, bits >> 1]), u128::from(bits == 3), "{text}");
        }
    }
}

#[test]
fn included_texts() {
    let header = crate::SourceText::new("include/widths.vh", *b"`ifndef N `define N 3\n`endif\n");
    let main = source(
        "`include \"widths.vh\"\n`include \"widths.vh\"\n
        module t(input [`N-1:0] a, output y); assign y = ^a; endmodule",
    );
    for sources in [[main.clone(), header.clone()], [header, main.clone()]] {
        assert_eq!(read(&sources, None).unwrap().inputs()[0].width, 3);
    }
    let error = read(&[main], None).unwrap_err().to_string();
    assert_eq!(
        error,
        "t.v:1:1: `include of a file that was not given, 'widths.vh', is not supported; add it with --with"
    );
}

#[test]
fn places_within_macros_are_those_of_their_use() {
    let text = wrapped("`define AND a\\\n\\\n & q", "  `AND");
    assert!(message(&text).starts_with("t.v:5:14: unknown net or parameter 'q'"), "{}", message(&text));
}

#[test]
fn wrong_text() {
    for (text, expected) in [
        (
            wrapped("`define F(x) x", "`F(a)"),
            "t.v:3:12: `F, a macro with arguments, is not supported; run Yosys",
        ),
        (
            wrapped("", "`F"),
            "t.v:3:12: unknown macro 'F'; write `define F, or add the file that does with --with",
        ),
        (wrapped("`ifdef A", "b"), "t.v:1:1: expected `endif, got the end of the text"),
        (wrapped("`endif", "b"), "t.v:1:1: expected `ifdef before it, got `endif"),
        (wrapped("`else", "b"), "t.v:1:1: expected `ifdef before it, got `else"),
        (wrapped("`define", "b"), "t.v:1:1: expected the name of a macro, got none"),
        (wrapped("`include \"t.v\"", "b"), "t.v:1:1: 't.v' includes itself"),
        (wrapped("/* open", "b"), "t.v:1:1: expected '*/', got the end of the text"),
        (wrapped("", "(* open"), "t.v:3:12: expected '*)', got the end of the text"),
        (wrapped("", "\"open"), "t.v:3:12: expected '\"' at the end of the string, got the end of the line"),
        (wrapped("", "\"text\""), "t.v:3:12: a string as a value is not supported"),
        (wrapped("", "a \u{e9} b"), "t.v:3:14: expected Verilog, got the byte 0xc3"),
        (wrapped("", "a \\ b"), "t.v:3:14: expected a name after '\\', got a space"),
        (
            wrapped("", "8'q7"),
            "t.v:3:13: expected a base and digits after the apostrophe, as in 8'hff, got 'q",
        ),
        (wrapped("", "8'b2"), "t.v:3:13: expected a binary digit, got '2'"),
        (wrapped("", "8'd1a"), "t.v:3:13: expected a decimal digit, got 'a'"),
        (wrapped("", "1'bx"), "t.v:3:13: the digit x or z in ''bx' is not supported"),
        (wrapped("", "0'b1"), "t.v:3:12: expected a width of at least one bit, got '0'"),
        (wrapped("", "4'hff"), "t.v:3:13: the value ''hff' is 8 bits wide, expected 4"),
        (wrapped("", "1.5"), "t.v:3:12: a real number is not supported"),
        ("#".into(), "t.v:1:1: expected 'module', got '#'"),
        ("package p;".into(), "t.v:1:1: 'package' outside a module is not supported; let Yosys"),
    ] {
        let message = message(&text);
        assert!(message.starts_with(expected), "{message}\n{expected}");
    }
}
