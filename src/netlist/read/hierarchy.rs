//! Modules within modules, taken apart: what the formats share whose circuits are cells between named nets.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::{
    Design, DesignBuilder, MAX_NETS, Net, NetlistError, NetlistErrorKind, Port, SourceLocation,
};
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
pub(super) enum ModuleBit {
    /// A net, by its number among [`CellModule::nets`].
    Net(u32),
    /// Tied to a constant.
    Constant(bool),
    /// Neither zero nor one.
    Undefined,
}

/// A module with logic of a kind `L`. Nets that two ports share, and ports without nets, are fine.
#[derive(Clone, Debug)]
pub(super) struct CellModule<L> {
    pub name: Arc<str>,
    pub location: SourceLocation,
    pub inputs: Vec<(Port, Vec<ModuleBit>)>,
    pub outputs: Vec<(Port, Vec<ModuleBit>)>,
    pub nets: Vec<(Arc<str>, SourceLocation)>,
    pub cells: Vec<ModuleCell<L>>,
}

#[derive(Clone, Debug)]
pub(super) enum ModuleCell<L> {
    Logic(L),
    Instance(ModuleInstance),
}

/// A module or library cell within a module.
#[derive(Clone, Debug)]
pub(super) struct ModuleInstance {
    /// The module or cell.
    pub kind: Arc<str>,
    /// Its own name; may be empty.
    pub name: Arc<str>,
    pub location: SourceLocation,
    pub pins: Vec<(Arc<str>, Vec<ModuleBit>)>,
}

/// Logic of a format of its own.
pub(super) trait ModuleLogic {
    /// About how many bits it reads, for the limit on work.
    fn size(&self) -> usize;
    /// Adds it to the circuit.
    fn build(&self, scope: &mut InstanceScope) -> Result<(), NetlistError>;
}

/// The circuit and the nets of one instance of a module.
pub(super) struct InstanceScope<'a> {
    pub g: &'a mut DesignBuilder,
    nets: &'a [Net],
}

impl InstanceScope<'_> {
    /// The net of a bit; `owner` names in messages what reads it.
    pub fn read(&mut self, bit: ModuleBit, owner: impl FnOnce() -> String, location: &SourceLocation) -> Net {
        match bit {
            ModuleBit::Net(net) => self.nets[net as usize],
            ModuleBit::Constant(value) => axmul_api::Gates::constant(self.g, value),
            ModuleBit::Undefined => self.g.net(&clip(&format!("{UNDEFINED} {}", owner())), location),
        }
    }

    /// Connects a bit to the net that drives it. A constant or undefined bit may be driven: nobody reads it.
    pub fn drive(
        &mut self,
        bit: ModuleBit,
        source: Net,
        location: &SourceLocation,
    ) -> Result<(), NetlistError> {
        match bit {
            ModuleBit::Net(net) => self.g.drive(self.nets[net as usize], source, location),
            ModuleBit::Constant(_) | ModuleBit::Undefined => Ok(()),
        }
    }
}

/// All modules of a design.
pub(super) struct ModuleLibrary<L> {
    modules: Vec<CellModule<L>>,
    by_name: HashMap<Arc<str>, usize>,
}

impl<L: ModuleLogic> ModuleLibrary<L> {
    /// Modules, each of another name.
    pub fn new(modules: Vec<CellModule<L>>) -> Result<Self, NetlistError> {
        let mut by_name = HashMap::with_capacity(modules.len());
        for (index, module) in modules.iter().enumerate() {
            if let Some(first) = by_name.insert(module.name.clone(), index) {
                let (name, first) = (clip(&module.name), modules[first].location.clone());
                return Err(NetlistErrorKind::Duplicate { kind: "module", name, first }.at(&module.location));
            }
        }
        Ok(Self { modules, by_name })
    }

    /// The module of this name.
    pub fn named(&self, name: &str, location: &SourceLocation) -> Result<usize, NetlistError> {
        self.by_name.get(name).copied().ok_or_else(|| {
            let hint = format!("; available: {}", some(self.modules.iter().map(|module| &*module.name)));
            NetlistErrorKind::Unknown { kind: "module", name: clip(name), hint }.at(location)
        })
    }

