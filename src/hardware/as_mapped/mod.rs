//! Netlists as mapped: their cells are looked up in a library by name, and nothing is mapped again.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use axmul_api::{Lanes, Signal};

use super::library::{CellLibrary, LibraryCell, TruthTable};
use super::{CellInstance, MappedCircuit};
use axmul_netlist::{MappedCell, MappedCells};

/// Why a library cannot cost a netlist as mapped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AsMappedError {
    /// Cells that the library does not have.
    #[error(
        "library {library} has no {}: {instances} of the netlist's {cells} cells; name the library that the netlist was mapped with",
        listed(.missing, *.kinds)
    )]
    Cells {
        /// The library.
        library: String,
        /// The names of some of them.
        missing: Vec<String>,
        /// How many names there are.
        kinds: usize,
        /// How many cells of the circuit have such a name.
        instances: usize,
        /// How many cells the circuit has.
        cells: usize,
    },
    /// A pin that the library's cell does not have.
    #[error(
        "{cell} has no {direction} '{pin}' in library {library}; it has {}; name the library that the netlist was mapped with",
        some(.have)
    )]
    Pin {
        /// The library.
        library: String,
        /// The cell.
        cell: String,
        /// `input` or `output`.
        direction: &'static str,
        /// The pin.
        pin: String,
        /// The pins of that direction that it has.
        have: Vec<String>,
    },
    /// An input of the library's cell that the netlist leaves open, though the cell's outputs depend on it.
    #[error(
        "{cell} has an input '{pin}' in library {library}, which the netlist does not connect; name the library that it was mapped with"
    )]
    Open {
        /// The library.
        library: String,
        /// The cell.
        cell: String,
        /// The pin.
        pin: String,
    },
    /// A cell of the same name that is another one.
    #[error(
        "{cell} computes a different function at '{pin}' in library {library} than the netlist was read with ({reader}); name the library that it was mapped with"
    )]
    Function {
        /// The library.
        library: String,
        /// The cell.
        cell: String,
        /// The output.
        pin: String,
        /// Whose cell it was read as.
        reader: String,
    },
}

/// The most names that a message lists.
const SHOWN: usize = 5;

fn listed(names: &[String], count: usize) -> String {
    match count.saturating_sub(names.len()) {
        0 => names.join(", "),
        1 => format!("{} and 1 other", names.join(", ")),
        more => format!("{} and {more} others", names.join(", ")),
    }
}

