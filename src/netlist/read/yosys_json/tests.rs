//! Documents, the circuits they describe, and the messages about those that describe none.

use axmul_api::Bits;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn source(document: &impl ToString) -> SourceText {
    SourceText::new("t.json", document.to_string().into_bytes())
}

fn design(document: &impl ToString) -> Result<Design, NetlistError> {
    read(&[source(document)], None)
}

fn message(document: &impl ToString) -> String {
    design(document).unwrap_err().to_string()
}

/// A document of one module, without what is not looked at.
fn module(ports: Value, cells: Value) -> Value {
    json!({"modules": {"top": {"ports": ports, "cells": cells}}})
}

fn bits(value: u128, width: usize) -> Vec<bool> {
    (0..width).map(|i| value >> i & 1 == 1).collect()
}

fn value(bits: &[bool]) -> u128 {
    bits.iter().rev().fold(0, |value, &bit| value << 1 | u128::from(bit))
}

/// A module that is one cell, its pins being ports, in this order.
fn one_cell(kind: &str, parameters: Value, inputs: &[(&str, usize)], outputs: &[(&str, usize)]) -> String {
    let (mut ports, mut connections) = (Vec::new(), Vec::new());
    let mut next = 2;
    for (pins, direction) in [(inputs, "input"), (outputs, "output")] {
        for &(name, width) in pins {
            let bits: Vec<usize> = (next..next + width).collect();
            next += width;
            ports.push(format!("\"{name}\": {}", json!({"direction": direction, "bits": bits})));
            connections.push(format!("\"{name}\": {}", json!(bits)));
        }
    }
    let [ports, connections] = [ports, connections].map(|entries| entries.join(","));
    format!(
        "{{\"modules\": {{\"top\": {{\"ports\": {{{ports}}}, \"cells\": {{\"u1\": {{\"type\": \"{kind}\",\
         \"parameters\": {parameters}, \"connections\": {{{connections}}}}}}}}}}}}}"
    )
}

#[test]
fn gates_hierarchy_and_library_cells() {
    let document = json!({"creator": "someone", "modules": {
        "half": {
            "ports": {
                "x": {"direction": "input", "bits": [2]},
                "y": {"direction": "input", "bits": [3]},
                "s": {"direction": "output", "bits": [4, 5]},
            },
            "cells": {
                "u1": {"type": "$_XOR_", "connections": {"A": [2], "B": [3], "Y": [4]}},
                "u2": {"type": "AND2X1", "connections": {"A": [2], "B": [3], "Y": [5]}},
            },
        },
        "full": {
            "ports": {
                "a": {"direction": "input", "bits": [2, 3, 4]},
                "s": {"direction": "output", "bits": [5, 6, "1", 2]},
            },
            "cells": {
                "first": {"type": "half", "connections": {"x": [2], "y": [3], "s": [7, 8]}},
                "second": {"type": "half", "connections": {"x": [7], "y": [4], "s": [5, 9]}},
                "or": {"type": "$_OR_", "connections": {"A": [8], "B": [9], "Y": [6]}},
                "check": {"type": "$assert", "connections": {"A": [6], "EN": ["1"]}},
            },
        },
        // Declared, but known from the cell library.
        "AND2X1": {
            "attributes": {"blackbox": "00000000000000000000000000000001"},
            "ports": {"A": {"direction": "inout", "bits": [2]}},
        },
    }});
    let full = design(&document).unwrap();
    assert_eq!(full.name(), "full");
    for a in 0..8u32 {
        let expected = u128::from(a.count_ones()) | 4 | u128::from(a & 1) << 3;
        assert_eq!(value(&full.build(&mut Bits, &bits(a.into(), 3))), expected, "{a}");
    }
    // Asked for, and marked.
    assert_eq!(read(&[source(&document)], Some("half")).unwrap().name(), "half");
    let mut marked = document.clone();
    marked["modules"]["half"]["attributes"] = json!({"top": 1});
    assert_eq!(design(&marked).unwrap().name(), "half");
    // In two texts.
    let mut rest = document.clone();
    let half = json!({"modules": {"half": rest["modules"].as_object_mut().unwrap().remove("half")}});
    assert_eq!(read(&[source(&rest), source(&half)], None).unwrap().name(), "full");
    assert_eq!(
        message(&rest),
        "t.json: unknown module or library cell 'half'; add the file that defines it with --with"
    );
    assert_eq!(
        read(&[source(&document), source(&half)], None).unwrap_err().to_string(),
        "t.json: module 'half' is already declared at t.json; rename or remove one"
    );
}

