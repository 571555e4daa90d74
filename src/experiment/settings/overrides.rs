//! Overrides of single keys: `stages.search.lambda=0.2`.

use serde_json::Value;

use super::{Experiment, ExperimentError};
use axmul_support::yaml;

/// How many keys an error about an unknown one lists.
const SUGGESTIONS: usize = 3;

/// The experiment with one key changed. The value is YAML, as it would stand in the file.
pub fn apply(experiment: &Experiment, assignment: &str) -> Result<Experiment, ExperimentError> {
    let (key, text) = assignment
        .split_once('=')
        .filter(|(key, _)| !key.trim().is_empty())
        .ok_or_else(|| ExperimentError::Override { text: assignment.to_owned() })?;
    let key = key.trim();
    let fail = |problem: String| ExperimentError::Value { key: key.to_owned(), problem };
    let value: Value = yaml::from_str(text, key)?;
    let mut tree = serde_json::to_value(experiment).map_err(|error| fail(error.to_string()))?;
    match find(&mut tree, key) {
        Some(place) => *place = merged(last(key), place.take(), value),
        None => return Err(ExperimentError::Key { key: key.to_owned(), nearest: nearest(&tree, key) }),
    }
    serde_json::from_value(tree).map_err(|error| fail(format!("'{text}': {error}")))
}

/// Keys that were spelled otherwise before, as serde's aliases know them too.
const FORMER_KEYS: [(&str, &str); 2] = [("quantisation", "quantization"), ("normalise", "normalize")];

/// A key as it is spelled today.
fn current(key: &str) -> &str {
    FORMER_KEYS.iter().find(|(former, _)| *former == key).map_or(key, |(_, current)| current)
}

/// The last part of a path of keys.
fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or_default()
}

fn find<'a>(tree: &'a mut Value, key: &str) -> Option<&'a mut Value> {
    key.split('.').try_fold(tree, |tree, part| tree.get_mut(current(part)))
}

/// Mappings of which one key excludes the others, so that a new one replaces what was there.
const CHOICES: [&str; 1] = ["budget"];

/// A mapping changes only the keys it names, like in the file; anything else replaces what was there.
fn merged(key: &str, old: Value, new: Value) -> Value {
    match (old, new) {
        (_, new) if CHOICES.contains(&key) => new,
        (Value::Object(mut old), Value::Object(new)) => {
            for (key, value) in new {
                let key = current(&key).to_owned();
                let before = old.remove(&key).unwrap_or(Value::Null);
                let value = merged(&key, before, value);
                old.insert(key, value);
            }
            Value::Object(old)
        }
        (_, new) => new,
    }
}

fn nearest(tree: &Value, wanted: &str) -> String {
    let mut keys = Vec::new();
    collect(tree, "", &mut keys);
    // A bare `lambda` is near `stages.search.lambda`.
    let likeness = |key: &String| {
        strsim::jaro_winkler(key, wanted).max(0.99 * strsim::jaro_winkler(last(key), last(wanted)))
    };
    keys.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    keys.truncate(SUGGESTIONS);
    keys.join(", ")
}

fn collect(tree: &Value, path: &str, keys: &mut Vec<String>) {
    let Value::Object(fields) = tree else { return };
    for (name, value) in fields {
        let key = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        collect(value, &key, keys);
        keys.push(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn experiment(overrides: &[&str]) -> Result<Experiment, ExperimentError> {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        Experiment::parse("name: test", "test.yaml", &overrides)
    }

    #[test]
    fn keys_are_set_by_path() {
        let set = experiment(&[
            "stages.search.lambda=1.5",
            "catalog=../tables",
            "signed=true",
            "stages.uniform.multiplier=mul8s_1L2D",
            "stages.uniform.epochs=2",
            "stages.retrain.schedule={kind: step, every: 2}",
            "seeds=[1, 2]",
            "device=cuda:1",
            "stages.search={budget: {drop: 1pp}}",
            "stages.search.budget={energy: 0.25}",
        ])
        .unwrap();
        assert_eq!(set.stages.search.budget, super::super::Budget::Energy(0.25));
        assert_eq!(set.stages.search.lambda, 1.5);
        assert_eq!(set.catalog, ["../tables"]);
        assert_eq!(set.stages.uniform.multiplier, "mul8s_1L2D");
        assert_eq!(set.stages.uniform.epochs, Some(2));
        assert_eq!((set.stages.retrain.schedule.every, set.stages.retrain.schedule.factor), (2, 0.1));
        assert_eq!(set.seeds, [1, 2]);
    }

    #[test]
    fn former_spellings_are_still_read() {
        let set = experiment(&["quantisation.weights.bits=4", "data={normalise: measured}"]).unwrap();
        assert_eq!(set, experiment(&["quantization.weights.bits=4", "data.normalize=measured"]).unwrap());
        let file = "name: test\ndata: {normalise: measured}\nquantisation: {weights: {bits: 4}}";
        assert_eq!(Experiment::parse(file, "test.yaml", &[]).unwrap(), set);
    }

    #[test]
    fn unknown_keys_get_the_nearest() {
        let message = experiment(&["stages.search.lamda=1"]).unwrap_err().to_string();
        assert!(message.contains("stages.search.lambda"), "{message}");
        let message = experiment(&["lambda=1"]).unwrap_err().to_string();
        assert!(message.contains("stages.search.lambda"), "{message}");
        let message = experiment(&["stages.search={lamda: 1}"]).unwrap_err().to_string();
        assert!(message.contains("lamda"), "{message}");
    }

    #[test]
    fn values_that_do_not_fit_name_the_key() {
        for (text, part) in [
            ("batch=many", "batch"),
            ("batch=1", "batch normalization"),
            ("stages.search.lambda=-1", "at least 0"),
            ("stages.baseline.learning_rate=.inf", "stages.baseline.learning_rate"),
            ("device=gpu", "expected auto, cpu, cuda"),
            ("seeds=[]", "seeds"),
            ("seeds=[3, 3]", "different seeds"),
            ("name=../up", "letters"),
            ("nothing", "key=value"),
            ("=3", "key=value"),
            ("metric=watts", "power_mw"),
        ] {
            let message = experiment(&[text]).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn affine_codes_exclude_what_they_cannot_do() {
        let message = experiment(&["signed=false", "quantization.weights.granularity=channel"])
            .unwrap_err()
            .to_string();
        assert!(message.contains("symmetric"), "{message}");
        experiment(&["quantization.weights.granularity=channel"]).unwrap();
        experiment(&[
            "signed=false",
            "quantization.unsigned=sign_magnitude",
            "quantization.weights.granularity=channel",
        ])
        .unwrap();
    }

    #[test]
    fn files_with_unknown_fields_name_file_and_line() {
        let text = "name: test\nstages:\n  search:\n    lamda: 0.3\n";
        let message = Experiment::parse(text, "test.yaml", &[]).unwrap_err().to_string();
        assert!(message.contains("test.yaml") && message.contains("lamda"), "{message}");
        assert!(message.contains("test.yaml: line 4"), "{message}");
    }
}
