//! Every way to multiply equals a naive loop over the table, bit for bit.

use proptest::prelude::*;
use tch::{Device, Kind, Tensor};

use super::seeded;
use crate::approximate::Approximate;
use crate::network::layer::{Mode, MultiplyingLayer, Product};
use crate::quantization::Codes;
use axmul_experiment::{KernelChoice, Quantization};
use axmul_kernels::{ConvShape, KernelSelection};
use axmul_metrics::{Cost, OperandFormat, ProductTable, Provenance, Tabulated};

/// Ways to multiply; those after the first three are for tables of low rank.
const KERNELS: [KernelChoice; 6] = [
    KernelChoice::Cpu(KernelSelection::Auto),
    KernelChoice::Cpu(KernelSelection::Lookup),
    KernelChoice::Gather,
    KernelChoice::Cpu(KernelSelection::LowRank),
    KernelChoice::LowRankTorch,
    KernelChoice::LowRankInt8,
];

pub fn multiplier(format: OperandFormat, product: impl Fn(i64, i64) -> i64) -> Tabulated {
    let products: Vec<i64> = format.operands().map(|(x, w)| product(x, w)).collect();
    Tabulated {
        name: "test".into(),
        provider: "test".into(),
        table: ProductTable::from_wide(format, &products).unwrap(),
        cost: Cost::default(),
        provenance: Provenance::default(),
    }
}

/// Random codes over the whole range of the quantizer.
fn codes(size: &[i64], affine: bool, zero_point: i64, bits: u8) -> Codes {
    let half = 1 << (bits - 1);
    let (low, high) = if affine { (0, 2 * half) } else { (1 - half, half) };
    let codes = Tensor::randint_low(low, high, size, (Kind::Float, Device::Cpu));
    let kind = if affine { Kind::Uint8 } else { Kind::Int8 };
    Codes { bytes: codes.to_kind(kind), zero_point, affine, bits }
}

/// What the definition says: sum of table entries over all taps, padding being the code of 0, less the terms with
/// zero points, in integers.
fn naive(m: &Tabulated, x: &Codes, w: &Codes, shape: &ConvShape) -> Vec<i64> {
    let whole = |q: &Codes| -> Vec<i64> {
        let codes = q.bytes.to_kind(Kind::Int64).reshape([-1]);
        Vec::try_from(codes).unwrap()
    };
    let (x_codes, w_codes, (z_x, z_w)) = (whole(x), whole(w), (x.zero_point, w.zero_point));
    let [rows, columns] = shape.output();
    let (in_group, out_group) = (shape.channels_in / shape.groups, shape.channels_out / shape.groups);
    let mut all = Vec::new();
    for n in 0..shape.batch {
        for o in 0..shape.channels_out {
            for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                let (mut sum, mut sum_x, mut sum_w, mut taps) = (0, 0, 0, 0);
                for c in 0..in_group {
                    for (i, j) in (0..shape.kernel[0]).flat_map(|i| (0..shape.kernel[1]).map(move |j| (i, j)))
                    {
                        let y =
                            (row * shape.stride[0] + i * shape.dilation[0]) as i64 - shape.padding[0] as i64;
                        let z = (column * shape.stride[1] + j * shape.dilation[1]) as i64
                            - shape.padding[1] as i64;
                        let inside =
                            (0..shape.height as i64).contains(&y) && (0..shape.width as i64).contains(&z);
                        let channel = o / out_group * in_group + c;
                        let place = (n * shape.channels_in + channel) * shape.height * shape.width;
                        let q_x =
                            if inside { x_codes[place + y as usize * shape.width + z as usize] } else { z_x };
                        let q_w = w_codes[((o * in_group + c) * shape.kernel[0] + i) * shape.kernel[1] + j];
                        sum += i64::from(m.table.product(q_x, q_w));
                        (sum_x, sum_w, taps) = (sum_x + q_x, sum_w + q_w, taps + 1);
                    }
                }
                all.push(sum - z_x * sum_w - z_w * sum_x + taps * z_x * z_w);
            }
        }
    }
    all
}

fn whole(sums: &Tensor) -> Vec<i64> {
    let sums: Vec<f64> = Vec::try_from(sums.to_kind(Kind::Double).reshape([-1])).unwrap();
    sums.into_iter()
        .map(|sum| {
            assert_eq!(sum, sum.round(), "sums of whole numbers are whole");
            sum as i64
        })
        .collect()
}

