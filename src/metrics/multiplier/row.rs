//! The inner loop of the error metrics: sums over pairs that share their first operand.

/// Pairs that are looked at side by side. Fixed, whatever the processor, because it decides in which order relative
/// errors are summed.
pub(super) const LANES: usize = 8;

/// Sums over up to 2^20 pairs with one first operand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ErrorRow {
    pub wrong: u64,
    pub worst: u64,
    pub absolute: u64,
    pub signed: i64,
    pub squared: u128,
    pub relative: f64,
    pub worst_relative: f64,
}

impl ErrorRow {
    /// The widest product whose pairs may be summed here, in bits: exact products are f64 without rounding.
    pub const MAX_WIDTH: u8 = 52;
}

/// Sums over the pairs of `a` and consecutive second operands from `first_b` on, a multiple of [`LANES`]; the error of
/// each comes from its exact product and its value. `None` where an error has more than 32 bits.
#[inline(always)]
pub(super) fn row(
    a: i64,
    first_b: i64,
    values: &[i64],
    error: impl Fn(i64, i64) -> i64 + Copy,
) -> Option<ErrorRow> {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has these instructions.
        return unsafe { row_avx2(a, first_b, values, error) };
    }
    row_portable(a, first_b, values, error)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn row_avx2(
    a: i64,
    first_b: i64,
    values: &[i64],
    error: impl Fn(i64, i64) -> i64 + Copy,
) -> Option<ErrorRow> {
    row_portable(a, first_b, values, error)
}

type Lanes<T> = [T; LANES];

#[inline(always)]
fn row_portable(a: i64, first_b: i64, values: &[i64], error: impl Fn(i64, i64) -> i64) -> Option<ErrorRow> {
    /// 2^52: its last mantissa bit is worth 1, so that numbers below it are written into the mantissa.
    const UNIT: f64 = (1u64 << 52) as f64;
    let lanes = LANES as i64;
    let vectors = values.as_chunks::<LANES>().0;
    let mut exact: Lanes<i64> = std::array::from_fn(|lane| a * (first_b + lane as i64));
    let exact_step = a * lanes;
    let mut bits = [0u64; LANES];
    let (mut signed, mut absolute, mut right) = ([0i64; LANES], [0u64; LANES], [0u64; LANES]);
    let (mut squared, mut squared_high) = ([0u64; LANES], [0u64; LANES]);
    let (mut worst, mut relative, mut worst_relative) = ([0f64; LANES], [0f64; LANES], [0f64; LANES]);
    // The vector with b = 0 by itself: on either side of it, |exact| grows or shrinks steadily.
    let zero = usize::try_from(-first_b).map_or(vectors.len(), |zero| vectors.len().min(zero / LANES));
    let after = vectors.len().min(zero + 1);
    for range in [0..zero, zero..after, after..vectors.len()] {
        let start = first_b + (range.start * LANES) as i64;
        let mut magnitude: Lanes<f64> = std::array::from_fn(|lane| match a * (start + lane as i64) {
            // Whatever the error, it does not count.
            0 => f64::INFINITY,
            exact => exact.unsigned_abs() as f64,
        });
        let step = a.unsigned_abs() as f64 * if start < 0 { -(LANES as f64) } else { LANES as f64 };
        for values in &vectors[range] {
            for lane in 0..LANES {
                let error = error(exact[lane], values[lane]);
                let size = error.unsigned_abs();
                bits[lane] |= size;
                signed[lane] = signed[lane].wrapping_add(error);
                absolute[lane] = absolute[lane].wrapping_add(size);
                right[lane] += u64::from(error == 0);
                let square = (size & 0xffff_ffff) * (size & 0xffff_ffff);
                squared[lane] = squared[lane].wrapping_add(square);
                squared_high[lane] += square >> 32;
                let float = f64::from_bits(size | UNIT.to_bits()) - UNIT;
                worst[lane] = if float > worst[lane] { float } else { worst[lane] };
                let ratio = float / magnitude[lane];
                relative[lane] += ratio;
                worst_relative[lane] =
                    if ratio > worst_relative[lane] { ratio } else { worst_relative[lane] };
                exact[lane] = exact[lane].wrapping_add(exact_step);
                magnitude[lane] += step;
            }
        }
    }
    let fits = bits.iter().all(|&bits| bits >> 32 == 0);
    let largest = |lanes: Lanes<f64>| lanes.into_iter().fold(0.0, f64::max);
    let sum = |lanes: Lanes<u64>| lanes.iter().fold(0, |sum: u64, lane| sum.wrapping_add(*lane));
    fits.then(|| {
        // The squares modulo 2^64, and their upper halves: what is missing of the lower ones is below 2^64.
        let high = sum(squared_high);
        let low = sum(squared).wrapping_sub(high << 32);
        ErrorRow {
            wrong: values.len() as u64 - sum(right),
            worst: largest(worst) as u64,
            absolute: sum(absolute),
            signed: signed.iter().sum(),
            squared: (u128::from(high) << 32) + u128::from(low),
            relative: relative.iter().sum(),
            worst_relative: largest(worst_relative),
        }
    })
}
