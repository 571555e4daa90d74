//! Layers: as a file describes them, and checked with all their sizes.

use serde::{Deserialize, Serialize};

use crate::kernels::ConvShape;

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

impl LayerDescription {
    /// What it computes for an input of this shape, and the shape of its output; or what does not fit.
    pub fn resolve(&self, input: &[usize]) -> Result<(Operation, Vec<usize>), String> {
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