fn shapes() -> Vec<ConvShape> {
    let plain = ConvShape::new(2, [4, 9, 8], 6, [3, 3]);
    vec![
        plain,
        ConvShape { padding: [1, 2], ..plain },
        ConvShape { stride: [2, 2], padding: [1, 1], ..plain },
        ConvShape { dilation: [2, 3], padding: [2, 0], ..plain },
        ConvShape { groups: 2, padding: [1, 1], ..plain },
        ConvShape { groups: 4, channels_out: 4, padding: [1, 1], stride: [2, 1], ..plain },
        ConvShape { kernel: [7, 7], padding: [3, 3], ..plain },
        ConvShape { kernel: [1, 1], ..plain },
    ]
}

/// Multipliers that show a wrong order of operands, padding that bypasses the table, and wrong zero-point terms.
fn multipliers(format: OperandFormat) -> Vec<(&'static str, Tabulated, bool)> {
    let odd = |x: i64, w: i64| (x * 7 + w * 13 + x * w * w) % 23;
    vec![
        ("exact", multiplier(format, |x, w| x * w), true),
        ("no commuting, of rank 2", multiplier(format, |x, w| x * w - (x & 3) * (w & 4) + (x & 7)), true),
        ("0 x 0 is not 0", multiplier(format, |x, w| x * w + 5 + (w & 1)), true),
        ("of high rank", multiplier(format, move |x, w| x * w + odd(x, w)), false),
    ]
}

#[test]
fn convolutions_equal_a_naive_loop() {
    let _seeded = seeded(1);
    for format in [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)] {
        let affine = !format.is_signed();
        for (what, m, low_rank) in multipliers(format) {
            for kernel in &KERNELS[..if low_rank { 6 } else { 3 }] {
                let ready = Approximate::new(&m, *kernel, Device::Cpu).unwrap();
                for shape in shapes() {
                    let (z_x, z_w) = if affine { (37, 141) } else { (0, 0) };
                    let size = [2, 4, 9, 8];
                    let x = codes(&size, affine, z_x, 8);
                    let taps = [shape.channels_out, 4 / shape.groups, shape.kernel[0], shape.kernel[1]];
                    let w = codes(&taps.map(|n| n as i64), affine, z_w, 8);
                    let got = whole(&ready.conv2d(&x, &w, &shape).unwrap());
                    assert!(
                        got == naive(&m, &x, &w, &shape),
                        "{what}, {format}, {}, {shape:?}",
                        ready.kernel()
                    );
                }
            }
        }
    }
}

#[test]
fn matrix_products_equal_a_naive_loop() {
    let _seeded = seeded(2);
    for format in [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)] {
        let affine = !format.is_signed();
        for (what, m, low_rank) in multipliers(format) {
            for kernel in &KERNELS[..if low_rank { 6 } else { 3 }] {
                let ready = Approximate::new(&m, *kernel, Device::Cpu).unwrap();
                let (z_x, z_w) = if affine { (201, 99) } else { (0, 0) };
                let (x, w) = (codes(&[5, 33], affine, z_x, 8), codes(&[7, 33], affine, z_w, 8));
                let got = whole(&ready.linear(&x, &w).unwrap());
                // A matrix product is a convolution of single pixels.
                let shape = ConvShape::new(5, [33, 1, 1], 7, [1, 1]);
                assert!(got == naive(&m, &x, &w, &shape), "{what}, {format}, {}", ready.kernel());
            }
        }
    }
}

/// Sums that fp32 cannot hold are taken in f64, and are then whole all the same.
#[test]
fn sums_beyond_fp32_stay_exact() {
    let format = OperandFormat::signed(8, 8);
    let m = multiplier(format, |x, w| x * w - (x & 1) * (w & 1));
    let all = |value: f64, size: &[i64]| Codes {
        bytes: Tensor::full(size, value, (Kind::Int8, Device::Cpu)),
        zero_point: 0,
        affine: false,
        bits: 8,
    };
    let (x, w) = (all(127.0, &[1, 4001]), all(127.0, &[1, 4001]));
    // 4001 (127^2 - 1) = 64,528,128, and one tap more or less would be rounded away in fp32.
    for kernel in KERNELS {
        let ready = Approximate::new(&m, kernel, Device::Cpu).unwrap();
        assert_eq!(whole(&ready.linear(&x, &w).unwrap()), [4001 * (127 * 127 - 1)]);
    }
}

/// Sums that 32 bits may not hold are taken in 64, in every way that knows no floating point.
#[test]
fn sums_beyond_32_bits_stay_exact() {
    let m = multiplier(OperandFormat::unsigned(8, 8), |x, w| x * w + 400_000 - (x ^ w));
    let (x, w) = (codes(&[3, 6000], true, 12, 8), codes(&[2, 6000], true, 255, 8));
    let expected = naive(&m, &x, &w, &ConvShape::new(3, [6000, 1, 1], 2, [1, 1]));
    assert!(expected.iter().all(|&sum| sum > i64::from(i32::MAX)));
    for kernel in &KERNELS[..2] {
        let ready = Approximate::new(&m, *kernel, Device::Cpu).unwrap();
        assert_eq!(whole(&ready.linear(&x, &w).unwrap()), expected);
    }
}

