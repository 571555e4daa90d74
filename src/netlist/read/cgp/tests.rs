//! Chromosomes of both ways of counting, random ones against their circuits, and the messages about what is none.

use axmul_api::{Gates, Lanes, Netlist, OperandFormat};
use proptest::prelude::*;

use super::*;
use crate::testing::{netlists, products};
use crate::{PortOptions, bind};

fn design(text: &str) -> Result<Design, NetlistError> {
    read(&[SourceText::new("t.cgp", text.as_bytes())], None)
}

fn message(text: &str) -> String {
    design(text).unwrap_err().to_string()
}

const LANES: [u64; 4] = [0xaaaa, 0xcccc, 0xf0f0, 0xff00];

/// The outputs for all inputs: bit `i` of a word belongs to input values `i`, the first input as the lowest bit.
fn tables(text: &str) -> Vec<u64> {
    let design = design(text).unwrap_or_else(|error| panic!("{error}"));
    let inputs = design.inputs()[0].width;
    design.build(&mut Lanes, &LANES[..inputs]).into_iter().map(|word| word & 0xffff).collect()
}

/// A 2x2 multiplier, and the same with its inputs counted from 0 and gates that copy.
const TWO: &str = "{4,4,1,8,2,1,0}([6]2,4,2)([7]3,4,2)([8]2,5,2)([9]7,8,4)([10]7,8,2)([11]3,5,2)([12]11,10,4)\
                   ([13]11,10,2)(6,9,12,13)";
const FROM_ZERO: &str = "{4,4,3,4,2,1,3}\r\n ([4]0,2,2) ([5]1,2,2) ([6]0,3,5) ([7]6,99,1)\n\t([8]5,7,4)([9]5,7,2)\
                         ([10]1,3,2)([11]9,10,4)\n([12]9,10,0)([13]12,10,2)\n( 4 , 8,11,13 )\n";

#[test]
fn both_ways_of_counting_are_read() {
    let exact =
        |bit: usize| (0..16u64).map(|line| (((line & 3) * (line >> 2)) >> bit & 1) << line).sum::<u64>();
    let expected: Vec<u64> = (0..4).map(exact).collect();
    for text in [TWO, FROM_ZERO] {
        assert_eq!(tables(text), expected, "{text}");
        let design = design(text).unwrap();
        let ports: Vec<_> =
            design.inputs().iter().chain(design.outputs()).map(|p| (&*p.name, p.range)).collect();
        assert_eq!(ports, [("i", Some((3, 0))), ("o", Some((3, 0)))]);
    }
}

#[test]
fn functions_are_what_their_numbers_say() {
    let [a, b, ..] = LANES;
    let expected = [a, !a, a & b, a | b, a ^ b, !(a & b), !(a | b), !(a ^ b), !0, 0];
    for (code, expected) in expected.into_iter().enumerate() {
        assert_eq!(tables(&format!("{{2,1,1,1,2,1,0}}([4]2,3,{code})(4)")), [expected & 0xffff], "{code}");
        assert_eq!(tables(&format!("{{2,1,0,0,2,1,0}}([2]0,1,{code})(2)")), [expected & 0xffff], "{code}");
    }
}

#[test]
fn constants_and_inputs_are_nets_too() {
    assert_eq!(tables("{2,4,1,0,2,1,0}(0,1,2,3)"), [0, 0xffff, LANES[0], LANES[1]]);
    assert_eq!(tables("{2,3,1,1,2,1,0}([4]1,3,4)(4,4,0)"), [LANES[1] ^ 0xffff, LANES[1] ^ 0xffff, 0]);
    // Where inputs begin at 0, there are no constants.
    assert_eq!(tables("{2,2,1,1,2,1,0}([2]1,1,1)(0,2)"), [LANES[0], LANES[1] ^ 0xffff]);
}

#[test]
fn order_and_gaps_do_not_matter() {
    let expected = [LANES[0] & LANES[1] ^ 0xffff];
    for text in
        ["{2,1,1,9,2,1,0}([70]9,9,1)([9]2,3,2)(70)", "{2,1,3,3,2,1,0}([4]8,8,1)([8]2,3,2)([9]9,77,2)(4)"]
    {
        assert_eq!(tables(text), expected, "{text}");
    }
}

#[test]
fn the_lower_half_of_the_inputs_is_a() {
    let bound = bind(&design(TWO).unwrap(), &PortOptions::default()).unwrap();
    assert_eq!(bound.netlist.format(), OperandFormat::unsigned(2, 2));
    assert_eq!(bound.notes[1], "the only input, i[3:0], was split into both operands, the lower half as a");
}

