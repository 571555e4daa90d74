//! A program and the registers it runs on: 2,048 operand pairs a pass.

use std::cell::RefCell;

use axmul_api::OperandFormat;
use thread_local::ThreadLocal;

use super::program::{Program, Slot};
use super::transpose::{Matrices, transpose};
use super::vector::WordVector;
use super::words::WordGates;

/// Words of 32 cases in a slot.
const WORDS: usize = 64;

/// Operand pairs of one pass. Pair `WORDS * t + g` of them is bit `t` of word `g`, so that after transposition pairs
/// that follow each other lie next to each other.
pub(super) const PASS: usize = 32 * WORDS;

/// A program for slots of `K` registers. Its existence proves that the processor has them.
///
/// Its methods are inlined always, so that they are compiled for the instruction set of the function that calls them.
pub(super) struct ProgramMachine<V: WordVector + Send, const K: usize> {
    gates: WordGates<V>,
    format: OperandFormat,
    program: Program,
    /// The slot of every bit of a sign or zero extended product.
    sources: [u32; 64],
    memory: ThreadLocal<RefCell<MachineMemory<V, K>>>,
}

/// What one thread works on.
struct MachineMemory<V, const K: usize> {
    slots: Vec<Slot<V, K>>,
    /// The number of the first of the consecutive pairs that the input slots hold, if they do. Programs leave inputs as
    /// they are, so that from one pass to the next only a few have to be set.
    start: Option<u64>,
}

impl<V: WordVector + Send, const K: usize> ProgramMachine<V, K> {
    /// A machine that runs `program`.
    pub fn new(gates: WordGates<V>, format: OperandFormat, program: Program) -> Self {
        const { assert!(V::WORDS * K == WORDS) };
        let width = usize::from(format.product_width());
        let source = |bit: usize| {
            let bit = if format.is_signed() { bit.min(width - 1) } else { bit };
            let output = program.outputs().get(bit).filter(|_| bit < width);
            output.copied().unwrap_or(program.zero())
        };
        let sources = std::array::from_fn(source);
        Self { gates, format, program, sources, memory: ThreadLocal::new() }
    }

    fn memory(&self) -> &RefCell<MachineMemory<V, K>> {
        self.memory.get_or(|| {
            let mut slots = vec![Slot([self.gates.word(0); K]); self.program.slots()];
            slots[self.program.zero() as usize + 1] = Slot([self.gates.word(u32::MAX); K]);
            RefCell::new(MachineMemory { slots, start: None })
        })
    }

    /// The products of consecutive pairs from number `first` on.
    #[inline(always)]
    pub fn block(&self, first: u64, out: &mut [i64]) {
        let mut memory = self.memory().borrow_mut();
        let mut done = 0;
        while done < out.len() {
            let number = first + done as u64;
            let (start, skipped) = (number - number % PASS as u64, (number % PASS as u64) as usize);
            self.count(start, &mut memory);
            self.program.run(&mut { self.gates }, &mut memory.slots);
            let wanted = (PASS - skipped).min(out.len() - done);
            let out = &mut out[done..][..wanted];
            match <&mut [i64; PASS]>::try_from(&mut *out) {
                Ok(out) => self.products(&memory.slots, out),
                Err(_) => {
                    let mut whole = [0; PASS];
                    self.products(&memory.slots, &mut whole);
                    out.copy_from_slice(&whole[skipped..][..wanted]);
                }
            }
            done += wanted;
        }
    }

