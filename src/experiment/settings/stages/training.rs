//! What every training loop needs to know, and what of it excludes each other.

use serde::{Deserialize, Serialize};

use super::{OptimizerKind, Schedule, ScheduleKind, StageName};

/// What every training loop needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// Passes over the training images.
    pub epochs: u32,
    /// Learning rate at its height.
    pub learning_rate: f64,
    /// How weights follow gradients.
    pub optimizer: OptimizerKind,
    /// Momentum of SGD; the first decay rate of Adam.
    pub momentum: f64,
    /// Whether SGD looks ahead (Nesterov).
    pub nesterov: bool,
    /// Factor of the weights that is added to their gradient; with AdamW, taken from the weights.
    pub weight_decay: f64,
    /// The course of the learning rate.
    pub schedule: Schedule,
    /// Share of the aim that is spread evenly over all classes.
    pub label_smoothing: f64,
    /// The longest that all gradients together may be.
    pub clip_norm: Option<f64>,
    /// Decay of the average of the weights, a step.
    pub ema: Option<f64>,
    /// When to end before the last epoch.
    pub early_stopping: EarlyStopping,
    /// Which epoch's weights the stage yields.
    pub keep: Keep,
}

/// Which epoch's weights a stage yields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Those of the last one.
    #[default]
    Last,
    /// Those of the one with the most right answers on validation images; of equals, the one with the lower loss.
    Best,
}

/// When to end a stage before its last epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EarlyStopping {
    /// Epochs in a row that did not better the validation score; `None` for never.
    pub patience: Option<u32>,
    /// The score.
    pub on: StopOn,
}

/// A score on validation images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopOn {
    /// The share of right answers.
    Top1,
    /// The mean cross entropy.
    #[default]
    Loss,
}

impl Training {
    /// Checks what types cannot: ranges of numbers, and settings that exclude each other. Errors name the key below
    /// the stage.
    pub fn check(&self, stage: StageName) -> Result<(), (String, String)> {
        let fail = |key: &str, problem: String| Err((key.to_owned(), problem));
        let rate = self.learning_rate;
        if !(rate.is_finite() && rate > 0.0) {
            return fail("learning_rate", format!("expected a number above 0, got {rate}"));
        }
        for (key, value) in [("momentum", self.momentum), ("label_smoothing", self.label_smoothing)] {
            if !(0.0..1.0).contains(&value) {
                return fail(key, format!("expected a number of at least 0 and below 1, got {value}"));
            }
        }
        let decay = self.weight_decay;
        if !(decay.is_finite() && decay >= 0.0) {
            return fail("weight_decay", format!("expected a number of at least 0, got {decay}"));
        }
        let of_schedule = |(key, problem)| (format!("schedule.{key}"), problem);
        self.schedule.check(stage, self.epochs).map_err(of_schedule)?;
        if self.nesterov && (self.optimizer != OptimizerKind::Sgd || self.momentum == 0.0) {
            let problem = format!("expected optimizer sgd with momentum above 0, got {}", self.momentum);
            return fail("nesterov", problem);
        }
        if let Some(norm) = self.clip_norm.filter(|norm| !(norm.is_finite() && *norm > 0.0)) {
            return fail("clip_norm", format!("expected a number above 0, or null, got {norm}"));
        }
        if let Some(decay) = self.ema.filter(|decay| !(*decay > 0.0 && *decay < 1.0)) {
            return fail("ema", format!("expected a number above 0 and below 1, or null, got {decay}"));
        }
        if self.early_stopping.patience == Some(0) {
            return fail("early_stopping.patience", "expected at least 1 epoch, or null, got 0".into());
        }
        if stage == StageName::Search {
            return self.check_search();
        }
        Ok(())
    }

