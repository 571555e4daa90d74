//! Structurally hashed XOR-AND graphs (XAGs) with complemented edges.

use std::collections::HashMap;
use std::ops::Not;

use axmul_api::Gates;

/// A node of an [`Xag`], or its complement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct XagEdge(u32);

impl XagEdge {
    /// The constant 0.
    pub const FALSE: Self = Self(0);
    /// The constant 1.
    pub const TRUE: Self = Self(1);

    /// An edge to a node, complemented if `complemented`.
    pub fn new(node: usize, complemented: bool) -> Self {
        Self((node as u32) << 1 | u32::from(complemented))
    }

    /// The index of the node.
    pub fn node(self) -> usize {
        (self.0 >> 1) as usize
    }

    /// Whether it is the node's complement.
    pub fn is_complemented(self) -> bool {
        self.0 & 1 == 1
    }

    /// The complement if `complement`, else the edge itself.
    pub fn complemented_if(self, complement: bool) -> Self {
        Self(self.0 ^ u32::from(complement))
    }

    /// All ones if complemented, to be XORed with simulated words of the node.
    pub fn mask(self) -> u64 {
        (u64::from(self.0) & 1).wrapping_neg()
    }
}

impl Not for XagEdge {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0 ^ 1)
    }
}

/// What a node computes. The lower of two fan-ins comes first; those of an XOR are not complemented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum XagNode {
    /// The constant, node 0.
    False,
    /// One of the inputs, which are the nodes from 1 on.
    Input,
    /// AND.
    And(XagEdge, XagEdge),
    /// XOR.
    Xor(XagEdge, XagEdge),
}

impl XagNode {
    /// Its fan-ins; `None` for inputs and the constant.
    pub fn fan_ins(self) -> Option<[XagEdge; 2]> {
        match self {
            Self::And(x, y) | Self::Xor(x, y) => Some([x, y]),
            Self::False | Self::Input => None,
        }
    }
}

/// How many times in a row a gate may be rewritten over the fan-ins of its fan-ins.
const REWRITES: u32 = 8;

/// An XOR-AND graph with any number of outputs, in topological order. Each gate exists once (structural hashing);
/// constants are folded, and gates are simplified by rules over two levels.
#[derive(Clone, Debug)]
pub struct Xag {
    nodes: Vec<XagNode>,
    known: HashMap<XagNode, u32>,
    inputs: usize,
}

impl Xag {
    /// A graph with this many inputs and no gates.
    pub fn new(inputs: usize) -> Self {
        let mut nodes = vec![XagNode::Input; inputs + 1];
        nodes[0] = XagNode::False;
        Self { nodes, known: HashMap::new(), inputs }
    }

    /// The nodes: the constant, the inputs, then gates, each after its fan-ins.
    pub fn nodes(&self) -> &[XagNode] {
        &self.nodes
    }

    /// The number of inputs.
    pub fn input_count(&self) -> usize {
        self.inputs
    }

    /// The inputs, which are the nodes from 1 on.
    pub fn inputs(&self) -> impl Iterator<Item = XagEdge> + use<> {
        (1..=self.inputs).map(|node| XagEdge::new(node, false))
    }

    /// The values of all nodes in 64 cases, one bit per case; `inputs` holds a word for each input.
    pub fn simulate(&self, inputs: &[u64]) -> Vec<u64> {
        let mut values: Vec<u64> = Vec::with_capacity(self.nodes.len());
        let read = |values: &[u64], edge: XagEdge| values[edge.node()] ^ edge.mask();
        for (index, node) in self.nodes.iter().enumerate() {
            values.push(match *node {
                XagNode::False => 0,
                XagNode::Input => inputs[index - 1],
                XagNode::And(x, y) => read(&values, x) & read(&values, y),
                XagNode::Xor(x, y) => read(&values, x) ^ read(&values, y),
            });
        }
        values
    }

    /// By node, whether one of `roots` depends on it.
    pub fn cone(&self, roots: impl IntoIterator<Item = XagEdge>) -> Vec<bool> {
        let mut inside = vec![false; self.nodes.len()];
        roots.into_iter().for_each(|root| inside[root.node()] = true);
        for node in (0..self.nodes.len()).rev() {
            if inside[node] {
                for edge in self.nodes[node].fan_ins().into_iter().flatten() {
                    inside[edge.node()] = true;
                }
            }
        }
        inside
    }

    fn node(&mut self, node: XagNode) -> XagEdge {
        let next = self.nodes.len() as u32;
        let index = *self.known.entry(node).or_insert(next);
        if index == next {
            self.nodes.push(node);
        }
        XagEdge::new(index as usize, false)
    }

