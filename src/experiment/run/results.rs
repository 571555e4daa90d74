//! What a run reports when it is done: `results.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SearchFront;
use crate::StageName;
use crate::assignment::Assignment;

/// Figures of one stage. Accuracies are shares of right answers, 0 to 1; losses are mean cross entropies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageResult {
    /// Accuracy on the test images, with the weights of `epoch`.
    pub test_top1: f64,
    /// Loss on the test images.
    pub test_loss: f64,
    /// Share of the test images whose class is among the five likeliest; where there are more than five classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_top5: Option<f64>,
    /// Accuracy on the validation images.
    pub validation_top1: f64,
    /// Loss on the validation images.
    pub validation_loss: f64,
    /// Like `test_top5`, of the validation images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_top5: Option<f64>,
    /// Epochs trained.
    pub epochs: u32,
    /// The epoch whose weights these figures are of, from 1; 0 for those that the stage began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u32>,
    /// Seconds of training, validation and test, over all sittings.
    pub seconds: f64,
}

/// Stages by name.
pub type StageResults = BTreeMap<StageName, StageResult>;

/// The multiplier of every layer, and what it did to the network before anything was retrained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssignmentResult {
    /// Layers, multipliers and energies.
    #[serde(flatten)]
    pub assignment: Assignment,
    /// Accuracy on the test images with the assigned multipliers and the weights of `search`.
    pub test_top1_before_retraining: f64,
}

/// The multiplier that all layers got in `uniform`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UniformResult {
    /// Its name.
    pub multiplier: String,
    /// Its figure relative to that of the assignment's reference; `None` if it has none.
    pub relative_energy: Option<f64>,
    /// How the candidates did, if there was a choice; best first.
    pub candidates: Vec<Candidate>,
}

/// A candidate for `uniform`, after a short training with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The multiplier.
    pub multiplier: String,
    /// Its relative energy.
    pub relative_energy: f64,
    /// Accuracy on the validation images.
    pub validation_top1: f64,
    /// Loss on the validation images.
    pub validation_loss: f64,
}

/// Results of one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedResults {
    /// The seed.
    pub seed: u64,
    /// Stages that are done.
    pub stages: StageResults,
    /// The outcome of `search`, once it is done.
    pub assignment: Option<AssignmentResult>,
    /// The outcome of `uniform`, once it is done.
    pub uniform: Option<UniformResult>,
    /// What the search chose from, where layers were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub front: Option<SearchFront>,
}

/// How a figure spreads over the seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Middle value; of an even number, the mean of the middle two.
    pub median: f64,
    /// Mean value.
    pub mean: f64,
    /// Sample standard deviation; 0 for a single seed.
    pub std: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
}

/// Figures over all seeds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Accuracy on the test images, by stage.
    pub test_top1: BTreeMap<StageName, Spread>,
    /// Relative energy of the assignment.
    pub relative_energy: Option<Spread>,
    /// Accuracy with the assigned multipliers before retraining.
    pub test_top1_before_retraining: Option<Spread>,
    /// Relative energy of the uniform multiplier.
    pub uniform_relative_energy: Option<Spread>,
}

/// The whole of `results.json`: the figures of one seed, as they are for a run with a single one, then all seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The experiment.
    pub name: String,
    /// Where tensors lived.
    pub device: String,
    /// The seed that `stages`, `assignment` and `uniform` belong to: the one whose last of the stages
    /// up to `retrain` has the median accuracy (the lower middle of an even number).
    pub seed: u64,
    /// Stages of that seed.
    pub stages: StageResults,
    /// Assignment of that seed.
    pub assignment: Option<AssignmentResult>,
    /// Uniform multiplier of that seed.
    pub uniform: Option<UniformResult>,
    /// Results of every seed.
    pub seeds: Vec<SeedResults>,
    /// Medians, means and spreads over the seeds.
    pub summary: Summary,
}

impl Spread {
    /// The spread of some values; `None` if there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let n = values.len();
        let (min, max) = (*values.first()?, *values.last()?);
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
        let std = if n > 1 { (squares / (n - 1) as f64).sqrt() } else { 0.0 };
        Some(Self { median: (values[(n - 1) / 2] + values[n / 2]) / 2.0, mean, std, min, max })
    }
}

