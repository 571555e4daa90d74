//! What every crate of axmul may use: YAML with positions, files written atomically, and a deterministic PRNG.
//!
//! - [`yaml`]: text to values; the one module that names the unmaintained `serde_yaml`.
//! - [`files`]: files that readers see complete or not at all, and where downloaded data lives.
//! - [`random`]: SplitMix64, so that a seed gives the same numbers on every machine.
//! - [`hex`]: digests as text.
//!
//! ```
//! use axmul_support::{files, random, yaml};
//!
//! let directory = tempfile::tempdir()?;
//! let path = directory.path().join("numbers.yaml");
//! let mut generator = random::SplitMix64::new(7);
//! let numbers: Vec<usize> = (0..3).map(|_| generator.below(10)).collect();
//!
//! files::write_atomic(&path, yaml::to_string(&numbers, "numbers")?.as_bytes())?;
//! let text = std::fs::read_to_string(&path)?;
//! assert_eq!(yaml::from_str::<Vec<usize>>(&text, "numbers.yaml")?, numbers);
//!
//! let error = yaml::from_str::<Vec<usize>>("[1, two]", "numbers.yaml").unwrap_err();
//! assert_eq!(error.location, Some((1, 5)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod files;
mod hex;
pub mod random;
pub mod yaml;

#[cfg(feature = "testing")]
pub mod testing;

pub use hex::hex;
