//! Texts of no meaning, which must not break a reader, and the texts of Yosys where it is installed.

use std::io::ErrorKind;
use std::process::Command;

use axmul_api::{Netlist, OperandFormat};
use proptest::prelude::*;

use super::*;
use crate::testing::{netlists, products};
use crate::{PortOptions, ProductExtension, bind, write};

/// Reads bytes as a format, whatever they are, and builds what comes of it.
fn survives(language: InputFormat, bytes: &[u8]) {
    match read(language, &[SourceText::new("t", bytes)], None) {
        Ok(design) => drop(bind(&design, &PortOptions::default())),
        Err(error) => assert!(error.to_string().starts_with('t'), "{error}"),
    }
}

/// Words of a format in any order.
fn soup(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(words), 0..60).prop_map(|words| words.concat())
}

const BLIF: &[&str] = &[
    ".model m\n",
    ".model ",
    ".inputs a b\n",
    ".outputs y\n",
    ".names a b y\n",
    ".names y\n",
    ".names",
    "11 1\n",
    "0- 0\n",
    "1\n",
    ".subckt m a=y b=a y=b\n",
    ".subckt n x=a\n",
    ".gate AND2X1 A=a B=b Y=y\n",
    ".gate ",
    "=",
    " a",
    " y",
    " \\\n",
    "#",
    "\n",
    ".end\n",
    ".conn a y\n",
    ".cname u\n",
    ".blackbox\n",
    ".latch a y\n",
    "é",
];

const AIGER: &[&str] = &[
    "aag ",
    "aig ",
    "3 2 0 1 1\n",
    "5 2 0 2 3\n",
    "2\n",
    "4\n",
    "6\n",
    "6 2 4\n",
    "8 6 3\n",
    "0\n",
    "7\n",
    "\x02\x02",
    "\u{7f}",
    "\x00",
    "i0 a\n",
    "o0 y\n",
    "c\n",
    " ",
    "\n",
    "4294967295 ",
];

const CGP: &[&str] = &[
    "{4,4,1,8,2,1,0}",
    "{2,1,0,0,2,1,0}",
    "{",
    "}",
    "4,",
    "65536,",
    "4294967296",
    "([6]2,4,2)",
    "([7]6,3,1)",
    "([2]0,1,8)",
    "([4]2,9,0)",
    "([",
    "]",
    "(6,7,1,0)",
    "(4)",
    "(",
    ",",
    ")",
    " ",
    "\n",
    "é",
];

const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"modules\": {\"m\": {",
    "\"ports\": {\"y\": {\"direction\": \"output\", \"bits\": [2, 3]}}",
    "\"cells\": {\"u\": {\"type\": ",
    "\"$add\"",
    "\"$pmux\"",
    "\"$_AND_\"",
    "\"m\"",
    ", \"connections\": {",
    "\"A\": [2]",
    "\"B\": [3, 2]",
    "\"S\": [\"x\"]",
    "\"Y\": [4]",
    "}}",
    "}}}}",
    "\"netnames\": {\"y\": {\"bits\": [2]}}",
    "-1",
    "1e999",
    "\"0\"",
];

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for language in [InputFormat::Blif, InputFormat::Aiger, InputFormat::Cgp, InputFormat::YosysJson] {
            survives(language, &bytes);
        }
    }

    #[test]
    fn any_words_are_survived(blif in soup(BLIF), aiger in soup(AIGER), cgp in soup(CGP), json in soup(JSON)) {
        survives(InputFormat::Blif, blif.as_bytes());
        survives(InputFormat::Aiger, aiger.as_bytes());
        survives(InputFormat::Cgp, cgp.as_bytes());
        survives(InputFormat::YosysJson, json.as_bytes());
    }

    /// Texts that were right but for a piece left out, doubled or moved.
    #[test]
    fn damaged_texts_are_survived(netlist in netlists(), from: usize, length in 0usize..60, to: usize, copy: bool) {
        for format in write::OutputFormat::ALL {
            let language = InputFormat::of_path(Path::new(&format!("t.{}", format.extension()))).unwrap();
            let mut bytes = write::write(format, &netlist, "damaged");
            let from = from % bytes.len();
            let piece = bytes[from..bytes.len().min(from + length)].to_vec();
            if !copy {
                bytes.drain(from..from + piece.len());
            }
            let to = to % (bytes.len() + 1);
            bytes.splice(to..to, piece);
            survives(language, &bytes);
        }
    }
}

