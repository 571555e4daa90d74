//! Where the files of a run lie.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::assignment::EnergySource;
use crate::{Experiment, FileError, Network, RunRequest, StageName, Start, read_json, write_json};
use axmul_support::{files::write_atomic_synced, hex, yaml};

/// The directory of a run, held by this process alone.
///
/// ```text
/// experiment.yaml                 the experiment with every default
/// run.json                        what the run is: experiment, network, checksums of the multipliers
/// events.jsonl                    what happened, a line each
/// results.json                    what came out
/// checkpoints/seed-1/             for every seed:
///     search.safetensors          the state after the last whole epoch of a stage
///     search.json                 its figures, once the stage is done
///     captures.json               what the assignment looked at
///     assignment.json             what it chose
///     front.json                  what it chose from
///     uniform_multiplier.json     the uniform multiplier
///     search_confusion.csv        which class the test images of another were taken for, at the end of a stage
/// tensorboard/seed-1/search/      loss, accuracy, learning rate and noise by epoch, for TensorBoard
/// ```
#[derive(Debug)]
pub struct RunDirectory {
    root: PathBuf,
    resumed: bool,
    _lock: Option<File>,
}

/// A directory that cannot take the run.
#[derive(Debug, thiserror::Error)]
pub enum RunDirectoryError {
    /// There is a run already.
    #[error(
        "there is a run in {path} already; take it up with --resume, replace it with --overwrite, or give this one \
         another name with --set name=...", path = path.display()
    )]
    Exists {
        /// The directory.
        path: PathBuf,
    },
    /// There is no run.
    #[error(
        "there is no run in {path}: it has no run.json; name the directory that `axmul run` wrote",
        path = path.display()
    )]
    NoRun {
        /// The directory.
        path: PathBuf,
    },
    /// Another process is at it.
    #[error("another process is working on the run in {path}; wait for it, or stop it", path = path.display())]
    Busy {
        /// The directory.
        path: PathBuf,
    },
    /// The run there has other settings.
    #[error(
        "the run in {path} cannot be resumed, for it was made with other settings: {differences}; use the old ones, \
         --overwrite, or another name", path = path.display()
    )]
    Differs {
        /// The directory.
        path: PathBuf,
        /// Keys with their old and new values.
        differences: String,
    },
    /// A file that cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// What makes two runs the same run.
#[derive(Serialize, Deserialize)]
struct Identity {
    experiment: Experiment,
    network: Network,
    /// Name, SHA-256 of the products, cost.
    multipliers: Vec<(String, String, Value)>,
    /// SHA-256 of the circuits; `None` where energies do not rest on them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    circuits: Option<String>,
}

impl Identity {
    fn of(request: &RunRequest) -> Self {
        let multipliers = request.multipliers.iter().map(|multiplier| {
            let mut hash = Sha256::new();
            for product in multiplier.table.products() {
                hash.update(product.to_le_bytes());
            }
            let digest = hex(&hash.finalize());
            let cost = serde_json::to_value(&multiplier.cost).unwrap_or_default();
            (multiplier.name.clone(), digest, cost)
        });
        Self {
            experiment: request.experiment.clone(),
            network: request.network.clone(),
            multipliers: multipliers.collect(),
            circuits: (request.experiment.energy == EnergySource::Activity)
                .then(|| hex(&Sha256::digest(serde_json::to_vec(&request.circuits).unwrap_or_default()))),
        }
    }

    /// Settings that do not change what is computed for one seed.
    const FREE: [&str; 7] = ["name", "seeds", "device", "threads", "kernel", "catalog", "tensorboard"];

    /// What the numbers of a run depend on, as a tree.
    fn tree(&self) -> Value {
        let mut tree = serde_json::to_value(self).unwrap_or_default();
        if let Some(experiment) = tree.get_mut("experiment").and_then(Value::as_object_mut) {
            for key in Self::FREE {
                experiment.remove(key);
            }
        }
        tree
    }
}

