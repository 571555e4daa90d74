//! Which proof is tried when.

use std::time::Instant;

use super::carries::with_plain_adders;
use super::classes::cases;
use super::columns::difference;
use super::graph::{Edge, Graph};
use super::sweep::{Outcome, Sweep, telling};
use super::{Progress, Proof};

/// Words of 64 cases that are simulated before anything is proven.
const FIRST_CASES: usize = 32;

/// The most terms that may stay of a difference for search to be asked whether they are zero.
const MAX_REST: usize = 64;

/// Rounds of search that a proof by sums may take.
const SUM_ROUNDS: u32 = 4;

/// Two words over one graph.
pub(super) struct Words<'a> {
    pub graph: Graph,
    /// The least significant bit first.
    pub x: Vec<Edge>,
    /// As wide as `x`.
    pub y: Vec<Edge>,
    pub deadline: Instant,
    pub progress: &'a Progress<'a>,
}

impl Words<'_> {
    /// Whether the words are equal.
    pub fn compare(self) -> Outcome {
        if self.x == self.y {
            return Outcome::Equal(Proof::Structure);
        }
        let cases = cases(&self.graph, FIRST_CASES);
        let pairs = || self.x.iter().copied().zip(self.y.iter().copied());
        for inputs in &cases {
            if let Some(case) = telling(pairs(), &self.graph.simulate(inputs), inputs) {
                return Outcome::Different(case);
            }
        }
        if self.have_equal_sums(&cases) {
            return Outcome::Equal(Proof::Sums);
        }
        self.sweep(self.graph.clone(), &self.x, &self.y, cases).search(u32::MAX)
    }

    fn sweep(&self, graph: Graph, x: &[Edge], y: &[Edge], cases: Vec<Vec<u64>>) -> Sweep<'_> {
        Sweep::new(graph, x, y, cases, self.deadline, self.progress)
    }

    /// Whether the words, as they are or with plain adders in them, are proven to be equal as sums. What is only
    /// guessed on the way is proven by search.
    fn have_equal_sums(&self, cases: &[Vec<u64>]) -> bool {
        let mut best = (difference(&self.graph, &self.x, &self.y), &self.x, &self.y);
        if best.0.is_zero() {
            return true;
        }
        let mut graph = self.graph.clone();
        let [plain_x, plain_y] = [&self.x, &self.y].map(|word| with_plain_adders(&mut graph, word, cases));
        for (x, y) in [(&self.x, &plain_y), (&plain_x, &self.y), (&plain_x, &plain_y)] {
            let rest = difference(&graph, x, y);
            if rest.len() < best.0.len() {
                best = (rest, x, y);
            }
        }
        let (rest, x, y) = best;
        if rest.len() > MAX_REST {
            return false;
        }
        let rest = rest.word(&mut graph);
        let zero = vec![Edge::FALSE; rest.len()];
        // What stays is nothing, and the plain adders are what they replace.
        [(&rest, &zero), (x, &self.x), (y, &self.y)].into_iter().all(|(one, other)| {
            let sweep = self.sweep(graph.clone(), one, other, cases.to_vec());
            matches!(sweep.search(SUM_ROUNDS), Outcome::Equal(_))
        })
    }
}