    /// The circuit that a module is, all modules within it taken apart.
    pub fn flatten(&self, top: usize) -> Result<Design, NetlistError> {
        let mut flattening = Flattening::new(self);
        let module = &self.modules[top];
        let nets = flattening.nets(module, "");
        for (port, bits) in &module.inputs {
            for &bit in bits {
                let ModuleBit::Net(net) = bit else {
                    let message = format!("input '{}' is tied to a constant", clip(&port.name));
                    return Err(NetlistErrorKind::Other(message).at(&port.location));
                };
                flattening.g.drive_by_input(nets[net as usize], &port.location)?;
            }
        }
        flattening.fill(top, &nets, "")?;
        let mut g = flattening.g;
        let mut scope = InstanceScope { g: &mut g, nets: &nets };
        let mut ports = |ports: &[(Port, Vec<ModuleBit>)]| -> Vec<(Port, Vec<Net>)> {
            let mut net = |port: &Port, &bit: &ModuleBit| {
                scope.read(bit, || format!("of '{}'", port.name), &port.location)
            };
            ports
                .iter()
                .map(|(port, bits)| (port.clone(), bits.iter().map(|bit| net(port, bit)).collect()))
                .collect()
        };
        let (inputs, outputs) = (ports(&module.inputs), ports(&module.outputs));
        g.finish(&*module.name, inputs, outputs, &module.location).map_err(|error| match error.kind {
            NetlistErrorKind::Undriven { net } if net.starts_with(UNDEFINED) => {
                let advice = "run setundef -zero in Yosys, or connect it";
                NetlistErrorKind::unsupported(format!("{net}, which the outputs depend on,"), advice)
                    .at(&error.location)
            }
            problem => problem.at(&error.location),
        })
    }
}

struct Flattening<'a, L> {
    library: &'a ModuleLibrary<L>,
    g: DesignBuilder,
    /// The modules that are being taken apart, each within the one before.
    open: Vec<usize>,
    /// Cells and pins so far. Empty modules within each other cost no nets, but double with every level.
    work: usize,
    primitives: HashMap<Arc<str>, Primitive>,
}

impl<'a, L: ModuleLogic> Flattening<'a, L> {
    fn new(library: &'a ModuleLibrary<L>) -> Self {
        Self { library, g: DesignBuilder::new(), open: Vec::new(), work: 0, primitives: HashMap::new() }
    }

    fn nets(&mut self, module: &CellModule<L>, path: &str) -> Vec<Net> {
        module
            .nets
            .iter()
            .map(|(name, location)| self.g.net(&clip(&format!("{path}{name}")), location))
            .collect()
    }

    fn count(&mut self, work: usize, location: &SourceLocation) -> Result<(), NetlistError> {
        self.work = self.work.saturating_add(work);
        if self.work > MAX_NETS {
            let what = format!("the circuit has more than {MAX_NETS} cells and pins");
            return Err(NetlistErrorKind::TooLarge { what, limit: MAX_NETS.to_string() }.at(location));
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
            return Err(NetlistErrorKind::Other(message).at(&module.location));
        }
        if self.open.len() >= MAX_LEVELS {
            let what = format!("modules lie within each other more than {MAX_LEVELS} deep");
            return Err(NetlistErrorKind::TooLarge { what, limit: format!("{MAX_LEVELS} levels") }
                .at(&module.location));
        }
        self.open.push(index);
        for cell in &module.cells {
            if self.g.is_full() {
                break;
            }
            match cell {
                ModuleCell::Logic(logic) => {
                    self.count(1 + logic.size(), &module.location)?;
                    logic.build(&mut InstanceScope { g: &mut self.g, nets })?;
                }
                ModuleCell::Instance(instance) => {
                    let bits = instance.pins.iter().map(|(_, bits)| 1 + bits.len()).sum::<usize>();
                    self.count(1 + bits, &instance.location)?;
                    self.instance(instance, nets, path)?;
                }
            }
        }
        self.open.pop();
        Ok(())
    }