impl RunDirectory {
    /// Takes possession of the directory of a request, as its [`Start`] says.
    pub fn open(request: &RunRequest) -> Result<Self, RunDirectoryError> {
        let root = request.run_directory.clone();
        fs::create_dir_all(&root).map_err(|error| FileError::write(&root, error))?;
        let lock = lock(&root)?;
        let directory = Self { root, resumed: false, _lock: Some(lock) };
        let identity = Identity::of(request);
        let card = directory.root.join("run.json");
        let exists = card.exists();
        match request.start {
            Start::New if exists => return Err(RunDirectoryError::Exists { path: directory.root }),
            Start::Resume if exists => {
                let before: Identity = read_json(&card)?;
                let mut differences = Vec::new();
                differ(&before.tree(), &identity.tree(), "", &mut differences);
                if !differences.is_empty() {
                    let differences = differences.join("; ");
                    return Err(RunDirectoryError::Differs { path: directory.root, differences });
                }
                directory.describe(&identity)?;
                return Ok(Self { resumed: true, ..directory });
            }
            Start::Overwrite => directory.clear()?,
            Start::New | Start::Resume => {}
        }
        directory.describe(&identity)?;
        Ok(directory)
    }

    /// Writes what the run is: the experiment for people, then all of it for machines, which makes it a run.
    fn describe(&self, identity: &Identity) -> Result<(), FileError> {
        let path = self.root.join("experiment.yaml");
        let experiment = yaml::to_string(&identity.experiment, "the experiment");
        write_atomic_synced(&path, experiment.map_err(|error| FileError::write(&path, error))?.as_bytes())?;
        write_json(&self.root.join("run.json"), identity)
    }

    /// A run that is there, to look at: with the experiment and the network that it was made of. Others may be at
    /// it; its files are whole at any time.
    pub fn view(root: &Path) -> Result<(Self, Experiment, Network), RunDirectoryError> {
        let card = root.join("run.json");
        if !card.is_file() {
            return Err(RunDirectoryError::NoRun { path: root.to_owned() });
        }
        let Identity { experiment, network, .. } = read_json(&card)?;
        Ok((Self { root: root.to_owned(), resumed: false, _lock: None }, experiment, network))
    }

    /// Removes what a run writes, and nothing else that may lie there.
    fn clear(&self) -> Result<(), FileError> {
        // The card first: without it there is no run, whatever a kill leaves of the rest.
        // Reports of the old run would pass for those of the new one until it is done.
        let reports = ["report.md", "layers.svg", "confusion.svg"].map(|name| self.root.join(name));
        for path in [self.root.join("run.json"), self.events(), self.results()].into_iter().chain(reports) {
            if path.exists() {
                fs::remove_file(&path).map_err(|error| FileError::write(&path, error))?;
            }
        }
        for folder in ["checkpoints", "tensorboard"].map(|name| self.root.join(name)) {
            if folder.exists() {
                fs::remove_dir_all(&folder).map_err(|error| FileError::write(&folder, error))?;
            }
        }
        Ok(())
    }

    /// Whether a run was there and is taken up.
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `events.jsonl`.
    pub fn events(&self) -> PathBuf {
        self.root.join("events.jsonl")
    }

    /// `results.json`.
    pub fn results(&self) -> PathBuf {
        self.root.join("results.json")
    }

    /// The state of a stage after its last whole epoch.
    pub fn checkpoint(&self, seed: u64, stage: StageName) -> PathBuf {
        self.seed(seed).join(format!("{stage}.safetensors"))
    }

    /// The figures of a stage, there once it is done.
    pub fn stage_result(&self, seed: u64, stage: StageName) -> PathBuf {
        self.seed(seed).join(format!("{stage}.json"))
    }

    /// What the assignment looked at.
    pub fn captures(&self, seed: u64) -> PathBuf {
        self.seed(seed).join("captures.json")
    }

    /// What the assignment chose, there once `search` is done.
    pub fn assignment(&self, seed: u64) -> PathBuf {
        self.seed(seed).join("assignment.json")
    }

    /// What the assignment was chosen from, where layers were measured; there once `search` is done.
    pub fn front(&self, seed: u64) -> PathBuf {
        self.seed(seed).join("front.json")
    }

