//! SAT sweeping: candidate equalities are proven from the inputs to the outputs, each proof helping with those above.
//!
//! One round rebuilds the graph node by node. A node that no simulated case distinguishes from an earlier one is
//! compared with that one by the solver: equal, and the earlier one takes its place; different, and the case found
//! distinguishes more nodes; too hard for the conflicts that this round allows, and it stays. The next round allows more.

use std::time::Instant;

use axmul_api::Gates;

use super::classes::{CandidateClasses, neighbors};
use super::columns::difference;
use super::solver::{SatAnswer, SatChecker};
use super::xag::{Xag, XagEdge, XagNode};
use super::{Proof, ProofProgress};

/// How the comparison of two words ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SweepOutcome {
    /// They are equal.
    Equal(Proof),
    /// They differ for these values of the inputs.
    Different(Vec<bool>),
    /// The time or the rounds were over before the answer was found.
    Unknown,
}

/// Conflicts that the first round allows for a question.
const FIRST_CONFLICTS: u64 = 100;

/// How much more each round allows than the one before.
const MORE_CONFLICTS: u64 = 8;

/// How many candidates a node is compared with before it is left as it is.
const TRIES: usize = 3;

/// Two words over one graph, on the way to a proof.
pub(super) struct SatSweeper<'a> {
    graph: Xag,
    x: Vec<XagEdge>,
    y: Vec<XagEdge>,
    cases: Vec<Vec<u64>>,
    deadline: Instant,
    progress: &'a ProofProgress<'a>,
}

impl<'a> SatSweeper<'a> {
    /// The words `x` and `y`, the least significant bit first, of the same width. `cases` are the inputs of simulated
    /// words, at least one, in none of which they differ.
    pub fn new(
        graph: Xag,
        x: &[XagEdge],
        y: &[XagEdge],
        cases: Vec<Vec<u64>>,
        deadline: Instant,
        progress: &'a ProofProgress<'a>,
    ) -> Self {
        Self { graph, x: x.to_vec(), y: y.to_vec(), cases, deadline, progress }
    }

    /// Round after round, at most that many, until the answer is found or the time is over.
    pub fn search(mut self, rounds: u32) -> SweepOutcome {
        let mut conflicts = FIRST_CONFLICTS;
        for _ in 0..rounds {
            if let Some(outcome) = self.round(conflicts) {
                return outcome;
            }
            // The round may be what lets the adders be seen.
            if difference(&self.graph, &self.x, &self.y).is_zero() {
                return SweepOutcome::Equal(Proof::PartialProducts);
            }
            conflicts = conflicts.saturating_mul(MORE_CONFLICTS);
        }
        SweepOutcome::Unknown
    }

    /// The pairs of bits that are not yet known to be equal.
    fn pairs(&self) -> impl Iterator<Item = (XagEdge, XagEdge)> {
        self.x.iter().copied().zip(self.y.iter().copied()).filter(|(x, y)| x != y)
    }

    fn round(&mut self, conflicts: u64) -> Option<SweepOutcome> {
        let order = self.order();
        let mut simulated = self.cases.iter().map(|inputs| self.graph.simulate(inputs));
        let mut classes = CandidateClasses::new(&order, &simulated.next()?);
        simulated.for_each(|values| classes.refine(&values));

        let mut checker = SatChecker::new(self.deadline);
        let mut swept = Xag::new(self.graph.input_count());
        let mut image = vec![XagEdge::FALSE; self.graph.nodes().len()];
        let through =
            |image: &[XagEdge], edge: XagEdge| image[edge.node()].complemented_if(edge.is_complemented());
        for (done, &node) in order.iter().enumerate() {
            (self.progress)(done as u64, order.len() as u64);
            if checker.expired() {
                return Some(SweepOutcome::Unknown);
            }
            image[node] = match self.graph.nodes()[node] {
                XagNode::False => XagEdge::FALSE,
                XagNode::Input => XagEdge::new(node, false),
                XagNode::And(x, y) => swept.and(through(&image, x), through(&image, y)),
                XagNode::Xor(x, y) => swept.xor(through(&image, x), through(&image, y)),
            };
            let mut tried = 0;
            while let Some(candidate) = classes.candidate(node, tried).filter(|_| tried < TRIES) {
                let target = through(&image, candidate);
                match checker.compare(&swept, image[node], target, conflicts) {
                    SatAnswer::Equal => {
                        image[node] = target;
                        break;
                    }
                    SatAnswer::Different(case) => {
                        let inputs = neighbors(&case);
                        let values = self.graph.simulate(&inputs);
                        if let Some(case) = telling(self.pairs(), &values, &inputs) {
                            return Some(SweepOutcome::Different(case));
                        }
                        classes.refine(&values);
                        self.cases.push(inputs);
                        if classes.candidate(node, tried) == Some(candidate) {
                            // Not what the circuits say, whatever the solver thought.
                            tried += 1;
                        }
                    }
                    SatAnswer::Unknown => tried += 1,
                }
            }
        }
        for (x, y) in self.x.iter_mut().zip(&mut self.y) {
            // Equal bits have no image, and need none.
            (*x, *y) = if x == y {
                (XagEdge::FALSE, XagEdge::FALSE)
            } else {
                (through(&image, *x), through(&image, *y))
            };
        }
        self.graph = swept;
        self.compare_bits(&mut checker, conflicts)
    }

    /// The words themselves, bit by bit, as far as so many conflicts for each go.
    fn compare_bits(&mut self, checker: &mut SatChecker, conflicts: u64) -> Option<SweepOutcome> {
        for (x, y) in self.x.iter().zip(&mut self.y) {
            match checker.compare(&self.graph, *x, *y, conflicts) {
                SatAnswer::Equal => *y = *x,
                SatAnswer::Different(case) => return Some(SweepOutcome::Different(case)),
                SatAnswer::Unknown if checker.expired() => return Some(SweepOutcome::Unknown),
                SatAnswer::Unknown => {}
            }
        }
        (self.x == self.y).then_some(SweepOutcome::Equal(Proof::SatSweep))
    }

    /// The nodes that differing bits depend on, those near the inputs first.
    fn order(&self) -> Vec<usize> {
        let nodes = self.graph.nodes();
        let mut level = vec![0u32; nodes.len()];
        for (index, node) in nodes.iter().enumerate() {
            if let Some([x, y]) = node.fan_ins() {
                level[index] = 1 + level[x.node()].max(level[y.node()]);
            }
        }
        let mut cone = self.graph.cone(self.pairs().flat_map(|(x, y)| [x, y]));
        // The constant is what constant nodes are found equal to.
        cone[0] = true;
        let mut order: Vec<usize> = (0..nodes.len()).filter(|&node| cone[node]).collect();
        order.sort_by_key(|&node| level[node]);
        order
    }
}

/// A case among 64 simulated ones in which a pair differs. `inputs` are those of the cases, `values` those of
/// [`Xag::simulate`].
pub(super) fn telling(
    mut pairs: impl Iterator<Item = (XagEdge, XagEdge)>,
    values: &[u64],
    inputs: &[u64],
) -> Option<Vec<bool>> {
    let lane = pairs.find_map(|(x, y)| {
        let differing = values[x.node()] ^ x.mask() ^ values[y.node()] ^ y.mask();
        (differing != 0).then(|| differing.trailing_zeros())
    })?;
    Some(inputs.iter().map(|word| word >> lane & 1 == 1).collect())
}
