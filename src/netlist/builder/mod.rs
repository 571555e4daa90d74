//! The builder that all readers fill, and that checks the circuit.

mod instances;
mod sorting;

use std::collections::HashSet;
use std::sync::Arc;

use axmul_api::{CellKind, Gates};

use super::cells::StandardCell;
use super::design::{Design, Port, Wire};
use super::{NetlistError, NetlistErrorKind, SourceLocation};
use sorting::{NetState, TopologicalSort};

/// The most nets that a circuit may have, those within its cells and expressions included. A 32x32 multiplier has
/// some ten thousand.
pub const MAX_NETS: usize = 1 << 22;

/// A net of a circuit under construction, driven at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Net(u32);

#[derive(Clone, Copy, Debug)]
enum NetDriver {
    Nothing,
    Constant(bool),
    Input,
    Net(Net),
    Gate(u32, u8),
    /// An output of an instance of a library cell, and the net that computes its value.
    Cell(u32, u8, Net),
}

#[derive(Clone, Copy, Debug)]
struct UncheckedGate {
    kind: CellKind,
    inputs: [Net; 3],
}

/// A library cell that the text holds.
#[derive(Clone, Debug)]
struct RecordedCell {
    kind: Arc<str>,
    cell: &'static StandardCell,
    inputs: Box<[Net]>,
}

/// A named net: those between them have neither name nor place.
#[derive(Clone, Debug)]
struct NetLabel {
    name: Box<str>,
    /// The declaration, until it is driven; then the driver.
    location: SourceLocation,
}

/// A circuit under construction.
///
/// Gates are made through [`Gates`], each giving nets of its own; [`Self::net`] declares a named net and
/// [`Self::drive`] connects it, in any order. [`Self::finish`] checks what lies between inputs and outputs: every net
/// driven, no loops. Whatever no output depends on is ignored.
#[derive(Clone, Debug)]
pub struct DesignBuilder {
    drivers: Vec<NetDriver>,
    /// By net; `None` for nets between gates.
    named: Vec<Option<Box<NetLabel>>>,
    gates: Vec<UncheckedGate>,
    instances: Vec<RecordedCell>,
    /// The names of the cells of all instances, each once.
    kinds: HashSet<Arc<str>>,
    /// A net was asked for that [`MAX_NETS`] forbids.
    full: bool,
}

const ZERO: Net = Net(0);
const ONE: Net = Net(1);

impl Default for DesignBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl DesignBuilder {
    /// An empty circuit.
    pub fn new() -> Self {
        let drivers = vec![NetDriver::Constant(false), NetDriver::Constant(true)];
        Self {
            drivers,
            named: vec![None, None],
            gates: Vec::new(),
            instances: Vec::new(),
            kinds: HashSet::new(),
            full: false,
        }
    }

    fn add(&mut self, driver: NetDriver, named: Option<Box<NetLabel>>) -> Net {
        if self.drivers.len() >= MAX_NETS {
            self.full = true;
            return ZERO;
        }
        self.drivers.push(driver);
        self.named.push(named);
        Net((self.drivers.len() - 1) as u32)
    }

    /// Whether no more nets can be had: a reader may stop, [`Self::finish`] will say why.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// A named net that nothing drives yet.
    pub fn net(&mut self, name: &str, location: &SourceLocation) -> Net {
        let named = NetLabel { name: name.into(), location: location.clone() };
        self.add(NetDriver::Nothing, Some(Box::new(named)))
    }

    /// Makes a net an input of the circuit.
    pub fn drive_by_input(&mut self, net: Net, location: &SourceLocation) -> Result<(), NetlistError> {
        self.set(net, NetDriver::Input, location)
    }

    /// Connects `net`, which nothing drives so far, to `source`.
    pub fn drive(&mut self, net: Net, source: Net, location: &SourceLocation) -> Result<(), NetlistError> {
        self.set(net, NetDriver::Net(source), location)
    }

    /// Whether something drives the net already.
    pub fn is_driven(&self, net: Net) -> bool {
        !matches!(self.drivers[net.0 as usize], NetDriver::Nothing)
    }

