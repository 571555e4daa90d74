//! A whole run: every seed, every stage.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use tch::Device;

use super::approximate::Approximate;
use super::checkpoint::CheckpointInfo;
use super::dataset::Dataset;
use super::{TrainError, device, memory, stages};
use crate::multiplier::{OperandFormat, Tabulated};
use crate::training::plan::{
    Event, EventLog, Experiment, FileError, Network, Results, RunDirectory, RunRequest, SeedResults,
    StageName, StageResults, UnsignedScheme, read_json, sign_magnitude, write_json,
};

/// What the stages of a run share.
pub struct Session<'a> {
    /// The experiment.
    pub experiment: Experiment,
    /// The network.
    pub network: Network,
    /// Where tensors live.
    pub device: Device,
    /// The images, on the device.
    pub dataset: Dataset,
    /// Multipliers that layers can compute with.
    pub multipliers: Multipliers,
    /// Where files go.
    pub directory: RunDirectory,
    /// Whether to show progress.
    pub progress: bool,
    /// Hears of every checkpoint once it is on disk; an error ends the run there.
    pub checkpointed: &'a mut dyn FnMut(&CheckpointInfo) -> Result<(), TrainError>,
    log: EventLog,
}

/// Multipliers of the operand format of the layers, and those that were prepared for tensors.
#[derive(Debug)]
pub struct Multipliers {
    all: Vec<Arc<Tabulated>>,
    format: OperandFormat,
    prepared: HashMap<String, Rc<Approximate>>,
}

/// Runs what a request asks for; the results are in the run's `results.json` too.
pub fn run(request: &RunRequest) -> Result<Results, TrainError> {
    memory::told(request.experiment.batch, || {
        device::set_threads(request.experiment.threads);
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
    if needs_multipliers && multipliers.all.is_empty() {
        return Err(TrainError::Multiplier(format!(
            "none of the {} multipliers given is {} with 8x{} bits, of operand format {}; set `signed`, \
             `quantisation.weights.bits` or `catalog`",
            request.multipliers.len(),
            if experiment.signed { "signed" } else { "unsigned" },
            experiment.quantisation.weights.bits,
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
        results.push(session.results_of(seed)?);
        write_json(&session.directory.results(), &Results::new(&experiment.name, &device, results.clone()))?;
    }
    session.report(&Event::RunEnd { seconds: began.elapsed().as_secs_f64() })?;
    Ok(Results::new(&experiment.name, &device, results))
}

impl Session<'_> {
    /// Writes an event.
    pub fn report(&mut self, event: &Event) -> Result<(), TrainError> {
        Ok(self.log.write(event)?)
    }

    /// What there is of a seed's results, from the files of its stages.
    fn results_of(&self, seed: u64) -> Result<SeedResults, TrainError> {
        let mut stages = StageResults::new();
        for stage in StageName::ALL {
            let path = self.directory.stage_result(seed, stage);
            if path.exists() {
                stages.insert(stage, read_json(&path)?);
            }
        }
        let done = |stage| stages.contains_key(&stage);
        let assignment =
            done(StageName::Search).then(|| read_json(&self.directory.assignment(seed))).transpose()?;
        let uniform =
            done(StageName::Uniform).then(|| read_json(&self.directory.uniform(seed))).transpose()?;
        Ok(SeedResults { seed, stages, assignment, uniform })
    }

    /// Reads a file of an earlier stage.
    pub fn read<T: serde::de::DeserializeOwned>(&self, path: &std::path::Path) -> Result<T, FileError> {
        read_json(path)
    }
}

impl Multipliers {
    /// Those of a list that fit the experiment: signed ones, or unsigned ones in the form that its scheme asks for,
    /// with as many bits of a weight as it has.
    pub fn new(list: &[Tabulated], experiment: &Experiment) -> Result<Self, TrainError> {
        let format = experiment.operand_format();
        let magnitudes =
            !experiment.signed && experiment.quantisation.unsigned == UnsignedScheme::SignMagnitude;
        let all = list
            .iter()
            .filter(|multiplier| multiplier.format() == format)
            .map(|multiplier| {
                let used = if magnitudes { sign_magnitude(multiplier, format)? } else { multiplier.clone() };
                Ok(Arc::new(used))
            })
            .collect::<Result<_, TrainError>>()?;
        Ok(Self { all, format, prepared: HashMap::new() })
    }

    /// All of them.
    pub fn all(&self) -> &[Arc<Tabulated>] {
        &self.all
    }

    /// One by name.
    pub fn find(&self, name: &str) -> Result<Arc<Tabulated>, TrainError> {
        self.all.iter().find(|multiplier| multiplier.name == name).cloned().ok_or_else(|| {
            let mut names: Vec<&str> = self.all.iter().map(|multiplier| multiplier.name.as_str()).collect();
            names.sort_by(|a, b| strsim::jaro_winkler(b, name).total_cmp(&strsim::jaro_winkler(a, name)));
            names.truncate(3);
            let nearest = if names.is_empty() {
                String::new()
            } else {
                format!("; the nearest are {}", names.join(", "))
            };
            TrainError::Multiplier(format!(
                "there is no multiplier '{name}' of operand format {}{nearest}",
                self.format
            ))
        })
    }

    /// One by name, ready for tensors.
    pub fn prepare(
        &mut self,
        name: &str,
        experiment: &Experiment,
        device: Device,
    ) -> Result<Rc<Approximate>, TrainError> {
        if let Some(prepared) = self.prepared.get(name) {
            return Ok(prepared.clone());
        }
        let prepared = Rc::new(Approximate::new(&*self.find(name)?, experiment.kernel, device)?);
        self.prepared.insert(name.to_owned(), prepared.clone());
        Ok(prepared)
    }
}
