//! The state after an epoch, as a safetensors file.

pub mod snapshot;

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use tch::{Device, Kind, Tensor};

use crate::TrainError;
use crate::checkpoint::snapshot::Snapshot;
use crate::network::Model;
use crate::optimizer::Optimizer;
use axmul_experiment::{BATCH_NORM, Course, FOLDED, StageName};
use axmul_support::files::write_atomic_synced;

/// Changes with the names and the meaning of the tensors.
const VERSION: &str = "1";
/// What the names of the best epoch's tensors begin with.
const BEST: &str = "best.";

/// What a checkpoint says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckpointInfo {
    /// The stage it belongs to.
    pub stage: StageName,
    /// The seed.
    pub seed: u64,
    /// Epochs of the stage that it has behind it.
    pub epochs_done: u32,
    /// Seconds that these took.
    pub seconds: f64,
    /// What their validation has decided.
    pub course: Course,
}

/// A checkpoint in memory: `model.*`, `observer.*` and `optimizer.*` tensors.
///
/// Where weights are averaged, `model.*` are the averages, for whoever takes the network from here, and `live.*` what
/// training goes on with. Until a stage that keeps its best epoch is done, `best.model.*` and `best.observer.*` are of
/// that epoch.
#[derive(Debug)]
pub struct Checkpoint {
    /// What it says about itself.
    pub info: CheckpointInfo,
    tensors: HashMap<String, Tensor>,
    folded: bool,
    steps: u64,
    origin: std::path::PathBuf,
}

