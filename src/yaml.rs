//! YAML, through the one module that names its parser.

use serde::de::DeserializeOwned;

/// Text that is not the YAML that was expected.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: {problem}")]
pub struct YamlError {
    /// The file, or whatever else the text came from.
    pub origin: String,
    /// What was expected and what came, with line and column.
    pub problem: String,
}

/// Reads a value; `origin` names the text in errors.
pub fn from_str<T: DeserializeOwned>(text: &str, origin: &str) -> Result<T, YamlError> {
    serde_yaml::from_str(text)
        .map_err(|error| YamlError { origin: origin.to_owned(), problem: error.to_string() })
}
