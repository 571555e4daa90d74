//! Bit-parallel simulation: the products of a circuit, thousands at a time.
//!
//! A netlist is compiled once into a straight-line program whose signals share a few slots, small enough for the
//! L1 cache. Each slot holds one bit of 2,048 operand pairs; the loop is compiled for several vector
//! instruction sets, and the best one is chosen at run time.
//!
//! [`trace`] simulates a single pair and returns the value of every signal.

mod compile;
mod engine;
mod machine;
mod program;
mod transpose;
mod vector;
mod words;

use axmul_api::{Bits, Netlist, OperandFormat};

use axmul_metrics::{Products, ProductsError};
use compile::compile;
use engine::{SimdLevel, SimulationEngine};
use machine::PASS;

/// A circuit that computes [`Products`].
pub struct Simulator {
    format: OperandFormat,
    engine: SimulationEngine,
}

impl Simulator {
    /// Compiles a circuit. Outputs beyond the product bits are ignored; missing ones are zero.
    pub fn new(netlist: &Netlist) -> Self {
        let mut levels = SimdLevel::ALL.iter();
        levels.find_map(|&level| Self::at(level, netlist)).expect("the portable level")
    }

    /// A simulator for one instruction set; `None` where the processor does not have it.
    fn at(level: SimdLevel, netlist: &Netlist) -> Option<Self> {
        let format = netlist.format();
        Some(Self { format, engine: SimulationEngine::new(level, format, compile(netlist))? })
    }
}

impl Products for Simulator {
    fn format(&self) -> OperandFormat {
        self.format
    }

    fn block(&self, first: u64, out: &mut [i64]) -> Result<(), ProductsError> {
        self.engine.block(first, out);
        Ok(())
    }

    fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) -> Result<(), ProductsError> {
        for ((a, b), out) in a.chunks(PASS).zip(b.chunks(PASS)).zip(out.chunks_mut(PASS)) {
            self.engine.pairs(a, b, out);
        }
        Ok(())
    }
}

/// The outputs of every cell of a circuit for one operand pair, in the order of [`Netlist::cells`]; a cell with one
/// output repeats it.
pub fn trace(netlist: &Netlist, a: i64, b: i64) -> Vec<[bool; 2]> {
    let bits = |value: i64, width: u8| -> Vec<bool> { (0..width).map(|bit| value >> bit & 1 == 1).collect() };
    let format = netlist.format();
    netlist.trace(&mut Bits, &bits(a, format.width_a()), &bits(b, format.width_b()))
}

#[cfg(test)]
mod tests;
