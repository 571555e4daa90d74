//! `.names`: functions as lists of the inputs for which they are one, or zero.

use std::collections::HashMap;
use std::rc::Rc;

use axmul_api::Gates;

use super::super::super::{NetlistError, Place, Problem, Source};
use super::super::function::{CARRY, Cube, Formula, SUM, TABLE_INPUTS, table};
use super::super::hierarchy::{self, Bit, Cell, Scope, clip};
use super::lines::Word;

/// A `.names` that is being read.
pub(super) struct Cover {
    inputs: Vec<u32>,
    output: u32,
    place: Place,
    cubes: Vec<Cube>,
    /// What the rows say is the output.
    value: Option<bool>,
}

impl Cover {
    /// The nets are the inputs and the output.
    pub fn new(mut nets: Vec<u32>, place: Place) -> Result<Self, Problem> {
        let output = nets.pop().ok_or_else(|| Problem::expected("an output behind .names", "none"))?;
        Ok(Self { inputs: nets, output, place, cubes: Vec::new(), value: None })
    }

    /// Takes a row, `01- 1`.
    pub fn row(&mut self, source: &Source, words: &[Word]) -> Result<(), NetlistError> {
        let first = words[0];
        let error = |word: Word, problem: Problem| Err(problem.at(&source.place(word.line, word.column)));
        let (cube, output) = match (self.inputs.is_empty(), words) {
            (true, &[output]) => ("", output),
            (false, &[cube, output]) => (cube.text, output),
            (empty, _) => {
                let expected = if empty { "the output's value, `1`" } else { "inputs and output, `01- 1`" };
                let got = format!("{} word(s), the first '{}'", words.len(), clip(first.text));
                return error(first, Problem::expected(expected, got));
            }
        };
        let width = cube.chars().count();
        if width != self.inputs.len() {
            let what = "the row".into();
            return error(first, Problem::Width { what, expected: self.inputs.len(), got: width });
        }
        let mut values = Vec::with_capacity(width);
        for (at, c) in cube.chars().enumerate() {
            values.push(match c {
                '0' => Some(false),
                '1' => Some(true),
                '-' => None,
                c => {
                    let word = Word { column: first.column.saturating_add(at as u32), ..first };
                    return error(word, Problem::expected("0, 1 or -", format!("'{c}'")));
                }
            });
        }
        let value = match output.text {
            "0" => false,
            "1" => true,
            other => {
                let got = format!("'{}'", clip(other));
                return error(output, Problem::expected("0 or 1 as the output", got));
            }
        };
        if *self.value.get_or_insert(value) != value {
            let message = "rows with output 0 and rows with output 1 in one cover; list the one or the other";
            return error(output, Problem::Other(message.into()));
        }
        self.cubes.push(values);
        Ok(())
    }
}

/// Logic of a model.
#[derive(Clone, Debug)]
pub(super) enum Logic {
    Function { formula: Rc<Formula>, table: Option<u64>, inputs: Vec<u32>, output: u32, place: Place },
    FullAdder { inputs: [u32; 3], sum: u32, carry: u32, place: Place },
}

/// Makes logic of covers, the same function once.
#[derive(Default)]
pub(super) struct Covers {
    by_table: HashMap<u64, Rc<Formula>>,
}

impl Covers {
    /// The function of a cover.
    pub fn logic(&mut self, cover: Cover) -> Logic {
        let Cover { inputs, output, place, cubes, value } = cover;
        let inverted = value == Some(false);
        if inputs.len() > TABLE_INPUTS {
            let formula = Formula::of_cover(&cubes);
            let formula = Rc::new(if inverted { formula.inverted() } else { formula });
            return Logic::Function { formula, table: None, inputs, output, place };
        }
        let table = if inverted { !table(&cubes) } else { table(&cubes) };
        self.function(table, inputs, output, place)
    }

    /// A connection.
    pub fn buffer(&mut self, source: u32, driven: u32, place: Place) -> Logic {
        self.function(table(&[vec![Some(true)]]), vec![source], driven, place)
    }

    fn function(&mut self, table: u64, inputs: Vec<u32>, output: u32, place: Place) -> Logic {
        let formula = self.by_table.entry(table).or_insert_with(|| Rc::new(Formula::of_table(table)));
        Logic::Function { formula: formula.clone(), table: Some(table), inputs, output, place }
    }
}

/// Joins the sum and the carry of the same three nets to a full adder.
pub(super) fn find_adders(cells: &mut Vec<Cell<Logic>>) {
    // Sum and carry do not depend on the order.
    let sorted = |mut inputs: [u32; 3]| {
        inputs.sort_unstable();
        inputs
    };
    let mut sums = HashMap::new();
    for (at, cell) in cells.iter().enumerate() {
        if let Some((SUM, inputs, output, _)) = of_three(cell) {
            sums.entry(sorted(inputs)).or_insert((at, output));
        }
    }
    let mut spent = vec![false; cells.len()];
    for at in 0..cells.len() {
        let Some((CARRY, inputs, carry, place)) = of_three(&cells[at]) else { continue };
        let Some((other, sum)) = sums.remove(&sorted(inputs)) else { continue };
        let adder = Logic::FullAdder { inputs, sum, carry, place: place.clone() };
        // Where the first of the two stood.
        cells[at.min(other)] = Cell::Logic(adder);
        spent[at.max(other)] = true;
    }
    let mut spent = spent.into_iter();
    cells.retain(|_| spent.next() != Some(true));
}

/// Table, inputs, output and place of a function of three nets.
fn of_three(cell: &Cell<Logic>) -> Option<(u64, [u32; 3], u32, &Place)> {
    let Cell::Logic(Logic::Function { table, inputs, output, place, .. }) = cell else { return None };
    Some(((*table)?, <[u32; 3]>::try_from(&inputs[..]).ok()?, *output, place))
}

impl hierarchy::Logic for Logic {
    fn size(&self) -> usize {
        match self {
            Self::Function { inputs, .. } => inputs.len(),
            Self::FullAdder { inputs, .. } => inputs.len(),
        }
    }

    fn build(&self, scope: &mut Scope) -> Result<(), NetlistError> {
        match self {
            Self::Function { formula, inputs, output, place, .. } => {
                let read = |&net| scope.read(Bit::Net(net), String::new, place);
                let inputs: Vec<_> = inputs.iter().map(read).collect();
                let value = formula.build(scope.g, &inputs);
                scope.drive(Bit::Net(*output), value, place)
            }
            Self::FullAdder { inputs, sum, carry, place } => {
                let [a, b, c] = inputs.map(|net| scope.read(Bit::Net(net), String::new, place));
                let (s, k) = scope.g.full_adder(a, b, c);
                scope.drive(Bit::Net(*sum), s, place)?;
                scope.drive(Bit::Net(*carry), k, place)
            }
        }
    }
}
