//! What tells one circuit from another.

use axmul_api::{Netlist, Signal};
use sha2::{Digest, Sha256};

/// What a circuit hashes to: its format, its cells and where their inputs and the product come from.
pub(super) fn circuit_digest(netlist: &Netlist) -> [u8; 32] {
    let mut hash = Sha256::new();
    let signal = |hash: &mut Sha256, signal: Signal| {
        let (kind, number, output) = match signal {
            Signal::Constant(value) => (0u8, u64::from(value), 0),
            Signal::Input(input) => (1, input as u64, 0),
            Signal::Cell(cell, output) => (2, cell as u64, output),
        };
        hash.update([kind, output]);
        hash.update(number.to_le_bytes());
    };
    hash.update(netlist.format().to_string());
    for cell in netlist.cells() {
        // Names have no digits and inputs are counted by them, so no two circuits give the same bytes.
        hash.update(cell.kind.name());
        hash.update([cell.inputs.len() as u8]);
        cell.inputs.iter().for_each(|&input| signal(&mut hash, input));
    }
    hash.update("product");
    netlist.outputs().iter().for_each(|&output| signal(&mut hash, output));
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use axmul_api::{Gates, OperandFormat, Recorder};

    use super::*;

    /// A circuit of 2x2 bits with the four product bits that `build` gives.
    fn digest(format: OperandFormat, build: impl Fn(&mut Recorder, &[Signal]) -> [Signal; 4]) -> [u8; 32] {
        let mut recorder = Recorder::new(format);
        let inputs: Vec<Signal> = recorder.inputs().collect();
        let outputs = build(&mut recorder, &inputs);
        circuit_digest(&recorder.finish(outputs.to_vec()))
    }

    #[test]
    fn every_difference_shows_and_nothing_else() {
        let (unsigned, signed) = (OperandFormat::unsigned(2, 2), OperandFormat::signed(2, 2));
        let zero = Signal::Constant(false);
        let reference = |r: &mut Recorder, i: &[Signal]| [r.and(i[0], i[2]), zero, zero, i[1]];
        let all = [
            digest(unsigned, reference),
            digest(signed, reference),
            digest(unsigned, |r, i| [r.or(i[0], i[2]), zero, zero, i[1]]),
            digest(unsigned, |r, i| [r.and(i[0], i[3]), zero, zero, i[1]]),
            digest(unsigned, |r, i| [r.and(i[0], i[2]), zero, zero, i[0]]),
            digest(unsigned, |r, i| [r.and(i[0], i[2]), zero, i[1], zero]),
            digest(unsigned, |r, i| [r.and(i[0], i[2]), zero, zero, Signal::Constant(true)]),
            digest(unsigned, |r, i| [r.half_adder(i[0], i[2]).1, zero, zero, i[1]]),
            digest(unsigned, |r, i| [r.half_adder(i[0], i[2]).0, zero, zero, i[1]]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert_eq!(all.iter().position(|other| other == one), Some(at));
        }
        assert_eq!(all[0], digest(unsigned, reference));
    }
}
