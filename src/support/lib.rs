//! The ground that every crate of axmul may stand on: YAML with positions, files written atomically, and
//! deterministic random numbers.
//!
//! - [`yaml`]: text to values; the one module that names the unmaintained `serde_yaml`.
//! - [`files`]: files that readers see complete or not at all, and where cached and downloaded files live.
//! - [`random`]: a deterministic PRNG (SplitMix64), so that a seed gives the same numbers everywhere.

pub mod files;
pub mod random;
pub mod yaml;

#[cfg(feature = "testing")]
pub mod testing;
