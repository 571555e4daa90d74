//! Every kernel against the naive loops.

use proptest::prelude::*;

use super::*;
use axmul_metrics::{OperandFormat, ProductTable};
use axmul_support::random::SplitMix64;

/// Contents of a table.
#[derive(Clone, Copy, Debug)]
enum TableKind {
    /// Products of up to 17 bits.
    Wide,
    /// Products that span 16 bits, at a distance from 0.
    Words,
    /// Products that are multiples of 24.
    Multiples,
    /// One product in 40 is wrong.
    Sparse,
    /// Errors of one byte.
    Bytes,
    /// The exact product and this many outer products.
    Rank(usize),
}

/// A table of random products: not commutative, and `table[0][0]` usually not 0.
fn table(format: OperandFormat, kind: TableKind, seed: u64) -> ProductTable {
    let mut numbers = SplitMix64::from_key(&[seed]);
    let mut below = move |limit: i64| numbers.below(limit as usize) as i64;
    let mut factors = |_| -> [Vec<i64>; 2] { [0; 2].map(|_| (0..256).map(|_| below(19) - 9).collect()) };
    let ranks: Vec<[Vec<i64>; 2]> = match kind {
        TableKind::Rank(rank) => (0..rank).map(&mut factors).collect(),
        _ => Vec::new(),
    };
    let products = format.operands().map(|(a, b)| {
        let product = match kind {
            TableKind::Wide => below(1 << 17) - (1 << 16),
            TableKind::Words => below(1 << 16) + 70_000,
            TableKind::Multiples => 24 * below(2000) - 9_000,
            TableKind::Sparse => a * b + if below(40) == 0 { below(3000) } else { 0 },
            TableKind::Bytes => a * b - 2 * below(256) + 100,
            TableKind::Rank(_) => {
                let of =
                    |[left, right]: &[Vec<i64>; 2]| left[usize::from(a as u8)] * right[usize::from(b as u8)];
                a * b + ranks.iter().map(of).sum::<i64>()
            }
        };
        product as i32
    });
    let products: Vec<i32> = products.collect();
    ProductTable::new(format, products).unwrap()
}

fn kinds() -> impl Strategy<Value = TableKind> {
    prop_oneof![
        Just(TableKind::Wide),
        Just(TableKind::Words),
        Just(TableKind::Multiples),
        Just(TableKind::Sparse),
        Just(TableKind::Bytes),
        (0usize..=8).prop_map(TableKind::Rank),
    ]
}

fn formats() -> impl Strategy<Value = OperandFormat> {
    (prop_oneof![4 => Just((8, 8)), 1 => Just((8, 4)), 1 => Just((3, 5)), 1 => Just((7, 2))], any::<bool>())
        .prop_map(|((n, m), signed)| OperandFormat::new(n, m, signed).unwrap())
}

fn shapes() -> impl Strategy<Value = ConvShape> {
    let pair = |range: std::ops::Range<usize>| [range.clone(), range];
    (
        (
            1usize..5,
            prop_oneof![3 => Just(1usize), 1 => 2usize..4],
            1usize..5,
            prop_oneof![1usize..14, 14usize..36],
        ),
        (pair(1..24), pair(1..8), pair(1..4), pair(0..4), pair(1..3)),
        any::<bool>(),
    )
        .prop_map(|((batch, groups, inputs, outputs), (size, kernel, stride, padding, dilation), unit)| {
            ConvShape {
                batch,
                channels_in: inputs * groups,
                height: size[0],
                width: size[1],
                channels_out: outputs * groups,
                kernel,
                stride: if unit { [1, 1] } else { stride },
                padding,
                dilation,
                groups,
            }
        })
        .prop_filter("the kernel fits", |shape| shape.check().is_ok())
}

/// Random codes of one operand: any, or only the smallest and the largest.
fn codes(range: std::ops::RangeInclusive<i64>, extreme: bool, len: usize, seed: u64) -> Vec<u8> {
    let mut numbers = SplitMix64::from_key(&[seed, 1]);
    let count = (range.end() - range.start() + 1) as usize;
    let step = if extreme { count - 1 } else { 1 };
    (0..len).map(|_| (range.start() + (numbers.below(count.div_ceil(step)) * step) as i64) as u8).collect()
}

