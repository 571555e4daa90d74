//! Equality of two edges, decided by a SAT solver.

use std::cell::Cell;
use std::time::Instant;

use batsat::{Callbacks, Lit, Solver, SolverInterface, SolverOpts, lbool};

use super::xag::{Xag, XagEdge, XagNode};

/// The conflicts left for a query, and the overall deadline.
struct SatBudget {
    deadline: Instant,
    conflicts_left: Cell<u64>,
    /// Questions asked since the clock was last looked at.
    unlooked: Cell<u32>,
    expired: Cell<bool>,
}

impl SatBudget {
    /// Looking at the clock costs more than a decision.
    const LOOK_EVERY: u32 = 64;

    fn look(&self) -> bool {
        if !self.expired.get() {
            self.expired.set(Instant::now() >= self.deadline);
        }
        self.expired.get()
    }
}

impl Callbacks for SatBudget {
    fn on_new_clause(&mut self, _: &[Lit], _: batsat::ClauseKind) {
        self.conflicts_left.set(self.conflicts_left.get().saturating_sub(1));
    }

    fn stop(&self) -> bool {
        self.unlooked.set(self.unlooked.get() + 1);
        if self.unlooked.get() >= Self::LOOK_EVERY {
            self.unlooked.set(0);
            self.look();
        }
        self.expired.get() || self.conflicts_left.get() == 0
    }
}

/// The answer to whether two edges ever differ.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SatAnswer {
    /// They are equal whatever the inputs.
    Equal,
    /// They differ for these values of the inputs.
    Different(Vec<bool>),
    /// The budget was spent before the answer was found.
    Unknown,
}

/// A solver over the gates of a growing [`Xag`], each added when a question first needs it.
pub(super) struct SatChecker {
    solver: Solver<SatBudget>,
    /// By node.
    variables: Vec<Option<batsat::Var>>,
    deadline: Instant,
}

/// So many variables after the last fresh start, the solver forgets them: every answer gives a value to each variable,
/// those that the question does not concern included.
const RECYCLE: u32 = 4000;

impl SatChecker {
    /// A solver without gates that answers nothing after `deadline`.
    pub fn new(deadline: Instant) -> Self {
        let budget = SatBudget {
            deadline,
            conflicts_left: Cell::new(0),
            unlooked: Cell::new(0),
            expired: Cell::new(false),
        };
        Self { solver: Solver::new(SolverOpts::default(), budget), variables: Vec::new(), deadline }
    }

    /// Whether the time is over.
    pub fn expired(&self) -> bool {
        self.solver.cb().look()
    }

    /// Whether `x` and `y` differ for some inputs, found with at most so many conflicts.
    pub fn compare(&mut self, graph: &Xag, x: XagEdge, y: XagEdge, conflicts: u64) -> SatAnswer {
        if x == y {
            return SatAnswer::Equal;
        }
        if self.solver.num_vars() > RECYCLE {
            *self = Self::new(self.deadline);
        }
        let (x, y) = (self.literal(graph, x), self.literal(graph, y));
        self.solver.cb_mut().conflicts_left.set(conflicts);
        for assumptions in [[x, !y], [!x, y]] {
            let answer = self.solver.solve_limited(&assumptions);
            if answer == lbool::TRUE {
                let value = |node: usize| {
                    let variable = self.variables.get(node).copied().flatten();
                    variable.is_some_and(|variable| self.solver.value_var(variable) == lbool::TRUE)
                };
                return SatAnswer::Different((1..=graph.input_count()).map(value).collect());
            }
            if answer != lbool::FALSE {
                return SatAnswer::Unknown;
            }
        }
        // What was found out helps with later questions.
        self.solver.add_clause_reuse(&mut vec![x, !y]);
        self.solver.add_clause_reuse(&mut vec![!x, y]);
        SatAnswer::Equal
    }

