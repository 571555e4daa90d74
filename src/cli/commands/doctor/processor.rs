//! What the processor offers to integer kernels.

use std::fmt;

use serde::Serialize;

/// Threads and instruction sets.
#[derive(Debug, Serialize)]
pub(super) struct Processor {
    threads: usize,
    simd: Vec<&'static str>,
}

impl Processor {
    pub fn detect() -> Self {
        Self { threads: std::thread::available_parallelism().map_or(1, usize::from), simd: simd() }
    }
}

#[cfg(target_arch = "x86_64")]
fn simd() -> Vec<&'static str> {
    // The macro wants literals.
    macro_rules! present {
        ($($name:tt),*) => {
            [$(($name, std::is_x86_feature_detected!($name))),*]
        };
    }
    let all =
        present!["sse4.1", "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "avx512vbmi", "avx512vnni"];
    all.into_iter().filter(|(_, present)| *present).map(|(name, _)| name).collect()
}

#[cfg(target_arch = "aarch64")]
fn simd() -> Vec<&'static str> {
    let all = [
        ("neon", std::arch::is_aarch64_feature_detected!("neon")),
        ("dotprod", std::arch::is_aarch64_feature_detected!("dotprod")),
    ];
    all.into_iter().filter(|(_, present)| *present).map(|(name, _)| name).collect()
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn simd() -> Vec<&'static str> {
    Vec::new()
}

impl fmt::Display for Processor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let simd = if self.simd.is_empty() { "no SIMD known".into() } else { self.simd.join(" ") };
        write!(f, "{} threads, {simd}", self.threads)
    }
}
