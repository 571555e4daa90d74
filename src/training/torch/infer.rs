//! Published weights, and the class scores that a network yields with them.

use std::collections::HashSet;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors};
use tch::{Device, Kind, Tensor};

use super::layers::Mode;
use super::network::Model;
use super::{TrainError, device, epoch};
use crate::training::plan::{self, InferRequest};

/// Does what a request asks for: loads the weights and writes the class scores of the images, in fp32.
pub fn infer_request(request: &InferRequest) -> Result<(), TrainError> {
    let experiment = &request.experiment;
    device::set_threads(experiment.threads);
    let device = device::choose(experiment.device)?;
    let mut model = Model::new(&request.network, experiment, device, 0)?;
    load_weights(&mut model, &request.weights)?;
    let images = plan::read_images(&request.input)?;
    let [count, size @ ..] = images.shape;
    if size != request.network.input {
        return Err(TrainError::Data(format!(
            "{} are {size:?}, and network '{}' takes {:?}",
            request.input.display(),
            request.network.name,
            request.network.input
        )));
    }
    let _guard = tch::no_grad_guard();
    let shape = images.shape.map(|n| n as i64);
    let all = Tensor::f_from_slice(&images.values)?.f_view(shape)?;
    let batch = epoch::evaluation_batch(&request.network.input);
    let mut scores: Vec<f32> = Vec::new();
    for start in (0..count).step_by(batch) {
        let some = all.narrow(0, start as i64, batch.min(count - start) as i64).to_device(device);
        let yielded = model.forward(&some, Mode::Fp32, false)?;
        scores.extend(Vec::<f32>::try_from(yielded.reshape([-1]).to_device(Device::Cpu))?);
    }
    Ok(plan::write_scores(&request.output, [count, request.network.classes], &scores)?)
}

/// Puts weights with torchvision's names, from a safetensors file, into a network. Every tensor of the network must
/// be there with its shape, and nothing else.
pub fn load_weights(model: &mut Model, path: &Path) -> Result<(), TrainError> {
    let fail = |problem: String| TrainError::Weights { path: path.to_owned(), problem };
    let bytes = std::fs::read(path).map_err(|error| fail(error.to_string()))?;
    let file = SafeTensors::deserialize(&bytes)
        .map_err(|error| fail(format!("is no safetensors file ({error})")))?;
    let mut strangers: HashSet<&str> =
        file.names().into_iter().filter(|name| !plan::is_counter(name)).collect();
    for (name, mut to) in model.tensors() {
        let Some(name) = plan::published_name(&name) else { continue };
        let from = file.tensor(&name).map_err(|_| fail(format!("has no tensor '{name}'")))?;
        strangers.remove(name.as_str());
        let kind = match from.dtype() {
            Dtype::F16 => Kind::Half,
            Dtype::BF16 => Kind::BFloat16,
            Dtype::F32 => Kind::Float,
            Dtype::F64 => Kind::Double,
            other => {
                return Err(fail(format!("tensor '{name}' is {other:?}; expected F16, BF16, F32 or F64")));
            }
        };
        let shape: Vec<i64> = from.shape().iter().map(|&n| n as i64).collect();
        if shape != to.size() {
            return Err(fail(format!(
                "tensor '{name}' has shape {shape:?}, the network's has {:?}",
                to.size()
            )));
        }
        let from = Tensor::f_from_data_size(from.data(), &shape, kind)?;
        tch::no_grad(|| to.f_copy_(&from))?;
    }
    // The first by name, so that the message is always the same.
    match strangers.into_iter().min() {
        Some(name) => Err(fail(format!("has a tensor '{name}', which the network has not"))),
        None => Ok(()),
    }
}
