//! The library cells that a text holds, in topological order: what the circuit is made of, not only what it computes.

use axmul_api::Signal;

use super::{Builder, Driver, Net};
use crate::Port;
use crate::placed::{Instances, PlacedCell};

#[derive(Clone, Copy, Debug)]
enum State {
    Unseen,
    /// On the way from an output to here.
    Open,
    /// `None` where it takes more than library cells to drive it.
    Done(Option<Signal>),
}

impl Builder {
    /// The library cells between inputs and outputs; `None` if the text holds none at all.
    pub(super) fn placed(
        &self,
        inputs: &[(Port, Vec<Net>)],
        outputs: &[(Port, Vec<Net>)],
    ) -> Option<Instances> {
        if self.instances.is_empty() {
            return None;
        }
        let mut walk = Walk {
            builder: self,
            states: vec![State::Unseen; self.drivers.len()],
            placed: vec![None; self.instances.len()],
            cells: Vec::new(),
        };
        for (number, net) in inputs.iter().flat_map(|(_, nets)| nets).enumerate() {
            walk.states[net.0 as usize] = State::Done(Some(Signal::Input(number)));
        }
        let driven = outputs.iter().flat_map(|(_, nets)| nets).map(|&net| walk.visit(net)).collect();
        Some(Instances { cells: walk.cells, driven })
    }
}

/// From the outputs backwards, without recursion, like [`Sorting`](super::Sorting), which has found the logic to be
/// sound: loops and undriven nets that it does not see, because a constant hides them, only mean here that the cells
/// cannot be had.
struct Walk<'a> {
    builder: &'a Builder,
    /// By net.
    states: Vec<State>,
    /// By instance: where it stands among `cells`.
    placed: Vec<Option<usize>>,
    cells: Vec<PlacedCell>,
}

impl Walk<'_> {
    fn visit(&mut self, net: Net) -> Option<Signal> {
        let mut path = vec![net];
        while let Some(&here) = path.last() {
            if let State::Done(_) = self.states[here.0 as usize] {
                path.pop();
                continue;
            }
            self.states[here.0 as usize] = State::Open;
            match self.missing(here) {
                Some(next) if matches!(self.states[next.0 as usize], State::Open) => {
                    self.states[here.0 as usize] = State::Done(None);
                }
                Some(next) => path.push(next),
                None => self.states[here.0 as usize] = State::Done(self.resolve(here)),
            }
        }
        self.signal(net)
    }

    fn signal(&self, net: Net) -> Option<Signal> {
        match self.states[net.0 as usize] {
            State::Done(signal) => signal,
            State::Unseen | State::Open => None,
        }
    }

    /// A net that has to be done before this one.
    fn missing(&self, net: Net) -> Option<Net> {
        let pending = |net: &Net| !matches!(self.states[net.0 as usize], State::Done(_));
        match self.builder.drivers[net.0 as usize] {
            Driver::Net(source) => Some(source).filter(pending),
            Driver::Cell(instance, ..) if self.placed[instance as usize].is_none() => {
                self.builder.instances[instance as usize].inputs.iter().copied().find(pending)
            }
            _ => None,
        }
    }

    /// What drives a net whose sources are done.
    fn resolve(&mut self, net: Net) -> Option<Signal> {
        match self.builder.drivers[net.0 as usize] {
            Driver::Constant(value) => Some(Signal::Constant(value)),
            Driver::Net(source) => self.signal(source),
            Driver::Cell(instance, output, _) => {
                let index = match self.placed[instance as usize] {
                    Some(index) => index,
                    None => {
                        let instance = &self.builder.instances[instance as usize];
                        let inputs = instance.inputs.iter().map(|&net| self.signal(net));
                        let inputs = inputs.collect::<Option<Vec<Signal>>>()?;
                        let (kind, cell) = (instance.kind.clone(), instance.cell);
                        self.cells.push(PlacedCell { kind, cell, inputs });
                        self.cells.len() - 1
                    }
                };
                self.placed[instance as usize] = Some(index);
                Some(Signal::Cell(index, output))
            }
            Driver::Gate(..) | Driver::Nothing | Driver::Input => None,
        }
    }
}
