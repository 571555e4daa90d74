//! What `axmul` hands to `axmul-train`.

mod bench;
mod images;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use bench::{BenchRequest, BenchResult, Standard, median_ms, standard_tables};
pub use images::{Array, read_images, read_images_for, write_scores};

use crate::corrections::Wiring;
use crate::{Circuits, Experiment, FileError, Network, StageName, read_json, write_json};
use axmul_metrics::Tabulated;

/// Changes with the form of the requests, so that executables of different releases notice each other.
const VERSION: u32 = 3;

/// A run, with everything that is needed for it: `axmul-train run --request FILE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRequest {
    /// The experiment with all overrides applied.
    pub experiment: Experiment,
    /// The network that the experiment names.
    pub network: Network,
    /// Every multiplier of the catalog; those of another operand format are passed over.
    pub multipliers: Vec<Tabulated>,
    /// The circuits of those that have one, where energy is asked for under the operands of layers.
    pub circuits: Circuits,
    /// Directory of the images.
    pub data_directory: PathBuf,
    /// Directory of the run.
    pub run_directory: PathBuf,
    /// Stages to run; those before them must be among them, or done already.
    pub stages: Vec<StageName>,
    /// What to do about a run that is there already.
    pub start: Start,
    /// Whether to show progress.
    pub progress: bool,
}

/// What to do about a run that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Refuse.
    New,
    /// Take it up where it stopped.
    Resume,
    /// Remove its files and begin anew.
    Overwrite,
}

/// Trying an assignment on a trained network: `axmul-train eval --request FILE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvalRequest {
    /// The experiment that the network was trained with.
    pub experiment: Experiment,
    /// The network.
    pub network: Network,
    /// Multipliers that `layers` may name.
    pub multipliers: Vec<Tabulated>,
    /// Directory of the images.
    pub data_directory: PathBuf,
    /// Weights, sigma and observers: a checkpoint of `quantize` or a later stage.
    pub checkpoint: PathBuf,
    /// The multiplier of each layer; layers that are not named compute exactly.
    pub layers: BTreeMap<String, String>,
    /// How layers are wired to their multipliers; those that are not named are not corrected.
    #[serde(default)]
    pub wirings: BTreeMap<String, Wiring>,
    /// Which images to look at.
    pub split: Split,
    /// Where the [`EvalResult`] goes, as JSON.
    pub output: PathBuf,
}

/// A network with published weights: `axmul-train infer --request FILE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InferRequest {
    /// Where to compute, which images, and how to quantize; stages do not matter.
    pub experiment: Experiment,
    /// The network.
    pub network: Network,
    /// Its weights: a safetensors file with torchvision's names.
    pub weights: PathBuf,
    /// Normalized images `[N, C, H, W]`, an `.npy` file of real numbers.
    pub input: Option<PathBuf>,
    /// Where the class scores of `input` go, `[N, classes]`: an `.npy` file of float32.
    pub logits: Option<PathBuf>,
    /// Directory of the experiment's images, for the accuracy on them.
    pub data_directory: Option<PathBuf>,
    /// Which of the experiment's images to look at.
    pub split: Split,
    /// Multipliers that `layers` may name.
    pub multipliers: Vec<Tabulated>,
    /// The multiplier of each layer; quantized layers that are not named compute exactly. `None` for fp32.
    pub layers: Option<BTreeMap<String, String>>,
    /// Where the [`InferResult`] goes, as JSON.
    pub output: PathBuf,
}

/// How a network did with published weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InferResult {
    /// What the ranges of activations were calibrated on; `None` in fp32.
    pub calibration: Option<Calibration>,
    /// How it did on the experiment's images, if they were asked for.
    pub accuracy: Option<EvalResult>,
}

/// What the ranges of activations follow from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calibration {
    /// Which images.
    pub images_of: RangesFrom,
    /// Number of images.
    pub images: usize,
}

/// Images that ranges of activations are calibrated on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RangesFrom {
    /// Those that a data set has for training.
    Training,
    /// The very images that class scores are computed for.
    Input,
}

/// A part of the images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Those put aside from training: for choices.
    Validation,
    /// Those never used for a choice: for results.
    Test,
}

/// How a network did with an assignment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvalResult {
    /// Which images.
    pub split: Split,
    /// Number of images.
    pub images: usize,
    /// Share of right answers, 0 to 1.
    pub top1: f64,
    /// Share of images whose class is among the five with the highest scores, 0 to 1; only where there are more than
    /// five classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top5: Option<f64>,
    /// Mean cross entropy.
    pub loss: f64,
    /// Images a second.
    pub images_per_second: f64,
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    #[serde(flatten)]
    request: T,
}

macro_rules! request_file {
    ($name:ty) => {
        impl $name {
            /// Writes the request to a file.
            pub fn write(&self, path: &Path) -> Result<(), FileError> {
                write_json(path, &Versioned { version: VERSION, request: self })
            }

            /// Reads a request, and checks what it holds.
            pub fn read(path: &Path) -> Result<Self, FileError> {
                let tree: serde_json::Value = read_json(path)?;
                let version = tree.get("version").and_then(serde_json::Value::as_u64);
                if version != Some(u64::from(VERSION)) {
                    return Err(FileError::read(
                        path,
                        format!(
                            "expected a request of version {VERSION}, got {}; axmul and axmul-train must be \
                             of the same release",
                            version.map_or_else(|| "none".to_owned(), |version| version.to_string())
                        ),
                    ));
                }
                let request: Self =
                    serde_json::from_value(tree).map_err(|error| FileError::read(path, error))?;
                request.experiment.check().map_err(|error| FileError::read(path, error))?;
                request.network.resolve().map_err(|error| FileError::read(path, error))?;
                Ok(request)
            }
        }
    };
}

request_file!(RunRequest);
request_file!(EvalRequest);
request_file!(InferRequest);

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> RunRequest {
        RunRequest {
            experiment: Experiment::parse("name: test", "test", &[]).unwrap(),
            network: Network::load("lenet5").unwrap(),
            multipliers: vec![],
            circuits: Circuits::default(),
            data_directory: "data".into(),
            run_directory: "runs/test".into(),
            stages: StageName::ALL.to_vec(),
            start: Start::New,
            progress: false,
        }
    }

    #[test]
    fn requests_round_trip() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("request.json");
        request().write(&path).unwrap();
        assert_eq!(RunRequest::read(&path).unwrap(), request());
    }

    #[test]
    fn requests_of_other_releases_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("request.json");
        for (text, part) in [
            ("{\"version\": 99}", "got 99"),
            ("{}", "got none"),
            ("{\"version\": 3}", "missing field"),
            ("{", "cannot read"),
        ] {
            std::fs::write(&path, text).unwrap();
            let message = RunRequest::read(&path).unwrap_err().to_string();
            assert!(message.contains(part) && message.contains("request.json"), "{message}");
        }
    }
}
