//! Experiments: what an experiment file says, with every default.

mod data;
mod device;
mod error;
mod kernel;
mod overrides;
mod quantization;
mod stages;

use std::path::Path;

use serde::{Deserialize, Deserializer, Serialize};

use self::data::name_or_data;
use crate::assignment::{CostMetric, EnergySource, SignHandling};
use crate::corrections::Corrections;
use axmul_metrics::OperandFormat;
use axmul_support::yaml;

pub use data::{Data, MeanAndStd, Normalize, NormalizeBy};
pub use device::DeviceChoice;
pub use error::ExperimentError;
pub use kernel::KernelChoice;
pub use quantization::{
    ActivationQuantization, ActivationRange, Granularity, Quantization, UnsignedScheme, WeightQuantization,
    WeightRange,
};
pub use stages::{
    Baseline, Budget, EarlyStopping, Keep, OptimizerKind, PercentagePoints, Quantize, Retrain, Schedule,
    ScheduleKind, Search, SearchMethod, StageName, Stages, StopOn, Training, Uniform, WarmUp,
};

/// An experiment. Everything but the name has a default; unknown keys are errors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Name of the run, and of its directory.
    pub name: String,
    /// A built-in network, or the path of a description.
    #[serde(default = "lenet5")]
    pub network: String,
    /// The images; a name or path, or a mapping with its settings.
    #[serde(default, deserialize_with = "name_or_data")]
    pub data: Data,
    /// Where the multipliers come from; empty for the built-in catalog. One path or a list.
    #[serde(default, deserialize_with = "one_or_many")]
    pub catalog: Vec<String>,
    /// Whether the multipliers are signed: true or false for those alone; null for all that layers of symmetric codes
    /// can take, unsigned ones between a sign and a magnitude.
    #[serde(default = "signed")]
    pub signed: Option<bool>,
    /// What the assignment saves.
    #[serde(default)]
    pub metric: CostMetric,
    /// Where the energy of multiplications comes from: `catalog`, or `activity`, which needs circuits.
    #[serde(default)]
    pub energy: EnergySource,
    /// Where signs meet the products of unsigned multipliers between a sign and a magnitude, and so what energies hold
    /// beside the multipliers': `per_product`, `per_sum` or `uncounted`. A search that measures goes by it.
    #[serde(default)]
    pub sign_logic: SignHandling,
    /// From real numbers to codes.
    #[serde(default, alias = "quantisation")]
    pub quantization: Quantization,
    /// What is taken out of the multipliers' errors without any hardware, where codes are symmetric.
    #[serde(default)]
    pub corrections: Corrections,
    /// What each stage does.
    #[serde(default)]
    pub stages: Stages,
    /// What the assignment looks at.
    #[serde(default)]
    pub capture: Capture,
    /// Images in a training batch.
    #[serde(default = "batch")]
    pub batch: usize,
    /// The run is made once with each of these.
    #[serde(default = "seeds")]
    pub seeds: Vec<u64>,
    /// `auto`, `cpu`, `cuda` or `cuda:N`.
    #[serde(default)]
    pub device: DeviceChoice,
    /// How approximate products are computed; all ways give the same numbers.
    #[serde(default)]
    pub kernel: KernelChoice,
    /// Threads to compute with; by default one for each core.
    #[serde(default)]
    pub threads: Option<usize>,
    /// Whether to write event files for TensorBoard.
    #[serde(default = "yes")]
    pub tensorboard: bool,
}

/// What the assignment looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Capture {
    /// Training images.
    pub images: usize,
    /// Rows of unfolded activations drawn from each layer, with replacement.
    pub rows: usize,
}

impl Default for Capture {
    fn default() -> Self {
        Self { images: 128, rows: 512 }
    }
}

