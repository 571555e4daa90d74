//! YAML text to values and back. The one module that names the YAML crate, which has stopped moving.
//!
//! Reading files is the caller's business: this module sees text and a name for it.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

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

/// A step from a value into one of its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum YamlStep {
    /// Into the value of a key.
    Key(String),
    /// Into an item of a list, counted from 0.
    Item(usize),
}

/// Line and column, both from 1, where a value begins; `None` if there is none at the end of these steps.
///
/// Values do not know where they stood. So the text is read again, up to the value, where reading stops with an error
/// that has a place.
pub fn locate(text: &str, steps: &[YamlStep]) -> Option<(usize, usize)> {
    let error = StopAtStep(steps).deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
    // Errors of the reader itself say nothing of the value.
    let location = error.location().filter(|_| error.to_string().contains(StopAtStep::HERE))?;
    Some((location.line(), location.column()))
}

/// Reads up to the value at the end of its steps, and fails there.
struct StopAtStep<'a>(&'a [YamlStep]);

impl StopAtStep<'_> {
    const HERE: &'static str = "expected to stop here";
}

impl<'de> DeserializeSeed<'de> for StopAtStep<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0.first() {
            None => deserializer.deserialize_any(self),
            Some(YamlStep::Key(_)) => deserializer.deserialize_map(self),
            Some(YamlStep::Item(_)) => deserializer.deserialize_seq(self),
        }
    }
}

impl<'de> Visitor<'de> for StopAtStep<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "to stop here" } else { "a map or a list" })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((YamlStep::Key(wanted), rest)) = self.0.split_first() else {
            return Err(serde::de::Error::custom(Self::HERE));
        };
        while let Some(key) = map.next_key::<String>()? {
            if key == *wanted {
                map.next_value_seed(StopAtStep(rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Some((YamlStep::Item(wanted), rest)) = self.0.split_first() else {
            return Err(serde::de::Error::custom(Self::HERE));
        };
        for _ in 0..*wanted {
            if items.next_element::<IgnoredAny>()?.is_none() {
                return Ok(());
            }
        }
        items.next_element_seed(StopAtStep(rest))?;
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Reads a mapping of which no key is given twice, for `#[serde(deserialize_with = "unique_keys")]`.
pub fn unique_keys<'de, D, T>(deserializer: D) -> Result<std::collections::BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Unique<T>(std::marker::PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Unique<T> {
        type Value = std::collections::BTreeMap<String, T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a mapping")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = Self::Value::new();
            while let Some(key) = map.next_key::<String>()? {
                if all.contains_key(&key) {
                    return Err(serde::de::Error::custom(format!("the key '{key}' is given twice")));
                }
                all.insert(key, map.next_value()?);
            }
            Ok(all)
        }
    }
    deserializer.deserialize_map(Unique(std::marker::PhantomData))
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
    fn values_are_found_where_they_stand() {
        let text =
            "# a comment\na: {b: 1}\nlist:\n  - {x: 1}\n  - x: 2\n    deep: [5,\n      six]\nlast: 7\n";
        let key = |name: &str| YamlStep::Key(name.into());
        for (steps, place) in [
            (vec![key("a")], Some((2, 4))),
            (vec![key("a"), key("b")], Some((2, 8))),
            (vec![key("list")], Some((4, 3))),
            (vec![key("list"), YamlStep::Item(0)], Some((4, 5))),
            (vec![key("list"), YamlStep::Item(1)], Some((5, 5))),
            (vec![key("list"), YamlStep::Item(1), key("deep"), YamlStep::Item(1)], Some((7, 7))),
            (vec![key("last")], Some((8, 7))),
            (vec![], Some((2, 1))),
            (vec![key("list"), YamlStep::Item(2)], None),
            (vec![key("missing")], None),
            (vec![key("last"), key("x")], None),
            (vec![YamlStep::Item(0)], None),
        ] {
            assert_eq!(locate(text, &steps), place, "{steps:?}");
        }
        assert_eq!(locate("a: [1", &[key("a"), YamlStep::Item(3)]), None);
    }

    #[test]
    fn keys_given_twice_are_refused() {
        #[derive(Debug, Deserialize)]
        struct Holder {
            #[serde(deserialize_with = "unique_keys")]
            map: BTreeMap<String, u8>,
        }
        assert_eq!(from_str::<Holder>("map: {a: 1, b: 2}", "x").unwrap().map.len(), 2);
        let error = from_str::<Holder>("map:\n  a: 1\n  a: 2\n", "x.yaml").unwrap_err().to_string();
        assert!(error.contains("x.yaml: line 2") && error.contains("'a' is given twice"), "{error}");
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
