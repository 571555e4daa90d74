//! Random state from what it is for: the same purpose gives the same numbers, whatever ran before.

use sha2::{Digest, Sha256};
use tch::{Device, Kind, Tensor};

use axmul_data::augment::AugmentDraw;
use axmul_experiment::StageName;

/// What random numbers are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Initial weights.
    Weights,
    /// The order of the images of an epoch.
    Shuffle,
    /// Everything random within an epoch, i.e. noise.
    Epoch,
    /// The sample of the error prediction.
    Capture,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Shuffle => "shuffle",
            Self::Epoch => "epoch",
            Self::Capture => "capture",
        }
    }
}

/// Seeds libtorch's generators, which are the process's, for a purpose.
pub fn seed_for(purpose: Purpose, seed: u64, stage: StageName, epoch: u32) {
    tch::manual_seed(i64::from_le_bytes(digest(&format!("axmul/{}/{seed}/{stage}/{epoch}", purpose.name()))));
}

/// What random changes of the training images of an epoch follow from.
pub fn draw(seed: u64, stage: StageName, epoch: u32) -> AugmentDraw {
    AugmentDraw { seed: u64::from_le_bytes(digest(&format!("axmul/augment/{seed}/{stage}"))), epoch }
}

fn digest(text: &str) -> [u8; 8] {
    Sha256::digest(text.as_bytes())[..8].try_into().expect("a digest of 32 bytes")
}

/// A permutation of `0..n`, made on the CPU so that it is the same on every device.
pub fn permutation(n: usize, seed: u64, stage: StageName, epoch: u32) -> Tensor {
    seed_for(Purpose::Shuffle, seed, stage, epoch);
    Tensor::randperm(n as i64, (Kind::Int64, Device::Cpu))
}
