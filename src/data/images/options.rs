//! How images are read.

use serde::{Deserialize, Serialize};

/// How images are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageReadOptions {
    /// What happens on an image that cannot be decoded.
    pub corrupt: OnCorrupt,
    /// Rows and columns that images of folders are brought to; without it all must have the size of the first.
    pub resize: Option<[usize; 2]>,
    /// Gray or color.
    pub channels: Channels,
}

/// What happens on an image that cannot be decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnCorrupt {
    /// It is an error.
    #[default]
    Fail,
    /// It is left out and listed.
    Skip,
}

/// How many channels images get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channels {
    /// One if all images are gray, else three.
    #[default]
    AsStored,
    /// One: colors become their luma (ITU-R BT.601).
    #[serde(alias = "grey")]
    Gray,
    /// Three: gray images repeat their channel.
    Rgb,
}

/// The most rows or columns of an image, before and after resizing.
pub const MAX_SIDE: usize = 4096;

/// The most bytes that images take in memory, decoded.
pub const MAX_BYTES: u64 = 16 << 30;
