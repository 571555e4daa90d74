//! From the file to plain layers: parameters filled in, blocks and repeats written out.

use std::collections::{BTreeMap, HashMap};

use super::expression::{Expression, Scope, fill_in};
use super::file::{Block, Item, NetworkFile};
use super::layer::{LayerDescription, OneOrMany, Pair, Source};
use axmul_support::yaml::YamlStep;

/// The most layers that a network may have.
const LAYERS: usize = 10_000;
/// The most items that are looked at for them: blocks may use blocks, many times each.
const ITEMS: usize = 100_000;
/// How deep blocks may use blocks.
const DEPTH: usize = 16;
/// The longest name of a layer, in bytes.
const NAME: usize = 200;

/// What does not fit, and where.
#[derive(Debug)]
pub struct Misfit {
    /// The way to it in the file.
    pub steps: Vec<YamlStep>,
    /// The layer, as far as its name is known; empty if it is none.
    pub layer: String,
    /// What was expected and what came.
    pub problem: String,
}

/// A network written out.
#[derive(Debug)]
pub struct Expanded {
    /// Channels, rows and columns of an image.
    pub input: [usize; 3],
    /// Number of classes.
    pub classes: usize,
    /// The layers in order.
    pub layers: Vec<LayerDescription>,
    /// Where each stands in the file.
    pub steps: Vec<Vec<YamlStep>>,
}

/// Writes a network out with these parameters, which are those of the file, overridden or not.
pub fn expand(file: &NetworkFile, parameters: &BTreeMap<String, i64>) -> Result<Expanded, Misfit> {
    let misfit =
        |steps: &[YamlStep], problem| Misfit { steps: steps.to_vec(), layer: String::new(), problem };
    let key = |name: &str| YamlStep::Key(name.to_owned());
    let blocks = file.blocks.iter().flat_map(|(name, block)| {
        let steps = vec![key("blocks"), key(name), key("parameters")];
        block.parameters.keys().map(move |parameter| (steps.clone(), parameter))
    });
    let own = file.parameters.keys().map(|parameter| (vec![key("parameters")], parameter));
    for (steps, parameter) in own.chain(blocks) {
        let word = parameter.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
        if !word || parameter.bytes().next().is_none_or(|c| c.is_ascii_digit()) {
            let expected = "expected letters, digits and _, the first no digit";
            return Err(misfit(&steps, format!("'{parameter}' cannot name a parameter; {expected}")));
        }
    }
    let scope = Scope { own: BTreeMap::new(), network: Some(parameters) };
    let mut input = [0; 3];
    for (axis, size) in file.input.iter().enumerate() {
        let steps = [key("input"), YamlStep::Item(axis)];
        input[axis] = size.size(&scope).map_err(|problem| misfit(&steps, problem))?;
    }
    let classes = file.classes.size(&scope).map_err(|problem| misfit(&[key("classes")], problem))?;
    let mut expander =
        Expander { file, parameters, outputs: HashMap::new(), layers: vec![], steps: vec![], items: 0 };
    let place = Place { steps: vec![key("layers")], prefix: String::new(), input: Source::Image, depth: 0 };
    expander.list(&file.layers, &scope, &place)?;
    Ok(Expanded { input, classes, layers: expander.layers, steps: expander.steps })
}

struct Expander<'a> {
    file: &'a NetworkFile,
    parameters: &'a BTreeMap<String, i64>,
    /// What layers and blocks yield, by their whole names.
    outputs: HashMap<String, Source>,
    layers: Vec<LayerDescription>,
    steps: Vec<Vec<YamlStep>>,
    items: usize,
}

/// Where a list of items stands.
struct Place {
    /// In the file.
    steps: Vec<YamlStep>,
    /// Before its names, with a dot; empty at the top.
    prefix: String,
    /// What the first item works on.
    input: Source,
    /// How many blocks it is in.
    depth: usize,
}

