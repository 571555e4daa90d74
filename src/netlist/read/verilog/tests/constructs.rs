//! Declarations, assignments and selects.

use super::{design, run, simulate};

/// A module with inputs a and b of 4 bits and an output y of 8.
fn body(statements: &str, a: u128, b: u128) -> u128 {
    run(&format!("module t(input [3:0] a, b, output [7:0] y);\n{statements}\nendmodule"), &[a, b])
}

#[test]
fn both_styles_of_ports() {
    let ansi = "module t (input wire [1:0] a, b, input c, output reg signed [2:0] y, output z);
        assign y = a + b, z = c; endmodule";
    let plain = "module t (a, b, c, y, z); input [1:0] a; input [1:0] b; input c; output [2:0] y; output z;
        wire [2:0] y; wire z; assign y = a + b; assign z = c; endmodule";
    for text in [ansi, plain] {
        let design = design(text);
        let names: Vec<&str> = design.inputs().iter().map(|port| port.name.as_str()).collect();
        assert_eq!((design.name(), &names[..]), ("t", &["a", "b", "c"][..]));
        assert_eq!(simulate(&design, &[3, 3, 1]), [6, 1]);
    }
    let ports = design(ansi);
    assert_eq!([ports.outputs()[0].signed, ports.outputs()[1].signed], [Some(true), None]);
    assert_eq!([ports.outputs()[0].range, ports.outputs()[1].range], [Some((2, 0)), None]);
    assert_eq!((ports.inputs()[1].location.line, ports.inputs()[1].location.column), (1, 31));
}

#[test]
fn vectors_in_any_direction() {
    let text = "module t(input [0:3] a, input [5:2] b, output [7:0] y);
        assign y = {a[0], a[1:3], b[5:4], b[2], b[3]}; endmodule";
    assert_eq!(design(text).inputs()[0].range, Some((0, 3)));
    assert_eq!(run(text, &[0b1010, 0b0110]), 0b1010_0101);
    let target = "module t(input [3:0] a, output [0:3] y); assign y[0] = a[0], y[1:3] = a[3:1]; endmodule";
    assert_eq!(run(target, &[0b0101]), 0b1010);
}

#[test]
fn chosen_bits_and_parts() {
    for index in 0..16u128 {
        let bit = |vector: u128, at: i128| if (0..12).contains(&at) { vector >> at & 1 } else { 0 };
        let part = |vector: u128, at: i128| (0..3).fold(0, |part, i| part | bit(vector, at + i) << i);
        let vector = 0b1011_0010_1101;
        let text = |range: &str, select: &str| {
            format!(
                "module t(input {range} x, input [3:0] i, output [2:0] y); assign y = x[{select}]; endmodule"
            )
        };
        let check = |range, select, expected| {
            assert_eq!(run(&text(range, select), &[vector, index]), expected, "{range} {select} {index}");
        };
        let i = index as i128;
        check("[11:0]", "i", bit(vector, i));
        check("[13:2]", "i", bit(vector, i - 2));
        check("[0:11]", "i", bit(vector, 11 - i));
        check("[9:-2]", "i - 3", bit(vector, if i >= 3 { i - 1 } else { 99 }));
        check("[9:-2]", "$signed(i)", bit(vector, if i < 8 { i + 2 } else { i - 14 }));
        check("[11:0]", "i +: 3", part(vector, i));
        check("[13:2]", "i -: 3", part(vector, i - 4));
        check("[0:11]", "i +: 3", part(vector, 9 - i));
        check("[0:11]", "i -: 3", part(vector, 11 - i));
        check("[11:0]", "$signed(i) +: 3", part(vector, if i < 8 { i } else { i - 16 }));
    }
}

#[test]
fn fixed_parts_from_a_base() {
    assert_eq!(body("assign y = {a[1 +: 2], a[3 -: 2], b[0 +: 1]};", 0b0110, 1), 0b11011);
    let ascending = "module t(input [0:7] a, output [3:0] y); assign y = {a[1 +: 2], a[6 -: 2]}; endmodule";
    assert_eq!(run(ascending, &[0b0100_0010]), 0b1001);
}

#[test]
fn the_left_side_takes_parts_and_concatenations() {
    assert_eq!(body("assign {y[7:6], y[0], y[5 -: 5]} = {a, b};", 0b1001, 0b1110), 0b1011_1100);
    assert_eq!(body("wire c; assign {c, y[3:0]} = a + b; assign y[7:4] = {4{c}};", 9, 8), 0xf1);
}

#[test]
fn declarations_with_values_and_implicit_nets() {
    assert_eq!(body("wire [4:0] s = a + b, d = a - b; assign y = s ^ {d, 1'b0};", 5, 3), 8 ^ 4);
    // n and m are declared by nothing and used before they are driven.
    assert_eq!(body("and (m, n, b[0]); assign n = a[0]; assign y = {m, n};", 1, 1), 3);
    assert_eq!(body("supply1 one; supply0 [2:0] zeros; assign y = {one, zeros, a};", 5, 0), 0x85);
    assert_eq!(
        body(
            "tri [3:0] #(1,2) n; wire signed [3:0] m; assign #1.5 n = a; assign (strong1, weak0) #(2) m = n;
        assign y = m;",
            9,
            0
        ),
        0xf9
    );
    assert_eq!(body("integer i; assign i = -a; assign y = i[31:24];", 1, 0), 0xff);
}

