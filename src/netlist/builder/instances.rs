//! The library cells that a text holds, in topological order: what the circuit is made of, not only what it computes.

use axmul_api::Signal;

use super::{DesignBuilder, Net, NetDriver};
use crate::Port;
use crate::mapped_cells::{DesignCells, MappedCell};

#[derive(Clone, Copy, Debug)]
enum CellSearch {
    Unseen,
    /// On the way from an output to here.
    Open,
    /// `None` where it takes more than library cells to drive it.
    Done(Option<Signal>),
}

impl DesignBuilder {
    /// The library cells between inputs and outputs; `None` if the text holds none at all.
    pub(super) fn design_cells(
        &self,
        inputs: &[(Port, Vec<Net>)],
        outputs: &[(Port, Vec<Net>)],
    ) -> Option<DesignCells> {
        if self.instances.is_empty() {
            return None;
        }
        let mut walk = CellWalk {
            builder: self,
            states: vec![CellSearch::Unseen; self.drivers.len()],
            positions: vec![None; self.instances.len()],
            cells: Vec::new(),
        };
        for (number, net) in inputs.iter().flat_map(|(_, nets)| nets).enumerate() {
            walk.states[net.0 as usize] = CellSearch::Done(Some(Signal::Input(number)));
        }
        let driven = outputs.iter().flat_map(|(_, nets)| nets).map(|&net| walk.visit(net)).collect();
        Some(DesignCells { cells: walk.cells, driven })
    }
}

/// From the outputs backwards, without recursion, like [`TopologicalSort`](super::TopologicalSort), which has found the logic to be
/// valid: loops and undriven nets that it does not see, because a constant hides them, only mean here that the cells
/// cannot be had.
struct CellWalk<'a> {
    builder: &'a DesignBuilder,
    /// By net.
    states: Vec<CellSearch>,
    /// By instance: where it stands among `cells`.
    positions: Vec<Option<usize>>,
    cells: Vec<MappedCell>,
}

impl CellWalk<'_> {
    fn visit(&mut self, net: Net) -> Option<Signal> {
        let mut path = vec![net];
        while let Some(&here) = path.last() {
            if let CellSearch::Done(_) = self.states[here.0 as usize] {
                path.pop();
                continue;
            }
            self.states[here.0 as usize] = CellSearch::Open;
            match self.missing(here) {
                Some(next) if matches!(self.states[next.0 as usize], CellSearch::Open) => {
                    self.states[here.0 as usize] = CellSearch::Done(None);
                }
                Some(next) => path.push(next),
                None => self.states[here.0 as usize] = CellSearch::Done(self.resolve(here)),
            }
        }
        self.signal(net)
    }

    fn signal(&self, net: Net) -> Option<Signal> {
        match self.states[net.0 as usize] {
            CellSearch::Done(signal) => signal,
            CellSearch::Unseen | CellSearch::Open => None,
        }
    }

    /// A net that has to be done before this one.
    fn missing(&self, net: Net) -> Option<Net> {
        let pending = |net: &Net| !matches!(self.states[net.0 as usize], CellSearch::Done(_));
        match self.builder.drivers[net.0 as usize] {
            NetDriver::Net(source) => Some(source).filter(pending),
            NetDriver::Cell(instance, ..) if self.positions[instance as usize].is_none() => {
                self.builder.instances[instance as usize].inputs.iter().copied().find(pending)
            }
            _ => None,
        }
    }

    /// What drives a net whose sources are done.
    fn resolve(&mut self, net: Net) -> Option<Signal> {
        match self.builder.drivers[net.0 as usize] {
            NetDriver::Constant(value) => Some(Signal::Constant(value)),
            NetDriver::Net(source) => self.signal(source),
            NetDriver::Cell(instance, output, _) => {
                let index = match self.positions[instance as usize] {
                    Some(index) => index,
                    None => {
                        let instance = &self.builder.instances[instance as usize];
                        let inputs = instance.inputs.iter().map(|&net| self.signal(net));
                        let inputs = inputs.collect::<Option<Vec<Signal>>>()?;
                        let (kind, cell) = (instance.kind.clone(), instance.cell);
                        self.cells.push(MappedCell { kind, cell, inputs });
                        self.cells.len() - 1
                    }
                };
                self.positions[instance as usize] = Some(index);
                Some(Signal::Cell(index, output))
            }
            NetDriver::Gate(..) | NetDriver::Nothing | NetDriver::Input => None,
        }
    }
}