impl<'a> Expander<'a> {
    /// Writes a list out; yields the output of its last item.
    fn list(&mut self, items: &'a [Item], scope: &Scope<'a>, place: &Place) -> Result<Source, Misfit> {
        let mut current = place.input;
        for (at, item) in items.iter().enumerate() {
            let mut steps = place.steps.clone();
            steps.push(YamlStep::Item(at));
            let misfit = |problem: String| Misfit {
                steps: steps.clone(),
                layer: format!("{}{}", place.prefix, item.name.as_deref().unwrap_or_default()),
                problem,
            };
            let (count, start) = match (&item.repeat, &item.start) {
                (None, Some(_)) => {
                    return Err(misfit("`start` says where a `repeat` begins to count".into()));
                }
                (None, None) => (None, 0),
                (Some(count), start) => {
                    let start = start.as_ref().map_or(Ok(0), |start| start.size(scope)).map_err(misfit)?;
                    (Some(count.size(scope).map_err(misfit)?), start)
                }
            };
            for repetition in 0..count.unwrap_or(1) {
                self.items += 1;
                if self.items > ITEMS || self.layers.len() >= LAYERS {
                    let limits =
                        format!("expected at most {LAYERS} layers, and {ITEMS} uses of blocks and layers");
                    return Err(misfit(format!("the network is too large; {limits}")));
                }
                let mut scope = scope.clone();
                if count.is_some() {
                    let index = i64::try_from(start.saturating_add(repetition)).unwrap_or(i64::MAX);
                    scope.own.insert("index", index);
                }
                current = self.item(item, &scope, place, &steps, current)?;
            }
        }
        Ok(current)
    }

    /// Writes one item out; yields its output.
    fn item(
        &mut self,
        item: &'a Item,
        scope: &Scope<'a>,
        place: &Place,
        steps: &[YamlStep],
        current: Source,
    ) -> Result<Source, Misfit> {
        let template = item.name.as_deref().unwrap_or_default();
        let unnamed = |problem: String| Misfit {
            steps: steps.to_vec(),
            layer: format!("{}{template}", place.prefix),
            problem,
        };
        let own = fill_in(template, scope).map_err(unnamed)?;
        let name = format!("{}{own}", place.prefix);
        let misfit = |problem: String| Misfit { steps: steps.to_vec(), layer: name.clone(), problem };
        if own == LayerDescription::IMAGE {
            let image = LayerDescription::IMAGE;
            return Err(misfit(format!("'{image}' stands for the image, or for the input of a block")));
        }
        if name.len() > NAME {
            return Err(misfit(format!("a name of {} characters; expected at most {NAME}", name.len())));
        }
        let from = match &item.from {
            None => vec![current],
            Some(from) => self.sources(from, scope, place).map_err(misfit)?,
        };
        let output = match (&item.kind, &item.block) {
            (Some(_), None) => {
                if !item.with.is_empty() {
                    return Err(misfit("`with` goes with a `block`".into()));
                }
                let layer = describe(item, name.clone(), scope).map_err(misfit)?;
                self.push(layer, &from, steps)
            }
            (None, Some(block)) => {
                let (block_name, block) = self.block(block).map_err(misfit)?;
                if place.depth == DEPTH {
                    let problem = format!("blocks within each other more than {DEPTH} deep");
                    return Err(misfit(format!("{problem}; does '{block_name}' use itself?")));
                }
                let scope = self.arguments(item, block_name, block, scope).map_err(misfit)?;
                let &[input] = &from[..] else {
                    return Err(misfit(format!("a block takes one input, got {}", from.len())));
                };
                let key = |name: &str| YamlStep::Key(name.to_owned());
                let prefix = if item.name.is_some() { format!("{name}.") } else { place.prefix.clone() };
                let steps = vec![key("blocks"), key(block_name), key("layers")];
                self.list(&block.layers, &scope, &Place { steps, prefix, input, depth: place.depth + 1 })?
            }
            _ => return Err(misfit("expected either `kind` or `block`".into())),
        };
        if item.name.is_some() {
            self.outputs.insert(name, output);
        }
        Ok(output)
    }

    fn push(&mut self, mut layer: LayerDescription, from: &[Source], steps: &[YamlStep]) -> Source {
        let before = self.layers.len().checked_sub(1).map_or(Source::Image, Source::Layer);
        let name = |source: &Source| match source {
            Source::Image => LayerDescription::IMAGE.to_owned(),
            Source::Layer(index) => self.layers[*index].name.clone(),
        };
        // What is so anyway is not said, so that chains stay as plain as they were.
        layer.from = match from {
            [one] if *one == before => None,
            [one] => Some(OneOrMany::One(name(one))),
            several => Some(OneOrMany::Many(several.iter().map(name).collect())),
        };
        self.layers.push(layer);
        self.steps.push(steps.to_vec());
        Source::Layer(self.layers.len() - 1)
    }

    fn block(&self, name: &str) -> Result<(&'a str, &'a Block), String> {
        self.file.blocks.get_key_value(name).map(|(name, block)| (name.as_str(), block)).ok_or_else(|| {
            let known: Vec<&str> = self.file.blocks.keys().map(String::as_str).collect();
            format!("there is no block '{name}'; there are: {}", known.join(", "))
        })
    }

