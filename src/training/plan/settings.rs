//! Settings of the stages, and their defaults.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The stages of the method, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    /// Training in fp32.
    Baseline,
    /// Quantisation-aware training.
    Quantize,
    /// Training under noise whose amount per layer is learned; ends with the assignment of multipliers.
    Search,
    /// Training with the assigned multipliers.
    Retrain,
    /// Training with one multiplier in all layers, to compare with.
    Uniform,
}

impl StageName {
    /// All stages, in order.
    pub const ALL: [Self; 5] = [Self::Baseline, Self::Quantize, Self::Search, Self::Retrain, Self::Uniform];

    /// The name in YAML, results and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Quantize => "quantize",
            Self::Search => "search",
            Self::Retrain => "retrain",
            Self::Uniform => "uniform",
        }
    }

    /// The stage whose checkpoint this one starts from.
    pub fn starts_from(self) -> Option<Self> {
        match self {
            Self::Baseline => None,
            Self::Quantize => Some(Self::Baseline),
            Self::Search | Self::Uniform => Some(Self::Quantize),
            Self::Retrain => Some(Self::Search),
        }
    }
}

impl std::fmt::Display for StageName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for StageName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text).ok_or_else(|| {
            format!("'{text}' is no stage; expected one of {}", Self::ALL.map(Self::as_str).join(", "))
        })
    }
}

/// How weights follow gradients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerKind {
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Adam (D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015).
    Adam,
}

/// How the learning rate moves over a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    /// It stays.
    Constant,
    /// It is multiplied by `factor` after every `every` epochs.
    Step,
    /// It falls to 0 along half a cosine, batch by batch.
    Cosine,
    /// It rises from a tenth over the first three tenths, then falls to 0 along half a cosine.
    OneCycle,
}

/// A learning-rate schedule. `every` and `factor` matter to `step` alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Its form.
    pub kind: ScheduleKind,
    /// Epochs between steps.
    #[serde(default = "one")]
    pub every: u32,
    /// Factor of a step.
    #[serde(default = "tenth")]
    pub factor: f64,
}

fn one() -> u32 {
    1
}

fn tenth() -> f64 {
    0.1
}

impl Schedule {
    const COSINE: Self = Self { kind: ScheduleKind::Cosine, every: 1, factor: 0.1 };

    /// The factor on the learning rate after `done` of `epochs` epochs, fractions included.
    pub fn factor_at(&self, done: f64, epochs: u32) -> f64 {
        let progress = done / f64::from(epochs.max(1));
        let fall = |t: f64| 0.5 * (1.0 + (std::f64::consts::PI * t).cos());
        match self.kind {
            ScheduleKind::Constant => 1.0,
            ScheduleKind::Step => self.factor.powi(done as i32 / self.every.max(1) as i32),
            ScheduleKind::Cosine => fall(progress),
            ScheduleKind::OneCycle if progress < 0.3 => 0.1 + 0.9 * progress / 0.3,
            ScheduleKind::OneCycle => fall((progress - 0.3) / 0.7),
        }
    }
}

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
    /// Factor of the weights that is added to their gradient.
    pub weight_decay: f64,
    /// The course of the learning rate.
    pub schedule: Schedule,
}

