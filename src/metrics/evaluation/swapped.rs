//! A multiplier with its operands exchanged.

use axmul_api::{Netlist, Recorder, Signal};

use crate::multiplier::{OperandFormat, Products, ProductsError};

/// The products of `b` and `a`. The operands have one width.
pub struct SwappedOperands<'a>(pub &'a dyn Products);

impl Products for SwappedOperands<'_> {
    fn format(&self) -> OperandFormat {
        self.0.format()
    }

    fn block(&self, first: u64, out: &mut [i64]) -> Result<(), ProductsError> {
        let format = self.format();
        let columns = 1u64 << format.width_b();
        let (lowest_a, lowest_b) = (*format.range_a().start(), *format.range_b().start());
        let pairs = (first..first + out.len() as u64)
            .map(|number| (lowest_a + (number / columns) as i64, lowest_b + (number % columns) as i64));
        let (a, b): (Vec<i64>, Vec<i64>) = pairs.unzip();
        self.pairs(&a, &b, out)
    }

    fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) -> Result<(), ProductsError> {
        self.0.pairs(b, a, out)
    }
}

/// The circuit with its operands exchanged, which have one width.
pub fn swap_operands(netlist: &Netlist) -> Netlist {
    let mut recorder = Recorder::new(netlist.format());
    let inputs: Vec<Signal> = recorder.inputs().collect();
    let (a, b) = inputs.split_at(netlist.format().width_a().into());
    let outputs = netlist.replay(&mut recorder, b, a);
    recorder.finish(outputs)
}
