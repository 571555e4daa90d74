//! Netlists, and the recorder that turns a circuit into one.

use serde::{Deserialize, Serialize};

use std::collections::HashMap;

use crate::{Gates, OperandFormat};

/// What a cell computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CellKind {
    /// Inverter.
    Not,
    /// AND.
    And,
    /// OR.
    Or,
    /// XOR.
    Xor,
    /// NAND.
    Nand,
    /// NOR.
    Nor,
    /// XNOR.
    Xnor,
    /// Multiplexer with inputs (select, if one, if zero).
    Mux,
    /// Half adder with outputs (sum, carry).
    HalfAdder,
    /// Full adder with outputs (sum, carry).
    FullAdder,
}

impl CellKind {
    /// Every kind, in the order in which counts are listed.
    pub const ALL: [Self; 10] = [
        Self::Not,
        Self::And,
        Self::Or,
        Self::Xor,
        Self::Nand,
        Self::Nor,
        Self::Xnor,
        Self::Mux,
        Self::HalfAdder,
        Self::FullAdder,
    ];

    /// The name in cell libraries and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Not => "not",
            Self::And => "and",
            Self::Or => "or",
            Self::Xor => "xor",
            Self::Nand => "nand",
            Self::Nor => "nor",
            Self::Xnor => "xnor",
            Self::Mux => "mux",
            Self::HalfAdder => "half_adder",
            Self::FullAdder => "full_adder",
        }
    }

    /// Number of outputs: two for the adders, else one.
    pub fn outputs(self) -> usize {
        if matches!(self, Self::HalfAdder | Self::FullAdder) { 2 } else { 1 }
    }
}

/// A wire of a [`Netlist`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Signal {
    /// Tied to a constant.
    Constant(bool),
    /// An input bit: the bits of a from the least significant up, then those of b.
    Input(usize),
    /// An output of a cell: index of the cell, index of the output.
    Cell(usize, u8),
}

/// One cell of a [`Netlist`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What it computes.
    pub kind: CellKind,
    /// Its inputs, in the order of the method of [`Gates`] that made it.
    pub inputs: Vec<Signal>,
}

/// A combinational circuit as a list of cells in topological order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Netlist {
    format: OperandFormat,
    cells: Vec<Cell>,
    outputs: Vec<Signal>,
}

/// How many cells of each kind a circuit has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellCounts([usize; CellKind::ALL.len()]);

impl CellCounts {
    /// The number of cells of one kind.
    pub fn get(&self, kind: CellKind) -> usize {
        self.0[kind as usize]
    }

    /// The kinds that occur, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (CellKind, usize)> {
        CellKind::ALL.into_iter().map(|kind| (kind, self.get(kind))).filter(|&(_, count)| count > 0)
    }

    /// The number of all cells.
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }
}

impl Netlist {
    /// Widths and signedness of the operands.
    pub fn format(&self) -> OperandFormat {
        self.format
    }

    /// The cells; a cell's inputs come from earlier cells only.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The product bits, least significant first.
    pub fn outputs(&self) -> &[Signal] {
        &self.outputs
    }

    /// Counts the cells.
    pub fn cell_counts(&self) -> CellCounts {
        let mut counts = CellCounts::default();
        for cell in &self.cells {
            counts.0[cell.kind as usize] += 1;
        }
        counts
    }

    /// Builds the circuit again over another kind of bit: to simulate it, to translate it, to record it anew.
    pub fn replay<G: Gates>(&self, gates: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        self.run(gates, a, b).1
    }

