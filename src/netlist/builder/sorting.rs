//! From nets and drivers to gates in topological order; here it shows whether the circuit is one.

use super::{DesignBuilder, Net, NetDriver, NetLabel, UncheckedGate};
use crate::design::{DesignGate, Wire};
use crate::{NetlistError, NetlistErrorKind, SourceLocation};

#[derive(Clone, Copy, Debug)]
pub(super) enum NetState {
    Unseen,
    /// On the way from an output to here.
    Open,
    Done(Wire),
}

/// Gates in topological order, from the outputs backwards; without recursion, for chains may be millions long.
pub(super) struct TopologicalSort<'a> {
    builder: &'a DesignBuilder,
    /// By net.
    pub wires: Vec<NetState>,
    /// By unchecked gate: where it stands among `gates`.
    positions: Vec<Option<u32>>,
    pub gates: Vec<DesignGate>,
}

impl<'a> TopologicalSort<'a> {
    pub fn new(builder: &'a DesignBuilder) -> Self {
        Self {
            builder,
            wires: vec![NetState::Unseen; builder.drivers.len()],
            positions: vec![None; builder.gates.len()],
            gates: Vec::new(),
        }
    }

    pub fn visit(&mut self, net: Net, output: &SourceLocation) -> Result<Wire, NetlistError> {
        let mut path = vec![net];
        while let Some(&here) = path.last() {
            if let NetState::Done(_) = self.wires[here.0 as usize] {
                path.pop();
                continue;
            }
            self.wires[here.0 as usize] = NetState::Open;
            let Some(next) = self.missing(here) else {
                self.wires[here.0 as usize] = NetState::Done(self.resolve(here, &path, output)?);
                path.pop();
                continue;
            };
            if let NetState::Open = self.wires[next.0 as usize] {
                return Err(self.cycle(next, &path, output));
            }
            path.push(next);
        }
        match self.wires[net.0 as usize] {
            NetState::Done(wire) => Ok(wire),
            _ => unreachable!("a visited net is done"),
        }
    }

    /// A net that has to be done before this one.
    fn missing(&self, net: Net) -> Option<Net> {
        let pending = |net: &Net| !matches!(self.wires[net.0 as usize], NetState::Done(_));
        match self.builder.drivers[net.0 as usize] {
            NetDriver::Net(source) | NetDriver::Cell(.., source) => Some(source).filter(pending),
            NetDriver::Gate(gate, _) if self.positions[gate as usize].is_none() => {
                self.builder.gates[gate as usize].inputs.iter().copied().find(pending)
            }
            _ => None,
        }
    }

    /// The wire of a net whose sources are done.
    fn resolve(&mut self, net: Net, path: &[Net], output: &SourceLocation) -> Result<Wire, NetlistError> {
        let done = |wires: &[NetState], net: Net| match wires[net.0 as usize] {
            NetState::Done(wire) => wire,
            _ => unreachable!("sources are done first"),
        };
        Ok(match self.builder.drivers[net.0 as usize] {
            NetDriver::Constant(value) => Wire::Constant(value),
            NetDriver::Net(source) | NetDriver::Cell(.., source) => done(&self.wires, source),
            NetDriver::Gate(gate, pin) => {
                let index = *self.positions[gate as usize].get_or_insert_with(|| {
                    let UncheckedGate { kind, inputs } = self.builder.gates[gate as usize];
                    self.gates.push(DesignGate { kind, inputs: inputs.map(|net| done(&self.wires, net)) });
                    (self.gates.len() - 1) as u32
                });
                Wire::Gate(index, pin)
            }
            // An input that no port holds is as good as nothing.
            NetDriver::Nothing | NetDriver::Input => {
                let (name, location) = self.nearest_name(net, path, output);
                return Err(NetlistErrorKind::Undriven { net: name }.at(&location));
            }
        })
    }

    /// A name for a net: its own, or that of the nearest net which depends on it.
    fn nearest_name(&self, net: Net, path: &[Net], output: &SourceLocation) -> (String, SourceLocation) {
        let nets = std::iter::once(&net).chain(path.iter().rev());
        let mut named = nets.filter_map(|net| self.builder.named[net.0 as usize].as_ref());
        named.next().map_or(("a net".into(), output.clone()), |named| {
            (named.name.to_string(), named.location.clone())
        })
    }

    fn cycle(&self, from: Net, path: &[Net], output: &SourceLocation) -> NetlistError {
        /// The most names that a message lists.
        const SHOWN: usize = 8;
        let start = path.iter().position(|&net| net == from).unwrap_or(0);
        let around = path[start..].iter().filter_map(|net| self.builder.named[net.0 as usize].as_ref());
        let around: Vec<&NetLabel> = around.map(|named| &**named).collect();
        let location = around.first().map_or(output.clone(), |named| named.location.clone());
        let mut names: Vec<String> = around.iter().take(SHOWN).map(|named| named.name.to_string()).collect();
        if around.len() > SHOWN {
            names.push(format!("{} more", around.len() - SHOWN));
        }
        names.extend(names.first().cloned());
        NetlistErrorKind::Loop { path: names }.at(&location)
    }
}