    fn instance(&mut self, instance: &ModuleInstance, nets: &[Net], path: &str) -> Result<(), NetlistError> {
        let mut pins = Pins::new(instance)?;
        if let Some(&index) = self.library.by_name.get(&instance.kind) {
            return self.module(index, pins, nets, path);
        }
        let primitive = match self.primitives.get(&*instance.kind) {
            Some(&known) => known,
            None => {
                let found = Primitive::find(&instance.kind, &instance.location)?;
                self.primitives.insert(instance.kind.clone(), found);
                found
            }
        };
        let (inputs, outputs) = (primitive.inputs(), primitive.outputs());
        let ports = inputs.iter().chain(&outputs).map(|&name| (name, Some(1)));
        pins.check(ports, |pin| primitive.is_supply(pin))?;
        let mut scope = InstanceScope { g: &mut self.g, nets };
        let mut values = Vec::with_capacity(inputs.len());
        for name in inputs {
            let bit = pins.input(name)?[0];
            values.push(scope.read(bit, || pins.owner(name), &instance.location));
        }
        let results = primitive.build(scope.g, &instance.kind, &values);
        for (name, result) in outputs.iter().zip(results) {
            if let Some(&[bit]) = pins.get(name) {
                scope.drive(bit, result, &instance.location)?;
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
        let location = &pins.instance.location;
        for (port, bits) in &module.inputs {
            let outside = pins.input(&port.name)?;
            for (&bit, &outside) in bits.iter().zip(outside) {
                let source =
                    InstanceScope { g: &mut self.g, nets }.read(outside, || pins.owner(&port.name), location);
                InstanceScope { g: &mut self.g, nets: &inner }.drive(bit, source, location)?;
            }
        }
        self.fill(index, &inner, &path)?;
        for (port, bits) in &module.outputs {
            let Some(outside) = pins.get(&port.name) else { continue };
            for (&bit, &outside) in bits.iter().zip(outside) {
                let source = InstanceScope { g: &mut self.g, nets: &inner }.read(
                    bit,
                    || pins.owner(&port.name),
                    location,
                );
                InstanceScope { g: &mut self.g, nets }.drive(outside, source, location)?;
            }
        }
        Ok(())
    }
}

/// The connections of an instance.
pub(super) struct Pins<'a> {
    instance: &'a ModuleInstance,
    by_name: HashMap<&'a str, &'a [ModuleBit]>,
}

impl<'a> Pins<'a> {
    pub fn new(instance: &'a ModuleInstance) -> Result<Self, NetlistError> {
        let mut by_name = HashMap::with_capacity(instance.pins.len());
        for (name, bits) in &instance.pins {
            if by_name.insert(&**name, &bits[..]).is_some() {
                let message =
                    format!("pin '{}' of {} is connected twice; remove one", clip(name), title(instance));
                return Err(NetlistErrorKind::Other(message).at(&instance.location));
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
                Err(NetlistErrorKind::Unknown { kind: "pin", name: clip(name), hint }
                    .at(&self.instance.location))
            }
        }
    }

    /// That a connection is as wide as its port.
    pub fn check_width(&self, name: &str, bits: &[ModuleBit], expected: usize) -> Result<(), NetlistError> {
        if bits.len() == expected {
            return Ok(());
        }
        let what = format!("the connection of pin '{}' of {}", clip(name), self.title());
        Err(NetlistErrorKind::Width { what, expected, got: bits.len() }.at(&self.instance.location))
    }

    /// The connection of a pin, unless it is open.
    pub fn get(&self, name: &str) -> Option<&'a [ModuleBit]> {
        self.by_name.get(name).copied()
    }

    /// The connection of an input, once: a port that is an output too is not driven from within.
    pub fn input(&mut self, name: &str) -> Result<&'a [ModuleBit], NetlistError> {
        self.by_name.remove(name).ok_or_else(|| {
            let (name, title) = (clip(name), self.title());
            let message =
                format!("input pin '{name}' of {title} is open; connect it or tie it to a constant");
            NetlistErrorKind::Other(message).at(&self.instance.location)
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
fn title(instance: &ModuleInstance) -> String {
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