    /// Like [`Self::replay`], but returns the outputs of every cell in the order of [`Self::cells`], for counting
    /// toggles. A cell with one output repeats it.
    pub fn trace<G: Gates>(&self, gates: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<[G::Bit; 2]> {
        self.run(gates, a, b).0
    }

    fn run<G: Gates>(&self, gates: &mut G, a: &[G::Bit], b: &[G::Bit]) -> (Vec<[G::Bit; 2]>, Vec<G::Bit>) {
        let constants = [gates.constant(false), gates.constant(true)];
        let mut values: Vec<[G::Bit; 2]> = Vec::with_capacity(self.cells.len());
        let read = |values: &[[G::Bit; 2]], signal: Signal| match signal {
            Signal::Constant(value) => constants[usize::from(value)],
            Signal::Input(i) => {
                if i < a.len() {
                    a[i]
                } else {
                    b[i - a.len()]
                }
            }
            Signal::Cell(cell, output) => values[cell][usize::from(output)],
        };
        for cell in &self.cells {
            let input = |i: usize| read(&values, cell.inputs[i]);
            let single = |bit| [bit, bit];
            let outputs = match cell.kind {
                CellKind::Not => single(gates.not(input(0))),
                CellKind::And => single(gates.and(input(0), input(1))),
                CellKind::Or => single(gates.or(input(0), input(1))),
                CellKind::Xor => single(gates.xor(input(0), input(1))),
                CellKind::Nand => single(gates.nand(input(0), input(1))),
                CellKind::Nor => single(gates.nor(input(0), input(1))),
                CellKind::Xnor => single(gates.xnor(input(0), input(1))),
                CellKind::Mux => single(gates.mux(input(0), input(1), input(2))),
                CellKind::HalfAdder => gates.half_adder(input(0), input(1)).into(),
                CellKind::FullAdder => gates.full_adder(input(0), input(1), input(2)).into(),
            };
            values.push(outputs);
        }
        let outputs = self.outputs.iter().map(|&signal| read(&values, signal)).collect();
        (values, outputs)
    }
}

/// Records a circuit as a [`Netlist`]. Constants are folded and identical cells shared (structural hashing), so that
/// a generic description does not pay for logic that no synthesis tool would keep.
#[derive(Clone, Debug)]
pub struct Recorder {
    format: OperandFormat,
    cells: Vec<Cell>,
    /// The index of each recorded cell; inputs are sorted where their order does not matter.
    known: HashMap<(CellKind, Vec<Signal>), usize>,
}

impl Recorder {
    /// An empty recording of a circuit with operands of this format.
    pub fn new(format: OperandFormat) -> Self {
        Self { format, cells: Vec::new(), known: HashMap::new() }
    }

    /// The input bits: those of a from the least significant up, then those of b.
    pub fn inputs(&self) -> impl Iterator<Item = Signal> + use<> {
        (0..self.format.product_width().into()).map(Signal::Input)
    }

    /// Ends the recording and removes cells that reach no output.
    pub fn finish(self, outputs: Vec<Signal>) -> Netlist {
        let mut live = vec![false; self.cells.len()];
        let mut pending: Vec<Signal> = outputs.clone();
        while let Some(signal) = pending.pop() {
            if let Signal::Cell(cell, _) = signal
                && !std::mem::replace(&mut live[cell], true)
            {
                pending.extend(&self.cells[cell].inputs);
            }
        }
        let mut index = vec![0; self.cells.len()];
        let mut cells = Vec::new();
        let rename = |index: &[usize], signal: Signal| match signal {
            Signal::Cell(cell, output) => Signal::Cell(index[cell], output),
            other => other,
        };
        for (old, mut cell) in self.cells.into_iter().enumerate() {
            if live[old] {
                index[old] = cells.len();
                cell.inputs.iter_mut().for_each(|input| *input = rename(&index, *input));
                cells.push(cell);
            }
        }
        let outputs = outputs.into_iter().map(|signal| rename(&index, signal)).collect();
        Netlist { format: self.format, cells, outputs }
    }

