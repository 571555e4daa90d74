//! Calls of plain C functions by signature, and what their numbers mean.

use std::ffi::c_void;

use axmul_api::OperandFormat;

use super::signature::{CType, Signature};

/// A plain function of a loaded library.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoadedFunction {
    address: *const c_void,
    signature: Signature,
    format: OperandFormat,
    /// The bits of an operand that the function sees.
    masks: (i64, i64),
    invoke: Invoke,
}

impl LoadedFunction {
    /// A function at `address`, which the signature's types must be wide enough for.
    ///
    /// # Safety
    /// There is a C function of this signature at `address`, for as long as the value is used.
    pub unsafe fn new(address: *const c_void, signature: Signature, format: OperandFormat) -> Self {
        debug_assert!(signature.holds(format));
        let mask = |width: u8, kind: CType| {
            if format.is_signed() && !kind.is_signed() { (1 << width) - 1 } else { -1 }
        };
        let masks = (mask(format.width_a(), signature.a), mask(format.width_b(), signature.b));
        Self { address, signature, format, masks, invoke: invoker(signature) }
    }

    /// The product of `a` and `b`; see [`Self::products`].
    pub fn product(&self, a: i64, b: i64) -> i64 {
        let mut out = [0];
        self.products(&[a], &[b], &mut out);
        out[0]
    }

    /// The products of `a[i]` and `b[i]`, which lie within the format's ranges; the slices are of one length.
    ///
    /// Where a C type is of the format's signedness, its value is the number. Where it is not (EvoApproxLib
    /// declares some signed multipliers unsigned), its bits are the bus: an operand goes in as its n bits, and
    /// the product is what the lowest n + m bits say in the format's signedness. So too where a signed type holds
    /// these bits without their sign extended, as in EvoApproxLib's 12x12 multipliers.
    pub fn products(&self, a: &[i64], b: &[i64], out: &mut [i64]) {
        // SAFETY: `new` was promised a function of this signature.
        unsafe { (self.invoke)(self.address, self.masks, (a, b), out) };
        let signed = self.format.is_signed();
        if signed != self.signature.result.is_signed() {
            out.iter_mut().for_each(|product| *product = self.format.wrap(*product));
        } else if signed && self.signature.result.bits() > self.format.product_width() {
            let bus = self.format.product_width();
            let is_bus = |product: &&mut i64| **product >= 0 && **product >> bus == 0;
            out.iter_mut().filter(is_bus).for_each(|product| *product = self.format.wrap(*product));
        } else if !signed {
            // A u64 beyond i64: the largest i64 stands for it, which neither a table nor a bus accepts.
            out.iter_mut().filter(|product| **product < 0).for_each(|product| *product = i64::MAX);
        }
    }
}

/// A Rust integer with the C type that it stands for.
trait Integer: Copy {
    /// The low bits of `value`.
    fn truncate(value: i64) -> Self;
    /// The value; of a u64, its bits.
    fn widen(self) -> i64;
}

macro_rules! integers {
    ($($kind:ty),+) => {$(
        impl Integer for $kind {
            fn truncate(value: i64) -> Self {
                value as Self
            }
            fn widen(self) -> i64 {
                self as i64
            }
        }
    )+};
}

integers!(u8, i8, u16, i16, u32, i32, u64, i64);

/// Address, masks and operands, and room for the products.
type Invoke = unsafe fn(*const c_void, (i64, i64), (&[i64], &[i64]), &mut [i64]);

/// # Safety
/// There is a function `R f(A, B)` at `address`.
unsafe fn invoke<R: Integer, A: Integer, B: Integer>(
    address: *const c_void,
    masks: (i64, i64),
    (a, b): (&[i64], &[i64]),
    out: &mut [i64],
) {
    // SAFETY: as the caller promises; a function pointer is as wide as a data pointer on all platforms that
    // load libraries at run time.
    let function: unsafe extern "C" fn(A, B) -> R = unsafe { std::mem::transmute(address) };
    for ((&a, &b), out) in a.iter().zip(b).zip(out) {
        // SAFETY: as the caller promises.
        *out = unsafe { function(A::truncate(a & masks.0), B::truncate(b & masks.1)) }.widen();
    }
}

/// Picks one of the 512 instances of `invoke`: one type a level.
macro_rules! by_type {
    ($kind:expr, $next:ident $(, $chosen:ty)* ; $($argument:expr),*) => {
        match $kind {
            CType::U8 => $next::<$($chosen,)* u8>($($argument),*),
            CType::I8 => $next::<$($chosen,)* i8>($($argument),*),
            CType::U16 => $next::<$($chosen,)* u16>($($argument),*),
            CType::I16 => $next::<$($chosen,)* i16>($($argument),*),
            CType::U32 => $next::<$($chosen,)* u32>($($argument),*),
            CType::I32 => $next::<$($chosen,)* i32>($($argument),*),
            CType::U64 => $next::<$($chosen,)* u64>($($argument),*),
            CType::I64 => $next::<$($chosen,)* i64>($($argument),*),
        }
    };
}

