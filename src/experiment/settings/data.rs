//! The images of an experiment: which, how they are divided, and what is done to them before a network sees them.

use std::fmt;
use std::path::PathBuf;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::ExperimentError;
use axmul_data::DataSource;
use axmul_data::augment::Augment;
use axmul_data::images::{Channels, Division, ImageReadOptions, MAX_SIDE, OnCorrupt, SplitOrder};

/// The images of an experiment. In the file it may also be just the name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// Name of a data set (`axmul data list`), or the path of a folder or archive of images.
    pub name: String,
    /// Where the files of a named data set lie, if not in the user's data directory.
    pub directory: Option<PathBuf>,
    /// Training images that are put aside for validation, where the set has no validation images of its own.
    pub validation: usize,
    /// Training images that are put aside for results, where the set has neither test nor validation images.
    pub test: usize,
    /// Which images are put aside.
    pub split: SplitOrder,
    /// What draws the images that are put aside; the same for all seeds of a run.
    pub split_seed: u64,
    /// What happens on an image that cannot be decoded.
    pub corrupt: OnCorrupt,
    /// Rows and columns that images are brought to.
    pub resize: Option<[usize; 2]>,
    /// Grey or colours.
    pub channels: Channels,
    /// How brightness becomes the numbers that a network sees.
    #[serde(alias = "normalise")]
    pub normalize: Normalize,
    /// What happens to training images at random.
    pub augment: Augment,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            name: "mnist".into(),
            directory: None,
            validation: 5_000,
            test: 5_000,
            split: SplitOrder::Auto,
            split_seed: 0,
            corrupt: OnCorrupt::Fail,
            resize: None,
            channels: Channels::AsStored,
            normalize: Normalize::By(NormalizeBy::Auto),
            augment: Augment::default(),
        }
    }
}

/// How brightness 0 to 1 becomes the numbers that a network sees: (brightness - mean) / std, channel by channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected auto, measured or {mean: [...], std: [...]}")]
pub enum Normalize {
    /// By a rule.
    By(NormalizeBy),
    /// By these numbers, one for each channel.
    Values {
        /// Means, brightness from 0 to 1.
        mean: Vec<f64>,
        /// Standard deviations.
        std: Vec<f64>,
    },
}

/// A rule for what to normalize by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormalizeBy {
    /// The usual figures of MNIST (0.1307 and 0.3081) for MNIST, measured ones for all others.
    Auto,
    /// Mean and standard deviation of the training images, without those put aside.
    Measured,
}

/// Mean and standard deviation of each channel.
pub type MeanAndStd = (Vec<f64>, Vec<f64>);

impl Data {
    /// The usual mean and standard deviation of MNIST.
    const MNIST: (f64, f64) = (0.1307, 0.3081);

    /// A named data set, or a path.
    pub fn source(&self) -> DataSource {
        DataSource::named(&self.name)
    }

    /// How the images are read.
    pub fn reading(&self) -> ImageReadOptions {
        ImageReadOptions { corrupt: self.corrupt, resize: self.resize, channels: self.channels }
    }

    /// How the training images are divided.
    pub fn division(&self) -> Division {
        Division { validation: self.validation, test: self.test, order: self.split, seed: self.split_seed }
    }

    /// What to normalize by, where it is known before the images are; else it is to be measured.
    pub fn known_normalization(&self) -> Option<MeanAndStd> {
        match &self.normalize {
            Normalize::Values { mean, std } => Some((mean.clone(), std.clone())),
            Normalize::By(NormalizeBy::Auto) if self.name == "mnist" => {
                Some((vec![Self::MNIST.0], vec![Self::MNIST.1]))
            }
            Normalize::By(_) => None,
        }
    }

    /// Checks what types cannot.
    pub(super) fn check(&self) -> Result<(), ExperimentError> {
        let fail =
            |key: &str, problem: String| Err(ExperimentError::Value { key: format!("data.{key}"), problem });
        if self.name.is_empty() {
            return fail("name", "expected the name of a data set or the path of one, got nothing".into());
        }
        if self.directory.is_some() && matches!(self.source(), DataSource::Path(_)) {
            let problem =
                format!("'{}' is no data set that is known by name, so it is a path already", self.name);
            return fail("directory", problem);
        }
        for (key, value) in [("validation", self.validation), ("test", self.test)] {
            if value == 0 {
                return fail(key, "expected at least 1, got 0".into());
            }
        }
        if let Some(size) = self.resize.filter(|size| size.iter().any(|side| !(1..=MAX_SIDE).contains(side)))
        {
            return fail("resize", format!("expected 1 to {MAX_SIDE} rows and columns, got {size:?}"));
        }
        for (key, value) in [("augment.crop", self.augment.crop), ("augment.cutout", self.augment.cutout)] {
            if value > MAX_SIDE {
                return fail(key, format!("expected at most {MAX_SIDE} pixels, got {value}"));
            }
        }
        if let Normalize::Values { mean, std } = &self.normalize {
            if !matches!(mean.len(), 1 | 3) || mean.len() != std.len() {
                let (mean, std) = (mean.len(), std.len());
                let problem = format!("expected as many means as deviations, 1 or 3, got {mean} and {std}");
                return fail("normalize", problem);
            }
            if !mean.iter().all(|mean| mean.is_finite())
                || !std.iter().all(|std| std.is_finite() && *std > 0.0)
            {
                let problem = format!("expected numbers, deviations above 0, got {mean:?} and {std:?}");
                return fail("normalize", problem);
            }
        }
        Ok(())
    }
}

