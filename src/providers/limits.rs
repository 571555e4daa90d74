//! What the child processes that run shared libraries may use.

use std::time::Duration;

/// Time and memory for one shared library's child process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the moment at which the child is ready to load the library to its last product. Where products are asked
    /// for on demand, every thread has a child, and waiting for questions does not count.
    pub time: Duration,
    /// Memory in bytes beyond what the child has before it loads the library: address space on Linux, data segments
    /// on other Unix systems, no limit elsewhere.
    pub memory_bytes: u64,
}

impl Default for Limits {
    /// Ten seconds and 1 GiB.
    fn default() -> Self {
        Self { time: Duration::from_secs(10), memory_bytes: 1 << 30 }
    }
}