    fn set(&mut self, net: Net, driver: NetDriver, location: &SourceLocation) -> Result<(), NetlistError> {
        if self.full {
            return Ok(());
        }
        let index = net.0 as usize;
        match (&self.drivers[index], &mut self.named[index]) {
            (NetDriver::Nothing, named) => {
                if let Some(named) = named {
                    named.location = location.clone();
                }
                self.drivers[index] = driver;
                Ok(())
            }
            (_, named) => {
                let (name, first) = named.as_ref().map_or(("a constant".into(), location.clone()), |named| {
                    (named.name.to_string(), named.location.clone())
                });
                Err(NetlistErrorKind::DrivenTwice { net: name, first }.at(location))
            }
        }
    }

    /// Records that the text holds a library cell called `kind`, and gives each of its outputs a net of its own, even
    /// of a buffer, whose output is logically its input. `inputs` and `logic` are the nets of its inputs and those
    /// that compute its outputs, in the order of the cell's pins.
    pub(super) fn instance(
        &mut self,
        kind: &str,
        cell: &'static StandardCell,
        inputs: &[Net],
        logic: Vec<Net>,
    ) -> Vec<Net> {
        if self.full {
            return logic;
        }
        let kind = match self.kinds.get(kind) {
            Some(known) => known.clone(),
            None => {
                let kind: Arc<str> = kind.into();
                self.kinds.insert(kind.clone());
                kind
            }
        };
        let index = self.instances.len() as u32;
        self.instances.push(RecordedCell { kind, cell, inputs: inputs.into() });
        let outputs = logic.into_iter().enumerate();
        outputs.map(|(pin, net)| self.add(NetDriver::Cell(index, pin as u8, net), None)).collect()
    }

    fn gate(&mut self, kind: CellKind, inputs: [Net; 3]) -> u32 {
        if !self.full {
            self.gates.push(UncheckedGate { kind, inputs });
        }
        self.gates.len().saturating_sub(1) as u32
    }

    fn single(&mut self, kind: CellKind, inputs: [Net; 3]) -> Net {
        let gate = self.gate(kind, inputs);
        self.add(NetDriver::Gate(gate, 0), None)
    }

    fn double(&mut self, kind: CellKind, inputs: [Net; 3]) -> (Net, Net) {
        let gate = self.gate(kind, inputs);
        (self.add(NetDriver::Gate(gate, 0), None), self.add(NetDriver::Gate(gate, 1), None))
    }

    /// Checks the circuit. Ports come with their nets, the least significant first; the nets of input ports have been
    /// made inputs.
    pub fn finish(
        self,
        name: impl Into<String>,
        inputs: Vec<(Port, Vec<Net>)>,
        outputs: Vec<(Port, Vec<Net>)>,
        location: &SourceLocation,
    ) -> Result<Design, NetlistError> {
        if self.full {
            let what = format!("the circuit has more than {MAX_NETS} nets");
            return Err(NetlistErrorKind::TooLarge { what, limit: format!("{MAX_NETS}") }.at(location));
        }
        for (port, nets) in inputs.iter().chain(&outputs) {
            assert_eq!(port.width, nets.len(), "bits of port {}", port.name);
        }
        let mut sorting = TopologicalSort::new(&self);
        for (number, net) in inputs.iter().flat_map(|(_, nets)| nets).enumerate() {
            sorting.wires[net.0 as usize] = NetState::Done(Wire::Input(number as u32));
        }
        let mut driven = Vec::new();
        for (port, nets) in &outputs {
            for &net in nets {
                driven.push(sorting.visit(net, &port.location)?);
            }
        }
        let instances = self.design_cells(&inputs, &outputs);
        let ports = |ports: Vec<(Port, _)>| ports.into_iter().map(|(port, _)| port).collect();
        let gates = sorting.gates;
        Ok(Design {
            name: name.into(),
            inputs: ports(inputs),
            outputs: ports(outputs),
            gates,
            driven,
            instances,
        })
    }
}

impl Gates for DesignBuilder {
    type Bit = Net;

    fn constant(&mut self, value: bool) -> Net {
        if value { ONE } else { ZERO }
    }

    fn not(&mut self, a: Net) -> Net {
        self.single(CellKind::Not, [a; 3])
    }

    fn and(&mut self, a: Net, b: Net) -> Net {
        self.single(CellKind::And, [a, b, b])
    }

    fn or(&mut self, a: Net, b: Net) -> Net {
        self.single(CellKind::Or, [a, b, b])
    }

    fn xor(&mut self, a: Net, b: Net) -> Net {
        self.single(CellKind::Xor, [a, b, b])
    }

    fn mux(&mut self, select: Net, if_one: Net, if_zero: Net) -> Net {
        self.single(CellKind::Mux, [select, if_one, if_zero])
    }

