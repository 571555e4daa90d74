//! Published weights, and what a network does with them: class scores and accuracy, in fp32 or approximately.

use std::collections::BTreeMap;
use std::path::Path;

use tch::{Device, Tensor};

use crate::data::dataset::Dataset;
use crate::device::memory::{self, Work};
use crate::network::Model;
use crate::network::layer::Mode;
use crate::requests::evaluate::{measure, set_multipliers};
use crate::stages::epoch;
use crate::stages::start::{load_weights, observe};
use crate::{TrainError, device};
use axmul_experiment::{
    self, Calibration, InferRequest, InferResult, Network, RangesFrom, StageName, write_json,
};

/// Does what a request asks for: loads the weights, calibrates where layers are to be quantized, writes class scores,
/// and measures accuracy.
pub fn infer_request(request: &InferRequest) -> Result<InferResult, TrainError> {
    let batch = epoch::evaluation_batch(&request.network.input);
    memory::told(Work::Evaluation, batch, || infer(request))
}

fn infer(request: &InferRequest) -> Result<InferResult, TrainError> {
    let (experiment, network) = (&request.experiment, &request.network);
    device::prepare(experiment.threads);
    let device = device::choose(experiment.device)?;
    let seed = experiment.seeds.first().copied().unwrap_or_default();
    let mut model = Model::new(network, experiment, device, seed)?;
    load_weights(&mut model, network, &request.weights)?;
    let input = request.input.as_deref().map(|path| read_input(path, network)).transpose()?;
    let directory = request.data_directory.as_deref();
    let dataset = directory.map(|directory| Dataset::load(experiment, directory, device)).transpose()?;
    if let Some(dataset) = &dataset {
        dataset.check_fits(network)?;
    }

    let mut calibration = None;
    if let Some(layers) = &request.layers {
        let count = experiment.capture.images;
        let (images, images_of) = match (&dataset, &input) {
            (Some(dataset), _) => {
                (dataset.train.sample(count, seed, StageName::Quantize), RangesFrom::Training)
            }
            (None, Some(input)) => {
                (input.narrow(0, 0, input.size()[0].min(count as i64)).to_device(device), RangesFrom::Input)
            }
            (None, None) => return Err(TrainError::Data("are needed to calibrate ranges on".into())),
        };
        memory::told(Work::Calibration, images.size()[0] as usize, || observe(&mut model, &images))?;
        set_multipliers(&mut model, (layers, &BTreeMap::new()), &request.multipliers, experiment)?;
        calibration = Some(Calibration { images_of, images: images.size()[0] as usize });
    }
    let mode = if calibration.is_some() { Mode::Approximate } else { Mode::Fp32 };

    if let (Some(input), Some(logits)) = (&input, &request.logits) {
        let scores = scores(&mut model, input, mode)?;
        axmul_experiment::write_scores(logits, [input.size()[0] as usize, network.classes], &scores)?;
    }
    let accuracy = dataset.map(|dataset| measure(&mut model, &dataset, request.split, mode)).transpose()?;
    let result = InferResult { calibration, accuracy };
    write_json(&request.output, &result)?;
    Ok(result)
}

/// Images that a network takes, fp32 `[N, C, H, W]` on the CPU.
fn read_input(path: &Path, network: &Network) -> Result<Tensor, TrainError> {
    let images = axmul_experiment::read_images_for(path, network)?;
    Ok(Tensor::f_from_slice(&images.values)?.f_view(images.shape.map(|n| n as i64))?)
}

/// The class scores of images, image after image.
pub fn scores(model: &mut Model, images: &Tensor, mode: Mode) -> Result<Vec<f32>, TrainError> {
    let _guard = tch::no_grad_guard();
    let size = images.size();
    let (count, batch) =
        (size[0], epoch::evaluation_batch(&[1, 2, 3].map(|side| size[side] as usize)) as i64);
    let mut scores: Vec<f32> = Vec::new();
    for start in (0..count).step_by(batch as usize) {
        let some = images.narrow(0, start, batch.min(count - start)).to_device(model.device());
        let yielded = model.forward(&some, mode, false)?;
        scores.extend(Vec::<f32>::try_from(yielded.reshape([-1]).to_device(Device::Cpu))?);
    }
    Ok(scores)
}
