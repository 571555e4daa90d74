//! Convolution and matrix product by every path that this processor has, each asserting the sum of what it computed.

use axmul::kernels::{Choice, ConvShape, Kernel, LinearShape, LowRank, Path};
use axmul::multiplier::{OperandFormat, ProductTable};
use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};

/// Tables by name: the exact one; those whose lowest one, two or four partial-product columns are missing, which have
/// that rank; and one of random products, which has all.
fn tables() -> Vec<(&'static str, ProductTable)> {
    let format = OperandFormat::signed(8, 8);
    let table = |product: &mut dyn FnMut(i64, i64) -> i64| {
        let products: Vec<i32> = format.operands().map(|(a, b)| product(a, b) as i32).collect();
        ProductTable::new(format, products).expect("65,536 products")
    };
    // Of column c, the bits i of a and c - i of b.
    let missing = |columns: u32, a: i64, b: i64| -> i64 {
        let bits = |c: u32| (0..=c).map(move |i| a >> i & b >> (c - i) & 1).sum::<i64>() << c;
        (0..columns).map(bits).sum()
    };
    let mut state = 1u64;
    let mut random = |_, _| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 48) as i64 - 32_768
    };
    vec![
        ("rank 0", table(&mut |a, b| a * b)),
        ("rank 1", table(&mut |a, b| a * b - missing(1, a, b))),
        ("rank 2", table(&mut |a, b| a * b - missing(2, a, b))),
        ("rank 4", table(&mut |a, b| a * b - missing(4, a, b))),
        ("full rank", table(&mut random)),
    ]
}

/// Codes that run through all values, in an order that no cache guesses.
fn codes(len: usize, step: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * step) ^ (i >> 8)) as u8).collect()
}

/// Times every path that is open to a table, and asserts that all give what the first, the scalar one, does.
fn paths(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    table: &ProductTable,
    outputs: usize,
    mut multiply: impl FnMut(&Kernel, &mut [i32]),
) {
    let mut expected = vec![0; outputs];
    multiply(&Kernel::new(table, Choice::Only(Path::Scalar)).expect("any table"), &mut expected);
    for kernel in Path::ALL.into_iter().filter_map(|path| Kernel::new(table, Choice::Only(path)).ok()) {
        let mut out = vec![0; outputs];
        group.bench_function(format!("{name}/{}", kernel.path()), |b| b.iter(|| multiply(&kernel, &mut out)));
        // Nothing was run where the benchmark was filtered out.
        assert!(out == expected || out.iter().all(|&sum| sum == 0), "{name}, {}", kernel.path());
    }
}

/// 3x3, padding 1, batch 64: 151 million products each.
fn convolution(c: &mut Criterion) {
    let mut group = c.benchmark_group("conv2d");
    group.sample_size(10);
    for (channels, size) in [(16, 32), (32, 16), (64, 8)] {
        let mut shape = ConvShape::new(64, [channels, size, size], channels, [3, 3]);
        shape.padding = [1, 1];
        let (activations, weights) = (codes(shape.activations(), 37), codes(shape.weights(), 11));
        group.throughput(Throughput::Elements((shape.outputs() * shape.fan_in()) as u64));
        for (rank, table) in tables() {
            paths(
                &mut group,
                &format!("{channels}x{size}x{size}, {rank}"),
                &table,
                shape.outputs(),
                |kernel, out| {
                    kernel.conv2d(&shape, &activations, &weights, 0, out).expect("shape");
                },
            );
        }
    }
}

/// 64 outputs, fan-in 576, 8192 rows: 302 million products.
fn matrix_product(c: &mut Criterion) {
    let shape = LinearShape { rows: 8192, k: 576, outputs: 64 };
    let (activations, weights) = (codes(shape.rows * shape.k, 37), codes(shape.outputs * shape.k, 11));
    let mut group = c.benchmark_group("linear");
    group.sample_size(10).throughput(Throughput::Elements((shape.rows * shape.k * shape.outputs) as u64));
    for (rank, table) in tables() {
        paths(&mut group, rank, &table, shape.rows * shape.outputs, |kernel, out| {
            kernel.linear(&shape, &activations, &weights, out).expect("shape");
        });
    }
}

fn factorisation(c: &mut Criterion) {
    let (_, table) = tables().swap_remove(3);
    let (_, random) = tables().swap_remove(4);
    c.bench_function("low_rank_factor", |b| {
        b.iter(|| assert_eq!(LowRank::factor(&table, 9).expect("low rank").rank(), 4));
    });
    c.bench_function("low_rank_refused", |b| b.iter(|| assert_eq!(LowRank::factor(&random, 9), None)));
}

criterion_group!(benches, convolution, matrix_product, factorisation);
criterion_main!(benches);
