//! What can be wrong with an experiment.

use std::path::PathBuf;

use axmul_support::yaml::YamlError;

/// An experiment that cannot be read or makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// The file cannot be read.
    #[error("cannot read the experiment {path}: {problem}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        problem: String,
    },
    /// The file is not the YAML of an experiment.
    #[error(transparent)]
    Yaml(#[from] YamlError),
    /// An override that is not of the form `key=value`.
    #[error("--set {text}: expected key=value, as in stages.search.lambda=0.2")]
    Override {
        /// What was given.
        text: String,
    },
    /// An override of a key that does not exist.
    #[error("--set {key}: there is no such key; the nearest are {nearest}")]
    Key {
        /// What was given.
        key: String,
        /// Keys like it.
        nearest: String,
    },
    /// A value that a key does not take.
    #[error("{key}: {problem}")]
    Value {
        /// The key, dotted.
        key: String,
        /// What was expected and what came.
        problem: String,
    },
}