#[test]
fn arrays_of_vectors() {
    let text = "wire [3:0] row [0:2]; assign row[0] = a; assign row[1] = b; assign row[2][1:0] = 2'd2;
        assign row[2][3:2] = a[1:0]; assign y = {row[2], row[b[1:0]]};";
    assert_eq!(body(text, 0b0110, 0), 0b1010_0110);
    assert_eq!(body(text, 0b0110, 1), 0b1010_0001);
    assert_eq!(body(text, 0b0110, 2), 0b1010_1010);
    assert_eq!(body(text, 0b0110, 3), 0b1010_0000);
    assert_eq!(
        body("wire n [1:0]; assign n[0] = a[0]; assign n[1] = a[1]; assign y = n[1] & n[0];", 3, 0),
        1
    );
}

#[test]
fn numbers() {
    for (literal, expected) in [
        ("12", 12),
        ("8'b1010_0101", 0xa5),
        ("8'hA5", 0xa5),
        ("8 'H a5", 0xa5),
        ("8'o245", 0xa5),
        ("8'd165", 0xa5),
        ("'hA5", 0xa5),
        ("4'sd15", 0xff),
        ("4'sb0111", 7),
        ("-4'sd3", 0xfd),
        ("-3", 0xfd),
        ("4'd9 + 4'd9", 18),
        ("{4'd9 + 4'd9}", 2),
        ("10'h1ff >> 2", 0x7f),
        ("1_0", 10),
        ("4294967295 / 16843009", 255),
        ("-7 / 2", 0xfd),
        ("-7 % 3", 0xff),
        ("2 ** 7 + 3 ** 2", 137),
        ("$clog2(9) + $clog2(8) + $clog2(1)", 7),
    ] {
        assert_eq!(body(&format!("assign y = {literal};"), 0, 0), expected, "{literal}");
    }
}

#[test]
fn parameters() {
    let text =
        "module t #(parameter N = 4, M = N * 2, localparam [3:0] K = N + 20, parameter signed [2:0] S = 7)
        (input [N-1:0] a, output [M-1:0] y, output [7:0] z);
        parameter integer P = 3;
        localparam T = {2'd2, 2'd1}, A = 8'h0f;
        localparam [0:3] R = 4'b1000;
        assign y = a * K + T[3:2] + P;
        assign z = {R[0], R[3], A[3:1] == 7, T[1:0], S < 0, S[0], 1'b0}; endmodule";
    assert_eq!(simulate(&design(text), &[5]), [5 * 8 + 2 + 3, 0b1010_1110]);
}

#[test]
fn gates_with_any_number_of_inputs() {
    let text = "module t(input a, b, c, output [9:0] y);
        and (y[0], a, b, c), g1 (y[1], a); nand #1 (y[2], a, b, c); or #(1, 2) g2 (y[3], a, b, c);
        nor (strong0, strong1) g3 (y[4], a, b, c); xor (y[5], a, b, c); xnor (y[6], a, b, c);
        buf (y[7], y[8], a); not (y[9], a); endmodule";
    for bits in 0..8u128 {
        let [a, b, c] = [1, 2, 4].map(|bit| bits & bit != 0);
        let expected =
            [a & b & c, a, !(a & b & c), a | b | c, !(a | b | c), a ^ b ^ c, !(a ^ b ^ c), a, a, !a];
        let expected = expected.iter().rev().fold(0, |word, &bit| word << 1 | u128::from(bit));
        assert_eq!(run(text, &[a.into(), b.into(), c.into()]), expected);
    }
    let single =
        "module t(input a, output [2:0] y); nand (y[0], a); nor (y[1], a); xnor (y[2], a); endmodule";
    assert_eq!([run(single, &[0]), run(single, &[1])], [7, 0]);
}

#[test]
fn products_are_exact() {
    for (kinds, signed) in [("", false), ("signed", true)] {
        let text = format!(
            "module t(input {kinds} [3:0] a, input {kinds} [2:0] b, output {kinds} [6:0] p, output [3:0] q,
                output {kinds} [9:0] r);
            assign p = a * b; assign q = a * b; assign r = a * b * 3; endmodule"
        );
        let design = design(&text);
        for (a, b) in (0..16u128).flat_map(|a| (0..8u128).map(move |b| (a, b))) {
            let value =
                |x: u128, top: u128| x as i128 - if signed && x & top != 0 { 2 * top as i128 } else { 0 };
            let product = value(a, 8) * value(b, 4);
            let cut = |x: i128, width: u32| x as u128 & ((1 << width) - 1);
            let expected = [cut(product, 7), cut(product, 4), cut(3 * product, 10)];
            assert_eq!(simulate(&design, &[a, b]), expected, "{kinds} {a} {b}");
        }
    }
}

#[test]
fn one_kind_of_operand_makes_the_other_unsigned() {
    let text = "module t(input signed [3:0] a, input [3:0] b, output [7:0] y); assign y = a * b; endmodule";
    assert_eq!(run(text, &[15, 2]), 30);
    let text = "module t(input signed [3:0] a, input [3:0] b, output [7:0] y); assign y = a * $signed({1'b0, b}); endmodule";
    assert_eq!(run(text, &[15, 2]), 254);
}
