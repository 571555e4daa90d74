//! From a cover to a mapped circuit.

use axmul_api::{OperandFormat, Signal};

use super::cover::{CellCover, CoverChoice, CoverKind, point};
use super::subject::SubjectGraph;
use crate::{CellInstance, MappedCircuit};

/// The cells that the outputs need, in topological order.
pub(super) fn emit(
    subject: &SubjectGraph,
    cover: &CellCover,
    inverter: u32,
    format: OperandFormat,
) -> MappedCircuit {
    let mut signals = vec![Signal::Constant(false); cover.choices.len()];
    // The constant's other polarity is not an inverter.
    signals[1] = Signal::Constant(true);
    let mut instances: Vec<CellInstance> = Vec::new();
    let mut shared: Vec<Option<usize>> = vec![None; cover.choices.len()];
    for node in 1..subject.nodes.len() {
        let mut points = [2 * node, 2 * node + 1];
        // An inverter comes after what it inverts.
        points.sort_by_key(|&point| cover.choices[point].kind == CoverKind::Inverter);
        for at in points {
            let choice = &cover.choices[at];
            if cover.uses[at] == 0 {
                continue;
            }
            let mut place = |cell: u32, choice: &CoverChoice| {
                let inputs = choice.inputs().iter().map(|&input| signals[input as usize]).collect();
                instances.push(CellInstance { cell: cell as usize, inputs });
                instances.len() - 1
            };
            signals[at] = match choice.kind {
                CoverKind::Free => Signal::Input(node - 1),
                CoverKind::Inverter => Signal::Cell(place(inverter, choice), 0),
                CoverKind::Cell { cell, output } => Signal::Cell(place(cell, choice), output),
                CoverKind::Output { output } => {
                    let below = choice.inputs()[0] as usize;
                    let instance = match (shared[below], cover.choices[below].kind) {
                        (None, CoverKind::Shared { cell }) => place(cell, &cover.choices[below]),
                        (known, _) => known.unwrap_or_default(),
                    };
                    shared[below] = Some(instance);
                    Signal::Cell(instance, output)
                }
                CoverKind::Shared { .. } => unreachable!("no polarity of a node"),
            };
        }
    }
    let outputs = subject.outputs.iter().map(|&edge| signals[point(edge) as usize]).collect();
    MappedCircuit { format, instances, outputs }
}
