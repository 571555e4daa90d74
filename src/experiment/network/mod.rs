//! Networks, described in YAML.
//!
//! A file says its layers in order; each works on the output of the one before it, or on those that `from` names.
//! Groups of layers are `blocks` with parameters; `repeat` uses a layer or a block several times; numbers are
//! expressions of parameters. [`Network::load`] writes all of that out, so that a [`Network`] is plain: layers with
//! numbers. What is wrong is told with its line and the layer's name.

mod built_in;
mod expand;
mod expression;
mod file;
mod layer;
#[cfg(test)]
mod tests;
mod weights;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use self::expand::Misfit;
use self::file::NetworkFile;
use self::layer::few;
use axmul_support::yaml::{self, YamlError, YamlStep};

pub use layer::{Layer, LayerDescription, LayerKind, OneOrMany, Operation, Pair, Source};
pub use weights::{
    BATCH_NORM, FOLDED, PublishedWeights, WeightsError, publish, published_name, published_tensors,
};

/// A network: named layers, blocks and repeats written out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Its name.
    pub name: String,
    /// Channels, rows and columns of an image.
    pub input: [usize; 3],
    /// Number of classes, which the last layer must yield.
    pub classes: usize,
    /// The layers in order; each works on the output of the one before it unless it says otherwise.
    pub layers: Vec<LayerDescription>,
}

/// A network that cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The file cannot be read.
    #[error("network '{name}': {problem}; expected a file, or one of the built-in networks: {known}")]
    Missing {
        /// What was asked for.
        name: String,
        /// What the system said.
        problem: String,
        /// Names of the built-in networks.
        known: String,
    },
    /// The file is not the YAML of a network.
    #[error(transparent)]
    Yaml(#[from] YamlError),
    /// A parameter that the network does not have, or a value that it does not take.
    #[error("network '{network}', parameter '{parameter}': {problem}")]
    Parameter {
        /// The network.
        network: String,
        /// The parameter.
        parameter: String,
        /// What was expected and what came.
        problem: String,
    },
    /// Something beside the layers does not fit.
    #[error("{place}network '{network}': {problem}")]
    Network {
        /// File, line and column with a colon after each, where known; else empty.
        place: String,
        /// The network.
        network: String,
        /// What was expected and what came.
        problem: String,
    },
    /// A layer does not fit.
    #[error("{place}network '{network}', layer '{layer}': {problem}")]
    Layer {
        /// File, line and column with a colon after each, where known; else empty.
        place: String,
        /// The network.
        network: String,
        /// The layer.
        layer: String,
        /// What was expected and what came.
        problem: String,
    },
}

/// What does not fit in a network that is written out, and in which of its layers.
struct Unfit {
    layer: Option<usize>,
    problem: String,
}

impl Network {
    /// A built-in network by name, or one from a file. Parameters may be overridden after a colon:
    /// `resnet18:classes=10,size=32`.
    pub fn load(name: &str) -> Result<Self, NetworkError> {
        let (name, overrides) = match name.rsplit_once(':') {
            Some((name, overrides)) if overrides.contains('=') => (name, overrides.split(',').collect()),
            _ => (name, vec![]),
        };
        let (text, origin) = text_of(name)?;
        Self::parse_with(&text, &origin, &overrides)
    }

