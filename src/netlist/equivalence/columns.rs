//! Circuits that add up the same bits: the proof for adders in any arrangement, which search alone does not find.
//!
//! An array and a tree of adders have hardly a node in common, and still both say that a number is the sum of the
//! same partial products. So the difference of the two products is written as a sum of weighted nodes, and every
//! node, from the outputs down, is replaced by what it is a sum of:
//!
//! - the sum bit of a full adder by `a + b + c - 2 carry`, where the carry is a majority of the same three;
//! - the majority of complemented bits by that of the bits: `maj(!a, b, c) = b + c - maj(a, b, c)`;
//! - an XOR by `a + b - 2 ab`, an AND by the product of its fan-ins.
//!
//! Each carry comes with the weight that the sum bits took away, so in adders they cancel. If everything does,
//! modulo 2^(n+m), then the products are equal. If something stays, nothing is known.

use std::collections::{HashMap, HashSet};

use axmul_api::{Gates, words};

use super::cuts::{AdderCut, XOR3, cuts, majority};
use super::xag::{Xag, XagEdge, XagNode};

/// A sum of weighted nodes, of products of two nodes and of majorities of three, modulo 2^64.
struct ColumnSum {
    constant: u64,
    /// By node.
    weights: Vec<u64>,
    /// By the two or three nodes, ascending; the third of a product is [`AdderCut::NONE`].
    products: HashMap<[u32; 3], u64>,
}

impl ColumnSum {
    fn add(&mut self, edge: XagEdge, weight: u64) {
        let own = &mut self.weights[edge.node()];
        if edge.is_complemented() {
            self.constant = self.constant.wrapping_add(weight);
            *own = own.wrapping_sub(weight);
        } else {
            *own = own.wrapping_add(weight);
        }
    }

    fn subtract(&mut self, edge: XagEdge, weight: u64) {
        self.add(edge, weight.wrapping_neg());
    }

    fn add_leaf(&mut self, leaf: u32, weight: u64) {
        self.add(XagEdge::new(leaf as usize, false), weight);
    }

    fn add_product(&mut self, nodes: [u32; 3], weight: u64) {
        let own = self.products.entry(nodes).or_default();
        *own = own.wrapping_add(weight);
    }

    /// `x y`, multiplied out where one is complemented.
    fn add_conjunction(&mut self, x: XagEdge, y: XagEdge, weight: u64) {
        match (x.is_complemented(), y.is_complemented()) {
            (false, false) => {
                let nodes = [x.node().min(y.node()) as u32, x.node().max(y.node()) as u32, AdderCut::NONE];
                self.add_product(nodes, weight);
            }
            (true, _) => {
                self.add(y, weight);
                self.add_conjunction(!x, y, weight.wrapping_neg());
            }
            (false, true) => self.add_conjunction(y, x, weight),
        }
    }

    /// The majority of `leaves`, some of them complemented.
    fn add_majority(&mut self, leaves: [u32; 3], complemented: [bool; 3], weight: u64) {
        match complemented.iter().filter(|&&complemented| complemented).count() {
            0 => self.add_product(leaves, weight),
            1 => {
                let others = leaves.iter().zip(complemented).filter(|(_, complemented)| !complemented);
                others.for_each(|(&leaf, _)| self.add_leaf(leaf, weight));
                self.add_product(leaves, weight.wrapping_neg());
            }
            // One minus the majority of the complements.
            _ => {
                self.constant = self.constant.wrapping_add(weight);
                self.add_majority(leaves, complemented.map(|it| !it), weight.wrapping_neg());
            }
        }
    }
}

/// What stays of the difference of two words, modulo 2^width, when everything that cancels has cancelled.
pub(super) struct ColumnRemainder {
    constant: u64,
    /// Nodes of which the product or, if there are three, the majority has this weight. Those missing are
    /// [`AdderCut::NONE`].
    terms: Vec<([u32; 3], u64)>,
    width: usize,
}

impl ColumnRemainder {
    /// Nothing stays: the words are equal.
    pub fn is_zero(&self) -> bool {
        self.constant == 0 && self.terms.is_empty()
    }