fn some(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

/// The circuit with the cells of a library: each is found by its name and connected by the names of its pins, and must
/// compute what the netlist was read with.
///
/// Outputs that only the library's cell has stay open; inputs that only it has do so where no output depends on them
/// (they are tied to 0).
///
/// # Panics
///
/// For signals of cells or outputs that the circuit does not have.
pub fn resolve(mapped_cells: &MappedCells, library: &CellLibrary) -> Result<MappedCircuit, AsMappedError> {
    let cells = find(mapped_cells, library)?;
    // Once for all cells of a name, which decides what they were read as, though nothing here relies on it.
    let key = |cell: &MappedCell| (cell.kind.clone(), std::ptr::from_ref(cell.cell));
    let mut fits: HashMap<_, Fit> = HashMap::new();
    for (cell, &index) in mapped_cells.cells.iter().zip(&cells) {
        if let Entry::Vacant(entry) = fits.entry(key(cell)) {
            entry.insert(Fit::new(cell, &library.cells[index], library)?);
        }
    }
    let fits: Vec<&Fit> = mapped_cells.cells.iter().map(|cell| &fits[&key(cell)]).collect();
    let signal = |signal: Signal| match signal {
        Signal::Cell(cell, output) => match fits[cell].outputs[usize::from(output)] {
            Some(output) => Ok(Signal::Cell(cell, output)),
            None => {
                let MappedCell { kind, cell: read, .. } = &mapped_cells.cells[cell];
                let outputs = library.cells[cells[cell]].outputs.iter();
                Err(AsMappedError::Pin {
                    library: library.name.clone(),
                    cell: kind.to_string(),
                    direction: "output",
                    pin: read.outputs()[usize::from(output)].clone(),
                    have: outputs.map(|pin| pin.name.clone()).collect(),
                })
            }
        },
        other => Ok(other),
    };
    let mut instances = Vec::with_capacity(cells.len());
    for ((cell, &index), fit) in mapped_cells.cells.iter().zip(&cells).zip(&fits) {
        let input =
            |pin: &Option<usize>| pin.map_or(Ok(Signal::Constant(false)), |pin| signal(cell.inputs[pin]));
        let inputs = fit.inputs.iter().map(input).collect::<Result<_, _>>()?;
        instances.push(CellInstance { cell: index, inputs });
    }
    let outputs = mapped_cells.product.iter().map(|&bit| signal(bit)).collect::<Result<_, _>>()?;
    Ok(MappedCircuit { format: mapped_cells.format, instances, outputs })
}

/// The library's cells of these names.
fn find(mapped_cells: &MappedCells, library: &CellLibrary) -> Result<Vec<usize>, AsMappedError> {
    let by_name: HashMap<&str, usize> =
        library.cells.iter().enumerate().map(|(index, cell)| (&*cell.name, index)).collect();
    let mut found = Vec::with_capacity(mapped_cells.cells.len());
    let (mut missing, mut known, mut instances) = (Vec::new(), HashSet::new(), 0);
    for cell in &mapped_cells.cells {
        match by_name.get(&*cell.kind) {
            Some(&index) => found.push(index),
            None => {
                instances += 1;
                if known.insert(&*cell.kind) && missing.len() < SHOWN {
                    missing.push(cell.kind.to_string());
                }
            }
        }
    }
    if instances == 0 {
        return Ok(found);
    }
    Err(AsMappedError::Cells {
        library: library.name.clone(),
        missing,
        kinds: known.len(),
        instances,
        cells: mapped_cells.cells.len(),
    })
}

/// How the pins that a netlist was read with are those of a library's cell.
struct Fit {
    /// By input of the library's cell: which input of the netlist's is connected to it; `None` where nothing is.
    inputs: Vec<Option<usize>>,
    /// By output of the netlist's cell: which output of the library's it is; `None` where that has none of the name.
    outputs: Vec<Option<u8>>,
}

impl Fit {
    fn new(
        mapped_cells: &MappedCell,
        cell: &LibraryCell,
        library: &CellLibrary,
    ) -> Result<Self, AsMappedError> {
        let read = mapped_cells.cell;
        let (library, name) = (|| library.name.clone(), || cell.name.clone());
        let mut variables = Vec::with_capacity(read.inputs().len());
        for pin in read.inputs() {
            let Some(at) = cell.inputs.iter().position(|input| input.name == *pin) else {
                return Err(AsMappedError::Pin {
                    library: library(),
                    cell: name(),
                    direction: "input",
                    pin: pin.clone(),
                    have: cell.inputs.iter().map(|input| input.name.clone()).collect(),
                });
            };
            variables.push(TruthTable::variable(cell.inputs.len(), at).bits());
        }
        let inputs: Vec<Option<usize>> =
            cell.inputs.iter().map(|input| read.inputs().iter().position(|pin| *pin == input.name)).collect();
        for (at, pin) in cell.inputs.iter().enumerate().filter(|&(at, _)| inputs[at].is_none()) {
            if cell.outputs.iter().any(|output| output.function.depends_on(at)) {
                return Err(AsMappedError::Open { library: library(), cell: name(), pin: pin.name.clone() });
            }
        }
        let mut outputs = Vec::with_capacity(read.outputs().len());
        for (pin, bits) in read.outputs().iter().zip(read.build(&mut Lanes, &variables)) {
            let at = cell.outputs.iter().position(|output| output.name == *pin);
            if at.is_some_and(|at| cell.outputs[at].function != TruthTable::new(cell.inputs.len(), bits)) {
                return Err(AsMappedError::Function {
                    library: library(),
                    cell: name(),
                    pin: pin.clone(),
                    reader: read.library().to_owned(),
                });
            }
            outputs.push(at.and_then(|at| u8::try_from(at).ok()));
        }
        Ok(Self { inputs, outputs })
    }
}

#[cfg(test)]
mod tests;
