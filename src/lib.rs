//! What an approximate multiplier is worth.
//!
//! Two halves, one direction:
//!
//! ```text
//! providers -> multipliers (products, error metrics, cost) -> compare
//!                    \-> their tables -> training (noise search, assignment, approximate retraining) -> report
//! ```
//!
//! The first half answers "how good and how cheap is this multiplier?" and needs nothing but cargo. The second
//! answers "what does my network make of it?" and needs libtorch (feature `torch`).
//!
//! Floors, each importing only from those above it in this list (`tests/tidy.rs` enforces it):
//!
//! - [`yaml`], [`files`], [`random`]: text to values, files that appear whole, numbers that look random: the ground
//!   that any floor may use.
//! - [`multiplier`]: product tables, error maps, metrics, cost; pure.
//! - [`netlist`]: circuits read, given a meaning, simulated, proven equal, written. Knows texts, not files.
//! - [`evaluation`]: metrics of anything that computes products, exhaustive or sampled.
//! - [`hardware`], [`kernels`]: cost from circuits; integer convolution with product tables. Neither knows files.
//! - [`providers`], [`compare`], [`assignment`], [`data`]: where multipliers come from, how they rank, which
//!   layer gets which; data sets. No libtorch.
//! - [`training`], [`report`]: experiments and the stages of the method; one output format per file.
//! - [`cli`]: one file per subcommand; imports all, imported by none.

pub mod assignment;
pub mod cli;
pub mod compare;
pub mod data;
pub mod evaluation;
pub mod files;
pub mod hardware;
pub mod kernels;
pub mod multiplier;
pub mod netlist;
pub mod providers;
pub mod random;
pub mod report;
pub mod training;
pub mod yaml;

pub use cli::{ExitStatus, cli_main};
pub use providers::shared_library::host_main;
