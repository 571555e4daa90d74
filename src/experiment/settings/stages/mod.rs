//! Settings of the stages, and their defaults.

mod optimizer;
mod schedule;
mod search;
mod stage;
mod training;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use optimizer::OptimizerKind;
pub use schedule::{Schedule, ScheduleKind, WarmUp};
pub use search::{Budget, PercentagePoints, SearchMethod};
pub use stage::StageName;
pub use training::{EarlyStopping, Keep, StopOn, Training};

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
            /// Factor of the weights that is added to their gradient; with AdamW, taken from the weights.
            pub weight_decay: f64,
            /// The course of the learning rate.
            pub schedule: Schedule,
            /// Share of the aim that is spread evenly over all classes (C. Szegedy et al., "Rethinking the Inception
            /// Architecture for Computer Vision", CVPR 2016).
            pub label_smoothing: f64,
            /// The longest that all gradients together may be, as one vector; longer ones are shortened (R. Pascanu,
            /// T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013).
            pub clip_norm: Option<f64>,
            /// Decay of an exponential average of the weights, a step. Validation, results and later stages take the
            /// averaged weights.
            pub ema: Option<f64>,
            /// When to end before the last epoch.
            pub early_stopping: EarlyStopping,
            /// Which epoch's weights the stage yields.
            pub keep: Keep,
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
                    label_smoothing: 0.0,
                    clip_norm: None,
                    ema: None,
                    early_stopping: EarlyStopping::default(),
                    keep: Keep::Last,
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
                    schedule: self.schedule.clone(),
                    label_smoothing: self.label_smoothing,
                    clip_norm: self.clip_norm,
                    ema: self.ema,
                    early_stopping: self.early_stopping,
                    keep: self.keep,
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
    /// What tells how much error a layer tolerates. Training settings are those of `noise`.
    method: SearchMethod = SearchMethod::Noise,
    /// For `measured`: what the assignment has to keep to.
    budget: Budget = Budget::default(),
    /// For `measured`: training images on which every candidate of every layer is tried.
    images: usize = 512,
    /// For `measured`: the most candidates of a layer that are tried.
    candidates: usize = 24,
    /// For `measured` with a budget of accuracy: training images of the short retraining that decides.
    screening_images: usize = 12_800,
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

impl Search {
    /// Epochs of training under noise: none where sensitivities are measured.
    pub fn noise_epochs(&self) -> u32 {
        if self.method == SearchMethod::Noise { self.epochs } else { 0 }
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
    /// Quantization-aware training.
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
            StageName::Search => {
                let epochs = self.search.noise_epochs();
                Training { epochs, ..self.search.training() }
            }
            StageName::Retrain => self.retrain.training(),
            StageName::Uniform => {
                let epochs = self.uniform.epochs.unwrap_or(self.search.noise_epochs() + self.retrain.epochs);
                Training { epochs, ..self.retrain.training() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniform_trains_as_long_as_search_and_retraining() {
        let mut stages = Stages::default();
        let uniform = stages.training(StageName::Uniform);
        assert_eq!(uniform.epochs, stages.search.epochs + stages.retrain.epochs);
        assert_eq!(uniform.learning_rate, stages.retrain.learning_rate);
        stages.search.method = SearchMethod::Measured;
        assert_eq!(stages.training(StageName::Uniform).epochs, stages.retrain.epochs);
        stages.uniform.epochs = Some(1);
        assert_eq!(stages.training(StageName::Uniform).epochs, 1);
    }
}
