//! Random expressions against numbers.

use proptest::prelude::*;

use super::oracle::{mask, ports, trees, values};
use super::{run, simulate, source};
use crate::NetlistError;
use crate::read::verilog::read;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn expressions_are_what_the_standard_says(
        tree in trees(),
        width in 1u32..60,
        inputs in prop::collection::vec(values(), 6),
    ) {
        let text = tree.text(true);
        let module = format!("module t({}output [{}:0] y); assign y = {text}; endmodule", ports(), width - 1);
        let design = read(&[source(&module)], None);
        // A constant index may lie outside of its vector, however far, which the reader refuses.
        let outside = |error: &NetlistError| {
            let error = error.to_string();
            error.contains("is out of range") || error.contains("this number has too many bits")
        };
        prop_assume!(!design.as_ref().is_err_and(outside));
        let design = design.unwrap_or_else(|error| panic!("{error}\n{module}"));
        let (own, signed) = tree.size();
        for inputs in inputs {
            let expected = tree.value(&inputs, own.max(width), signed) & mask(width);
            prop_assert_eq!(simulate(&design, &inputs), [expected], "{} {:?}", text, inputs);
        }
    }
}

/// Operators from the strongest down, as table 5-4 of the standard lists them.
const LEVELS: [&[&str]; 9] = [
    &["*"],
    &["+", "-"],
    &["<<", ">>", "<<<", ">>>"],
    &["<", "<=", ">", ">="],
    &["==", "!=", "===", "!=="],
    &["&"],
    &["^", "^~", "~^"],
    &["|"],
    &["&&"],
];

#[test]
fn stronger_operators_bind_first_and_equal_ones_from_the_left() {
    let mut operators: Vec<(usize, &str)> = Vec::new();
    for (level, names) in LEVELS.iter().enumerate() {
        operators.extend(names.iter().map(|name| (level, *name)));
    }
    operators.push((LEVELS.len(), "||"));
    for &(first_level, first) in &operators {
        for &(second_level, second) in &operators {
            let plain = format!("a {first} b {second} ~a");
            let grouped = if first_level <= second_level {
                format!("(a {first} b) {second} (~a)")
            } else {
                format!("a {first} (b {second} (~a))")
            };
            let other = format!("{plain} ? {grouped} : {plain}");
            let text = format!(
                "module t(input [2:0] a, b, output [8:0] y); assign y = ({plain}) ^ ({grouped}); endmodule"
            );
            let chosen = format!("module t(input [2:0] a, b, output [8:0] y); assign y = {other}; endmodule");
            let alone =
                format!("module t(input [2:0] a, b, output [8:0] y); assign y = {grouped}; endmodule");
            for (a, b) in (0..8).flat_map(|a| (0..8).map(move |b| (a, b))) {
                assert_eq!(run(&text, &[a, b]), 0, "{plain}");
                assert_eq!(run(&chosen, &[a, b]), run(&alone, &[a, b]), "{other}");
            }
        }
    }
}

#[test]
fn comparisons_of_comparisons() {
    let text =
        "module t(input [1:0] a, b, output [2:0] y); assign y = {a < b < 2'd1, a == b == 1'b0, a > b >= 1};
        endmodule";
    for (a, b) in (0..4u128).flat_map(|a| (0..4u128).map(move |b| (a, b))) {
        let expected = [a >= b, a != b, a > b];
        let expected = expected.iter().fold(0, |word, &bit| word << 1 | u128::from(bit));
        assert_eq!(run(text, &[a, b]), expected);
    }
}

/// Widths decide about carries: the standard's own examples, and those that designers rely on.
#[test]
fn the_target_keeps_the_carry() {
    let with = |statement: &str, a: u128, b: u128| {
        run(&format!("module t(input [3:0] a, b, output [7:0] y);\n{statement} endmodule"), &[a, b])
    };
    assert_eq!(with("assign y = a + b;", 15, 15), 30);
    assert_eq!(with("assign y = {a + b};", 15, 15), 14);
    assert_eq!(with("wire c; wire [3:0] s; assign {c, s} = a + b; assign y = {c, s};", 15, 15), 30);
    assert_eq!(with("assign y = (a + b) >> 1;", 15, 15), 15);
    assert_eq!(with("wire [3:0] s; assign s = (a + b) >> 1; assign y = s;", 15, 15), 7);
    assert_eq!(with("wire [3:0] s; assign s = (a + b + 0) >> 1; assign y = s;", 15, 15), 15);
    assert_eq!(with("assign y = ~a;", 5, 0), 0xfa);
    assert_eq!(with("assign y = a - b;", 0, 1), 0xff);
    assert_eq!(with("assign y = a * b;", 15, 15), 225);
    assert_eq!(with("assign y = a[0] + a[1] + a[2] + a[3];", 15, 0), 4);
    assert_eq!(with("assign y = (a < b) - 1;", 0, 0), 0xff);
    assert_eq!(with("wire signed [3:0] s; assign s = a; assign y = s >>> 1;", 8, 0), 0xfc);
    assert_eq!(with("wire signed [3:0] s; assign s = a; assign y = s[3:0] >>> 1;", 8, 0), 4);
}