/// Writes the state of a network and its optimiser, whole or not at all.
pub fn save(
    path: &Path,
    info: &CheckpointInfo,
    model: &Model,
    optimizer: &Optimizer,
    best: Option<&Snapshot>,
) -> Result<(), TrainError> {
    let mut tensors: Vec<(String, Tensor)> = Vec::new();
    for (name, tensor) in model.tensors() {
        match optimizer.averaged().and_then(|average| average.of(&name)) {
            Some(average) => {
                tensors.push((format!("model.{name}"), average.shallow_clone()));
                tensors.push((format!("live.{name}"), tensor));
            }
            None => tensors.push((format!("model.{name}"), tensor)),
        }
    }
    if let Some(best) = best {
        tensors.extend(best.tensors().map(|(name, t)| (format!("{BEST}{name}"), t)));
    }
    tensors.extend(optimizer.tensors().into_iter().map(|(name, t)| (format!("optimizer.{name}"), t)));
    for layer in model.layers() {
        if let Some((low, high)) = layer.observer.range() {
            tensors.push((format!("observer.{}", layer.name), Tensor::from_slice(&[low, high])));
        }
    }
    let buffers = tensors
        .into_iter()
        .map(|(name, tensor)| {
            let tensor = tensor.detach().to_device(Device::Cpu).contiguous();
            let dtype = if tensor.kind() == Kind::Double { Dtype::F64 } else { Dtype::F32 };
            let shape: Vec<usize> = tensor.size().iter().map(|&n| n as usize).collect();
            let size = tensor.numel() * if dtype == Dtype::F64 { 8 } else { 4 };
            let mut bytes = vec![0; size];
            tensor.f_copy_data_u8(&mut bytes, tensor.numel())?;
            Ok((name, dtype, shape, bytes))
        })
        .collect::<Result<Vec<_>, TrainError>>()?;
    let fail = |problem: String| TrainError::Checkpoint { path: path.to_owned(), problem };
    let views = buffers
        .iter()
        .map(|(name, dtype, shape, bytes)| Ok((name.clone(), TensorView::new(*dtype, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(|error| fail(error.to_string()))?;
    let course = serde_json::to_string(&info.course).map_err(|error| fail(error.to_string()))?;
    let mut metadata = HashMap::from(
        [
            ("axmul_checkpoint", VERSION.to_owned()),
            ("stage", info.stage.to_string()),
            ("seed", info.seed.to_string()),
            ("epochs_done", info.epochs_done.to_string()),
            ("seconds", info.seconds.to_string()),
            ("optimizer_steps", optimizer.steps().to_string()),
            ("course", course),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    if model.is_folded() {
        metadata.insert(BATCH_NORM.to_owned(), FOLDED.to_owned());
    }
    let bytes = safetensors::serialize(views, Some(metadata)).map_err(|error| fail(error.to_string()))?;
    Ok(write_atomic_synced(path, &bytes)?)
}

impl Checkpoint {
    /// Reads a checkpoint; `None` if there is no such file.
    pub fn load(path: &Path) -> Result<Option<Self>, TrainError> {
        let fail = |problem: String| TrainError::Checkpoint { path: path.to_owned(), problem };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fail(error.to_string())),
        };
        let damaged = |error: safetensors::SafeTensorError| {
            fail(format!("is damaged ({error}); remove it to train its stage anew"))
        };
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(damaged)?;
        let file = SafeTensors::deserialize(&bytes).map_err(damaged)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        match metadata.get("axmul_checkpoint").map(String::as_str) {
            Some(VERSION) => {}
            other => {
                let other = other.unwrap_or("none");
                return Err(fail(format!("expected a checkpoint of version {VERSION}, got {other}")));
            }
        }
        fn field<T: std::str::FromStr>(metadata: &HashMap<String, String>, key: &str) -> Result<T, String> {
            let value = metadata.get(key).and_then(|text| text.parse().ok());
            value.ok_or_else(|| format!("its header has no valid '{key}'"))
        }
        // Checkpoints of earlier releases have none.
        let course = match metadata.get("course") {
            Some(text) => serde_json::from_str(text)
                .map_err(|error| fail(format!("its header has no valid 'course' ({error})")))?,
            None => Course::default(),
        };
        let info = CheckpointInfo {
            stage: field(&metadata, "stage").map_err(fail)?,
            seed: field(&metadata, "seed").map_err(fail)?,
            epochs_done: field(&metadata, "epochs_done").map_err(fail)?,
            seconds: field(&metadata, "seconds").map_err(fail)?,
            course,
        };
        let mut tensors = HashMap::new();
        for (name, view) in file.tensors() {
            let kind = match view.dtype() {
                Dtype::F32 => Kind::Float,
                Dtype::F64 => Kind::Double,
                other => return Err(fail(format!("tensor '{name}' is {other:?}; expected F32 or F64"))),
            };
            let shape: Vec<i64> = view.shape().iter().map(|&n| n as i64).collect();
            tensors.insert(name, Tensor::f_from_data_size(view.data(), &shape, kind)?);
        }
        let steps = field(&metadata, "optimizer_steps").map_err(fail)?;
        let folded = metadata.get(BATCH_NORM).is_some_and(|batch_norm| batch_norm == FOLDED);
        Ok(Some(Self { info, tensors, folded, steps, origin: path.to_owned() }))
    }

    /// Gives a network the tensors of this checkpoint's: batch normalization is folded if it was. Tensors that an
    /// optimiser is to move are those from then on.
    pub fn prepare_model(&self, model: &mut Model) {
        if self.folded && !model.is_folded() {
            model.fold_batch_norms();
        }
    }

    /// Puts weights, sigma, statistics and observers into a network, after [`Self::prepare_model`].
    pub fn restore_model(&self, model: &mut Model) -> Result<(), TrainError> {
        self.prepare_model(model);
        if model.is_folded() && !self.folded {
            let problem = "is of a network whose batch normalization is not folded".to_owned();
            return Err(TrainError::Checkpoint { path: self.origin.clone(), problem });
        }
        for (name, tensor) in model.tensors() {
            self.copy(&format!("model.{name}"), tensor)?;
        }
        for layer in model.layers_mut() {
            let range = self.tensors.get(&format!("observer.{}", layer.name));
            layer.observer.set_range(range.map(|range| (range.double_value(&[0]), range.double_value(&[1]))));
        }
        Ok(())
    }

    /// The best epoch's network, if the file holds one beside the last epoch's.
    pub fn best(&self) -> Option<Snapshot> {
        let tensors = self
            .tensors
            .iter()
            .filter_map(|(name, tensor)| Some((name.strip_prefix(BEST)?.to_owned(), tensor.shallow_clone())));
        Snapshot::new(tensors)
    }

    /// Puts an optimiser where it was, after the network: with weights that are averaged, network and average get
    /// what each had.
    pub fn restore_optimizer(&self, optimizer: &mut Optimizer) -> Result<(), TrainError> {
        if let Some(average) = optimizer.average() {
            for (name, live, average) in average.tensors() {
                self.copy(&format!("model.{name}"), average)?;
                self.copy(&format!("live.{name}"), live)?;
            }
        }
        for (name, tensor) in optimizer.tensors() {
            self.copy(&format!("optimizer.{name}"), tensor)?;
        }
        optimizer.set_steps(self.steps);
        Ok(())
    }

    fn copy(&self, name: &str, mut to: Tensor) -> Result<(), TrainError> {
        let fail = |problem: String| TrainError::Checkpoint { path: self.origin.clone(), problem };
        let from = self.tensors.get(name).ok_or_else(|| fail(format!("has no tensor '{name}'")))?;
        if from.size() != to.size() {
            let (expected, got) = (to.size(), from.size());
            return Err(fail(format!("tensor '{name}' has shape {got:?}, the network's has {expected:?}")));
        }
        tch::no_grad(|| to.f_copy_(from))?;
        Ok(())
    }
}
