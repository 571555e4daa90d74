//! Images in memory, as bytes; batches become real numbers when they are asked for.
//!
//! A batch for training is a function of the images, of their indices and of a [`AugmentDraw`]: no state is kept between
//! batches, so they may be made in any order and ahead of time.

use std::path::Path;

use tch::{Device, Kind, Tensor};

use crate::TrainError;
use crate::random;
use axmul_data::augment::{Augment, AugmentDraw};
use axmul_data::images::{LabeledImages, divide, statistics};
use axmul_experiment::{Experiment, Network, StageName};

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
    /// For images that change at random while a network learns from them.
    changes: Option<Changes>,
}

/// Images as bytes outside of tensors, and what happens to them.
#[derive(Debug)]
pub struct Changes {
    augment: Augment,
    /// `[N, C, H, W]`.
    pixels: Vec<u8>,
    /// Channels, rows and columns.
    shape: [usize; 3],
    /// The mean colour, a byte for each channel.
    mean: Vec<u8>,
}

impl Changes {
    /// The images with these indices, `[indices, C, H, W]`, changed as `draw` says.
    pub fn batch(&self, indices: &[usize], draw: AugmentDraw) -> Vec<u8> {
        let mut pixels = vec![0; indices.len() * self.shape.iter().product::<usize>()];
        self.augment.batch(&self.pixels, self.shape, indices, draw, &self.mean, &mut pixels);
        pixels
    }
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
        Ok(Self { pixels, labels, scale, shift, changes: None })
    }

    /// Images of a part of a set, `[C, H, W]` each.
    fn of(
        part: &LabeledImages,
        shape: [usize; 3],
        (mean, std): &(Vec<f64>, Vec<f64>),
        device: Device,
    ) -> Result<Self, TrainError> {
        let size = [part.len(), shape[0], shape[1], shape[2]].map(|n| n as i64);
        let pixels = Tensor::f_from_data_size(&part.pixels, &size, Kind::Uint8)?;
        let labels: Vec<i64> = part.labels.iter().map(|&label| label.into()).collect();
        let labels = Tensor::f_from_slice(&labels)?;
        Self::new(pixels.to_device(device), labels.to_device(device), mean, std)
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

    /// The images with these indices, normalized fp32, and their classes.
    pub fn batch(&self, indices: &Tensor) -> (Tensor, Tensor) {
        let indices = indices.to_device(self.pixels.device());
        (self.normalize(&self.pixels.index_select(0, &indices)), self.labels.index_select(0, &indices))
    }

    /// How images change at random, if they do.
    pub fn changes(&self) -> Option<&Changes> {
        self.changes.as_ref()
    }

    /// [`Self::batch`] of images with these indices that changed to `pixels`.
    pub fn changed_batch(&self, pixels: &[u8], indices: &Tensor) -> Result<(Tensor, Tensor), TrainError> {
        let mut size = self.pixels.size();
        size[0] = indices.size()[0];
        let pixels = Tensor::f_from_data_size(pixels, &size, Kind::Uint8)?.to_device(self.pixels.device());
        let indices = indices.to_device(self.pixels.device());
        Ok((self.normalize(&pixels), self.labels.index_select(0, &indices)))
    }

    /// [`Self::batch`] for training: images change at random, as far as they are to.
    #[cfg(test)]
    pub fn training_batch(
        &self,
        indices: &Tensor,
        draw: AugmentDraw,
    ) -> Result<(Tensor, Tensor), TrainError> {
        let Some(changes) = &self.changes else { return Ok(self.batch(indices)) };
        let chosen: Vec<usize> =
            Vec::<i64>::try_from(indices)?.into_iter().map(|index| index as usize).collect();
        self.changed_batch(&changes.batch(&chosen, draw), indices)
    }

    /// `count` images from `start`, fewer at the end; otherwise like [`Self::batch`].
    pub fn range(&self, start: usize, count: usize) -> (Tensor, Tensor) {
        let count = count.min(self.len() - start) as i64;
        let part = |t: &Tensor| t.narrow(0, start as i64, count);
        (self.normalize(&part(&self.pixels)), part(&self.labels))
    }

    /// `count` images drawn for a purpose that is not training; `epoch` tells such draws apart.
    pub fn sample(&self, count: usize, seed: u64, stage: StageName) -> Tensor {
        let order = random::permutation(self.len(), seed, stage, u32::MAX);
        self.batch(&order.narrow(0, 0, count.min(self.len()) as i64)).0
    }

    fn normalize(&self, pixels: &Tensor) -> Tensor {
        let mut real = pixels.to_kind(Kind::Float);
        real *= &self.scale;
        real += &self.shift;
        real
    }

    #[cfg(test)]
    fn part(&self, start: usize, count: usize) -> Self {
        let part = |t: &Tensor| t.narrow(0, start as i64, count as i64);
        Self {
            pixels: part(&self.pixels),
            labels: part(&self.labels),
            scale: self.scale.shallow_clone(),
            shift: self.shift.shallow_clone(),
            changes: None,
        }
    }

    /// The number of classes that labels tell apart: the highest label and one.
    fn classes(&self) -> usize {
        if self.len() == 0 { 0 } else { self.labels.max().int64_value(&[]) as usize + 1 }
    }
}

