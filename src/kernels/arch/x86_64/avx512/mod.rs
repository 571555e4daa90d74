//! Kernels for AVX-512 with VNNI or VBMI.

pub(crate) mod byte_lut;
pub(crate) mod error_plane;
mod expand;
pub(crate) mod low_rank;
pub(crate) mod rows;

use super::avx2::Avx2;
use crate::cpu::{AVX512_VBMI, AVX512_VNNI};

/// Proof that the CPU has AVX-512 VNNI for vectors of all lengths: values exist only where it does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512Vnni {
    avx2: Avx2,
}

impl Avx512Vnni {
    /// `None` if the CPU lacks AVX-512 VNNI.
    pub fn detect() -> Option<Self> {
        let avx2 = Avx2::detect()?;
        AVX512_VNNI.is_detected().then_some(Self { avx2 })
    }
}

/// Proof that the CPU has AVX-512 VBMI: values exist only where it does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512Vbmi(());

impl Avx512Vbmi {
    /// `None` if the CPU lacks AVX-512 VBMI.
    pub fn detect() -> Option<Self> {
        AVX512_VBMI.is_detected().then_some(Self(()))
    }
}
