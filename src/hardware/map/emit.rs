//! The chosen cells as a circuit.

use axmul_api::{OperandFormat, Signal};

use super::cover::{Choice, Cover, Kind, point};
use super::subject::Subject;
use crate::{Instance, Mapped};

/// The cells that the outputs need, in topological order.
pub(super) fn emit(subject: &Subject, cover: &Cover, inverter: u32, format: OperandFormat) -> Mapped {
    let mut signals = vec![Signal::Constant(false); cover.choices.len()];
    // The constant's other polarity is no inverter.
    signals[1] = Signal::Constant(true);
    let mut instances: Vec<Instance> = Vec::new();
    let mut shared: Vec<Option<usize>> = vec![None; cover.choices.len()];
    for node in 1..subject.nodes.len() {
        let mut points = [2 * node, 2 * node + 1];
        // An inverter comes after what it inverts.
        points.sort_by_key(|&point| cover.choices[point].kind == Kind::Inverter);
        for at in points {
            let choice = &cover.choices[at];
            if cover.uses[at] == 0 {
                continue;
            }
            let mut place = |cell: u32, choice: &Choice| {
                let inputs = choice.inputs().iter().map(|&input| signals[input as usize]).collect();
                instances.push(Instance { cell: cell as usize, inputs });
                instances.len() - 1
            };
            signals[at] = match choice.kind {
                Kind::Free => Signal::Input(node - 1),
                Kind::Inverter => Signal::Cell(place(inverter, choice), 0),
                Kind::Cell { cell, output } => Signal::Cell(place(cell, choice), output),
                Kind::Output { output } => {
                    let below = choice.inputs()[0] as usize;
                    let instance = match (shared[below], cover.choices[below].kind) {
                        (None, Kind::Shared { cell }) => place(cell, &cover.choices[below]),
                        (known, _) => known.unwrap_or_default(),
                    };
                    shared[below] = Some(instance);
                    Signal::Cell(instance, output)
                }
                Kind::Shared { .. } => unreachable!("no polarity of a node"),
            };
        }
    }
    let outputs = subject.outputs.iter().map(|&edge| signals[point(edge) as usize]).collect();
    Mapped { format, instances, outputs }
}
