//! `.names`: functions as lists of the inputs for which they are one, or zero.

use std::collections::HashMap;
use std::rc::Rc;

use axmul_api::Gates;

use super::super::super::{NetlistError, NetlistErrorKind, SourceLocation, SourceText};
use super::super::function::{CARRY, Cube, Formula, SUM, TABLE_INPUTS, table};
use super::super::hierarchy::{self, InstanceScope, ModuleBit, ModuleCell, clip};
use super::lines::BlifWord;

/// A `.names` that is being read.
pub(super) struct NamesCover {
    inputs: Vec<u32>,
    output: u32,
    location: SourceLocation,
    cubes: Vec<Cube>,
    /// What the rows say is the output.
    value: Option<bool>,
}

impl NamesCover {
    /// The nets are the inputs and the output.
    pub fn new(mut nets: Vec<u32>, location: SourceLocation) -> Result<Self, NetlistErrorKind> {
        let output =
            nets.pop().ok_or_else(|| NetlistErrorKind::expected("an output after .names", "none"))?;
        Ok(Self { inputs: nets, output, location, cubes: Vec::new(), value: None })
    }

    /// Takes a row, `01- 1`.
    pub fn row(&mut self, source: &SourceText, words: &[BlifWord]) -> Result<(), NetlistError> {
        let first = words[0];
        let error = |word: BlifWord, problem: NetlistErrorKind| {
            Err(problem.at(&source.location(word.line, word.column)))
        };
        let (cube, output) = match (self.inputs.is_empty(), words) {
            (true, &[output]) => ("", output),
            (false, &[cube, output]) => (cube.text, output),
            (empty, _) => {
                let expected = if empty { "the output's value, `1`" } else { "inputs and output, `01- 1`" };
                let got = format!("{} word(s), the first '{}'", words.len(), clip(first.text));
                return error(first, NetlistErrorKind::expected(expected, got));
            }
        };
        let width = cube.chars().count();
        if width != self.inputs.len() {
            let what = "the row".into();
            return error(first, NetlistErrorKind::Width { what, expected: self.inputs.len(), got: width });
        }
        let mut values = Vec::with_capacity(width);
        for (at, c) in cube.chars().enumerate() {
            values.push(match c {
                '0' => Some(false),
                '1' => Some(true),
                '-' => None,
                c => {
                    let word = BlifWord { column: first.column.saturating_add(at as u32), ..first };
                    return error(word, NetlistErrorKind::expected("0, 1 or -", format!("'{c}'")));
                }
            });
        }
        let value = match output.text {
            "0" => false,
            "1" => true,
            other => {
                let got = format!("'{}'", clip(other));
                return error(output, NetlistErrorKind::expected("0 or 1 as the output", got));
            }
        };
        if *self.value.get_or_insert(value) != value {
            let message = "rows with output 0 and rows with output 1 in one cover; list the one or the other";
            return error(output, NetlistErrorKind::Other(message.into()));
        }
        self.cubes.push(values);
        Ok(())
    }
}

/// Logic of a model.
#[derive(Clone, Debug)]
pub(super) enum BlifLogic {
    Function {
        formula: Rc<Formula>,
        table: Option<u64>,
        inputs: Vec<u32>,
        output: u32,
        location: SourceLocation,
    },
    FullAdder {
        inputs: [u32; 3],
        sum: u32,
        carry: u32,
        location: SourceLocation,
    },
}

/// Makes logic of covers, the same function once.
#[derive(Default)]
pub(super) struct NamesFunctions {
    by_table: HashMap<u64, Rc<Formula>>,
}

impl NamesFunctions {
    /// The function of a cover.
    pub fn logic(&mut self, cover: NamesCover) -> BlifLogic {
        let NamesCover { inputs, output, location, cubes, value } = cover;
        let inverted = value == Some(false);
        if inputs.len() > TABLE_INPUTS {
            let formula = Formula::of_cover(&cubes);
            let formula = Rc::new(if inverted { formula.inverted() } else { formula });
            return BlifLogic::Function { formula, table: None, inputs, output, location };
        }
        let table = if inverted { !table(&cubes) } else { table(&cubes) };
        self.function(table, inputs, output, location)
    }

    /// A connection.
    pub fn buffer(&mut self, source: u32, driven: u32, location: SourceLocation) -> BlifLogic {
        self.function(table(&[vec![Some(true)]]), vec![source], driven, location)
    }

    fn function(&mut self, table: u64, inputs: Vec<u32>, output: u32, location: SourceLocation) -> BlifLogic {
        let formula = self.by_table.entry(table).or_insert_with(|| Rc::new(Formula::of_table(table)));
        BlifLogic::Function { formula: formula.clone(), table: Some(table), inputs, output, location }
    }
}

/// Joins the sum and the carry of the same three nets to a full adder.
pub(super) fn find_adders(cells: &mut Vec<ModuleCell<BlifLogic>>) {
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
        let Some((CARRY, inputs, carry, location)) = of_three(&cells[at]) else { continue };
        let Some((other, sum)) = sums.remove(&sorted(inputs)) else { continue };
        let adder = BlifLogic::FullAdder { inputs, sum, carry, location: location.clone() };
        // Where the first of the two stood.
        cells[at.min(other)] = ModuleCell::Logic(adder);
        spent[at.max(other)] = true;
    }
    let mut spent = spent.into_iter();
    cells.retain(|_| spent.next() != Some(true));
}

/// Table, inputs, output and place of a function of three nets.
fn of_three(cell: &ModuleCell<BlifLogic>) -> Option<(u64, [u32; 3], u32, &SourceLocation)> {
    let ModuleCell::Logic(BlifLogic::Function { table, inputs, output, location, .. }) = cell else {
        return None;
    };
    Some(((*table)?, <[u32; 3]>::try_from(&inputs[..]).ok()?, *output, location))
}

impl hierarchy::ModuleLogic for BlifLogic {
    fn size(&self) -> usize {
        match self {
            Self::Function { inputs, .. } => inputs.len(),
            Self::FullAdder { inputs, .. } => inputs.len(),
        }
    }

    fn build(&self, scope: &mut InstanceScope) -> Result<(), NetlistError> {
        match self {
            Self::Function { formula, inputs, output, location, .. } => {
                let read = |&net| scope.read(ModuleBit::Net(net), String::new, location);
                let inputs: Vec<_> = inputs.iter().map(read).collect();
                let value = formula.build(scope.g, &inputs);
                scope.drive(ModuleBit::Net(*output), value, location)
            }
            Self::FullAdder { inputs, sum, carry, location } => {
                let [a, b, c] = inputs.map(|net| scope.read(ModuleBit::Net(net), String::new, location));
                let (s, k) = scope.g.full_adder(a, b, c);
                scope.drive(ModuleBit::Net(*sum), s, location)?;
                scope.drive(ModuleBit::Net(*carry), k, location)
            }
        }
    }
}