    /// The parameters of a block where an item uses it.
    fn arguments(
        &self,
        item: &'a Item,
        name: &str,
        block: &'a Block,
        scope: &Scope<'a>,
    ) -> Result<Scope<'a>, String> {
        let of_layers = [
            ("channels", item.channels.is_some()),
            ("features", item.features.is_some()),
            ("kernel", item.kernel.is_some()),
            ("stride", item.stride.is_some()),
            ("padding", item.padding.is_some()),
            ("dilation", item.dilation.is_some()),
            ("groups", item.groups.is_some()),
            ("bias", item.bias.is_some()),
            ("output", item.output.is_some()),
            ("probability", item.probability.is_some()),
        ];
        if let Some((field, _)) = of_layers.iter().find(|(_, given)| *given) {
            return Err(format!("a block takes no `{field}`; parameters go into `with`"));
        }
        let known = || match block.parameters.keys().map(String::as_str).collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => "it has none".to_owned(),
            known => format!("it has {known}"),
        };
        if let Some(stranger) = item.with.keys().find(|key| !block.parameters.contains_key(*key)) {
            return Err(format!("block '{name}' has no parameter '{stranger}'; {}", known()));
        }
        let of_network = Scope { own: BTreeMap::new(), network: Some(self.parameters) };
        let mut own = BTreeMap::new();
        for (parameter, default) in &block.parameters {
            let value = match (item.with.get(parameter), default) {
                (Some(given), _) => given.value(scope)?,
                (None, Some(default)) => default.value(&of_network)?,
                (None, None) => {
                    return Err(format!("block '{name}' needs its parameter '{parameter}' in `with`"));
                }
            };
            own.insert(parameter.as_str(), value);
        }
        Ok(Scope { own, ..of_network })
    }

    /// The outputs that `from` names.
    fn sources(&self, from: &OneOrMany, scope: &Scope<'_>, place: &Place) -> Result<Vec<Source>, String> {
        if from.names().is_empty() {
            return Err("`from` is empty; expected the name of an earlier layer".into());
        }
        let source = |name: &String| {
            let name = fill_in(name, scope)?;
            if name == LayerDescription::IMAGE {
                return Ok(place.input);
            }
            let found = self.outputs.get(&format!("{}{name}", place.prefix));
            found.copied().ok_or_else(|| {
                let problem = format!("`from` names '{name}', and there is no such layer before it");
                match self.nearest(&name, &place.prefix) {
                    Some(nearest) => format!("{problem}; the nearest is '{nearest}'"),
                    None => format!("{problem}; there is only '{}'", LayerDescription::IMAGE),
                }
            })
        };
        from.names().iter().map(source).collect()
    }

    fn nearest(&self, name: &str, prefix: &str) -> Option<&str> {
        let likeness = |known: &str| strsim::jaro_winkler(known, name);
        let known = self.outputs.keys().filter_map(|known| known.strip_prefix(prefix));
        known.max_by(|a, b| likeness(a).total_cmp(&likeness(b)).then(b.cmp(a)))
    }
}

/// A layer with the numbers of its expressions.
fn describe(item: &Item, name: String, scope: &Scope<'_>) -> Result<LayerDescription, String> {
    let Some(kind) = item.kind else { return Err("expected `kind`".into()) };
    let number = |field: &str, value: &Option<Expression>| {
        let in_field = |problem| format!("`{field}`: {problem}");
        value.as_ref().map(|value| value.size(scope).map_err(in_field)).transpose()
    };
    let pair = |field: &str, value: &Option<Pair<Expression>>| {
        let value = value.as_ref().map(|pair| match pair {
            Pair::Both(n) => Ok(Pair::Both(n.size(scope)?)),
            Pair::Each([rows, columns]) => Ok(Pair::Each([rows.size(scope)?, columns.size(scope)?])),
        });
        value.transpose().map_err(|problem: String| format!("`{field}`: {problem}"))
    };
    Ok(LayerDescription {
        name,
        kind,
        from: None,
        channels: number("channels", &item.channels)?,
        features: number("features", &item.features)?,
        kernel: pair("kernel", &item.kernel)?,
        stride: pair("stride", &item.stride)?,
        padding: pair("padding", &item.padding)?,
        dilation: pair("dilation", &item.dilation)?,
        groups: number("groups", &item.groups)?,
        bias: item.bias,
        output: pair("output", &item.output)?,
        probability: item.probability,
    })
}
