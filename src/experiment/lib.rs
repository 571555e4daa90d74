//! What is to be trained, and what came out: experiments, networks, requests, results. Neither tensors nor
//! libtorch, so that `axmul` checks everything before it starts `axmul-train`.
//!
//! - [`Experiment`]: an experiment file with every default, and overrides of its keys.
//! - [`Network`]: a network description, and the sizes of its layers.
//! - [`RunRequest`], [`EvalRequest`], [`InferRequest`]: what `axmul` hands to `axmul-train`, as a file.
//! - [`RunDirectory`]: where the files of a run lie, and what may be resumed.
//! - [`Results`], [`Event`]: what a run reports when it is done, and while it goes.

mod arrays;
pub mod assignment;
mod baseline;
mod confusion;
mod course;
mod data;
mod energy;
mod error;
mod events;
mod experiment;
mod files;
mod layer;
mod network;
mod overrides;
mod quantisation;
mod request;
mod results;
mod run_directory;
mod settings;
mod sign_magnitude;
mod tensorboard;
mod weights;

pub use arrays::{Array, read_images, read_images_for, write_scores};
pub use axmul_support::files::FileError;
pub use baseline::{BenchRequest, BenchResult, Standard, median_ms, standard_tables};
pub use confusion::Confusion;
pub use course::Course;
pub use data::{Data, MeanAndStd, Normalise, NormaliseBy};
pub use energy::{Circuits, EnergyError, as_seen};
pub use error::ExperimentError;
pub use events::{Event, EventLog};
pub use experiment::{Capture, DeviceChoice, Experiment, KernelChoice};
pub use files::{read_json, write_json};
pub use layer::{Layer, LayerDescription, LayerKind, OneOrMany, Operation, Pair, Source};
pub use network::{Network, NetworkError};
pub use quantisation::{
    ActivationQuantisation, ActivationRange, Granularity, Quantisation, UnsignedScheme, WeightQuantisation,
    WeightRange,
};
pub use request::{
    Calibration, EvalRequest, EvalResult, InferRequest, InferResult, RangesFrom, RunRequest, Split, Start,
};
pub use results::{
    AssignmentResult, Candidate, Results, SeedResults, Spread, StageResult, StageResults, Summary,
    UniformResult,
};
pub use run_directory::{RunDirectory, RunDirectoryError};
pub use settings::{
    Baseline, EarlyStopping, Keep, OptimizerKind, Quantize, Retrain, Schedule, ScheduleKind, Search,
    StageName, Stages, StopOn, Training, Uniform, WarmUp,
};
pub use sign_magnitude::{SignMagnitudeError, sign_magnitude};
pub use tensorboard::Board;
pub use weights::{
    BATCH_NORM, FOLDED, PublishedWeights, WeightsError, publish, published_name, published_tensors,
};
