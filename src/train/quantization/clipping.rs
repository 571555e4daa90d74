//! The clipping range that a tensor loses least by when it is rounded to codes.
//!
//! Both ends of the range of all values are scaled by one part of 1/128, 2/128 .. 128/128; the part of the least mean
//! squared difference between values and rounded values is taken, clipping and rounding together, as in Y. Choukroun,
//! E. Kravchik, F. Yang, P. Kisilev, "Low-bit Quantization of Neural Networks for Efficient Inference", ICCV Workshops
//! 2019, arXiv 1902.06822. Sixteen parts are tried first, then those around the best, which is enough where the error
//! has one valley; of parts with the same error the largest is taken.

use tch::{Kind, Tensor};

use super::grid::{Grid, largest_code};
use super::ranges::extremes;

/// Parts that are tried first.
const COARSE: u32 = 16;

/// Parts between two of those.
const FINE: u32 = 8;

/// Values that the error is taken of, at most: a sample spread over the whole tensor.
const SAMPLE: i64 = 1 << 14;

/// The same for a scale a row, over all rows; a row gives [`ROW_SAMPLE`] values all the same if it has them.
const ROWS_SAMPLE: i64 = 1 << 17;

/// Values of a row that its error is taken of, at least.
const ROW_SAMPLE: i64 = 1 << 8;

/// The range that the codes of a whole tensor lose least by.
pub fn least_error(x: &Tensor, affine: bool, bits: u8) -> (f64, f64) {
    let (low, high) = extremes(x);
    if !(low.is_finite() && high.is_finite()) {
        return (low, high);
    }
    let flat = x.detach().reshape([-1]).to_kind(Kind::Float);
    let sample = flat.slice(0, 0, None, stride(flat.size()[0], SAMPLE));
    let scaled = |part: f64| (low * part, high * part);
    let error = |part: f64| {
        let rounded = Grid::new(scaled(part), affine, bits).steps().round(&sample);
        (rounded - &sample).square().mean(Kind::Double).double_value(&[])
    };
    let mut best = (1.0, f64::INFINITY);
    let attempt = |part: f64, best: &mut (f64, f64)| {
        let error = error(part);
        if error < best.1 || error == best.1 && part > best.0 {
            *best = (part, error);
        }
    };
    coarse().for_each(|part| attempt(part, &mut best));
    let centre = best.0;
    around().for_each(|step| attempt((centre + step).min(1.0), &mut best));
    scaled(best.0)
}

/// The largest absolute value to represent in each row of `[rows, values]`, for symmetric codes: `[rows]`.
pub fn least_error_of_rows(rows: &Tensor, bits: u8) -> Tensor {
    let [count, width] = [rows.size()[0], rows.size()[1]];
    let largest = rows.abs().amax(1, false);
    let sample = rows.slice(1, 0, None, stride(width, (ROWS_SAMPLE / count.max(1)).max(ROW_SAMPLE)));
    let levels = f64::from(largest_code(bits));
    let error = |parts: &Tensor| {
        let scales = &largest * parts / levels;
        let scales = scales.where_self(&scales.gt(0.0), &scales.ones_like()).unsqueeze(1);
        let rounded = (&sample / &scales).round().clamp(-levels, levels) * &scales;
        (rounded - &sample).square().mean_dim(1, false, Kind::Double)
    };
    let mut parts = largest.ones_like();
    let mut least = error(&parts);
    let mut attempt = |tried: Tensor, parts: &mut Tensor| {
        let error = error(&tried);
        let better =
            error.lt_tensor(&least).logical_or(&error.eq_tensor(&least).logical_and(&tried.gt_tensor(parts)));
        *parts = tried.where_self(&better, parts);
        least = error.where_self(&better, &least);
    };
    coarse().for_each(|part| attempt(largest.full_like(part), &mut parts));
    let centres = parts.copy();
    around().for_each(|step| attempt((&centres + step).clamp_max(1.0), &mut parts));
    largest * parts
}

