//! The netlists that Yosys writes with `write_json`, mapped to gates or not.
//!
//! Read are the gates within Yosys (`$_AND_` ..), its word-level cells as far as they are combinational and no
//! division (`$add`, `$mul`, `$mux` ..), library cells, and modules of the same or another text. Where Yosys noted from
//! which line of Verilog something stems, messages name that line; else they name cells and nets, for JSON has no
//! lines that anyone looks at.

mod cells;
mod document;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::{Design, NetlistError, NetlistErrorKind, Port, SourceLocation, SourceText};
use super::hierarchy::{CellModule, ModuleBit, ModuleCell, ModuleInstance, ModuleLibrary, clip, some};
use cells::WordCell;
use document::{YosysAttributes, YosysDirection, YosysDocument};

/// The largest index of a vector port, above and below zero.
const MAX_INDEX: u64 = 1 << 31;

/// Cells that say what is to be checked, not what is computed.
const SKIPPED: &[&str] =
    &["$assert", "$assume", "$live", "$fair", "$cover", "$check", "$print", "$scopeinfo", "$spec"];

/// Reads a design from one or several texts. The circuit is the module `top`, else the one that Yosys marked as such,
/// else the only one that no other uses.
pub fn read(sources: &[SourceText], top: Option<&str>) -> Result<Design, NetlistError> {
    let mut modules: Vec<LocatedModule> = Vec::new();
    let mut by_name: HashMap<Arc<str>, usize> = HashMap::new();
    for source in sources {
        for (name, module) in parse(source)?.modules.0 {
            if module.attributes.blackbox.as_ref().is_some_and(|value| value.is_set()) {
                continue;
            }
            let name: Arc<str> = name.into();
            let location = location(&module.attributes, source);
            if let Some(first) = by_name.insert(name.clone(), modules.len()) {
                let first = modules[first].location.clone();
                return Err(
                    NetlistErrorKind::Duplicate { kind: "module", name: clip(&name), first }.at(&location)
                );
            }
            modules.push(LocatedModule { name, module, location, source });
        }
    }
    let top = find_top(&modules, &by_name, top).map_err(|problem| problem.at(&super::start(sources)))?;
    // What lies beside the circuit is not looked at.
    let (mut reached, mut next) = (vec![top], 0);
    let mut seen = HashSet::from([top]);
    while let Some(&index) = reached.get(next) {
        let used = modules[index].module.cells.0.iter().filter_map(|(_, cell)| by_name.get(&*cell.kind));
        reached.extend(used.copied().filter(|&used| seen.insert(used)));
        next += 1;
    }
    let modules: Result<Vec<_>, _> = reached.iter().map(|&index| modules[index].convert(&by_name)).collect();
    ModuleLibrary::new(modules?)?.flatten(0)
}

fn parse(source: &SourceText) -> Result<YosysDocument, NetlistError> {
    serde_json::from_slice(&source.bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let text = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
        let message = format!("not what Yosys writes with write_json: {}", clip(text));
        NetlistErrorKind::Other(message).at(&source.location(line as u32, column as u32))
    })
}

/// A module, where it is from and its name.
struct LocatedModule<'a> {
    name: Arc<str>,
    module: document::YosysModule,
    location: SourceLocation,
    source: &'a SourceText,
}

fn find_top(
    modules: &[LocatedModule],
    by_name: &HashMap<Arc<str>, usize>,
    asked: Option<&str>,
) -> Result<usize, NetlistErrorKind> {
    if modules.is_empty() {
        return Err(NetlistErrorKind::expected("a module", "none"));
    }
    let names = |chosen: &[usize]| some(chosen.iter().map(|&index| &*modules[index].name));
    let all: Vec<usize> = (0..modules.len()).collect();
    if let Some(name) = asked {
        let hint = || format!("; available: {}", names(&all));
        return by_name.get(name).copied().ok_or_else(|| NetlistErrorKind::Unknown {
            kind: "module",
            name: clip(name),
            hint: hint(),
        });
    }
    let is_top =
        |&index: &usize| modules[index].module.attributes.top.as_ref().is_some_and(|top| top.is_set());
    if let [only] = all.iter().copied().filter(is_top).collect::<Vec<_>>()[..] {
        return Ok(only);
    }
    let cells = modules.iter().flat_map(|described| &described.module.cells.0);
    let used: HashSet<&str> = cells.map(|(_, cell)| &*cell.kind).collect();
    let free: Vec<usize> = all.into_iter().filter(|&index| !used.contains(&*modules[index].name)).collect();
    match free[..] {
        [only] => Ok(only),
        [] => Err(NetlistErrorKind::Top("every module is used by another; choose one with --top".into())),
        _ => Err(NetlistErrorKind::Top(format!(
            "several modules are used by no other: {}; choose one with --top",
            names(&free)
        ))),
    }
}

/// The place that Yosys noted, else the file.
fn location(attributes: &YosysAttributes, source: &SourceText) -> SourceLocation {
    let noted = || {
        let Some(document::YosysValue::Text(text)) = &attributes.src else { return None };
        let (file, position) = text.split('|').next()?.rsplit_once(':')?;
        let (line, column) = position.split('-').next()?.split_once('.').unwrap_or((position, "0"));
        Some(SourceLocation {
            file: clip(file).into(),
            line: line.parse().ok()?,
            column: column.parse().ok()?,
        })
    };
    noted().unwrap_or_else(|| source.location(0, 0))
}

