//! Texts that would take forever, or all memory, or the whole stack.

use super::{design, error, message, run};
use crate::NetlistErrorKind;

fn refused(text: &str, what: &str) {
    let error = error(text);
    assert!(matches!(error.kind, NetlistErrorKind::TooLarge { .. }), "{error}");
    assert!(error.to_string().contains(what), "{error}\n{what}");
}

fn value(value: &str) -> String {
    format!("module t(input [3:0] a, output [7:0] y); assign y = {value}; endmodule")
}

#[test]
fn nesting_is_limited() {
    let nested = |open: &str, inner: &str, close: &str, depth| {
        value(&format!("{}{inner}{}", open.repeat(depth), close.repeat(depth)))
    };
    for (open, inner, close) in [
        ("(", "a", ")"),
        ("{", "a", "}"),
        ("~", "a", ""),
        ("~(", "a", ")"),
        ("a[", "0", "]"),
        ("{1{", "a", "}}"),
        ("$signed(", "a", ")"),
        ("(a | ", "a", ")"),
        ("(a ? ", "a", " : a)"),
        ("(a) ? a : (", "a", ")"),
        ("((a * a) + a) | ", "a", ""),
    ] {
        let deep = nested(open, inner, close, 100_000);
        if open.ends_with("| ") && close.is_empty() {
            // That is long, not deep; it ends elsewhere.
            continue;
        }
        refused(&deep, "nested more than 200 levels deep");
        design(&nested(open, inner, close, 60));
    }
    // Operators that bind ever more strongly, over and over.
    let ladder = "a || a && a | a ^ a & a == a < a << a + a * (";
    refused(&nested(ladder, "a", ")", 50_000), "nested more than 200 levels deep");
    let left = "((a * a) + a << a < a == a & a ^ a | a && a || ".replace("((", "(");
    refused(
        &value(&format!("{}a{}", "(".repeat(0), left.repeat(0)).replace('a', &"(".repeat(100_000))),
        "nested",
    );
    let blocks = format!(
        "module t(input a, output y); {} assign y = a; {} endmodule",
        "begin ".repeat(9_999),
        "end ".repeat(9_999)
    );
    refused(&blocks, "nested more than 200 levels deep");
    let ifs = format!("module t(input a, output y); {} assign y = a; endmodule", "if (1) ".repeat(9_999));
    refused(&ifs, "nested more than 200 levels deep");
}

#[test]
fn left_leaning_trees_are_limited_too() {
    let mut text = "a".to_owned();
    for _ in 0..150 {
        text = format!("({text} * a + a << a) ^ a | a");
    }
    refused(&value(&text), "nested more than 200 levels deep");
}

#[test]
fn long_chains_are_not_deep() {
    assert_eq!(run(&value(&format!("a{}", " ^ a".repeat(20_000))), &[5]), 5);
    assert_eq!(run(&value(&format!("{}a", "a == 3 ? 7 : ".repeat(10_000))), &[3]), 7);
    assert_eq!(run(&value(&format!("0{}", " + 1".repeat(10_000))), &[0]), 10_000 % 256);
}

#[test]
fn widths_are_limited() {
    for text in [
        "module t(input [70000:0] a, output y); assign y = a[0]; endmodule".into(),
        "module t(input [0:-99999999999] a, output y); assign y = a[0]; endmodule".into(),
        value("70000'd0"),
        value("99999999999999999999999'd0"),
        value("{70000{a}}"),
        value("{60000{a}}"),
        value("{256{{256{a}}}}"),
        value("a[0 +: 70000]"),
        value("1 ** 999999"),
        value("1[0]").replace("1[0]", "a[99999999999999]"),
        value(&format!("'h{}", "f".repeat(20_000))),
        value(&"9".repeat(50)),
    ] {
        let message = message(&text);
        assert!(matches!(error(&text).kind, NetlistErrorKind::TooLarge { .. }), "{message}");
        assert!(message.contains("axmul reads at most"), "{message}");
    }
    refused(&format!("module {}(input a); endmodule", "x".repeat(2000)), "a name is 2000 characters long");
}