#[test]
fn ports_are_as_declared() {
    // A text, for its order matters.
    let document = r#"{"modules": {"top": {"ports": {
        "z": {"direction": "input", "bits": [2]},
        "b": {"direction": "input", "upto": 1, "bits": [3, 4, 5, 6]},
        "a": {"direction": "input", "offset": 2, "signed": 1, "bits": [7, 8]},
        "y": {"direction": "output", "offset": 3, "bits": [8]}
    }}}}"#;
    let design = design(&document).unwrap();
    let ports: Vec<_> = design.inputs().iter().map(|port| (&*port.name, port.range, port.signed)).collect();
    assert_eq!(ports, [("z", None, None), ("b", Some((0, 3)), None), ("a", Some((3, 2)), Some(true))]);
    assert_eq!(design.outputs()[0].range, Some((3, 3)));
    assert_eq!(design.build(&mut Bits, &bits(0b1000000, 7)), [true]);
}

/// What Yosys' documentation says that a cell computes; operands as the bits of their words.
fn expected(kind: &str, a: (u128, usize, bool), b: (u128, usize, bool), width: usize) -> u128 {
    let signed = a.2 && b.2;
    let number = |(value, width, _): (u128, usize, bool), signed: bool| {
        let sign = signed && width > 0 && value >> (width - 1) & 1 == 1;
        value as i128 - if sign { 1i128 << width } else { 0 }
    };
    // As an unsigned number of `width` bits.
    let word = |number: i128, width: usize| number as u128 & ((1u128 << width) - 1);
    let (x, y) = (number(a, signed), number(b, signed));
    let own = number(a, a.2);
    let wide = a.1.max(width);
    let amount = |amount: u128| amount.min(100) as u32;
    let right = |amount: u32| (word(own, wide) >> amount) as i128;
    let either = |own: i128, b: (u128, usize, bool)| match number(b, b.2) {
        left @ ..0 => own << amount((-left) as u128),
        by => (word(own, wide) >> amount(by as u128)) as i128,
    };
    let result = match kind {
        "$not" => !own,
        "$pos" => own,
        "$neg" => -own,
        "$reduce_and" => i128::from(a.0 == (1 << a.1) - 1),
        "$reduce_or" | "$reduce_bool" => i128::from(a.0 != 0),
        "$reduce_xor" => i128::from(a.0.count_ones() % 2),
        "$reduce_xnor" => i128::from(1 - a.0.count_ones() % 2),
        "$logic_not" => i128::from(a.0 == 0),
        "$logic_and" => i128::from(a.0 != 0 && b.0 != 0),
        "$logic_or" => i128::from(a.0 != 0 || b.0 != 0),
        "$and" => x & y,
        "$or" => x | y,
        "$xor" => x ^ y,
        "$xnor" => !(x ^ y),
        "$add" => x + y,
        "$sub" => x - y,
        "$mul" => x * y,
        "$lt" => i128::from(x < y),
        "$le" => i128::from(x <= y),
        "$gt" => i128::from(x > y),
        "$ge" => i128::from(x >= y),
        "$eq" | "$eqx" => i128::from(x == y),
        "$ne" | "$nex" => i128::from(x != y),
        "$shl" | "$sshl" => own << amount(b.0),
        "$shr" => right(amount(b.0)),
        "$sshr" => own >> amount(b.0),
        "$shift" => either(own, b),
        "$shiftx" => either(a.0 as i128, b),
        other => panic!("{other}"),
    };
    word(result, width)
}

const UNARY: &[&str] = &[
    "$not",
    "$pos",
    "$neg",
    "$reduce_and",
    "$reduce_or",
    "$reduce_bool",
    "$reduce_xor",
    "$reduce_xnor",
    "$logic_not",
];
const BINARY: &[&str] = &[
    "$logic_and",
    "$logic_or",
    "$and",
    "$or",
    "$xor",
    "$xnor",
    "$add",
    "$sub",
    "$mul",
    "$lt",
    "$le",
    "$gt",
    "$ge",
    "$eq",
    "$eqx",
    "$ne",
    "$nex",
    "$shl",
    "$sshl",
    "$shr",
    "$sshr",
    "$shift",
    "$shiftx",
];

