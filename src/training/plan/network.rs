//! Networks, described in YAML.

use serde::{Deserialize, Serialize};

use crate::kernels::ConvShape;
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

/// A layer as the file has it. Which of the optional fields belong to it depends on its kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerDescription {
    /// Its name, unique within the network.
    pub name: String,
    /// What it does.
    pub kind: LayerKind,
    /// Output channels of a `conv2d`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<usize>,
    /// Output features of a `linear`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<usize>,
    /// Rows and columns of the window of a `conv2d` or `max_pool`; one number for both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<Pair>,
    /// Distance of neighbouring windows: 1 for a `conv2d`, the window for a `max_pool` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stride: Option<Pair>,
    /// Padding on each side, 0 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub padding: Option<Pair>,
    /// Distance of neighbouring taps of a `conv2d`, 1 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dilation: Option<Pair>,
    /// Groups of channels of a `conv2d`, 1 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<usize>,
    /// Whether a `conv2d` or `linear` adds a bias, `false` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bias: Option<bool>,
}

/// The kinds of layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerKind {
    /// Convolution in two dimensions.
    Conv2d,
    /// Matrix product.
    Linear,
    /// Normalisation of every channel over the batch.
    BatchNorm,
    /// max(x, 0).
    Relu,
    /// Largest value of every window.
    MaxPool,
    /// Images to rows of features.
    Flatten,
}

/// Two numbers, (vertical, horizontal); one number in YAML stands for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Pair {
    /// The same both ways.
    Both(usize),
    /// Vertical, horizontal.
    Each([usize; 2]),
}

impl Pair {
    fn get(self) -> [usize; 2] {
        match self {
            Self::Both(n) => [n, n],
            Self::Each(pair) => pair,
        }
    }
}

/// A checked layer with all its sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// What it computes.
    pub operation: Operation,
    /// The shape of its output for one image: `[channels, rows, columns]` or `[features]`.
    pub output: Vec<usize>,
}

/// What a layer computes, with all its sizes.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Convolution; the shape is that of a batch of one image.
    Conv2d {
        /// Its shape.
        shape: ConvShape,
        /// Whether a bias is added.
        bias: bool,
    },
    /// Matrix product.
    Linear {
        /// Input features.
        inputs: usize,
        /// Output features.
        outputs: usize,
        /// Whether a bias is added.
        bias: bool,
    },
    /// Batch normalisation.
    BatchNorm {
        /// Channels, or features.
        channels: usize,
    },
    /// max(x, 0).
    Relu,
    /// Largest value of every window.
    MaxPool {
        /// Rows and columns of the window.
        kernel: [usize; 2],
        /// Distance of neighbouring windows.
        stride: [usize; 2],
        /// Padding on each side.
        padding: [usize; 2],
    },
    /// Images to rows of features.
    Flatten,
}

impl Operation {
    /// Multiplications for one image; 0 for layers that have no multiplier.
    pub fn opcount(&self) -> u64 {
        match self {
            Self::Conv2d { shape, .. } => (shape.outputs() * shape.fan_in()) as u64,
            Self::Linear { inputs, outputs, .. } => (inputs * outputs) as u64,
            _ => 0,
        }
    }