    /// The index of the cell, which is recorded unless an identical one exists.
    fn index(&mut self, kind: CellKind, inputs: &[Signal]) -> usize {
        let mut key = inputs.to_vec();
        if kind != CellKind::Mux {
            key.sort_unstable();
        }
        *self.known.entry((kind, key)).or_insert_with(|| {
            self.cells.push(Cell { kind, inputs: inputs.to_vec() });
            self.cells.len() - 1
        })
    }

    fn cell(&mut self, kind: CellKind, inputs: &[Signal]) -> Signal {
        Signal::Cell(self.index(kind, inputs), 0)
    }

    fn adder(&mut self, kind: CellKind, inputs: &[Signal]) -> (Signal, Signal) {
        let cell = self.index(kind, inputs);
        (Signal::Cell(cell, 0), Signal::Cell(cell, 1))
    }
}

use Signal::Constant;

impl Gates for Recorder {
    type Bit = Signal;

    fn constant(&mut self, value: bool) -> Signal {
        Constant(value)
    }

    fn not(&mut self, a: Signal) -> Signal {
        match a {
            Constant(value) => Constant(!value),
            a => self.cell(CellKind::Not, &[a]),
        }
    }

    fn and(&mut self, a: Signal, b: Signal) -> Signal {
        match (a, b) {
            (Constant(false), _) | (_, Constant(false)) => Constant(false),
            (Constant(true), x) | (x, Constant(true)) => x,
            (a, b) if a == b => a,
            (a, b) => self.cell(CellKind::And, &[a, b]),
        }
    }

    fn or(&mut self, a: Signal, b: Signal) -> Signal {
        match (a, b) {
            (Constant(true), _) | (_, Constant(true)) => Constant(true),
            (Constant(false), x) | (x, Constant(false)) => x,
            (a, b) if a == b => a,
            (a, b) => self.cell(CellKind::Or, &[a, b]),
        }
    }

    fn xor(&mut self, a: Signal, b: Signal) -> Signal {
        match (a, b) {
            (Constant(false), x) | (x, Constant(false)) => x,
            (Constant(true), x) | (x, Constant(true)) => self.not(x),
            (a, b) if a == b => Constant(false),
            (a, b) => self.cell(CellKind::Xor, &[a, b]),
        }
    }

    fn nand(&mut self, a: Signal, b: Signal) -> Signal {
        match (a, b) {
            (Constant(_), _) | (_, Constant(_)) => {
                let and = self.and(a, b);
                self.not(and)
            }
            (a, b) if a == b => self.not(a),
            (a, b) => self.cell(CellKind::Nand, &[a, b]),
        }
    }

    fn nor(&mut self, a: Signal, b: Signal) -> Signal {
        match (a, b) {
            (Constant(_), _) | (_, Constant(_)) => {
                let or = self.or(a, b);
                self.not(or)
            }
            (a, b) if a == b => self.not(a),
            (a, b) => self.cell(CellKind::Nor, &[a, b]),
        }
    }

    fn xnor(&mut self, a: Signal, b: Signal) -> Signal {
        match (a, b) {
            (Constant(true), x) | (x, Constant(true)) => x,
            (Constant(false), x) | (x, Constant(false)) => self.not(x),
            (a, b) if a == b => Constant(true),
            (a, b) => self.cell(CellKind::Xnor, &[a, b]),
        }
    }

    fn mux(&mut self, select: Signal, if_one: Signal, if_zero: Signal) -> Signal {
        match (select, if_one, if_zero) {
            (Constant(true), x, _) | (Constant(false), _, x) => x,
            (_, x, y) if x == y => x,
            (select, Constant(true), x) => self.or(select, x),
            (select, x, Constant(false)) => self.and(select, x),
            (select, Constant(false), Constant(true)) => self.not(select),
            (select, Constant(false), x) => {
                let inverted = self.not(select);
                self.and(inverted, x)
            }
            (select, x, Constant(true)) => {
                let inverted = self.not(select);
                self.or(inverted, x)
            }
            (select, x, y) => self.cell(CellKind::Mux, &[select, x, y]),
        }
    }

