//! Trying an assignment on a trained network.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::approximate::multipliers::Multipliers;
use crate::checkpoint::Checkpoint;
use crate::data::dataset::Dataset;
use crate::device::memory::{self, Work};
use crate::network::Model;
use crate::network::layer::Mode;
use crate::stages::epoch;
use crate::{TrainError, device};
use axmul_experiment::corrections::Wiring;
use axmul_experiment::{EvalRequest, EvalResult, Experiment, Split, StageName, write_json};
use axmul_metrics::Tabulated;

/// Does what a request asks for: loads the checkpoint, gives layers their multipliers, and writes accuracy and loss.
pub fn evaluate_request(request: &EvalRequest) -> Result<EvalResult, TrainError> {
    let batch = epoch::evaluation_batch(&request.network.input);
    memory::told(Work::Evaluation, batch, || evaluate(request))
}

fn evaluate(request: &EvalRequest) -> Result<EvalResult, TrainError> {
    let experiment = &request.experiment;
    device::prepare(experiment.threads);
    let device = device::choose(experiment.device)?;
    let checkpoint = Checkpoint::load(&request.checkpoint)?;
    let fail = |problem: &str| TrainError::Checkpoint {
        path: request.checkpoint.clone(),
        problem: problem.to_owned(),
    };
    let checkpoint = checkpoint.ok_or_else(|| fail("there is no such file"))?;
    if checkpoint.info.stage == StageName::Baseline {
        return Err(fail("is of baseline, which observed no ranges to quantize by; expected a later stage"));
    }
    let mut model = Model::new(&request.network, experiment, device, checkpoint.info.seed)?;
    checkpoint.restore_model(&mut model)?;
    set_multipliers(&mut model, (&request.layers, &request.wirings), &request.multipliers, experiment)?;
    let dataset = Dataset::load(experiment, &request.data_directory, device)?;
    let result = measure(&mut model, &dataset, request.split, Mode::Approximate)?;
    write_json(&request.output, &result)?;
    Ok(result)
}

/// Gives layers their multipliers, by names, and wires those that are to be; layers without one compute exactly.
pub fn set_multipliers(
    model: &mut Model,
    (layers, wirings): (&BTreeMap<String, String>, &BTreeMap<String, Wiring>),
    multipliers: &[Tabulated],
    experiment: &Experiment,
) -> Result<(), TrainError> {
    let names: Vec<String> = model.layers().map(|layer| layer.name.clone()).collect();
    if let Some(stranger) = layers.keys().find(|name| !names.contains(name)) {
        return Err(TrainError::Multiplier(format!(
            "there is no layer '{stranger}' with multipliers; expected one of {}",
            names.join(", ")
        )));
    }
    let device = model.device();
    let mut multipliers = Multipliers::new(multipliers, experiment)?;
    let mut prepared = Vec::new();
    for name in &names {
        prepared.push(match (layers.get(name), wirings.get(name)) {
            (Some(multiplier), Some(wiring)) => {
                Some(multipliers.wired(multiplier, wiring, experiment, device)?)
            }
            (Some(multiplier), None) => Some(multipliers.prepare(multiplier, experiment, device)?.into()),
            (None, _) => None,
        });
    }
    model.set_multipliers(&prepared);
    Ok(())
}

/// Accuracy and loss on a part of the images.
pub fn measure(
    model: &mut Model,
    dataset: &Dataset,
    split: Split,
    mode: Mode,
) -> Result<EvalResult, TrainError> {
    let images = match split {
        Split::Validation => &dataset.validation,
        Split::Test => &dataset.test,
    };
    let began = Instant::now();
    let score = epoch::evaluate(model, images, mode)?;
    Ok(EvalResult {
        split,
        images: score.images,
        top1: score.top1,
        top5: score.top5,
        loss: score.loss,
        images_per_second: score.images as f64 / began.elapsed().as_secs_f64().max(1e-9),
    })
}
