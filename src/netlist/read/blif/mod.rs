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

use super::super::{Design, NetlistError, Place, Port, Problem, Source};
use super::hierarchy::{Bit, Cell, Instance, Library, Module, clip};
use cover::{Cover, Covers, Logic};
use lines::{Word, WordLines};

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
pub fn read(sources: &[Source], top: Option<&str>) -> Result<Design, NetlistError> {
    let mut modules = Vec::new();
    let mut covers = Covers::default();
    for source in sources {
        let text = String::from_utf8_lossy(&source.bytes);
        Reader { source, covers: &mut covers, modules: &mut modules, model: None }.read(&text)?;
    }
    let place = super::start(sources);
    if modules.is_empty() {
        return Err(Problem::expected("a .model with its logic", "none").at(&place));
    }
    let library = Library::new(modules)?;
    let index = top.map_or(Ok(0), |name| library.named(name, &place))?;
    library.flatten(index)
}

/// A model that is being read.
struct Model {
    module: Module<Logic>,
    nets: HashMap<Arc<str>, u32>,
    /// Where a net was declared an input, and an output.
    ports: [HashMap<u32, Place>; 2],
    /// A declaration only: what is within is found elsewhere.
    is_black_box: bool,
}

impl Model {
    fn new(name: &str, place: Place) -> Self {
        let (inputs, outputs, nets, cells) = Default::default();
        let module = Module { name: name.into(), place, inputs, outputs, nets, cells };
        Self { module, nets: HashMap::new(), ports: Default::default(), is_black_box: false }
    }

    fn net(&mut self, name: &str, place: Place) -> u32 {
        if let Some(&net) = self.nets.get(name) {
            return net;
        }
        let name: Arc<str> = name.into();
        let net = self.module.nets.len() as u32;
        self.module.nets.push((name.clone(), place));
        self.nets.insert(name, net);
        net
    }
}

struct Reader<'a> {
    source: &'a Source,
    covers: &'a mut Covers,
    modules: &'a mut Vec<Module<Logic>>,
    model: Option<Model>,
}

impl Reader<'_> {
    fn place(&self, word: Word) -> Place {
        self.source.place(word.line, word.column)
    }

    fn read(mut self, text: &str) -> Result<(), NetlistError> {
        let mut cover: Option<Cover> = None;
        for words in WordLines::new(text) {
            let Some((&first, rest)) = words.split_first() else { continue };
            if !first.text.starts_with('.') {
                match &mut cover {
                    Some(cover) => cover.row(self.source, &words)?,
                    None => {
                        let expected = "a line that begins with a dot, or a row below .names";
                        let got = format!("'{}'", clip(first.text));
                        return Err(Problem::expected(expected, got).at(&self.place(first)));
                    }
                }
                continue;
            }
            self.end_cover(cover.take());
            if first.text == ".names" {
                let place = self.place(first);
                let nets = self.nets(first, rest)?;
                cover = Some(Cover::new(nets, place.clone()).map_err(|problem| problem.at(&place))?);
            } else {
                self.directive(first, rest)?;
            }
        }
        self.end_cover(cover);
        self.end_model();
        Ok(())
    }

    fn end_cover(&mut self, cover: Option<Cover>) {
        if let (Some(cover), Some(model)) = (cover, &mut self.model) {
            model.module.cells.push(Cell::Logic(self.covers.logic(cover)));
        }
    }

    fn end_model(&mut self) {
        if let Some(mut model) = self.model.take().filter(|model| !model.is_black_box) {
            cover::find_adders(&mut model.module.cells);
            self.modules.push(model.module);
        }
    }

    /// The model that a line belongs to. A text may begin without one.
    fn model(&mut self, word: Word) -> &mut Model {
        let place = self.place(word);
        self.model.get_or_insert_with(|| Model::new(&self.source.name, place))
    }

    fn nets(&mut self, first: Word, words: &[Word]) -> Result<Vec<u32>, NetlistError> {
        let places: Vec<Place> = words.iter().map(|&word| self.place(word)).collect();
        let model = self.model(first);
        Ok(words.iter().zip(places).map(|(word, place)| model.net(word.text, place)).collect())
    }

    fn directive(&mut self, first: Word, rest: &[Word]) -> Result<(), NetlistError> {
        let unsupported = |advice: &str| Problem::unsupported(clip(first.text), advice);
        let problem = match first.text {
            ".model" => match rest {
                [name, ..] => {
                    self.end_model();
                    self.model = Some(Model::new(name.text, self.place(*name)));
                    return Ok(());
                }
                [] => Problem::expected("a name behind .model", "none"),
            },
            ".inputs" | ".outputs" => return self.ports(first, rest),
            ".subckt" | ".gate" => return self.instance(first, rest),
            // The source, then what it drives.
            ".conn" | ".short" | ".barbuf" => match rest {
                &[source, driven] => {
                    let nets = self.nets(first, &[source, driven])?;
                    let logic = self.covers.buffer(nets[0], nets[1], self.place(first));
                    self.model(first).module.cells.push(Cell::Logic(logic));
                    return Ok(());
                }
                _ => Problem::expected(format!("two nets behind {}", first.text), rest.len().to_string()),
            },
            ".cname" => {
                let cell = self.model(first).module.cells.last_mut();
                if let (Some(Cell::Instance(instance)), [name, ..]) = (cell, rest) {
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
                Problem::Sequential { what: format!("a {}", first.text) }
            }
            ".exdc" => unsupported("remove the external don't-cares, which leave products open"),
            ".search" => unsupported("name that file with --with"),
            skipped if SKIPPED.contains(&skipped) => return Ok(()),
            _ => unsupported("write the circuit again with write_blif of ABC or Yosys"),
        };
        Err(problem.at(&self.place(first)))
    }

    fn ports(&mut self, first: Word, words: &[Word]) -> Result<(), NetlistError> {
        let is_output = first.text == ".outputs";
        for &word in words {
            let place = self.place(word);
            let model = self.model(first);
            let net = model.net(word.text, place.clone());
            if let Some(first) = model.ports[usize::from(is_output)].insert(net, place.clone()) {
                let kind = if is_output { "output" } else { "input" };
                return Err(Problem::Duplicate { kind, name: clip(word.text), first }.at(&place));
            }
            let port = Port { name: word.text.into(), width: 1, range: None, signed: None, place };
            let ports = if is_output { &mut model.module.outputs } else { &mut model.module.inputs };
            ports.push((port, vec![Bit::Net(net)]));
        }
        Ok(())
    }

    fn instance(&mut self, first: Word, words: &[Word]) -> Result<(), NetlistError> {
        let Some((kind, connections)) = words.split_first() else {
            let problem = Problem::expected(format!("a model or cell behind {}", first.text), "none");
            return Err(problem.at(&self.place(first)));
        };
        let mut pins = Vec::with_capacity(connections.len());
        for &word in connections {
            let Some((pin, net)) = word.text.split_once('=').filter(|(pin, _)| !pin.is_empty()) else {
                let problem = Problem::expected("pin=net", format!("'{}'", clip(word.text)));
                return Err(problem.at(&self.place(word)));
            };
            // Yosys writes `pin=` for one that is open.
            if !net.is_empty() {
                let place = self.place(word);
                pins.push((pin.into(), vec![Bit::Net(self.model(first).net(net, place))]));
            }
        }
        let place = self.place(*kind);
        let instance = Instance { kind: kind.text.into(), name: "".into(), place, pins };
        self.model(first).module.cells.push(Cell::Instance(instance));
        Ok(())
    }
}
