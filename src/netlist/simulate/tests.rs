//! The program over every lane type and instruction set against the netlist replayed one pair at a time.

use axmul_api::{Gates, Lanes, Netlist, OperandFormat, Recorder, Signal};
use proptest::prelude::*;

use super::program::Slot;
use super::*;

/// A cell and where its inputs come from, counted back from the newest signal.
type Choice = (u8, [u16; 3]);

/// A circuit with a cell of the chosen kind for every choice, in which any signal may be a product bit.
fn build(format: OperandFormat, choices: &[Choice], outputs: &[u16]) -> Netlist {
    let mut g = Recorder::new(format);
    let mut signals: Vec<Signal> = vec![Signal::Constant(false), Signal::Constant(true)];
    signals.extend(g.inputs());
    for &(kind, inputs) in choices {
        let [a, b, c] = inputs.map(|back| signals[signals.len() - 1 - usize::from(back) % signals.len()]);
        match kind % 10 {
            0 => signals.push(g.not(a)),
            1 => signals.push(g.and(a, b)),
            2 => signals.push(g.or(a, b)),
            3 => signals.push(g.xor(a, b)),
            4 => signals.push(g.nand(a, b)),
            5 => signals.push(g.nor(a, b)),
            6 => signals.push(g.xnor(a, b)),
            7 => signals.push(g.mux(a, b, c)),
            8 => signals.extend(<[Signal; 2]>::from(g.half_adder(a, b))),
            _ => signals.extend(<[Signal; 2]>::from(g.full_adder(a, b, c))),
        }
    }
    let pick = |&back: &u16| signals[signals.len() - 1 - usize::from(back) % signals.len()];
    g.finish(outputs.iter().take(format.product_width().into()).map(pick).collect())
}

fn formats() -> impl Strategy<Value = OperandFormat> {
    (2u8..=32, 2u8..=32, any::<bool>())
        .prop_filter_map("product too wide", |(n, m, signed)| OperandFormat::new(n, m, signed).ok())
}

fn circuits(formats: impl Strategy<Value = OperandFormat>) -> impl Strategy<Value = Netlist> {
    let choices = prop::collection::vec((any::<u8>(), [0u16..40, 0u16..40, 0u16..400]), 1..120);
    let outputs = prop::collection::vec(any::<u16>(), 64);
    (formats, choices, outputs).prop_map(|(format, choices, outputs)| build(format, &choices, &outputs))
}

/// The product of one pair, from the netlist replayed.
fn replayed(netlist: &Netlist, a: i64, b: i64) -> i64 {
    let format = netlist.format();
    let bits = |value: i64, width: u8| -> Vec<bool> { (0..width).map(|bit| value >> bit & 1 == 1).collect() };
    let product = netlist.replay(&mut Bits, &bits(a, format.width_a()), &bits(b, format.width_b()));
    format.wrap(product.iter().enumerate().fold(0, |sum, (bit, &one)| sum | i64::from(one) << bit))
}

fn at_every_level(netlist: &Netlist) -> impl Iterator<Item = (SimdLevel, Simulator)> {
    SimdLevel::ALL.iter().filter_map(|&level| Some((level, Simulator::at(level, netlist)?)))
}