    /// The literal of an edge; gates that the solver does not know yet are added.
    fn literal(&mut self, graph: &Xag, edge: XagEdge) -> Lit {
        self.variables.resize(graph.nodes().len(), None);
        let mut pending = vec![edge.node()];
        let mut order = Vec::new();
        while let Some(node) = pending.pop() {
            if self.variables[node].is_none() {
                self.variables[node] = Some(self.solver.new_var_default());
                order.push(node);
                pending.extend(graph.nodes()[node].fan_ins().into_iter().flatten().map(XagEdge::node));
            }
        }
        for node in order {
            self.add(graph, node);
        }
        self.known(edge)
    }

    fn known(&self, edge: XagEdge) -> Lit {
        let variable = self.variables[edge.node()].expect("a gate that was added");
        Lit::new(variable, !edge.is_complemented())
    }

    fn add(&mut self, graph: &Xag, node: usize) {
        let z = self.known(XagEdge::new(node, false));
        match graph.nodes()[node] {
            XagNode::False => self.clause(&[!z]),
            XagNode::Input => {}
            XagNode::And(x, y) => {
                let (x, y) = (self.known(x), self.known(y));
                self.clause(&[!z, x]);
                self.clause(&[!z, y]);
                self.clause(&[z, !x, !y]);
            }
            XagNode::Xor(x, y) => {
                let (x, y) = (self.known(x), self.known(y));
                self.clause(&[!z, x, y]);
                self.clause(&[!z, !x, !y]);
                self.clause(&[z, !x, y]);
                self.clause(&[z, x, !y]);
            }
        }
    }

    fn clause(&mut self, literals: &[Lit]) {
        self.solver.add_clause_reuse(&mut literals.to_vec());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axmul_api::{Gates, words};

    use super::*;

    fn in_a_minute() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[test]
    fn questions_of_all_three_answers() {
        let mut g = Xag::new(3);
        let [a, b, c] = <[XagEdge; 3]>::try_from(g.inputs().collect::<Vec<_>>()).unwrap();
        let ab = g.and(a, b);
        let (left, ca) = (g.and(ab, c), g.and(c, a));
        let right = g.and(ca, b);
        assert_ne!(left, right);
        let mut checker = SatChecker::new(in_a_minute());
        assert_eq!(checker.compare(&g, left, right, 1000), SatAnswer::Equal);
        let SatAnswer::Different(case) = checker.compare(&g, ab, !ca, 1000) else { panic!("they differ") };
        let values = g.simulate(&case.iter().map(|&bit| u64::from(bit)).collect::<Vec<_>>());
        assert_eq!((values[ab.node()] ^ values[ca.node()]) & 1, 0);
        assert_eq!(checker.compare(&g, left, XagEdge::FALSE, 0), SatAnswer::Unknown);
        assert!(matches!(checker.compare(&g, left, XagEdge::FALSE, 1000), SatAnswer::Different(_)));
        let mut late = SatChecker::new(Instant::now());
        assert!(late.expired());
        assert_eq!(late.compare(&g, left, right, 1000), SatAnswer::Unknown);
    }

    /// Two adders of three operands, added up in different orders: many gates, none of them shared.
    #[test]
    fn a_recycled_solver_still_answers() {
        let mut g = Xag::new(60);
        let inputs: Vec<XagEdge> = g.inputs().collect();
        let (x, y, z) = (&inputs[..20], &inputs[20..40], &inputs[40..]);
        let mut checker = SatChecker::new(in_a_minute());
        checker.solver.new_var_default();
        for _ in 0..RECYCLE {
            checker.solver.new_var_default();
        }
        let mut sum = |p: &[XagEdge], q: &[XagEdge], r: &[XagEdge]| {
            let pq = words::add(&mut g, p, q, XagEdge::FALSE);
            words::add(&mut g, &pq, r, XagEdge::FALSE)
        };
        let (one, other) = (sum(x, y, z), sum(z, x, y));
        assert_eq!(checker.compare(&g, one[3], other[3], 100_000), SatAnswer::Equal);
        assert!(checker.solver.num_vars() < RECYCLE);
        assert!(matches!(checker.compare(&g, one[3], other[4], 100_000), SatAnswer::Different(_)));
    }
}
