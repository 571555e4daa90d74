//! Boolean functions, given as tables or covers, as gates.
//!
//! Formats without named gates describe a gate by what it computes. So that the gate is seen again, a function of up
//! to [`TABLE_INPUTS`] inputs is taken apart: into functions of disjoint inputs joined by and, or, xor where there
//! are such, else by a multiplexer. Wider covers stay sums of products.

use std::collections::HashMap;

use axmul_api::{CellKind, Gates};

// As tables: those of the inputs themselves.
use crate::cases::COUNTING as INPUT;

/// The most inputs of a function that is kept as a table.
pub(super) const TABLE_INPUTS: usize = INPUT.len();

/// Sum and carry of three bits.
pub(super) const SUM: u64 = INPUT[0] ^ INPUT[1] ^ INPUT[2];
pub(super) const CARRY: u64 = INPUT[0] & INPUT[1] | INPUT[2] & (INPUT[0] | INPUT[1]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum FormulaOperand {
    Constant(bool),
    Input(u32),
    Node(u32),
}

/// One of the inputs' products in a cover: for each input the value demanded, or none.
pub(super) type Cube = Vec<Option<bool>>;

/// A function as a list of gates.
#[derive(Clone, Debug)]
pub(super) struct Formula {
    nodes: Vec<(CellKind, [FormulaOperand; 3])>,
    output: FormulaOperand,
}

/// The table of a cover of at most [`TABLE_INPUTS`] inputs, repeated to 64 entries: entry `i` is the value where input
/// `j` is bit `j` of `i`.
pub(super) fn table(cubes: &[Cube]) -> u64 {
    let product = |cube: &Cube| {
        cube.iter().zip(INPUT).fold(u64::MAX, |product, (value, input)| match value {
            None => product,
            Some(true) => product & input,
            Some(false) => product & !input,
        })
    };
    cubes.iter().fold(0, |sum, cube| sum | product(cube))
}

impl Formula {
    /// The function with this table, repeated to 64 entries.
    pub fn of_table(table: u64) -> Self {
        let mut maker = FormulaMaker::default();
        let output = maker.table(table);
        Self { nodes: maker.nodes, output }
    }

    /// The sum of products.
    pub fn of_cover(cubes: &[Cube]) -> Self {
        let mut maker = FormulaMaker::default();
        let mut products = Vec::with_capacity(cubes.len());
        for cube in cubes {
            let mut literals = Vec::new();
            for (input, value) in cube.iter().enumerate() {
                let operand = FormulaOperand::Input(input as u32);
                match value {
                    None => {}
                    Some(true) => literals.push(operand),
                    Some(false) => literals.push(maker.not(operand)),
                }
            }
            products.push(maker.join(literals, FormulaOperand::Constant(true), FormulaMaker::and));
        }
        let output = maker.join(products, FormulaOperand::Constant(false), FormulaMaker::or);
        Self { nodes: maker.nodes, output }
    }

    /// The inverse function.
    pub fn inverted(self) -> Self {
        let mut maker = FormulaMaker { nodes: self.nodes, ..FormulaMaker::default() };
        let output = maker.not(self.output);
        Self { nodes: maker.nodes, output }
    }

    /// Builds the gates.
    pub fn build<G: Gates>(&self, g: &mut G, inputs: &[G::Bit]) -> G::Bit {
        let mut values = Vec::with_capacity(self.nodes.len());
        let read = |g: &mut G, values: &[G::Bit], operand| match operand {
            FormulaOperand::Constant(value) => g.constant(value),
            FormulaOperand::Input(input) => inputs[input as usize],
            FormulaOperand::Node(node) => values[node as usize],
        };
        for &(kind, operands) in &self.nodes {
            let [a, b, c] = operands.map(|operand| read(g, &values, operand));
            values.push(match kind {
                CellKind::Not => g.not(a),
                CellKind::And => g.and(a, b),
                CellKind::Or => g.or(a, b),
                CellKind::Xor => g.xor(a, b),
                CellKind::Nand => g.nand(a, b),
                CellKind::Nor => g.nor(a, b),
                CellKind::Xnor => g.xnor(a, b),
                CellKind::Mux => g.mux(a, b, c),
                CellKind::HalfAdder | CellKind::FullAdder => unreachable!("formulas have no adders"),
            });
        }
        read(g, &values, self.output)
    }
}

/// How a function is put together.
#[derive(Clone, Copy, Debug)]
enum Decomposition {
    Constant(bool),
    Input(usize, bool),
    Two(CellKind, u64, u64),
    Mux(usize, u64, u64),
}

#[derive(Default)]
struct FormulaMaker {
    nodes: Vec<(CellKind, [FormulaOperand; 3])>,
    known: HashMap<(CellKind, [FormulaOperand; 3]), FormulaOperand>,
    /// By table.
    made: HashMap<u64, FormulaOperand>,
    /// By table: the best step, and the number of gates it leads to.
    steps: HashMap<u64, (Decomposition, u32)>,
}

impl FormulaMaker {
    // ---- Gates, with inversions moved to where they are free -------------------------------------------------------

    fn node(&mut self, kind: CellKind, operands: [FormulaOperand; 3]) -> FormulaOperand {
        *self.known.entry((kind, operands)).or_insert_with(|| {
            self.nodes.push((kind, operands));
            FormulaOperand::Node(self.nodes.len() as u32 - 1)
        })
    }

    fn two(&mut self, kind: CellKind, a: FormulaOperand, b: FormulaOperand) -> FormulaOperand {
        self.node(kind, [a, b, b])
    }

    fn kind(&self, operand: FormulaOperand) -> Option<(CellKind, [FormulaOperand; 3])> {
        match operand {
            FormulaOperand::Node(node) => self.nodes.get(node as usize).copied(),
            _ => None,
        }
    }

    /// The inverse, where it takes no inverter of its own. The gate that `operand` was may be left without a reader.
    fn inverse(&mut self, operand: FormulaOperand) -> Option<FormulaOperand> {
        use CellKind::{And, Nand, Nor, Not, Or, Xnor, Xor};
        if let FormulaOperand::Constant(value) = operand {
            return Some(FormulaOperand::Constant(!value));
        }
        let (kind, [a, b, _]) = self.kind(operand)?;
        let inverted = match kind {
            Not => return Some(a),
            And => Nand,
            Or => Nor,
            Xor => Xnor,
            Nand => And,
            Nor => Or,
            Xnor => Xor,
            _ => return None,
        };
        Some(self.two(inverted, a, b))
    }

    fn not(&mut self, a: FormulaOperand) -> FormulaOperand {
        self.inverse(a).unwrap_or_else(|| self.node(CellKind::Not, [a; 3]))
    }

    /// Whether the operand is the output of a gate that inverts.
    fn inverts(&self, operand: FormulaOperand) -> bool {
        matches!(self.kind(operand), Some((CellKind::Not | CellKind::Nand | CellKind::Nor, _)))
    }

    fn and(&mut self, a: FormulaOperand, b: FormulaOperand) -> FormulaOperand {
        if self.inverts(a) && self.inverts(b) {
            let (a, b) = (self.not(a), self.not(b));
            return self.two(CellKind::Nor, a, b);
        }
        self.two(CellKind::And, a, b)
    }

    fn or(&mut self, a: FormulaOperand, b: FormulaOperand) -> FormulaOperand {
        if self.inverts(a) && self.inverts(b) {
            let (a, b) = (self.not(a), self.not(b));
            return self.two(CellKind::Nand, a, b);
        }
        self.two(CellKind::Or, a, b)
    }

    fn xor(&mut self, a: FormulaOperand, b: FormulaOperand) -> FormulaOperand {
        let mut inverted = false;
        let [a, b] = [a, b].map(|operand| match self.kind(operand) {
            Some((CellKind::Not, [inner, ..])) => {
                inverted = !inverted;
                inner
            }
            _ => operand,
        });
        self.two(if inverted { CellKind::Xnor } else { CellKind::Xor }, a, b)
    }

    fn mux(
        &mut self,
        select: FormulaOperand,
        if_one: FormulaOperand,
        if_zero: FormulaOperand,
    ) -> FormulaOperand {
        self.node(CellKind::Mux, [select, if_one, if_zero])
    }

    /// A balanced tree.
    fn join(
        &mut self,
        mut operands: Vec<FormulaOperand>,
        neutral: FormulaOperand,
        gate: fn(&mut Self, FormulaOperand, FormulaOperand) -> FormulaOperand,
    ) -> FormulaOperand {
        // A product without literals is one, and a sum with it too.
        if let Some(&constant) =
            operands.iter().find(|operand| matches!(operand, FormulaOperand::Constant(_)))
        {
            return constant;
        }
        while operands.len() > 1 {
            let pairs = operands.chunks(2);
            operands =
                pairs.map(|pair| if let &[a, b] = pair { gate(self, a, b) } else { pair[0] }).collect();
        }
        operands.pop().unwrap_or(neutral)
    }

    // ---- Tables ----------------------------------------------------------------------------------------------------

    fn table(&mut self, table: u64) -> FormulaOperand {
        if let Some(&made) = self.made.get(&table) {
            return made;
        }
        let operand = match self.step(table).0 {
            Decomposition::Constant(value) => FormulaOperand::Constant(value),
            Decomposition::Input(input, true) => FormulaOperand::Input(input as u32),
            Decomposition::Input(input, false) => self.not(FormulaOperand::Input(input as u32)),
            Decomposition::Two(kind, a, b) => {
                let (a, b) = (self.table(a), self.table(b));
                match kind {
                    CellKind::And => self.and(a, b),
                    CellKind::Or => self.or(a, b),
                    _ => self.xor(a, b),
                }
            }
            Decomposition::Mux(select, if_one, if_zero) => {
                let (if_one, if_zero) = (self.table(if_one), self.table(if_zero));
                self.mux(FormulaOperand::Input(select as u32), if_one, if_zero)
            }
        };
        self.made.insert(table, operand);
        operand
    }

    fn step(&mut self, table: u64) -> (Decomposition, u32) {
        if let Some(&step) = self.steps.get(&table) {
            return step;
        }
        let step = self.find_step(table);
        self.steps.insert(table, step);
        step
    }

    fn find_step(&mut self, table: u64) -> (Decomposition, u32) {
        if table == 0 || table == u64::MAX {
            return (Decomposition::Constant(table != 0), 0);
        }
        for (input, mask) in INPUT.into_iter().enumerate() {
            if table == mask || table == !mask {
                return (Decomposition::Input(input, table == mask), u32::from(table != mask));
            }
        }
        let support: Vec<usize> = (0..TABLE_INPUTS)
            .filter(|&input| cofactor(table, input, true) != cofactor(table, input, false))
            .collect();
        if let Some((kind, a, b)) = disjoint(table, &support) {
            let cost = 1 + self.step(a).1 + self.step(b).1;
            return (Decomposition::Two(kind, a, b), cost);
        }
        let mut best: Option<(Decomposition, u32)> = None;
        for &input in &support {
            let (one, zero) = (cofactor(table, input, true), cofactor(table, input, false));
            let cost = 1 + self.step(one).1 + self.step(zero).1;
            if best.is_none_or(|(_, least)| cost < least) {
                best = Some((Decomposition::Mux(input, one, zero), cost));
            }
        }
        best.unwrap_or((Decomposition::Constant(false), 0))
    }
}

/// The function where one input has a value, as a function that ignores this input.
fn cofactor(table: u64, input: usize, value: bool) -> u64 {
    let (mask, shift) = (INPUT[input], 1 << input);
    if value {
        let half = table & mask;
        half | half >> shift
    } else {
        let half = table & !mask;
        half | half << shift
    }
}

/// Two functions of disjoint inputs that the function is the and, or, xor of; the most balanced ones.
fn disjoint(table: u64, support: &[usize]) -> Option<(CellKind, u64, u64)> {
    let count = support.len();
    if count < 2 {
        return None;
    }
    // The last input stays on one side, so that every division is looked at once.
    let mut divisions: Vec<u32> = (1..1u32 << (count - 1)).collect();
    divisions.sort_by_key(|division| (2 * division.count_ones()).abs_diff(count as u32));
    let over = |table: u64, inputs: u32, join: fn(u64, u64) -> u64| {
        let inputs = support.iter().enumerate().filter(|(at, _)| inputs >> at & 1 == 1);
        inputs.fold(table, |table, (_, &input)| {
            join(cofactor(table, input, true), cofactor(table, input, false))
        })
    };
    let at_zero = |table: u64, inputs: u32| {
        let inputs = support.iter().enumerate().filter(|(at, _)| inputs >> at & 1 == 1);
        inputs.fold(table, |table, (_, &input)| cofactor(table, input, false))
    };
    let all = (1u32 << count) - 1;
    for here in divisions {
        let there = all & !here;
        let (a, b) = (over(table, there, |x, y| x | y), over(table, here, |x, y| x | y));
        if a & b == table {
            return Some((CellKind::And, a, b));
        }
        let (a, b) = (over(table, there, |x, y| x & y), over(table, here, |x, y| x & y));
        if a | b == table {
            return Some((CellKind::Or, a, b));
        }
        let (a, mut b) = (at_zero(table, there), at_zero(table, here));
        if table & 1 == 1 {
            b = !b;
        }
        if a ^ b == table {
            return Some((CellKind::Xor, a, b));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use axmul_api::{Lanes, OperandFormat, Recorder, Signal};
    use proptest::prelude::*;

    use super::*;

    fn simulate(formula: &Formula) -> u64 {
        formula.build(&mut Lanes, &INPUT)
    }

    /// The kinds of cells that the outputs depend on.
    fn cells(table: u64) -> String {
        let mut recorder = Recorder::new(OperandFormat::unsigned(3, 3));
        let inputs: Vec<Signal> = recorder.inputs().collect();
        let output = Formula::of_table(table).build(&mut recorder, &inputs);
        let counts = recorder.finish(vec![output]).cell_counts();
        let counts: Vec<String> = counts.iter().map(|(kind, n)| format!("{n} {}", kind.name())).collect();
        counts.join(", ")
    }

    #[test]
    fn well_known_gates_are_seen() {
        let [a, b, c, d, ..] = INPUT;
        for (table, expected) in [
            (0, ""),
            (a, ""),
            (!c, "1 not"),
            (a & b, "1 and"),
            (!(a & b), "1 nand"),
            (a | c, "1 or"),
            (!(a | c), "1 nor"),
            (b ^ c, "1 xor"),
            (!(b ^ c), "1 xnor"),
            (a & !b, "1 not, 1 and"),
            (c & a | !c & b, "1 mux"),
            (a & b & c & d, "3 and"),
            (!(a & b & c & d), "2 and, 1 nand"),
            (!(a | b | c), "1 or, 1 nor"),
            (a ^ b ^ c ^ d, "3 xor"),
            (!(a ^ b ^ c), "1 xor, 1 xnor"),
            (a & b | c & d, "2 and, 1 or"),
            (!(a & b | c), "1 and, 1 nor"),
            (!((a | b) & (c | d)), "2 or, 1 nand"),
            (CARRY, "1 and, 1 or, 1 mux"),
        ] {
            assert_eq!(cells(table), expected, "{table:x}");
        }
    }

    #[test]
    fn covers_without_literals_are_constants() {
        for inputs in [0, 9] {
            assert_eq!(simulate(&Formula::of_cover(&[])), 0);
            assert_eq!(simulate(&Formula::of_cover(&[vec![None; inputs]])), u64::MAX);
            assert_eq!(simulate(&Formula::of_cover(&[vec![None; inputs]]).inverted()), 0);
        }
    }

    proptest! {
        #[test]
        fn tables_are_kept(table: u64) {
            prop_assert_eq!(simulate(&Formula::of_table(table)), table);
            prop_assert_eq!(simulate(&Formula::of_table(table).inverted()), !table);
        }

        /// Functions put together from few gates: random ones hardly ever come apart.
        #[test]
        fn what_is_put_together_is_kept(
            steps in prop::collection::vec((0usize..10, 0usize..10, 0usize..10, 0u8..5), 1..8),
        ) {
            let mut tables = INPUT.to_vec();
            for (x, y, z, gate) in steps {
                let [x, y, z] = [x, y, z].map(|i| tables[i % tables.len()]);
                tables.push(match gate {
                    0 => x & y,
                    1 => x | y,
                    2 => x ^ y,
                    3 => !x,
                    _ => x & y | !x & z,
                });
                prop_assert_eq!(simulate(&Formula::of_table(tables[tables.len() - 1])), tables[tables.len() - 1]);
            }
        }

        #[test]
        fn covers_are_kept(
            cubes in prop::collection::vec(prop::collection::vec(prop::option::of(any::<bool>()), 6), 0..8),
        ) {
            let expected = table(&cubes);
            prop_assert_eq!(simulate(&Formula::of_cover(&cubes)), expected);
            prop_assert_eq!(simulate(&Formula::of_cover(&cubes).inverted()), !expected);
            prop_assert_eq!(simulate(&Formula::of_table(expected)), expected);
        }
    }
}