impl LocatedModule<'_> {
    fn convert(&self, by_name: &HashMap<Arc<str>, usize>) -> Result<CellModule<WordCell>, NetlistError> {
        let mut nets = YosysNets::new(&self.module, self.source);
        let (mut inputs, mut outputs, mut cells) = (Vec::new(), Vec::new(), Vec::new());
        for (name, port) in &self.module.ports.0 {
            let bits: Vec<ModuleBit> = port.bits.iter().map(|&bit| nets.bit(bit)).collect();
            let location = nets.place_of_port(name).unwrap_or_else(|| self.location.clone());
            let width = bits.len();
            let problem =
                |text: String, advice: &str| Err(NetlistErrorKind::unsupported(text, advice).at(&location));
            if port.offset.unsigned_abs() > MAX_INDEX {
                return problem(
                    format!("the index {} of port '{}'", port.offset, clip(name)),
                    "count from 0",
                );
            }
            let last = port.offset + width as i64 - 1;
            let range = match (width, port.offset, port.upto) {
                (0 | 1, 0, 0) => None,
                (_, first, 0) => Some((last, first)),
                (_, first, _) => Some((first, last)),
            };
            let signed = (port.signed != 0).then_some(true);
            let described = Port { name: name.clone(), width, range, signed, location: location.clone() };
            match port.direction {
                YosysDirection::Input => inputs.push((described, bits)),
                YosysDirection::Output => outputs.push((described, bits)),
                YosysDirection::Inout => {
                    let advice = "make it an input or an output";
                    return problem(format!("the inout port '{}'", clip(name)), advice);
                }
            }
        }
        for (name, cell) in &self.module.cells.0 {
            if SKIPPED.iter().any(|skipped| cell.kind.starts_with(skipped)) {
                continue;
            }
            let location = location(&cell.attributes, self.source);
            let mut pins = Vec::with_capacity(cell.connections.0.len());
            for (pin, bits) in &cell.connections.0 {
                pins.push((Arc::from(&**pin), bits.iter().map(|&bit| nets.bit(bit)).collect::<Vec<_>>()));
            }
            let kind: Arc<str> = cell.kind.as_str().into();
            let instance = ModuleInstance { kind, name: name.as_str().into(), location, pins };
            let is_module = by_name.contains_key(&*cell.kind);
            cells.push(match cells::find(&cell.kind).filter(|_| !is_module) {
                Some(operation) => ModuleCell::Logic(WordCell::new(operation, &instance, &cell.parameters)?),
                None => ModuleCell::Instance(instance),
            });
        }
        let (name, location) = (self.name.clone(), self.location.clone());
        Ok(CellModule { name, location, inputs, outputs, nets: nets.nets, cells })
    }
}

/// The nets of a module: Yosys numbers them, and names the numbers.
struct YosysNets<'a> {
    names: HashMap<u64, (Arc<str>, SourceLocation)>,
    by_number: HashMap<u64, u32>,
    nets: Vec<(Arc<str>, SourceLocation)>,
    module: &'a document::YosysModule,
    source: &'a SourceText,
}

impl<'a> YosysNets<'a> {
    fn new(module: &'a document::YosysModule, source: &'a SourceText) -> Self {
        let mut names = HashMap::new();
        for hidden in [false, true] {
            let named = module.netnames.0.iter().filter(|(_, net)| (net.hide_name != 0) == hidden);
            for (name, net) in named {
                let location = location(&net.attributes, source);
                let name = clip(name);
                for (index, &bit) in net.bits.iter().enumerate() {
                    let document::YosysBit::Net(number) = bit else { continue };
                    let index = if net.upto == 0 { index } else { net.bits.len() - 1 - index };
                    names.entry(number).or_insert_with(|| {
                        let index = net.offset.saturating_add(index as i64);
                        let scalar = net.bits.len() == 1 && index == 0;
                        let name = if scalar { name.clone() } else { format!("{name}[{index}]") };
                        (name.into(), location.clone())
                    });
                }
            }
        }
        Self { names, by_number: HashMap::new(), nets: Vec::new(), module, source }
    }

    fn place_of_port(&self, name: &str) -> Option<SourceLocation> {
        self.module.netnames.get(name).map(|net| location(&net.attributes, self.source))
    }

    fn bit(&mut self, bit: document::YosysBit) -> ModuleBit {
        let number = match bit {
            document::YosysBit::Net(number) => number,
            document::YosysBit::Constant(value) => return ModuleBit::Constant(value),
            document::YosysBit::Undefined => return ModuleBit::Undefined,
        };
        let Self { names, by_number, nets, source, .. } = self;
        ModuleBit::Net(*by_number.entry(number).or_insert_with(|| {
            let named = names.remove(&number);
            nets.push(named.unwrap_or_else(|| (format!("net {number}").into(), source.location(0, 0))));
            nets.len() as u32 - 1
        }))
    }
}
