//! Lookup convolution and matrix product, each asserting the sum of what it computed.

use axmul::kernels::{ConvShape, LinearShape, LowRank, Lut};
use axmul::multiplier::{OperandFormat, ProductTable};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// A signed table whose lowest two partial-product columns are missing.
fn table() -> ProductTable {
    let format = OperandFormat::signed(8, 8);
    let products = format.operands().map(|(a, b)| (a * b - (a & b & 1) - 2 * (a >> 1 & b & 1)) as i32);
    ProductTable::new(format, products.collect()).expect("65,536 products")
}

/// Codes that run through all values.
fn codes(len: usize, step: usize) -> Vec<u8> {
    (0..len).map(|i| (i * step) as u8).collect()
}

fn convolution(c: &mut Criterion) {
    let lut = Lut::new(&table());
    let mut group = c.benchmark_group("lut_conv2d");
    // (channels, size) of the layers in design notes: 151 MMAC each at batch 64; a quarter of that here.
    for (channels, size, expected) in EXPECTED_CONV {
        let mut shape = ConvShape::new(16, [channels, size, size], channels, [3, 3]);
        shape.padding = [1, 1];
        let (activations, weights) = (codes(shape.activations(), 37), codes(shape.weights(), 11));
        let mut out = vec![0; shape.outputs()];
        group.throughput(Throughput::Elements((shape.outputs() * shape.fan_in()) as u64));
        group.bench_function(format!("{channels}x{size}x{size}"), |b| {
            b.iter(|| lut.conv2d(&shape, &activations, &weights, 0, &mut out).expect("shape"));
            assert_eq!(out.iter().map(|&x| i64::from(x)).sum::<i64>(), expected);
        });
    }
}

fn matrix_product(c: &mut Criterion) {
    let lut = Lut::new(&table());
    let shape = LinearShape { rows: 128, k: 400, outputs: 120 };
    let (activations, weights) = (codes(shape.rows * shape.k, 37), codes(shape.outputs * shape.k, 11));
    let mut out = vec![0; shape.rows * shape.outputs];
    let mut group = c.benchmark_group("lut_linear");
    group.throughput(Throughput::Elements((out.len() * shape.k) as u64));
    group.bench_function("128x400x120", |b| {
        b.iter(|| lut.linear(&shape, &activations, &weights, &mut out).expect("shape"));
        assert_eq!(out.iter().map(|&x| i64::from(x)).sum::<i64>(), EXPECTED_LINEAR);
    });
}

fn factorisation(c: &mut Criterion) {
    let table = table();
    c.bench_function("low_rank_factor", |b| {
        b.iter(|| assert_eq!(LowRank::factor(&table, 8).expect("low rank").rank(), 2));
    });
}

const EXPECTED_CONV: [(usize, usize, i64); 3] =
    [(16, 32, -18_472_960), (32, 16, -19_890_176), (64, 8, -15_597_568)];
const EXPECTED_LINEAR: i64 = -89_219_072;

criterion_group!(benches, convolution, matrix_product, factorisation);
criterion_main!(benches);
