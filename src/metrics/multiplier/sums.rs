//! What the error metrics are computed from: sums over operand pairs, exact wherever integers are.

use axmul_api::OperandFormat;

use super::Metrics;
use super::row::{ErrorRow, LANES, row};

/// Sums over operand pairs, from which [`Metrics`] over equally likely pairs follow. Every metric over such pairs, be
/// they in a table, all of a wide format, or a sample, is computed here.
///
/// Errors E are exact minus approximate. Sums of E, |E| and E^2 and all counts are integers, so that they do not
/// depend on the order in which pairs come. Relative errors |E| / |exact| are rounded, each to the nearest f64, and
/// their sum is of f64 too: over `k` additions within a chain it lies within `k` 2^-53 of the true one, relatively.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorSums {
    format: OperandFormat,
    pairs: u64,
    wrong: u64,
    /// Pairs whose exact product is not 0.
    nonzero: u64,
    worst: u64,
    absolute: u128,
    signed: i128,
    /// Of the squares: what lies below 2^64 in each, and the multiples of 2^64.
    squared: [u128; 2],
    relative: f64,
    worst_relative: f64,
}

impl ErrorSums {
    /// Sums over no pairs.
    pub fn new(format: OperandFormat) -> Self {
        Self {
            format,
            pairs: 0,
            wrong: 0,
            nonzero: 0,
            worst: 0,
            absolute: 0,
            signed: 0,
            squared: [0; 2],
            relative: 0.0,
            worst_relative: 0.0,
        }
    }

    /// Widths and signedness of the operands.
    pub fn format(&self) -> OperandFormat {
        self.format
    }

    /// How many pairs were summed.
    pub fn pairs(&self) -> u64 {
        self.pairs
    }

    /// How many of them had an error.
    pub fn wrong(&self) -> u64 {
        self.wrong
    }

    /// How many had an exact product other than 0.
    pub fn nonzero(&self) -> u64 {
        self.nonzero
    }

    /// Adds one pair and returns its error and its relative error, which is 0 where the exact product is.
    pub fn add(&mut self, exact: i64, product: i64) -> (i128, f64) {
        let error = i128::from(exact) - i128::from(product);
        // Below 2^64: both lie within 64 bits.
        let absolute = error.unsigned_abs();
        self.pairs += 1;
        self.wrong += u64::from(error != 0);
        self.nonzero += u64::from(exact != 0);
        self.worst = self.worst.max(absolute as u64);
        self.absolute += absolute;
        self.signed += error;
        let square = absolute * absolute;
        self.squared[0] += u128::from(square as u64);
        self.squared[1] += square >> 64;
        let ratio = if exact == 0 { 0.0 } else { absolute as f64 / exact.unsigned_abs() as f64 };
        self.relative += ratio;
        self.worst_relative = self.worst_relative.max(ratio);
        (error, ratio)
    }

    /// Adds the products of `a` and consecutive second operands from `first_b` on.
    pub fn add_row(&mut self, a: i64, first_b: i64, products: &[i64]) {
        self.add_values(a, first_b, products, |exact, product| exact.wrapping_sub(product));
    }

    /// Like [`Self::add_row`], from errors.
    pub(super) fn add_errors(&mut self, a: i64, first_b: i64, errors: &[i64]) {
        self.add_values(a, first_b, errors, |_, error| error);
    }

    #[inline(always)]
    fn add_values(&mut self, a: i64, first_b: i64, values: &[i64], error: impl Fn(i64, i64) -> i64 + Copy) {
        // Whole vectors of moderate numbers at once, the others one by one.
        let whole =
            if self.format.product_width() <= ErrorRow::MAX_WIDTH { values.len() / LANES * LANES } else { 0 };
        let (vectors, rest) = values.split_at(whole);
        let (vectors, rest) = match row(a, first_b, vectors, error) {
            Some(row) => {
                self.merge_row(a, first_b, vectors.len(), &row);
                (whole, rest)
            }
            None => (0, values),
        };
        for (i, &value) in rest.iter().enumerate() {
            let exact = a * (first_b + (vectors + i) as i64);
            let error = error(exact, value);
            self.add(exact, exact.wrapping_sub(error));
        }
    }

    fn merge_row(&mut self, a: i64, first_b: i64, pairs: usize, row: &ErrorRow) {
        let zero_among = first_b <= 0 && -first_b < pairs as i64;
        self.pairs += pairs as u64;
        self.wrong += row.wrong;
        self.nonzero += if a == 0 { 0 } else { pairs as u64 - u64::from(zero_among) };
        self.worst = self.worst.max(row.worst);
        self.absolute += u128::from(row.absolute);
        self.signed += i128::from(row.signed);
        self.squared[0] += row.squared;
        self.relative += row.relative;
        self.worst_relative = self.worst_relative.max(row.worst_relative);
    }

    /// Adds the sums over other pairs. Panics if the formats differ.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.format, other.format, "operand formats");
        self.pairs += other.pairs;
        self.wrong += other.wrong;
        self.nonzero += other.nonzero;
        self.worst = self.worst.max(other.worst);
        self.absolute += other.absolute;
        self.signed += other.signed;
        self.squared[0] += other.squared[0];
        self.squared[1] += other.squared[1];
        self.relative += other.relative;
        self.worst_relative = self.worst_relative.max(other.worst_relative);
    }

    /// The metrics over the pairs summed. Means are exact up to one division, except for the relative errors, and for
    /// the variance where its exact numerator passes 128 bits: of operands that together have more than 32.
    pub fn metrics(&self) -> Metrics {
        let pairs = self.pairs as f64;
        let percent = 100.0 / self.format.pairs() as f64;
        let (mae, wce) = (self.absolute as f64 / pairs, self.worst as f64);
        let mse = self.squared() / pairs;
        let mean_error = self.signed as f64 / pairs;
        Metrics {
            mae,
            mae_pct: mae * percent,
            wce,
            wce_pct: wce * percent,
            mre_pct: 100.0 * self.relative / self.nonzero.max(1) as f64,
            wcre_pct: 100.0 * self.worst_relative,
            ep_pct: 100.0 * self.wrong as f64 / pairs,
            mse,
            variance: self.variance().unwrap_or((mse - mean_error * mean_error).max(0.0)),
            mean_error,
        }
    }

    fn squared(&self) -> f64 {
        match self.exact_squared() {
            Some(squared) => squared as f64,
            None => self.squared[1] as f64 * 2f64.powi(64) + self.squared[0] as f64,
        }
    }

    fn exact_squared(&self) -> Option<u128> {
        self.squared[1].checked_mul(1 << 64)?.checked_add(self.squared[0])
    }

    /// From exact sums: (N sum E^2 - (sum E)^2) / N^2, without cancellation.
    fn variance(&self) -> Option<f64> {
        let count = u128::from(self.pairs);
        let numerator = count.checked_mul(self.exact_squared()?)?;
        let mean = self.signed.unsigned_abs().checked_mul(self.signed.unsigned_abs())?;
        let pairs = self.pairs as f64;
        Some((numerator - mean) as f64 / (pairs * pairs))
    }
}
