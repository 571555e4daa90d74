//! The subject graph, which mapping covers with cells.

use crate::optimize::XagCircuit;
use axmul_netlist::xag::{XagEdge, XagNode};

/// The live gates of a circuit, in topological order.
pub(super) struct SubjectGraph {
    /// The constant, the inputs, then gates.
    pub nodes: Vec<XagNode>,
    /// The number of inputs.
    pub inputs: usize,
    /// The product bits.
    pub outputs: Vec<XagEdge>,
}

impl SubjectGraph {
    /// Takes the live gates; XORs become ANDs unless the library has a cell for them.
    pub fn new(logic: &XagCircuit, has_xor: bool) -> Self {
        let inputs = logic.graph.input_count();
        let cone = logic.graph.cone(logic.outputs.iter().copied());
        let mut nodes: Vec<XagNode> = Vec::with_capacity(logic.graph.nodes().len());
        let mut images: Vec<XagEdge> = Vec::with_capacity(logic.graph.nodes().len());
        for (index, &node) in logic.graph.nodes().iter().enumerate() {
            let image = |edge: XagEdge| images[edge.node()].complemented_if(edge.is_complemented());
            let mut push = |node| {
                nodes.push(node);
                XagEdge::new(nodes.len() - 1, false)
            };
            let built = match node {
                XagNode::False | XagNode::Input => push(node),
                _ if !cone[index] => XagEdge::FALSE,
                XagNode::And(x, y) => push(XagNode::And(image(x), image(y))),
                XagNode::Xor(x, y) if has_xor => push(XagNode::Xor(image(x), image(y))),
                XagNode::Xor(x, y) => {
                    let (x, y) = (image(x), image(y));
                    let (left, right) = (push(XagNode::And(x, !y)), push(XagNode::And(!x, y)));
                    !push(XagNode::And(!left, !right))
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
