//! Graphs as text and as bytes, the gates they become, and the messages about what is none.

use axmul_api::{CellKind, Lanes, OperandFormat, Recorder};
use proptest::prelude::*;

use super::*;

fn design(text: impl AsRef<[u8]>) -> Result<Design, NetlistError> {
    read(&[SourceText::new("t.aag", text.as_ref())], None)
}

fn message(text: impl AsRef<[u8]>) -> String {
    design(text).unwrap_err().to_string()
}

const LANES: [u64; 4] = [0xaaaa, 0xcccc, 0xf0f0, 0xff00];

/// The outputs for all inputs: bit `i` of a word belongs to input values `i`, the first input as the lowest bit.
fn tables(design: &Design) -> Vec<u64> {
    design.build(&mut Lanes, &LANES[..design.inputs().len()]).into_iter().map(|word| word & 0xffff).collect()
}

fn cells(design: &Design) -> Vec<(CellKind, usize)> {
    let mut recorder = Recorder::new(OperandFormat::unsigned(2, 2));
    let inputs: Vec<_> = recorder.inputs().take(design.inputs().len()).collect();
    let outputs = design.build(&mut recorder, &inputs);
    recorder.finish(outputs).cell_counts().iter().collect()
}

fn names(design: &Design) -> Vec<&str> {
    design.inputs().iter().chain(design.outputs()).map(|port| &*port.name).collect()
}

/// A half adder; its text and its bytes.
const TEXT: &str = "aag 5 2 0 2 3\n2\n4\n10\n6\n6 2 4\n8 3 5\n10 9 7\n";
const BYTES: &[u8] = b"aig 5 2 0 2 3\n10\n6\n\x02\x02\x03\x02\x01\x02";

#[test]
fn text_and_bytes_are_one_graph() {
    let sum = LANES[0] ^ LANES[1];
    for text in [TEXT.as_bytes(), BYTES] {
        let plain = design(text).unwrap();
        assert_eq!(tables(&plain), [sum, LANES[0] & LANES[1]]);
        assert_eq!(names(&plain), ["i0", "i1", "o0", "o1"]);
        let named = [text, b"i0 a[0]\ni1 b[0]\no1 the carry\nc\nwritten\0by hand"].concat();
        let named = design(named).unwrap();
        assert_eq!(names(&named), ["a[0]", "b[0]", "o0", "the carry"]);
        assert_eq!(tables(&named), tables(&plain));
    }
}

#[test]
fn newer_headers_without_properties_are_read() {
    let text = TEXT.replace("5 2 0 2 3", "5 2 0 2 3 0 0 0 0");
    assert_eq!(tables(&design(text).unwrap()), tables(&design(TEXT).unwrap()));
}

#[test]
fn gates_are_seen_in_their_parts() {
    let graph = |outputs: &str, ands: &str| {
        let count = |text: &str| text.lines().count();
        format!("aag 20 3 0 {} {}\n2\n4\n6\n{outputs}\n{ands}\n", count(outputs), count(ands))
    };
    let [a, b, c, _] = LANES;
    for (outputs, ands, expected, kinds) in [
        ("8", "8 2 4", a & b, vec![CellKind::And]),
        ("9", "8 2 4", a & b ^ 0xffff, vec![CellKind::Nand]),
        ("8", "8 3 5", !(a | b) & 0xffff, vec![CellKind::Nor]),
        ("9", "8 5 3", a | b, vec![CellKind::Or]),
        ("8", "8 11 13\n10 2 4\n12 3 5", a ^ b, vec![CellKind::Xor]),
        ("9", "8 11 13\n10 2 4\n12 3 5", a ^ b ^ 0xffff, vec![CellKind::Xnor]),
        ("8", "8 11 13\n10 2 5\n12 3 4", a ^ b ^ 0xffff, vec![CellKind::Xnor]),
        ("8", "8 11 13\n10 5 2\n12 4 3", a ^ b ^ 0xffff, vec![CellKind::Xnor]),
        ("9", "8 11 13\n10 3 4\n12 2 6", a & c | !a & b, vec![CellKind::Mux]),
        ("9", "8 11 13\n10 2 4\n12 6 3", a & b | !a & c, vec![CellKind::Mux]),
        ("8", "8 11 13\n10 2 4\n12 6 3", !(a & b | !a & c) & 0xffff, vec![CellKind::Not, CellKind::Mux]),
        // A part that is read elsewhere stays.
        (
            "8\n10",
            "8 11 13\n10 2 4\n12 3 5",
            a ^ b,
            vec![CellKind::Not, CellKind::And, CellKind::And, CellKind::Or],
        ),
    ] {
        let design = design(graph(outputs, ands)).unwrap();
        assert_eq!(tables(&design)[0], expected, "{outputs}; {ands}");
        let found: Vec<_> = cells(&design).into_iter().flat_map(|(kind, n)| vec![kind; n]).collect();
        assert_eq!(found, kinds, "{outputs}; {ands}");
    }
}

#[test]
fn constants_and_inputs_may_be_outputs() {
    assert_eq!(
        tables(&design("aag 1 1 0 4 0\n2\n0\n1\n2\n3\n").unwrap()),
        [0, 0xffff, LANES[0], LANES[0] ^ 0xffff]
    );
}