    /// Names of the built-in networks.
    pub fn built_in() -> impl Iterator<Item = &'static str> {
        built_in::NETWORKS.iter().map(|(name, _)| *name)
    }

    /// The parameters of a built-in network, or of one in a file, with the values they have unless overridden.
    pub fn parameters(name: &str) -> Result<BTreeMap<String, i64>, NetworkError> {
        let (text, origin) = text_of(name)?;
        Ok(yaml::from_str::<NetworkFile>(&text, &origin)?.parameters)
    }

    /// Reads a description and checks it; `origin` names the text in errors.
    pub fn parse(text: &str, origin: &str) -> Result<Self, NetworkError> {
        Self::parse_with(text, origin, &[])
    }

    /// Like [`Self::parse`], with parameters overridden by assignments such as `classes=10`.
    pub fn parse_with(text: &str, origin: &str, overrides: &[&str]) -> Result<Self, NetworkError> {
        let file: NetworkFile = yaml::from_str(text, origin)?;
        let mut parameters = file.parameters.clone();
        for assignment in overrides {
            let (name, value) = assignment.split_once('=').unwrap_or((assignment, ""));
            let fail = |problem| NetworkError::Parameter {
                network: file.name.clone(),
                parameter: name.to_owned(),
                problem,
            };
            let known: Vec<&str> = file.parameters.keys().map(String::as_str).collect();
            let parameter = parameters.get_mut(name.trim()).ok_or_else(|| {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                fail(format!("the network has no such parameter; it has: {known}"))
            })?;
            *parameter = value
                .trim()
                .parse()
                .map_err(|_| fail(format!("expected a whole number, got '{}'", value.trim())))?;
        }
        let place = |steps: &[YamlStep]| match yaml::locate(text, steps) {
            Some((line, column)) => format!("{origin}: line {line}, column {column}: "),
            None => format!("{origin}: "),
        };
        let expanded = expand::expand(&file, &parameters).map_err(|Misfit { steps, layer, problem }| {
            let (place, network) = (place(&steps), file.name.clone());
            if layer.is_empty() {
                return NetworkError::Network { place, network, problem };
            }
            NetworkError::Layer { place, network, layer, problem }
        })?;
        let network = Self {
            name: file.name,
            input: expanded.input,
            classes: expanded.classes,
            layers: expanded.layers,
        };
        network.layers_with_sizes().map_err(|unfit| {
            let steps = unfit.layer.and_then(|layer| expanded.steps.get(layer));
            let place = steps.map_or_else(|| format!("{origin}: "), |steps| place(steps));
            network.error(unfit, place)
        })?;
        Ok(network)
    }

    /// Infers all sizes and checks that the layers fit each other and the classes.
    pub fn resolve(&self) -> Result<Vec<Layer>, NetworkError> {
        self.layers_with_sizes().map_err(|unfit| self.error(unfit, String::new()))
    }

    fn layers_with_sizes(&self) -> Result<Vec<Layer>, Unfit> {
        let whole = |problem| Unfit { layer: None, problem };
        if self.input.contains(&0) {
            return Err(whole(format!(
                "`input` must be at least 1 in each of its numbers, got {:?}",
                self.input
            )));
        }
        few(&self.input, "`input`").map_err(whole)?;
        let mut layers: Vec<Layer> = Vec::with_capacity(self.layers.len());
        let mut indices: HashMap<&str, usize> = HashMap::new();
        let mut is_read = vec![false; self.layers.len()];
        for (index, description) in self.layers.iter().enumerate() {
            let fail = |problem| Unfit { layer: Some(index), problem };
            let name = description.name.as_str();
            let part_fits = |part: &str| {
                !part.is_empty() && part.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-')
            };
            if !name.split('.').all(part_fits) || name == LayerDescription::IMAGE {
                return Err(fail("expected a name of letters, digits, _, - and single dots".into()));
            }
            let inputs = match &description.from {
                None => vec![index.checked_sub(1).map_or(Source::Image, Source::Layer)],
                Some(from) => from
                    .names()
                    .iter()
                    .map(|name| match indices.get(name.as_str()) {
                        _ if name == LayerDescription::IMAGE => Ok(Source::Image),
                        Some(&index) => Ok(Source::Layer(index)),
                        None => {
                            Err(fail(format!("`from` names '{name}', and there is no such layer before it")))
                        }
                    })
                    .collect::<Result<_, _>>()?,
            };
            let shapes: Vec<&[usize]> = inputs
                .iter()
                .map(|source| match source {
                    Source::Image => &self.input[..],
                    Source::Layer(index) => &layers[*index].output,
                })
                .collect();
            let (operation, output) = description.resolve(&shapes).map_err(fail)?;
            for source in &inputs {
                if let Source::Layer(index) = source {
                    is_read[*index] = true;
                }
            }
            if indices.insert(name, index).is_some() {
                return Err(fail("the name is taken by an earlier layer; names must differ".into()));
            }
            layers.push(Layer { name: name.to_owned(), operation, inputs, output });
        }
        let last = layers.len().checked_sub(1).ok_or_else(|| whole("expected at least one layer".into()))?;
        if layers[last].output != [self.classes] {
            let (classes, output) = (self.classes, &layers[last].output);
            return Err(Unfit {
                layer: Some(last),
                problem: format!("the last layer must yield the {classes} classes, got shape {output:?}"),
            });
        }
        match is_read[..last].iter().position(|&is_read| !is_read) {
            Some(index) => Err(Unfit { layer: Some(index), problem: "no layer works on its output".into() }),
            None => Ok(layers),
        }
    }

    fn error(&self, unfit: Unfit, place: String) -> NetworkError {
        let (network, problem) = (self.name.clone(), unfit.problem);
        match unfit.layer.and_then(|index| self.layers.get(index)) {
            Some(layer) => NetworkError::Layer { place, network, layer: layer.name.clone(), problem },
            None => NetworkError::Network { place, network, problem },
        }
    }
}

/// The description of a built-in network, or that in a file, with a name for it.
fn text_of(name: &str) -> Result<(Cow<'static, str>, String), NetworkError> {
    if let Some(text) = built_in::text_of(name) {
        return Ok((text.into(), format!("built-in network {name}")));
    }
    match std::fs::read_to_string(name) {
        Ok(text) => Ok((text.into(), name.to_owned())),
        Err(error) => Err(NetworkError::Missing {
            name: name.to_owned(),
            problem: error.to_string(),
            known: Network::built_in().collect::<Vec<_>>().join(", "),
        }),
    }
}