fn invoker(signature: Signature) -> Invoke {
    fn with_a<R: Integer>(signature: Signature) -> Invoke {
        by_type!(signature.a, with_b, R; signature)
    }
    fn with_b<R: Integer, A: Integer>(signature: Signature) -> Invoke {
        by_type!(signature.b, chosen, R, A; )
    }
    fn chosen<R: Integer, A: Integer, B: Integer>() -> Invoke {
        invoke::<R, A, B>
    }
    by_type!(signature.result, with_a; signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The low bits of a * b + 3 * a in every combination of types, checked against wide arithmetic.
    macro_rules! check {
        ($($r:ident $a:ident $b:ident),+ $(,)?) => {$({
            extern "C" fn model(a: $a, b: $b) -> $r {
                (a as i64).wrapping_mul(b as i64).wrapping_add(3 * a as i64) as $r
            }
            let signature: Signature =
                concat!(stringify!($r), "(", stringify!($a), ",", stringify!($b), ")").parse().unwrap();
            for signed in [false, true] {
                let format = OperandFormat::new(4, 3, signed).unwrap();
                // SAFETY: `model` has this signature.
                let function = unsafe { LoadedFunction::new(model as *const c_void, signature, format) };
                for (a, b) in format.operands() {
                    // The numbers that C sees, then the number that C returns, read by the documented rule.
                    let seen = |value: i64, width: u32, type_signed: bool| {
                        if signed && !type_signed { value.rem_euclid(1 << width) } else { value }
                    };
                    let a_seen = seen(a, 4, signature.a.is_signed());
                    let b_seen = seen(b, 3, signature.b.is_signed());
                    let returned = (a_seen * b_seen + 3 * a_seen) as $r as i64;
                    let expected = match (signed, signature.result.is_signed()) {
                        (true, false) => (returned.rem_euclid(128) + 64).rem_euclid(128) - 64,
                        (false, true) => returned.rem_euclid(128),
                        // The bits of the bus, whose sign the type does not extend.
                        (true, true) if (64..128).contains(&returned) => returned - 128,
                        _ => returned,
                    };
                    assert_eq!(function.product(a, b), expected, "{signature} {format} {a} {b}");
                }
            }
        })+};
    }

    #[test]
    fn types_in_every_place_are_called_as_declared() {
        check!(
            u8 u8 u8, u16 u8 u8, u32 u8 u8, u64 u8 u8, u16 u16 u16, u32 u16 u16, u64 u16 u16, u32 u32 u32,
            u64 u32 u32, u64 u64 u64, i16 i8 i8, i32 i8 i8, i32 i16 i16, i64 i8 i8, i64 i16 i16,
            i32 i32 i32, i64 i32 i32, i64 i64 i64, u16 i8 i8, i16 u8 u8, u64 i16 i8, i8 i8 u8, i64 u16 i32,
            i32 u64 i8, u32 i64 u16, u16 u32 i64,
        );
    }

    /// And a signed number beyond the bus stays one, to be refused.
    #[test]
    fn the_bits_of_the_bus_in_a_wider_signed_type_are_extended() {
        extern "C" fn model(a: i16, b: i16) -> i32 {
            match (a, b) {
                (7, 7) => 1 << 8,
                _ => (i32::from(a) * i32::from(b)) & 0xff,
            }
        }
        let format = OperandFormat::signed(4, 4);
        // SAFETY: `model` has this signature.
        let function =
            unsafe { LoadedFunction::new(model as *const c_void, "i32(i16,i16)".parse().unwrap(), format) };
        for (a, b) in format.operands().filter(|&operands| operands != (7, 7)) {
            assert_eq!(function.product(a, b), a * b);
        }
        assert_eq!(function.product(7, 7), 256);
    }

    #[test]
    fn a_product_beyond_64_signed_bits_is_not_folded_back() {
        extern "C" fn huge(_: u8, _: u8) -> u64 {
            u64::MAX
        }
        let signature = "u64(u8,u8)".parse().unwrap();
        // SAFETY: `huge` has this signature.
        let function =
            unsafe { LoadedFunction::new(huge as *const c_void, signature, OperandFormat::unsigned(8, 8)) };
        assert_eq!(function.product(1, 1), i64::MAX);
    }
}