    fn conjunction(&mut self, x: XagEdge, y: XagEdge, rewrites: u32) -> XagEdge {
        let (x, y) = (x.min(y), x.max(y));
        match x {
            XagEdge::FALSE => return XagEdge::FALSE,
            XagEdge::TRUE => return y,
            _ if x == y => return x,
            _ if x == !y => return XagEdge::FALSE,
            _ => {}
        }
        if rewrites > 0 {
            for (near, far) in [(x, y), (y, x)] {
                if let Some(found) = self.absorb(near, far, rewrites - 1) {
                    return found;
                }
            }
            if let Some(found) = self.meet(x, y, rewrites - 1) {
                return found;
            }
        }
        self.node(XagNode::And(x, y))
    }

    /// The AND of `x` and `far`, where what `far` is made of makes it simpler.
    fn absorb(&mut self, x: XagEdge, far: XagEdge, rewrites: u32) -> Option<XagEdge> {
        match self.nodes[far.node()] {
            XagNode::And(p, q) if !far.is_complemented() => {
                if x == p || x == q {
                    return Some(far);
                }
                (x == !p || x == !q).then_some(XagEdge::FALSE)
            }
            XagNode::And(p, q) => {
                if x == !p || x == !q {
                    return Some(x);
                }
                let rest = if x == p { q } else { p };
                (x == p || x == q).then(|| self.conjunction(x, !rest, rewrites))
            }
            XagNode::Xor(p, q) => {
                // Where x is one, p (or q) is a constant.
                let (own, rest) = if x.node() == p.node() { (p, q) } else { (q, p) };
                (x.node() == own.node()).then(|| {
                    let flipped = !x.is_complemented() ^ far.is_complemented();
                    self.conjunction(x, rest.complemented_if(flipped), rewrites)
                })
            }
            _ => None,
        }
    }

    /// The AND of two gates that share their fan-ins.
    fn meet(&mut self, x: XagEdge, y: XagEdge, rewrites: u32) -> Option<XagEdge> {
        let (Some([p, q]), Some([r, s])) = (self.nodes[x.node()].fan_ins(), self.nodes[y.node()].fan_ins())
        else {
            return None;
        };
        let is_and = |edge: XagEdge| matches!(self.nodes[edge.node()], XagNode::And(..));
        match (is_and(x), is_and(y)) {
            (true, true) => {
                let opposed = [p, q].iter().any(|&edge| edge == !r || edge == !s);
                let both_opposed = (p == !r && q == !s) || (p == !s && q == !r);
                match (x.is_complemented(), y.is_complemented()) {
                    // Neither both nor none: an XOR in three ANDs.
                    (true, true) if both_opposed => Some(self.exclusive_or(p, q, rewrites)),
                    (false, false) if opposed => Some(XagEdge::FALSE),
                    (false, true) if opposed => Some(x),
                    (true, false) if opposed => Some(y),
                    _ => None,
                }
            }
            // An AND decides an XOR of the same nodes.
            (true, false) if !x.is_complemented() => {
                self.decided([p, q], [r, s], y).map(|one| if one { x } else { XagEdge::FALSE })
            }
            (false, true) if !y.is_complemented() => {
                self.decided([r, s], [p, q], x).map(|one| if one { y } else { XagEdge::FALSE })
            }
            _ => None,
        }
    }

    /// The value of `xor`, whose fan-ins are `of`, where both edges of `given` are one; `None` if they are no edges
    /// of these nodes.
    fn decided(&self, given: [XagEdge; 2], of: [XagEdge; 2], xor: XagEdge) -> Option<bool> {
        let mut nodes = given.map(XagEdge::node);
        nodes.sort_unstable();
        let differ = given[0].is_complemented() != given[1].is_complemented();
        (nodes == of.map(XagEdge::node)).then_some(differ != xor.is_complemented())
    }

    fn exclusive_or(&mut self, x: XagEdge, y: XagEdge, rewrites: u32) -> XagEdge {
        let complement = x.is_complemented() != y.is_complemented();
        let (x, y) = (x.complemented_if(x.is_complemented()), y.complemented_if(y.is_complemented()));
        let (x, y) = (x.min(y), x.max(y));
        let found = match x {
            XagEdge::FALSE => y,
            _ if x == y => XagEdge::FALSE,
            _ => (rewrites > 0)
                .then(|| self.cancel(x, y, rewrites - 1).or_else(|| self.cancel(y, x, rewrites - 1)))
                .flatten()
                .unwrap_or_else(|| self.node(XagNode::Xor(x, y))),
        };
        found.complemented_if(complement)
    }

