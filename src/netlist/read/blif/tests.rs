//! Texts, the circuits they describe, and the messages about those that describe none.

use axmul_api::{Bits, CellKind, Lanes, Recorder};

use super::*;
use crate::{PortOptions, bind};

fn design(text: &str) -> Result<Design, NetlistError> {
    read(&[SourceText::new("t.blif", text.as_bytes())], None)
}

fn message(text: &str) -> String {
    design(text).expect_err(text).to_string()
}

/// The outputs for all inputs: bit `i` of a word belongs to input values `i`, the first input as the lowest bit.
fn tables(design: &Design) -> Vec<u64> {
    let inputs = design.inputs().len();
    let lanes = [0xaaaa, 0xcccc, 0xf0f0, 0xff00];
    let mask = (1 << (1 << inputs)) - 1;
    design.build(&mut Lanes, &lanes[..inputs]).into_iter().map(|word| word & mask).collect()
}

#[test]
fn on_sets_and_off_sets() {
    let text = "
        .model covers
        .inputs a b c
        .outputs and nand open mux zero one not
        .names a b and # all of the on-set
        11 1
        .names a b nand
        11 0
        .names a b c open
        1-0 1
        01- 1
        .names a b c mux
        11- 1
        0-1 1
        .names zero
        .names one
        1
        .names c not
        1 0
        .end";
    let design = design(text).unwrap();
    assert_eq!(design.name(), "covers");
    assert_eq!(tables(&design), [0x88, 0x77, 0x4e, 0xd8, 0, 0xff, 0x0f]);
}

#[test]
fn wide_covers_are_sums_of_products() {
    let text = "
        .model wide
        .inputs a b c d e f g
        .outputs y n
        .names a b c d e f g y
        11----- 1
        ---0000 1
        .names a b c d e f g n
        11----- 0
        ---0000 0
        .end";
    let design = design(text).unwrap();
    for line in 0..128u32 {
        let bits: Vec<bool> = (0..7).map(|i| line >> i & 1 == 1).collect();
        let expected = line & 3 == 3 || line >> 3 == 0;
        assert_eq!(design.build(&mut Bits, &bits), [expected, !expected], "{line}");
    }
}

#[test]
fn models_are_taken_apart_in_any_order() {
    let text = "
        .model top
        .inputs a b c
        .outputs s k
        .subckt half x=a y=b sum=t carry=k1
        .cname first
        .subckt half sum=s carry=k2 x=t y=c
        .names k1 k2 k
        00 0
        .end
        .model half
        .inputs x y
        .outputs sum carry
        .gate AND2X1 A=x B=y Y=carry
        .subckt $_XOR_ A=x B=y Y=sum
        .end";
    assert_eq!(tables(&design(text).unwrap()), [0x96, 0xe8]);
    // The first model is the circuit unless another is asked for; a second text holds more models.
    let (top, half) = text.split_at(text.find(".model half").unwrap());
    let sources =
        [SourceText::new("top.blif", top.as_bytes()), SourceText::new("half.blif", half.as_bytes())];
    assert_eq!(tables(&read(&sources, None).unwrap()), [0x96, 0xe8]);
    assert_eq!(tables(&read(&sources, Some("half")).unwrap()), [0b0110, 0b1000]);
    assert_eq!(
        read(&sources, Some("third")).unwrap_err().to_string(),
        "top.blif: unknown module 'third'; available: top, half"
    );
    assert_eq!(
        message(top),
        "t.blif:5:17: unknown module or library cell 'half'; add the file that defines it with --with"
    );
}

#[test]
fn what_says_nothing_about_the_logic_is_skipped() {
    let text = "
        .model top
        .inputs a \\
           b
        .inputs c
        .outputs y
        .area 12.5
        .delay a INV 1 1 1 1 1 1
        .default_input_arrival 0 0
        .clock clk
        .names $true
        1
        .names a t
        1 1
        .attr src \"mul.v:1\"
        .param WIDTH 1000
        .conn t u
        .short u v
        .gate NAND3X1 A=v B=b C=$true Y=y
        .end
        .model NAND3X1
        .inputs A B C
        .outputs Y
        .blackbox
        .end";
    assert_eq!(tables(&design(text).unwrap()), [0x77]);
}