#[test]
fn operands_of_other_widths_are_named() {
    let odd = design("{5,5,1,1,2,1,0}([7]2,5,2)(7,0,0,0,0)").unwrap();
    let message = bind(&odd, &PortOptions::default()).unwrap_err().to_string();
    assert!(message.contains("i[4:0]") && message.contains("--a"), "{message}");
    let options = PortOptions {
        a: Some("i[2:0]".into()),
        b: Some("i[4:3]".into()),
        signed: Some(false),
        ..PortOptions::default()
    };
    let netlist = bind(&odd, &options).unwrap().netlist;
    let format = OperandFormat::unsigned(3, 2);
    assert_eq!(netlist.format(), format);
    assert_eq!(products(&netlist), format.operands().map(|(a, b)| a & b & 1).collect::<Vec<_>>());
}

#[test]
fn text_that_is_no_chromosome_is_explained() {
    for (text, expected) in [
        (
            "",
            "1:1: expected `{` and a header `{inputs,outputs,rows,columns,2,1,levels}`, got the end of the text",
        ),
        ("\n  é", "2:3: expected `{` and a header `{inputs,outputs,rows,columns,2,1,levels}`, got 'é'"),
        ("{4;4", "1:3: expected `,` and the number of outputs, got ';'"),
        ("{4,-4", "1:4: expected the number of outputs, got '-'"),
        ("{4,4,1,8}", "1:9: expected `,` and the number of inputs of a gate, got '}'"),
        ("{4,4,1,8,3,1,0}", "1:10: expected gates of 2 inputs, got 3"),
        ("{4,4,1,8,2,2,0}", "1:12: expected gates of 1 output, got 2"),
        ("{4,4,1,8,2,1,0,0}", "1:15: expected `}` after seven numbers, got ','"),
        ("{65537,4,", "1:2: the chromosome has 65537 inputs; axmul reads at most 65536"),
        ("{4,65537,", "1:4: the chromosome has 65537 outputs; axmul reads at most 65536"),
        ("{4,4294967296", "1:4: the number of outputs has 10 digits; axmul reads at most 4294967295"),
        ("{2,1,1,1,2,1,0}[4]", "1:16: expected `(` and a gate or the outputs, got '['"),
        ("{2,1,1,1,2,1,0}([x]", "1:18: expected the number of a gate, got 'x'"),
        ("{2,1,1,1,2,1,0}([4,", "1:19: expected `]` after the number of a gate, got ','"),
        ("{2,1,1,1,2,1,0}([4]None,", "1:20: expected the number of a net, got 'N'"),
        (
            "{2,1,1,1,2,1,0}([4]2)",
            "1:21: expected `,` between the two inputs and the function of a gate, got ')'",
        ),
        (
            "{2,1,1,1,2,1,0}([4]2,3,10)(4)",
            "1:24: expected the function of a gate (0 identity, 1 not, 2 and, 3 or, 4 xor, 5 nand, 6 nor, 7 xnor, 8 one, 9 zero), got 10",
        ),
        ("{2,1,1,1,2,1,0}([4]2,3,2,1)", "1:25: expected `)` after the function of a gate, got ','"),
        (
            "{2,1,1,1,2,1,0}([4]2,3,2)\n([5]2,3,2)(4)",
            "2:3: expected at most 1 gates, rows times columns of the header, got one more",
        ),
        (
            "{2,1,1,1,2,1,0}([1]2,3,2)(1)",
            "1:18: expected the number of a gate, from 4 up after the inputs, got 1",
        ),
        (
            "{2,1,1,2,2,1,0}([2]0,1,2)([1]0,1,2)(1)",
            "1:28: expected the number of a gate, from 2 up after the inputs, got 1",
        ),
        (
            "{2,1,1,2,2,1,0}([4]2,3,2)([4]2,3,3)(4)",
            "1:28: multiple drivers for '4'; the first is at t.cgp:1:18; keep one",
        ),
        (
            "{2,2,1,2,2,1,0}(0,1,2)(0,2,3)(3)",
            "1:17: a gate without its number is not supported; write the chromosome anew, with gates like `([18]2,10,2)`",
        ),
        ("{2,2,1,1,2,1,0}()", "1:17: expected the number of an output's net, got ')'"),
        ("{2,2,1,1,2,1,0}(2", "1:18: expected `)` after the outputs, got the end of the text"),
        ("{2,2,1,1,2,1,0}(2,3,4)", "1:17: expected 2 outputs, as the header says, got 3"),
        ("{2,2,1,1,2,1,0}(2,3)\n;", "2:1: expected the end after the outputs, got ';'"),
        (
            "{2,1,1,1,2,1,0}([4]2,9,2)(4)",
            "1:18: '9' is undriven, but outputs depend on it; connect it or tie it to a constant",
        ),
        (
            "{2,1,1,1,2,1,0}(9)",
            "1:17: '9' is undriven, but outputs depend on it; connect it or tie it to a constant",
        ),
        (
            "{2,1,1,2,2,1,0}([4]5,2,2)([5]4,2,2)(5)",
            "1:28: '5' depends on itself: 5 <- 4 <- 5; break the loop",
        ),
    ] {
        assert_eq!(message(text), format!("t.cgp:{expected}"), "{text:?}");
    }
    let many = format!("{{2,65536,1,1,2,1,0}}(2{}", ",2".repeat(65_536));
    assert!(message(&many).ends_with("expected `)` after the outputs, got ','"), "{}", message(&many));
}

