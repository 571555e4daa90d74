//! Sets of labeled images, in any of the usual formats.
//!
//! [`read`] takes a folder or an archive, finds its format and gives bytes `[N, C, H, W]` with class numbers;
//! [`read_cached`] keeps the decoded images for the next start. [`divide`] sets images aside for validation and test.
//!
//! Arrows inside: `read` and `cache` use `formats` (one file a format, behind one trait), which use `gather` (one pass
//! over a `tree` of files, decoding images), which use [`ImageSet`], [`ImageReadOptions`] and [`ImageReadError`].

mod cache;
mod decode;
mod error;
mod formats;
mod gather;
mod options;
mod read;
mod resize;
mod set;
mod split;
mod statistics;
mod tree;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use cache::read_cached;
pub use error::ImageReadError;
pub use options::{Channels, ImageReadOptions, MAX_BYTES, MAX_SIDE, OnCorrupt};
pub use read::{read, read_with_progress};
pub use set::{CorruptImage, ImageSet, ImageSetFormat, LabeledImages, MAX_CLASSES};
pub use split::{Divided, Division, SplitOrder, divide};
pub use statistics::{ChannelStatistics, statistics};
pub use tree::ReadProgress;
