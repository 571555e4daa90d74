//! What a layer computes, and what that costs.

use super::LayerKind;
use axmul_kernels::ConvShape;

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
    /// Batch normalization.
    BatchNorm {
        /// Channels, or features.
        channels: usize,
    },
    /// max(x, 0).
    Relu,
    /// min(max(x, 0), 6).
    Relu6,
    /// Largest value of every window.
    MaxPool {
        /// Rows and columns of the window.
        kernel: [usize; 2],
        /// Distance of neighbouring windows.
        stride: [usize; 2],
        /// Padding on each side.
        padding: [usize; 2],
    },
    /// Mean of every window; padding counts as 0.
    AvgPool {
        /// Rows and columns of the window.
        kernel: [usize; 2],
        /// Distance of neighbouring windows.
        stride: [usize; 2],
        /// Padding on each side.
        padding: [usize; 2],
    },
    /// Mean of windows that are chosen for a size of the output.
    AdaptiveAvgPool {
        /// Rows and columns of the output.
        output: [usize; 2],
    },
    /// Images to rows of features.
    Flatten,
    /// Zeros at random places in training.
    Dropout {
        /// Share of the values.
        probability: f64,
    },
    /// Sum of the inputs.
    Add,
    /// The channels of the inputs behind each other.
    Concat,
}

impl Operation {
    /// The kind of layer that computes it.
    pub fn kind(&self) -> LayerKind {
        match self {
            Self::Conv2d { .. } => LayerKind::Conv2d,
            Self::Linear { .. } => LayerKind::Linear,
            Self::BatchNorm { .. } => LayerKind::BatchNorm,
            Self::Relu => LayerKind::Relu,
            Self::Relu6 => LayerKind::Relu6,
            Self::MaxPool { .. } => LayerKind::MaxPool,
            Self::AvgPool { .. } => LayerKind::AvgPool,
            Self::AdaptiveAvgPool { .. } => LayerKind::AdaptiveAvgPool,
            Self::Flatten => LayerKind::Flatten,
            Self::Dropout { .. } => LayerKind::Dropout,
            Self::Add => LayerKind::Add,
            Self::Concat => LayerKind::Concat,
        }
    }

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

    /// Numbers that training learns: weights, biases, scales and shifts of normalization.
    pub fn parameters(&self) -> u64 {
        let biases = |outputs: usize, bias: bool| if bias { outputs } else { 0 };
        let parameters = match self {
            Self::Conv2d { shape, bias } => shape.weights() + biases(shape.channels_out, *bias),
            Self::Linear { inputs, outputs, bias } => inputs * outputs + biases(*outputs, *bias),
            Self::BatchNorm { channels } => 2 * channels,
            _ => 0,
        };
        parameters as u64
    }
}