fn naive(table: &ProductTable) -> impl Fn(u8, u8) -> i64 + '_ {
    let value = |code: u8| if table.format().is_signed() { i64::from(code as i8) } else { i64::from(code) };
    move |a, b| i64::from(table.product(value(a), value(b)))
}

/// All kernels that take a table here.
fn kernels(table: &ProductTable) -> Vec<Kernel> {
    let open = |kind| match Kernel::new(table, KernelSelection::Only(kind)) {
        Ok(kernel) => Some(kernel),
        Err(KernelSelectionError::Cpu { kernel, feature }) => {
            eprintln!("{kernel} skipped: CPU lacks {feature}");
            None
        }
        Err(KernelSelectionError::Table { .. }) => None,
    };
    KernelKind::all().filter_map(open).collect()
}

fn check_conv(table: &ProductTable, shape: &ConvShape, extreme: bool, seed: u64) {
    let (a, b) = (table.format().range_a(), table.format().range_b());
    let activations = codes(a.clone(), extreme, shape.activations(), seed);
    let weights = codes(b, extreme, shape.weights(), seed + 1);
    let pad = codes(a, extreme, 1, seed + 2)[0];
    let expected = reference::conv2d(shape, &activations, &weights, pad, naive(table));
    for kernel in kernels(table) {
        // Values that must be overwritten.
        let mut out = vec![-7; shape.outputs()];
        kernel.conv2d(shape, &activations, &weights, pad, &mut out).unwrap();
        let out: Vec<i64> = out.into_iter().map(i64::from).collect();
        assert!(out == expected, "{}, {shape:?}", kernel.kind());
    }
}

fn check_linear(table: &ProductTable, shape: LinearShape, extreme: bool, seed: u64) {
    let (a, b) = (table.format().range_a(), table.format().range_b());
    let activations = codes(a, extreme, shape.rows * shape.k, seed);
    let weights = codes(b, extreme, shape.outputs * shape.k, seed + 1);
    let expected = reference::linear(&shape, &activations, &weights, naive(table));
    for kernel in kernels(table) {
        let mut out = vec![-7; shape.rows * shape.outputs];
        kernel.linear(&shape, &activations, &weights, &mut out).unwrap();
        let out: Vec<i64> = out.into_iter().map(i64::from).collect();
        assert!(out == expected, "{}, {shape:?}", kernel.kind());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn convolutions_equal_the_naive_loop(
        format in formats(), kind in kinds(), shape in shapes(), extreme: bool, seed: u32,
    ) {
        check_conv(&table(format, kind, seed.into()), &shape, extreme, seed.into());
    }

    #[test]
    fn matrix_products_equal_the_naive_loop(
        format in formats(), kind in kinds(), extreme: bool, seed: u32,
        rows in 0usize..300, k in 0usize..40, outputs in 0usize..36,
    ) {
        check_linear(&table(format, kind, seed.into()), LinearShape { rows, k, outputs }, extreme, seed.into());
    }
}

/// Found by `convolutions_equal_the_naive_loop` and shrunken.
#[test]
fn pointwise_convolution_with_multiples() {
    let shape = ConvShape::new(1, [1, 15, 21], 4, [1, 1]);
    check_conv(&table(OperandFormat::unsigned(8, 8), TableKind::Multiples, 0), &shape, false, 0);
}

/// Found by `matrix_products_equal_the_naive_loop` and shrunken.
#[test]
fn matrix_product_of_one_step_with_multiples() {
    let shape = LinearShape { rows: 137, k: 1, outputs: 11 };
    check_linear(&table(OperandFormat::unsigned(8, 8), TableKind::Multiples, 0), shape, false, 0);
}

/// Fan-ins beyond 16-bit sums, in whole vectors.
#[test]
fn long_sums_equal_the_naive_loop() {
    for format in [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)] {
        for kind in [TableKind::Words, TableKind::Bytes, TableKind::Rank(3)] {
            for k in [256, 257, 258, 514, 10_000] {
                let table = table(format, kind, 5);
                check_linear(&table, LinearShape { rows: 33, k, outputs: 2 }, true, k as u64);
            }
        }
    }
}

