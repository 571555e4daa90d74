//! Kernels for AVX2.

pub(crate) mod low_rank;
pub(crate) mod rows;

use crate::cpu::AVX2;

/// Proof that the CPU has AVX2: values exist only where it does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// `None` if the CPU lacks AVX2.
    pub fn detect() -> Option<Self> {
        AVX2.is_detected().then_some(Self(()))
    }
}
