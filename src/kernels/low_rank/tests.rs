//! Quads without special instructions, in vectors of the sizes of AVX2 and of AVX-512.

use super::*;
use crate::arch::portable::low_rank::PortableDot;
use crate::{ConvShape, ThreadPool, reference};
use axmul_metrics::{OperandFormat, ProductTable};
use axmul_support::random::SplitMix64;

/// A table whose error is a sum of outer products, some of them too wide for a byte.
fn table(format: OperandFormat, widths: &[[usize; 2]], seed: u64) -> ProductTable {
    let mut numbers = SplitMix64::from_key(&[seed]);
    let mut vector = |width: usize| -> Vec<i64> {
        (0..256).map(|_| numbers.below(2 * width + 1) as i64 - width as i64).collect()
    };
    let factors: Vec<[Vec<i64>; 2]> =
        widths.iter().map(|&[left, right]| [vector(left), vector(right)]).collect();
    let product = |(a, b): (i64, i64)| {
        let errors = factors.iter().map(|[l, r]| l[usize::from(a as u8)] * r[usize::from(b as u8)]);
        (a * b + errors.sum::<i64>()) as i32
    };
    ProductTable::new(format, format.operands().map(product).collect()).unwrap()
}

#[test]
fn quads_equal_the_naive_loop() {
    let widths: [&[[usize; 2]]; 5] =
        [&[], &[[9, 9]], &[[120, 3], [1, 120]], &[[4000, 1]], &[[12, 400], [5, 5]]];
    let mut shapes = [
        ConvShape::new(2, [3, 9, 16], 7, [3, 3]),
        ConvShape::new(37, [50, 1, 1], 13, [1, 1]),
        ConvShape::new(1, [4, 6, 5], 4, [2, 3]),
    ];
    (shapes[0].padding, shapes[2].groups, shapes[2].stride) = ([1, 2], 2, [2, 1]);
    for (seed, widths) in (0..).zip(widths) {
        for format in [(8, 8, true), (8, 8, false), (8, 4, false), (5, 8, true)] {
            let format = OperandFormat::new(format.0, format.1, format.2).unwrap();
            let table = table(format, widths, seed);
            let factors = LowRank::factor(&table, 4).expect("low rank");
            let quads = |signed| LaneFactors::quads(&factors, signed);
            let products = [
                quads(true).map(|factors| prepare(factors, PortableDot::<Quads<true>, 8, 2>::new())),
                quads(true).map(|factors| prepare(factors, PortableDot::<Quads<true>, 16, 4>::new())),
                quads(false).map(|factors| prepare(factors, PortableDot::<Quads<false>, 16, 4>::new())),
            ];
            assert!(products.iter().any(Option::is_some), "{widths:?}, {format}");
            for shape in &shapes {
                check(&table, shape, products.iter().flatten(), seed);
            }
        }
    }
}

fn check<'a>(
    table: &ProductTable,
    shape: &ConvShape,
    products: impl Iterator<Item = &'a PreparedKernel>,
    seed: u64,
) {
    let mut numbers = SplitMix64::from_key(&[seed, 1]);
    let mut codes = |range: std::ops::RangeInclusive<i64>, len: usize| -> Vec<u8> {
        let count = (range.end() - range.start() + 1) as usize;
        (0..len).map(|_| (range.start() + numbers.below(count) as i64) as u8).collect()
    };
    let activations = codes(table.format().range_a(), shape.activations());
    let weights = codes(table.format().range_b(), shape.weights());
    let pad_code = codes(table.format().range_a(), 1)[0];
    let value = |code: u8| if table.format().is_signed() { i64::from(code as i8) } else { i64::from(code) };
    let product = |a, b| i64::from(table.product(value(a), value(b)));
    let expected = reference::conv2d(shape, &activations, &weights, pad_code, product);
    for prepared in products {
        let mut out = vec![-7; shape.outputs()];
        let (activations, weights) = (&activations, &weights);
        let convolution = Convolution { shape, activations, weights, pad_code, pool: ThreadPool::RAYON };
        prepared.product.convolve(convolution, &mut out);
        assert!(out.into_iter().map(i64::from).eq(expected.iter().copied()), "{shape:?}, {prepared:?}");
    }
}
