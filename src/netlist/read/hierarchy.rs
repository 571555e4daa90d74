//! Modules within modules, taken apart: what the formats share whose circuits are cells between named nets.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::{Builder, Design, MAX_NETS, Net, NetlistError, Place, Port, Problem};
use super::primitives::Primitive;

/// The most levels of modules within modules.
const MAX_LEVELS: usize = 200;

/// The most names that a message lists.
const SHOWN: usize = 8;

/// The longest name of a net, in bytes: a small text may hold a long name and use it a million times.
const MAX_NAME: usize = 100;

/// How the net is called that stands for an undefined bit.
const UNDEFINED: &str = "undefined bit (x)";

/// A bit within a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Bit {
    /// A net, by its number among [`Module::nets`].
    Net(u32),
    /// Tied to a constant.
    Constant(bool),
    /// Neither zero nor one.
    Undefined,
}

/// A module with logic of a kind `L`. Nets that two ports share, and ports without nets, are fine.
#[derive(Clone, Debug)]
pub(super) struct Module<L> {
    pub name: Arc<str>,
    pub place: Place,
    pub inputs: Vec<(Port, Vec<Bit>)>,
    pub outputs: Vec<(Port, Vec<Bit>)>,
    pub nets: Vec<(Arc<str>, Place)>,
    pub cells: Vec<Cell<L>>,
}

#[derive(Clone, Debug)]
pub(super) enum Cell<L> {
    Logic(L),
    Instance(Instance),
}

/// A module or library cell within a module.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    /// The module or cell.
    pub kind: Arc<str>,
    /// Its own name; may be empty.
    pub name: Arc<str>,
    pub place: Place,
    pub pins: Vec<(Arc<str>, Vec<Bit>)>,
}

/// Logic of a format of its own.
pub(super) trait Logic {
    /// About how many bits it reads, for the limit on work.
    fn size(&self) -> usize;
    /// Adds it to the circuit.
    fn build(&self, scope: &mut Scope) -> Result<(), NetlistError>;
}

/// The circuit and the nets of one instance of a module.
pub(super) struct Scope<'a> {
    pub g: &'a mut Builder,
    nets: &'a [Net],
}

impl Scope<'_> {
    /// The net of a bit; `owner` names in messages what reads it.
    pub fn read(&mut self, bit: Bit, owner: impl FnOnce() -> String, place: &Place) -> Net {
        match bit {
            Bit::Net(net) => self.nets[net as usize],
            Bit::Constant(value) => axmul_api::Gates::constant(self.g, value),
            Bit::Undefined => self.g.net(&clip(&format!("{UNDEFINED} {}", owner())), place),
        }
    }

    /// Connects a bit to the net that drives it. A constant or undefined bit may be driven: nobody reads it.
    pub fn drive(&mut self, bit: Bit, source: Net, place: &Place) -> Result<(), NetlistError> {
        match bit {
            Bit::Net(net) => self.g.drive(self.nets[net as usize], source, place),
            Bit::Constant(_) | Bit::Undefined => Ok(()),
        }
    }
}

/// All modules of a design.
pub(super) struct Library<L> {
    modules: Vec<Module<L>>,
    by_name: HashMap<Arc<str>, usize>,
}

impl<L: Logic> Library<L> {
    /// Modules, each of another name.
    pub fn new(modules: Vec<Module<L>>) -> Result<Self, NetlistError> {
        let mut by_name = HashMap::with_capacity(modules.len());
        for (index, module) in modules.iter().enumerate() {
            if let Some(first) = by_name.insert(module.name.clone(), index) {
                let (name, first) = (clip(&module.name), modules[first].place.clone());
                return Err(Problem::Duplicate { kind: "module", name, first }.at(&module.place));
            }
        }
        Ok(Self { modules, by_name })
    }

    /// The module of this name.
    pub fn named(&self, name: &str, place: &Place) -> Result<usize, NetlistError> {
        self.by_name.get(name).copied().ok_or_else(|| {
            let hint = format!("; there are {}", some(self.modules.iter().map(|module| &*module.name)));
            Problem::Unknown { kind: "module", name: clip(name), hint }.at(place)
        })
    }

