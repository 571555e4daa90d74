//! Technology mapping: circuits onto the cells of a library.
//!
//! ```text
//! XagCircuit -> cuts of up to four leaves -> cover by area flow -> by exact area -> adders -> MappedCircuit
//!               (cuts)     (matches)         (select)              (select)         (adders)  (emit)
//! ```
//!
//! Cuts are enumerated as in Mishchenko, Cho, Chatterjee and Brayton, "Combinational and sequential mapping with priority
//! cuts", ICCAD 2007; their functions are matched against those of the cells with inputs in any order and any of them
//! complemented. Both polarities of every signal are considered; inverters go where they are cheapest.

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

/// The objective of technology mapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MappingGoal {
    /// Minimum area.
    #[default]
    Area,
    /// Minimum delay, with every cell at the same load; then the minimum area that keeps it.
    Delay,
}

/// Why a library cannot implement every circuit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MapError {
    /// It has no inverter.
    #[error("library {library} has no inverter (a cell of one input and one output, its complement)")]
    NoInverter {
        /// The library.
        library: String,
    },
    /// It has no gate of two inputs.
    #[error("library {library} has no two-input gate (AND, OR, NAND or NOR)")]
    NoGate {
        /// The library.
        library: String,
    },
}

/// A technology mapper for one library and any number of circuits.
pub struct TechnologyMapper {
    cells: MatchTable,
    library: CellLibrary,
}

impl TechnologyMapper {
    /// Tabulates which functions the cells implement. Cells of more than four inputs or two outputs are not used.
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

/// The maximum number of rounds that look for adders in what the round before has left.
const ROUNDS: usize = 6;

/// Maps a circuit onto the cells of a library.
///
/// For each function the smallest cell is used, or with [`MappingGoal::Delay`] a faster one where the longest path needs it;
/// there is no sizing: drive strengths are not chosen by load.
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