#[test]
fn text_that_is_no_graph_is_explained() {
    for (text, expected) in [
        ("", "t.aag:1: expected a header `aag M I L O A` or `aig M I L O A`, got nothing"),
        ("aag 1 2", "t.aag:1: expected a header `aag M I L O A` or `aig M I L O A`, got 'aag 1 2'"),
        (
            "aag 1 0 1 0 0\n2 3",
            "t.aag:1: a graph with 1 latches is sequential; only combinational circuits are supported, so remove its registers",
        ),
        (
            "aag 0 0 0 0 0 1",
            "t.aag:1: a graph with properties to check (B C J F) is not supported; write the circuit again with its outputs only",
        ),
        ("aig 70000 70000 0 0 0", "t.aag:1: the graph has 70000 inputs; axmul reads at most 65536"),
        ("aag 4194305 0 0 0 0", "t.aag:1: the graph has 4194305 variables; axmul reads at most 4194304"),
        ("aag 1 1 0 0 1", "t.aag:1: 1 variables for 1 inputs and 1 gates do not add up"),
        ("aig 3 1 0 0 1", "t.aag:1: 3 variables for 1 inputs and 1 gates do not add up"),
        ("aag 1 1 0 0 0", "t.aag:2: expected the literal of an input, got the end of the text"),
        ("aag 1 1 0 0 0\n2 4", "t.aag:2: expected the literal of an input, got '2 4'"),
        (
            "aag 1 1 0 0 0\n3",
            "t.aag:2: expected an even literal that is not 0, for it is defined here, got 3",
        ),
        ("aag 1 1 0 0 0\n4", "t.aag:2: expected a literal up to 3, got 4"),
        ("aag 2 2 0 0 0\n2\n2", "t.aag:3: literal 2 is defined twice; an input or a gate has one of its own"),
        ("aag 1 1 0 1 0\n2\n+2", "t.aag:3: expected the literal of an output, got '+2'"),
        ("aag 2 1 0 0 1\n2\n4 2", "t.aag:3: expected three literals of a gate, got '4 2'"),
        ("aig 2 1 0 0 1\n\x05\x01", "t.aag: expected a difference of 1 to 4 in the gate of literal 4, got 5"),
        ("aig 2 1 0 0 1\n\x00\x01", "t.aag: expected a difference of 1 to 4 in the gate of literal 4, got 0"),
        (
            "aig 2 1 0 0 1\n\x02",
            "t.aag: expected a difference of 0 to 2 in the gate of literal 4, got the end of the text",
        ),
        (
            "aag 0 0 0 0 0\nx0 y",
            "t.aag:2: expected a symbol, `i0 name` or `o0 name`, or a comment after `c`, got 'x0 y'",
        ),
        ("aag 0 0 0 0 0\no0 y", "t.aag:2: unknown output 'o0'; available: 0"),
        (
            "aag 1 1 0 0 0\n2\ni0 a\ni0 b",
            "t.aag:4: symbol 'i0' is already declared at t.aag:3; rename or remove one",
        ),
        (
            "aag 2 2 0 0 0\n2\n4\ni0 a\ni1 a",
            "t.aag:5: input 'a' is already declared at t.aag:4; rename or remove one",
        ),
        (
            "aag 2 1 0 1 0\n2\n4",
            "t.aag:3: '4' is undriven, but outputs depend on it; connect it or tie it to a constant",
        ),
        ("aag 3 1 0 1 2\n2\n4\n4 2 6\n6 2 4", "t.aag:4: '4' depends on itself: 4 <- 6 <- 4; break the loop"),
    ] {
        assert_eq!(message(text), expected, "{text:?}");
    }
    let large = [b"aig 2 1 0 0 1\n".as_slice(), &[0x80; 70], &[1, 1]].concat();
    assert_eq!(
        message(large),
        format!("t.aag: expected a difference of 1 to 4 in the gate of literal 4, got {}", u64::MAX)
    );
}

#[test]
fn a_graph_is_one_text_without_modules() {
    let source = SourceText::new("t.aag", TEXT.as_bytes());
    assert_eq!(
        read(&[source.clone(), source.clone()], None).unwrap_err().to_string(),
        "t.aag: an AIGER file holds the whole circuit; 2 were given, name one"
    );
    assert_eq!(
        read(&[source], Some("mul")).unwrap_err().to_string(),
        "t.aag: an AIGER file has no modules, so there is no 'mul'; omit --top"
    );
}

proptest! {
    /// Random graphs in any order of their gates, against a walk over the literals.
    #[test]
    fn graphs_are_what_their_literals_say(
        inputs in prop::collection::vec((any::<u32>(), any::<u32>()), 1..12),
        outputs in prop::collection::vec(any::<u32>(), 1..4),
        rotation: usize,
    ) {
        let mut values = vec![0, LANES[0], LANES[1], LANES[2]];
        let mut ands = Vec::new();
        for (index, (x, y)) in inputs.iter().enumerate() {
            let output = 2 * (index as u32 + 4);
            let (x, y) = (x % output, y % output);
            let value = |literal: u32, values: &[u64]| {
                values[literal as usize / 2] ^ if literal % 2 == 1 { 0xffff } else { 0 }
            };
            values.push(value(x, &values) & value(y, &values));
            ands.push(format!("{output} {x} {y}\n"));
        }
        let end = 2 * values.len() as u32;
        let outputs: Vec<u32> = outputs.into_iter().map(|literal| literal % end).collect();
        let expected: Vec<u64> = outputs
            .iter()
            .map(|&literal| values[literal as usize / 2] ^ if literal % 2 == 1 { 0xffff } else { 0 })
            .collect();
        let count = ands.len();
        ands.rotate_left(rotation % count);
        let outputs: String = outputs.iter().map(|literal| format!("{literal}\n")).collect();
        let text = format!(
            "aag {} 3 0 {} {count}\n2\n4\n6\n{outputs}{}",
            values.len() - 1, expected.len(), ands.concat(),
        );
        prop_assert_eq!(tables(&design(&text).unwrap()), expected, "{}", text);
    }
}