impl Results {
    /// The results of some seeds, at least one.
    pub fn new(name: &str, device: &str, seeds: Vec<SeedResults>) -> Self {
        let chosen = representative(&seeds).clone();
        let summary = Summary {
            test_top1: StageName::ALL
                .into_iter()
                .filter_map(|stage| {
                    let values = seeds.iter().filter_map(|seed| Some(seed.stages.get(&stage)?.test_top1));
                    Some((stage, Spread::of(values)?))
                })
                .collect(),
            relative_energy: Spread::of(assignments(&seeds).map(|a| a.assignment.relative_energy)),
            test_top1_before_retraining: Spread::of(
                assignments(&seeds).map(|a| a.test_top1_before_retraining),
            ),
            uniform_relative_energy: Spread::of(
                seeds.iter().filter_map(|seed| seed.uniform.as_ref()?.relative_energy),
            ),
        };
        Self {
            name: name.to_owned(),
            device: device.to_owned(),
            seed: chosen.seed,
            stages: chosen.stages,
            assignment: chosen.assignment,
            uniform: chosen.uniform,
            seeds,
            summary,
        }
    }
}

fn assignments(seeds: &[SeedResults]) -> impl Iterator<Item = &AssignmentResult> {
    seeds.iter().filter_map(|seed| seed.assignment.as_ref())
}

fn representative(seeds: &[SeedResults]) -> &SeedResults {
    let accuracy = |seed: &SeedResults| {
        let last = seed.stages.range(..=StageName::Retrain).next_back();
        last.map_or(f64::NEG_INFINITY, |(_, result)| result.test_top1)
    };
    let mut by_accuracy: Vec<&SeedResults> = seeds.iter().collect();
    by_accuracy.sort_by(|a, b| accuracy(a).total_cmp(&accuracy(b)));
    by_accuracy[(seeds.len() - 1) / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(test_top1: f64) -> StageResult {
        StageResult {
            test_top1,
            test_loss: 0.1,
            test_top5: None,
            validation_top1: 0.5,
            validation_loss: 0.1,
            validation_top5: None,
            epochs: 1,
            epoch: None,
            seconds: 2.0,
        }
    }

    #[test]
    fn spreads_by_hand() {
        let spread = Spread::of([3.0, 1.0, 2.0, 6.0]).unwrap();
        assert_eq!((spread.median, spread.mean, spread.min, spread.max), (2.5, 3.0, 1.0, 6.0));
        assert!((spread.std - (14.0f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(Spread::of([5.0]).unwrap().std, 0.0);
        assert_eq!(Spread::of([]), None);
    }

    /// Files of earlier releases say nothing of five classes, nor of the epoch.
    #[test]
    fn old_results_are_read() {
        let old = r#"{"test_top1": 0.5, "test_loss": 1.0, "validation_top1": 0.25, "validation_loss": 2.0,
            "epochs": 3, "seconds": 4.0}"#;
        let read: StageResult = serde_json::from_str(old).unwrap();
        assert_eq!((read.test_top5, read.validation_top5, read.epoch), (None, None, None));
        assert_eq!((read.test_top1, read.epochs), (0.5, 3));
        let new = StageResult { test_top5: Some(0.75), epoch: Some(2), ..read };
        let text = serde_json::to_string(&new).unwrap();
        assert!(text.contains("\"test_top5\":0.75") && !text.contains("validation_top5"), "{text}");
        assert_eq!(serde_json::from_str::<StageResult>(&text).unwrap(), new);
    }

    #[test]
    fn the_median_seed_stands_for_all() {
        let seed = |seed, accuracy| SeedResults {
            seed,
            stages: [(StageName::Baseline, stage(0.9)), (StageName::Retrain, stage(accuracy))].into(),
            assignment: None,
            uniform: None,
            front: None,
        };
        let results = Results::new("test", "cpu", vec![seed(1, 0.3), seed(2, 0.1), seed(3, 0.2)]);
        assert_eq!(results.seed, 3);
        assert_eq!(results.summary.test_top1[&StageName::Retrain].median, 0.2);
        let json = serde_json::to_value(&results).unwrap();
        assert_eq!(json["stages"]["retrain"]["test_top1"], 0.2);
        assert_eq!(json["stages"]["baseline"]["seconds"], 2.0);
        assert_eq!(serde_json::from_value::<Results>(json).unwrap(), results);
    }
}
