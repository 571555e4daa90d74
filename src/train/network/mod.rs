//! A network's tensors, built from its description.

mod fold;
pub mod layer;
pub mod multiplier;
pub mod noise;
pub mod statistics;
pub mod trace;

use tch::{Device, Kind, Tensor};

use crate::TrainError;
use crate::network::layer::{Mode, MultiplyingLayer, Product};
use crate::network::multiplier::LayerMultiplier;
use crate::random::{Purpose, seed_for};
use axmul_experiment::{Experiment, Network, Operation, Source, StageName};

/// A network.
#[derive(Debug)]
pub struct Model {
    nodes: Vec<Node>,
    device: Device,
    folded: bool,
}

#[derive(Debug)]
struct Node {
    inputs: Vec<Source>,
    /// How many inputs of later nodes its output is.
    reads: usize,
    work: Work,
}

#[derive(Debug)]
enum Work {
    Multiplying(Box<MultiplyingLayer>),
    BatchNorm(BatchNorm),
    /// Batch normalization that the layer before it computes.
    Folded,
    Relu,
    Relu6,
    MaxPool {
        kernel: [i64; 2],
        stride: [i64; 2],
        padding: [i64; 2],
    },
    AvgPool {
        kernel: [i64; 2],
        stride: [i64; 2],
        padding: [i64; 2],
    },
    AdaptiveAvgPool {
        output: [i64; 2],
    },
    Flatten,
    Dropout {
        probability: f64,
    },
    Add,
    Concat,
}

#[derive(Debug)]
struct BatchNorm {
    name: String,
    weight: Tensor,
    bias: Tensor,
    mean: Tensor,
    variance: Tensor,
    /// Share of a new batch in the running statistics.
    momentum: f64,
}

/// Share of every new batch in the running statistics of batch normalization.
const STATISTICS_MOMENTUM: f64 = 0.1;
/// Added to variances before they divide.
const EPSILON: f64 = 1e-5;

/// A tensor that training moves.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in checkpoints.
    pub name: String,
    /// The tensor, sharing memory with the model's.
    pub tensor: Tensor,
    /// Whether weight decay acts on it: on weights, not on biases, normalization, sigma or clipping values.
    pub decays: bool,
}

impl Model {
    /// A network with random weights: uniform within 1 / sqrt(fan-in).
    pub fn new(
        network: &Network,
        experiment: &Experiment,
        device: Device,
        seed: u64,
    ) -> Result<Self, TrainError> {
        seed_for(Purpose::Weights, seed, StageName::Baseline, 0);
        let affine = experiment.affine();
        let mut nodes: Vec<Node> = Vec::new();
        for layer in network.resolve()? {
            let operation = &layer.operation;
            // Drawn on the CPU, so that a seed means the same on every device.
            let uniform = |size: &[i64]| {
                let bound = 1.0 / (operation.fan_in() as f64).sqrt();
                let mut values = Tensor::empty(size, (Kind::Float, Device::Cpu));
                tch::no_grad(|| values.uniform_(-bound, bound)).to_device(device).set_requires_grad(true)
            };
            let multiplying = |product, size: &[i64], bias: bool| {
                let tensors = (uniform(size), bias.then(|| uniform(&size[..1])));
                let sizes = (operation.opcount(), operation.fan_in());
                Work::Multiplying(Box::new(MultiplyingLayer::new(
                    &layer.name,
                    product,
                    sizes,
                    tensors,
                    &experiment.quantization,
                    affine,
                )))
            };
            let work = match operation {
                Operation::Conv2d { shape, bias } => {
                    let a_group = shape.channels_in / shape.groups;
                    let size =
                        [shape.channels_out, a_group, shape.kernel[0], shape.kernel[1]].map(|n| n as i64);
                    multiplying(Product::Conv2d(*shape), &size, *bias)
                }
                Operation::Linear { inputs, outputs, bias } => {
                    multiplying(Product::Linear, &[*outputs as i64, *inputs as i64], *bias)
                }
                Operation::BatchNorm { channels } => {
                    let full = |value: f64| Tensor::full([*channels as i64], value, (Kind::Float, device));
                    Work::BatchNorm(BatchNorm {
                        name: layer.name.clone(),
                        weight: full(1.0).set_requires_grad(true),
                        bias: full(0.0).set_requires_grad(true),
                        mean: full(0.0),
                        variance: full(1.0),
                        momentum: STATISTICS_MOMENTUM,
                    })
                }
                Operation::Relu => Work::Relu,
                Operation::Relu6 => Work::Relu6,
                Operation::MaxPool { kernel, stride, padding } => {
                    let [kernel, stride, padding] =
                        [kernel, stride, padding].map(|pair| pair.map(|n| n as i64));
                    Work::MaxPool { kernel, stride, padding }
                }
                Operation::AvgPool { kernel, stride, padding } => {
                    let [kernel, stride, padding] =
                        [kernel, stride, padding].map(|pair| pair.map(|n| n as i64));
                    Work::AvgPool { kernel, stride, padding }
                }
                Operation::AdaptiveAvgPool { output } => {
                    Work::AdaptiveAvgPool { output: output.map(|n| n as i64) }
                }
                Operation::Flatten => Work::Flatten,
                Operation::Dropout { probability } => Work::Dropout { probability: *probability },
                Operation::Add => Work::Add,
                Operation::Concat => Work::Concat,
            };
            for source in &layer.inputs {
                if let Source::Layer(index) = source {
                    nodes[*index].reads += 1;
                }
            }
            nodes.push(Node { inputs: layer.inputs.clone(), reads: 0, work });
        }
        Ok(Self { nodes, device, folded: false })
    }