/// Depthwise and pointwise convolutions, a window as large as the image, and grouped matrix products.
#[test]
fn degenerate_convolutions_equal_the_naive_loop() {
    let table = table(OperandFormat::signed(8, 8), TableKind::Rank(2), 1);
    let mut depthwise = ConvShape::new(2, [12, 9, 17], 12, [3, 3]);
    (depthwise.groups, depthwise.padding) = (12, [1, 1]);
    let pointwise = ConvShape::new(3, [5, 7, 8], 7, [1, 1]);
    let whole = ConvShape::new(3, [2, 7, 7], 3, [7, 7]);
    let nothing = ConvShape::new(0, [2, 7, 7], 3, [7, 7]);
    let mut products = ConvShape::new(900, [6, 1, 1], 64, [1, 1]);
    products.groups = 2;
    for shape in [depthwise, pointwise, whole, nothing, products] {
        check_conv(&table, &shape, false, 3);
    }
}

/// Channels are taken in parts, with windows and groups.
#[test]
fn sums_of_64_bits_equal_the_naive_loop() {
    let format = OperandFormat::unsigned(8, 8);
    // At most 42 products fit 32 bits.
    let products = format.operands().map(|(a, b)| 50_000_000 - (a * 131 + b * 7) as i32);
    let table = ProductTable::new(format, products.collect()).unwrap();
    let mut shape = ConvShape::new(2, [14, 6, 5], 4, [3, 3]);
    (shape.groups, shape.padding) = (2, [1, 1]);
    let activations = codes(format.range_a(), false, shape.activations(), 1);
    let weights = codes(format.range_b(), false, shape.weights(), 2);
    let expected = reference::conv2d(&shape, &activations, &weights, 3, naive(&table));
    let kernel = Kernel::new(&table, KernelSelection::Auto).unwrap();
    assert_eq!(kernel.longest_sum(), 42);
    let mut out = vec![7; shape.outputs()];
    kernel.conv2d_i64(&shape, &activations, &weights, 3, &mut out).unwrap();
    assert_eq!(out, expected);
    let window = ConvShape::new(2, [14, 6, 5], 4, [5, 5]);
    assert!(kernel.conv2d_i64(&window, &activations, &vec![0; window.weights()], 0, &mut [0; 16]).is_ok());
    let window = ConvShape::new(1, [1, 7, 7], 1, [7, 7]);
    let refused = kernel.conv2d_i64(&window, &[0; 49], &[0; 49], 0, &mut [0]).unwrap_err();
    assert_eq!(refused, KernelError::Accumulator { terms: 49, largest: 50_000_000, limit: 42 });
}

/// More pixels than a block has, in one image and in several.
#[test]
fn large_images_equal_the_naive_loop() {
    for kind in [TableKind::Wide, TableKind::Words] {
        let table = table(OperandFormat::signed(8, 8), kind, 4);
        for (batch, size, outputs) in [(1, 71, 18), (3, 53, 40), (2, 53, 16)] {
            let mut shape = ConvShape::new(batch, [2, size, size], outputs, [3, 3]);
            shape.padding = [1, 0];
            check_conv(&table, &shape, false, 5);
        }
    }
}

#[test]
fn tables_decide_which_kernels_take_them() {
    let format = OperandFormat::signed(8, 8);
    let of = |kind| -> Vec<&str> {
        kernels(&table(format, kind, 9)).iter().map(|kernel| kernel.kind().name()).collect()
    };
    // The named kernels that this CPU has, fastest first.
    let here = |names: &[&'static str]| -> Vec<&str> {
        let kinds = KernelKind::all().filter(|kind| kind.spec().missing().is_none());
        kinds.map(KernelKind::name).filter(|name| names.contains(name)).collect()
    };
    let any = ["scalar", "rows", "rows_avx2"];
    let words = [&any[..], &["rows_avx512", "avx512"]].concat();
    let low_rank = ["low_rank_scalar", "low_rank_avx2", "low_rank_avx512", "low_rank_vnni"];
    assert_eq!(of(TableKind::Rank(2)), here(&[&words[..], &low_rank[..]].concat()));
    assert_eq!(of(TableKind::Words), here(&words));
    assert_eq!(of(TableKind::Bytes), here(&[&words[..], &["error_plane_avx512"]].concat()));
    assert_eq!(of(TableKind::Wide), here(&any));
    let only = KernelSelection::Only(KernelKind::by_name("low_rank_scalar").unwrap());
    let error = Kernel::new(&table(format, TableKind::Wide, 9), only).unwrap_err();
    assert_eq!(
        error.to_string(),
        "kernel low_rank_scalar only takes tables whose error has up to 16 outer products of small integers; choose auto"
    );
}