    /// Products in one output; 0 for layers that have no multiplier.
    pub fn fan_in(&self) -> usize {
        match self {
            Self::Conv2d { shape, .. } => shape.fan_in(),
            Self::Linear { inputs, .. } => *inputs,
            _ => 0,
        }
    }
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

impl LayerDescription {
    fn resolve(&self, input: &[usize]) -> Result<(Operation, Vec<usize>), String> {
        self.refuse_strangers()?;
        let pair = |pair: Option<Pair>, default: [usize; 2]| pair.map_or(default, Pair::get);
        match self.kind {
            LayerKind::Conv2d => {
                let mut shape = ConvShape::new(
                    1,
                    image(input)?,
                    self.need(self.channels, "channels")?,
                    self.need(self.kernel, "kernel")?.get(),
                );
                shape.stride = pair(self.stride, [1, 1]);
                shape.padding = pair(self.padding, [0, 0]);
                shape.dilation = pair(self.dilation, [1, 1]);
                shape.groups = self.groups.unwrap_or(1);
                shape.check().map_err(|error| error.to_string())?;
                let [rows, columns] = shape.output();
                let output = vec![positive(shape.channels_out, "channels")?, rows, columns];
                Ok((Operation::Conv2d { shape, bias: self.bias.unwrap_or(false) }, output))
            }
            LayerKind::Linear => {
                let outputs = positive(self.need(self.features, "features")?, "features")?;
                let &[inputs] = input else {
                    return Err(format!(
                        "expected rows of features, got shape {input:?}; put a flatten before it"
                    ));
                };
                Ok((Operation::Linear { inputs, outputs, bias: self.bias.unwrap_or(false) }, vec![outputs]))
            }
            LayerKind::BatchNorm => Ok((Operation::BatchNorm { channels: input[0] }, input.to_vec())),
            LayerKind::Relu => Ok((Operation::Relu, input.to_vec())),
            LayerKind::MaxPool => {
                let [channels, height, width] = image(input)?;
                let kernel = self.need(self.kernel, "kernel")?.get();
                let stride = pair(self.stride, kernel);
                let padding = pair(self.padding, [0, 0]);
                // A pooling window moves like a kernel that has one channel.
                let mut shape = ConvShape::new(1, [1, height, width], 1, kernel);
                (shape.stride, shape.padding) = (stride, padding);
                shape.check().map_err(|error| error.to_string())?;
                if (0..2).any(|axis| 2 * padding[axis] > kernel[axis]) {
                    return Err(format!("padding {padding:?} is more than half of the window {kernel:?}"));
                }
                let [rows, columns] = shape.output();
                Ok((Operation::MaxPool { kernel, stride, padding }, vec![channels, rows, columns]))
            }
            LayerKind::Flatten => Ok((Operation::Flatten, vec![input.iter().product()])),
        }
    }

    fn need<T>(&self, value: Option<T>, field: &str) -> Result<T, String> {
        value.ok_or_else(|| format!("a {} needs `{field}`", kind_name(self.kind)))
    }

    /// Refuses fields that mean nothing to this kind of layer.
    fn refuse_strangers(&self) -> Result<(), String> {
        use LayerKind::{Conv2d, Linear, MaxPool};
        let fields = [
            ("channels", self.channels.is_some(), &[Conv2d][..]),
            ("features", self.features.is_some(), &[Linear]),
            ("kernel", self.kernel.is_some(), &[Conv2d, MaxPool]),
            ("stride", self.stride.is_some(), &[Conv2d, MaxPool]),
            ("padding", self.padding.is_some(), &[Conv2d, MaxPool]),
            ("dilation", self.dilation.is_some(), &[Conv2d]),
            ("groups", self.groups.is_some(), &[Conv2d]),
            ("bias", self.bias.is_some(), &[Conv2d, Linear]),
        ];
        match fields.iter().find(|(_, given, kinds)| *given && !kinds.contains(&self.kind)) {
            Some((field, ..)) => Err(format!("a {} takes no `{field}`", kind_name(self.kind))),
            None => Ok(()),
        }
    }
}

fn kind_name(kind: LayerKind) -> &'static str {
    match kind {
        LayerKind::Conv2d => "conv2d",
        LayerKind::Linear => "linear",
        LayerKind::BatchNorm => "batch_norm",
        LayerKind::Relu => "relu",
        LayerKind::MaxPool => "max_pool",
        LayerKind::Flatten => "flatten",
    }
}

fn positive(value: usize, field: &str) -> Result<usize, String> {
    if value == 0 { Err(format!("`{field}` must be at least 1")) } else { Ok(value) }
}

fn image(shape: &[usize]) -> Result<[usize; 3], String> {
    shape.try_into().map_err(|_| format!("expected images [channels, rows, columns], got shape {shape:?}"))
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
