//! Cells with two outputs: half and full adders, whatever the gates and polarities in which the circuit has them.
//!
//! Two nodes over the same leaves whose functions are those of a cell's outputs, leaves complemented as need be, can
//! come from that cell. Whether it pays is found by trying: what the cover gives back against what the cell needs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::MappingGoal;
use super::cover::{CellCover, CoverChoice, CoverKind};
use super::matches::TwoOutputMatch;
use super::select::{EPSILON, Mapper};

/// The most nodes over the same leaves that are tried against each other.
const MAX_NODES: usize = 8;

/// Two nodes that a cell could compute.
struct AdderCandidate {
    leaves: Vec<u32>,
    /// By output of the cell, the point that it makes.
    points: [u32; 2],
    /// Index of the pair.
    pair: usize,
}

impl AdderCandidate {
    fn nodes(&self) -> [u32; 2] {
        self.points.map(|at| at >> 1)
    }
}

/// A function or its complement, whichever is zero in the first case.
fn normal(function: u16) -> u16 {
    if function & 1 == 1 { !function } else { function }
}

impl Mapper<'_> {
    /// Puts cells with two outputs where they make the cover smaller. Returns how many.
    pub fn adder_round(&mut self) -> usize {
        let mut all = self.adders();
        // Full adders first: where one is, there is a half adder too, but less of both.
        all.sort_by_key(|candidate| {
            let [x, y] = candidate.nodes();
            let complemented = self.cells.pairs[candidate.pair].of.phases.count_ones();
            let inverted = (candidate.points[0] & 1) + (candidate.points[1] & 1);
            (Reverse(candidate.leaves.len()), x.max(y), x.min(y), x, Reverse(complemented + inverted))
        });
        let mut adopted = 0;
        let mut fresh = self.subject.gates().start;
        // The candidates of the same two nodes differ in polarities: the best of them is taken.
        for group in all.chunk_by(|x, y| x.nodes() == y.nodes() && x.leaves == y.leaves) {
            if self.cover.is_spent() {
                break;
            }
            let nodes = group[0].nodes();
            if self.goal == MappingGoal::Delay {
                let last = nodes[0].max(nodes[1]) as usize;
                if last + 1 < fresh {
                    fresh = self.subject.gates().start;
                }
                for node in fresh..=last {
                    self.refresh_node(node);
                }
                fresh = last + 1;
            }
            let gains = group.iter().map(|candidate| self.adopt(candidate, f64::INFINITY).0);
            let gains: Vec<f64> = gains.collect();
            let best = (0..group.len()).max_by(|&x, &y| gains[x].total_cmp(&gains[y]));
            if let Some(best) = best.filter(|&best| gains[best] > EPSILON)
                && self.adopt(&group[best], EPSILON).1
            {
                adopted += 1;
                for at in nodes.into_iter().flat_map(|node| [2 * node, 2 * node + 1]) {
                    self.tighten(at);
                }
                fresh = fresh.min(nodes[0].min(nodes[1]) as usize + 1);
            }
        }
        for node in self.subject.gates() {
            self.refresh_node(node);
        }
        self.settle();
        adopted
    }

    /// Brings both polarities of a node up to date, whichever rests on the other.
    fn refresh_node(&mut self, node: usize) {
        for at in [0, 1, 0] {
            self.refresh(2 * node as u32 + at);
        }
    }

    /// Every two nodes that a cell could compute.
    fn adders(&self) -> Vec<AdderCandidate> {
        let mut by_functions: HashMap<[u16; 2], Vec<usize>> = HashMap::new();
        for (index, pair) in self.cells.pairs.iter().enumerate() {
            by_functions.entry(pair.functions.map(normal)).or_default().push(index);
        }
        let known: HashSet<u16> = by_functions.keys().flatten().copied().collect();
        let mut by_leaves: BTreeMap<&[u32], Vec<(u32, u16)>> = BTreeMap::new();
        for (node, cuts) in self.cuts.iter().enumerate() {
            for cut in cuts.iter().filter(|cut| known.contains(&normal(cut.function))) {
                let nodes = by_leaves.entry(cut.leaves()).or_default();
                if nodes.len() < MAX_NODES {
                    nodes.push((node as u32, cut.function));
                }
            }
        }
        let mut found = Vec::new();
        for (leaves, nodes) in by_leaves {
            for &(one, f) in &nodes {
                for &(other, g) in nodes.iter().filter(|&&(other, _)| other != one) {
                    for &pair in by_functions.get(&[normal(f), normal(g)]).into_iter().flatten() {
                        let [p, q] = self.cells.pairs[pair].functions;
                        let points = [2 * one + u32::from(p != f), 2 * other + u32::from(q != g)];
                        found.push(AdderCandidate { leaves: leaves.to_vec(), points, pair });
                    }
                }
            }
        }
        found
    }

    /// Tries a cell: the area that it saves, and whether that was more than `least` and it was kept.
    fn adopt(&mut self, candidate: &AdderCandidate, least: f64) -> (f64, bool) {
        let nodes = candidate.nodes();
        let both = |at: u32| [at, at ^ 1];
        let used = |cover: &CellCover, at: u32| cover.uses[at as usize] > 0;
        let mut points: Vec<u32> = candidate.points.into_iter().flat_map(both).collect();
        let lower = nodes[0].min(nodes[1]);
        if candidate.points.iter().any(|&at| !both(at).into_iter().any(|at| used(&self.cover, at))) {
            return (f64::NEG_INFINITY, false);
        }
        let before: Vec<(u32, CoverChoice)> =
            points.iter().map(|&at| (at, self.cover.choices[at as usize])).collect();
        // The upper node before the lower and an inverter before what it inverts, so that nothing is given back twice.
        points.sort_by_key(|&at| {
            (at >> 1 == lower, self.cover.choices[at as usize].kind != CoverKind::Inverter)
        });
        let mut area = 0.0;
        let mut released = Vec::new();
        for &at in &points {
            if used(&self.cover, at) {
                area += self.cover.release(at);
                released.push(at);
            }
        }
        let outside: Vec<u32> = points.iter().copied().filter(|&at| used(&self.cover, at)).collect();
        let needed = nodes.iter().all(|&node| outside.iter().any(|at| at >> 1 == node));
        let mut gain = f64::NEG_INFINITY;
        if needed {
            let shared = self.shared_cell(candidate);
            let in_time = self.rest_on(candidate, shared);
            area -= outside.iter().map(|&at| self.cover.acquire(at)).sum::<f64>();
            if in_time {
                gain = area;
            }
            if gain > least {
                return (gain, true);
            }
            for &at in outside.iter().rev() {
                self.cover.release(at);
            }
            self.unshare();
        }
        for &(at, choice) in &before {
            self.cover.choices[at as usize] = choice;
        }
        for &at in released.iter().rev() {
            self.cover.acquire(at);
        }
        before.into_iter().for_each(|(at, _)| self.refresh(at));
        (gain, false)
    }

    /// A point for the cell of a candidate.
    fn shared_cell(&mut self, candidate: &AdderCandidate) -> u32 {
        let TwoOutputMatch { of, .. } = self.cells.pairs[candidate.pair];
        let inputs: Vec<u32> = of.pins[..candidate.leaves.len()]
            .iter()
            .map(|&leaf| candidate.leaves[usize::from(leaf)] << 1 | u32::from(of.phases >> leaf & 1))
            .collect();
        let area = self.cells.figures[of.cell as usize].area;
        self.share(CoverChoice::new(CoverKind::Shared { cell: of.cell }, area, &inputs))
    }

    /// Lets both nodes rest on a shared cell. Returns whether their signals come in time.
    fn rest_on(&mut self, candidate: &AdderCandidate, shared: u32) -> bool {
        for (output, at) in candidate.points.into_iter().enumerate() {
            self.choose(at, CoverChoice::new(CoverKind::Output { output: output as u8 }, 0.0, &[shared]));
            let inverter = self.inverter(at ^ 1);
            self.choose(at ^ 1, inverter);
        }
        let all = candidate.points.into_iter().flat_map(|at| [at, at ^ 1]);
        all.into_iter().map(|at| at as usize).all(|at| self.cover.arrivals[at] <= self.required[at] + EPSILON)
    }
}