proptest! {
    #[test]
    fn word_level_cells_compute(
        kind in prop::sample::select([UNARY, BINARY].concat()),
        widths in (1usize..7, 1usize..7, 1usize..10),
        signed in any::<(bool, bool)>(),
        values in prop::collection::vec(any::<(u64, u64)>(), 20),
    ) {
        let (wa, wb, wy) = widths;
        let is_binary = BINARY.contains(&kind);
        let parameters = json!({
            "A_SIGNED": u8::from(signed.0),
            "A_WIDTH": format!("{wa:032b}"),
            "B_SIGNED": format!("{:032b}", u8::from(signed.1)),
            "Y_WIDTH": wy,
        });
        let inputs = &[("A", wa), ("B", wb)][..if is_binary { 2 } else { 1 }];
        let design = design(&one_cell(kind, parameters, inputs, &[("Y", wy)])).unwrap();
        for (a, b) in values {
            let (a, b) = (u128::from(a) & ((1 << wa) - 1), u128::from(b) & ((1 << wb) - 1));
            let mut operands = bits(a, wa);
            operands.extend(bits(b, if is_binary { wb } else { 0 }));
            let found = value(&design.build(&mut Bits, &operands));
            let wanted = expected(kind, (a, wa, signed.0), (b, wb, signed.1), wy);
            prop_assert_eq!(found, wanted, "{} {}({}) {}({})", kind, a, signed.0, b, signed.1);
        }
    }

    #[test]
    fn tables_are_looked_up(inputs in 0usize..9, table in prop::collection::vec(any::<bool>(), 256)) {
        let table = &table[..1 << inputs];
        let digits: String = table.iter().rev().map(|&bit| if bit { '1' } else { '0' }).collect();
        let design =
            design(&one_cell("$lut", json!({"WIDTH": inputs, "LUT": digits}), &[("A", inputs)], &[("Y", 1)])).unwrap();
        for (a, &expected) in table.iter().enumerate() {
            prop_assert_eq!(design.build(&mut Bits, &bits(a as u128, inputs)), [expected]);
        }
    }
}

#[test]
fn multiplexers_and_adders_compute() {
    let run = |kind: &str, inputs: &[(&str, usize, u128)], outputs: &[(&str, usize)]| {
        let pins: Vec<_> = inputs.iter().map(|&(name, width, _)| (name, width)).collect();
        let design = design(&one_cell(kind, json!({}), &pins, outputs)).unwrap();
        let operands: Vec<bool> = inputs.iter().flat_map(|&(_, width, value)| bits(value, width)).collect();
        let mut found = design.build(&mut Bits, &operands);
        let mut values = Vec::new();
        for &(_, width) in outputs {
            let rest = found.split_off(width);
            values.push(value(&found));
            found = rest;
        }
        values
    };
    for (select, expected) in [(0, 5), (1, 9)] {
        assert_eq!(run("$mux", &[("A", 4, 5), ("B", 4, 9), ("S", 1, select)], &[("Y", 4)]), [expected]);
    }
    for (select, expected) in [(0b000, 7), (0b001, 0x1), (0b010, 0x2), (0b100, 0x3)] {
        assert_eq!(run("$pmux", &[("A", 4, 7), ("B", 12, 0x321), ("S", 3, select)], &[("Y", 4)]), [expected]);
    }
    for select in 0..4 {
        assert_eq!(
            run("$bmux", &[("A", 16, 0xfeda), ("S", 2, select)], &[("Y", 4)]),
            [0xfeda >> (4 * select) & 15]
        );
    }
    assert_eq!(
        run("$fa", &[("A", 3, 0b110), ("B", 3, 0b101), ("C", 3, 0b100)], &[("X", 3), ("Y", 3)]),
        [0b100, 0b111]
    );
    for (a, b) in (0..16u128).flat_map(|a| (0..16).map(move |b| (a, b))) {
        let inputs = [("A", 4, a), ("B", 4, b), ("CI", 1, 1), ("BI", 1, 1)];
        let outputs = [("X", 4), ("Y", 4), ("CO", 4)];
        let difference = a.wrapping_sub(b) & 15;
        let found = run("$alu", &inputs, &outputs);
        assert_eq!((found[0], found[1], found[2] >> 3), (a ^ b ^ 15, difference, u128::from(a >= b)));
    }
    assert_eq!(run("$lcu", &[("P", 4, 0b0110), ("G", 4, 0b0001), ("CI", 1, 0)], &[("CO", 4)]), [0b0111]);
    assert_eq!(run("$buf", &[("A", 3, 5)], &[("Y", 3)]), [5]);
}

