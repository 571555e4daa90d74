//! Priority cuts: nodes as functions of up to four lower ones.

use axmul_netlist::xag::{XagEdge, XagNode};

/// The most leaves of a cut: the most inputs of a cell that is used.
pub(super) const LEAVES: usize = 4;

/// The most cuts kept for a node.
const MAX_CUTS: usize = 20;

/// A node as a function of up to four lower ones, each of which it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MappingCut {
    leaves: [u32; LEAVES],
    count: u8,
    /// Bit `i` is the value where leaf `j` is bit `j` of `i`; leaves that are not there do not matter.
    pub function: u16,
}

impl MappingCut {
    fn of_itself(node: usize) -> Self {
        Self { leaves: [node as u32, 0, 0, 0], count: 1, function: 0xaaaa }
    }

    /// The lower nodes, ascending.
    pub fn leaves(&self) -> &[u32] {
        &self.leaves[..self.count.into()]
    }

    /// The leaves of both; `None` if these are more than four.
    fn union(&self, other: &Self) -> Option<Self> {
        let (mut x, mut y) = (self.leaves(), other.leaves());
        let mut all = Self { leaves: [0; LEAVES], count: 0, function: 0 };
        while let Some(&next) = match (x.first(), y.first()) {
            (Some(p), Some(q)) => Some(p.min(q)),
            (p, q) => p.or(q),
        } {
            *all.leaves.get_mut(usize::from(all.count))? = next;
            all.count += 1;
            x = x.strip_prefix(&[next]).unwrap_or(x);
            y = y.strip_prefix(&[next]).unwrap_or(y);
        }
        Some(all)
    }

    /// The function over more leaves, complemented if requested.
    fn over(&self, all: &Self, complement: bool) -> u16 {
        let mut function = self.function;
        let mut own = self.leaves();
        for (position, leaf) in all.leaves().iter().enumerate() {
            match own.strip_prefix(std::slice::from_ref(leaf)) {
                Some(rest) => own = rest,
                None => function = (position..LEAVES - 1).rev().fold(function, exchange),
            }
        }
        if complement { !function } else { function }
    }

    /// Without the leaves on which the function does not depend.
    fn reduced(mut self) -> Self {
        for position in (0..usize::from(self.count)).rev() {
            if !depends(self.function, position) {
                self.function = (position..LEAVES - 1).fold(self.function, exchange);
                self.leaves.copy_within(position + 1.., position);
                self.leaves[LEAVES - 1] = 0;
                self.count -= 1;
            }
        }
        self.leaves[usize::from(self.count)..].fill(0);
        self
    }

    /// Whether all leaves of this one are among those of the other.
    fn dominates(&self, other: &Self) -> bool {
        self.count <= other.count && self.leaves().iter().all(|leaf| other.leaves().contains(leaf))
    }
}

/// A function with variables `low` and `low + 1` in each other's place.
fn exchange(function: u16, low: usize) -> u16 {
    const STAY: [u16; 3] = [0x9999, 0xc3c3, 0xf00f];
    const RISE: [u16; 3] = [0x2222, 0x0c0c, 0x00f0];
    let distance = 1 << low;
    function & STAY[low] | (function & RISE[low]) << distance | function >> distance & RISE[low]
}

/// Whether a function's value ever depends on a variable.
pub(super) fn depends(function: u16, variable: usize) -> bool {
    const ZERO: [u16; LEAVES] = [0x5555, 0x3333, 0x0f0f, 0x00ff];
    (function >> (1 << variable) ^ function) & ZERO[variable] != 0
}

