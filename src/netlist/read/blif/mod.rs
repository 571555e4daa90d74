//! The Berkeley Logic Interchange Format, as ABC, Yosys and SIS write it.
//!
//! Read are models of `.names` (on-set and off-set covers), `.subckt` of models of the same or another text, `.gate`
//! and `.subckt` of library cells and of Yosys' gates, and connections (`.conn` of Yosys, `.short` of ABC). What says
//! how to draw, time or annotate is skipped; registers and latches are refused.

mod cover;
mod lines;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use super::super::{Design, NetlistError, NetlistErrorKind, Port, SourceLocation, SourceText};
use super::hierarchy::{CellModule, ModuleBit, ModuleCell, ModuleInstance, ModuleLibrary, clip};
use cover::{BlifLogic, NamesCover, NamesFunctions};
use lines::{BlifWord, WordLines};

/// Directives that say nothing about the logic.
const SKIPPED: &[&str] = &[
    ".attr",
    ".param",
    ".clock",
    ".area",
    ".delay",
    ".wire_load_slope",
    ".wire",
    ".input_arrival",
    ".default_input_arrival",
    ".output_required",
    ".default_output_required",
    ".input_drive",
    ".default_input_drive",
    ".output_load",
    ".default_output_load",
    ".max_input_load",
    ".default_max_input_load",
    ".no_merge",
];

/// Reads a design from one or several texts. The circuit is the model `top`, else, as the format has it, the first
/// of the first text.
pub fn read(sources: &[SourceText], top: Option<&str>) -> Result<Design, NetlistError> {
    let mut modules = Vec::new();
    let mut covers = NamesFunctions::default();
    for source in sources {
        let text = String::from_utf8_lossy(&source.bytes);
        BlifReader { source, covers: &mut covers, modules: &mut modules, model: None }.read(&text)?;
    }
    let location = super::start(sources);
    if modules.is_empty() {
        return Err(NetlistErrorKind::expected("a .model with its logic", "none").at(&location));
    }
    let library = ModuleLibrary::new(modules)?;
    let index = top.map_or(Ok(0), |name| library.named(name, &location))?;
    library.flatten(index)
}

/// A model that is being read.
struct BlifModel {
    module: CellModule<BlifLogic>,
    nets: HashMap<Arc<str>, u32>,
    /// Where a net was declared an input, and an output.
    ports: [HashMap<u32, SourceLocation>; 2],
    /// A declaration only: what is within is found elsewhere.
    is_black_box: bool,
}

impl BlifModel {
    fn new(name: &str, location: SourceLocation) -> Self {
        let (inputs, outputs, nets, cells) = Default::default();
        let module = CellModule { name: name.into(), location, inputs, outputs, nets, cells };
        Self { module, nets: HashMap::new(), ports: Default::default(), is_black_box: false }
    }

    fn net(&mut self, name: &str, location: SourceLocation) -> u32 {
        if let Some(&net) = self.nets.get(name) {
            return net;
        }
        let name: Arc<str> = name.into();
        let net = self.module.nets.len() as u32;
        self.module.nets.push((name.clone(), location));
        self.nets.insert(name, net);
        net
    }
}

struct BlifReader<'a> {
    source: &'a SourceText,
    covers: &'a mut NamesFunctions,
    modules: &'a mut Vec<CellModule<BlifLogic>>,
    model: Option<BlifModel>,
}