#[test]
fn text_that_yosys_does_not_write_is_explained() {
    for (text, expected) in [
        ("", "t.json:1: not what Yosys writes with write_json: EOF while parsing a value"),
        (
            "{\n\"modules\": [",
            "t.json:2:11: not what Yosys writes with write_json: invalid type: sequence, expected an object",
        ),
        ("{}", "t.json:1:2: not what Yosys writes with write_json: missing field `modules`"),
        ("{\"modules\": {}}", "t.json: expected a module, got none"),
        (
            "{\"modules\": {\"m\": {}, \"m\": {}}}",
            "t.json:1:30: not what Yosys writes with write_json: the name 'm' appears twice in an object",
        ),
        (
            "{\"modules\": {\"m\": {\"ports\": {\"p\": {\"direction\": \"input\", \"bits\": [\"2\"]}}}}}",
            "t.json:1:69: not what Yosys writes with write_json: invalid value: string \"2\", expected the number of a net, or \"0\", \"1\", \"x\" or \"z\"",
        ),
    ] {
        let found = read(&[SourceText::new("t.json", text.as_bytes())], None).unwrap_err().to_string();
        assert_eq!(found, expected, "{text}");
    }
    let deep = "[".repeat(100_000);
    let found = read(&[SourceText::new("t.json", deep.into_bytes())], None).unwrap_err().to_string();
    assert!(found.contains("not what Yosys writes"), "{found}");
    let deep = format!("{{\"modules\": {{\"m\": {{\"attributes\": {{\"src\": {}", "[".repeat(100_000));
    let found = read(&[SourceText::new("t.json", deep.into_bytes())], None).unwrap_err().to_string();
    assert!(found.contains("recursion limit"), "{found}");
}