#[test]
fn full_adders_are_seen() {
    let text = "
        .model adder
        .inputs a b c
        .outputs s k
        .names a b c k
        11- 1
        1-1 1
        -11 1
        .names b c a s
        100 1
        010 1
        001 1
        111 1
        .end";
    let design = design(text).unwrap();
    assert_eq!((tables(&design), design.gate_count()), (vec![0x96, 0xe8], 1));
    // Alone, either is made of gates.
    let alone = text.replace(".names b c a s", ".names b c a unread").replace("s k", "k");
    assert_eq!(tables(&self::design(&alone).unwrap()), [0xe8]);
}

#[test]
fn ports_that_are_numbered_make_operands() {
    let text = "
        .model mul2
        .inputs a[0] a[1] b[0] b[1]
        .outputs p[0] p[1] p[2] p[3]
        .names a[0] b[0] p[0]
        11 1
        .names a[0] b[1] x
        11 1
        .names a[1] b[0] y
        11 1
        .names a[1] b[1] z
        11 1
        .names x y p[1]
        10 1
        01 1
        .names x y k
        11 1
        .names k z p[2]
        01 1
        10 1
        .names k z p[3]
        11 1
        .end";
    let bound = bind(&design(text).unwrap(), &PortOptions::default()).unwrap();
    for (a, b) in (0..4u32).flat_map(|a| (0..4).map(move |b| (a, b))) {
        let bits = |value: u32| [value & 1 == 1, value & 2 == 2];
        let product = bound.netlist.replay(&mut Bits, &bits(a), &bits(b));
        let value: u32 = product.iter().enumerate().map(|(i, &bit)| u32::from(bit) << i).sum();
        assert_eq!(value, a * b);
    }
    assert_eq!(bound.netlist.cell_counts().get(CellKind::Xor), 2);
}

#[test]
fn an_input_may_be_an_output() {
    let text = ".model m\n.inputs a b\n.outputs b y\n.subckt wire i=a o=y\n.end\n.model wire\n.inputs i\n.outputs i o\n.names i o\n1 1\n.end";
    assert_eq!(tables(&design(text).unwrap()), [0b1100, 0b1010]);
}

#[test]
fn text_that_is_no_blif_is_explained() {
    for (text, expected) in [
        ("", "t.blif: expected a .model with its logic, got none"),
        (".model", "t.blif:1:1: expected a name after .model, got none"),
        (
            "module m;",
            "t.blif:1:1: expected a line that begins with a dot, or a row below .names, got 'module'",
        ),
        (".model m\n.names", "t.blif:2:1: expected an output after .names, got none"),
        (".model m\n.subckt", "t.blif:2:1: expected a model or cell after .subckt, got none"),
        (".model m\n.gate INVX1 A B", "t.blif:2:13: expected pin=net, got 'A'"),
        (".model m\n.conn a b c", "t.blif:2:1: expected two nets after .conn, got 3"),
        (
            ".names a b y\n11",
            "t.blif:2:1: expected inputs and output, `01- 1`, got 1 word(s), the first '11'",
        ),
        (".names y\n1 1", "t.blif:2:1: expected the output's value, `1`, got 2 word(s), the first '1'"),
        (".names a b y\n1 1", "t.blif:2:1: the row is 1 bits wide, expected 2"),
        (".names a b y\n 1x 1", "t.blif:2:3: expected 0, 1 or -, got 'x'"),
        (".names a b y\n11 -", "t.blif:2:4: expected 0 or 1 as the output, got '-'"),
        (
            ".names a y\n1 1\n0 0",
            "t.blif:3:3: rows with output 0 and rows with output 1 in one cover; list the one or the other",
        ),
        (
            ".latch a b",
            "t.blif:1:1: a .latch is sequential; only combinational circuits are supported, so remove its registers",
        ),
        (
            ".gate DFFPOSX1 D=a CLK=b Q=c",
            "t.blif:1:7: a DFFPOSX1 is sequential; only combinational circuits are supported, so remove its registers",
        ),
        (
            ".exdc",
            "t.blif:1:1: .exdc is not supported; remove the external don't-cares, which leave products open",
        ),
        (".search x.blif", "t.blif:1:1: .search is not supported; add that file with --with"),
        (
            ".unknown",
            "t.blif:1:1: .unknown is not supported; write the circuit again with write_blif of ABC or Yosys",
        ),
        (
            ".inputs a\n.inputs a",
            "t.blif:2:9: input 'a' is already declared at t.blif:1:9; rename or remove one",
        ),
        (".outputs y y", "t.blif:1:12: output 'y' is already declared at t.blif:1:10; rename or remove one"),
        (
            ".model m\n.end\n.model m\n.end",
            "t.blif:3:8: module 'm' is already declared at t.blif:1:8; rename or remove one",
        ),
    ] {
        assert_eq!(message(text), expected, "{text}");
    }
}

