//! Many cases at once: the gates over an array of words, which compilers turn into vector instructions.

use axmul_api::Gates;

/// Simulation of `32 * W` independent cases at once, one in each bit of an array of words: what
/// [`Lanes`](axmul_api::Lanes) does for one word.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words<const W: usize>;

/// One bit of `32 * W` cases.
pub(super) type Word<const W: usize> = [u32; W];

#[inline(always)]
fn each<const W: usize>(value: impl Fn(usize) -> u32) -> Word<W> {
    std::array::from_fn(value)
}

// Inlined always, so that they are compiled for the instruction set of the walk that uses them.
impl<const W: usize> Gates for Words<W> {
    type Bit = Word<W>;

    #[inline(always)]
    fn constant(&mut self, value: bool) -> Word<W> {
        [if value { u32::MAX } else { 0 }; W]
    }

    #[inline(always)]
    fn not(&mut self, a: Word<W>) -> Word<W> {
        each(|i| !a[i])
    }

    #[inline(always)]
    fn and(&mut self, a: Word<W>, b: Word<W>) -> Word<W> {
        each(|i| a[i] & b[i])
    }

    #[inline(always)]
    fn or(&mut self, a: Word<W>, b: Word<W>) -> Word<W> {
        each(|i| a[i] | b[i])
    }

    #[inline(always)]
    fn xor(&mut self, a: Word<W>, b: Word<W>) -> Word<W> {
        each(|i| a[i] ^ b[i])
    }

    #[inline(always)]
    fn mux(&mut self, select: Word<W>, if_one: Word<W>, if_zero: Word<W>) -> Word<W> {
        each(|i| if_zero[i] ^ select[i] & (if_one[i] ^ if_zero[i]))
    }

    #[inline(always)]
    fn nand(&mut self, a: Word<W>, b: Word<W>) -> Word<W> {
        each(|i| !(a[i] & b[i]))
    }

    #[inline(always)]
    fn nor(&mut self, a: Word<W>, b: Word<W>) -> Word<W> {
        each(|i| !(a[i] | b[i]))
    }

    #[inline(always)]
    fn xnor(&mut self, a: Word<W>, b: Word<W>) -> Word<W> {
        each(|i| !(a[i] ^ b[i]))
    }

    #[inline(always)]
    fn half_adder(&mut self, a: Word<W>, b: Word<W>) -> (Word<W>, Word<W>) {
        (each(|i| a[i] ^ b[i]), each(|i| a[i] & b[i]))
    }

    #[inline(always)]
    fn full_adder(&mut self, a: Word<W>, b: Word<W>, c: Word<W>) -> (Word<W>, Word<W>) {
        let partial: Word<W> = each(|i| a[i] ^ b[i]);
        (each(|i| partial[i] ^ c[i]), each(|i| a[i] & b[i] | partial[i] & c[i]))
    }
}