impl BlifReader<'_> {
    fn location(&self, word: BlifWord) -> SourceLocation {
        self.source.location(word.line, word.column)
    }

    fn read(mut self, text: &str) -> Result<(), NetlistError> {
        let mut cover: Option<NamesCover> = None;
        for words in WordLines::new(text) {
            let Some((&first, rest)) = words.split_first() else { continue };
            if !first.text.starts_with('.') {
                match &mut cover {
                    Some(cover) => cover.row(self.source, &words)?,
                    None => {
                        let expected = "a line that begins with a dot, or a row below .names";
                        let got = format!("'{}'", clip(first.text));
                        return Err(NetlistErrorKind::expected(expected, got).at(&self.location(first)));
                    }
                }
                continue;
            }
            self.end_cover(cover.take());
            if first.text == ".names" {
                let location = self.location(first);
                let nets = self.nets(first, rest)?;
                cover =
                    Some(NamesCover::new(nets, location.clone()).map_err(|problem| problem.at(&location))?);
            } else {
                self.directive(first, rest)?;
            }
        }
        self.end_cover(cover);
        self.end_model();
        Ok(())
    }

    fn end_cover(&mut self, cover: Option<NamesCover>) {
        if let (Some(cover), Some(model)) = (cover, &mut self.model) {
            model.module.cells.push(ModuleCell::Logic(self.covers.logic(cover)));
        }
    }

    fn end_model(&mut self) {
        if let Some(mut model) = self.model.take().filter(|model| !model.is_black_box) {
            cover::find_adders(&mut model.module.cells);
            self.modules.push(model.module);
        }
    }

    /// The model that a line belongs to. A text may begin without one.
    fn model(&mut self, word: BlifWord) -> &mut BlifModel {
        let location = self.location(word);
        self.model.get_or_insert_with(|| BlifModel::new(&self.source.name, location))
    }

    fn nets(&mut self, first: BlifWord, words: &[BlifWord]) -> Result<Vec<u32>, NetlistError> {
        let locations: Vec<SourceLocation> = words.iter().map(|&word| self.location(word)).collect();
        let model = self.model(first);
        Ok(words.iter().zip(locations).map(|(word, location)| model.net(word.text, location)).collect())
    }

    fn directive(&mut self, first: BlifWord, rest: &[BlifWord]) -> Result<(), NetlistError> {
        let unsupported = |advice: &str| NetlistErrorKind::unsupported(clip(first.text), advice);
        let problem = match first.text {
            ".model" => match rest {
                [name, ..] => {
                    self.end_model();
                    self.model = Some(BlifModel::new(name.text, self.location(*name)));
                    return Ok(());
                }
                [] => NetlistErrorKind::expected("a name after .model", "none"),
            },
            ".inputs" | ".outputs" => return self.ports(first, rest),
            ".subckt" | ".gate" => return self.instance(first, rest),
            // The source, then what it drives.
            ".conn" | ".short" | ".barbuf" => match rest {
                &[source, driven] => {
                    let nets = self.nets(first, &[source, driven])?;
                    let logic = self.covers.buffer(nets[0], nets[1], self.location(first));
                    self.model(first).module.cells.push(ModuleCell::Logic(logic));
                    return Ok(());
                }
                _ => NetlistErrorKind::expected(
                    format!("two nets after {}", first.text),
                    rest.len().to_string(),
                ),
            },
            ".cname" => {
                let cell = self.model(first).module.cells.last_mut();
                if let (Some(ModuleCell::Instance(instance)), [name, ..]) = (cell, rest) {
                    instance.name = name.text.into();
                }
                return Ok(());
            }
            ".end" => {
                self.end_model();
                return Ok(());
            }
            ".blackbox" => {
                self.model(first).is_black_box = true;
                return Ok(());
            }
            ".latch" | ".mlatch" | ".start_kiss" | ".fsm" => {
                NetlistErrorKind::Sequential { what: format!("a {}", first.text) }
            }
            ".exdc" => unsupported("remove the external don't-cares, which leave products open"),
            ".search" => unsupported("add that file with --with"),
            skipped if SKIPPED.contains(&skipped) => return Ok(()),
            _ => unsupported("write the circuit again with write_blif of ABC or Yosys"),
        };
        Err(problem.at(&self.location(first)))
    }

    fn ports(&mut self, first: BlifWord, words: &[BlifWord]) -> Result<(), NetlistError> {
        let is_output = first.text == ".outputs";
        for &word in words {
            let location = self.location(word);
            let model = self.model(first);
            let net = model.net(word.text, location.clone());
            if let Some(first) = model.ports[usize::from(is_output)].insert(net, location.clone()) {
                let kind = if is_output { "output" } else { "input" };
                return Err(NetlistErrorKind::Duplicate { kind, name: clip(word.text), first }.at(&location));
            }
            let port = Port { name: word.text.into(), width: 1, range: None, signed: None, location };
            let ports = if is_output { &mut model.module.outputs } else { &mut model.module.inputs };
            ports.push((port, vec![ModuleBit::Net(net)]));
        }
        Ok(())
    }

    fn instance(&mut self, first: BlifWord, words: &[BlifWord]) -> Result<(), NetlistError> {
        let Some((kind, connections)) = words.split_first() else {
            let problem = NetlistErrorKind::expected(format!("a model or cell after {}", first.text), "none");
            return Err(problem.at(&self.location(first)));
        };
        let mut pins = Vec::with_capacity(connections.len());
        for &word in connections {
            let Some((pin, net)) = word.text.split_once('=').filter(|(pin, _)| !pin.is_empty()) else {
                let problem = NetlistErrorKind::expected("pin=net", format!("'{}'", clip(word.text)));
                return Err(problem.at(&self.location(word)));
            };
            // Yosys writes `pin=` for one that is open.
            if !net.is_empty() {
                let location = self.location(word);
                pins.push((pin.into(), vec![ModuleBit::Net(self.model(first).net(net, location))]));
            }
        }
        let location = self.location(*kind);
        let instance = ModuleInstance { kind: kind.text.into(), name: "".into(), location, pins };
        self.model(first).module.cells.push(ModuleCell::Instance(instance));
        Ok(())
    }
}
