//! Which cell for which signal: the cheapest by area flow first, then by the area that really changes.
//!
//! Area flow shares the area of a cell among the signals that use it (Manohararajah, Brown and Vranesic, "Heuristics
//! for area minimization in LUT-based FPGA technology mapping", IEEE Trans. CAD 25(11), 2006); the rounds with exact
//! areas follow Mishchenko, Chatterjee and Brayton, "Improvements to technology mapping for LUT-based FPGAs", IEEE
//! Trans. CAD 26(2), 2007, here with both polarities of every node.

use super::MappingGoal;
use super::cover::{CellCover, CoverChoice, CoverKind, point};
use super::cuts::{MappingCut, cuts};
use super::matches::MatchTable;
use super::subject::SubjectGraph;

/// How many of the choices that are best by area flow are tried for their exact area.
const TRIED: usize = 10;

/// What counts as no difference of area, in square micrometers, or of time, in nanoseconds.
pub(super) const EPSILON: f64 = 1e-9;

pub(super) struct Mapper<'a> {
    pub cells: &'a MatchTable,
    pub subject: &'a SubjectGraph,
    pub goal: MappingGoal,
    pub cover: CellCover,
    /// By node.
    pub cuts: Vec<Vec<MappingCut>>,
    /// By point, its area with a share of what it rests on.
    flows: Vec<f64>,
    /// By point, how often it is expected to be used.
    expected: Vec<f64>,
    /// By point, the latest that its signal may come, in nanoseconds.
    pub required: Vec<f64>,
    /// The shortest longest path of a cover so far, in nanoseconds.
    deadline: f64,
    /// The latest choices that met it.
    in_time: Vec<CoverChoice>,
}

impl<'a> Mapper<'a> {
    /// Finds the cuts, and a first cover.
    pub fn new(cells: &'a MatchTable, subject: &'a SubjectGraph, goal: MappingGoal) -> Self {
        let points = 2 * subject.nodes.len();
        let mut mapper = Self {
            cells,
            subject,
            goal,
            cover: CellCover::new(points),
            cuts: Vec::with_capacity(subject.nodes.len()),
            flows: vec![0.0; points],
            expected: vec![0.0; points],
            required: vec![f64::INFINITY; points],
            deadline: f64::INFINITY,
            in_time: Vec::new(),
        };
        let fan_ins = subject.nodes.iter().filter_map(|node| node.fan_ins()).flatten();
        for edge in fan_ins.chain(subject.outputs.iter().copied()) {
            for polarity in [false, true] {
                mapper.expected[point(edge.complemented_if(polarity)) as usize] += 1.0;
            }
        }
        for input in 1..=subject.inputs {
            let inverter = mapper.inverter(2 * input as u32 + 1);
            mapper.choose(2 * input as u32 + 1, inverter);
        }
        for node in 0..subject.nodes.len() {
            let flows = &mapper.flows;
            let weight = |leaf: u32| flows[2 * leaf as usize].min(flows[2 * leaf as usize + 1]);
            let own = cuts(&subject.nodes[node], &mapper.cuts, weight);
            mapper.cuts.push(own);
            if subject.gates().contains(&node) {
                mapper.by_flow(node, goal == MappingGoal::Delay);
            }
        }
        mapper.settle();
        mapper
    }

    /// One more cover by area flow, with what the one before says about uses.
    pub fn flow_round(&mut self) {
        for (expected, &uses) in self.expected.iter_mut().zip(&self.cover.uses) {
            *expected = (*expected + 2.0 * f64::from(uses)) / 3.0;
        }
        for node in self.subject.gates() {
            self.by_flow(node, false);
        }
        self.settle();
    }

    /// Replaces choices, one after the other, by those that add the least area to the cover.
    pub fn exact_round(&mut self) {
        for node in self.subject.gates() {
            let points = [2 * node as u32, 2 * node as u32 + 1];
            // What lies below may have changed, and each polarity may rest on the other.
            [points[0], points[1], points[0]].into_iter().for_each(|at| self.refresh(at));
            for at in points {
                if self.is_shared(at) || self.cover.is_spent() {
                    self.refresh(at);
                    continue;
                }
                let mut tried = self.candidates(at);
                tried.sort_by(|x, y| x.0.total_cmp(&y.0));
                tried.truncate(TRIED);
                let other = self.cover.choices[(at ^ 1) as usize];
                if other.kind != CoverKind::Inverter {
                    let inverter = self.inverter(at);
                    tried.push((self.flow(&inverter), inverter));
                }
                if self.cover.uses[at as usize] > 0 {
                    self.by_area(at, &tried);
                } else if let Some(best) = self.best(&tried, at) {
                    self.choose(at, best);
                }
            }
            // An inverter may have been looked at before what it inverts.
            points.into_iter().for_each(|at| self.refresh(at));
        }
        self.settle();
    }

