//! What is to be trained, and what came out: experiments, networks, requests, results. Neither tensors nor
//! libtorch, so that `axmul` checks everything before it starts `axmul-train`.
//!
//! - [`Experiment`]: an experiment file with every default, and overrides of its keys.
//! - [`Network`]: a network description, and the sizes of its layers.
//! - [`RunRequest`], [`EvalRequest`], [`InferRequest`]: what `axmul` hands to `axmul-train`, as a file.
//! - [`RunDirectory`]: where the files of a run lie, and what may be resumed.
//! - [`Results`], [`Event`]: what a run reports when it is done, and while it goes.

pub mod assignment;
pub mod corrections;
mod files;
mod network;
mod request;
mod run;
pub mod sensitivity;
mod settings;
pub mod solver;

pub use assignment::{Circuits, EnergyError, SignMagnitudeError, as_seen, sign_magnitude};
pub use axmul_support::files::FileError;
pub use files::{read_json, write_json};
pub use network::{
    BATCH_NORM, FOLDED, Layer, LayerDescription, LayerKind, Network, NetworkError, OneOrMany, Operation,
    Pair, PublishedWeights, Source, WeightsError, publish, published_name, published_tensors,
};
pub use request::{
    Array, BenchRequest, BenchResult, Calibration, EvalRequest, EvalResult, InferRequest, InferResult,
    RangesFrom, RunRequest, Split, Standard, Start, median_ms, read_images, read_images_for, standard_tables,
    write_scores,
};
pub use run::{
    AssignmentResult, Board, Candidate, Confusion, Course, Event, EventLog, FrontPoint, Results,
    RunDirectory, RunDirectoryError, SearchFront, SeedResults, Spread, StageResult, StageResults, Summary,
    UniformResult,
};
pub use settings::{
    ActivationQuantization, ActivationRange, Baseline, Budget, Capture, Data, DeviceChoice, EarlyStopping,
    Experiment, ExperimentError, Granularity, Keep, KernelChoice, MeanAndStd, Normalize, NormalizeBy,
    OptimizerKind, PercentagePoints, Quantization, Quantize, Retrain, Schedule, ScheduleKind, Search,
    SearchMethod, StageName, Stages, StopOn, Training, Uniform, UnsignedScheme, WarmUp, WeightQuantization,
    WeightRange,
};