    fn nand(&mut self, a: Net, b: Net) -> Net {
        self.single(CellKind::Nand, [a, b, b])
    }

    fn nor(&mut self, a: Net, b: Net) -> Net {
        self.single(CellKind::Nor, [a, b, b])
    }

    fn xnor(&mut self, a: Net, b: Net) -> Net {
        self.single(CellKind::Xnor, [a, b, b])
    }

    fn half_adder(&mut self, a: Net, b: Net) -> (Net, Net) {
        self.double(CellKind::HalfAdder, [a, b, b])
    }

    fn full_adder(&mut self, a: Net, b: Net, c: Net) -> (Net, Net) {
        self.double(CellKind::FullAdder, [a, b, c])
    }
}

#[cfg(test)]
mod tests {
    use axmul_api::Bits;

    use super::*;
    use crate::SourceText;

    fn location(line: u32) -> SourceLocation {
        SourceText::new("t.v", *b"").location(line, 0)
    }

    fn port(name: &str) -> Port {
        Port { name: name.into(), width: 1, range: None, signed: None, location: location(1) }
    }

    /// y = a xor b, driven before its parts are.
    #[test]
    fn order_does_not_matter() {
        let mut g = DesignBuilder::new();
        let [a, b, middle, y] = ["a", "b", "m", "y"].map(|name| g.net(name, &location(1)));
        g.drive(y, middle, &location(2)).unwrap();
        g.drive_by_input(a, &location(1)).unwrap();
        g.drive_by_input(b, &location(1)).unwrap();
        let xor = g.xor(a, b);
        g.drive(middle, xor, &location(3)).unwrap();
        let design = g.finish(
            "t",
            vec![(port("a"), vec![a]), (port("b"), vec![b])],
            vec![(port("y"), vec![y])],
            &location(1),
        );
        let design = design.unwrap();
        assert_eq!(design.build(&mut Bits, &[true, false]), [true]);
        assert_eq!(design.build(&mut Bits, &[true, true]), [false]);
    }

    #[test]
    fn two_drivers_are_refused() {
        let mut g = DesignBuilder::new();
        let y = g.net("y", &location(1));
        let one = g.constant(true);
        g.drive(y, one, &location(2)).unwrap();
        let message = g.drive(y, one, &location(3)).unwrap_err().to_string();
        assert_eq!(message, "t.v:3: multiple drivers for 'y'; the first is at t.v:2; keep one");
    }

    #[test]
    fn nets_without_a_driver_matter_where_they_are_read() {
        let mut g = DesignBuilder::new();
        let [x, y] = ["x", "y"].map(|name| g.net(name, &location(4)));
        let not = g.not(x);
        g.drive(y, not, &location(5)).unwrap();
        let error = g.clone().finish("t", vec![], vec![(port("y"), vec![y])], &location(1)).unwrap_err();
        assert!(error.to_string().starts_with("t.v:4: 'x' is undriven"), "{error}");
        assert!(g.finish("t", vec![], vec![], &location(1)).is_ok());
    }

    #[test]
    fn loops_are_spelt_out() {
        let mut g = DesignBuilder::new();
        let [x, y] = ["x", "y"].map(|name| g.net(name, &location(4)));
        let not = g.not(x);
        g.drive(y, not, &location(5)).unwrap();
        g.drive(x, y, &location(6)).unwrap();
        let error = g.finish("t", vec![], vec![(port("y"), vec![y])], &location(1)).unwrap_err();
        assert_eq!(error.to_string(), "t.v:5: 'y' depends on itself: y <- x <- y; break the loop");
    }

    #[test]
    fn both_outputs_of_an_adder_are_one_gate() {
        let mut g = DesignBuilder::new();
        let [a, b, c] = ["a", "b", "c"].map(|name| g.net(name, &location(1)));
        [a, b, c].iter().for_each(|&net| g.drive_by_input(net, &location(1)).unwrap());
        let (sum, carry) = g.full_adder(a, b, c);
        let inputs = [("a", a), ("b", b), ("c", c)].map(|(name, net)| (port(name), vec![net]));
        let outputs = vec![(port("s"), vec![sum]), (port("k"), vec![carry])];
        let design = g.finish("t", inputs.into(), outputs, &location(1)).unwrap();
        assert_eq!(design.gate_count(), 1);
        assert_eq!(design.build(&mut Bits, &[true, true, false]), [false, true]);
    }
}