#[test]
fn circuits_that_are_none_are_explained() {
    for (text, expected) in [
        (
            ".outputs y\n.names a y\n1 1",
            "t.blif:2:8: 'a' is undriven, but outputs depend on it; connect it or tie it to a constant",
        ),
        (
            ".inputs a\n.outputs y\n.names a y\n1 1\n.names a y\n0 1",
            "t.blif:5:1: multiple drivers for 'y'; the first is at t.blif:3:1; keep one",
        ),
        (
            ".inputs a\n.outputs y\n.names a z y\n11 1\n.names y z\n0 1",
            "t.blif:3:1: 'y' depends on itself: y <- z <- y; break the loop",
        ),
        (".inputs a\n.outputs y\n.gate INVX1 A=a Y=y B=a", "t.blif:3:7: unknown pin 'B'; 'INVX1' has A, Y"),
        (
            ".inputs a\n.outputs y\n.gate NAND2X1 A=a Y=y",
            "t.blif:3:7: input pin 'B' of 'NAND2X1' is open; connect it or tie it to a constant",
        ),
        (
            ".inputs a\n.outputs y\n.gate NAND2X1 A=a B=a A=a Y=y\n.cname u1",
            "t.blif:3:7: pin 'A' of 'u1' (NAND2X1) is connected twice; remove one",
        ),
        (
            ".model m\n.inputs a\n.outputs y\n.subckt n i=a o=y\n.end\n.model n\n.inputs i\n.outputs o\n.subckt m a=i y=o",
            "t.blif:1:8: module 'm' contains itself: m > n > m",
        ),
    ] {
        assert_eq!(message(text), expected, "{text}");
    }
}

/// Every model holds two of the next.
fn doubling(levels: usize, leaf: &str) -> String {
    let mut text = String::new();
    for level in 0..levels {
        let next = level + 1;
        text += &format!(".model m{level}\n.subckt m{next}\n.subckt m{next}\n.end\n");
    }
    text + &format!(".model m{levels}\n{leaf}\n.end\n")
}

#[test]
fn small_texts_of_large_circuits_are_refused() {
    let cells = "t.blif:59:9: the circuit has more than 4194304 cells and pins; axmul reads at most 4194304";
    let found = message(&doubling(60, ""));
    assert!(found.ends_with(cells.split_once(": ").unwrap().1), "{found}");
    let nets = message(&doubling(60, ".names a b c d e f g x y\n11111111 1"));
    assert!(nets.contains("more than 4194304 nets"), "{nets}");
    let deep: String = (0..300).map(|i| format!(".model m{i}\n.subckt m{}\n.end\n", i + 1)).collect();
    assert_eq!(
        message(&deep),
        "t.blif:601:8: modules lie within each other more than 200 deep; axmul reads at most 200 levels"
    );
}

#[test]
fn any_bytes_are_read_or_refused() {
    let source = SourceText::new("t.blif", *b".model \xff\n.inputs \xfe\n.outputs \xfe\n.end");
    assert_eq!(read(&[source], None).unwrap().outputs().len(), 1);
    assert_eq!(read(&[], None).unwrap_err().to_string(), ": expected a .model with its logic, got none");
}

#[test]
fn a_recorded_circuit_has_the_gates_of_the_text() {
    let text = ".inputs a b\n.outputs y z\n.names a b y\n00 1\n11 1\n.names a b z\n11 0";
    let mut recorder = Recorder::new(axmul_api::OperandFormat::unsigned(2, 2));
    let inputs: Vec<_> = recorder.inputs().take(2).collect();
    let outputs = design(text).unwrap().build(&mut recorder, &inputs);
    let counts = recorder.finish(outputs).cell_counts();
    assert_eq!(counts.iter().collect::<Vec<_>>(), [(CellKind::Nand, 1), (CellKind::Xnor, 1)]);
}