impl Experiment {
    /// Reads an experiment file and applies overrides of the form `stages.search.lambda=0.2`.
    pub fn load(path: &Path, overrides: &[String]) -> Result<Self, ExperimentError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ExperimentError::Read { path: path.to_owned(), problem: error.to_string() })?;
        Self::parse(&text, &path.display().to_string(), overrides)
    }

    /// Reads an experiment; `origin` names the text in errors.
    pub fn parse(text: &str, origin: &str, overrides: &[String]) -> Result<Self, ExperimentError> {
        yaml::from_str::<Self>(text, origin)?.with(overrides)
    }

    /// The experiment with overrides applied, and checked.
    pub fn with(mut self, overrides: &[String]) -> Result<Self, ExperimentError> {
        for assignment in overrides {
            self = overrides::apply(&self, assignment)?;
        }
        self.check()?;
        Ok(self)
    }

    /// Checks what types cannot: ranges of numbers, and settings that exclude each other.
    pub fn check(&self) -> Result<(), ExperimentError> {
        let fail = |key: &str, problem: String| Err(ExperimentError::Value { key: key.to_owned(), problem });
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if self.name.is_empty() || self.name.starts_with('.') || !self.name.chars().all(plain) {
            return fail(
                "name",
                format!("'{}' cannot name a directory; use letters, digits, . _ -", self.name),
            );
        }
        for (key, value) in [
            ("batch", self.batch),
            ("capture.images", self.capture.images),
            ("capture.rows", self.capture.rows),
            ("stages.search.images", self.stages.search.images),
            ("stages.search.candidates", self.stages.search.candidates),
            ("stages.search.screening_images", self.stages.search.screening_images),
            ("stages.uniform.screening_images", self.stages.uniform.screening_images),
            ("threads", self.threads.unwrap_or(1)),
            ("seeds", self.seeds.len()),
        ] {
            if value == 0 {
                return fail(key, "expected at least 1, got 0".into());
            }
        }
        if self.batch == 1 {
            return fail("batch", "expected at least 2, which batch normalization needs".into());
        }
        if (1..self.seeds.len()).any(|i| self.seeds[..i].contains(&self.seeds[i])) {
            return fail("seeds", format!("expected different seeds, got {:?}", self.seeds));
        }
        self.data.check()?;
        for stage in StageName::ALL {
            if let Err((key, problem)) = self.stages.training(stage).check(stage) {
                return fail(&format!("stages.{}.{key}", stage.settings()), problem);
            }
        }
        let search = &self.stages.search;
        if let Some(problem) = search.budget.problem() {
            return fail("stages.search.budget", problem);
        }
        for (key, value) in [
            ("stages.search.lambda", search.lambda),
            ("stages.search.sigma_max", search.sigma_max),
            ("stages.search.initial_sigma", search.initial_sigma),
        ] {
            if !(value.is_finite() && value >= 0.0) {
                return fail(key, format!("expected a number of at least 0, got {value}"));
            }
        }
        for (key, value) in [
            ("quantization.activations.percentile", self.quantization.activations.percentile),
            ("quantization.weights.percentile", self.quantization.weights.percentile),
        ] {
            if !(value > 50.0 && value <= 100.0) {
                return fail(key, format!("expected percent above 50 and up to 100, got {value}"));
            }
        }
        let weights = &self.quantization.weights;
        if !(2..=8).contains(&weights.bits) {
            let got = weights.bits;
            return fail("quantization.weights.bits", format!("expected 2 to 8 bits, got {got}"));
        }
        if weights.percentile != 100.0 && weights.range != WeightRange::Percentile {
            let problem = format!("{} needs quantization.weights.range=percentile", weights.percentile);
            return fail("quantization.weights.percentile", problem);
        }
        if let Err(error) = self.energy.check(self.metric) {
            return fail("metric", format!("{error}; expected power_mw"));
        }
        let momentum = self.quantization.activations.momentum;
        if !(momentum > 0.0 && momentum <= 1.0) {
            return fail(
                "quantization.activations.momentum",
                format!("expected a share above 0 and up to 1, got {momentum}"),
            );
        }
        if self.affine() {
            let symmetric_only =
                "needs symmetric codes: signed multipliers, or quantization.unsigned=sign_magnitude";
            if self.quantization.weights.granularity == Granularity::Channel {
                return fail("quantization.weights.granularity", format!("channel {symmetric_only}"));
            }
            if self.quantization.activations.range == ActivationRange::Learned {
                return fail("quantization.activations.range", format!("learned {symmetric_only}"));
            }
        }
        Ok(())
    }

    /// The operand format of the multipliers that the layers take: activations of 8 bits, weights of theirs.
    pub fn operand_format(&self) -> OperandFormat {
        // Within what `check` lets pass, so that no file makes this panic.
        let bits = self.quantization.weights.bits.clamp(2, 8);
        match self.signed {
            Some(false) => OperandFormat::unsigned(8, bits),
            _ => OperandFormat::signed(8, bits),
        }
    }

    /// Whether the search measures what layers tolerate: where it is asked to, and codes are symmetric.
    pub fn measures_layers(&self) -> bool {
        self.stages.search.method == SearchMethod::Measured && !self.affine()
    }

    /// Whether codes are affine unsigned ones rather than symmetric signed ones.
    pub fn affine(&self) -> bool {
        self.signed == Some(false) && self.quantization.unsigned == UnsignedScheme::Affine
    }
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a path or a list of paths")]
    enum Paths {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Paths::deserialize(deserializer)? {
        Paths::One(path) => vec![path],
        Paths::Many(paths) => paths,
    })
}

fn lenet5() -> String {
    "lenet5".into()
}

fn signed() -> Option<bool> {
    Some(true)
}

fn yes() -> bool {
    true
}

fn batch() -> usize {
    128
}

fn seeds() -> Vec<u64> {
    vec![1]
}
