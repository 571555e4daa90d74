//! A whole run: every seed, every stage.

pub mod progress;
pub mod session;

use std::time::Instant;

use tch::Device;

use crate::approximate::multipliers::Multipliers;
use crate::checkpoint::CheckpointInfo;
use crate::data::dataset::Dataset;
use crate::device::memory::{self, Work};
use crate::run::session::Session;
use crate::{TrainError, device, stages};
use axmul_experiment::{
    Event, EventLog, Results, RunDirectory, RunRequest, SeedResults, StageName, StageResults, read_json,
    write_json,
};

/// Runs what a request asks for; the results are in the run's `results.json` too.
pub fn run(request: &RunRequest) -> Result<Results, TrainError> {
    memory::told(Work::Training, request.experiment.batch, || {
        device::prepare(request.experiment.threads);
        let device = device::choose(request.experiment.device)?;
        // Everything that can be refused is, before the directory is touched.
        let dataset = Dataset::load(&request.experiment, &request.data_directory, device)?;
        run_on(request, device, dataset, &mut |_| Ok(()))
    })
}

/// Like [`run`], on images that are there already.
pub fn run_on(
    request: &RunRequest,
    device: Device,
    dataset: Dataset,
    checkpointed: &mut dyn FnMut(&CheckpointInfo) -> Result<(), TrainError>,
) -> Result<Results, TrainError> {
    let began = Instant::now();
    let experiment = &request.experiment;
    dataset.check_fits(&request.network)?;
    let multipliers = Multipliers::new(&request.multipliers, experiment)?;
    let needs_multipliers = request.stages.iter().any(|&stage| stage >= StageName::Search);
    if needs_multipliers && multipliers.all().is_empty() {
        return Err(TrainError::Multiplier(format!(
            "none of the {} multipliers given is {} with 8x{} bits, of operand format {}; set `signed`, \
             `quantization.weights.bits` or `catalog`",
            request.multipliers.len(),
            if experiment.signed == Some(false) { "unsigned" } else { "signed" },
            experiment.quantization.weights.bits,
            experiment.operand_format()
        )));
    }
    let directory = RunDirectory::open(request)?;
    let log = EventLog::open(&directory.events())?;
    let resumed = directory.is_resumed();
    let mut session = Session {
        experiment: experiment.clone(),
        network: request.network.clone(),
        device,
        dataset,
        multipliers,
        circuits: request.circuits.clone(),
        directory,
        progress: request.progress,
        checkpointed,
        log,
    };
    let device = device::name(device);
    session.report(&Event::RunStart {
        name: experiment.name.clone(),
        seeds: experiment.seeds.clone(),
        device: device.clone(),
        resumed,
    })?;
    let mut results = Vec::new();
    for &seed in &experiment.seeds {
        for stage in StageName::ALL {
            if request.stages.contains(&stage) {
                stages::run(&mut session, seed, stage)?;
            }
        }
        results.push(results_of(&session.directory, seed)?);
        write_json(&session.directory.results(), &Results::new(&experiment.name, &device, results.clone()))?;
    }
    session.report(&Event::RunEnd { seconds: began.elapsed().as_secs_f64() })?;
    Ok(Results::new(&experiment.name, &device, results))
}

/// What there is of a seed's results, from the files of its stages.
fn results_of(directory: &RunDirectory, seed: u64) -> Result<SeedResults, TrainError> {
    let mut stages = StageResults::new();
    for stage in StageName::ALL {
        let path = directory.stage_result(seed, stage);
        if path.exists() {
            stages.insert(stage, read_json(&path)?);
        }
    }
    let done = |stage| stages.contains_key(&stage);
    let assignment = done(StageName::Search).then(|| read_json(&directory.assignment(seed))).transpose()?;
    let uniform = done(StageName::Uniform).then(|| read_json(&directory.uniform(seed))).transpose()?;
    let front = directory.front(seed);
    let front = (done(StageName::Search) && front.exists()).then(|| read_json(&front)).transpose()?;
    Ok(SeedResults { seed, stages, assignment, uniform, front })
}