    /// The circuit that a module is, all modules within it taken apart.
    pub fn flatten(&self, top: usize) -> Result<Design, NetlistError> {
        let mut flattening = Flattening::new(self);
        let module = &self.modules[top];
        let nets = flattening.nets(module, "");
        for (port, bits) in &module.inputs {
            for &bit in bits {
                let Bit::Net(net) = bit else {
                    let message = format!("input '{}' is tied to a constant", clip(&port.name));
                    return Err(Problem::Other(message).at(&port.place));
                };
                flattening.g.drive_by_input(nets[net as usize], &port.place)?;
            }
        }
        flattening.fill(top, &nets, "")?;
        let mut g = flattening.g;
        let mut scope = Scope { g: &mut g, nets: &nets };
        let mut ports = |ports: &[(Port, Vec<Bit>)]| -> Vec<(Port, Vec<Net>)> {
            let mut net =
                |port: &Port, &bit: &Bit| scope.read(bit, || format!("of '{}'", port.name), &port.place);
            ports
                .iter()
                .map(|(port, bits)| (port.clone(), bits.iter().map(|bit| net(port, bit)).collect()))
                .collect()
        };
        let (inputs, outputs) = (ports(&module.inputs), ports(&module.outputs));
        g.finish(&*module.name, inputs, outputs, &module.place).map_err(|error| match error.problem {
            Problem::Undriven { net } if net.starts_with(UNDEFINED) => {
                let advice = "run setundef -zero in Yosys, or connect it";
                Problem::unsupported(format!("{net}, which the outputs depend on,"), advice).at(&error.place)
            }
            problem => problem.at(&error.place),
        })
    }
}

struct Flattening<'a, L> {
    library: &'a Library<L>,
    g: Builder,
    /// The modules that are being taken apart, each within the one before.
    open: Vec<usize>,
    /// Cells and pins so far. Empty modules within each other cost no nets, but double with every level.
    work: usize,
    primitives: HashMap<Arc<str>, Primitive>,
}

impl<'a, L: Logic> Flattening<'a, L> {
    fn new(library: &'a Library<L>) -> Self {
        Self { library, g: Builder::new(), open: Vec::new(), work: 0, primitives: HashMap::new() }
    }

    fn nets(&mut self, module: &Module<L>, path: &str) -> Vec<Net> {
        module.nets.iter().map(|(name, place)| self.g.net(&clip(&format!("{path}{name}")), place)).collect()
    }

    fn count(&mut self, work: usize, place: &Place) -> Result<(), NetlistError> {
        self.work = self.work.saturating_add(work);
        if self.work > MAX_NETS {
            let what = format!("the circuit has more than {MAX_NETS} cells and pins");
            return Err(Problem::TooLarge { what, limit: MAX_NETS.to_string() }.at(place));
        }
        Ok(())
    }

    /// Adds what is within a module, whose nets these are.
    fn fill(&mut self, index: usize, nets: &[Net], path: &str) -> Result<(), NetlistError> {
        let module = &self.library.modules[index];
        if let Some(at) = self.open.iter().position(|&open| open == index) {
            let around = self.open[at..].iter().chain([&index]).take(SHOWN);
            let names: Vec<String> = around.map(|&index| clip(&self.library.modules[index].name)).collect();
            let message = format!("module '{}' contains itself: {}", clip(&module.name), names.join(" > "));
            return Err(Problem::Other(message).at(&module.place));
        }
        if self.open.len() >= MAX_LEVELS {
            let what = format!("modules lie within each other more than {MAX_LEVELS} deep");
            return Err(Problem::TooLarge { what, limit: format!("{MAX_LEVELS} levels") }.at(&module.place));
        }
        self.open.push(index);
        for cell in &module.cells {
            if self.g.is_full() {
                break;
            }
            match cell {
                Cell::Logic(logic) => {
                    self.count(1 + logic.size(), &module.place)?;
                    logic.build(&mut Scope { g: &mut self.g, nets })?;
                }
                Cell::Instance(instance) => {
                    let bits = instance.pins.iter().map(|(_, bits)| 1 + bits.len()).sum::<usize>();
                    self.count(1 + bits, &instance.place)?;
                    self.instance(instance, nets, path)?;
                }
            }
        }
        self.open.pop();
        Ok(())
    }

    fn instance(&mut self, instance: &Instance, nets: &[Net], path: &str) -> Result<(), NetlistError> {
        let mut pins = Pins::new(instance)?;
        if let Some(&index) = self.library.by_name.get(&instance.kind) {
            return self.module(index, pins, nets, path);
        }
        let primitive = match self.primitives.get(&*instance.kind) {
            Some(&known) => known,
            None => {
                let found = Primitive::find(&instance.kind, &instance.place)?;
                self.primitives.insert(instance.kind.clone(), found);
                found
            }
        };
        let (inputs, outputs) = (primitive.inputs(), primitive.outputs());
        let ports = inputs.iter().chain(&outputs).map(|&name| (name, Some(1)));
        pins.check(ports, |pin| primitive.is_supply(pin))?;
        let mut scope = Scope { g: &mut self.g, nets };
        let mut values = Vec::with_capacity(inputs.len());
        for name in inputs {
            let bit = pins.input(name)?[0];
            values.push(scope.read(bit, || pins.owner(name), &instance.place));
        }
        let results = primitive.build(scope.g, &instance.kind, &values);
        for (name, result) in outputs.iter().zip(results) {
            if let Some(&[bit]) = pins.get(name) {
                scope.drive(bit, result, &instance.place)?;
            }
        }
        Ok(())
    }

