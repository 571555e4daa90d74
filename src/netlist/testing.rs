//! Circuits for the tests of this crate and those above.

use axmul_api::{Bits, CellKind, Gates, Lanes, Netlist, OperandFormat, Recorder, Signal, providers};
use proptest::prelude::*;

/// The most cells that are asked for; the recorder folds some away.
const CELLS: usize = 40;

/// Formats of 2 to 4 bits an operand, signed and unsigned.
pub fn formats() -> impl Strategy<Value = OperandFormat> {
    let format = |(a, b, signed)| OperandFormat::new(a, b, signed).expect("small widths");
    (2u8..=4, 2u8..=4, any::<bool>()).prop_map(format)
}

/// Circuits of every kind of cell, whose outputs are any of their signals: cells, inputs straight through, constants.
pub fn netlists() -> impl Strategy<Value = Netlist> {
    let cells =
        prop::collection::vec((prop::sample::select(&CellKind::ALL[..]), any::<[u16; 3]>()), 0..CELLS);
    (formats(), cells, any::<[u16; 8]>()).prop_map(|(format, cells, outputs)| {
        let mut g = Recorder::new(format);
        let mut signals = vec![g.constant(false), g.constant(true)];
        signals.extend(g.inputs());
        for (kind, inputs) in cells {
            let [a, b, c] = inputs.map(|choice| signal(&signals, choice));
            match kind {
                CellKind::Not => signals.push(g.not(a)),
                CellKind::And => signals.push(g.and(a, b)),
                CellKind::Or => signals.push(g.or(a, b)),
                CellKind::Xor => signals.push(g.xor(a, b)),
                CellKind::Nand => signals.push(g.nand(a, b)),
                CellKind::Nor => signals.push(g.nor(a, b)),
                CellKind::Xnor => signals.push(g.xnor(a, b)),
                CellKind::Mux => signals.push(g.mux(a, b, c)),
                CellKind::HalfAdder => signals.extend(<[Signal; 2]>::from(g.half_adder(a, b))),
                CellKind::FullAdder => signals.extend(<[Signal; 2]>::from(g.full_adder(a, b, c))),
            }
        }
        let width = format.product_width().into();
        g.finish(outputs[..width].iter().map(|&choice| signal(&signals, choice)).collect())
    })
}

/// Mostly one of the latest signals, so that circuits get deep; one time in four any.
fn signal(signals: &[Signal], choice: u16) -> Signal {
    let (any, back) = (choice.is_multiple_of(4), usize::from(choice / 4));
    let window = if any { signals.len() } else { signals.len().min(8) };
    signals[signals.len() - 1 - back % window]
}

/// The products of all operand pairs in the order of [`OperandFormat::operands`], one pair at a time.
pub fn products(netlist: &Netlist) -> Vec<i64> {
    let format = netlist.format();
    let bits = |value: i64, width: u8| (0..width).map(|bit| value >> bit & 1 == 1).collect::<Vec<_>>();
    let product = |(a, b)| {
        let bits = netlist.replay(&mut Bits, &bits(a, format.width_a()), &bits(b, format.width_b()));
        format.wrap(bits.iter().rev().fold(0, |value, &bit| value << 1 | i64::from(bit)))
    };
    format.operands().map(product).collect()
}

/// The product bits of a netlist in 64 cases: the lanes of `inputs`, a before b.
pub fn lanes(netlist: &Netlist, inputs: &[u64]) -> Vec<u64> {
    let (a, b) = inputs.split_at(netlist.format().width_a().into());
    netlist.replay(&mut Lanes, a, b)
}

/// The circuit of a member of a family that is linked into the test.
pub fn member(family: &str, format: OperandFormat, parameters: &[u32]) -> Netlist {
    let provider =
        providers().into_iter().find(|provider| provider.name() == family).expect("a linked family");
    provider.multiplier(format, parameters).unwrap().structure().unwrap().netlist()
}
