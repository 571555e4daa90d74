//! Testbenches for modules in Verilog.

use axmul_api::{Lanes, Netlist, OperandFormat};

use super::names::{SignalNames, Spelling};
use super::{identifier, put};

/// The widest product of a multiplier that is checked on all pairs, in bits.
const EXHAUSTIVE: u8 = 16;

/// How many products stand in one constant of the table, at most: simulators read few wide ones faster than many.
const ROW: usize = 256;

/// How many random pairs are checked where not all are.
const RANDOM: usize = 2000;

/// A self-checking testbench for [`verilog`](super::verilog()) of the same netlist and name, or for anything else with the
/// same ports: one file, expected products included.
///
/// Multipliers of up to 16 product bits are checked on all operand pairs; wider ones on the extremes of both operands
/// in every combination and on 2,000 pairs drawn uniformly with a fixed seed. The simulation ends with the line
/// `PASS 65536 pairs`, or lists the first mismatches and ends with `$fatal`, which simulators turn into an exit code
/// other than 0. For Icarus Verilog: `iverilog -g2005-sv -o t NAME_tb.v NAME.v && vvp -n t`.
pub fn testbench(netlist: &Netlist, name: &str) -> String {
    let name = identifier(name);
    let format = netlist.format();
    let [n, m, p] = [format.width_a(), format.width_b(), format.product_width()].map(usize::from);
    let signed = if format.is_signed() { "signed " } else { "" };
    let summary = SignalNames::new(netlist, Spelling { constants: ["0", "1"] }).summary();
    let mut text = format!(
        "// Written by axmul: checks module {name}. {summary}.\n\
         // iverilog -g2005-sv -o t {name}_tb.v {name}.v && vvp -n t\n\
         module {name}_tb;\n\
         \x20 reg {signed}[{}:0] a;\n\
         \x20 reg {signed}[{}:0] b;\n\
         \x20 wire {signed}[{top}:0] product;\n\
         \x20 integer pairs, mismatches;\n\n\
         \x20 {name} dut(.a(a), .b(b), .product(product));\n\n\
         \x20 task check(input {signed}[{top}:0] expected);\n\
         \x20   begin\n\
         \x20     #1 pairs = pairs + 1;\n\
         \x20     if (product !== expected) begin\n\
         \x20       mismatches = mismatches + 1;\n\
         \x20       if (mismatches <= 10)\n\
         \x20         $display(\"a = %0d, b = %0d: got %0d, expected %0d\", a, b, product, expected);\n\
         \x20     end\n\
         \x20   end\n\
         \x20 endtask\n\n",
        n - 1,
        m - 1,
        top = p - 1,
    );
    if format.product_width() <= EXHAUSTIVE {
        all_pairs(&mut text, netlist);
    } else {
        some_pairs(&mut text, netlist);
    }
    put(
        &mut text,
        format_args!(
            "    if (mismatches == 0) begin\n\
             \x20     $display(\"PASS %0d pairs\", pairs);\n\
             \x20     $finish;\n\
             \x20   end else begin\n\
             \x20     $display(\"FAIL %0d of %0d pairs\", mismatches, pairs);\n\
             \x20     $fatal(1);\n\
             \x20   end\n\
             \x20 end\n\
             endmodule\n"
        ),
    );
    text
}

/// A table of the products of all pairs, pair (a, b) having the number `a * 2^m + b`.
fn all_pairs(text: &mut String, netlist: &Netlist) {
    let format = netlist.format();
    let [m, p] = [format.width_b(), format.product_width()].map(usize::from);
    let b_mask = (1 << m) - 1;
    let pairs: Vec<(u64, u64)> = (0..1u64 << p).map(|pair| (pair >> m, pair & b_mask)).collect();
    let products = products(netlist, &pairs);
    let row = ROW.min(products.len());
    put(
        text,
        format_args!(
            "  // The product of pair {row} * i + j, which is {{a, b}}, stands at [{p} * j +: {p}] of row i.\n\
             \x20 reg [{}:0] rows [0:{}];\n\
             \x20 reg [{}:0] row;\n\
             \x20 integer i, j;\n\n\
             \x20 initial begin\n\
             \x20   pairs = 0;\n\
             \x20   mismatches = 0;\n",
            row * p - 1,
            products.len() / row - 1,
            row * p - 1,
        ),
    );
    for (index, products) in products.chunks(row).enumerate() {
        put(text, format_args!("    rows[{index}] = {}'h{};\n", row * p, hexadecimal(products, p)));
    }
    put(
        text,
        format_args!(
            "    for (i = 0; i < {}; i = i + 1) begin\n\
             \x20     row = rows[i];\n\
             \x20     for (j = 0; j < {row}; j = j + 1) begin\n\
             \x20       {{a, b}} = {row} * i + j;\n\
             \x20       check(row[{p} * j +: {p}]);\n\
             \x20     end\n\
             \x20   end\n",
            products.len() / row,
        ),
    );
}

