//! Where the readers of all formats put what they read, and where it is checked.

mod instances;
mod sorting;

use std::collections::HashSet;
use std::sync::Arc;

use axmul_api::{CellKind, Gates};

use super::cells::LibraryCell;
use super::design::{Design, Port, Wire};
use super::{NetlistError, Place, Problem};
use sorting::{Sorting, State};

/// The most nets that a circuit may have, those within its cells and expressions included. A 32x32 multiplier has
/// some ten thousand.
pub const MAX_NETS: usize = 1 << 22;

/// A net of a circuit that is being read: something with a value, driven at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Net(u32);

#[derive(Clone, Copy, Debug)]
enum Driver {
    Nothing,
    Constant(bool),
    Input,
    Net(Net),
    Gate(u32, u8),
    /// An output of an instance of a library cell, and the net that computes its value.
    Cell(u32, u8, Net),
}

#[derive(Clone, Copy, Debug)]
struct Unchecked {
    kind: CellKind,
    inputs: [Net; 3],
}

/// A library cell that the text holds.
#[derive(Clone, Debug)]
struct Instance {
    kind: Arc<str>,
    cell: &'static LibraryCell,
    inputs: Box<[Net]>,
}

/// A named net: those between them have neither name nor place.
#[derive(Clone, Debug)]
struct Named {
    name: Box<str>,
    /// The declaration, until it is driven; then the driver.
    place: Place,
}

/// A circuit that is being read.
///
/// Gates are made through [`Gates`], each giving nets of its own; [`Self::net`] declares a named net and
/// [`Self::drive`] connects it, in any order. [`Self::finish`] checks what lies between inputs and outputs: every net
/// driven, no loops. What no output depends on is not looked at.
#[derive(Clone, Debug)]
pub struct Builder {
    drivers: Vec<Driver>,
    /// By net; `None` for nets between gates.
    named: Vec<Option<Box<Named>>>,
    gates: Vec<Unchecked>,
    instances: Vec<Instance>,
    /// The names of the cells of all instances, each once.
    kinds: HashSet<Arc<str>>,
    /// A net was asked for that [`MAX_NETS`] forbids.
    full: bool,
}

