//! The graph that is covered with cells.

use crate::optimise::Logic;
use axmul_netlist::graph::{Edge, Node};

/// The live gates of a circuit, in topological order.
pub(super) struct Subject {
    /// The constant, the inputs, then gates.
    pub nodes: Vec<Node>,
    /// The number of inputs.
    pub inputs: usize,
    /// The product bits.
    pub outputs: Vec<Edge>,
}

impl Subject {
    /// Takes the live gates; exclusive ors become conjunctions unless the library has a cell for them.
    pub fn new(logic: &Logic, has_xor: bool) -> Self {
        let inputs = logic.graph.input_count();
        let cone = logic.graph.cone(logic.outputs.iter().copied());
        let mut nodes: Vec<Node> = Vec::with_capacity(logic.graph.nodes().len());
        let mut images: Vec<Edge> = Vec::with_capacity(logic.graph.nodes().len());
        for (index, &node) in logic.graph.nodes().iter().enumerate() {
            let image = |edge: Edge| images[edge.node()].complemented_if(edge.is_complemented());
            let mut push = |node| {
                nodes.push(node);
                Edge::new(nodes.len() - 1, false)
            };
            let built = match node {
                Node::False | Node::Input => push(node),
                _ if !cone[index] => Edge::FALSE,
                Node::And(x, y) => push(Node::And(image(x), image(y))),
                Node::Xor(x, y) if has_xor => push(Node::Xor(image(x), image(y))),
                Node::Xor(x, y) => {
                    let (x, y) = (image(x), image(y));
                    let (left, right) = (push(Node::And(x, !y)), push(Node::And(!x, y)));
                    !push(Node::And(!left, !right))
                }
            };
            images.push(built);
        }
        let outputs = logic.outputs.iter();
        let outputs =
            outputs.map(|edge| images[edge.node()].complemented_if(edge.is_complemented())).collect();
        Self { nodes, inputs, outputs }
    }

    /// The nodes that are gates.
    pub fn gates(&self) -> std::ops::Range<usize> {
        self.inputs + 1..self.nodes.len()
    }
}
