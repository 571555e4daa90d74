//! Flag groups that several commands flatten, so that a flag means the same everywhere.

pub(super) mod costing;
mod netlists;
mod samples;
mod sources;
pub(super) mod weights;

pub(super) use samples::SampleArgs;
pub(super) use sources::{EvaluationArgs, SourceArgs, energy_source, seconds};