macro_rules! stage_settings {
    (
        $(#[$doc:meta])* $name:ident, $epochs:literal, $rate:literal, $decay:literal
        $(, $(#[$field_doc:meta])* $field:ident: $kind:ty = $value:expr)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            /// Passes over the training images; 0 passes the weights on as they are.
            pub epochs: u32,
            /// Learning rate at its height.
            pub learning_rate: f64,
            /// How weights follow gradients.
            pub optimizer: OptimizerKind,
            /// Momentum of SGD; the first decay rate of Adam.
            pub momentum: f64,
            /// Whether SGD looks ahead (Nesterov).
            pub nesterov: bool,
            /// Factor of the weights that is added to their gradient.
            pub weight_decay: f64,
            /// The course of the learning rate.
            pub schedule: Schedule,
            $($(#[$field_doc])* pub $field: $kind,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    epochs: $epochs,
                    learning_rate: $rate,
                    optimizer: OptimizerKind::Sgd,
                    momentum: 0.9,
                    nesterov: false,
                    weight_decay: $decay,
                    schedule: Schedule::COSINE,
                    $($field: $value,)*
                }
            }
        }

        impl $name {
            /// What the training loop needs of it.
            pub fn training(&self) -> Training {
                Training {
                    epochs: self.epochs,
                    learning_rate: self.learning_rate,
                    optimizer: self.optimizer,
                    momentum: self.momentum,
                    nesterov: self.nesterov,
                    weight_decay: self.weight_decay,
                    schedule: self.schedule,
                }
            }
        }
    };
}

stage_settings!(
    /// Settings of `baseline`.
    Baseline, 8, 0.05, 1e-4,
    /// Published weights to start from instead of random ones: a safetensors file with torchvision's names. With
    /// `epochs: 0` the next stage takes them as they are.
    weights: Option<PathBuf> = None
);
stage_settings!(
    /// Settings of `quantize`.
    Quantize, 2, 5e-3, 0.0
);
stage_settings!(
    /// Settings of `search`.
    Search, 3, 1e-3, 0.0,
    /// Weight of the noise in the loss: what a layer gains by bearing more of it.
    lambda: f64 = 0.4,
    /// Noise beyond this share of a layer's standard deviation gains nothing.
    sigma_max: f64 = 0.5,
    /// Noise of every layer at the start, as a share of its standard deviation.
    initial_sigma: f64 = 0.025
);
stage_settings!(
    /// Settings of `retrain`.
    Retrain, 4, 5e-3, 0.0
);

/// Settings of `uniform`. It starts from the checkpoint of `quantize`, and trains as `retrain` does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Uniform {
    /// Name of the multiplier for all layers, or `auto`: the most accurate on validation images after a short
    /// training, among those that need at most the energy of the assignment.
    pub multiplier: String,
    /// Passes over the training images; by default those of `search` and `retrain` together, which is fair.
    pub epochs: Option<u32>,
    /// Training images that each candidate of `auto` is trained on before it is judged.
    pub screening_images: usize,
}

impl Default for Uniform {
    fn default() -> Self {
        Self { multiplier: Self::AUTO.into(), epochs: None, screening_images: 12_800 }
    }
}

impl Uniform {
    /// The word that leaves the choice to validation.
    pub const AUTO: &'static str = "auto";
}

/// Settings of all stages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Stages {
    /// Training in fp32.
    pub baseline: Baseline,
    /// Quantisation-aware training.
    pub quantize: Quantize,
    /// Training under learned noise.
    pub search: Search,
    /// Training with the assigned multipliers.
    pub retrain: Retrain,
    /// Training with one multiplier everywhere.
    pub uniform: Uniform,
}

impl Stages {
    /// The training settings of a stage.
    pub fn training(&self, stage: StageName) -> Training {
        match stage {
            StageName::Baseline => self.baseline.training(),
            StageName::Quantize => self.quantize.training(),
            StageName::Search => self.search.training(),
            StageName::Retrain => self.retrain.training(),
            StageName::Uniform => {
                let epochs = self.uniform.epochs.unwrap_or(self.search.epochs + self.retrain.epochs);
                Training { epochs, ..self.retrain.training() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_hit_their_marks() {
        let of = |kind| Schedule { kind, every: 2, factor: 0.5 };
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(of(ScheduleKind::Constant).factor_at(3.7, 4), 1.0);
        close(of(ScheduleKind::Step).factor_at(1.99, 10), 1.0);
        close(of(ScheduleKind::Step).factor_at(4.0, 10), 0.25);
        close(of(ScheduleKind::Cosine).factor_at(0.0, 4), 1.0);
        close(of(ScheduleKind::Cosine).factor_at(2.0, 4), 0.5);
        close(of(ScheduleKind::Cosine).factor_at(4.0, 4), 0.0);
        close(of(ScheduleKind::OneCycle).factor_at(3.0, 10), 1.0);
        close(of(ScheduleKind::OneCycle).factor_at(0.0, 10), 0.1);
    }

    #[test]
    fn uniform_trains_as_long_as_search_and_retraining() {
        let mut stages = Stages::default();
        let uniform = stages.training(StageName::Uniform);
        assert_eq!(uniform.epochs, stages.search.epochs + stages.retrain.epochs);
        assert_eq!(uniform.learning_rate, stages.retrain.learning_rate);
        stages.uniform.epochs = Some(1);
        assert_eq!(stages.training(StageName::Uniform).epochs, 1);
    }
}
