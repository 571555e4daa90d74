//! Boolean matching: the cells of a library by the functions that they implement.

use std::collections::HashMap;

use super::MapError;
use super::cuts::{LEAVES, depends};
use crate::library::{CellLibrary, LibraryCell, TruthTable};

/// A cell's output that computes some function of leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Match {
    /// Index of the cell.
    pub cell: u32,
    /// Index of its output.
    pub output: u8,
    /// By input of the cell, which leaf it takes.
    pub pins: [u8; LEAVES],
    /// Bit `j`: leaf `j` is taken complemented.
    pub phases: u8,
}

/// A cell whose two outputs compute a pair of functions of leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TwoOutputMatch {
    /// The cell and its inputs; the output is not used.
    pub of: Match,
    /// The functions of its outputs.
    pub functions: [u16; 2],
}

/// Area, and the delays at a common load.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CellFigures {
    /// Square micrometers.
    pub area: f64,
    /// By output, then by input, in nanoseconds.
    pub delays: Vec<Vec<f64>>,
}

impl CellFigures {
    fn slowest(&self, output: u8) -> f64 {
        self.delays[usize::from(output)].iter().copied().fold(0.0, f64::max)
    }
}

/// The cells of a library by what they compute.
pub(super) struct MatchTable {
    /// By cell of the library.
    pub figures: Vec<CellFigures>,
    /// The smallest inverter.
    pub inverter: u32,
    /// Whether there is a cell for the XOR of two, or for its complement.
    pub has_xor: bool,
    /// Cells with two outputs.
    pub pairs: Vec<TwoOutputMatch>,
    /// Where a function's matches are: the first one of each function, and the end.
    starts: Vec<u32>,
    matches: Vec<Match>,
}

/// The load at which delays are compared, in inputs of the inverter.
const LOAD: f64 = 4.0;

/// The slew at which delays are compared, in nanoseconds.
const SLEW_NS: f64 = 0.05;

impl MatchTable {
    pub fn new(library: &CellLibrary) -> Result<Self, MapError> {
        let is_inverter = |cell: &LibraryCell| {
            let function = TruthTable::new(1, 0b01);
            cell.inputs.len() == 1 && cell.outputs.len() == 1 && cell.outputs[0].function == function
        };
        let inverter = smallest(library, is_inverter)
            .ok_or_else(|| MapError::NoInverter { library: library.name.clone() })?;
        let load_ff = LOAD * library.cells[inverter].inputs[0].capacitance_ff;
        let figures: Vec<CellFigures> = library.cells.iter().map(|cell| figures(cell, load_ff)).collect();
        let mut found: HashMap<(u16, u8), [Match; 2]> = HashMap::new();
        let mut pairs: HashMap<([u16; 2], u8, u8), TwoOutputMatch> = HashMap::new();
        for (index, cell) in library.cells.iter().enumerate() {
            let functions = functions(cell);
            let Some(inputs) = functions.first().map(|_| cell.inputs.len()) else { continue };
            for pins in permutations(inputs) {
                for phases in 0..1u8 << inputs {
                    let tables: Vec<u16> = functions
                        .iter()
                        .map(|&function| arranged(function, &pins[..inputs], phases))
                        .collect();
                    for (output, &table) in tables.iter().enumerate() {
                        let new = Match { cell: index as u32, output: output as u8, pins, phases };
                        let best = found.entry((table, phases)).or_insert([new; 2]);
                        improve(best, new, &figures);
                    }
                    if let [one, other] = tables[..] {
                        let of = Match { cell: index as u32, output: 0, pins, phases };
                        let new = TwoOutputMatch { of, functions: [one, other] };
                        let best = pairs.entry(([one, other], phases, inputs as u8)).or_insert(new);
                        if figures[index].area < figures[best.of.cell as usize].area {
                            *best = new;
                        }
                    }
                }
            }
        }
        let mut all: Vec<(u16, u8, [Match; 2])> =
            found.into_iter().map(|((table, phases), best)| (table, phases, best)).collect();
        all.sort_unstable_by_key(|&(table, phases, _)| (table, phases));
        let mut cells = Self {
            figures,
            inverter: inverter as u32,
            has_xor: false,
            pairs: pairs.into_values().collect(),
            starts: vec![0; (1 << 16) + 1],
            matches: Vec::with_capacity(all.len()),
        };
        cells.pairs.sort_unstable_by_key(|pair| (pair.functions, pair.of.phases, pair.of.cell));
        let mut next = 0;
        for (table, _, [small, fast]) in all {
            let table = usize::from(table);
            cells.starts[next..=table].fill(cells.matches.len() as u32);
            next = table + 1;
            cells.matches.push(small);
            if fast.cell != small.cell {
                cells.matches.push(fast);
            }
        }
        cells.starts[next..].fill(cells.matches.len() as u32);
        cells.has_xor = !cells.of(0x6666).is_empty();
        // With an inverter, one gate of the kind makes every AND.
        if cells.of(0x8888).is_empty() && cells.of(0x7777).is_empty() {
            return Err(MapError::NoGate { library: library.name.clone() });
        }
        Ok(cells)
    }

    /// The cells that compute a function, of each choice of complemented leaves the smallest and the fastest.
    pub fn of(&self, function: u16) -> &[Match] {
        let at = |index: usize| self.starts[index] as usize;
        &self.matches[at(function.into())..at(usize::from(function) + 1)]
    }
}

/// The index of the smallest cell of a kind.
fn smallest(library: &CellLibrary, kind: impl Fn(&LibraryCell) -> bool) -> Option<usize> {
    let cells = library.cells.iter().enumerate().filter(|(_, cell)| kind(cell));
    cells.min_by(|(_, x), (_, y)| x.area_um2.total_cmp(&y.area_um2)).map(|(index, _)| index)
}