#[test]
fn trees_of_modules_are_limited() {
    let tree = |leaf: &str, levels: usize| {
        let mut text = format!("module m0(input a, output y); {leaf} endmodule\n");
        for level in 1..=levels {
            let below = level - 1;
            text += &format!(
                "module m{level}(input a, output y); wire z; m{below} u (a, z); m{below} v (z, y); endmodule\n"
            );
        }
        text
    };
    let text = tree("assign y = ~a;", 60);
    let error = error(&text);
    assert!(matches!(error.kind, NetlistErrorKind::TooLarge { .. }), "{error}");
    let empty = "module e0(); endmodule ".to_owned()
        + &(1..60)
            .map(|i| format!("module e{i}(); e{} u (); e{} v (); endmodule ", i - 1, i - 1))
            .collect::<String>()
        + "module t(input a, output y); assign y = a; e59 u (); endmodule";
    refused(&empty, "axmul reads at most");
    let chain = (1..300).map(|i| format!("module c{i}(input a, output y); c{} u (a, y); endmodule ", i - 1));
    let chain =
        "module c0(input a, output y); assign y = a; endmodule ".to_owned() + &chain.collect::<String>();
    refused(&chain, "modules are nested more than 200 levels deep");
    assert_eq!(design(&tree("assign y = ~a;", 6)).gate_count(), 64);
}

#[test]
fn modules_that_contain_themselves_are_refused() {
    let text = "module t(input a, output y); m u (a, y); endmodule
        module m(input a, output y); n u (a, y); endmodule module n(input a, output y); m u (a, y); endmodule";
    let text = message(text);
    assert_eq!(text, "t.v:2:91: module 'm' contains itself: m > n > m; remove the cycle");
    let growing = "module t(input a, output y); m #(1) u (a, y); endmodule
        module m #(parameter N = 0)(input a, output y); m #(N + 1) u (a, y); endmodule";
    refused(growing, "modules are nested more than 200 levels deep, at 'm'");
}

#[test]
fn loops_are_limited() {
    let with = |loops: &str| format!("module t(input a, output y); assign y = a; {loops} endmodule");
    refused(&with("for (i = 0; i < 1; i = i) ;"), "the loop over 'i' has more than 65536 turns");
    refused(&with("for (i = 0; 1; i++) begin for (j = 0; 1; j++) wire x; end"), "axmul reads at most");
    refused(
        &with("for (i = 0; i < 60000; i++) begin for (j = 0; j < 60000; j++) ; end"),
        "this circuit takes too long to read",
    );
}

#[test]
fn macros_are_limited() {
    let mut bomb = "`define x0 a\n".to_owned();
    for i in 1..60 {
        bomb += &format!("`define x{i} `x{} | `x{}\n", i - 1, i - 1);
    }
    refused(&format!("{bomb}{}", value("`x59")), "expand to too much text");
    refused(&format!("`define a `b\n`define b `a\n{}", value("`a")), "nested more than 100 deep");
}

#[test]
fn much_work_on_constants_is_limited() {
    let wide = "{32768{2'b10}}";
    refused(&value(&format!("{wide} * {wide}")), "a product of");
    let product = "({100{2'b10}} * {100{2'b10}})";
    refused(&value(&vec![product; 3000].join(" ^ ")), "takes too long to read");
    refused(&value(&vec![format!("({wide} + 1)"); 3000].join(" ^ ")), "takes too long to read");
    let wires = (0..200).map(|i| format!("wire [65535:0] w{i};")).collect::<String>();
    refused(&format!("module t(input a, output y); {wires} endmodule"), "more than 4194304 nets");
    let name = "n".repeat(1000);
    let wires = (0..10).map(|i| format!("wire [65535:0] {name}{i};")).collect::<String>();
    refused(&format!("module t(input a, output y); {wires} endmodule"), "the names of all nets");
}

#[test]
fn long_lines_and_many_items_take_no_longer_than_they_must() {
    let mut text = "module t(input a, output y); ".to_owned();
    for i in 0..20_000 {
        text += &format!("wire n{i} = {}; ", if i == 0 { "a".into() } else { format!("~n{}", i - 1) });
    }
    text += "assign y = n19999; endmodule";
    assert_eq!(run(&text, &[1]), 0);
    let quotes =
        format!("module t(input a, output y); assign y = a; endmodule `ifdef X {}", "\\\"".repeat(100_000));
    assert!(message(&quotes).contains("expected `endif"));
}
