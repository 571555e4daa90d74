//! Merges gates that are equal or complementary in every case, found by exhaustive simulation.

use std::collections::HashMap;

use axmul_api::Gates;

use super::XagCircuit;
use axmul_netlist::cases::all_cases;
use axmul_netlist::xag::{Xag, XagEdge, XagNode};

/// The most words of 64 cases that are kept: 128 MiB. Larger circuits stay as they are.
const MAX_WORDS: usize = 1 << 24;

/// The circuit with equal gates merged: each is replaced by the first gate, input or constant of its function. Wider
/// than 16 input bits, and beyond [`MAX_WORDS`], it is returned as it came.
pub(super) fn merge(logic: &XagCircuit) -> XagCircuit {
    let inputs = logic.graph.input_count();
    let Some(cases) = all_cases(inputs) else { return logic.clone() };
    let cases: Vec<Vec<u64>> = cases.collect();
    if logic.graph.nodes().len().saturating_mul(cases.len()) > MAX_WORDS {
        return logic.clone();
    }
    let mut sweep = SimulationSweep {
        graph: Xag::new(inputs),
        words: cases.len(),
        values: Vec::new(),
        known: HashMap::new(),
    };
    sweep.values.resize(cases.len(), 0);
    for input in 0..inputs {
        sweep.values.extend(cases.iter().map(|case| case[input]));
    }
    for node in 0..=inputs {
        sweep.remember(node);
    }
    let mut images: Vec<XagEdge> = (0..=inputs).map(|node| XagEdge::new(node, false)).collect();
    for node in &logic.graph.nodes()[inputs + 1..] {
        let image = |edge: XagEdge| images[edge.node()].complemented_if(edge.is_complemented());
        let image = match *node {
            XagNode::And(x, y) => sweep.gate(XagNode::And(image(x), image(y))),
            XagNode::Xor(x, y) => sweep.gate(XagNode::Xor(image(x), image(y))),
            XagNode::False | XagNode::Input => XagEdge::FALSE,
        };
        images.push(image);
    }
    let outputs = logic.outputs.iter();
    let outputs = outputs.map(|edge| images[edge.node()].complemented_if(edge.is_complemented())).collect();
    XagCircuit { format: logic.format, graph: sweep.graph, outputs }
}

struct SimulationSweep {
    graph: Xag,
    /// Words of a node's values.
    words: usize,
    /// Node by node.
    values: Vec<u64>,
    /// Nodes by a hash of their values, complemented where the first value is one.
    known: HashMap<u64, Vec<u32>>,
}

impl SimulationSweep {
    fn of(&self, node: usize) -> &[u64] {
        &self.values[node * self.words..][..self.words]
    }

    /// The edge that computes what this gate would: a known one, else a new gate.
    fn gate(&mut self, gate: XagNode) -> XagEdge {
        let values = self.simulate(gate);
        if let Some(edge) = self.find(&values) {
            return edge;
        }
        let built = match gate {
            XagNode::And(x, y) => self.graph.and(x, y),
            XagNode::Xor(x, y) => self.graph.xor(x, y),
            XagNode::False | XagNode::Input => XagEdge::FALSE,
        };
        for node in self.values.len() / self.words..self.graph.nodes().len() {
            let values = self.simulate(self.graph.nodes()[node]);
            self.values.extend(values);
            self.remember(node);
        }
        built
    }

    fn simulate(&self, gate: XagNode) -> Vec<u64> {
        let Some([x, y]) = gate.fan_ins() else { return vec![0; self.words] };
        let pairs = self.of(x.node()).iter().zip(self.of(y.node()));
        let (p, q) = (x.mask(), y.mask());
        match gate {
            XagNode::And(..) => pairs.map(|(x, y)| (x ^ p) & (y ^ q)).collect(),
            _ => pairs.map(|(x, y)| x ^ p ^ y ^ q).collect(),
        }
    }

    fn find(&self, values: &[u64]) -> Option<XagEdge> {
        let same = |&&node: &&u32| {
            let of_node = self.of(node as usize);
            let mask = complement(of_node) ^ complement(values);
            of_node.iter().zip(values).all(|(x, y)| x ^ mask == *y)
        };
        let node = *self.known.get(&hash(values))?.iter().find(same)? as usize;
        Some(XagEdge::new(node, complement(self.of(node)) != complement(values)))
    }

    fn remember(&mut self, node: usize) {
        let values = self.of(node);
        if self.find(values).is_none() {
            let key = hash(values);
            self.known.entry(key).or_default().push(node as u32);
        }
    }
}

/// All ones where the first value is one.
fn complement(values: &[u64]) -> u64 {
    values.first().map_or(0, |word| (word & 1).wrapping_neg())
}

/// The same for values and their complement.
fn hash(values: &[u64]) -> u64 {
    let mask = complement(values);
    let step =
        |hash: u64, word: &u64| (hash ^ word ^ mask).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    values.iter().fold(0, step)
}
