//! The cover: which cell implements each signal, and how often each signal is used.
//!
//! A node of the subject graph has two points, one for each polarity; a cell with two outputs has a point of its own on
//! which those of its outputs rest.

use super::matches::MatchTable;
use axmul_netlist::xag::XagEdge;

/// How the signal of a point comes about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum CoverKind {
    /// It is there: an operand bit or a constant.
    Free,
    /// The other polarity, inverted.
    Inverter,
    /// An output of a cell of its own.
    Cell { cell: u32, output: u8 },
    /// An output of a shared cell, whose point is the only input.
    Output { output: u8 },
    /// A shared cell.
    Shared { cell: u32 },
}

/// How the signal of a point comes about, and from which points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CoverChoice {
    pub kind: CoverKind,
    /// Area of the cell in square micrometers.
    pub area: f64,
    inputs: [u32; 4],
    count: u8,
}

impl CoverChoice {
    pub const FREE: Self = Self { kind: CoverKind::Free, area: 0.0, inputs: [0; 4], count: 0 };

    /// From at most four points.
    pub fn new(kind: CoverKind, area: f64, points: &[u32]) -> Self {
        let mut inputs = [0; 4];
        inputs[..points.len()].copy_from_slice(points);
        Self { kind, area, inputs, count: points.len() as u8 }
    }

    /// The points, in the order of the cell's inputs.
    pub fn inputs(&self) -> &[u32] {
        &self.inputs[..self.count.into()]
    }
}

/// The point of an edge.
pub(super) fn point(edge: XagEdge) -> u32 {
    (edge.node() as u32) << 1 | u32::from(edge.is_complemented())
}

/// A choice for every point.
pub(super) struct CellCover {
    /// By point.
    pub choices: Vec<CoverChoice>,
    /// By point, how many other points and outputs use it.
    pub uses: Vec<u32>,
    /// By point, when the signal is there, in nanoseconds.
    pub arrivals: Vec<f64>,
    pending: Vec<u32>,
    /// What counting uses has taken so far, in points.
    steps: u64,
}

/// How many points may be counted before no more choices are tried: a few seconds. What is tried for one signal can
/// reach down to the inputs, which in a chain of a hundred thousand gates would take days.
const MAX_STEPS: u64 = 1 << 28;

impl CellCover {
    pub fn new(points: usize) -> Self {
        Self {
            choices: vec![CoverChoice::FREE; points],
            uses: vec![0; points],
            arrivals: vec![0.0; points],
            pending: Vec::new(),
            steps: 0,
        }
    }

    /// A point for a shared cell.
    pub fn push(&mut self, choice: CoverChoice) -> u32 {
        self.choices.push(choice);
        self.uses.push(0);
        self.arrivals.push(0.0);
        (self.choices.len() - 1) as u32
    }

    /// Takes back the latest [`Self::push`].
    pub fn pop(&mut self) {
        self.choices.pop();
        self.uses.pop();
        self.arrivals.pop();
    }

    /// Counts anew what the outputs need. Returns the area.
    pub fn count(&mut self, outputs: &[XagEdge]) -> f64 {
        self.uses.fill(0);
        outputs.iter().map(|&edge| self.take(point(edge))).sum()
    }

    /// One use more. Returns the area that this adds.
    pub fn take(&mut self, point: u32) -> f64 {
        self.pending.push(point);
        let mut area = 0.0;
        while let Some(point) = self.pending.pop() {
            let point = point as usize;
            self.steps += 1;
            self.uses[point] += 1;
            if self.uses[point] == 1 {
                area += self.choices[point].area;
                self.pending.extend_from_slice(self.choices[point].inputs());
            }
        }
        area
    }

    /// One use less. Returns the area that this saves.
    pub fn give(&mut self, point: u32) -> f64 {
        self.pending.push(point);
        let mut area = 0.0;
        while let Some(point) = self.pending.pop() {
            let point = point as usize;
            self.steps += 1;
            self.uses[point] -= 1;
            if self.uses[point] == 0 {
                area += self.choices[point].area;
                self.pending.extend_from_slice(self.choices[point].inputs());
            }
        }
        area
    }

    /// Whether enough has been tried.
    pub fn is_spent(&self) -> bool {
        self.steps > MAX_STEPS
    }

    /// Takes what a used point rests on. Returns the area with its own cell.
    pub fn acquire(&mut self, point: u32) -> f64 {
        let choice = self.choices[point as usize];
        choice.area + choice.inputs().iter().map(|&input| self.take(input)).sum::<f64>()
    }

    /// Gives what a used point rests on. Returns the area with its own cell.
    pub fn release(&mut self, point: u32) -> f64 {
        let choice = self.choices[point as usize];
        choice.area + choice.inputs().iter().map(|&input| self.give(input)).sum::<f64>()
    }

    /// The inputs of the cell behind a choice, each with its delay to the point.
    pub fn paths<'a>(
        &'a self,
        cells: &'a MatchTable,
        choice: &'a CoverChoice,
    ) -> impl Iterator<Item = (u32, f64)> + 'a {
        let (inputs, cell, output) = match choice.kind {
            CoverKind::Free | CoverKind::Shared { .. } => (&[][..], cells.inverter, 0),
            CoverKind::Inverter => (choice.inputs(), cells.inverter, 0),
            CoverKind::Cell { cell, output } => (choice.inputs(), cell, output),
            CoverKind::Output { output } => {
                let shared = &self.choices[choice.inputs[0] as usize];
                let CoverKind::Shared { cell } = shared.kind else {
                    unreachable!("outputs rest on shared cells")
                };
                (shared.inputs(), cell, output)
            }
        };
        let delays = &cells.figures[cell as usize].delays[usize::from(output)];
        inputs.iter().copied().zip(delays.iter().copied())
    }

    /// When the signal of a choice is there.
    pub fn arrival(&self, cells: &MatchTable, choice: &CoverChoice) -> f64 {
        self.paths(cells, choice)
            .map(|(input, delay)| self.arrivals[input as usize] + delay)
            .fold(0.0, f64::max)
    }
}
