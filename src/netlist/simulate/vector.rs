//! Words side by side, as wide as the processor's registers.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// A register of 32-bit words.
///
/// A value exists only where the processor has the instructions of its type, for it comes from another one or from
/// [`Self::splat`]; that is what makes every other method sound.
pub(super) trait Vector: Copy {
    /// How many words there are.
    const WORDS: usize;

    /// The same word everywhere.
    ///
    /// # Safety
    ///
    /// The processor has the instructions that the type is made for.
    unsafe fn splat(word: u32) -> Self;

    /// Each word.
    fn words(&self) -> &[u32];
    /// Each word.
    fn words_mut(&mut self) -> &mut [u32];

    /// Complement.
    fn not(self) -> Self;
    /// Conjunction.
    fn and(self, other: Self) -> Self;
    /// Disjunction.
    fn or(self, other: Self) -> Self;
    /// Exclusive or.
    fn xor(self, other: Self) -> Self;
    /// Every word shifted towards its most significant bit.
    fn shift_up<const BITS: i32, const UNSIGNED_BITS: u32>(self) -> Self;
    /// Every word shifted towards its least significant bit.
    fn shift_down<const BITS: i32, const UNSIGNED_BITS: u32>(self) -> Self;

    /// `if_one` where `self` is one, else `if_zero`.
    #[inline(always)]
    fn select(self, if_one: Self, if_zero: Self) -> Self {
        if_zero.xor(self.and(if_one.xor(if_zero)))
    }

    /// (sum, carry) of three bits.
    #[inline(always)]
    fn add(self, b: Self, c: Self) -> (Self, Self) {
        let partial = self.xor(b);
        (partial.xor(c), self.and(b).or(partial.and(c)))
    }
}

/// Any processor: what its compiler makes of four words.
pub(super) type Portable = [u32; 4];

impl Vector for Portable {
    const WORDS: usize = 4;

    #[inline(always)]
    unsafe fn splat(word: u32) -> Self {
        [word; 4]
    }

    #[inline(always)]
    fn words(&self) -> &[u32] {
        self
    }

    #[inline(always)]
    fn words_mut(&mut self) -> &mut [u32] {
        self
    }

    #[inline(always)]
    fn not(self) -> Self {
        self.map(|word| !word)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] & other[i])
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] | other[i])
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] ^ other[i])
    }

    #[inline(always)]
    fn shift_up<const BITS: i32, const UNSIGNED_BITS: u32>(self) -> Self {
        self.map(|word| word << BITS)
    }

    #[inline(always)]
    fn shift_down<const BITS: i32, const UNSIGNED_BITS: u32>(self) -> Self {
        self.map(|word| word >> BITS)
    }
}

/// Eight words: AVX2.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Avx2(__m256i);

// SAFETY of every block: a value, or the caller's promise, proves that the processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[allow(clippy::undocumented_unsafe_blocks)]
impl Vector for Avx2 {
    const WORDS: usize = 8;

    #[inline(always)]
    unsafe fn splat(word: u32) -> Self {
        Self(unsafe { _mm256_set1_epi32(word as i32) })
    }

    #[inline(always)]
    fn words(&self) -> &[u32] {
        let words: &[u32; 8] = unsafe { &*(&raw const self.0).cast() };
        words
    }

    #[inline(always)]
    fn words_mut(&mut self) -> &mut [u32] {
        let words: &mut [u32; 8] = unsafe { &mut *(&raw mut self.0).cast() };
        words
    }

    #[inline(always)]
    fn not(self) -> Self {
        Self(unsafe { _mm256_xor_si256(self.0, _mm256_set1_epi32(-1)) })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(unsafe { _mm256_and_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(unsafe { _mm256_or_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(unsafe { _mm256_xor_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn shift_up<const BITS: i32, const UNSIGNED_BITS: u32>(self) -> Self {
        Self(unsafe { _mm256_slli_epi32::<BITS>(self.0) })
    }

    #[inline(always)]
    fn shift_down<const BITS: i32, const UNSIGNED_BITS: u32>(self) -> Self {
        Self(unsafe { _mm256_srli_epi32::<BITS>(self.0) })
    }
}

/// Sixteen words: AVX-512F, which has any function of three bits as one instruction.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Avx512(__m512i);

// SAFETY of every block: a value, or the caller's promise, proves that the processor has AVX-512F.
#[cfg(target_arch = "x86_64")]
#[allow(clippy::undocumented_unsafe_blocks)]
impl Vector for Avx512 {
    const WORDS: usize = 16;

    #[inline(always)]
    unsafe fn splat(word: u32) -> Self {
        Self(unsafe { _mm512_set1_epi32(word as i32) })
    }

    #[inline(always)]
    fn words(&self) -> &[u32] {
        let words: &[u32; 16] = unsafe { &*(&raw const self.0).cast() };
        words
    }

    #[inline(always)]
    fn words_mut(&mut self) -> &mut [u32] {
        let words: &mut [u32; 16] = unsafe { &mut *(&raw mut self.0).cast() };
        words
    }

    #[inline(always)]
    fn not(self) -> Self {
        Self(unsafe { _mm512_xor_si512(self.0, _mm512_set1_epi32(-1)) })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(unsafe { _mm512_and_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(unsafe { _mm512_or_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(unsafe { _mm512_xor_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn shift_up<const BITS: i32, const UNSIGNED_BITS: u32>(self) -> Self {
        Self(unsafe { _mm512_slli_epi32::<UNSIGNED_BITS>(self.0) })
    }

    #[inline(always)]
    fn shift_down<const BITS: i32, const UNSIGNED_BITS: u32>(self) -> Self {
        Self(unsafe { _mm512_srli_epi32::<UNSIGNED_BITS>(self.0) })
    }

    #[inline(always)]
    fn select(self, if_one: Self, if_zero: Self) -> Self {
        Self(unsafe { _mm512_ternarylogic_epi32::<0xca>(self.0, if_one.0, if_zero.0) })
    }

    #[inline(always)]
    fn add(self, b: Self, c: Self) -> (Self, Self) {
        let sum = unsafe { _mm512_ternarylogic_epi32::<0x96>(self.0, b.0, c.0) };
        let carry = unsafe { _mm512_ternarylogic_epi32::<0xe8>(self.0, b.0, c.0) };
        (Self(sum), Self(carry))
    }
}