    /// The uniform multiplier, there once it is chosen.
    pub fn uniform(&self, seed: u64) -> PathBuf {
        self.seed(seed).join("uniform_multiplier.json")
    }

    /// The confusion matrix of the test images at the end of a stage.
    pub fn confusion(&self, seed: u64, stage: StageName) -> PathBuf {
        self.seed(seed).join(format!("{stage}_confusion.csv"))
    }

    /// Where the event files of a stage for TensorBoard go.
    pub fn tensorboard(&self, seed: u64, stage: StageName) -> PathBuf {
        self.root.join("tensorboard").join(format!("seed-{seed}")).join(stage.as_str())
    }

    fn seed(&self, seed: u64) -> PathBuf {
        self.root.join("checkpoints").join(format!("seed-{seed}"))
    }
}

/// A lock that ends with the process, however it ends.
fn lock(root: &Path) -> Result<File, RunDirectoryError> {
    let path = root.join(".lock");
    let file = File::create(&path).map_err(|error| FileError::write(&path, error))?;
    match file.try_lock() {
        // A file system without locks is no reason to refuse the run.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RunDirectoryError::Busy { path: root.to_owned() }),
    }
}

fn differ(old: &Value, new: &Value, path: &str, differences: &mut Vec<String>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
            for key in keys {
                let path = if path.is_empty() || path == "experiment" {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                differ(
                    old.get(key).unwrap_or(&Value::Null),
                    new.get(key).unwrap_or(&Value::Null),
                    &path,
                    differences,
                );
            }
        }
        _ if old == new => {}
        // Too long to be told in a message.
        (Value::Array(_), _) | (_, Value::Array(_)) => differences.push(format!("{path} is another")),
        _ => differences.push(format!("{path} was {old} and is {new}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(root: &Path, start: Start, overrides: &[&str]) -> RunRequest {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        RunRequest {
            experiment: Experiment::parse("name: test", "test", &overrides).unwrap(),
            network: Network::load("lenet5").unwrap(),
            multipliers: vec![],
            circuits: crate::Circuits::default(),
            data_directory: "data".into(),
            run_directory: root.to_owned(),
            stages: vec![],
            start,
            progress: false,
        }
    }

    #[test]
    fn runs_are_resumed_replaced_or_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("run");
        let open = |start, overrides: &[&str]| RunDirectory::open(&request(&root, start, overrides));
        assert!(!open(Start::Resume, &[]).unwrap().is_resumed());
        let written = Experiment::load(&root.join("experiment.yaml"), &[]).unwrap();
        assert_eq!(written, Experiment::parse("name: test", "test", &[]).unwrap());
        assert!(matches!(open(Start::New, &[]), Err(RunDirectoryError::Exists { .. })));
        assert!(open(Start::Resume, &["seeds=[1, 2]", "device=cpu"]).unwrap().is_resumed());
        let message = open(Start::Resume, &["stages.search.lambda=9"]).unwrap_err().to_string();
        assert!(message.contains("stages.search.lambda was 0.4 and is 9.0"), "{message}");

        std::fs::write(root.join("notes.txt"), "mine").unwrap();
        std::fs::write(root.join("report.md"), "of the old run").unwrap();
        let run = open(Start::Resume, &[]).unwrap();
        assert!(matches!(open(Start::Resume, &[]), Err(RunDirectoryError::Busy { .. })));
        write_json(&run.stage_result(1, StageName::Baseline), &1).unwrap();
        let (_, experiment, _) = RunDirectory::view(&root).unwrap();
        assert_eq!(experiment.name, "test");
        drop(run);
        let run = open(Start::Overwrite, &["stages.search.lambda=9"]).unwrap();
        assert!(!run.stage_result(1, StageName::Baseline).exists());
        assert!(root.join("notes.txt").exists() && !root.join("report.md").exists());
        let message = RunDirectory::view(directory.path()).unwrap_err().to_string();
        assert!(message.contains("it has no run.json"), "{message}");
    }
}