    /// How much stays.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// The number that stays, as a word: what has to be zero if the words are equal.
    pub fn word(&self, graph: &mut Xag) -> Vec<XagEdge> {
        let mask = mask(self.width);
        let mut constant = self.constant;
        let mut columns = vec![Vec::new(); self.width];
        for &(nodes, weight) in &self.terms {
            let [x, y, z] = nodes.map(|node| {
                if node == AdderCut::NONE { XagEdge::TRUE } else { XagEdge::new(node as usize, false) }
            });
            let bit = if z == XagEdge::TRUE { graph.and(x, y) } else { graph.full_adder(x, y, z).1 };
            // As few ones as can be: a weight just below 2^width is a small negative one.
            let negative = weight.wrapping_neg() & mask;
            let subtract = negative.count_ones() < weight.count_ones();
            let (bit, weight) = if subtract { (!bit, negative) } else { (bit, weight) };
            if subtract {
                // -x is !x - 1.
                constant = constant.wrapping_sub(weight);
            }
            (0..self.width)
                .filter(|column| weight >> column & 1 == 1)
                .for_each(|column| columns[column].push(bit));
        }
        for (column, bits) in columns.iter_mut().enumerate() {
            if constant >> column & 1 == 1 {
                bits.push(XagEdge::TRUE);
            }
        }
        words::sum_columns(graph, columns)
    }
}

fn mask(width: usize) -> u64 {
    u64::MAX >> (64 - width.clamp(1, 64))
}

/// The difference of two words, the least significant bit first, of one width of at most 64 bits.
pub(super) fn difference(graph: &Xag, x: &[XagEdge], y: &[XagEdge]) -> ColumnRemainder {
    let width = x.len();
    let cone = graph.cone(x.iter().chain(y).copied());
    let cuts = cuts(graph, &cone);
    let majorities: Vec<Option<(&AdderCut, [bool; 3])>> = cuts
        .iter()
        .map(|cuts| {
            cuts.iter().filter(|cut| cut.is_full()).find_map(|cut| Some((cut, majority(cut.function)?)))
        })
        .collect();
    let carries: HashSet<[u32; 3]> = majorities.iter().flatten().map(|(cut, _)| cut.leaves).collect();

    let mut sum = ColumnSum { constant: 0, weights: vec![0; graph.nodes().len()], products: HashMap::new() };
    for (bit, (&x, &y)) in x.iter().zip(y).enumerate() {
        sum.add(x, 1 << bit);
        sum.subtract(y, 1 << bit);
    }
    for (index, &node) in graph.nodes().iter().enumerate().rev() {
        let weight = std::mem::take(&mut sum.weights[index]);
        if weight & mask(width) == 0 {
            continue;
        }
        let adder = cuts[index]
            .iter()
            .find(|cut| (cut.function == XOR3 || cut.function == !XOR3) && carries.contains(&cut.leaves));
        match (node, adder, majorities[index]) {
            (XagNode::False, ..) => {}
            (XagNode::Input, ..) => sum.add_product([index as u32, AdderCut::NONE, AdderCut::NONE], weight),
            (_, Some(cut), _) => {
                let complemented = cut.function != XOR3;
                let weight = if complemented { weight.wrapping_neg() } else { weight };
                if complemented {
                    sum.constant = sum.constant.wrapping_sub(weight);
                }
                cut.leaves.iter().for_each(|&leaf| sum.add_leaf(leaf, weight));
                sum.add_product(cut.leaves, weight.wrapping_mul(2).wrapping_neg());
            }
            (_, _, Some((cut, complemented))) => sum.add_majority(cut.leaves, complemented, weight),
            (XagNode::Xor(x, y), ..) => {
                sum.add(x, weight);
                sum.add(y, weight);
                sum.add_conjunction(x, y, weight.wrapping_mul(2).wrapping_neg());
            }
            (XagNode::And(x, y), ..) => sum.add_conjunction(x, y, weight),
        }
    }
    let mask = mask(width);
    let terms = sum.products.into_iter().map(|(nodes, weight)| (nodes, weight & mask));
    let mut terms: Vec<_> = terms.filter(|&(_, weight)| weight != 0).collect();
    // In one order whatever that of the map.
    terms.sort_unstable();
    ColumnRemainder { constant: sum.constant & mask, terms, width }
}