    /// Whether a point is an output of a cell whose other output is used too.
    fn is_shared(&self, at: u32) -> bool {
        let choice = self.cover.choices[at as usize];
        match choice.kind {
            CoverKind::Output { .. } => self.cover.uses[choice.inputs()[0] as usize] > 1,
            // The inverter behind such an output costs less than anything else.
            CoverKind::Inverter => {
                let other = self.cover.choices[(at ^ 1) as usize];
                matches!(other.kind, CoverKind::Output { .. })
                    && self.cover.uses[other.inputs()[0] as usize] > 1
            }
            _ => false,
        }
    }

    /// Of the choices that come in time, the one of least flow.
    fn best(&self, tried: &[(f64, CoverChoice)], at: u32) -> Option<CoverChoice> {
        let required = self.required[at as usize] + EPSILON;
        let in_time = tried.iter().filter(|(_, choice)| self.cover.arrival(self.cells, choice) <= required);
        in_time.min_by(|x, y| x.0.total_cmp(&y.0)).map(|&(_, choice)| choice)
    }

    /// The choice that adds the least area for a used point.
    fn by_area(&mut self, at: u32, tried: &[(f64, CoverChoice)]) {
        let index = at as usize;
        let old = self.cover.choices[index];
        let (area, arrival) = (self.cover.release(at), self.cover.arrival(self.cells, &old));
        // One that comes too late stays only where all do.
        let late = arrival > self.required[index] + EPSILON;
        let mut best = (if late { f64::INFINITY } else { area }, arrival, old);
        for &(_, choice) in tried {
            let arrival = self.cover.arrival(self.cells, &choice);
            if arrival > self.required[index] + EPSILON {
                continue;
            }
            self.cover.choices[index] = choice;
            let area = self.cover.acquire(at);
            self.cover.release(at);
            let smaller = area < best.0 - EPSILON;
            if smaller || area < best.0 + EPSILON && arrival < best.1 - EPSILON {
                best = (area, arrival, choice);
            }
        }
        self.choose(at, best.2);
        self.cover.acquire(at);
        self.tighten(at);
    }

    /// Chooses for both polarities of a node what has the least flow, or what comes first.
    fn by_flow(&mut self, node: usize, fastest: bool) {
        let points = [2 * node as u32, 2 * node as u32 + 1];
        let better = |x: (f64, f64), y: (f64, f64)| if fastest { (x.1, x.0) < (y.1, y.0) } else { x < y };
        let direct = points.map(|at| {
            let candidates = self.candidates(at).into_iter();
            let rated =
                candidates.map(|(flow, choice)| ((flow, self.cover.arrival(self.cells, &choice)), choice));
            rated.reduce(|best, next| if better(next.0, best.0) { next } else { best })
        });
        for (at, choice) in points.into_iter().zip(direct) {
            if let Some((_, choice)) = choice {
                self.choose(at, choice);
            }
        }
        for (at, own) in points.into_iter().zip(direct) {
            let other = self.cover.choices[(at ^ 1) as usize];
            if other.kind == CoverKind::Inverter || direct[(at as usize & 1) ^ 1].is_none() {
                continue;
            }
            let inverter = self.inverter(at);
            let rating = (self.flow(&inverter), self.cover.arrival(self.cells, &inverter));
            if own.is_none_or(|own| better(rating, own.0)) {
                self.choose(at, inverter);
            }
        }
    }

