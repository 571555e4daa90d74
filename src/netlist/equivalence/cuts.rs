//! Three-input cuts, which reveal the adders of a circuit.

use super::xag::{Xag, XagEdge, XagNode};

/// A cut of a node: up to three lower nodes, and the node as a function of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AdderCut {
    /// Ascending; unused ones are [`Self::NONE`].
    pub leaves: [u32; 3],
    /// Bit `i` is the value where leaf `j` is bit `j` of `i`.
    pub function: u8,
}

/// The functions of a single leaf, by its position.
const LEAF: [u8; 3] = [0xaa, 0xcc, 0xf0];

/// XOR of two.
pub(super) const XOR2: u8 = 0x66;

/// XOR of three.
pub(super) const XOR3: u8 = 0x96;

/// The most cuts kept for a node. Adders have few leaves close by, so they are among the first.
const MAX_CUTS: usize = 16;

impl AdderCut {
    pub const NONE: u32 = u32::MAX;

    fn of_itself(node: usize) -> Self {
        Self { leaves: [node as u32, Self::NONE, Self::NONE], function: LEAF[0] }
    }

    /// Whether all three leaves are used.
    pub fn is_full(&self) -> bool {
        self.leaves[2] != Self::NONE
    }

    /// The leaves of both; `None` if these are more than three.
    fn union(&self, other: &Self) -> Option<[u32; 3]> {
        let mut all = [Self::NONE; 3];
        let mut count = 0;
        for leaf in self.leaves.into_iter().chain(other.leaves).filter(|&leaf| leaf != Self::NONE) {
            if !all[..count].contains(&leaf) {
                *all.get_mut(count)? = leaf;
                count += 1;
            }
        }
        all.sort_unstable();
        Some(all)
    }

    /// The function over more leaves, complemented if requested.
    fn over(&self, leaves: &[u32; 3], complement: bool) -> u8 {
        let position = self.leaves.map(|leaf| leaves.iter().position(|&other| other == leaf));
        let value = |case: usize| {
            let bit = |leaf: usize| position[leaf].map_or(0, |p| case >> p & 1) << leaf;
            (self.function >> (bit(0) | bit(1) | bit(2)) & 1) << case
        };
        let function = (0..8).fold(0, |function, case| function | value(case));
        if complement { !function } else { function }
    }
}

/// The cuts of every node inside `cone`, those with near leaves first, the node itself left out.
pub(super) fn cuts(graph: &Xag, cone: &[bool]) -> Vec<Vec<AdderCut>> {
    let mut all: Vec<Vec<AdderCut>> = Vec::with_capacity(graph.nodes().len());
    for (index, node) in graph.nodes().iter().enumerate() {
        let mut own: Vec<AdderCut> = Vec::new();
        if let Some([x, y]) = node.fan_ins().filter(|_| cone[index]) {
            let with_itself = |edge: XagEdge| {
                std::iter::once(AdderCut::of_itself(edge.node())).chain(all[edge.node()].iter().copied())
            };
            let pairs = with_itself(x).flat_map(|of_x| with_itself(y).map(move |of_y| (of_x, of_y)));
            for (of_x, of_y) in pairs {
                let Some(leaves) = of_x.union(&of_y) else { continue };
                let (p, q) =
                    (of_x.over(&leaves, x.is_complemented()), of_y.over(&leaves, y.is_complemented()));
                let function = if matches!(node, XagNode::And(..)) { p & q } else { p ^ q };
                let cut = AdderCut { leaves, function };
                if !own.contains(&cut) && own.len() < MAX_CUTS {
                    own.push(cut);
                }
            }
        }
        all.push(own);
    }
    all
}

/// Which inputs of a majority are complemented; `None` if `function` is not a majority of three.
pub(super) fn majority(function: u8) -> Option<[bool; 3]> {
    (0..8u8).map(|mask| [0, 1, 2].map(|leaf| mask >> leaf & 1 == 1)).find(|complemented| {
        let [a, b, c] = [0, 1, 2].map(|i| if complemented[i] { !LEAF[i] } else { LEAF[i] });
        function == a & b | b & c | c & a
    })
}

#[cfg(test)]
mod tests {
    use axmul_api::Gates;

    use super::*;

    #[test]
    fn an_adder_is_found_whatever_its_gates() {
        let mut g = Xag::new(3);
        let [a, b, c] = <[XagEdge; 3]>::try_from(g.inputs().collect::<Vec<_>>()).unwrap();
        let (sum, carry) = g.full_adder(!a, b, c);
        let (ab, either) = (g.and(a, b), g.or(a, b));
        let through = g.and(either, c);
        let other_carry = g.or(ab, through);
        let all = cuts(&g, &vec![true; g.nodes().len()]);
        let functions = |edge: XagEdge| {
            let full = all[edge.node()].iter().filter(|cut| cut.leaves == [1, 2, 3]);
            full.map(|cut| if edge.is_complemented() { !cut.function } else { cut.function })
                .collect::<Vec<_>>()
        };
        assert_eq!(functions(sum), [!XOR3]);
        assert_eq!(
            functions(carry).into_iter().map(majority).collect::<Vec<_>>(),
            [Some([true, false, false])]
        );
        assert_eq!(functions(other_carry), [0xe8]);
        assert_eq!(majority(0xe8), Some([false; 3]));
        assert_eq!(majority(!0xe8), Some([true; 3]));
        assert_eq!(majority(XOR3), None);
    }
}
