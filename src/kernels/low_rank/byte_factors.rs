//! Factors of a table in signed bytes, for matrix products of int8.

use super::LowRank;
use super::digits::{split, terms};

/// A table as `start[w] + sum over terms of left[x] right[w]`, for codes `x` of the activation and `w` of the weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteFactors {
    /// Factors of the activation, by term and code.
    pub left: Vec<[i8; 256]>,
    /// Factors of the weight, by term and code.
    pub right: Vec<[i8; 256]>,
    /// Start of a sum, by the code of the weight.
    pub start: Vec<i32>,
}

impl LowRank {
    /// The factors in bytes, wider ones in two; `None` if two do not hold a factor.
    pub fn bytes(&self) -> Option<ByteFactors> {
        let terms = split(&terms(self), i64::from(i8::MIN))?;
        // The smallest factor of the activations becomes -128; the start makes up for the shift.
        let shift = |left: &[i64]| left.iter().min().map_or(0, |least| least - i64::from(i8::MIN));
        let byte = |factors: &[i64], shift: i64| std::array::from_fn(|code| (factors[code] - shift) as i8);
        let start =
            |code: usize| terms.iter().map(|[left, right]| shift(left) * right[code]).sum::<i64>() as i32;
        Some(ByteFactors {
            left: terms.iter().map(|[left, _]| byte(left, shift(left))).collect(),
            right: terms.iter().map(|[_, right]| byte(right, 0)).collect(),
            start: (0..256).map(start).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_metrics::{OperandFormat, ProductTable};

    #[test]
    fn bytes_make_up_the_products() {
        for format in
            [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8), OperandFormat::signed(8, 4)]
        {
            let products =
                format.operands().map(|(a, b)| (a * b - 3 * (a & 7) * (b & 3) + 300 * (b & 1)) as i32);
            let table = ProductTable::new(format, products.collect()).unwrap();
            let bytes = LowRank::factor(&table, 4).unwrap().bytes().unwrap();
            for ((a, b), &product) in format.operands().zip(table.products()) {
                let (x, w) = (usize::from(a as u8), usize::from(b as u8));
                let terms = bytes.left.iter().zip(&bytes.right);
                let sum = terms.map(|(left, right)| i32::from(left[x]) * i32::from(right[w])).sum::<i32>();
                assert_eq!(bytes.start[w] + sum, product, "{format}: {a} x {b}");
            }
        }
    }
}
