//! A network's values at one epoch, kept while training goes on.

use std::collections::HashMap;

use tch::{Device, Tensor};

use crate::TrainError;
use crate::network::Model;

/// Weights, statistics and the ranges of activations, as tensors on the CPU: `model.*` and `observer.*`.
#[derive(Debug)]
pub struct Snapshot {
    tensors: HashMap<String, Tensor>,
}

impl Snapshot {
    /// A network as it is now.
    pub fn of(model: &Model) -> Self {
        let kept = |tensor: Tensor| tensor.detach().to_device(Device::Cpu).copy();
        let mut tensors: HashMap<String, Tensor> =
            model.tensors().into_iter().map(|(name, t)| (format!("model.{name}"), kept(t))).collect();
        for layer in model.layers() {
            if let Some((low, high)) = layer.observer.range() {
                tensors.insert(format!("observer.{}", layer.name), Tensor::from_slice(&[low, high]));
            }
        }
        Self { tensors }
    }

    /// From the tensors of a file; `None` if there are none.
    pub fn new(tensors: impl IntoIterator<Item = (String, Tensor)>) -> Option<Self> {
        let tensors: HashMap<String, Tensor> = tensors.into_iter().collect();
        (!tensors.is_empty()).then_some(Self { tensors })
    }

    /// Everything by name, in the order of the names.
    pub fn tensors(&self) -> impl Iterator<Item = (String, Tensor)> {
        let mut all: Vec<_> =
            self.tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shallow_clone())).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.into_iter()
    }

    /// Puts it back into the network that it is of.
    pub fn restore(&self, model: &mut Model) -> Result<(), TrainError> {
        for (name, mut tensor) in model.tensors() {
            let from = self.tensors.get(&format!("model.{name}")).ok_or_else(|| {
                TrainError::Data(format!("the best epoch's network has no tensor '{name}'"))
            })?;
            tch::no_grad(|| tensor.f_copy_(from))?;
        }
        for layer in model.layers_mut() {
            let range = self.tensors.get(&format!("observer.{}", layer.name));
            layer.observer.set_range(range.map(|range| (range.double_value(&[0]), range.double_value(&[1]))));
        }
        Ok(())
    }
}
