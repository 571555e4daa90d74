//! Networks, described in YAML.

use serde::{Deserialize, Serialize};

use super::{Layer, LayerDescription};
use crate::yaml::{self, YamlError};

/// A network as its file has it: a chain of named layers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Its name.
    pub name: String,
    /// Channels, rows and columns of an image.
    pub input: [usize; 3],
    /// Number of classes, which the last layer must yield.
    pub classes: usize,
    /// The layers in order; each works on the output of the one before it.
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
    /// A layer does not fit.
    #[error("network '{network}', layer '{layer}': {problem}")]
    Layer {
        /// The network.
        network: String,
        /// The layer.
        layer: String,
        /// What was expected and what came.
        problem: String,
    },
}

const BUILT_IN: [(&str, &str); 1] = [("lenet5", include_str!("../../../experiments/networks/lenet5.yaml"))];

impl Network {
    /// A built-in network by name, or one from a file.
    pub fn load(name: &str) -> Result<Self, NetworkError> {
        let network = match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            Some((_, text)) => Self::parse(text, &format!("built-in network {name}"))?,
            None => {
                let text = std::fs::read_to_string(name).map_err(|error| NetworkError::Missing {
                    name: name.to_owned(),
                    problem: error.to_string(),
                    known: BUILT_IN.map(|(name, _)| name).join(", "),
                })?;
                Self::parse(&text, name)?
            }
        };
        network.resolve()?;
        Ok(network)
    }

    /// Reads a description; `origin` names the text in errors.
    pub fn parse(text: &str, origin: &str) -> Result<Self, NetworkError> {
        Ok(yaml::from_str(text, origin)?)
    }

    /// Infers all sizes and checks that the layers fit each other and the classes.
    pub fn resolve(&self) -> Result<Vec<Layer>, NetworkError> {
        let mut layers: Vec<Layer> = Vec::with_capacity(self.layers.len());
        let mut shape = self.input.to_vec();
        for description in &self.layers {
            let fail = |problem| self.error(&description.name, problem);
            if layers.iter().any(|layer| layer.name == description.name) {
                return Err(fail("the name is taken by an earlier layer; names must differ".into()));
            }
            let name = &description.name;
            if name.is_empty() || !name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-') {
                return Err(fail("expected a name of letters, digits, _ and -".into()));
            }
            let (operation, output) = description.resolve(&shape).map_err(fail)?;
            shape.clone_from(&output);
            layers.push(Layer { name: name.clone(), operation, output });
        }
        match layers.last() {
            Some(last) if last.output == [self.classes] => Ok(layers),
            Some(last) => Err(self.error(
                &last.name,
                format!(
                    "the last layer must yield the {} classes, got shape {:?}",
                    self.classes, last.output
                ),
            )),
            None => Err(self.error("", "expected at least one layer".into())),
        }
    }

    fn error(&self, layer: &str, problem: String) -> NetworkError {
        NetworkError::Layer { network: self.name.clone(), layer: layer.to_owned(), problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lenet5_has_its_multiplications() {
        let layers = Network::load("lenet5").unwrap().resolve().unwrap();
        let opcounts: Vec<(&str, u64, usize)> = layers
            .iter()
            .map(|layer| (layer.name.as_str(), layer.operation.opcount(), layer.operation.fan_in()))
            .filter(|(_, opcount, _)| *opcount > 0)
            .collect();
        assert_eq!(
            opcounts,
            [
                ("conv1", 117_600, 25),
                ("conv2", 240_000, 150),
                ("linear1", 48_000, 400),
                ("linear2", 10_080, 120),
                ("linear3", 840, 84)
            ]
        );
        assert_eq!(opcounts.iter().map(|(_, opcount, _)| opcount).sum::<u64>(), 416_520);
    }

    fn problem(layers: &str) -> String {
        let text = format!("name: test\ninput: [2, 8, 8]\nclasses: 3\nlayers:\n{layers}");
        match Network::parse(&text, "test.yaml").and_then(|network| network.resolve()) {
            Ok(layers) => panic!("{layers:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn misfits_name_the_layer() {
        for (layers, part) in [
            ("  - {name: a, kind: linear, features: 3}", "layer 'a': expected rows of features"),
            ("  - {name: a, kind: conv2d, channels: 4}", "layer 'a': a conv2d needs `kernel`"),
            ("  - {name: a, kind: relu, kernel: 3}", "layer 'a': a relu takes no `kernel`"),
            ("  - {name: a, kind: conv2d, channels: 4, kernel: 9}", "spans 9 values"),
            ("  - {name: a, kind: conv2d, channels: 3, kernel: 3, groups: 2}", "multiple of the 2 groups"),
            ("  - {name: a, kind: conv2d, channels: 0, kernel: 3}", "at least 1"),
            ("  - {name: a, kind: relu}\n  - {name: a, kind: relu}", "taken"),
            ("  - {name: a b, kind: relu}", "letters"),
            ("  - {name: a, kind: flatten}", "must yield the 3 classes, got shape [128]"),
            ("  - {name: a, kind: max_pool, kernel: 2, padding: 2}", "more than half"),
            ("  []", "at least one layer"),
            ("  - {name: a, kind: relu, sise: 3}", "test.yaml"),
            ("  - {name: a, kind: softmax}", "test.yaml: line 5"),
        ] {
            let message = problem(layers);
            assert!(message.contains(part), "{layers}: {message}");
        }
    }

    #[test]
    fn missing_networks_list_the_built_in_ones() {
        let message = Network::load("lenet6").unwrap_err().to_string();
        assert!(message.contains("lenet6") && message.contains("lenet5"), "{message}");
    }
}
