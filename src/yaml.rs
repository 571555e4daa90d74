//! YAML text to values and back. The one module that names the YAML crate, which has stopped moving.
//!
//! Reading files is the caller's business: this module sees text and a name for it.

use serde::{Serialize, de::DeserializeOwned};

/// Text that is not the YAML that was expected, or a value that YAML cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {}{message}", place(.location))]
pub struct YamlError {
    /// The file, or whatever else the text came from.
    pub origin: String,
    /// Line and column, both from 1, where known.
    pub location: Option<(usize, usize)>,
    /// What was expected and what came.
    pub message: String,
}

fn place(location: &Option<(usize, usize)>) -> String {
    location.map_or_else(String::new, |(line, column)| format!("line {line}, column {column}: "))
}

impl YamlError {
    fn new(origin: &str, error: &serde_yaml::Error) -> Self {
        let location = error.location().map(|at| (at.line(), at.column()));
        let mut message = error.to_string();
        if let Some((line, column)) = location {
            // The place stands in front already.
            message = message.replace(&format!(" at line {line} column {column}"), "");
        }
        Self { origin: origin.to_owned(), location, message }
    }
}

/// Reads a value from YAML; `origin` names the text in errors, usually the file.
pub fn from_str<T: DeserializeOwned>(text: &str, origin: &str) -> Result<T, YamlError> {
    serde_yaml::from_str(text).map_err(|error| YamlError::new(origin, &error))
}

/// Writes a value as YAML; `origin` names the value in errors, usually the file it is meant for.
pub fn to_string<T: Serialize>(value: &T, origin: &str) -> Result<String, YamlError> {
    serde_yaml::to_string(value).map_err(|error| YamlError::new(origin, &error))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn values_survive_the_way_through_text() {
        let value = BTreeMap::from([("a".to_owned(), vec![1.5, -2.0]), ("b".to_owned(), vec![])]);
        let text = to_string(&value, "value").unwrap();
        assert_eq!(from_str::<BTreeMap<String, Vec<f64>>>(&text, "value").unwrap(), value);
    }

    #[test]
    fn errors_name_the_file_and_the_place() {
        let error = from_str::<BTreeMap<String, u8>>("a: 1\nb: many\n", "x.yaml").unwrap_err();
        assert_eq!(
            error.to_string(),
            "x.yaml: line 2, column 4: b: invalid type: string \"many\", expected u8"
        );
        let error = from_str::<BTreeMap<String, u8>>("a: [1\n", "x.yaml").unwrap_err();
        assert!(error.location.is_some(), "{error}");
    }

    #[test]
    fn a_value_that_yaml_cannot_hold_is_an_error() {
        struct Bytes;
        impl Serialize for Bytes {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_bytes(&[1])
            }
        }
        assert_eq!(to_string(&Bytes, "bytes").unwrap_err().location, None);
    }
}