/// Reads the images of an experiment: a mapping, or the name alone.
pub(super) fn name_or_data<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Data, D::Error> {
    struct NameOrData;

    impl<'de> Visitor<'de> for NameOrData {
        type Value = Data;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the name or path of a data set, or a mapping with its settings")
        }

        fn visit_str<E>(self, name: &str) -> Result<Data, E> {
            Ok(Data { name: name.to_owned(), ..Data::default() })
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Data, A::Error> {
            Data::deserialize(MapAccessDeserializer::new(map))
        }
    }

    deserializer.deserialize_any(NameOrData)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Experiment;

    fn data(text: &str, overrides: &[&str]) -> Result<Data, String> {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        let experiment = Experiment::parse(&format!("name: test\n{text}"), "test.yaml", &overrides);
        experiment.map(|experiment| experiment.data).map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_a_path_and_every_setting() {
        assert_eq!(data("", &[]).unwrap(), Data::default());
        assert_eq!(data("data: mnist", &[]).unwrap(), Data::default());
        let cifar = data("data: cifar10", &[]).unwrap();
        assert!(matches!(cifar.source(), DataSource::Known(set) if set.name == "cifar10"));
        let path = data("data: mine/images.tar.xz", &[]).unwrap();
        assert!(matches!(path.source(), DataSource::Path(path) if path.ends_with("images.tar.xz")));
        let text = "data:\n  name: mine\n  validation: 10\n  test: 20\n  split: seeded\n  split_seed: 4\n  \
                    corrupt: skip\n  resize: [32, 24]\n  channels: rgb\n  normalize: measured\n  \
                    augment: {crop: 4, flip: true, cutout: 8}";
        let mine = data(text, &[]).unwrap();
        assert_eq!((mine.division().order, mine.division().seed), (SplitOrder::Seeded, 4));
        assert_eq!(mine.reading().resize, Some([32, 24]));
        assert_eq!(mine.augment, Augment { crop: 4, flip: true, cutout: 8 });
        let tree = serde_json::to_value(&mine).unwrap();
        assert_eq!(serde_json::from_value::<Data>(tree).unwrap(), mine);
        let set =
            data(text, &["data.augment.cutout=2", "data.normalize={mean: [0.5], std: [0.25]}"]).unwrap();
        assert_eq!(set.augment.cutout, 2);
        assert_eq!(set.known_normalization(), Some((vec![0.5], vec![0.25])));
        assert_eq!(data("", &["data=fashion-mnist"]).unwrap().name, "fashion-mnist");
    }

    #[test]
    fn only_mnist_has_figures_of_its_own() {
        let known = |text: &str| data(text, &[]).unwrap().known_normalization();
        assert_eq!(known("data: mnist"), Some((vec![0.1307], vec![0.3081])));
        assert_eq!(known("data: {normalize: measured}"), None);
        assert_eq!(known("data: cifar10"), None);
    }

    #[test]
    fn settings_that_make_no_sense_name_their_key() {
        for (text, parts) in [
            ("data: ''", &["data.name: expected the name"][..]),
            ("data: [mnist]", &["test.yaml", "name or path of a data set"]),
            ("data: {nam: mnist}", &["test.yaml: line 2", "nam"]),
            ("data: {validation: 0}", &["data.validation: expected at least 1"]),
            ("data: {test: 0}", &["data.test: expected at least 1"]),
            ("data: {name: a/b, directory: c}", &["data.directory: 'a/b' is no data set"]),
            ("data: {resize: [0, 32]}", &["data.resize: expected 1 to 4096"]),
            ("data: {augment: {crop: 5000}}", &["data.augment.crop: expected at most 4096"]),
            ("data: {augment: {mirror: true}}", &["unknown field `mirror`"]),
            ("data: {split: sorted}", &["sorted", "seeded"]),
            ("data: {corrupt: maybe}", &["maybe", "skip"]),
            ("data: {normalize: never}", &["expected auto, measured or {mean: [...], std: [...]}"]),
            ("data: {normalize: {mean: [0.5], std: [0.2, 0.2]}}", &["data.normalize", "got 1 and 2"]),
            ("data: {normalize: {mean: [0.5], std: [0.0]}}", &["data.normalize", "deviations above 0"]),
        ] {
            let message = data(text, &[]).unwrap_err();
            for part in parts {
                assert!(message.contains(part), "{text}: {message}");
            }
        }
    }
}
