//! Instructions that kernels need, and which of them this CPU has.

use std::sync::OnceLock;

/// Instructions that not every CPU of an architecture has.
#[derive(Debug)]
pub(crate) struct CpuFeature {
    /// Name in messages.
    pub name: &'static str,
    /// The lowest value of `AXMUL_SIMD` that leaves it on.
    pub level: MaskLevel,
    detect: fn() -> bool,
}

/// Values of the environment variable `AXMUL_SIMD`, which masks instructions above a level. For tests and measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MaskLevel {
    /// `off`: only what every CPU of the architecture has.
    Off,
    /// `avx2`.
    Avx2,
    /// `avx512`, and any other value: everything.
    Avx512,
}

/// Detection of all of these features of x86-64; `false` on other architectures.
#[cfg(target_arch = "x86_64")]
macro_rules! has {
    ($($feature:tt),+) => {
        || $(is_x86_feature_detected!($feature))&&+
    };
}
#[cfg(not(target_arch = "x86_64"))]
macro_rules! has {
    ($($feature:tt),+) => {
        || false
    };
}

/// 256-bit integers.
pub(crate) static AVX2: CpuFeature =
    CpuFeature { name: "AVX2", level: MaskLevel::Avx2, detect: has!("avx2") };

/// AVX-512 with permutes of bytes.
pub(crate) static AVX512_VBMI: CpuFeature = CpuFeature {
    name: "AVX-512 VBMI",
    level: MaskLevel::Avx512,
    detect: has!("avx512f", "avx512bw", "avx512vl", "avx512vbmi"),
};

/// AVX-512 with sums of products of bytes and of words, for vectors of all lengths.
pub(crate) static AVX512_VNNI: CpuFeature = CpuFeature {
    name: "AVX-512 VNNI",
    level: MaskLevel::Avx512,
    detect: has!("avx2", "avx512f", "avx512bw", "avx512vl", "avx512vnni"),
};

impl CpuFeature {
    /// Whether this CPU has it, masked or not.
    pub fn is_detected(&self) -> bool {
        (self.detect)()
    }

    /// Whether this CPU has it and `AXMUL_SIMD` does not mask it.
    pub fn is_enabled(&self) -> bool {
        static LEVEL: OnceLock<MaskLevel> = OnceLock::new();
        let level =
            *LEVEL.get_or_init(|| MaskLevel::from_mask(&std::env::var("AXMUL_SIMD").unwrap_or_default()));
        self.level <= level && self.is_detected()
    }
}

impl MaskLevel {
    /// Reads a value of `AXMUL_SIMD`.
    pub fn from_mask(mask: &str) -> Self {
        match mask {
            "off" => Self::Off,
            "avx2" => Self::Avx2,
            _ => Self::Avx512,
        }
    }
}