    /// Where its tensors live.
    pub fn device(&self) -> Device {
        self.device
    }

    /// The class scores `[N, classes]` of images `[N, C, H, W]`.
    pub fn forward(&mut self, images: &Tensor, mode: Mode, train: bool) -> Result<Tensor, TrainError> {
        self.forward_watched(images, mode, train, &mut |_, _| Ok(()))
    }

    /// Like [`Self::forward`]; `watch` sees every layer with multipliers and its input.
    pub fn forward_watched(
        &mut self,
        images: &Tensor,
        mode: Mode,
        train: bool,
        watch: &mut dyn FnMut(&mut MultiplyingLayer, &Tensor) -> Result<(), TrainError>,
    ) -> Result<Tensor, TrainError> {
        // What is still to be read, with how often. Nothing else is kept, so that evaluation needs little memory.
        let mut kept: Vec<Option<(Tensor, usize)>> = Vec::with_capacity(self.nodes.len());
        let mut last = images.shallow_clone();
        for node in &mut self.nodes {
            let inputs: Vec<Tensor> =
                node.inputs.iter().map(|source| take(&mut kept, *source, images)).collect();
            last = node.work.apply(&inputs, mode, train, watch)?;
            kept.push((node.reads > 0).then(|| (last.shallow_clone(), node.reads)));
        }
        Ok(last)
    }

    /// The layers with multipliers, in order.
    pub fn layers(&self) -> impl Iterator<Item = &MultiplyingLayer> {
        self.nodes.iter().filter_map(|node| match &node.work {
            Work::Multiplying(layer) => Some(&**layer),
            _ => None,
        })
    }

    /// The layers with multipliers, in order.
    pub fn layers_mut(&mut self) -> impl Iterator<Item = &mut MultiplyingLayer> {
        self.nodes.iter_mut().filter_map(|node| match &mut node.work {
            Work::Multiplying(layer) => Some(&mut **layer),
            _ => None,
        })
    }

    /// Gives every layer its multiplier, in the order of the layers.
    pub fn set_multipliers(&mut self, multipliers: &[Option<LayerMultiplier>]) {
        assert_eq!(multipliers.len(), self.layers().count(), "a multiplier or none for every layer");
        for (layer, multiplier) in self.layers_mut().zip(multipliers) {
            layer.multiplier.clone_from(multiplier);
        }
    }