/// A line for each pair.
fn some_pairs(text: &mut String, netlist: &Netlist) {
    let format = netlist.format();
    let [n, m, p] = [format.width_a(), format.width_b(), format.product_width()].map(usize::from);
    put(
        text,
        format_args!(
            "  task pair(input [{}:0] x, input [{}:0] y, input [{}:0] expected);\n\
             \x20   begin\n\
             \x20     a = x;\n\
             \x20     b = y;\n\
             \x20     check(expected);\n\
             \x20   end\n\
             \x20 endtask\n\n\
             \x20 initial begin\n\
             \x20   pairs = 0;\n\
             \x20   mismatches = 0;\n",
            n - 1,
            m - 1,
            p - 1,
        ),
    );
    let pairs = sample(format);
    for ((a, b), product) in pairs.iter().zip(products(netlist, &pairs)) {
        put(text, format_args!("    pair({n}'h{a:x}, {m}'h{b:x}, {p}'h{product:x});\n"));
    }
}

/// The digits of words of `width` bits put together, the last the most significant.
fn hexadecimal(words: &[u64], width: usize) -> String {
    let mut bits = words.iter().flat_map(|word| (0..width).map(move |bit| word >> bit & 1)).peekable();
    let mut digits = Vec::new();
    while bits.peek().is_some() {
        let digit = bits.by_ref().take(4).enumerate().fold(0, |digit, (at, bit)| digit | (bit as u32) << at);
        digits.push(char::from_digit(digit, 16).unwrap_or('0'));
    }
    digits.iter().rev().collect()
}

/// The products of operands given as their bits, as bits.
fn products(netlist: &Netlist, pairs: &[(u64, u64)]) -> Vec<u64> {
    let format = netlist.format();
    let mut products = Vec::with_capacity(pairs.len());
    for pairs in pairs.chunks(64) {
        let lanes = |width: u8, operand: fn(&(u64, u64)) -> u64| -> Vec<u64> {
            let lane = |bit: u8| {
                let bits = pairs.iter().enumerate();
                bits.fold(0, |lane, (at, pair)| lane | (operand(pair) >> bit & 1) << at)
            };
            (0..width).map(lane).collect()
        };
        let (a, b) = (lanes(format.width_a(), |pair| pair.0), lanes(format.width_b(), |pair| pair.1));
        let product = netlist.replay(&mut Lanes, &a, &b);
        let bits = |at: usize| product.iter().rev().fold(0, |word, lane| word << 1 | lane >> at & 1);
        products.extend((0..pairs.len()).map(bits));
    }
    products
}

/// The extremes of both operands in every combination, then pairs drawn uniformly; operands as their bits.
fn sample(format: OperandFormat) -> Vec<(u64, u64)> {
    let [n, m] = [format.width_a(), format.width_b()].map(|width| (1u64 << width) - 1);
    let extremes = |mask: u64| [0, 1, 2, mask >> 1, (mask >> 1) + 1, mask - 1, mask];
    let mut pairs: Vec<(u64, u64)> =
        extremes(n).into_iter().flat_map(|a| extremes(m).map(|b| (a, b))).collect();
    let mut state = 1u64;
    let mut draw = |mask: u64| {
        // Constants of Knuth's MMIX generator, of which the high bits are the random ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 32 & mask
    };
    pairs.extend((0..RANDOM).map(|_| (draw(n), draw(m))));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_words_put_together() {
        assert_eq!(hexadecimal(&[0x1, 0x23, 0xff], 8), "ff2301");
        assert_eq!(hexadecimal(&[1, 2, 3], 3), format!("{:03x}", 1 | 2 << 3 | 3 << 6));
        assert_eq!(hexadecimal(&[0b10001], 5), "11");
    }

    #[test]
    fn samples_hold_the_extremes() {
        let pairs = sample(OperandFormat::signed(9, 32));
        assert_eq!(pairs.len(), 49 + RANDOM);
        for a in [0, 0xff, 0x100, 0x1ff] {
            for b in [0, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
                assert!(pairs.contains(&(a, b)), "{a:x} {b:x}");
            }
        }
        assert!(pairs.iter().all(|&(a, b)| a < 1 << 9 && b < 1 << 32));
    }
}
