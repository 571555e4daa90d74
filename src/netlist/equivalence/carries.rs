//! The carries that fast adders hide, made visible.
//!
//! Lookahead, prefix, select and skip adders compute a carry from far below, so it is not the majority of three bits
//! at hand, and [`columns`](super::columns) finds no adder. But it is equal to one. Here simulated cases say which node
//! could be the carry of which bits, or which bit a sum with a carry that is nowhere; the circuit is then built again
//! with plain adders in these places. That it is the same circuit is a guess and has to be proven.

use std::collections::{HashMap, HashSet};

use axmul_api::Gates;

use super::cuts::{AdderCut, XOR2, XOR3, cuts, majority};
use super::signatures::Signatures;
use super::xag::{Xag, XagEdge, XagNode};

/// The word with plain adders where they could be. New nodes are added to the graph. `cases` are the inputs of
/// simulated words.
pub(super) fn with_plain_adders(graph: &mut Xag, word: &[XagEdge], cases: &[Vec<u64>]) -> Vec<XagEdge> {
    let cone = graph.cone(word.iter().copied());
    let cuts = cuts(graph, &cone);
    let signatures = Signatures::new(graph, &cone, cases);
    let mut finder = CarryFinder { graph, cuts, signatures, plain: HashMap::new() };
    finder.find_carries();
    finder.find_sums(word);
    let plain = finder.plain;
    rebuild(graph, word, &plain)
}

struct CarryFinder<'a> {
    graph: &'a mut Xag,
    /// By node of the word's cone.
    cuts: Vec<Vec<AdderCut>>,
    signatures: Signatures<'a>,
    /// By node, what it may be equal to.
    plain: HashMap<usize, XagEdge>,
}

impl CarryFinder<'_> {
    /// Looks for the carry of every sum bit that has none.
    fn find_carries(&mut self) {
        let all = || self.cuts.iter().flatten();
        let carries: HashSet<[u32; 3]> = all()
            .filter(|cut| majority(cut.function).is_some() || is_conjunction(cut))
            .map(|cut| cut.leaves)
            .collect();
        let without = all().filter(|cut| count(cut).is_some() && !carries.contains(&cut.leaves));
        let without: HashSet<[u32; 3]> = without.map(|cut| cut.leaves).collect();
        let mut without: Vec<[u32; 3]> = without.into_iter().collect();
        without.sort_unstable();
        for leaves in without {
            // Every carry is that of the bits, or of bits of which one is complemented.
            for complemented in [None, Some(0), Some(1), Some(2)] {
                let mut bits = edges(leaves);
                if let Some(index) = complemented {
                    bits[index] = !bits[index];
                }
                let [x, y, z] = bits.map(|bit| self.signatures.of(bit));
                let carry = std::array::from_fn(|word| x[word] & y[word] | (x[word] | y[word]) & z[word]);
                let Some(found) = self.signatures.find(carry).filter(|found| found.node() != 0) else {
                    continue;
                };
                let [x, y, z] = bits;
                let (_, carry) = self.graph.full_adder(x, y, z);
                self.suppose(found, carry);
            }
        }
    }

    /// Follows the carry through the bits of the word, from the least significant one on, as far as they are sums.
    fn find_sums(&mut self, word: &[XagEdge]) {
        let mut carry = XagEdge::FALSE;
        for (index, &bit) in word.iter().enumerate() {
            let own: Vec<[XagEdge; 3]> =
                self.sums_of(bit, 3).into_iter().chain(self.sums_of(bit, 2)).collect();
            let addends = match (&own[..], self.signatures.find_difference(bit, carry)) {
                ([], Some(rest)) if carry != XagEdge::FALSE => {
                    let pairs = self.sums_of(rest, 2).into_iter().filter(|[.., z]| *z == XagEdge::FALSE);
                    pairs.map(|[x, y, _]| [x, y, carry]).chain([[rest, XagEdge::FALSE, carry]]).collect()
                }
                _ => own,
            };
            carry = XagEdge::FALSE;
            for [x, y, z] in addends {
                let (sum, next) = self.graph.full_adder(x, y, z);
                self.signatures.extend(self.graph);
                let explains =
                    |&next_bit: &XagEdge| self.signatures.find_difference(next_bit, next).is_some();
                // The right ones leave a carry that helps to explain the next bit.
                if next.node() != 0 && word.get(index + 1).is_none_or(explains) {
                    self.suppose(bit, sum);
                    carry = next;
                    break;
                }
            }
        }
    }

    /// The edges, two or three, of which `edge` is the XOR, in every form: which of them are complemented
    /// says what their carry is. The third of two is a constant.
    fn sums_of(&self, edge: XagEdge, nodes: usize) -> Vec<[XagEdge; 3]> {
        let cuts = self.cuts.get(edge.node()).into_iter().flatten();
        cuts.filter(|cut| count(cut) == Some(nodes))
            .flat_map(|cut| {
                let [x, y, z] = edges(cut.leaves);
                // In the case in which all leaves are zero.
                let complemented = (cut.function & 1 == 1) != edge.is_complemented();
                let x = x.complemented_if(complemented);
                [[x, y, z], [!x, !y, z], [!x, y, !z], [x, !y, !z]]
            })
            .collect()
    }

    /// Notes that `found` could be `plain`.
    fn suppose(&mut self, found: XagEdge, plain: XagEdge) {
        if found.node() != plain.node() {
            self.plain.entry(found.node()).or_insert(plain.complemented_if(found.is_complemented()));
        }
        self.signatures.extend(self.graph);
    }
}