#[test]
fn auto_takes_the_fastest_kernel() {
    let format = OperandFormat::signed(8, 8);
    let automatic = |kind| Kernel::new(&table(format, kind, 9), KernelSelection::Auto).unwrap().kind().name();
    let first = |names: &[&'static str]| {
        let has = |name: &&&str| KernelKind::by_name(name).unwrap().spec().missing().is_none();
        *names.iter().find(has).unwrap()
    };
    let products = ["low_rank_vnni", "low_rank_avx2"];
    let rows = ["rows_avx512", "rows_avx2", "rows"];
    assert_eq!(automatic(TableKind::Rank(4)), first(&[&["low_rank_vnni"], &rows[..]].concat()));
    assert_eq!(automatic(TableKind::Rank(1)), first(&[&products[..], &rows[..]].concat()));
    assert_eq!(automatic(TableKind::Rank(0)), first(&[&products[..], &["low_rank_scalar"]].concat()));
    assert_eq!(automatic(TableKind::Bytes), first(&rows));
    assert_eq!(automatic(TableKind::Words), first(&rows));
    assert_eq!(automatic(TableKind::Wide), first(&rows[1..]));
}

#[test]
fn errors_name_the_operand() {
    let table = ProductTable::exact(OperandFormat::unsigned(4, 4)).unwrap();
    let kernel = Kernel::new(&table, KernelSelection::Auto).unwrap();
    let shape = LinearShape { rows: 1, k: 2, outputs: 1 };
    let run = |a: &[u8], w: &[u8]| kernel.linear(&shape, a, w, &mut [0]).unwrap_err().to_string();
    assert_eq!(run(&[1], &[1, 2]), "activations: expected 2 values for this shape, got 1");
    assert_eq!(run(&[1, 2], &[]), "weights: expected 2 values for this shape, got 0");
    assert_eq!(run(&[1, 2], &[3, 16]), "weights[1]: expected an operand of a 4u multiplier, got the code 16");
}

#[test]
fn sums_that_could_overflow_are_rejected() {
    let table = ProductTable::exact(OperandFormat::unsigned(8, 8)).unwrap();
    let shape = LinearShape { rows: 1, k: 33_026, outputs: 1 };
    let codes = vec![255; shape.k];
    let kernel = Kernel::new(&table, KernelSelection::Auto).unwrap();
    let error = kernel.linear(&shape, &codes, &codes, &mut [0]).unwrap_err();
    assert_eq!(error, KernelError::Accumulator { terms: 33_026, largest: 65_025, limit: 33_025 });
    let wide = |groups: usize, window: usize| -> Vec<i64> {
        let mut shape = ConvShape::new(2, [groups * shape.k / window, 1, window], groups, [1, window]);
        shape.groups = groups;
        let (activations, weights) = (vec![255; shape.activations()], vec![255; shape.weights()]);
        let mut out = vec![7; shape.outputs()];
        kernel.conv2d_i64(&shape, &activations, &weights, 0, &mut out).unwrap();
        out
    };
    assert_eq!(wide(1, 1), [65_025 * 33_026; 2]);
    assert_eq!(wide(3, 2), [65_025 * 33_026; 6]);
    // One product less is exact.
    let shape = LinearShape { k: 33_025, ..shape };
    for kernel in kernels(&table) {
        let mut out = [0];
        kernel.linear(&shape, &codes[..shape.k], &codes[..shape.k], &mut out).unwrap();
        assert_eq!(i64::from(out[0]), 65_025 * 33_025, "{}", kernel.kind());
    }
}
