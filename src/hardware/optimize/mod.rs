//! Logic optimization: constants propagated, dead gates removed, equal gates merged.
//!
//! ```text
//! Netlist  ->  structural hashing (netlist::xag)  ->  sweep  ->  live gates only: XagCircuit
//! ```
//!
//! Inverters are complemented edges of the graph and cost nothing here; [`map`](super::map) decides where they go.

mod sweep;
#[cfg(test)]
mod tests;

use axmul_api::{Gates, Netlist, OperandFormat};

use axmul_netlist::cases::all_cases;
use axmul_netlist::xag::{Xag, XagEdge, XagNode};

/// A circuit as an XOR-AND graph with the product bits as outputs.
#[derive(Clone, Debug)]
pub struct XagCircuit {
    /// Widths and signedness of the operands.
    pub format: OperandFormat,
    /// The gates. Inputs are the bits of a from the least significant up, then those of b.
    pub graph: Xag,
    /// The product bits, least significant first.
    pub outputs: Vec<XagEdge>,
}

impl XagCircuit {
    /// The circuit after structural hashing only.
    pub fn new(netlist: &Netlist) -> Self {
        let format = netlist.format();
        let mut graph = Xag::new(format.product_width().into());
        let inputs: Vec<XagEdge> = graph.inputs().collect();
        let (a, b) = inputs.split_at(format.width_a().into());
        let outputs = netlist.replay(&mut graph, a, b);
        Self { format, graph, outputs }
    }

    /// The number of gates: two-input ANDs and XORs.
    pub fn gates(&self) -> usize {
        self.graph.nodes().len() - 1 - self.graph.input_count()
    }

    /// The product bits in 64 cases, of which `inputs` holds a word for each input bit.
    pub fn lanes(&self, inputs: &[u64]) -> Vec<u64> {
        let values = self.graph.simulate(inputs);
        self.outputs.iter().map(|edge| values[edge.node()] ^ edge.mask()).collect()
    }

    /// Only what an output depends on. Building the gates again may simplify some.
    fn live(&self) -> Self {
        let cone = self.graph.cone(self.outputs.iter().copied());
        let mut graph = Xag::new(self.graph.input_count());
        let mut images: Vec<XagEdge> = Vec::with_capacity(cone.len());
        for (index, node) in self.graph.nodes().iter().enumerate() {
            let image = |edge: XagEdge| images[edge.node()].complemented_if(edge.is_complemented());
            let built = match *node {
                _ if !cone[index] => XagEdge::FALSE,
                XagNode::And(x, y) => {
                    let (x, y) = (image(x), image(y));
                    graph.and(x, y)
                }
                XagNode::Xor(x, y) => {
                    let (x, y) = (image(x), image(y));
                    graph.xor(x, y)
                }
                XagNode::Input | XagNode::False => XagEdge::new(index, false),
            };
            images.push(built);
        }
        // The images of inputs that no output depends on are never asked for.
        let outputs = self.outputs.iter();
        let outputs =
            outputs.map(|edge| images[edge.node()].complemented_if(edge.is_complemented())).collect();
        Self { format: self.format, graph, outputs }
    }
}

/// The maximum number of passes; they stop earlier when one does not shrink the circuit.
const ROUNDS: usize = 4;

/// Simplifies a circuit: constants propagated, dead gates removed, gates of equal function merged.
///
/// For at most 16 input bits equality is decided by simulation of all operand pairs; wider circuits are hashed and
/// simplified by rules over two levels of gates only.
pub fn optimize(netlist: &Netlist) -> XagCircuit {
    let raw = XagCircuit::new(netlist).live();
    let mut gates = raw.gates();
    let mut best = swept(&raw);
    for _ in 1..ROUNDS {
        if best.gates() >= gates {
            break;
        }
        gates = best.gates();
        let next = swept(&best);
        if next.gates() < gates {
            best = next;
        }
    }
    best
}

/// Equal gates merged, and what that leaves dead removed.
fn swept(logic: &XagCircuit) -> XagCircuit {
    let next = sweep::merge(logic).live();
    debug_assert!(same(&next, |lanes| logic.lanes(lanes)), "a pass changed the circuit");
    next
}

/// Whether a circuit computes what another one does, as far as all cases can be tried.
pub(super) fn same(logic: &XagCircuit, mut other: impl FnMut(&[u64]) -> Vec<u64>) -> bool {
    let Some(mut cases) = all_cases(logic.graph.input_count()) else { return true };
    cases.all(|lanes| logic.lanes(&lanes) == other(&lanes))
}