    /// The XOR of `x` and `far`, where `far` is made of `x`.
    fn cancel(&mut self, x: XagEdge, far: XagEdge, rewrites: u32) -> Option<XagEdge> {
        let [p, q] = self.nodes[far.node()].fan_ins()?;
        let (own, rest) = if x.node() == p.node() { (p, q) } else { (q, p) };
        if x.node() != own.node() {
            return None;
        }
        Some(match self.nodes[far.node()] {
            XagNode::Xor(..) => rest,
            // x differs from x & r where x is one and r is not; from !x & r where either is one.
            _ if !own.is_complemented() => self.conjunction(x, !rest, rewrites),
            _ => !self.conjunction(!x, !rest, rewrites),
        })
    }
}

impl Gates for Xag {
    type Bit = XagEdge;

    fn constant(&mut self, value: bool) -> XagEdge {
        if value { XagEdge::TRUE } else { XagEdge::FALSE }
    }

    fn not(&mut self, a: XagEdge) -> XagEdge {
        !a
    }

    fn and(&mut self, a: XagEdge, b: XagEdge) -> XagEdge {
        self.conjunction(a, b, REWRITES)
    }

    fn or(&mut self, a: XagEdge, b: XagEdge) -> XagEdge {
        !self.conjunction(!a, !b, REWRITES)
    }

    fn xor(&mut self, a: XagEdge, b: XagEdge) -> XagEdge {
        self.exclusive_or(a, b, REWRITES)
    }

    fn mux(&mut self, select: XagEdge, if_one: XagEdge, if_zero: XagEdge) -> XagEdge {
        let one = self.and(select, if_one);
        let zero = self.and(!select, if_zero);
        self.or(one, zero)
    }

    /// In one order whatever the order of the inputs.
    fn full_adder(&mut self, a: XagEdge, b: XagEdge, c: XagEdge) -> (XagEdge, XagEdge) {
        let mut inputs = [a, b, c];
        inputs.sort_unstable();
        let [a, b, c] = inputs;
        let (partial, both) = (self.xor(a, b), self.and(a, b));
        let (sum, through) = (self.xor(partial, c), self.and(partial, c));
        (sum, self.or(both, through))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Operations over a stack of bits that begins with three inputs and a constant.
    fn build<G: Gates>(
        g: &mut G,
        inputs: [G::Bit; 3],
        operations: &[(u8, usize, usize, usize)],
    ) -> Vec<G::Bit> {
        let mut bits = inputs.to_vec();
        bits.push(g.constant(true));
        for &(operation, x, y, z) in operations {
            let [x, y, z] = [x, y, z].map(|index| bits[index % bits.len()]);
            match operation {
                0 => bits.push(g.and(x, y)),
                1 => bits.push(g.xor(x, y)),
                2 => bits.push(g.not(x)),
                3 => bits.push(g.mux(x, y, z)),
                4 => bits.push(g.or(x, y)),
                _ => {
                    let (sum, carry) = g.full_adder(x, y, z);
                    bits.extend([sum, carry]);
                }
            }
        }
        bits
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn every_rewriting_preserves_the_function(
            operations in prop::collection::vec((0u8..6, 0usize..64, 0usize..64, 0usize..64), 0..24)
        ) {
            let lanes = [0xaa, 0xcc, 0xf0];
            let expected = build(&mut axmul_api::Lanes, lanes, &operations);
            let mut graph = Xag::new(3);
            let inputs: Vec<XagEdge> = graph.inputs().collect();
            let edges = build(&mut graph, [inputs[0], inputs[1], inputs[2]], &operations);
            let values = graph.simulate(&lanes);
            for (edge, expected) in edges.iter().zip(expected) {
                prop_assert_eq!((values[edge.node()] ^ edge.mask()) & 0xff, expected & 0xff);
            }
            // Topological order, and no gate twice.
            for (index, node) in graph.nodes().iter().enumerate() {
                prop_assert!(node.fan_ins().into_iter().flatten().all(|edge| edge.node() < index));
            }
        }
    }

    #[test]
    fn one_function_in_several_forms_is_one_node() {
        let mut g = Xag::new(3);
        let [a, b, c] = <[XagEdge; 3]>::try_from(g.inputs().collect::<Vec<_>>()).unwrap();
        let xor = g.xor(a, b);
        let (left, right) = (g.and(a, !b), g.and(!a, b));
        assert_eq!(g.or(left, right), xor);
        assert_eq!(g.mux(a, !b, b), xor);
        assert_eq!(g.full_adder(a, b, c), g.full_adder(c, a, b));
        let and = g.and(a, b);
        assert_eq!(g.and(xor, and), XagEdge::FALSE);
        assert_eq!(g.xor(a, and), g.and(a, !b));
        assert_eq!(g.and(a, !and), g.and(a, !b));
    }
}