#[test]
fn circuits_that_are_none_are_explained() {
    let ports = json!({
        "a": {"direction": "input", "bits": [2, 3]},
        "y": {"direction": "output", "bits": [4]},
    });
    let cell = |kind: &str, connections: Value| {
        module(ports.clone(), json!({"u1": {"type": kind, "connections": connections}}))
    };
    let cell_of_width_3 = one_cell("$not", json!({"A_WIDTH": 3}), &[("A", 2)], &[("Y", 2)]);
    let cell_of_width_3 = serde_json::from_str(&cell_of_width_3).unwrap();
    for (document, expected) in [
        (
            cell("$_DFF_P_", json!({})),
            "t.json: a $_DFF_P_ is sequential; only combinational circuits are supported, so remove its registers",
        ),
        (
            cell("$mem_v2", json!({})),
            "t.json: a $mem_v2 is sequential; only combinational circuits are supported, so remove its registers",
        ),
        (
            cell("$div", json!({})),
            "t.json: the cell $div is not supported; run synth or techmap in Yosys before writing",
        ),
        (
            cell("$_AND_", json!({"A": [2], "Y": [4]})),
            "t.json: input pin 'B' of 'u1' ($_AND_) is open; connect it or tie it to a constant",
        ),
        (
            cell("$_AND_", json!({"A": [2], "B": [3], "C": [2], "Y": [4]})),
            "t.json: unknown pin 'C'; '$_AND_' has A, B, Y",
        ),
        (
            cell("$_NOT_", json!({"A": [2, 3], "Y": [4]})),
            "t.json: the connection of pin 'A' of 'u1' ($_NOT_) is 2 bits wide, expected 1",
        ),
        (
            cell("$_NOT_", json!({"A": [5], "Y": [4]})),
            "t.json: 'net 5' is undriven, but outputs depend on it; connect it or tie it to a constant",
        ),
        (
            cell("$_NOT_", json!({"A": [2], "Y": [2]})),
            "t.json: multiple drivers for 'net 2'; the first is at t.json; keep one",
        ),
        (
            cell("$_NOT_", json!({"A": ["x"], "Y": [4]})),
            "t.json: undefined bit (x) at pin 'A' of 'u1' ($_NOT_), which the outputs depend on, is not supported; run setundef -zero in Yosys, or connect it",
        ),
        (
            cell("$add", json!({"A": ["x"], "B": [2], "Y": [4]})),
            "t.json: undefined bit (x) at 'u1' ($add), which the outputs depend on, is not supported; run setundef -zero in Yosys, or connect it",
        ),
        (
            cell("$add", json!({"A": [2], "Y": [4]})),
            "t.json: input pin 'B' of 'u1' ($add) is open; connect it or tie it to a constant",
        ),
        (
            cell("$mux", json!({"A": [2], "B": [3], "S": [2, 3], "Y": [4]})),
            "t.json: the connection of pin 'S' of 'u1' ($mux) is 2 bits wide, expected 1",
        ),
        (
            cell("$bmux", json!({"A": [2], "S": [2, 3], "Y": []})),
            "t.json: the connection of pin 'A' of 'u1' ($bmux) is 1 bits wide, expected 4",
        ),
        (
            cell("$mul", json!({"A": vec![2; 257], "B": [3], "Y": [4]})),
            "t.json: an operand or the product of 'u1' ($mul) is 257 bits wide; axmul reads at most 256 bits",
        ),
        (
            cell("$lut", json!({"A": vec![2; 13], "Y": [4]})),
            "t.json: the input of 'u1' ($lut) is 13 bits wide; axmul reads at most 12 bits",
        ),
        (
            cell("$lut", json!({"A": [2], "Y": [4]})),
            "t.json: 'u1' ($lut) has no table of binary digits, parameter LUT",
        ),
        (cell_of_width_3, "t.json: the connection of pin 'A' of 'u1' ($not) is 2 bits wide, expected 3"),
        (
            module(json!({"a": {"direction": "inout", "bits": [2]}}), json!({})),
            "t.json: the inout port 'a' is not supported; make it an input or an output",
        ),
        (
            module(json!({"a": {"direction": "input", "offset": i64::MIN, "bits": [2]}}), json!({})),
            "t.json: the index -9223372036854775808 of port 'a' is not supported; count from 0",
        ),
        (
            module(json!({"a": {"direction": "input", "bits": ["0"]}}), json!({})),
            "t.json: input 'a' is tied to a constant",
        ),
        (
            json!({"modules": {"m": {}, "n": {}}}),
            "t.json: several modules are used by no other: m, n; choose one with --top",
        ),
        (
            json!({"modules": {"m": {"cells": {"u": {"type": "m"}}}}}),
            "t.json: every module is used by another; choose one with --top",
        ),
    ] {
        assert_eq!(message(&document), expected, "{document}");
    }
    let document = json!({"modules": {"m": {"cells": {"u": {"type": "m"}}}}});
    let found = |top| read(&[source(&document)], Some(top)).unwrap_err().to_string();
    assert_eq!(found("m"), "t.json: module 'm' contains itself: m > m");
    assert_eq!(found("n"), "t.json: unknown module 'n'; available: m");
}

#[test]
fn messages_name_the_line_that_yosys_noted() {
    let document = json!({"modules": {"top": {
        "attributes": {"src": "mul.v:1.1-9.10"},
        "ports": {"y": {"direction": "output", "bits": [2, 3]}},
        "cells": {"u1": {
            "type": "$_AND_",
            "attributes": {"src": "mul.v:4.5-4.9|techmap.v:7.1-7.2"},
            "connections": {"A": [2], "B": [3], "Y": [2]},
        }},
        "netnames": {
            "loop": {"hide_name": 0, "bits": [2, 3], "offset": 4, "upto": 1, "attributes": {"src": "mul.v:3"}},
            "hidden": {"hide_name": 1, "bits": [2]},
        },
    }}});
    assert_eq!(
        message(&document),
        "mul.v:4:5: 'loop[5]' depends on itself: loop[5] <- loop[5]; break the loop"
    );
    let mut open = document.clone();
    open["modules"]["top"]["cells"] = json!({});
    assert_eq!(
        message(&open),
        "mul.v:3: 'loop[5]' is undriven, but outputs depend on it; connect it or tie it to a constant"
    );
}
