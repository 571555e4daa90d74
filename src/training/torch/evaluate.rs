//! Trying an assignment on a trained network.

use std::time::Instant;

use super::checkpoint::Checkpoint;
use super::dataset::Dataset;
use super::layers::Mode;
use super::network::Model;
use super::runner::Multipliers;
use super::{TrainError, device, epoch};
use crate::training::plan::{EvalRequest, EvalResult, Split, StageName, write_json};

/// Does what a request asks for: loads the checkpoint, gives layers their multipliers, and writes accuracy and loss.
pub fn evaluate_request(request: &EvalRequest) -> Result<EvalResult, TrainError> {
    let experiment = &request.experiment;
    device::set_threads(experiment.threads);
    let device = device::choose(experiment.device)?;
    let checkpoint = Checkpoint::load(&request.checkpoint)?;
    let fail = |problem: &str| TrainError::Checkpoint {
        path: request.checkpoint.clone(),
        problem: problem.to_owned(),
    };
    let checkpoint = checkpoint.ok_or_else(|| fail("there is no such file"))?;
    if checkpoint.info.stage == StageName::Baseline {
        return Err(fail("is of baseline, which observed no ranges to quantise by; expected a later stage"));
    }
    let mut model = Model::new(&request.network, experiment, device, checkpoint.info.seed)?;
    checkpoint.restore_model(&mut model)?;
    let names: Vec<String> = model.layers().map(|layer| layer.name.clone()).collect();
    if let Some(stranger) = request.layers.keys().find(|name| !names.contains(name)) {
        return Err(TrainError::Multiplier(format!(
            "there is no layer '{stranger}' with multipliers; expected one of {}",
            names.join(", ")
        )));
    }
    let mut multipliers = Multipliers::new(&request.multipliers, experiment)?;
    let mut prepared = Vec::new();
    for name in &names {
        let multiplier = request.layers.get(name);
        prepared.push(multiplier.map(|m| multipliers.prepare(m, experiment, device)).transpose()?);
    }
    model.set_multipliers(&prepared);
    let dataset = Dataset::load(experiment, &request.data_directory, device)?;
    let images = match request.split {
        Split::Validation => &dataset.validation,
        Split::Test => &dataset.test,
    };
    let began = Instant::now();
    let score = epoch::evaluate(&mut model, images, Mode::Approximate)?;
    let result = EvalResult {
        split: request.split,
        images: score.images,
        top1: score.top1,
        loss: score.loss,
        images_per_second: score.images as f64 / began.elapsed().as_secs_f64().max(1e-9),
    };
    write_json(&request.output, &result)?;
    Ok(result)
}
