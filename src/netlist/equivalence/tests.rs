//! Proofs against exhaustive comparison, and proofs that only a proof can give.

use std::time::Duration;

use axmul_api::{Circuit, Gates, Netlist, OperandFormat, Recorder, Signal, Structure, words};
use proptest::prelude::*;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn verdict(x: &Netlist, y: &Netlist) -> Verdict {
    prove(x, y, MINUTE, &|_, _| {}).unwrap()
}

/// All products, by brute force.
fn products(netlist: &Netlist) -> Vec<Vec<bool>> {
    let format = netlist.format();
    let bits = |value: i64, width: u8| (0..width).map(|bit| value >> bit & 1 == 1).collect::<Vec<_>>();
    let operands = format.operands();
    operands.map(|(a, b)| product(netlist, &bits(a, format.width_a()), &bits(b, format.width_b()))).collect()
}

/// An exact multiplier that adds its partial products in one of several ways.
struct ExactProduct {
    format: OperandFormat,
    arrangement: Arrangement,
    exchanged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Arrangement {
    /// Carry-save rows.
    Array,
    /// One row after the other, by ripple-carry adders.
    Rows,
    /// Columns taken from the other end, so with other groups of three.
    Tree,
}

impl Circuit for ExactProduct {
    fn operand_format(&self) -> OperandFormat {
        self.format
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let (a, b) = if self.exchanged { (b, a) } else { (a, b) };
        let mut columns = words::partial_products(g, self.format, a, b, |_, _| true);
        match self.arrangement {
            Arrangement::Array => words::sum_columns(g, columns),
            Arrangement::Tree => {
                columns.iter_mut().for_each(|column| column.reverse());
                words::sum_columns(g, columns)
            }
            Arrangement::Rows => {
                let width = columns.len();
                let mut sum = words::constant(g, 0, width);
                for row in 0..width {
                    let zero = g.constant(false);
                    let next: Vec<G::Bit> =
                        columns.iter().map(|column| column.get(row).copied().unwrap_or(zero)).collect();
                    sum = words::add(g, &sum, &next, zero);
                    sum.truncate(width);
                }
                sum
            }
        }
    }
}

fn exact(format: OperandFormat, arrangement: Arrangement, exchanged: bool) -> Netlist {
    ExactProduct { format, arrangement, exchanged }.netlist()
}

#[test]
fn adders_in_any_arrangement_are_equal_at_any_width() {
    for format in
        [OperandFormat::signed(16, 16), OperandFormat::unsigned(31, 32), OperandFormat::signed(32, 32)]
    {
        let array = exact(format, Arrangement::Array, false);
        assert_eq!(verdict(&array, &array), Verdict::Equal(Proof::StructuralHash));
        for arrangement in [Arrangement::Array, Arrangement::Tree, Arrangement::Rows] {
            let exchanged = format.width_a() == format.width_b();
            let other = exact(format, arrangement, exchanged);
            let expected = match (arrangement, exchanged) {
                (Arrangement::Array, false) => Proof::StructuralHash,
                _ => Proof::PartialProducts,
            };
            assert_eq!(verdict(&array, &other), Verdict::Equal(expected), "{format} {arrangement:?}");
        }
    }
}

/// One gate: what it is and where its inputs come from, counted back from the newest bit.
type Operation = (u8, usize, usize, usize);

/// The circuit whose gates are `operations`; its product bits are the newest ones.
fn circuit(format: OperandFormat, operations: &[Operation]) -> Netlist {
    let mut g = Recorder::new(format);
    let mut bits: Vec<Signal> = g.inputs().collect();
    for &(operation, x, y, z) in operations {
        let [x, y, z] = [x, y, z].map(|back| bits[bits.len() - 1 - back % bits.len()]);
        match operation {
            0 => bits.push(g.and(x, y)),
            1 => bits.push(g.xor(x, y)),
            2 => bits.push(g.not(x)),
            3 => bits.push(g.mux(x, y, z)),
            4 => bits.push(g.nor(x, y)),
            5 => bits.push(g.constant(x < y)),
            6 => bits.push(g.nand(x, y)),
            _ => {
                let (sum, carry) = g.full_adder(x, y, z);
                bits.extend([sum, carry]);
            }
        }
    }
    let width = usize::from(format.product_width());
    let outputs = bits.split_off(bits.len() - width);
    g.finish(outputs)
}

fn formats() -> impl Strategy<Value = OperandFormat> {
    (2u8..=4, 2u8..=4, any::<bool>()).prop_map(|(a, b, signed)| OperandFormat::new(a, b, signed).unwrap())
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    prop::collection::vec((0u8..8, 0usize..20, 0usize..20, 0usize..20), 8..60)
}

/// What `prove` says is what comparing all products says.
fn agrees_with_brute_force(x: &Netlist, y: &Netlist) -> Result<(), TestCaseError> {
    let (of_x, of_y) = (products(x), products(y));
    match verdict(x, y) {
        Verdict::Equal(_) => prop_assert!(of_x == of_y, "equal, says the proof"),
        Verdict::Different { a, b } => {
            let pair = x.format().operands().position(|operands| operands == (a, b)).expect("operands");
            prop_assert!(of_x[pair] != of_y[pair], "different for {a}, {b}, says the proof");
        }
        Verdict::Unknown => prop_assert!(false, "no answer"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn random_circuits(format in formats(), x in operations(), y in operations()) {
        agrees_with_brute_force(&circuit(format, &x), &circuit(format, &y))?;
    }

    #[test]
    fn one_gate_changed(format in formats(), x in operations(), at in any::<prop::sample::Index>(), to in 0u8..8) {
        let mut y = x.clone();
        y[at.index(x.len())].0 = to;
        agrees_with_brute_force(&circuit(format, &x), &circuit(format, &y))?;
    }

    #[test]
    fn one_gate_of_a_multiplier_changed(
        format in formats(), arrangement in 0usize..3, at in any::<prop::sample::Index>(), to in 0usize..8
    ) {
        let arrangement = [Arrangement::Array, Arrangement::Rows, Arrangement::Tree][arrangement];
        let (x, y) = (exact(format, Arrangement::Array, false), exact(format, arrangement, false));
        agrees_with_brute_force(&x, &y)?;
        agrees_with_brute_force(&x, &changed(&y, at.index(y.cells().len()), to))?;
    }
}

/// The circuit with cell `at` replaced by another one over the same inputs.
fn changed(netlist: &Netlist, at: usize, to: usize) -> Netlist {
    let format = netlist.format();
    let mut g = Changing { recorder: Recorder::new(format), at, to, seen: 0 };
    let inputs: Vec<Signal> = g.recorder.inputs().collect();
    let (a, b) = inputs.split_at(format.width_a().into());
    let outputs = netlist.replay(&mut g, a, b);
    g.recorder.finish(outputs)
}

/// Records all cells as they are but one.
struct Changing {
    recorder: Recorder,
    at: usize,
    to: usize,
    seen: usize,
}

impl Changing {
    /// Whether this is the cell to change.
    fn here(&mut self) -> bool {
        self.seen += 1;
        self.seen - 1 == self.at
    }

    fn instead(&mut self, x: Signal, y: Signal) -> Signal {
        match self.to {
            0 => self.recorder.and(x, y),
            1 => self.recorder.or(x, y),
            2 => self.recorder.xor(x, y),
            3 => self.recorder.nand(x, y),
            4 => self.recorder.nor(x, y),
            5 => self.recorder.xnor(x, y),
            6 => x,
            _ => self.recorder.not(y),
        }
    }
}

impl Gates for Changing {
    type Bit = Signal;

    fn constant(&mut self, value: bool) -> Signal {
        self.recorder.constant(value)
    }
    fn not(&mut self, a: Signal) -> Signal {
        if self.here() { a } else { self.recorder.not(a) }
    }
    fn and(&mut self, a: Signal, b: Signal) -> Signal {
        if self.here() { self.instead(a, b) } else { self.recorder.and(a, b) }
    }
    fn or(&mut self, a: Signal, b: Signal) -> Signal {
        if self.here() { self.instead(a, b) } else { self.recorder.or(a, b) }
    }
    fn xor(&mut self, a: Signal, b: Signal) -> Signal {
        if self.here() { self.instead(a, b) } else { self.recorder.xor(a, b) }
    }
    fn nand(&mut self, a: Signal, b: Signal) -> Signal {
        if self.here() { self.instead(a, b) } else { self.recorder.nand(a, b) }
    }
    fn xnor(&mut self, a: Signal, b: Signal) -> Signal {
        if self.here() { self.instead(a, b) } else { self.recorder.xnor(a, b) }
    }
    fn mux(&mut self, select: Signal, if_one: Signal, if_zero: Signal) -> Signal {
        if self.here() { self.instead(if_one, if_zero) } else { self.recorder.mux(select, if_one, if_zero) }
    }
    fn half_adder(&mut self, a: Signal, b: Signal) -> (Signal, Signal) {
        let (sum, carry) = self.recorder.half_adder(a, b);
        if self.here() { (self.instead(sum, carry), self.instead(a, sum)) } else { (sum, carry) }
    }
    fn full_adder(&mut self, a: Signal, b: Signal, c: Signal) -> (Signal, Signal) {
        let (sum, carry) = self.recorder.full_adder(a, b, c);
        if self.here() { (self.instead(a, b), self.instead(carry, c)) } else { (sum, carry) }
    }
}

#[test]
fn what_differs_in_one_case_of_many_is_found() {
    let format = OperandFormat::unsigned(20, 20);
    let plain = exact(format, Arrangement::Array, false);
    let with_flaw = |a: u64, b: u64| {
        let mut g = Recorder::new(format);
        let inputs: Vec<Signal> = g.inputs().collect();
        let mut product = plain.replay(&mut g, &inputs[..20], &inputs[20..]);
        let mut hit = g.constant(true);
        for (bit, &input) in inputs.iter().enumerate() {
            let wanted = (a | b << 20) >> bit & 1 == 1;
            let as_wanted = if wanted { input } else { g.not(input) };
            hit = g.and(hit, as_wanted);
        }
        product[7] = g.xor(product[7], hit);
        g.finish(product)
    };
    let flawed = with_flaw(0xbeef5, 0x12345);
    assert_eq!(verdict(&plain, &flawed), Verdict::Different { a: 0xbeef5, b: 0x12345 });
    assert_eq!(verdict(&flawed, &flawed.clone()), Verdict::Equal(Proof::StructuralHash));
}

#[test]
fn counterexamples_are_short() {
    let format = OperandFormat::signed(16, 16);
    let plain = exact(format, Arrangement::Array, false);
    let broken = changed(&plain, 0, 2);
    assert_eq!(verdict(&plain, &broken), Verdict::Different { a: 0, b: 1 });
}

/// An exact multiplier of unsigned operands of one width by three smaller ones: `a b = h 2^w + (m - h - l) 2^(w/2) + l`
/// with `h` and `l` the products of the upper and lower halves and `m` that of the sums of the halves.
struct Karatsuba(OperandFormat);

impl Circuit for Karatsuba {
    fn operand_format(&self) -> OperandFormat {
        self.0
    }

    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        let (zero, one) = (g.constant(false), g.constant(true));
        let (half, width) = (a.len() / 2, 2 * a.len());
        let product = |g: &mut G, a: &[G::Bit], b: &[G::Bit]| {
            let columns = words::partial_products(g, OperandFormat::unsigned(2, 2), a, b, |_, _| true);
            words::sum_columns(g, columns)
        };
        let (low, high) = (product(g, &a[..half], &b[..half]), product(g, &a[half..], &b[half..]));
        let (sum_a, sum_b) =
            (words::add(g, &a[..half], &a[half..], zero), words::add(g, &b[..half], &b[half..], zero));
        let mut middle = product(g, &sum_a, &sum_b);
        for subtrahend in [&low, &high] {
            let mut inverted = words::resize(g, subtrahend, middle.len());
            inverted.iter_mut().for_each(|bit| *bit = g.not(*bit));
            let length = middle.len();
            middle = words::add(g, &middle, &inverted, one);
            middle.truncate(length);
        }
        let outer: Vec<G::Bit> = low.into_iter().chain(high).collect();
        let shifted: Vec<G::Bit> = std::iter::repeat_n(zero, half).chain(middle).collect();
        let mut sum = words::add(g, &outer, &shifted, zero);
        sum.truncate(width);
        sum
    }
}

#[test]
fn unrelated_circuits_of_few_bits_are_proven_by_search() {
    let format = OperandFormat::unsigned(6, 6);
    let (array, unrelated) = (exact(format, Arrangement::Array, false), Karatsuba(format).netlist());
    assert_eq!(verdict(&array, &unrelated), Verdict::Equal(Proof::SatSweep));
}

#[test]
fn the_time_limit_is_kept() {
    let format = OperandFormat::unsigned(24, 24);
    let (array, unrelated) = (exact(format, Arrangement::Array, false), Karatsuba(format).netlist());
    let started = Instant::now();
    assert_eq!(prove(&array, &unrelated, Duration::from_millis(300), &|_, _| {}), Ok(Verdict::Unknown));
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn formats_have_to_agree() {
    let [x, y] = [OperandFormat::signed(4, 4), OperandFormat::unsigned(4, 4)]
        .map(|f| exact(f, Arrangement::Array, false));
    let error = prove(&x, &y, MINUTE, &|_, _| {}).unwrap_err();
    assert_eq!(error.to_string(), "expected two circuits of one operand format, got 4s and 4u");
}
