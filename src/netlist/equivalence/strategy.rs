//! The order in which proofs are tried.

use std::time::Instant;

use super::carries::with_plain_adders;
use super::classes::{cases, neighbors};
use super::columns::difference;
use super::sweep::{SatSweeper, SweepOutcome, telling};
use super::xag::{Xag, XagEdge};
use super::{Proof, ProofProgress};

/// Words of 64 cases that are simulated before anything is proven.
const FIRST_CASES: usize = 32;

/// The most terms that may stay of a difference for search to be asked whether they are zero.
const MAX_REST: usize = 64;

/// Rounds of search that a proof by sums may take.
const SUM_ROUNDS: u32 = 4;

/// The most nodes in which plain adders are looked for; two multipliers of 32x32 bits have some forty thousand.
const MAX_NODES: usize = 1 << 19;

/// How often plain adders are guessed anew, after a case has shown a guess to be wrong.
const GUESSES: usize = 12;

/// Two words over one graph.
pub(super) struct ProductWords<'a> {
    pub graph: Xag,
    /// How many of the inputs are those of the first operand.
    pub width_a: usize,
    /// The least significant bit first.
    pub x: Vec<XagEdge>,
    /// As wide as `x`.
    pub y: Vec<XagEdge>,
    pub deadline: Instant,
    pub progress: &'a ProofProgress<'a>,
}

impl ProductWords<'_> {
    /// Whether the words are equal.
    pub fn compare(self) -> SweepOutcome {
        if self.x == self.y {
            return SweepOutcome::Equal(Proof::StructuralHash);
        }
        let mut cases = cases(self.width_a, self.graph.input_count(), FIRST_CASES);
        let pairs = || self.x.iter().copied().zip(self.y.iter().copied());
        for inputs in &cases {
            if let Some(case) = telling(pairs(), &self.graph.simulate(inputs), inputs) {
                return SweepOutcome::Different(case);
            }
        }
        // Half of the time: SAT sweeping gets what is left.
        let until = Instant::now() + self.deadline.saturating_duration_since(Instant::now()) / 2;
        for _ in 0..GUESSES {
            match self.compare_sums(&cases, until) {
                SweepOutcome::Equal(proof) => return SweepOutcome::Equal(proof),
                SweepOutcome::Unknown => break,
                SweepOutcome::Different(case) => cases.insert(0, neighbors(&case)),
            }
        }
        SatSweeper::new(self.graph, &self.x, &self.y, cases, self.deadline, self.progress).search(u32::MAX)
    }

    /// The proof by sums, of the words as they are or with plain adders in them. What is only guessed on the way is
    /// proven by search; a case that shows a guess to be wrong is what is returned as different.
    fn compare_sums(&self, cases: &[Vec<u64>], until: Instant) -> SweepOutcome {
        let mut best = (difference(&self.graph, &self.x, &self.y), &self.x, &self.y);
        if best.0.is_zero() {
            return SweepOutcome::Equal(Proof::PartialProducts);
        }
        if self.graph.nodes().len() > MAX_NODES {
            return SweepOutcome::Unknown;
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
            return SweepOutcome::Unknown;
        }
        let rest = rest.word(&mut graph);
        let zero = vec![XagEdge::FALSE; rest.len()];
        // The plain adders are what they replace, and what stays is nothing.
        for (one, other) in [(x, &self.x), (y, &self.y), (&rest, &zero)] {
            let sweep = SatSweeper::new(graph.clone(), one, other, cases.to_vec(), until, self.progress);
            match sweep.search(SUM_ROUNDS) {
                SweepOutcome::Equal(_) => {}
                outcome => return outcome,
            }
        }
        SweepOutcome::Equal(Proof::PartialProducts)
    }
}