/// A multiplier out of everything: hierarchy, signs, shifts, comparisons, choices.
const VERILOG: &str = "
module partial(input signed [4:0] x, input bit_b, output signed [9:0] y);
  assign y = bit_b ? x : 0;
endmodule
module odd_mul(input signed [4:0] a, input [3:0] b, output signed [8:0] product);
  wire signed [9:0] p0, p1, p2;
  partial u0(.x(a), .bit_b(b[0]), .y(p0));
  partial u1(.x(a), .bit_b(b[1]), .y(p1));
  partial u2(a, b[2], p2);
  wire signed [9:0] high = -$signed({1'b0, b[3]}) * a;
  wire [9:0] low = p0 + (p1 <<< 1) + (p2 << 2);
  reg [9:0] sum;
  always @* case ({b == 4'd9, a < -14})
    2'b01: sum = low - (high << 3);
    2'b10: sum = (low | 10'd1) - {high, 3'b000};
    2'b11: sum = {10{^a}} ~^ (low >> b[0:0]);
    default: sum = low + ~(high * 8) + 1;
  endcase
  assign product = sum;
endmodule";

/// What [`VERILOG`] computes.
fn odd_product(a: i64, b: i64) -> i64 {
    let low = a * (b & 7);
    let high = -(b >> 3) * a;
    match (b == 9, a < -14) {
        (false, _) => low - high * 8,
        (true, false) => (low | 1) - high * 8,
        (true, true) => {
            let parity = if (a & 31).count_ones() % 2 == 1 { 1023 } else { 0 };
            !(parity ^ (low & 1023) >> (b & 1))
        }
    }
}

/// Yosys' own texts of one circuit, before and after synthesis, in every format.
#[test]
fn what_yosys_writes_is_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.v"), VERILOG).unwrap();
    let script = "read_verilog t.v; hierarchy -top odd_mul; proc; opt_clean; write_json words.json; \
        synth -top odd_mul; write_json cells.json; write_blif models.blif; flatten; opt_clean; write_json gates.json; \
        write_blif gates.blif; design -save gates; \
        abc -g AND,NAND,OR,NOR,XOR,XNOR,MUX,AOI3,OAI3,AOI4,OAI4; write_json mapped.json; \
        write_blif -icells -gates mapped.blif; design -load gates; \
        abc -lut 5; write_json tables.json; write_blif tables.blif; design -load gates; \
        aigmap; opt_clean; write_aiger -symbols symbols.aig; write_aiger -ascii -symbols symbols.aag; \
        write_aiger plain.aig";
    let output = match Command::new("yosys").args(["-q", "-p", script]).current_dir(folder.path()).output() {
        Ok(output) => output,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
            return eprintln!("SKIPPED: yosys is not installed");
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let unsigned = OperandFormat::unsigned(5, 4);
    let expected: Vec<i64> =
        unsigned.operands().map(|(a, b)| odd_product(if a < 16 { a } else { a - 32 }, b) & 511).collect();
    for file in [
        "words.json",
        "cells.json",
        "models.blif",
        "gates.json",
        "gates.blif",
        "mapped.json",
        "mapped.blif",
        "tables.json",
        "tables.blif",
        "symbols.aig",
        "symbols.aag",
        "plain.aig",
    ] {
        let bytes = std::fs::read(folder.path().join(file)).unwrap();
        let language = InputFormat::of_path(Path::new(file)).unwrap();
        let design =
            read(language, &[SourceText::new(file, bytes)], None).unwrap_or_else(|error| panic!("{error}"));
        // A graph without symbols has nine inputs and nothing more.
        let plain = |text: &str| file.starts_with("plain").then(|| text.to_owned());
        let options = PortOptions {
            a: plain("i[4:0]"),
            b: plain("i[8:5]"),
            signed: Some(false),
            extend: Some(ProductExtension::Zero),
            ..PortOptions::default()
        };
        let found: Netlist =
            bind(&design, &options).unwrap_or_else(|error| panic!("{file}: {error}")).netlist;
        assert!(products(&found) == expected, "{file}");
    }
}
