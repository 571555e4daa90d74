//! Layers: as a file describes them, and checked with all their sizes.

mod operation;
mod resolve;

use serde::{Deserialize, Serialize};

pub use operation::Operation;
pub(super) use resolve::few;

/// A layer as the file has it. Which of the optional fields belong to it depends on its kind.
///
/// Its numbers are `N`: whole numbers once all parameters are known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerDescription<N = usize> {
    /// Its name, unique within the network: words of letters, digits, `_` and `-`, joined by dots.
    pub name: String,
    /// What it does.
    pub kind: LayerKind,
    /// The layers whose outputs it works on, [`LayerDescription::IMAGE`] being the image; the layer before it unless
    /// given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<OneOrMany>,
    /// Output channels of a `conv2d`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<N>,
    /// Output features of a `linear`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<N>,
    /// Rows and columns of the window of a `conv2d`, `max_pool` or `avg_pool`; one number for both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<Pair<N>>,
    /// Distance of neighbouring windows: 1 for a `conv2d`, the window for a pool unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stride: Option<Pair<N>>,
    /// Padding on each side, 0 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub padding: Option<Pair<N>>,
    /// Distance of neighbouring taps of a `conv2d`, 1 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dilation: Option<Pair<N>>,
    /// Groups of channels of a `conv2d`, 1 unless given; as many as channels make it depthwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<N>,
    /// Whether a `conv2d` or `linear` adds a bias, `false` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bias: Option<bool>,
    /// Rows and columns of the output of an `adaptive_avg_pool`, 1 unless given: the average of the whole image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Pair<N>>,
    /// Share of the values that a `dropout` sets to 0 in training, 0.5 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
}

/// The kinds of layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerKind {
    /// Convolution in two dimensions.
    Conv2d,
    /// Matrix product.
    Linear,
    /// Normalization of every channel over the batch.
    BatchNorm,
    /// max(x, 0).
    Relu,
    /// min(max(x, 0), 6).
    Relu6,
    /// Largest value of every window.
    MaxPool,
    /// Mean of every window; padding counts as 0.
    AvgPool,
    /// Mean of windows that are chosen for a size of the output.
    AdaptiveAvgPool,
    /// Images to rows of features.
    Flatten,
    /// Zeros at random places in training, nothing else.
    Dropout,
    /// Sum of its inputs.
    Add,
    /// The channels of its inputs behind each other.
    Concat,
}

impl LayerKind {
    /// What files call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conv2d => "conv2d",
            Self::Linear => "linear",
            Self::BatchNorm => "batch_norm",
            Self::Relu => "relu",
            Self::Relu6 => "relu6",
            Self::MaxPool => "max_pool",
            Self::AvgPool => "avg_pool",
            Self::AdaptiveAvgPool => "adaptive_avg_pool",
            Self::Flatten => "flatten",
            Self::Dropout => "dropout",
            Self::Add => "add",
            Self::Concat => "concat",
        }
    }
}

/// Two numbers, (vertical, horizontal); one number in YAML stands for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Pair<N = usize> {
    /// The same both ways.
    Both(N),
    /// Vertical, horizontal.
    Each([N; 2]),
}

/// A name, or a list of names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected the name of a layer, or a list of names")]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several, or one.
    Many(Vec<String>),
}

impl OneOrMany {
    /// All of them.
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }
}

impl LayerDescription {
    /// What `from` calls the image.
    pub const IMAGE: &str = "input";
}

/// A checked layer with all its sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// What it computes.
    pub operation: Operation,
    /// What it works on: one input, or at least two for `add` and `concat`.
    pub inputs: Vec<Source>,
    /// The shape of its output for one image: `[channels, rows, columns]` or `[features]`.
    pub output: Vec<usize>,
}

/// Where the input of a layer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The image.
    Image,
    /// The output of the layer with this index, which comes earlier.
    Layer(usize),
}