#[test]
fn a_chromosome_is_one_text_without_modules() {
    let source = SourceText::new("t.cgp", TWO.as_bytes());
    let message = |sources: &[SourceText], top| read(sources, top).unwrap_err().to_string();
    assert_eq!(
        message(&[source.clone(), source.clone()], None),
        "t.cgp: a CGP chromosome holds the whole circuit; 2 were given, name one"
    );
    assert_eq!(
        message(&[source], Some("mul")),
        "t.cgp: a CGP chromosome has no modules, so there is no 'mul'; omit --top"
    );
}

/// Gates that write themselves down; a bit is the number of its net.
struct CgpWriter {
    /// Constants, or where inputs begin at 0 gates that make them, once they are needed.
    constants: [Option<u32>; 2],
    next: u32,
    text: String,
}

impl CgpWriter {
    fn gate(&mut self, a: u32, b: u32, function: u32) -> u32 {
        let number = self.next;
        self.text += &format!("([{number}]{a},{b},{function})");
        self.next += 1;
        number
    }
}

impl Gates for CgpWriter {
    type Bit = u32;

    fn constant(&mut self, value: bool) -> u32 {
        if let Some(number) = self.constants[usize::from(value)] {
            return number;
        }
        let number = self.gate(0, 0, if value { 8 } else { 9 });
        self.constants[usize::from(value)] = Some(number);
        number
    }

    fn not(&mut self, a: u32) -> u32 {
        self.gate(a, a, 1)
    }

    fn and(&mut self, a: u32, b: u32) -> u32 {
        self.gate(a, b, 2)
    }

    fn or(&mut self, a: u32, b: u32) -> u32 {
        self.gate(a, b, 3)
    }

    fn xor(&mut self, a: u32, b: u32) -> u32 {
        self.gate(a, b, 4)
    }

    fn mux(&mut self, select: u32, if_one: u32, if_zero: u32) -> u32 {
        let one = self.and(select, if_one);
        let not = self.not(select);
        let zero = self.and(not, if_zero);
        self.or(one, zero)
    }

    fn nand(&mut self, a: u32, b: u32) -> u32 {
        self.gate(a, b, 5)
    }

    fn nor(&mut self, a: u32, b: u32) -> u32 {
        self.gate(a, b, 6)
    }

    fn xnor(&mut self, a: u32, b: u32) -> u32 {
        self.gate(a, b, 7)
    }
}

/// A circuit as a chromosome, its inputs counted from 0 or behind the constants.
fn written(netlist: &Netlist, from_zero: bool) -> String {
    let (a, b) = (u32::from(netlist.format().width_a()), u32::from(netlist.format().width_b()));
    let first = if from_zero { 0 } else { 2 };
    let constants = if from_zero { [None; 2] } else { [Some(0), Some(1)] };
    let mut writer = CgpWriter { constants, next: first + a + b, text: String::new() };
    if from_zero {
        // The number of the first gate tells how the text counts, so there has to be one.
        writer.constant(false);
    }
    let inputs: Vec<u32> = (first..first + a + b).collect();
    let (of_a, of_b) = inputs.split_at(a as usize);
    let outputs: Vec<String> = netlist.replay(&mut writer, of_a, of_b).iter().map(u32::to_string).collect();
    let gates = writer.next - first - a - b;
    format!("{{{},{},1,{gates},2,1,0}}{}({})", a + b, outputs.len(), writer.text, outputs.join(","))
}

proptest! {
    #[test]
    fn circuits_come_back(netlist in netlists(), from_zero: bool) {
        let text = written(&netlist, from_zero);
        let (a, b) = (netlist.format().width_a(), netlist.format().width_b());
        let options = PortOptions {
            a: Some(format!("i[{}:0]", a - 1)),
            b: Some(format!("i[{}:{a}]", a + b - 1)),
            signed: Some(netlist.format().is_signed()),
            ..PortOptions::default()
        };
        let found = bind(&design(&text).unwrap(), &options).unwrap().netlist;
        prop_assert_eq!(found.format(), netlist.format());
        prop_assert!(products(&found) == products(&netlist), "{}", text);
    }

    /// Chromosomes of gates in no order that read each other, loops and all: a circuit or a message, both at once.
    #[test]
    fn any_gates_are_survived(
        gates in prop::collection::vec((0u32..12, 0u32..12, 0u32..12, 0u32..11), 0..12),
        outputs in prop::collection::vec(0u32..12, 1..5),
    ) {
        let mut text = format!("{{4,{},0,0,2,1,0}}", outputs.len());
        for (number, a, b, function) in gates {
            text += &format!("([{number}]{a},{b},{function})");
        }
        let outputs: Vec<String> = outputs.iter().map(u32::to_string).collect();
        text += &format!("({})", outputs.join(","));
        if let Err(error) = design(&text) {
            prop_assert!(error.to_string().starts_with("t.cgp:1:"), "{}", error);
        }
    }
}