    /// The products of up to [`PASS`] pairs.
    #[inline(always)]
    pub fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) {
        let mut memory = self.memory().borrow_mut();
        memory.start = None;
        let (n, m) = (usize::from(self.format.width_a()), usize::from(self.format.width_b()));
        self.pack(a, &mut memory.slots[..n]);
        self.pack(b, &mut memory.slots[n..n + m]);
        self.program.run(&mut { self.gates }, &mut memory.slots);
        let mut whole = [0; PASS];
        self.products(&memory.slots, &mut whole);
        out.copy_from_slice(&whole[..out.len()]);
    }

    /// Sets the input slots to the operands of the pairs from number `start` on, a multiple of [`PASS`].
    #[inline(always)]
    fn count(&self, start: u64, memory: &mut MachineMemory<V, K>) {
        let (n, m) = (u32::from(self.format.width_a()), u32::from(self.format.width_b()));
        let bits = u64::MAX >> (64 - (n + m));
        let mut changed = memory.start.replace(start).map_or(bits, |previous| (previous ^ start) & bits);
        while changed != 0 {
            let bit = changed.trailing_zeros();
            changed &= changed - 1;
            // The number of a pair is that of a, then that of b.
            let (slot, top) = if bit < m { (n + bit, bit == m - 1) } else { (bit - m, bit == n + m - 1) };
            // Operands are numbered from the lowest, which has the sign bit.
            let inverted = if top && self.format.is_signed() { u32::MAX } else { 0 };
            self.count_bit(start, bit, inverted, &mut memory.slots[slot as usize]);
        }
    }

    #[inline(always)]
    fn count_bit(&self, start: u64, bit: u32, inverted: u32, slot: &mut Slot<V, K>) {
        /// Bits of the number of a case within a word.
        const COUNTING: [u32; 5] = [0xaaaa_aaaa, 0xcccc_cccc, 0xf0f0_f0f0, 0xff00_ff00, 0xffff_0000];
        let mask = |one: u32| (one & 1).wrapping_neg();
        let same = match bit.checked_sub(WORDS.ilog2()) {
            None => {
                for (number, word) in slot.0.iter_mut().flat_map(V::words_mut).enumerate() {
                    *word = inverted ^ mask(number as u32 >> bit);
                }
                return;
            }
            Some(bit @ 0..5) => COUNTING[bit as usize],
            Some(_) => mask((start >> bit) as u32),
        };
        slot.0 = [self.gates.word(inverted ^ same); K];
    }

    /// The products in the output slots, each of them sign or zero extended.
    #[inline(always)]
    fn products(&self, slots: &[Slot<V, K>], out: &mut [i64; PASS]) {
        let narrow = self.format.product_width() <= 32;
        let (sources_low, sources_high) = self.sources.split_at(32);
        for k in 0..K {
            let low = self.numbers(slots, sources_low, k);
            let rows = out.chunks_exact_mut(WORDS).map(|row| &mut row[V::WORDS * k..][..V::WORDS]);
            if narrow && self.format.is_signed() {
                for (out, low) in rows.zip(&low) {
                    for (out, &word) in out.iter_mut().zip(low.words()) {
                        *out = i64::from(word as i32);
                    }
                }
            } else if narrow {
                for (out, low) in rows.zip(&low) {
                    for (out, &word) in out.iter_mut().zip(low.words()) {
                        *out = i64::from(word);
                    }
                }
            } else {
                let high = self.numbers(slots, sources_high, k);
                for (out, (low, high)) in rows.zip(low.iter().zip(&high)) {
                    for (out, (&low, &high)) in out.iter_mut().zip(low.words().iter().zip(high.words())) {
                        *out = (u64::from(high) << 32 | u64::from(low)) as i64;
                    }
                }
            }
        }
    }

    /// The 32 bits of numbers that lie in register `k` of the slots `sources`.
    #[inline(always)]
    fn numbers(&self, slots: &[Slot<V, K>], sources: &[u32], k: usize) -> Matrices<V> {
        let mut rows: Matrices<V> = [self.gates.word(0); 32];
        for (row, &source) in rows.iter_mut().zip(sources) {
            *row = slots[source as usize].0[k];
        }
        transpose(&self.gates, &mut rows);
        rows
    }

    /// The bits of up to [`PASS`] numbers, a slot for each.
    #[inline(always)]
    fn pack(&self, values: &[i64], slots: &mut [Slot<V, K>]) {
        for k in 0..K {
            let mut rows: Matrices<V> = [self.gates.word(0); 32];
            for (t, row) in rows.iter_mut().enumerate() {
                let values = values.get(WORDS * t + V::WORDS * k..).unwrap_or_default();
                for (word, &value) in row.words_mut().iter_mut().zip(values) {
                    *word = value as u32;
                }
            }
            transpose(&self.gates, &mut rows);
            for (slot, row) in slots.iter_mut().zip(rows) {
                slot.0[k] = row;
            }
        }
    }
}