/// Of two matches, the smallest and the fastest so far, each replaced if the new one is better.
fn improve([small, fast]: &mut [Match; 2], new: Match, figures: &[CellFigures]) {
    let area = |of: Match| figures[of.cell as usize].area;
    let delay = |of: Match| figures[of.cell as usize].slowest(of.output);
    let smaller = (area(new), delay(new)) < (area(*small), delay(*small));
    if smaller {
        *small = new;
    }
    if (delay(new), area(new)) < (delay(*fast), area(*fast)) {
        *fast = new;
    }
}

fn figures(cell: &LibraryCell, load_ff: f64) -> CellFigures {
    let delays = cell.outputs.iter().map(|output| {
        let mut delays = vec![0.0; cell.inputs.len()];
        for arc in &output.arcs {
            let slower = arc.delay_ns.iter().map(|surface| surface.at(SLEW_NS, load_ff)).fold(0.0, f64::max);
            if let Some(delay) = delays.get_mut(arc.input) {
                *delay = slower.max(*delay);
            }
        }
        delays
    });
    CellFigures { area: cell.area_um2, delays: delays.collect() }
}

/// The functions of a cell's outputs, as tables of four variables; none if it is not one that is used: two to four
/// inputs, all of which matter to every output, and one or two outputs.
fn functions(cell: &LibraryCell) -> Vec<u16> {
    let inputs = cell.inputs.len();
    let usable = (2..=LEAVES).contains(&inputs)
        && (1..=2).contains(&cell.outputs.len())
        && cell.outputs.iter().all(|output| output.function.variables() == inputs);
    if !usable {
        return Vec::new();
    }
    let table = |function: TruthTable| {
        (0..1usize << LEAVES).fold(0u16, |table, case| table | u16::from(function.value(case)) << case)
    };
    let tables: Vec<u16> = cell.outputs.iter().map(|output| table(output.function)).collect();
    let whole = tables.iter().all(|&table| (0..inputs).all(|input| depends(table, input)));
    if whole { tables } else { Vec::new() }
}

/// Every way to connect so many inputs to as many leaves.
fn permutations(inputs: usize) -> Vec<[u8; LEAVES]> {
    let mut all: Vec<Vec<u8>> = vec![Vec::new()];
    for _ in 0..inputs {
        let longer = |start: Vec<u8>| {
            (0..inputs as u8)
                .filter(|leaf| !start.contains(leaf))
                .map(|leaf| [&start[..], &[leaf]].concat())
                .collect()
        };
        all = all.into_iter().flat_map::<Vec<Vec<u8>>, _>(longer).collect();
    }
    let padded = |pins: Vec<u8>| std::array::from_fn(|pin| pins.get(pin).copied().unwrap_or(0));
    all.into_iter().map(padded).collect()
}

/// The function of the leaves that a function of the inputs becomes.
fn arranged(function: u16, pins: &[u8], phases: u8) -> u16 {
    (0..1u16 << LEAVES).fold(0, |table, case| {
        let leaves = case ^ u16::from(phases);
        let inputs =
            pins.iter().enumerate().fold(0, |inputs, (pin, &leaf)| inputs | (leaves >> leaf & 1) << pin);
        table | (function >> inputs & 1) << case
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cell, library};
    use super::*;

    /// Every match is looked at: with its pins and phases, the cell computes the function under which it is found.
    #[test]
    fn matches_compute_what_they_stand_for() {
        let library = library();
        let cells = MatchTable::new(&library).unwrap();
        let mut checked = 0;
        for function in 0..=u16::MAX {
            for of in cells.of(function) {
                let cell = &library.cells[of.cell as usize];
                for case in 0..16usize {
                    let bit = |pin: usize| (case ^ usize::from(of.phases)) >> of.pins[pin] & 1;
                    let inputs = (0..cell.inputs.len()).fold(0, |inputs, pin| inputs | bit(pin) << pin);
                    let value = cell.outputs[usize::from(of.output)].function.value(inputs);
                    assert_eq!(value, function >> case & 1 == 1, "{} as {function:04x}", cell.name);
                    checked += 1;
                }
            }
        }
        assert!(checked > 1000 && cells.has_xor && !cells.pairs.is_empty());
    }

    /// Of two cells of one function the smaller comes first, the faster is kept beside it.
    #[test]
    fn the_smallest_and_the_fastest_are_kept() {
        let mut library = library();
        let and = library.find("AND2X1").unwrap();
        let name = |of: &Match| library.cells[of.cell as usize].name.clone();
        let plain = |cells: &MatchTable| -> Vec<String> {
            cells.of(0x8888).iter().filter(|of| of.phases == 0).map(name).collect()
        };
        assert_eq!(plain(&MatchTable::new(&library).unwrap()), ["AND2X1"]);
        let mut strong = cell("AND2X2", 2.8158, 2, &[0b1000]);
        strong.outputs[0].arcs = library.cells[and].outputs[0].arcs.clone();
        for arc in &mut strong.outputs[0].arcs {
            arc.delay_ns = [0.001, 0.001].map(crate::library::Surface::constant);
        }
        let mut more = library.clone();
        more.cells.push(strong);
        let cells = MatchTable::new(&more).unwrap();
        let names: Vec<&str> = cells
            .of(0x8888)
            .iter()
            .filter(|of| of.phases == 0)
            .map(|of| more.cells[of.cell as usize].name.as_str())
            .collect();
        assert_eq!(names, ["AND2X1", "AND2X2"]);
        library.cells.retain(|cell| !cell.name.starts_with("INV"));
        let error = MatchTable::new(&library).err().unwrap().to_string();
        assert_eq!(
            error,
            "library test has no inverter (a cell of one input and one output, its complement)"
        );
    }
}