    /// Every cell that makes the signal of a point from the leaves of a cut, with its flow.
    fn candidates(&self, at: u32) -> Vec<(f64, CoverChoice)> {
        let mut found = Vec::new();
        for cut in &self.cuts[at as usize >> 1] {
            let function = if at & 1 == 1 { !cut.function } else { cut.function };
            for of in self.cells.of(function) {
                let leaves = cut.leaves();
                let inputs: [u32; 4] = std::array::from_fn(|pin| {
                    let leaf = usize::from(of.pins[pin]);
                    leaves.get(leaf).map_or(0, |&node| node << 1 | u32::from(of.phases >> leaf & 1))
                });
                let kind = CoverKind::Cell { cell: of.cell, output: of.output };
                let area = self.cells.figures[of.cell as usize].area;
                let choice = CoverChoice::new(kind, area, &inputs[..leaves.len()]);
                found.push((self.flow(&choice), choice));
            }
        }
        found
    }

    /// The other polarity, inverted.
    pub fn inverter(&self, at: u32) -> CoverChoice {
        CoverChoice::new(
            CoverKind::Inverter,
            self.cells.figures[self.cells.inverter as usize].area,
            &[at ^ 1],
        )
    }

    /// The area of a choice, with shares of what it rests on.
    fn flow(&self, choice: &CoverChoice) -> f64 {
        let share = |&input: &u32| self.flows[input as usize] / self.expected[input as usize].max(1.0);
        choice.area + choice.inputs().iter().map(share).sum::<f64>()
    }

    /// A cell that several points may rest on. Returns its point.
    pub fn share(&mut self, choice: CoverChoice) -> u32 {
        let flow = self.flow(&choice);
        self.flows.push(flow);
        self.expected.push(2.0);
        self.required.push(f64::INFINITY);
        self.cover.push(choice)
    }

    /// Takes back the latest [`Self::share`], on which nothing may rest.
    pub fn unshare(&mut self) {
        self.flows.pop();
        self.expected.pop();
        self.required.pop();
        self.cover.pop();
    }

    /// Sets the choice of a point, whose uses are the caller's to count.
    pub fn choose(&mut self, at: u32, choice: CoverChoice) {
        self.cover.choices[at as usize] = choice;
        self.refresh(at);
    }

    /// Brings flow and arrival of a point up to date.
    pub fn refresh(&mut self, at: u32) {
        let choice = self.cover.choices[at as usize];
        self.flows[at as usize] = self.flow(&choice);
        self.cover.arrivals[at as usize] = self.cover.arrival(self.cells, &choice);
    }

    /// Passes the time limit of a point on to all that it rests on now.
    pub fn tighten(&mut self, at: u32) {
        if self.goal == MappingGoal::Area {
            return;
        }
        let mut pending = vec![at];
        while let Some(at) = pending.pop() {
            let own = self.required[at as usize];
            for (input, delay) in self.cover.paths(self.cells, &self.cover.choices[at as usize]) {
                if own - delay < self.required[input as usize] - EPSILON {
                    self.required[input as usize] = own - delay;
                    pending.push(input);
                }
            }
        }
    }

    /// Goes back to the latest choices that met the deadline. A round may miss it: what it did not expect to be used has
    /// no time limit until the round is over.
    pub fn finish(&mut self) {
        for (choice, &in_time) in self.cover.choices.iter_mut().zip(&self.in_time) {
            *choice = in_time;
        }
        self.cover.count(&self.subject.outputs);
    }

    /// Counts uses anew, and what time each signal has.
    pub fn settle(&mut self) {
        self.cover.count(&self.subject.outputs);
        self.required.fill(f64::INFINITY);
        if self.goal == MappingGoal::Area {
            return;
        }
        let outputs = || self.subject.outputs.iter().map(|&edge| point(edge) as usize);
        let latest = outputs().map(|at| self.cover.arrivals[at]).fold(0.0, f64::max);
        self.deadline = self.deadline.min(latest);
        if latest <= self.deadline + EPSILON {
            self.in_time.clone_from(&self.cover.choices);
        }
        outputs().for_each(|at| self.required[at] = self.deadline);
        for node in (1..self.subject.nodes.len()).rev() {
            let mut points = [2 * node, 2 * node + 1];
            points.sort_by_key(|&at| self.cover.choices[at].kind != CoverKind::Inverter);
            for at in points.into_iter().filter(|&at| self.cover.uses[at] > 0) {
                let own = self.required[at];
                for (input, delay) in self.cover.paths(self.cells, &self.cover.choices[at]) {
                    let required = &mut self.required[input as usize];
                    *required = required.min(own - delay);
                }
            }
        }
    }
}