    fn module(&mut self, index: usize, mut pins: Pins, nets: &[Net], path: &str) -> Result<(), NetlistError> {
        let module = &self.library.modules[index];
        let ports = || module.inputs.iter().chain(&module.outputs);
        pins.check(ports().map(|(port, _)| (&*port.name, Some(port.width))), |_| false)?;
        let path = match &*pins.instance.name {
            "" => path.to_owned(),
            name => clip(&format!("{path}{name}.")),
        };
        let inner = self.nets(module, &path);
        let place = &pins.instance.place;
        for (port, bits) in &module.inputs {
            let outside = pins.input(&port.name)?;
            for (&bit, &outside) in bits.iter().zip(outside) {
                let source = Scope { g: &mut self.g, nets }.read(outside, || pins.owner(&port.name), place);
                Scope { g: &mut self.g, nets: &inner }.drive(bit, source, place)?;
            }
        }
        self.fill(index, &inner, &path)?;
        for (port, bits) in &module.outputs {
            let Some(outside) = pins.get(&port.name) else { continue };
            for (&bit, &outside) in bits.iter().zip(outside) {
                let source =
                    Scope { g: &mut self.g, nets: &inner }.read(bit, || pins.owner(&port.name), place);
                Scope { g: &mut self.g, nets }.drive(outside, source, place)?;
            }
        }
        Ok(())
    }
}

/// The connections of an instance.
pub(super) struct Pins<'a> {
    instance: &'a Instance,
    by_name: HashMap<&'a str, &'a [Bit]>,
}

impl<'a> Pins<'a> {
    pub fn new(instance: &'a Instance) -> Result<Self, NetlistError> {
        let mut by_name = HashMap::with_capacity(instance.pins.len());
        for (name, bits) in &instance.pins {
            if by_name.insert(&**name, &bits[..]).is_some() {
                let message =
                    format!("pin '{}' of {} is connected twice; remove one", clip(name), title(instance));
                return Err(Problem::Other(message).at(&instance.place));
            }
        }
        Ok(Self { instance, by_name })
    }

    /// That every connection belongs to one of these ports and is as wide, where that is known, but for those to
    /// `skip`.
    pub fn check<'b>(
        &self,
        ports: impl Iterator<Item = (&'b str, Option<usize>)>,
        skip: impl Fn(&str) -> bool,
    ) -> Result<(), NetlistError> {
        let mut known = HashSet::new();
        let mut names = Vec::new();
        for (name, width) in ports {
            known.insert(name);
            if names.len() <= SHOWN {
                names.push(name);
            }
            if let (Some(bits), Some(width)) = (self.by_name.get(name), width) {
                self.check_width(name, bits, width)?;
            }
        }
        match self.instance.pins.iter().find(|(name, _)| !known.contains(&**name) && !skip(name)) {
            None => Ok(()),
            Some((name, _)) => {
                let hint = format!("; '{}' has {}", clip(&self.instance.kind), some(names.into_iter()));
                Err(Problem::Unknown { kind: "pin", name: clip(name), hint }.at(&self.instance.place))
            }
        }
    }

    /// That a connection is as wide as its port.
    pub fn check_width(&self, name: &str, bits: &[Bit], expected: usize) -> Result<(), NetlistError> {
        if bits.len() == expected {
            return Ok(());
        }
        let what = format!("the connection of pin '{}' of {}", clip(name), self.title());
        Err(Problem::Width { what, expected, got: bits.len() }.at(&self.instance.place))
    }

    /// The connection of a pin, unless it is open.
    pub fn get(&self, name: &str) -> Option<&'a [Bit]> {
        self.by_name.get(name).copied()
    }

    /// The connection of an input, once: a port that is an output too is not driven from within.
    pub fn input(&mut self, name: &str) -> Result<&'a [Bit], NetlistError> {
        self.by_name.remove(name).ok_or_else(|| {
            let (name, title) = (clip(name), self.title());
            let message =
                format!("input pin '{name}' of {title} is open; connect it or tie it to a constant");
            Problem::Other(message).at(&self.instance.place)
        })
    }

    /// What an undefined bit belongs to.
    fn owner(&self, pin: &str) -> String {
        format!("at pin '{}' of {}", clip(pin), self.title())
    }

    /// How messages name the instance.
    pub fn title(&self) -> String {
        title(self.instance)
    }
}

/// How messages name an instance.
fn title(instance: &Instance) -> String {
    match &*instance.name {
        "" => format!("'{}'", clip(&instance.kind)),
        name => format!("'{}' ({})", clip(name), clip(&instance.kind)),
    }
}

/// The first of several names, separated by commas.
pub(super) fn some<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut shown: Vec<String> = names.take(SHOWN + 1).map(clip).collect();
    if shown.len() > SHOWN {
        shown[SHOWN] = "others".into();
    }
    if shown.is_empty() { "none".into() } else { shown.join(", ") }
}

/// A name that is not longer than messages bear.
pub(super) fn clip(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    let end = (0..=MAX_NAME).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
    format!("{}..", &name[..end])
}
