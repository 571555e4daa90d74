//! The simulation loop, compiled for several instruction sets.

use axmul_api::OperandFormat;

use super::machine::ProgramMachine;
use super::program::Program;
use super::vector::Portable;
#[cfg(target_arch = "x86_64")]
use super::vector::{Avx2, Avx512};
use super::words::WordGates;

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SimdLevel {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl SimdLevel {
    /// All levels of this architecture, the widest first.
    pub const ALL: &[Self] = &[
        #[cfg(target_arch = "x86_64")]
        Self::Avx512,
        #[cfg(target_arch = "x86_64")]
        Self::Avx2,
        Self::Portable,
    ];
}

/// A program for the registers of this processor.
pub(super) enum SimulationEngine {
    Portable(ProgramMachine<Portable, 16>),
    #[cfg(target_arch = "x86_64")]
    Avx2(ProgramMachine<Avx2, 8>),
    #[cfg(target_arch = "x86_64")]
    Avx512(ProgramMachine<Avx512, 4>),
}

impl SimulationEngine {
    /// A program for the registers of one instruction set; `None` where the processor does not have it.
    pub fn new(level: SimdLevel, format: OperandFormat, program: Program) -> Option<Self> {
        Some(match level {
            SimdLevel::Portable => {
                // SAFETY: the portable vector needs no CPU feature.
                let gates = unsafe { WordGates::new() };
                Self::Portable(ProgramMachine::new(gates, format, program))
            }
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx2 if std::is_x86_feature_detected!("avx2") => {
                // SAFETY: AVX2 was detected.
                let gates = unsafe { WordGates::new() };
                Self::Avx2(ProgramMachine::new(gates, format, program))
            }
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx512 if std::is_x86_feature_detected!("avx512f") => {
                // SAFETY: AVX-512F was detected.
                let gates = unsafe { WordGates::new() };
                Self::Avx512(ProgramMachine::new(gates, format, program))
            }
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx2 | SimdLevel::Avx512 => return None,
        })
    }

    /// The products of consecutive pairs from number `first` on.
    pub fn block(&self, first: u64, out: &mut [i64]) {
        match self {
            Self::Portable(machine) => machine.block(first, out),
            // SAFETY: the machine exists, so the CPU has AVX2.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(machine) => unsafe { block_avx2(machine, first, out) },
            // SAFETY: the machine exists, so the CPU has AVX-512F.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(machine) => unsafe { block_avx512(machine, first, out) },
        }
    }

    /// The products of up to [`PASS`](super::machine::PASS) pairs.
    pub fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) {
        match self {
            Self::Portable(machine) => machine.pairs(a, b, out),
            // SAFETY: the machine exists, so the CPU has AVX2.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(machine) => unsafe { pairs_avx2(machine, a, b, out) },
            // SAFETY: the machine exists, so the CPU has AVX-512F.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(machine) => unsafe { pairs_avx512(machine, a, b, out) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn block_avx2(machine: &ProgramMachine<Avx2, 8>, first: u64, out: &mut [i64]) {
    machine.block(first, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn block_avx512(machine: &ProgramMachine<Avx512, 4>, first: u64, out: &mut [i64]) {
    machine.block(first, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn pairs_avx2(machine: &ProgramMachine<Avx2, 8>, a: &[i64], b: &[i64], out: &mut [i64]) {
    machine.pairs(a, b, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn pairs_avx512(machine: &ProgramMachine<Avx512, 4>, a: &[i64], b: &[i64], out: &mut [i64]) {
    machine.pairs(a, b, out);
}
