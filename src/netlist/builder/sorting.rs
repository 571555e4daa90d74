//! From nets and drivers to gates in topological order; here it shows whether the circuit is one.

use super::{Builder, Driver, Named, Net, Unchecked};
use crate::design::{Gate, Wire};
use crate::{NetlistError, Place, Problem};

#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    Unseen,
    /// On the way from an output to here.
    Open,
    Done(Wire),
}

/// Gates in topological order, from the outputs backwards; without recursion, for chains may be millions long.
pub(super) struct Sorting<'a> {
    builder: &'a Builder,
    /// By net.
    pub wires: Vec<State>,
    /// By unchecked gate: where it stands among `gates`.
    placed: Vec<Option<u32>>,
    pub gates: Vec<Gate>,
}

impl<'a> Sorting<'a> {
    pub fn new(builder: &'a Builder) -> Self {
        Self {
            builder,
            wires: vec![State::Unseen; builder.drivers.len()],
            placed: vec![None; builder.gates.len()],
            gates: Vec::new(),
        }
    }

    pub fn visit(&mut self, net: Net, output: &Place) -> Result<Wire, NetlistError> {
        let mut path = vec![net];
        while let Some(&here) = path.last() {
            if let State::Done(_) = self.wires[here.0 as usize] {
                path.pop();
                continue;
            }
            self.wires[here.0 as usize] = State::Open;
            let Some(next) = self.missing(here) else {
                self.wires[here.0 as usize] = State::Done(self.resolve(here, &path, output)?);
                path.pop();
                continue;
            };
            if let State::Open = self.wires[next.0 as usize] {
                return Err(self.cycle(next, &path, output));
            }
            path.push(next);
        }
        match self.wires[net.0 as usize] {
            State::Done(wire) => Ok(wire),
            _ => unreachable!("a visited net is done"),
        }
    }

    /// A net that has to be done before this one.
    fn missing(&self, net: Net) -> Option<Net> {
        let pending = |net: &Net| !matches!(self.wires[net.0 as usize], State::Done(_));
        match self.builder.drivers[net.0 as usize] {
            Driver::Net(source) | Driver::Cell(.., source) => Some(source).filter(pending),
            Driver::Gate(gate, _) if self.placed[gate as usize].is_none() => {
                self.builder.gates[gate as usize].inputs.iter().copied().find(pending)
            }
            _ => None,
        }
    }

    /// The wire of a net whose sources are done.
    fn resolve(&mut self, net: Net, path: &[Net], output: &Place) -> Result<Wire, NetlistError> {
        let done = |wires: &[State], net: Net| match wires[net.0 as usize] {
            State::Done(wire) => wire,
            _ => unreachable!("sources are done first"),
        };
        Ok(match self.builder.drivers[net.0 as usize] {
            Driver::Constant(value) => Wire::Constant(value),
            Driver::Net(source) | Driver::Cell(.., source) => done(&self.wires, source),
            Driver::Gate(gate, pin) => {
                let index = *self.placed[gate as usize].get_or_insert_with(|| {
                    let Unchecked { kind, inputs } = self.builder.gates[gate as usize];
                    self.gates.push(Gate { kind, inputs: inputs.map(|net| done(&self.wires, net)) });
                    (self.gates.len() - 1) as u32
                });
                Wire::Gate(index, pin)
            }
            // An input that no port holds is as good as nothing.
            Driver::Nothing | Driver::Input => {
                let (name, place) = self.nearest_name(net, path, output);
                return Err(Problem::Undriven { net: name }.at(&place));
            }
        })
    }

    /// A name for a net: its own, or that of the nearest net which depends on it.
    fn nearest_name(&self, net: Net, path: &[Net], output: &Place) -> (String, Place) {
        let nets = std::iter::once(&net).chain(path.iter().rev());
        let mut named = nets.filter_map(|net| self.builder.named[net.0 as usize].as_ref());
        named
            .next()
            .map_or(("a net".into(), output.clone()), |named| (named.name.to_string(), named.place.clone()))
    }

    fn cycle(&self, from: Net, path: &[Net], output: &Place) -> NetlistError {
        /// The most names that a message lists.
        const SHOWN: usize = 8;
        let start = path.iter().position(|&net| net == from).unwrap_or(0);
        let around = path[start..].iter().filter_map(|net| self.builder.named[net.0 as usize].as_ref());
        let around: Vec<&Named> = around.map(|named| &**named).collect();
        let place = around.first().map_or(output.clone(), |named| named.place.clone());
        let mut names: Vec<String> = around.iter().take(SHOWN).map(|named| named.name.to_string()).collect();
        if around.len() > SHOWN {
            names.push(format!("{} more", around.len() - SHOWN));
        }
        names.extend(names.first().cloned());
        Problem::Loop { path: names }.at(&place)
    }
}
