//! SIMD registers of 32-bit words.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// A register of 32-bit words.
///
/// A value exists only where the processor has the instructions of its type, for it comes from another one or from
/// [`Self::splat`]; that is what makes every other method sound.
pub(super) trait WordVector: Copy {
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

    /// NOT.
    fn not(self) -> Self;
    /// AND.
    fn and(self, other: Self) -> Self;
    /// OR.
    fn or(self, other: Self) -> Self;
    /// XOR.
    fn xor(self, other: Self) -> Self;
    /// Every word shifted towards its most significant bit, by less than 32.
    fn shift_up(self, bits: u32) -> Self;
    /// Every word shifted towards its least significant bit, by less than 32.
    fn shift_down(self, bits: u32) -> Self;

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

/// Four words in portable code, which the compiler vectorizes for any CPU.
pub(super) type Portable = [u32; 4];

impl WordVector for Portable {
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
    fn shift_up(self, bits: u32) -> Self {
        self.map(|word| word << bits)
    }

    #[inline(always)]
    fn shift_down(self, bits: u32) -> Self {
        self.map(|word| word >> bits)
    }
}

/// A register of x86 processors: its type, how many words it has, and the intrinsics for splat, and, or, xor and the
/// shifts, then methods that it has better ones for.
#[cfg(target_arch = "x86_64")]
macro_rules! x86 {
    (
        $(#[$doc:meta])* $name:ident($register:ty), $words:literal,
        [$splat:ident $and:ident $or:ident $xor:ident $shift_up:ident $shift_down:ident]
        $($better:tt)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        #[repr(transparent)]
        pub(super) struct $name($register);

        impl WordVector for $name {
            const WORDS: usize = $words;

            #[inline(always)]
            unsafe fn splat(word: u32) -> Self {
                // SAFETY: the caller guarantees that the CPU has this instruction.
                Self(unsafe { $splat(word as i32) })
            }

            #[inline(always)]
            fn words(&self) -> &[u32] {
                // SAFETY: the register has the size of that many words and more than their alignment.
                let words: &[u32; $words] = unsafe { &*(&raw const self.0).cast() };
                words
            }

            #[inline(always)]
            fn words_mut(&mut self) -> &mut [u32] {
                // SAFETY: the register has the size of that many words and more than their alignment; every bit pattern is a
                // valid register.
                let words: &mut [u32; $words] = unsafe { &mut *(&raw mut self.0).cast() };
                words
            }

            #[inline(always)]
            fn not(self) -> Self {
                // SAFETY: `self` exists, so the CPU has this instruction.
                self.xor(unsafe { Self::splat(u32::MAX) })
            }

            #[inline(always)]
            fn and(self, other: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has this instruction.
                Self(unsafe { $and(self.0, other.0) })
            }

            #[inline(always)]
            fn or(self, other: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has this instruction.
                Self(unsafe { $or(self.0, other.0) })
            }

            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has this instruction.
                Self(unsafe { $xor(self.0, other.0) })
            }

            #[inline(always)]
            fn shift_up(self, bits: u32) -> Self {
                // SAFETY: `self` exists, so the CPU has this instruction.
                Self(unsafe { $shift_up(self.0, Self::splat(bits).0) })
            }

            #[inline(always)]
            fn shift_down(self, bits: u32) -> Self {
                // SAFETY: `self` exists, so the CPU has this instruction.
                Self(unsafe { $shift_down(self.0, Self::splat(bits).0) })
            }

            $($better)*
        }
    };
}

#[cfg(target_arch = "x86_64")]
x86! {
    /// Eight words: AVX2.
    Avx2(__m256i), 8,
    [_mm256_set1_epi32 _mm256_and_si256 _mm256_or_si256 _mm256_xor_si256 _mm256_sllv_epi32 _mm256_srlv_epi32]
}

#[cfg(target_arch = "x86_64")]
x86! {
    /// Sixteen words: AVX-512F, which has every function of three bits as one instruction.
    Avx512(__m512i), 16,
    [_mm512_set1_epi32 _mm512_and_si512 _mm512_or_si512 _mm512_xor_si512 _mm512_sllv_epi32 _mm512_srlv_epi32]

    #[inline(always)]
    fn select(self, if_one: Self, if_zero: Self) -> Self {
        // SAFETY: `self` exists, so the CPU has this instruction.
        Self(unsafe { _mm512_ternarylogic_epi32::<0xca>(self.0, if_one.0, if_zero.0) })
    }

    #[inline(always)]
    fn add(self, b: Self, c: Self) -> (Self, Self) {
        // SAFETY: `self` exists, so the CPU has AVX-512F.
        let sum = unsafe { _mm512_ternarylogic_epi32::<0x96>(self.0, b.0, c.0) };
        // SAFETY: `self` exists, so the CPU has AVX-512F.
        let carry = unsafe { _mm512_ternarylogic_epi32::<0xe8>(self.0, b.0, c.0) };
        (Self(sum), Self(carry))
    }
}
