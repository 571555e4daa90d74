//! What the child processes that run shared libraries may use.

use std::time::Duration;

/// Time and memory for one shared library's child process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the start of the child to its last product.
    pub time: Duration,
    /// Address space of the child, in bytes.
    pub memory_bytes: u64,
}

impl Default for Limits {
    /// Ten seconds and 1 GiB.
    fn default() -> Self {
        Self { time: Duration::from_secs(10), memory_bytes: 1 << 30 }
    }
}
