//! A network's tensors, built from its description.

use std::rc::Rc;

use tch::{Device, Kind, Tensor};

use super::TrainError;
use super::approximate::Approximate;
use super::layers::{Mode, MultiplyingLayer, Product};
use super::random::{Purpose, seed_for};
use crate::training::plan::{Experiment, Network, Operation, StageName};

/// A network.
#[derive(Debug)]
pub struct Model {
    nodes: Vec<Node>,
    device: Device,
}

#[derive(Debug)]
enum Node {
    Multiplying(Box<MultiplyingLayer>),
    BatchNorm(BatchNorm),
    Relu,
    MaxPool { kernel: [i64; 2], stride: [i64; 2], padding: [i64; 2] },
    Flatten,
}

#[derive(Debug)]
struct BatchNorm {
    name: String,
    weight: Tensor,
    bias: Tensor,
    mean: Tensor,
    variance: Tensor,
}

/// Share of every new batch in the running statistics of batch normalisation.
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
    /// Whether weight decay acts on it: on weights, not on biases, normalisation, sigma or clipping values.
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
        let mut nodes = Vec::new();
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
                Node::Multiplying(Box::new(MultiplyingLayer::new(
                    &layer.name,
                    product,
                    sizes,
                    tensors,
                    &experiment.quantisation,
                    affine,
                )))
            };
            nodes.push(match operation {
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
                    Node::BatchNorm(BatchNorm {
                        name: layer.name.clone(),
                        weight: full(1.0).set_requires_grad(true),
                        bias: full(0.0).set_requires_grad(true),
                        mean: full(0.0),
                        variance: full(1.0),
                    })
                }
                Operation::Relu => Node::Relu,
                Operation::MaxPool { kernel, stride, padding } => {
                    let [kernel, stride, padding] =
                        [kernel, stride, padding].map(|pair| pair.map(|n| n as i64));
                    Node::MaxPool { kernel, stride, padding }
                }
                Operation::Flatten => Node::Flatten,
            });
        }
        Ok(Self { nodes, device })
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
        let mut x = images.shallow_clone();
        for node in &mut self.nodes {
            x = match node {
                Node::Multiplying(layer) => {
                    watch(layer, &x)?;
                    layer.forward(&x, mode, train)?
                }
                Node::BatchNorm(norm) => x.batch_norm(
                    Some(&norm.weight),
                    Some(&norm.bias),
                    Some(&norm.mean),
                    Some(&norm.variance),
                    train,
                    STATISTICS_MOMENTUM,
                    EPSILON,
                    true,
                ),
                Node::Relu => x.relu(),
                Node::MaxPool { kernel, stride, padding } => {
                    x.max_pool2d(*kernel, *stride, *padding, [1, 1], false)
                }
                Node::Flatten => x.flatten(1, -1),
            };
        }
        Ok(x)
    }

    /// The layers with multipliers, in order.
    pub fn layers(&self) -> impl Iterator<Item = &MultiplyingLayer> {
        self.nodes
            .iter()
            .filter_map(|node| if let Node::Multiplying(layer) = node { Some(&**layer) } else { None })
    }

    /// The layers with multipliers, in order.
    pub fn layers_mut(&mut self) -> impl Iterator<Item = &mut MultiplyingLayer> {
        self.nodes
            .iter_mut()
            .filter_map(|node| if let Node::Multiplying(layer) = node { Some(&mut **layer) } else { None })
    }

    /// Gives every layer its multiplier, in the order of the layers.
    pub fn set_multipliers(&mut self, multipliers: &[Option<Rc<Approximate>>]) {
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
            match node {
                Node::Multiplying(layer) => {
                    add(&layer.name, "weight", &layer.weight);
                    layer.bias.iter().for_each(|bias| add(&layer.name, "bias", bias));
                    layer.alpha.iter().for_each(|alpha| add(&layer.name, "alpha", alpha));
                    add(&layer.name, "sigma", &layer.sigma);
                }
                Node::BatchNorm(norm) => {
                    add(&norm.name, "weight", &norm.weight);
                    add(&norm.name, "bias", &norm.bias);
                    add(&norm.name, "running_mean", &norm.mean);
                    add(&norm.name, "running_variance", &norm.variance);
                }
                Node::Relu | Node::MaxPool { .. } | Node::Flatten => {}
            }
        }
        all
    }
}
