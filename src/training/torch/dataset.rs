//! Images in memory, as bytes; batches become real numbers when they are asked for.

use std::path::Path;

use tch::{Device, Kind, Tensor};

use super::TrainError;
use super::random;
use crate::data::mnist;
use crate::training::plan::{Experiment, StageName};

/// Images with labels, on a device.
#[derive(Debug)]
pub struct Images {
    /// Bytes `[N, C, H, W]`.
    pixels: Tensor,
    /// Classes, i64 `[N]`.
    labels: Tensor,
    /// A pixel p becomes `p * scale + shift`; `[1, C, 1, 1]` each.
    scale: Tensor,
    shift: Tensor,
}

/// The three parts of a data set.
#[derive(Debug)]
pub struct Dataset {
    /// What weights learn from.
    pub train: Images,
    /// What choices are made by.
    pub validation: Images,
    /// What results are stated on.
    pub test: Images,
}

impl Images {
    /// Images from bytes `[N, C, H, W]` and classes `[N]`. A pixel p becomes (p / 255 - mean) / std, channel by
    /// channel.
    pub fn new(pixels: Tensor, labels: Tensor, mean: &[f64], std: &[f64]) -> Result<Self, TrainError> {
        let (size, count) = (pixels.size(), labels.size());
        if size.len() != 4 || count != [size[0]] || size[1] != mean.len() as i64 || mean.len() != std.len() {
            return Err(TrainError::Data(format!(
                "expected images [N, {}, H, W] and N labels, got {size:?} and {count:?}",
                mean.len()
            )));
        }
        let channels = |values: Vec<f64>| {
            Tensor::from_slice(&values).to_kind(Kind::Float).view([1, -1, 1, 1]).to_device(pixels.device())
        };
        let scale = channels(std.iter().map(|std| 1.0 / (255.0 * std)).collect());
        let shift = channels(mean.iter().zip(std).map(|(mean, std)| -mean / std).collect());
        Ok(Self { pixels, labels, scale, shift })
    }

    /// Number of images.
    #[allow(clippy::len_without_is_empty)] // nothing asks
    pub fn len(&self) -> usize {
        self.labels.size()[0] as usize
    }

    /// Channels, rows and columns.
    pub fn shape(&self) -> [usize; 3] {
        let size = self.pixels.size();
        [size[1], size[2], size[3]].map(|n| n as usize)
    }

    /// The images with these indices, normalised fp32, and their classes.
    pub fn batch(&self, indices: &Tensor) -> (Tensor, Tensor) {
        let indices = indices.to_device(self.pixels.device());
        (self.normalise(&self.pixels.index_select(0, &indices)), self.labels.index_select(0, &indices))
    }

    /// `count` images from `start`, fewer at the end; otherwise like [`Self::batch`].
    pub fn range(&self, start: usize, count: usize) -> (Tensor, Tensor) {
        let count = count.min(self.len() - start) as i64;
        let part = |t: &Tensor| t.narrow(0, start as i64, count);
        (self.normalise(&part(&self.pixels)), part(&self.labels))
    }

    /// `count` images drawn for a purpose that is not training; `epoch` tells such draws apart.
    pub fn sample(&self, count: usize, seed: u64, stage: StageName) -> Tensor {
        let order = random::permutation(self.len(), seed, stage, u32::MAX);
        self.batch(&order.narrow(0, 0, count.min(self.len()) as i64)).0
    }

    fn normalise(&self, pixels: &Tensor) -> Tensor {
        let mut real = pixels.to_kind(Kind::Float);
        real *= &self.scale;
        real += &self.shift;
        real
    }

    fn part(&self, start: usize, count: usize) -> Self {
        let part = |t: &Tensor| t.narrow(0, start as i64, count as i64);
        Self {
            pixels: part(&self.pixels),
            labels: part(&self.labels),
            scale: self.scale.shallow_clone(),
            shift: self.shift.shallow_clone(),
        }
    }
}

impl Dataset {
    /// Splits training images: the last `validation` of them are put aside.
    pub fn new(train: &Images, test: Images, validation: usize) -> Result<Self, TrainError> {
        if validation >= train.len() {
            return Err(TrainError::Data(format!(
                "data.validation puts {validation} images aside, and there are only {}",
                train.len()
            )));
        }
        let kept = train.len() - validation;
        Ok(Self { train: train.part(0, kept), validation: train.part(kept, validation), test })
    }

    /// Reads the data set that an experiment names from its directory onto a device.
    pub fn load(experiment: &Experiment, directory: &Path, device: Device) -> Result<Self, TrainError> {
        match experiment.data.name.as_str() {
            "mnist" => {
                let set = mnist::read(directory).map_err(|error| TrainError::Data(error.to_string()))?;
                let images = |part: &mnist::Labelled| {
                    let size =
                        [part.labels.len(), 1, part.images.rows, part.images.columns].map(|n| n as i64);
                    let pixels = Tensor::f_from_data_size(&part.images.pixels, &size, Kind::Uint8)?;
                    let labels = Tensor::f_from_slice(&part.labels)?.to_kind(Kind::Int64);
                    Images::new(pixels.to_device(device), labels.to_device(device), &[0.1307], &[0.3081])
                };
                Self::new(&images(&set.train)?, images(&set.test)?, experiment.data.validation)
            }
            other => Err(TrainError::Data(format!("there is no data set '{other}'; expected mnist"))),
        }
    }
}