/// How many nodes the function is the XOR of, or of how many it is the complement of that; `None` if it is
/// another function.
fn count(cut: &AdderCut) -> Option<usize> {
    let is = |function: u8| cut.function == function || cut.function == !function;
    match cut.is_full() {
        true => is(XOR3).then_some(3),
        false => is(XOR2).then_some(2),
    }
}

/// Whether the function is an AND of two nodes, some of them complemented, or the complement of one.
fn is_conjunction(cut: &AdderCut) -> bool {
    !cut.is_full() && [2, 6].contains(&cut.function.count_ones())
}

/// The leaves as edges; those that are missing are the constant.
fn edges(leaves: [u32; 3]) -> [XagEdge; 3] {
    leaves
        .map(|leaf| if leaf == AdderCut::NONE { XagEdge::FALSE } else { XagEdge::new(leaf as usize, false) })
}

/// The word, every node replaced by what `plain` says and that by what its own fan-ins are replaced by.
fn rebuild(graph: &mut Xag, word: &[XagEdge], plain: &HashMap<usize, XagEdge>) -> Vec<XagEdge> {
    #[derive(Clone, Copy, PartialEq)]
    enum RebuildState {
        Unseen,
        Open,
        Done(XagEdge),
    }
    let mut states = vec![RebuildState::Unseen; graph.nodes().len()];
    let mut pending: Vec<usize> = word.iter().map(|edge| edge.node()).collect();
    // An open node that is met again is on the way to itself: there it stays what it was.
    let image = |states: &[RebuildState], edge: XagEdge| match states[edge.node()] {
        RebuildState::Done(image) => image.complemented_if(edge.is_complemented()),
        _ => edge,
    };
    while let Some(&node) = pending.last() {
        let sources: Vec<XagEdge> = match plain.get(&node) {
            Some(&edge) => vec![edge],
            None => graph.nodes()[node].fan_ins().into_iter().flatten().collect(),
        };
        match states[node] {
            RebuildState::Unseen => {
                states[node] = RebuildState::Open;
                pending.extend(
                    sources
                        .iter()
                        .map(|edge| edge.node())
                        .filter(|&node| states[node] == RebuildState::Unseen),
                );
            }
            RebuildState::Open => {
                pending.pop();
                let image = |edge| image(&states, edge);
                let built = match (plain.get(&node), graph.nodes()[node]) {
                    (Some(&edge), _) => image(edge),
                    (None, XagNode::And(x, y)) => {
                        let (x, y) = (image(x), image(y));
                        graph.and(x, y)
                    }
                    (None, XagNode::Xor(x, y)) => {
                        let (x, y) = (image(x), image(y));
                        graph.xor(x, y)
                    }
                    (None, XagNode::Input | XagNode::False) => XagEdge::new(node, false),
                };
                states[node] = RebuildState::Done(built);
            }
            RebuildState::Done(_) => {
                pending.pop();
            }
        }
    }
    word.iter().map(|&edge| image(&states, edge)).collect()
}