    /// Validation computes without noise. So its score cannot say how far the search is, whose aim is the noise: it is
    /// best before any was learned.
    fn check_search(&self) -> Result<(), (String, String)> {
        const WHY: &str = "validation is without noise, so it cannot tell how far the search for noise is";
        let fail = |key: &str, problem: &str| Err((key.to_owned(), format!("{problem}; {WHY}")));
        if self.early_stopping.patience.is_some() {
            return fail("early_stopping.patience", "expected null");
        }
        if self.keep == Keep::Best {
            return fail("keep", "expected last, got best");
        }
        if self.schedule.kind == ScheduleKind::Plateau {
            return fail("schedule.kind", "expected another schedule than plateau");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Experiment;

    fn experiment(overrides: &[&str]) -> Result<Experiment, String> {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        Experiment::parse("name: test", "test.yaml", &overrides).map_err(|error| error.to_string())
    }

    #[test]
    fn every_setting_is_taken_from_the_file() {
        let text = "
name: test
stages:
  retrain:
    optimizer: adamw
    schedule: {kind: multi_step, milestones: [2, 3], factor: 0.5, warm_up: {epochs: 0.5, from: 0.1}}
    label_smoothing: 0.1
    clip_norm: 2
    ema: 0.99
    early_stopping: {patience: 3, on: top1}
    keep: best
";
        let stages = Experiment::parse(text, "test", &[]).unwrap().stages;
        for stage in [StageName::Retrain, StageName::Uniform] {
            let training = stages.training(stage);
            assert_eq!(training.optimizer, OptimizerKind::AdamW);
            assert_eq!(training.schedule.milestones, [2, 3]);
            assert_eq!(training.schedule.warm_up.epochs, 0.5);
            assert_eq!((training.label_smoothing, training.clip_norm), (0.1, Some(2.0)));
            assert_eq!((training.ema, training.keep), (Some(0.99), Keep::Best));
            let stopping = EarlyStopping { patience: Some(3), on: StopOn::Top1 };
            assert_eq!(training.early_stopping, stopping);
        }
        let baseline = stages.training(StageName::Baseline);
        assert_eq!((baseline.ema, baseline.clip_norm, baseline.keep), (None, None, Keep::Last));
        experiment(&["stages.baseline.early_stopping.patience=4", "stages.search.ema=0.9"]).unwrap();
    }

    #[test]
    fn settings_that_make_no_sense_name_their_key() {
        for (text, part) in [
            ("stages.baseline.optimizer=adamx", "adamw"),
            (
                "stages.baseline.label_smoothing=1",
                "stages.baseline.label_smoothing: expected a number of at least 0",
            ),
            (
                "stages.quantize.clip_norm=0",
                "stages.quantize.clip_norm: expected a number above 0, or null, got 0",
            ),
            ("stages.search.ema=1", "stages.search.ema: expected a number above 0 and below 1"),
            (
                "stages.retrain.early_stopping.patience=0",
                "stages.retrain.early_stopping.patience: expected at least 1",
            ),
            ("stages.retrain.early_stopping.on=top5", "top1"),
            ("stages.retrain.keep=worst", "best"),
            ("stages.retrain.schedule.kind=plato", "plateau"),
            (
                "stages.retrain.schedule.every=0",
                "stages.retrain.schedule.every: expected at least 1 epoch, got 0",
            ),
            (
                "stages.retrain.schedule.factor=0",
                "stages.retrain.schedule.factor: expected a number above 0, got 0",
            ),
            (
                "stages.retrain.schedule.patience=0",
                "stages.retrain.schedule.patience: expected at least 1 epoch",
            ),
            (
                "stages.retrain.schedule={kind: multi_step}",
                "stages.retrain.schedule.milestones: multi_step needs",
            ),
            (
                "stages.retrain.schedule.milestones=[3, 2]",
                "stages.retrain.schedule.milestones: expected epochs",
            ),
            ("stages.retrain.schedule.milestones=[0]", "of at least 1, rising, got [0]"),
            (
                "stages.retrain.schedule.warm_up.epochs=-1",
                "schedule.warm_up.epochs: expected a number of at least 0",
            ),
            (
                "stages.retrain.schedule.warm_up.epochs=4",
                "expected less than the epochs of retrain, 4, got 4",
            ),
            ("stages.retrain.schedule.warm_up.from=2", "warm_up.from: expected a share from 0 to 1, got 2"),
            (
                "stages.search.keep=best",
                "stages.search.keep: expected last, got best; validation is without noise",
            ),
            (
                "stages.search.early_stopping.patience=2",
                "stages.search.early_stopping.patience: expected null",
            ),
            ("stages.search.schedule.kind=plateau", "stages.search.schedule.kind: expected another schedule"),
        ] {
            let message = experiment(&[text]).unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
        }
        let message = experiment(&["stages.retrain.schedule.warm_up.epochs=2", "stages.uniform.epochs=1"]);
        let part =
            "stages.retrain.schedule.warm_up.epochs: expected less than the epochs of uniform, 1, got 2";
        assert!(message.unwrap_err().contains(part));
        let adam = ["stages.baseline.nesterov=true", "stages.baseline.optimizer=adamw"];
        assert!(experiment(&adam).unwrap_err().contains("stages.baseline.nesterov: expected optimizer sgd"));
    }
}
