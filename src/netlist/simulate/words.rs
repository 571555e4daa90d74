//! The gates over registers full of cases.

use axmul_api::Gates;

use super::vector::WordVector;

/// Simulation of as many independent cases at once as a register has bits: what [`Lanes`](axmul_api::Lanes) does for
/// one word.
#[derive(Clone, Copy)]
pub(super) struct WordGates<V> {
    zero: V,
    one: V,
}

impl<V: WordVector> WordGates<V> {
    /// Gates of this width.
    ///
    /// # Safety
    ///
    /// The CPU must have the instructions that `V` is made for.
    #[inline(always)]
    pub unsafe fn new() -> Self {
        // SAFETY: the caller guarantees the instructions that `V` is made for.
        unsafe { Self { zero: V::splat(0), one: V::splat(u32::MAX) } }
    }

    /// The same word everywhere.
    #[inline(always)]
    pub fn word(&self, word: u32) -> V {
        // SAFETY: `self` exists, so the caller of `new` guaranteed the instructions that `V` is made for.
        unsafe { V::splat(word) }
    }
}

// Inlined always, so that they are compiled for the instruction set of the walk that uses them.
impl<V: WordVector> Gates for WordGates<V> {
    type Bit = V;

    #[inline(always)]
    fn constant(&mut self, value: bool) -> V {
        if value { self.one } else { self.zero }
    }

    #[inline(always)]
    fn not(&mut self, a: V) -> V {
        a.not()
    }

    #[inline(always)]
    fn and(&mut self, a: V, b: V) -> V {
        a.and(b)
    }

    #[inline(always)]
    fn or(&mut self, a: V, b: V) -> V {
        a.or(b)
    }

    #[inline(always)]
    fn xor(&mut self, a: V, b: V) -> V {
        a.xor(b)
    }

    #[inline(always)]
    fn mux(&mut self, select: V, if_one: V, if_zero: V) -> V {
        select.select(if_one, if_zero)
    }

    #[inline(always)]
    fn nand(&mut self, a: V, b: V) -> V {
        a.and(b).not()
    }

    #[inline(always)]
    fn nor(&mut self, a: V, b: V) -> V {
        a.or(b).not()
    }

    #[inline(always)]
    fn xnor(&mut self, a: V, b: V) -> V {
        a.xor(b).not()
    }

    #[inline(always)]
    fn half_adder(&mut self, a: V, b: V) -> (V, V) {
        (a.xor(b), a.and(b))
    }

    #[inline(always)]
    fn full_adder(&mut self, a: V, b: V, c: V) -> (V, V) {
        a.add(b, c)
    }
}
