//! Evaluates approximate multipliers, alone and inside neural networks.
//!
//! Two halves, one direction:
//!
//! ```text
//! providers -> multipliers (products, error metrics, cost) -> compare
//!                    \-> their tables -> training (noise search, assignment, approximate retraining) -> report
//! ```

pub mod cli;
pub mod launch;
pub mod report;

pub use axmul_providers::shared_library::host_main;
pub use cli::{ExitStatus, cli_main};