/// The cuts of a node from those of lower ones, the node itself left out; `weight` says what a leaf costs, and of
/// equally many leaves the cheaper ones are kept.
pub(super) fn cuts(
    node: &XagNode,
    lower: &[Vec<MappingCut>],
    weight: impl Fn(u32) -> f64,
) -> Vec<MappingCut> {
    let Some([x, y]) = node.fan_ins() else { return Vec::new() };
    let with_itself = |edge: XagEdge| {
        std::iter::once(MappingCut::of_itself(edge.node())).chain(lower[edge.node()].iter().copied())
    };
    let mut found: Vec<MappingCut> = Vec::with_capacity(64);
    for of_x in with_itself(x) {
        for of_y in with_itself(y) {
            let Some(mut cut) = of_x.union(&of_y) else { continue };
            if found.iter().any(|other| other.dominates(&cut)) {
                continue;
            }
            let (p, q) = (of_x.over(&cut, x.is_complemented()), of_y.over(&cut, y.is_complemented()));
            cut.function = if matches!(node, XagNode::And(..)) { p & q } else { p ^ q };
            let cut = cut.reduced();
            // A constant or a single leaf: what simplification has left behind. There is no cell for that.
            if cut.count >= 2 {
                found.retain(|other| !cut.dominates(other));
                found.push(cut);
            }
        }
    }
    // The cut of the fan-ins always stays: there is a cell for it.
    let mut own = [x.node() as u32, y.node() as u32];
    own.sort_unstable();
    let key = |cut: &MappingCut| match cut.leaves() == own {
        true => f64::NEG_INFINITY,
        false => cut.leaves().iter().map(|&leaf| weight(leaf)).sum(),
    };
    let mut keyed: Vec<(u8, f64, MappingCut)> =
        found.into_iter().map(|cut| (cut.count, key(&cut), cut)).collect();
    keyed.sort_by(|x, y| x.0.cmp(&y.0).then(x.1.total_cmp(&y.1)));
    keyed.truncate(MAX_CUTS);
    keyed.into_iter().map(|(.., cut)| cut).collect()
}

#[cfg(test)]
mod tests {
    use axmul_api::Gates;
    use proptest::prelude::*;

    use super::*;
    use axmul_netlist::cases::COUNTING;
    use axmul_netlist::xag::Xag;

    fn all(graph: &Xag) -> Vec<Vec<MappingCut>> {
        let mut all = Vec::new();
        for node in graph.nodes() {
            let own = cuts(node, &all, |_| 1.0);
            all.push(own);
        }
        all
    }

    proptest! {
        /// Each cut's function of its leaves is the node's value in every case.
        #[test]
        fn cuts_compute_their_nodes(
            gates in prop::collection::vec((any::<bool>(), any::<[u8; 2]>(), any::<[bool; 2]>()), 1..30)
        ) {
            let mut graph = Xag::new(6);
            let mut edges: Vec<XagEdge> = graph.inputs().collect();
            for (xor, of, complemented) in gates {
                let [x, y] = [0, 1].map(|i| {
                    edges[usize::from(of[i]) % edges.len()].complemented_if(complemented[i])
                });
                edges.push(if xor { graph.xor(x, y) } else { graph.and(x, y) });
            }
            let values = graph.simulate(&COUNTING);
            for (node, cuts) in all(&graph).iter().enumerate() {
                for cut in cuts {
                    prop_assert!(cut.leaves().windows(2).all(|pair| pair[0] < pair[1]));
                    prop_assert!((0..cut.leaves().len()).all(|leaf| depends(cut.function, leaf)));
                    for lane in 0..64 {
                        let assignment = cut.leaves().iter().enumerate().fold(0, |index, (position, &leaf)| {
                            index | (values[leaf as usize] >> lane & 1) << position
                        });
                        prop_assert_eq!(u64::from(cut.function) >> assignment & 1, values[node] >> lane & 1);
                    }
                }
            }
        }
    }

    #[test]
    fn the_sum_of_three_is_found_whatever_its_order() {
        let mut g = Xag::new(3);
        let [a, b, c] = <[XagEdge; 3]>::try_from(g.inputs().collect::<Vec<_>>()).unwrap();
        let partial = g.xor(a, c);
        let sum = g.xor(partial, b);
        let found = &all(&g)[sum.node()];
        assert!(found.iter().any(|cut| cut.leaves() == [1, 2, 3] && cut.function == 0x9696));
    }
}
