//! Nodes found by what they compute in simulated cases.

use std::collections::HashMap;

use super::xag::{Xag, XagEdge, XagNode};

/// Simulated words for each node, of 64 cases each.
const WORDS: usize = 16;

/// The values of an edge in the simulated cases.
pub(super) type Signature = [u64; WORDS];

/// The signatures of a graph's nodes, and the nodes of one word's cone by signature.
pub(super) struct Signatures<'a> {
    /// The inputs of the simulated words.
    cases: &'a [Vec<u64>],
    /// By node.
    signatures: Vec<Signature>,
    /// The first node within the cone of each signature, complemented so that its first case is zero.
    known: HashMap<Signature, XagEdge>,
}

impl<'a> Signatures<'a> {
    /// Those of `graph`, of which nodes inside `cone` can be found.
    pub fn new(graph: &Xag, cone: &[bool], cases: &'a [Vec<u64>]) -> Self {
        let mut all = Self { cases, signatures: Vec::new(), known: HashMap::new() };
        all.extend(graph);
        for node in (0..graph.nodes().len()).filter(|&node| cone[node]) {
            let (signature, complemented) = normal(all.signatures[node]);
            all.known.entry(signature).or_insert(XagEdge::new(node, complemented));
        }
        all
    }

    /// Adds the signatures of nodes that are new in the graph.
    pub fn extend(&mut self, graph: &Xag) {
        for index in self.signatures.len()..graph.nodes().len() {
            let both = |x: XagEdge, y: XagEdge, gate: fn(u64, u64) -> u64| {
                let (x, y) = (self.of(x), self.of(y));
                std::array::from_fn(|word| gate(x[word], y[word]))
            };
            let signature = match graph.nodes()[index] {
                XagNode::False => [0; WORDS],
                XagNode::Input => std::array::from_fn(|word| self.cases[word % self.cases.len()][index - 1]),
                XagNode::And(x, y) => both(x, y, |x, y| x & y),
                XagNode::Xor(x, y) => both(x, y, |x, y| x ^ y),
            };
            self.signatures.push(signature);
        }
    }

    /// The signature of an edge.
    pub fn of(&self, edge: XagEdge) -> Signature {
        self.signatures[edge.node()].map(|word| word ^ edge.mask())
    }

    /// An edge of the cone that has this signature.
    pub fn find(&self, signature: Signature) -> Option<XagEdge> {
        let (signature, complemented) = normal(signature);
        self.known.get(&signature).map(|edge| edge.complemented_if(complemented))
    }

    /// An edge of the cone that is the XOR of these two, as far as the cases show.
    pub fn find_difference(&self, x: XagEdge, y: XagEdge) -> Option<XagEdge> {
        let (x, y) = (self.of(x), self.of(y));
        self.find(std::array::from_fn(|word| x[word] ^ y[word]))
    }
}

/// The signature or its complement, whichever is zero in the first case, and whether it is the complement.
fn normal(signature: Signature) -> (Signature, bool) {
    let complemented = signature[0] & 1 == 1;
    (if complemented { signature.map(|word| !word) } else { signature }, complemented)
}