fn coarse() -> impl Iterator<Item = f64> {
    (1..=COARSE).rev().map(|part| f64::from(part) / f64::from(COARSE))
}

/// Steps to the parts between a coarse one and its neighbours.
fn around() -> impl Iterator<Item = f64> {
    let step = |n: u32| f64::from(n) / f64::from(COARSE * FINE);
    (1..FINE).flat_map(move |n| [step(n), -step(n)])
}

/// The distance between values of which at most `wanted` are taken.
fn stride(values: i64, wanted: i64) -> i64 {
    ((values + wanted - 1) / wanted).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error(x: &Tensor, range: (f64, f64), affine: bool, bits: u8) -> f64 {
        let rounded = Grid::new(range, affine, bits).round(x);
        (rounded - x).square().mean(Kind::Double).double_value(&[])
    }

    /// By hand: codes -c, 0, c. Three absolute values of 1 and one of 2 are all rounded to c below 2, which loses
    /// 3 (c - 1)^2 + (2 - c)^2: least at c = 5/4, with 3/4. At c = 2 the three become 0, which loses 3.
    #[test]
    fn ranges_by_hand() {
        let x = Tensor::from_slice(&[1f32, -1.0, 1.0, 2.0]);
        assert_eq!(least_error(&x, false, 2), (-0.625, 1.25));
        let rows =
            Tensor::from_slice(&[1f32, -1.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 4.0, -4.0, 4.0, 8.0]).view([3, 4]);
        let clips: Vec<f64> = Vec::try_from(least_error_of_rows(&rows, 2).to_kind(Kind::Double)).unwrap();
        assert_eq!(clips, [1.25, 0.0, 5.0]);
        // Affine codes 0..3 of 0, 1, 2, 3 lose nothing: the whole range stays.
        assert_eq!(least_error(&Tensor::from_slice(&[0f32, 1.0, 2.0, 3.0]), true, 2), (0.0, 3.0));
        assert_eq!(least_error(&Tensor::from_slice(&[-2f32, 1.0]), true, 2), (-2.0, 1.0));
    }

    #[test]
    fn nothing_to_choose_from_is_taken_as_it_is() {
        for values in [&[0f32, 0.0][..], &[0.0]] {
            assert_eq!(least_error(&Tensor::from_slice(values), false, 8), (0.0, 0.0));
        }
        assert_eq!(least_error(&Tensor::from_slice(&[3f32; 5]), true, 8), (3.0, 3.0));
        let (low, high) = least_error(&Tensor::from_slice(&[1f32, f32::NAN]), true, 8);
        assert!(low.is_nan() && high.is_nan());
        assert_eq!(least_error(&Tensor::from_slice(&[1f32, f32::INFINITY]), true, 8).1, f64::INFINITY);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Against every part of 1/128, on heavy tails: within a few percent of the least error of them, and never
        /// more than that of the whole range.
        #[test]
        fn the_error_is_about_the_least(
            values in prop::collection::vec((-1.0f32..1.0, 1u32..6), 400..1200), affine: bool, bits in 2u8..=8,
        ) {
            let values: Vec<f32> = values.into_iter().map(|(x, power)| x.powi(power as i32 * 2 - 1) * 3.0).collect();
            let x = Tensor::from_slice(&values);
            let got = error(&x, least_error(&x, affine, bits), affine, bits);
            let (low, high) = extremes(&x);
            let all = (1..=128).map(|n| f64::from(n) / 128.0);
            let least = all.map(|part| error(&x, (low * part, high * part), affine, bits)).fold(f64::MAX, f64::min);
            prop_assert!(got <= least * 1.1, "{got} {least}");
            prop_assert!(got <= error(&x, (low, high), affine, bits));
            if !affine {
                let clip = least_error_of_rows(&x.unsqueeze(0), bits).double_value(&[0]);
                let got = error(&x, (-clip, clip), false, bits);
                prop_assert!(got <= least * 1.1 + 1e-12, "{got} {least}");
            }
        }
    }
}
