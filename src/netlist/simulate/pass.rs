//! One pass of a program over 1,024 operand pairs, compiled for several instruction sets.

use axmul_api::OperandFormat;

use super::program::{Program, Slot};
use super::transpose::{Matrices, transpose};
use super::vector::{Avx2, Avx512, Portable, Vector};
use super::words::Words;

/// Words of 32 cases in a slot.
const WORDS: usize = 32;

/// Operand pairs of one pass. Pair `WORDS * t + g` of them is bit `t` of word `g`, so that after transposition pairs
/// that follow each other lie next to each other.
pub(super) const PASS: usize = 32 * WORDS;

/// An instruction set that this processor has. Only [`Self::available`] makes one, so that a value proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// What this processor has, the best last.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut sets = vec![Set::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if std::is_x86_feature_detected!("avx2") {
                sets.push(Set::Avx2);
            }
            if std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx2") {
                sets.push(Set::Avx512);
            }
        }
        sets.into_iter().map(Self).collect()
    }

    /// The best.
    pub fn best() -> Self {
        Self::available().pop().expect("the portable one")
    }

    /// The products of consecutive pairs from number `first` on.
    pub fn block(self, format: OperandFormat, program: &Program, first: u64, out: &mut [i64]) {
        match self.0 {
            // SAFETY: any processor will do.
            Set::Portable => block::<Portable, 8>(unsafe { Words::new() }, format, program, first, out),
            // SAFETY: the value proves that the processor has these instructions.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { block_avx2(format, program, first, out) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { block_avx512(format, program, first, out) },
        }
    }

    /// The products of up to [`PASS`] pairs.
    pub fn pairs(self, format: OperandFormat, program: &Program, a: &[i64], b: &[i64], out: &mut [i64]) {
        match self.0 {
            // SAFETY: any processor will do.
            Set::Portable => pairs::<Portable, 8>(unsafe { Words::new() }, format, program, a, b, out),
            // SAFETY: the value proves that the processor has these instructions.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { pairs_avx2(format, program, a, b, out) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { pairs_avx512(format, program, a, b, out) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn block_avx2(format: OperandFormat, program: &Program, first: u64, out: &mut [i64]) {
    // SAFETY: this function is only called where there is AVX2.
    block::<Avx2, 4>(unsafe { Words::new() }, format, program, first, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,avx512f")]
fn block_avx512(format: OperandFormat, program: &Program, first: u64, out: &mut [i64]) {
    // SAFETY: this function is only called where there is AVX-512F.
    block::<Avx512, 2>(unsafe { Words::new() }, format, program, first, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn pairs_avx2(format: OperandFormat, program: &Program, a: &[i64], b: &[i64], out: &mut [i64]) {
    // SAFETY: this function is only called where there is AVX2.
    pairs::<Avx2, 4>(unsafe { Words::new() }, format, program, a, b, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,avx512f")]
fn pairs_avx512(format: OperandFormat, program: &Program, a: &[i64], b: &[i64], out: &mut [i64]) {
    // SAFETY: this function is only called where there is AVX-512F.
    pairs::<Avx512, 2>(unsafe { Words::new() }, format, program, a, b, out);
}

/// Slots with the constants in place.
#[inline(always)]
fn slots<V: Vector, const K: usize>(gates: &Words<V>, program: &Program) -> Vec<Slot<V, K>> {
    const { assert!(V::WORDS * K == WORDS) };
    let mut slots = vec![Slot([gates.word(0); K]); program.slots];
    slots[program.zero() + 1] = Slot([gates.word(u32::MAX); K]);
    slots
}

#[inline(always)]
fn block<V: Vector, const K: usize>(
    mut gates: Words<V>,
    format: OperandFormat,
    program: &Program,
    first: u64,
    out: &mut [i64],
) {
    let mut slots = slots::<V, K>(&gates, program);
    let mut done = 0;
    let mut previous = None;
    while done < out.len() {
        let number = first + done as u64;
        let (start, skipped) = (number - number % PASS as u64, (number % PASS as u64) as usize);
        count(&gates, format, start, previous.replace(start), &mut slots);
        program.run(&mut gates, &mut slots);
        let wanted = (PASS - skipped).min(out.len() - done);
        let out = &mut out[done..][..wanted];
        match <&mut [i64; PASS]>::try_from(&mut *out) {
            Ok(out) => products(&gates, format, program, &slots, out),
            Err(_) => {
                let mut whole = [0; PASS];
                products(&gates, format, program, &slots, &mut whole);
                out.copy_from_slice(&whole[skipped..][..wanted]);
            }
        }
        done += wanted;
    }
}

/// Sets the input slots to the operands of the pairs from number `start` on, a multiple of [`PASS`]; `previous` is
/// what they hold already.
#[inline(always)]
fn count<V: Vector, const K: usize>(
    gates: &Words<V>,
    format: OperandFormat,
    start: u64,
    previous: Option<u64>,
    slots: &mut [Slot<V, K>],
) {
    /// Bits of the number of a case within a word.
    const COUNTING: [u32; 5] = [0xaaaa_aaaa, 0xcccc_cccc, 0xf0f0_f0f0, 0xff00_ff00, 0xffff_0000];
    let (n, m) = (u32::from(format.width_a()), u32::from(format.width_b()));
    for bit in 0..n + m {
        if previous.is_some_and(|previous| (previous ^ start) >> bit & 1 == 0) {
            continue;
        }
        // The number of a pair is that of a, then that of b.
        let (slot, top) = if bit < m { (n + bit, bit == m - 1) } else { (bit - m, bit == n + m - 1) };
        // Operands are numbered from the lowest, which has the sign bit.
        let inverted = if top && format.is_signed() { u32::MAX } else { 0 };
        let slot = &mut slots[slot as usize].0;
        let same = match bit.checked_sub(WORDS.ilog2()) {
            None => None,
            Some(bit @ 0..5) => Some(COUNTING[bit as usize]),
            _ => Some(((start >> bit) as u32 & 1).wrapping_neg()),
        };
        match same {
            Some(word) => slot.fill(gates.word(inverted ^ word)),
            None => {
                for (number, word) in slot.iter_mut().flat_map(V::words_mut).enumerate() {
                    *word = inverted ^ (number as u32 >> bit & 1).wrapping_neg();
                }
            }
        }
    }
}

/// The products in the output slots, each of them sign or zero extended.
#[inline(always)]
fn products<V: Vector, const K: usize>(
    gates: &Words<V>,
    format: OperandFormat,
    program: &Program,
    slots: &[Slot<V, K>],
    out: &mut [i64; PASS],
) {
    let width = usize::from(format.product_width());
    let slot = |bit: usize| {
        let bit = if format.is_signed() { bit.min(width - 1) } else { bit };
        let output = program.outputs.get(bit).filter(|_| bit < width);
        output.map_or(program.zero(), |&slot| slot as usize)
    };
    let mut sources = [0; 64];
    for (bit, source) in sources.iter_mut().enumerate() {
        *source = slot(bit);
    }
    for k in 0..K {
        let mut low: Matrices<V> = [gates.word(0); 32];
        for (row, &source) in low.iter_mut().zip(&sources[..32]) {
            *row = slots[source].0[k];
        }
        transpose(gates, &mut low);
        let rows = out.chunks_exact_mut(WORDS).map(|row| &mut row[V::WORDS * k..][..V::WORDS]);
        if width <= 32 {
            for (out, low) in rows.zip(&low) {
                for (out, &word) in out.iter_mut().zip(low.words()) {
                    *out = if format.is_signed() { i64::from(word as i32) } else { i64::from(word) };
                }
            }
        } else {
            let mut high: Matrices<V> = [gates.word(0); 32];
            for (row, &source) in high.iter_mut().zip(&sources[32..]) {
                *row = slots[source].0[k];
            }
            transpose(gates, &mut high);
            for (out, (low, high)) in rows.zip(low.iter().zip(&high)) {
                for (out, (&low, &high)) in out.iter_mut().zip(low.words().iter().zip(high.words())) {
                    *out = (u64::from(high) << 32 | u64::from(low)) as i64;
                }
            }
        }
    }
}

#[inline(always)]
fn pairs<V: Vector, const K: usize>(
    mut gates: Words<V>,
    format: OperandFormat,
    program: &Program,
    a: &[i64],
    b: &[i64],
    out: &mut [i64],
) {
    let mut slots = slots::<V, K>(&gates, program);
    let (n, m) = (usize::from(format.width_a()), usize::from(format.width_b()));
    pack(&gates, a, &mut slots[..n]);
    pack(&gates, b, &mut slots[n..n + m]);
    program.run(&mut gates, &mut slots);
    let mut whole = [0; PASS];
    products(&gates, format, program, &slots, &mut whole);
    out.copy_from_slice(&whole[..out.len()]);
}

/// The bits of up to [`PASS`] numbers, a slot for each.
#[inline(always)]
fn pack<V: Vector, const K: usize>(gates: &Words<V>, values: &[i64], slots: &mut [Slot<V, K>]) {
    for k in 0..K {
        let mut rows: Matrices<V> = [gates.word(0); 32];
        for (t, row) in rows.iter_mut().enumerate() {
            let values = values.get(WORDS * t + V::WORDS * k..).unwrap_or_default();
            for (word, &value) in row.words_mut().iter_mut().zip(values) {
                *word = value as u32;
            }
        }
        transpose(gates, &mut rows);
        for (slot, row) in slots.iter_mut().zip(rows) {
            slot.0[k] = row;
        }
    }
}
