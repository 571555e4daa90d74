//! Circuits onto the cells of a library.
//!
//! ```text
//! Logic  ->  cuts of up to four leaves  ->  cells by area flow  ->  exact areas  ->  adders  ->  Mapped
//!            (cuts)      (matches)          (select)                (select)        (adders)    (emit)
//! ```
//!
//! Cuts are enumerated as in Mishchenko, Cho, Chatterjee and Brayton, "Combinational and sequential mapping with priority
//! cuts", ICCAD 2007; their functions are matched against those of the cells with inputs in any order and any of them
//! complemented. Both polarities of every signal are considered; inverters stand where that is cheapest.

mod adders;
mod cover;
mod cuts;
mod emit;
mod matches;
mod select;
mod subject;
#[cfg(test)]
mod tests;

use super::MappedCircuit;
use super::library::CellLibrary;
use super::optimize::{XagCircuit, same};
use matches::MatchTable;
use select::Mapper;
use subject::SubjectGraph;

/// What the chosen cells shall be best at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MappingGoal {
    /// The smallest sum of cell areas.
    #[default]
    Area,
    /// The shortest longest path, every cell taken at the same load; then the smallest area that keeps it.
    Delay,
}

/// Why a library cannot make every circuit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// It has no inverter.
    #[error("library {library} has no inverter (a cell of one input and one output, its complement)")]
    NoInverter {
        /// The library.
        library: String,
    },
    /// It has no gate of two inputs.
    #[error(
        "library {library} has no gate of two inputs (an AND, OR, NAND or NOR), without which nothing can be made"
    )]
    NoGate {
        /// The library.
        library: String,
    },
}

/// The cells of a library, ready for mapping any number of circuits.
pub struct TechnologyMapper {
    cells: MatchTable,
    library: CellLibrary,
}

impl TechnologyMapper {
    /// Finds what the cells can stand for. Cells of more than four inputs or two outputs are not used.
    pub fn new(library: &CellLibrary) -> Result<Self, MapError> {
        Ok(Self { cells: MatchTable::new(library)?, library: library.clone() })
    }

    /// Maps a circuit. The cells' indices are those of the library.
    pub fn map(&self, logic: &XagCircuit, goal: MappingGoal) -> MappedCircuit {
        let subject = SubjectGraph::new(logic, self.cells.has_xor);
        let mut mapper = Mapper::new(&self.cells, &subject, goal);
        if goal == MappingGoal::Area {
            mapper.flow_round();
        }
        if goal == MappingGoal::Delay {
            mapper.exact_round();
        }
        for _ in 0..ROUNDS {
            let adopted = mapper.adder_round();
            mapper.exact_round();
            if adopted == 0 {
                break;
            }
        }
        mapper.finish();
        let mapped = emit::emit(&subject, &mapper.cover, self.cells.inverter, logic.format);
        debug_assert!(
            same(logic, |cases| lanes(&mapped, &self.library, cases)),
            "mapping changed the circuit"
        );
        mapped
    }
}

/// How often adders are looked for at most, in what the round before has left.
const ROUNDS: usize = 6;

/// Maps a circuit onto the cells of a library.
///
/// For each function the smallest cell is used, or with [`MappingGoal::Delay`] a faster one where the longest path needs it;
/// cells of greater drive strength are not chosen by what they drive.
pub fn map(logic: &XagCircuit, library: &CellLibrary, goal: MappingGoal) -> Result<MappedCircuit, MapError> {
    Ok(TechnologyMapper::new(library)?.map(logic, goal))
}

/// The product bits of a mapped circuit in 64 cases, of which `inputs` holds a word for each input bit.
pub fn lanes(mapped: &MappedCircuit, library: &CellLibrary, inputs: &[u64]) -> Vec<u64> {
    use axmul_api::Signal;

    // The outputs of all instances, and where those of each begin.
    let (mut values, mut starts) = (Vec::<u64>::new(), Vec::with_capacity(mapped.instances.len()));
    let read = |values: &[u64], starts: &[usize], signal: Signal| match signal {
        Signal::Constant(value) => u64::from(value).wrapping_neg(),
        Signal::Input(input) => inputs[input],
        Signal::Cell(instance, output) => values[starts[instance] + usize::from(output)],
    };
    for instance in &mapped.instances {
        let words: Vec<u64> = instance.inputs.iter().map(|&signal| read(&values, &starts, signal)).collect();
        starts.push(values.len());
        let outputs = library.cells[instance.cell].outputs.iter();
        values.extend(outputs.map(|output| output.function.lanes(&words)));
    }
    mapped.outputs.iter().map(|&signal| read(&values, &starts, signal)).collect()
}