impl Dataset {
    /// Splits training images that the tests make: the last `validation` of them are put aside.
    #[cfg(test)]
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

    /// The number of classes that labels tell apart.
    pub fn classes(&self) -> usize {
        [&self.train, &self.validation, &self.test].map(Images::classes).into_iter().max().unwrap_or(0)
    }

    /// Refuses images that a network does not take, and classes that it does not tell apart.
    pub fn check_fits(&self, network: &Network) -> Result<(), TrainError> {
        let (shape, classes) = (self.train.shape(), self.classes());
        if shape != network.input {
            let (name, input) = (&network.name, network.input);
            return Err(TrainError::Data(format!("are {shape:?}, and network '{name}' takes {input:?}")));
        }
        if classes > network.classes {
            let (name, known) = (&network.name, network.classes);
            let problem = format!("have {classes} classes, and network '{name}' tells {known} apart");
            return Err(TrainError::Data(problem));
        }
        Ok(())
    }

    /// Reads the data set that an experiment names from where it lies onto a device.
    pub fn load(experiment: &Experiment, place: &Path, device: Device) -> Result<Self, TrainError> {
        let data = &experiment.data;
        let fault = |error: &dyn std::fmt::Display| TrainError::Data(error.to_string());
        let set = data.source().read(place, &data.reading(), true).map_err(|error| fault(&error))?;
        if let Some(first) = set.corrupt.first() {
            eprintln!(
                "left out {} images that cannot be decoded, the first of them {}: {}; `axmul data check` lists all",
                set.corrupt.len(),
                first.path,
                first.problem
            );
        }
        let set = divide(set, &data.division()).map_err(|error| fault(&error))?;
        let normalization = match data.known_normalization() {
            Some(known) => known,
            None => {
                let measured = statistics(&set.train, set.shape);
                measured.iter().map(|channel| (channel.mean, channel.std)).unzip()
            }
        };
        let (mean, std) = &normalization;
        if let Some(channel) = std.iter().position(|&std| std <= 0.0) {
            return Err(TrainError::Data(format!(
                "channel {channel} is the same everywhere, so it has no deviation to normalize by; set data.normalize"
            )));
        }
        if mean.len() != set.shape[0] {
            return Err(TrainError::Data(format!(
                "have {} channels, and data.normalize has {} means",
                set.shape[0],
                mean.len()
            )));
        }
        let images = |part: &LabeledImages| Images::of(part, set.shape, &normalization, device);
        let (mut train, validation, test) =
            (images(&set.train)?, images(&set.validation)?, images(&set.test)?);
        if !data.augment.is_nothing() {
            let mean = mean.iter().map(|mean| (mean * 255.0).round() as u8).collect();
            let (augment, pixels, shape) = (data.augment, set.train.pixels, train.shape());
            train.changes = Some(Changes { augment, pixels, shape, mean });
        }
        Ok(Self { train, validation, test })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Ten training and four test images of two by three pixels, three channels, as .npy files.
    fn files(root: &Path) {
        let write = |name: &str, array: &Tensor| array.write_npy(root.join(name)).unwrap();
        let pixels = |n: i64| {
            let values: Vec<u8> = (0..n * 18).map(|i| (i * 37 % 251) as u8).collect();
            Tensor::from_data_size(&values, &[n, 3, 2, 3], Kind::Uint8)
        };
        let labels = |n: i64| Tensor::from_slice(&(0..n).map(|i| i % 2).collect::<Vec<i64>>());
        write("train_images.npy", &pixels(10));
        write("train_labels.npy", &labels(10));
        write("test_images.npy", &pixels(4));
        write("test_labels.npy", &labels(4));
    }

    fn load(root: &Path, settings: &str) -> Result<Dataset, TrainError> {
        let text = format!("name: test\ndata: {{name: '{}', {settings}}}", root.display());
        let aside =
            if settings.contains("validation") { vec![] } else { vec!["data.validation=3".to_owned()] };
        let experiment = Experiment::parse(&text, "test", &aside).unwrap();
        Dataset::load(&experiment, root, Device::Cpu)
    }

    /// Seven training images that change at random.
    pub fn augmented() -> (tempfile::TempDir, Images) {
        let root = tempfile::tempdir().unwrap();
        files(root.path());
        let set = load(root.path(), "augment: {crop: 1, flip: true, cutout: 1}").unwrap();
        (root, set.train)
    }

    #[test]
    fn a_path_is_read_divided_and_normalized_by_what_is_measured() {
        let root = tempfile::tempdir().unwrap();
        files(root.path());
        let set = load(root.path(), "").unwrap();
        assert_eq!([&set.train, &set.validation, &set.test].map(Images::len), [7, 3, 4]);
        assert_eq!((set.train.shape(), set.classes()), ([3, 2, 3], 2));
        let (x, labels) = set.train.range(0, 7);
        assert_eq!(Vec::<i64>::try_from(labels).unwrap(), [0, 1, 0, 1, 0, 1, 0]);
        for channel in 0..3 {
            let channel = x.select(1, channel).to_kind(Kind::Double);
            assert!(channel.mean(Kind::Double).double_value(&[]).abs() < 1e-6);
            assert!((channel.std(false).double_value(&[]) - 1.0).abs() < 1e-6);
        }
        let given = load(root.path(), "normalize: {mean: [0, 0, 0], std: [1, 1, 1]}").unwrap();
        let first = given.train.range(0, 1).0.double_value(&[0, 0, 0, 1]);
        assert!((first - 37.0 / 255.0).abs() < 1e-7, "{first}");
        let message = load(root.path(), "normalize: {mean: [0], std: [1]}").unwrap_err().to_string();
        assert!(message.contains("3 channels, and data.normalize has 1 means"), "{message}");
        let message = load(root.path(), "validation: 10").unwrap_err().to_string();
        assert!(message.contains("data.validation puts 10 images aside"), "{message}");
    }

    #[test]
    fn training_batches_follow_from_their_draw_and_only_they_change() {
        let root = tempfile::tempdir().unwrap();
        files(root.path());
        let augment = "augment: {crop: 1, flip: true, cutout: 1}";
        let (set, plain) = (load(root.path(), augment).unwrap(), load(root.path(), "").unwrap());
        let indices = Tensor::from_slice(&[6i64, 0, 3]);
        let draw = |epoch| AugmentDraw { seed: 5, epoch };
        let batch = |set: &Dataset, epoch| set.train.training_batch(&indices, draw(epoch)).unwrap();
        let (first, labels) = batch(&set, 1);
        assert_eq!(Vec::<i64>::try_from(labels).unwrap(), [0, 0, 1]);
        assert_eq!(batch(&set, 1).0, first);
        assert_ne!(batch(&set, 2).0, first);
        let (whole, _) = set.train.batch(&indices);
        assert_eq!(whole, plain.train.batch(&indices).0);
        assert_eq!(batch(&plain, 1).0, whole, "nothing asked for, nothing done");
        let (alone, _) = set.train.training_batch(&indices.narrow(0, 1, 1), draw(1)).unwrap();
        assert_eq!(alone, first.narrow(0, 1, 1), "whatever else is in the batch");
    }

    #[test]
    fn a_channel_that_is_the_same_everywhere_is_refused() {
        let root = tempfile::tempdir().unwrap();
        files(root.path());
        let flat = Tensor::full([10, 3, 2, 3], 9, (Kind::Uint8, Device::Cpu));
        flat.write_npy(root.path().join("train_images.npy")).unwrap();
        let message = load(root.path(), "").unwrap_err().to_string();
        assert!(message.contains("channel 0 is the same everywhere"), "{message}");
    }
}