const ZERO: Net = Net(0);
const ONE: Net = Net(1);

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// An empty circuit.
    pub fn new() -> Self {
        let drivers = vec![Driver::Constant(false), Driver::Constant(true)];
        Self {
            drivers,
            named: vec![None, None],
            gates: Vec::new(),
            instances: Vec::new(),
            kinds: HashSet::new(),
            full: false,
        }
    }

    fn add(&mut self, driver: Driver, named: Option<Box<Named>>) -> Net {
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
    pub fn net(&mut self, name: &str, place: &Place) -> Net {
        let named = Named { name: name.into(), place: place.clone() };
        self.add(Driver::Nothing, Some(Box::new(named)))
    }

    /// Makes a net an input of the circuit.
    pub fn drive_by_input(&mut self, net: Net, place: &Place) -> Result<(), NetlistError> {
        self.set(net, Driver::Input, place)
    }

    /// Connects `net`, which nothing drives so far, to `source`.
    pub fn drive(&mut self, net: Net, source: Net, place: &Place) -> Result<(), NetlistError> {
        self.set(net, Driver::Net(source), place)
    }

    /// Whether something drives the net already.
    pub fn is_driven(&self, net: Net) -> bool {
        !matches!(self.drivers[net.0 as usize], Driver::Nothing)
    }

    fn set(&mut self, net: Net, driver: Driver, place: &Place) -> Result<(), NetlistError> {
        if self.full {
            return Ok(());
        }
        let index = net.0 as usize;
        match (&self.drivers[index], &mut self.named[index]) {
            (Driver::Nothing, named) => {
                if let Some(named) = named {
                    named.place = place.clone();
                }
                self.drivers[index] = driver;
                Ok(())
            }
            (_, named) => {
                let (name, first) = named.as_ref().map_or(("a constant".into(), place.clone()), |named| {
                    (named.name.to_string(), named.place.clone())
                });
                Err(Problem::DrivenTwice { net: name, first }.at(place))
            }
        }
    }

    /// Records that the text holds a library cell called `kind`, and gives each of its outputs a net of its own, even
    /// of a buffer, whose output is logically its input. `inputs` and `logic` are the nets of its inputs and those
    /// that compute its outputs, in the order of the cell's pins.
    pub(super) fn instance(
        &mut self,
        kind: &str,
        cell: &'static LibraryCell,
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
        self.instances.push(Instance { kind, cell, inputs: inputs.into() });
        let outputs = logic.into_iter().enumerate();
        outputs.map(|(pin, net)| self.add(Driver::Cell(index, pin as u8, net), None)).collect()
    }

    fn gate(&mut self, kind: CellKind, inputs: [Net; 3]) -> u32 {
        if !self.full {
            self.gates.push(Unchecked { kind, inputs });
        }
        self.gates.len().saturating_sub(1) as u32
    }

    fn single(&mut self, kind: CellKind, inputs: [Net; 3]) -> Net {
        let gate = self.gate(kind, inputs);
        self.add(Driver::Gate(gate, 0), None)
    }

    fn double(&mut self, kind: CellKind, inputs: [Net; 3]) -> (Net, Net) {
        let gate = self.gate(kind, inputs);
        (self.add(Driver::Gate(gate, 0), None), self.add(Driver::Gate(gate, 1), None))
    }

    /// Checks the circuit. Ports come with their nets, the least significant first; the nets of input ports have been
    /// made inputs.
    pub fn finish(
        self,
        name: impl Into<String>,
        inputs: Vec<(Port, Vec<Net>)>,
        outputs: Vec<(Port, Vec<Net>)>,
        place: &Place,
    ) -> Result<Design, NetlistError> {
        if self.full {
            let what = format!("the circuit has more than {MAX_NETS} nets");
            return Err(Problem::TooLarge { what, limit: format!("{MAX_NETS}") }.at(place));
        }
        for (port, nets) in inputs.iter().chain(&outputs) {
            assert_eq!(port.width, nets.len(), "bits of port {}", port.name);
        }
        let mut sorting = Sorting::new(&self);
        for (number, net) in inputs.iter().flat_map(|(_, nets)| nets).enumerate() {
            sorting.wires[net.0 as usize] = State::Done(Wire::Input(number as u32));
        }
        let mut driven = Vec::new();
        for (port, nets) in &outputs {
            for &net in nets {
                driven.push(sorting.visit(net, &port.place)?);
            }
        }
        let instances = self.placed(&inputs, &outputs);
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

impl Gates for Builder {
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
    use crate::Source;

    fn place(line: u32) -> Place {
        Source::new("t.v", *b"").place(line, 0)
    }

    fn port(name: &str) -> Port {
        Port { name: name.into(), width: 1, range: None, signed: None, place: place(1) }
    }

    /// y = a xor b, driven before its parts are.
    #[test]
    fn order_does_not_matter() {
        let mut g = Builder::new();
        let [a, b, middle, y] = ["a", "b", "m", "y"].map(|name| g.net(name, &place(1)));
        g.drive(y, middle, &place(2)).unwrap();
        g.drive_by_input(a, &place(1)).unwrap();
        g.drive_by_input(b, &place(1)).unwrap();
        let xor = g.xor(a, b);
        g.drive(middle, xor, &place(3)).unwrap();
        let design = g.finish(
            "t",
            vec![(port("a"), vec![a]), (port("b"), vec![b])],
            vec![(port("y"), vec![y])],
            &place(1),
        );
        let design = design.unwrap();
        assert_eq!(design.build(&mut Bits, &[true, false]), [true]);
        assert_eq!(design.build(&mut Bits, &[true, true]), [false]);
    }

    #[test]
    fn two_drivers_are_refused() {
        let mut g = Builder::new();
        let y = g.net("y", &place(1));
        let one = g.constant(true);
        g.drive(y, one, &place(2)).unwrap();
        let message = g.drive(y, one, &place(3)).unwrap_err().to_string();
        assert_eq!(message, "t.v:3: 'y' is driven twice, first at t.v:2; a net has one driver");
    }

    #[test]
    fn nets_without_a_driver_matter_where_they_are_read() {
        let mut g = Builder::new();
        let [x, y] = ["x", "y"].map(|name| g.net(name, &place(4)));
        let not = g.not(x);
        g.drive(y, not, &place(5)).unwrap();
        let error = g.clone().finish("t", vec![], vec![(port("y"), vec![y])], &place(1)).unwrap_err();
        assert!(error.to_string().starts_with("t.v:4: nothing drives 'x'"), "{error}");
        assert!(g.finish("t", vec![], vec![], &place(1)).is_ok());
    }

    #[test]
    fn loops_are_spelt_out() {
        let mut g = Builder::new();
        let [x, y] = ["x", "y"].map(|name| g.net(name, &place(4)));
        let not = g.not(x);
        g.drive(y, not, &place(5)).unwrap();
        g.drive(x, y, &place(6)).unwrap();
        let error = g.finish("t", vec![], vec![(port("y"), vec![y])], &place(1)).unwrap_err();
        assert_eq!(error.to_string(), "t.v:5: 'y' depends on itself: y <- x <- y; break the loop");
    }

    #[test]
    fn both_outputs_of_an_adder_are_one_gate() {
        let mut g = Builder::new();
        let [a, b, c] = ["a", "b", "c"].map(|name| g.net(name, &place(1)));
        [a, b, c].iter().for_each(|&net| g.drive_by_input(net, &place(1)).unwrap());
        let (sum, carry) = g.full_adder(a, b, c);
        let inputs = [("a", a), ("b", b), ("c", c)].map(|(name, net)| (port(name), vec![net]));
        let outputs = vec![(port("s"), vec![sum]), (port("k"), vec![carry])];
        let design = g.finish("t", inputs.into(), outputs, &place(1)).unwrap();
        assert_eq!(design.gate_count(), 1);
        assert_eq!(design.build(&mut Bits, &[true, true, false]), [false, true]);
    }
}