proptest! {
    #[test]
    fn pairs_equal_the_replayed_netlist(
        netlist in circuits(formats()),
        raw in prop::collection::vec(any::<(i64, i64)>(), 1..70),
    ) {
        let format = netlist.format();
        let operand = |raw: i64, width: u8| {
            let unused = 64 - u32::from(width);
            if format.is_signed() { raw << unused >> unused } else { ((raw as u64) << unused >> unused) as i64 }
        };
        let (a, b): (Vec<i64>, Vec<i64>) =
            raw.iter().map(|&(a, b)| (operand(a, format.width_a()), operand(b, format.width_b()))).unzip();
        let expected: Vec<i64> = a.iter().zip(&b).map(|(&a, &b)| replayed(&netlist, a, b)).collect();
        for (level, simulator) in at_every_level(&netlist) {
            let mut out = vec![0; a.len()];
            simulator.pairs(&a, &b, &mut out).unwrap();
            prop_assert_eq!(&out, &expected, "{:?}", level);
        }
    }

    #[test]
    fn blocks_equal_pairs(netlist in circuits(formats()), first in any::<u64>(), length in 0usize..5000) {
        let format = netlist.format();
        let pairs = format.pairs();
        let length = length.min(pairs as usize);
        let first = (u128::from(first) % (pairs - length as u128 + 1)) as u64;
        let b_mask = (1u64 << format.width_b()) - 1;
        let operands = (0..length as u64).map(|i| {
            let number = first + i;
            (
                format.range_a().start() + (number >> format.width_b()) as i64,
                format.range_b().start() + (number & b_mask) as i64,
            )
        });
        let (a, b): (Vec<i64>, Vec<i64>) = operands.unzip();
        for (level, simulator) in at_every_level(&netlist) {
            let mut expected = vec![0; length];
            simulator.pairs(&a, &b, &mut expected).unwrap();
            let mut out = vec![0; length];
            simulator.block(first, &mut out).unwrap();
            prop_assert_eq!(out, expected, "{:?}", level);
        }
    }

    /// The walk itself over single bits and over the words of the contract.
    #[test]
    fn every_lane_type_computes_the_same(
        netlist in circuits(formats()),
        lanes in prop::collection::vec(any::<u64>(), 64),
    ) {
        let program = compile(&netlist);
        let inputs = usize::from(netlist.format().product_width());
        let mut words = vec![Slot([0u64; 1]); program.slots()];
        for (slot, &lane) in words.iter_mut().zip(&lanes[..inputs]) {
            slot.0 = [lane];
        }
        words[program.zero() as usize + 1].0 = [u64::MAX];
        program.run(&mut Lanes, &mut words);
        let (a, b) = lanes[..inputs].split_at(netlist.format().width_a().into());
        let expected = netlist.replay(&mut Lanes, a, b);
        let got: Vec<u64> = program.outputs().iter().map(|&slot| words[slot as usize].0[0]).collect();
        prop_assert_eq!(&got, &expected);

        for lane in [0, 17, 63] {
            let mut bits = vec![Slot([false; 1]); program.slots()];
            for (slot, word) in bits.iter_mut().zip(&lanes[..inputs]) {
                slot.0 = [word >> lane & 1 == 1];
            }
            bits[program.zero() as usize + 1].0 = [true];
            program.run(&mut Bits, &mut bits);
            let got: Vec<bool> = program.outputs().iter().map(|&slot| bits[slot as usize].0[0]).collect();
            let expected: Vec<bool> = expected.iter().map(|word| word >> lane & 1 == 1).collect();
            prop_assert_eq!(got, expected);
        }
    }
}

/// By hand: a0 and b0, with the carry of a half adder of a1 and b1 on top.
#[test]
fn a_trace_holds_every_cell() {
    let mut g = Recorder::new(OperandFormat::unsigned(2, 2));
    let [a0, a1, b0, b1] = <[Signal; 4]>::try_from(g.inputs().collect::<Vec<_>>()).unwrap();
    let and = g.and(a0, b0);
    let (sum, carry) = g.half_adder(a1, b1);
    let netlist = g.finish(vec![and, sum, carry]);
    assert_eq!(trace(&netlist, 3, 1), [[true, true], [true, false]]);
    assert_eq!(trace(&netlist, 2, 3), [[false, false], [false, true]]);
    let mut out = [0; 2];
    Simulator::new(&netlist).pairs(&[3, 2], &[1, 3], &mut out).unwrap();
    assert_eq!(out, [0b011, 0b100]);
}

/// 256 partial products, but few at a time.
#[test]
fn a_wide_multiplier_works_on_few_slots() {
    let exact = axmul_api::providers().into_iter().find(|provider| provider.name() == "exact").unwrap();
    let multiplier = exact.multiplier(OperandFormat::unsigned(16, 16), &[]).unwrap();
    let program = compile(&multiplier.structure().unwrap().netlist());
    assert!(program.slots() < 120, "{}", program.slots());
}