    fn half_adder(&mut self, a: Signal, b: Signal) -> (Signal, Signal) {
        match (a, b) {
            (Constant(false), x) | (x, Constant(false)) => (x, Constant(false)),
            (Constant(true), x) | (x, Constant(true)) => (self.not(x), x),
            (a, b) if a == b => (Constant(false), a),
            (a, b) => self.adder(CellKind::HalfAdder, &[a, b]),
        }
    }

    fn full_adder(&mut self, a: Signal, b: Signal, c: Signal) -> (Signal, Signal) {
        match (a, b, c) {
            (Constant(false), x, y) | (x, Constant(false), y) | (x, y, Constant(false)) => {
                self.half_adder(x, y)
            }
            (Constant(true), x, y) | (x, Constant(true), y) | (x, y, Constant(true)) => {
                (self.xnor(x, y), self.or(x, y))
            }
            (a, b, c) => self.adder(CellKind::FullAdder, &[a, b, c]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lanes;

    /// Every gate over every mix of constants and inputs computes what the simulation computes.
    #[test]
    fn folding_preserves_every_gate() {
        fn all_gates<G: Gates>(g: &mut G, x: [G::Bit; 3]) -> Vec<G::Bit> {
            let [a, b, c] = x;
            let (half, full) = (g.half_adder(a, b), g.full_adder(a, b, c));
            vec![
                g.not(a),
                g.and(a, b),
                g.or(a, b),
                g.xor(a, b),
                g.nand(a, b),
                g.nor(a, b),
                g.xnor(a, b),
                g.mux(a, b, c),
                half.0,
                half.1,
                full.0,
                full.1,
            ]
        }
        let format = OperandFormat::unsigned(2, 2);
        let lanes = [0xaaaa, 0xcccc, 0xf0f0, 0xff00];
        let choices = [
            (Signal::Input(0), lanes[0]),
            (Signal::Input(1), lanes[1]),
            (Signal::Input(2), lanes[2]),
            (Constant(false), 0),
            (Constant(true), u64::MAX),
        ];
        for a in choices {
            for b in choices {
                for c in choices {
                    let mut recorder = Recorder::new(format);
                    let outputs = all_gates(&mut recorder, [a.0, b.0, c.0]);
                    let netlist = recorder.finish(outputs);
                    let simulated = netlist.replay(&mut Lanes, &lanes[..2], &lanes[2..]);
                    assert_eq!(simulated, all_gates(&mut Lanes, [a.1, b.1, c.1]), "{a:?} {b:?} {c:?}");
                }
            }
        }
    }

    #[test]
    fn a_cell_is_recorded_once() {
        let mut recorder = Recorder::new(OperandFormat::unsigned(2, 2));
        let [a, b, c, _] = <[Signal; 4]>::try_from(recorder.inputs().collect::<Vec<_>>()).unwrap();
        assert_eq!(recorder.and(a, b), recorder.and(b, a));
        assert_ne!(recorder.and(a, b), recorder.nand(a, b));
        assert_eq!(recorder.full_adder(a, b, c), recorder.full_adder(c, a, b));
        assert_ne!(recorder.mux(a, b, c), recorder.mux(a, c, b));
    }

    #[test]
    fn cells_that_reach_no_output_are_left_out() {
        let mut recorder = Recorder::new(OperandFormat::unsigned(2, 2));
        let inputs: Vec<_> = recorder.inputs().collect();
        let dead = recorder.and(inputs[0], inputs[1]);
        recorder.xor(dead, inputs[2]);
        let kept = recorder.or(inputs[2], inputs[3]);
        let netlist = recorder.finish(vec![kept, Constant(true)]);
        assert_eq!(netlist.cell_counts().iter().collect::<Vec<_>>(), [(CellKind::Or, 1)]);
        assert_eq!(netlist.outputs(), [Signal::Cell(0, 0), Constant(true)]);
    }
}
