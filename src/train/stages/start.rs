//! Networks as stages find them: with weights, ranges and noise to start from.

use std::path::Path;

use safetensors::tensor::Dtype;
use tch::{Kind, Tensor};

use crate::TrainError;
use crate::checkpoint::Checkpoint;
use crate::network::Model;
use crate::network::layer::Mode;
use crate::run::session::Session;
use axmul_experiment::{Network, PublishedWeights, StageName, WeightsError};

/// The network as a stage finds it: new, with published weights, or from the checkpoint of the stage before.
pub fn start_of(session: &Session<'_>, seed: u64, stage: StageName) -> Result<Model, TrainError> {
    let mut model = Model::new(&session.network, &session.experiment, session.device, seed)?;
    let Some(needs) = stage.starts_from() else {
        if let Some(weights) = &session.experiment.stages.baseline.weights {
            load_weights(&mut model, &session.network, weights)?;
        }
        return Ok(model);
    };
    let done = session.directory.stage_result(seed, needs).exists();
    let checkpoint = Checkpoint::load(&session.directory.checkpoint(seed, needs))?;
    let (true, Some(checkpoint)) = (done, checkpoint) else {
        return Err(TrainError::Order { stage, needs });
    };
    checkpoint.restore_model(&mut model)?;
    match stage {
        StageName::Quantize => {
            if session.experiment.quantization.fold_batch_norm {
                model.fold_batch_norms();
            }
            calibrate(session, &mut model, seed)?;
        }
        StageName::Search => model.set_sigma(session.experiment.stages.search.initial_sigma),
        _ => {}
    }
    Ok(model)
}

/// Shows the observers some training images, so that quantization has ranges to start from.
fn calibrate(session: &Session<'_>, model: &mut Model, seed: u64) -> Result<(), TrainError> {
    let images = session.dataset.train.sample(session.experiment.capture.images, seed, StageName::Quantize);
    observe(model, &images)
}

/// Shows images, normalized fp32, to the observers of a network.
pub fn observe(model: &mut Model, images: &Tensor) -> Result<(), TrainError> {
    let _guard = tch::no_grad_guard();
    let _scores = model.forward_watched(images, Mode::Fp32, false, &mut |layer, x| {
        layer.observe(x);
        Ok(())
    })?;
    Ok(())
}

/// Training images by which statistics of batch normalization are estimated anew.
const STATISTICS_IMAGES: usize = 2560;

/// Estimates the statistics of batch normalization anew with the multipliers that the layers have, where the experiment
/// corrects by them.
pub fn correct_statistics(session: &Session<'_>, seed: u64, model: &mut Model) -> Result<(), TrainError> {
    if !(session.experiment.measures_layers() && session.experiment.corrections.statistics) {
        return Ok(());
    }
    let images = session.dataset.train.sample(STATISTICS_IMAGES, seed, StageName::Retrain);
    model.reestimate_statistics(&images, Mode::Approximate)
}

/// Puts weights with torchvision's names, from a safetensors file, into a network.
pub fn load_weights(model: &mut Model, network: &Network, path: &Path) -> Result<(), TrainError> {
    let fail = |problem: String| WeightsError { path: path.to_owned(), problem };
    let weights = PublishedWeights::read(path, network)?;
    let file = weights.tensors().map_err(|error| fail(error.to_string()))?;
    for (name, mut to) in model.tensors() {
        let Some(name) = axmul_experiment::published_name(&name) else { continue };
        let from = file.tensor(&name).map_err(|error| fail(error.to_string()))?;
        let kind = match from.dtype() {
            Dtype::F16 => Kind::Half,
            Dtype::BF16 => Kind::BFloat16,
            Dtype::F64 => Kind::Double,
            _ => Kind::Float,
        };
        let from = Tensor::f_from_data_size(from.data(), &to.size(), kind)?;
        tch::no_grad(|| to.f_copy_(&from))?;
        if to.isfinite().all().int64_value(&[]) == 0 {
            return Err(fail(format!("tensor '{name}' holds values that are no finite numbers")).into());
        }
    }
    Ok(())
}