/// Layer by layer: with the exact multiplier, the output is the integer convolution times one unit, to the bit, and
/// the quantized layer's up to the rounding of its fp32 sums.
#[test]
fn the_exact_multiplier_is_plain_integer_arithmetic() {
    let _seeded = seeded(3);
    for format in [OperandFormat::signed(8, 8), OperandFormat::unsigned(8, 8)] {
        let affine = !format.is_signed();
        let exact = multiplier(format, |x, w| x * w);
        for kernel in KERNELS {
            let ready = std::rc::Rc::new(Approximate::new(&exact, kernel, Device::Cpu).unwrap());
            for shape in shapes() {
                let weight = Tensor::randn(
                    [shape.channels_out, 4 / shape.groups, shape.kernel[0], shape.kernel[1]]
                        .map(|n| n as i64),
                    (Kind::Float, Device::Cpu),
                );
                let product = Product::Conv2d(shape);
                let mut layer = MultiplyingLayer::new(
                    "test",
                    product,
                    (1, shape.fan_in()),
                    (weight, None),
                    &Quantization::default(),
                    affine,
                );
                layer.multiplier = Some(ready.clone().into());
                // Not symmetric around 0, so that the zero point is neither 0 nor the middle.
                let x = Tensor::randn([2, 4, 9, 8], (Kind::Float, Device::Cpu)) + 0.7;
                let approximate = layer.forward(&x, Mode::Approximate, true).unwrap();
                let operands = layer.operands(&x, false).unwrap();
                assert_eq!(operands.x.zero_point != 0, affine);
                let integers = layer.integer_sums(&operands);
                assert_eq!(whole(&integers), naive(&exact, &operands.x, &operands.w, &shape));
                assert_eq!(approximate, integers.to_kind(Kind::Float) * &operands.unit);
                let quantized = layer.forward(&x, Mode::Quantized, false).unwrap();
                let error = (&approximate - &quantized).abs().max().double_value(&[]);
                assert!(error < 1e-4 * quantized.abs().max().double_value(&[]), "{error} {shape:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Weights of every width, with tables of 256 x 2^N products through every kernel: convolutions and matrix
    /// products, with and without groups and padding, signed and with any zero points.
    #[test]
    fn narrow_weights_equal_a_naive_loop(
        bits in 2u8..=8, signed: bool, which in 0usize..4, shape in 0usize..8, z_x in 0i64..256, z_w in 0i64..256,
        seed: u16,
    ) {
        let _seeded = seeded(seed.into());
        let format = if signed { OperandFormat::signed(8, bits) } else { OperandFormat::unsigned(8, bits) };
        let (what, m, low_rank) = multipliers(format).swap_remove(which);
        let shape = shapes()[shape];
        let (z_x, z_w) = if signed { (0, 0) } else { (z_x, z_w >> (8 - bits)) };
        let x = codes(&[2, 4, 9, 8], !signed, z_x, 8);
        let taps = [shape.channels_out, 4 / shape.groups, shape.kernel[0], shape.kernel[1]];
        let w = codes(&taps.map(|n| n as i64), !signed, z_w, bits);
        let (rows, columns) = (codes(&[5, 33], !signed, z_x, 8), codes(&[7, 33], !signed, z_w, bits));
        for kernel in &KERNELS[..if low_rank { 6 } else { 3 }] {
            let ready = Approximate::new(&m, *kernel, Device::Cpu).unwrap();
            let got = whole(&ready.conv2d(&x, &w, &shape).unwrap());
            prop_assert!(got == naive(&m, &x, &w, &shape), "{what}, {format}, {}, {shape:?}", ready.kernel());
            let got = whole(&ready.linear(&rows, &columns).unwrap());
            let pixels = ConvShape::new(5, [33, 1, 1], 7, [1, 1]);
            prop_assert!(got == naive(&m, &rows, &columns, &pixels), "{what}, {format}, {}", ready.kernel());
        }
    }
}

#[test]
fn kernels_that_cannot_are_refused() {
    let odd = multiplier(OperandFormat::signed(4, 4), |x, w| x * w);
    let error = Approximate::new(&odd, KernelChoice::default(), Device::Cpu).unwrap_err().to_string();
    assert_eq!(
        error,
        "multiplier 'test' is 4s; layers compute with activations of 8 bits and weights of 2 to 8"
    );
}
