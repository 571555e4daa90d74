//! The table of kernels: everything else about them is derived from it.
//!
//! Names on the command line, the list in messages and in `axmul bench`, what `auto` takes, what `AXMUL_SIMD` masks,
//! and the kernels that tests and benchmarks go over all come from [`KERNELS`].
//!
//! # How to add a kernel
//!
//! Take one for AMX, whose `tdpbusd` multiplies tiles of bytes, as an example.
//!
//! 1. If it needs instructions that no kernel has needed so far, describe them in [`super::cpu`]: a [`CpuFeature`] of
//!    three lines, `AMX_INT8`.
//! 2. Write the kernel in one file under `arch/`, here `arch/x86_64/amx/low_rank.rs`, beside its neighbors. Implement the
//!    trait that fits: [`DotMicroKernel`] for dot products of factors, [`RowMicroKernel`] for rows of a lookup table,
//!    [`MicroKernel`] for blocks of columns in any layout, or [`Convolve`] for a whole convolution. End it with a
//!    constructor `prepare` that returns `None` for tables it cannot take.
//! 3. Add a line to [`KERNELS`], at the place its speed earns it.
//!
//! The tests of this crate then compare it with the naive loop, and `cargo bench --bench kernels` times it.
//!
//! [`Convolve`]: crate::conv::Convolve
//! [`DotMicroKernel`]: crate::low_rank::DotMicroKernel
//! [`MicroKernel`]: crate::conv::MicroKernel
//! [`RowMicroKernel`]: crate::lut::rows::RowMicroKernel

use super::LowRank;
use super::arch;
use super::conv::PreparedKernel;
use super::cpu::{AVX2, AVX512_VBMI, AVX512_VNNI, CpuFeature};
use axmul_metrics::ProductTable;

/// One kernel.
#[derive(Debug)]
pub(crate) struct KernelSpec {
    /// Name in `--kernel`, `AXMUL_KERNEL` and experiments.
    pub name: &'static str,
    /// Instructions it needs beyond those that every CPU of its architecture has.
    pub needs: &'static [&'static CpuFeature],
    /// Tables it takes, as messages have it.
    pub tables: &'static str,
    /// `auto` takes the kernel if it multiplies the fan-in by at most this factor (always 1 for lookups); `None` if it
    /// never is the fastest.
    pub auto: Option<usize>,
    /// Lays a table out for it.
    pub prepare: KernelConstructor,
}

/// Lays a table out for a kernel; `None` for tables it cannot take.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KernelConstructor {
    /// Looks products up.
    Lut(fn(&ProductTable) -> Option<PreparedKernel>),
    /// Multiplies the factors of a table of low rank.
    LowRank(fn(&LowRank) -> Option<PreparedKernel>),
}

use KernelConstructor::{LowRank as ByFactors, Lut};

const ANY: &str = "any table";
const WORDS: &str = "tables whose products span at most 16 bits";
const BYTE_ERRORS: &str = "tables whose errors span at most 8 bits";
const FACTORS: &str = "tables whose error has up to 16 outer products of small integers";

/// A constructor for x86-64. On other architectures the kernel keeps its name, but no CPU has what it needs.
#[cfg(target_arch = "x86_64")]
macro_rules! x86_64 {
    ($($constructor:tt)+) => { arch::x86_64::$($constructor)+ };
}
#[cfg(not(target_arch = "x86_64"))]
macro_rules! x86_64 {
    ($($constructor:tt)+) => {
        |_| None
    };
}

