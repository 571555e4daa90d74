//! Convolution and matrix product with every kernel that this CPU runs, each asserting its sums.

use axmul_experiment::{Standard, standard_tables};
use axmul_kernels::{ConvShape, Kernel, KernelKind, KernelSelection, LinearShape, LowRank};
use axmul_metrics::ProductTable;
use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};

fn name(rank: Option<usize>) -> String {
    rank.map_or_else(|| "full rank".into(), |rank| format!("rank {rank}"))
}

/// Codes that run through all values, in an order that no cache guesses.
fn codes(len: usize, step: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * step) ^ (i >> 8)) as u8).collect()
}

/// The kernel for a table that all others are compared with.
fn scalar(table: &ProductTable) -> Kernel {
    let scalar = KernelKind::by_name("scalar").expect("a kernel");
    Kernel::new(table, KernelSelection::Only(scalar)).expect("any table")
}

/// Times every kernel that takes a table, and asserts that all give the sums of the scalar one.
fn every_kernel(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    table: &ProductTable,
    outputs: usize,
    mut multiply: impl FnMut(&Kernel, &mut [i32]),
) {
    let mut expected = vec![0; outputs];
    multiply(&scalar(table), &mut expected);
    let selections = KernelKind::all().map(KernelSelection::Only);
    for kernel in selections.filter_map(|selection| Kernel::new(table, selection).ok()) {
        let mut out = vec![0; outputs];
        group.bench_function(format!("{name}/{}", kernel.kind()), |b| b.iter(|| multiply(&kernel, &mut out)));
        // Filtered out benchmarks run nothing.
        assert!(out == expected || out.iter().all(|&sum| sum == 0), "{name}, {}", kernel.kind());
    }
}

fn convolution(c: &mut Criterion) {
    let mut group = c.benchmark_group("conv2d");
    group.sample_size(10);
    for standard in Standard::ALL {
        let shape = standard.shape();
        let (activations, weights) = (codes(shape.activations(), 37), codes(shape.weights(), 11));
        group.throughput(Throughput::Elements((shape.outputs() * shape.fan_in()) as u64));
        for (rank, table) in standard_tables() {
            let (channels, size) = (standard.channels, standard.size);
            every_kernel(
                &mut group,
                &format!("{channels}x{size}x{size}, {}", name(rank)),
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
    for (rank, table) in standard_tables() {
        every_kernel(&mut group, &name(rank), &table, shape.rows * shape.outputs, |kernel, out| {
            kernel.linear(&shape, &activations, &weights, out).expect("shape");
        });
    }
}

/// The layers of ResNet-20 on CIFAR-10, 100 images: 4.1 billion products.
fn resnet20(c: &mut Criterion) {
    let layer = |inputs, outputs, size, stride| {
        let mut shape = ConvShape::new(100, [inputs, size, size], outputs, [3, 3]);
        (shape.padding, shape.stride) = ([1, 1], [stride, stride]);
        shape
    };
    let mut layers = vec![layer(3, 16, 32, 1)];
    layers.extend([layer(16, 16, 32, 1); 6]);
    layers.push(layer(16, 32, 32, 2));
    layers.extend([layer(32, 32, 16, 1); 5]);
    layers.push(layer(32, 64, 16, 2));
    layers.extend([layer(64, 64, 8, 1); 5]);
    layers.push(ConvShape::new(100, [64, 1, 1], 10, [1, 1]));
    let products: usize = layers.iter().map(|shape| shape.outputs() * shape.fan_in()).sum();
    assert_eq!(products, 100 * 40_551_040);
    let operands: Vec<_> = layers
        .iter()
        .map(|shape| {
            (shape, codes(shape.activations(), 37), codes(shape.weights(), 11), vec![0; shape.outputs()])
        })
        .collect();
    let mut group = c.benchmark_group("resnet20");
    group.sample_size(10).throughput(Throughput::Elements(100));
    for (rank, table) in standard_tables() {
        let scalar = scalar(&table);
        let kernel = Kernel::new(&table, KernelSelection::Auto).expect("any table");
        let mut operands = operands.clone();
        group.bench_function(format!("{}/{}", name(rank), kernel.kind()), |b| {
            b.iter(|| {
                for (shape, activations, weights, out) in &mut operands {
                    kernel.conv2d(shape, activations, weights, 0, out).expect("shape");
                }
            });
            for (shape, activations, weights, out) in &operands {
                let mut expected = vec![0; out.len()];
                scalar.conv2d(shape, activations, weights, 0, &mut expected).expect("shape");
                assert!(*out == expected, "{shape:?}");
            }
        });
    }
}

fn factorization(c: &mut Criterion) {
    let (_, table) = standard_tables().swap_remove(3);
    let (_, random) = standard_tables().swap_remove(4);
    c.bench_function("low_rank_factor", |b| {
        b.iter(|| assert_eq!(LowRank::factor(&table, 9).expect("low rank").rank(), 4));
    });
    c.bench_function("low_rank_refused", |b| b.iter(|| assert_eq!(LowRank::factor(&random, 9), None)));
}

criterion_group!(benches, convolution, matrix_product, resnet20, factorization);
criterion_main!(benches);