    /// Sets the noise of all layers.
    pub fn set_sigma(&mut self, sigma: f64) {
        for layer in self.layers_mut() {
            let _ = tch::no_grad(|| layer.sigma.fill_(sigma));
        }
    }

    /// The noise of every layer, in order.
    pub fn sigma(&self) -> Vec<f64> {
        self.layers().map(|layer| layer.sigma.double_value(&[])).collect()
    }

    /// What training moves, in order; the noise only `with_sigma`.
    pub fn parameters(&self, with_sigma: bool) -> Vec<Parameter> {
        self.tensors()
            .into_iter()
            .filter(|(name, tensor)| tensor.requires_grad() && (with_sigma || !name.ends_with(".sigma")))
            .map(|(name, tensor)| Parameter { decays: tensor.dim() > 1, name, tensor })
            .collect()
    }

    /// Every tensor of the network's state by name, sharing memory with it.
    pub fn tensors(&self) -> Vec<(String, Tensor)> {
        let mut all = Vec::new();
        let mut add = |layer: &str, name: &str, tensor: &Tensor| {
            all.push((format!("{layer}.{name}"), tensor.shallow_clone()));
        };
        for node in &self.nodes {
            match &node.work {
                Work::Multiplying(layer) => {
                    add(&layer.name, "weight", &layer.weight);
                    layer.bias.iter().for_each(|bias| add(&layer.name, "bias", bias));
                    layer.alpha.iter().for_each(|alpha| add(&layer.name, "alpha", alpha));
                    add(&layer.name, "sigma", &layer.sigma);
                }
                Work::BatchNorm(norm) => {
                    add(&norm.name, "weight", &norm.weight);
                    add(&norm.name, "bias", &norm.bias);
                    add(&norm.name, "running_mean", &norm.mean);
                    add(&norm.name, "running_variance", &norm.variance);
                }
                _ => {}
            }
        }
        all
    }
}

/// The output that a node reads, forgotten with its last reading.
fn take(kept: &mut [Option<(Tensor, usize)>], source: Source, images: &Tensor) -> Tensor {
    let Source::Layer(index) = source else { return images.shallow_clone() };
    let slot = &mut kept[index];
    let (tensor, reads) = slot.take().expect("an output is kept until its last reading");
    if reads > 1 {
        *slot = Some((tensor.shallow_clone(), reads - 1));
    }
    tensor
}

impl Work {
    /// The output for these inputs, of which there are several for `add` and `concat` only.
    fn apply(
        &mut self,
        inputs: &[Tensor],
        mode: Mode,
        train: bool,
        watch: &mut dyn FnMut(&mut MultiplyingLayer, &Tensor) -> Result<(), TrainError>,
    ) -> Result<Tensor, TrainError> {
        let x = &inputs[0];
        Ok(match self {
            Self::Multiplying(layer) => {
                watch(layer, x)?;
                layer.forward(x, mode, train)?
            }
            Self::BatchNorm(norm) => x.batch_norm(
                Some(&norm.weight),
                Some(&norm.bias),
                Some(&norm.mean),
                Some(&norm.variance),
                train,
                norm.momentum,
                EPSILON,
                true,
            ),
            Self::Folded => x.shallow_clone(),
            Self::Relu => x.relu(),
            Self::Relu6 => x.relu6(),
            Self::MaxPool { kernel, stride, padding } => {
                x.max_pool2d(*kernel, *stride, *padding, [1, 1], false)
            }
            Self::AvgPool { kernel, stride, padding } => {
                x.avg_pool2d(*kernel, *stride, *padding, false, true, None::<i64>)
            }
            Self::AdaptiveAvgPool { output } => x.adaptive_avg_pool2d(*output),
            Self::Flatten => x.flatten(1, -1),
            Self::Dropout { probability } => x.dropout(*probability, train),
            Self::Add => inputs[1..].iter().fold(x.shallow_clone(), |sum, other| sum + other),
            Self::Concat => Tensor::cat(inputs, 1),
        })
    }
}