/// All kernels, fastest first, as measured: see benches/README.md.
pub(crate) static KERNELS: [KernelSpec; 10] = [
    // Products of 8-bit factors; a factor too wide for a byte lengthens the fan-in.
    KernelSpec {
        name: "low_rank_vnni",
        needs: &[&AVX512_VNNI],
        tables: FACTORS,
        auto: Some(5),
        prepare: ByFactors(x86_64!(avx512::low_rank::prepare_quads)),
    },
    // Products of 16-bit factors, as below.
    KernelSpec {
        name: "low_rank_avx512",
        needs: &[&AVX512_VNNI],
        tables: FACTORS,
        auto: Some(2),
        prepare: ByFactors(x86_64!(avx512::low_rank::prepare_pairs)),
    },
    // 16 or 32 products a lookup.
    KernelSpec {
        name: "rows_avx512",
        needs: &[&AVX512_VNNI],
        tables: WORDS,
        auto: Some(1),
        prepare: Lut(x86_64!(avx512::rows::prepare)),
    },
    KernelSpec {
        name: "low_rank_avx2",
        needs: &[&AVX2],
        tables: FACTORS,
        auto: Some(2),
        prepare: ByFactors(x86_64!(avx2::low_rank::prepare)),
    },
    // 16 products a lookup.
    KernelSpec {
        name: "rows_avx2",
        needs: &[&AVX2],
        tables: ANY,
        auto: Some(1),
        prepare: Lut(x86_64!(avx2::rows::prepare)),
    },
    // 64 errors a lookup, added to exact products: an error fits one byte where a product takes two.
    KernelSpec {
        name: "error_plane_avx512",
        needs: &[&AVX512_VBMI],
        tables: BYTE_ERRORS,
        auto: None,
        prepare: Lut(x86_64!(avx512::error_plane::prepare)),
    },
    // 64 activations a lookup. `rows_avx512` falls back on it where rows do not pay off.
    KernelSpec {
        name: "avx512",
        needs: &[&AVX512_VBMI],
        tables: WORDS,
        auto: None,
        prepare: Lut(x86_64!(avx512::byte_lut::prepare)),
    },
    KernelSpec {
        name: "low_rank_scalar",
        needs: &[],
        tables: FACTORS,
        auto: Some(1),
        prepare: ByFactors(arch::portable::low_rank::prepare),
    },
    KernelSpec {
        name: "rows",
        needs: &[],
        tables: ANY,
        auto: Some(1),
        prepare: Lut(arch::portable::rows::prepare),
    },
    // One product a lookup.
    KernelSpec {
        name: "scalar",
        needs: &[],
        tables: ANY,
        auto: None,
        prepare: Lut(arch::portable::scalar::prepare),
    },
];

impl KernelSpec {
    /// Whether it multiplies factors instead of looking products up.
    pub fn is_low_rank(&self) -> bool {
        matches!(self.prepare, KernelConstructor::LowRank(_))
    }

    /// The first feature that this CPU lacks, or that `AXMUL_SIMD` masks.
    pub fn missing(&self) -> Option<&'static CpuFeature> {
        self.needs.iter().copied().find(|feature| !feature.is_enabled())
    }
}

#[cfg(test)]
mod tests {
    use super::super::cpu::MaskLevel;
    use super::*;

    #[test]
    fn names_are_unique() {
        for (at, kernel) in KERNELS.iter().enumerate() {
            assert!(KERNELS[..at].iter().all(|other| other.name != kernel.name), "{}", kernel.name);
        }
    }

    #[test]
    fn the_mask_closes_kernels() {
        let open = |mask| {
            let level = MaskLevel::from_mask(mask);
            KERNELS.iter().filter(|kernel| kernel.needs.iter().all(|feature| feature.level <= level)).count()
        };
        assert_eq!(["", "on", "avx512", "avx2", "off"].map(open), [10, 10, 10, 5, 3]);
    }

    /// `auto`, `lookup` and `low_rank` each find a kernel on every CPU.
    #[test]
    fn every_cpu_has_kernels_of_both_kinds() {
        for low_rank in [false, true] {
            let mut portable =
                KERNELS.iter().filter(|kernel| kernel.needs.is_empty() && kernel.auto.is_some());
            assert!(portable.any(|kernel| kernel.is_low_rank() == low_rank));
        }
    }
}
