//! Error predictions of real layers against simulation.

use tch::{Device, Kind, Tensor};

use super::exactness::multiplier;
use super::seeded;
use crate::approximate::Approximate;
use crate::network::layer::{MultiplyingLayer, Operands, Product};
use crate::stages::capture;
use axmul_experiment::assignment::{LayerCapture, predict};
use axmul_experiment::{Granularity, KernelChoice, Quantization};
use axmul_kernels::ConvShape;
use axmul_metrics::OperandFormat;
use axmul_support::random::SplitMix64;

/// A layer and the operands of smooth images, so that neighbouring activations are alike as in real ones.
fn layer(shape: ConvShape, affine: bool, quantization: &Quantization) -> (MultiplyingLayer, Operands) {
    let taps = [shape.channels_out, shape.channels_in / shape.groups, shape.kernel[0], shape.kernel[1]];
    let weight = Tensor::randn(taps.map(|n| n as i64), (Kind::Float, Device::Cpu));
    let sizes = (100, shape.fan_in());
    let mut layer =
        MultiplyingLayer::new("test", Product::Conv2d(shape), sizes, (weight, None), quantization, affine);
    let size = [shape.batch, shape.channels_in, shape.height, shape.width].map(|n| n as i64);
    let x =
        Tensor::randn(size, (Kind::Float, Device::Cpu)).avg_pool2d([3, 3], [1, 1], [1, 1], false, true, None);
    let operands = layer.operands(&x.relu(), true).unwrap();
    (layer, operands)
}

fn draw(counts: &[u32], total: u32, random: &mut impl FnMut() -> u32) -> usize {
    let mut rest = random() % total;
    counts.iter().position(|&count| rest.checked_sub(count).map(|r| rest = r).is_none()).unwrap()
}

/// The deviation of `n` sums of K errors: a row of the capture at random, then operands from its histogram and from
/// that of the weights it meets.
fn simulate(capture: &LayerCapture, errors: &[i64], n: usize) -> f64 {
    let mut generator = SplitMix64::new(7);
    let mut random = || (generator.next_u64() >> 33) as u32;
    let populations = &capture.populations;
    let sums: Vec<f64> = (0..n)
        .map(|_| {
            let population = &populations[random() as usize % populations.len()];
            let row = &population.rows[random() as usize % population.rows.len()];
            let (row_total, weights_total) = (row.iter().sum(), population.weights.iter().sum());
            let sum: i64 = (0..capture.fan_in)
                .map(|_| {
                    let x = draw(row, row_total, &mut random);
                    errors
                        [x * population.weights.len() + draw(&population.weights, weights_total, &mut random)]
                })
                .sum();
            sum as f64 * population.scale
        })
        .collect();
    let mean = sums.iter().sum::<f64>() / n as f64;
    (sums.iter().map(|sum| (sum - mean) * (sum - mean)).sum::<f64>() / n as f64).sqrt()
}

/// Against 10,000 simulated sums, whose own standard error is 0.7 %: within 3 %. Against what the layer really does,
/// where taps and weights are not independent: within 35 %, and mostly much closer.
#[test]
fn predictions_agree_with_monte_carlo_and_with_the_layer() {
    let _seeded = seeded(4);
    let plain = ConvShape { padding: [2, 2], ..ConvShape::new(16, [6, 14, 14], 16, [5, 5]) };
    let channel = Quantization {
        weights: axmul_experiment::WeightQuantization {
            granularity: Granularity::Channel,
            ..Default::default()
        },
        ..Quantization::default()
    };
    let narrow = |bits: u8| Quantization {
        weights: axmul_experiment::WeightQuantization { bits, ..Default::default() },
        ..Quantization::default()
    };
    for (shape, affine, quantization) in [
        (plain, false, narrow(4)),
        (plain, true, narrow(5)),
        (plain, false, Quantization::default()),
        (plain, true, Quantization::default()),
        (ConvShape { groups: 2, ..plain }, false, Quantization::default()),
        (plain, false, channel),
    ] {
        let bits = quantization.weights.bits;
        let format = if affine { OperandFormat::unsigned(8, bits) } else { OperandFormat::signed(8, bits) };
        let m = multiplier(format, |x, w| (x * w) & !63);
        let (layer, operands) = layer(shape, affine, &quantization);
        let observed = capture::observe(&layer, &operands, 512);
        observed.check().unwrap();
        let map = m.error_map();
        let predicted = predict(&observed, &map);
        let simulated = simulate(&observed, map.errors(), 10_000);
        assert!((predicted.std / simulated - 1.0).abs() < 0.03, "{} {simulated} {shape:?}", predicted.std);

        let ready = Approximate::new(&m, KernelChoice::default(), Device::Cpu).unwrap();
        let approximate = ready.conv2d(&operands.x, &operands.w, &shape).unwrap();
        let mut error = layer.integer_sums(&operands) - approximate.to_kind(Kind::Double);
        if operands.unit.dim() == 1 {
            error *= operands.unit.to_kind(Kind::Double).view([1, -1, 1, 1]);
        }
        let real = error.std(false).double_value(&[]);
        assert!((predicted.std / real - 1.0).abs() < 0.35, "{} {real} {shape:?}", predicted.std);
    }
}

/// The capture by hand: one image of one channel, 2x2 pixels, a 2x2 kernel, padding 1.
#[test]
fn captures_by_hand() {
    let _seeded = seeded(6);
    let shape = ConvShape { padding: [1, 1], ..ConvShape::new(1, [1, 2, 2], 1, [2, 2]) };
    let weight = Tensor::from_slice(&[127f32, -127.0, 0.0, 127.0]).view([1, 1, 2, 2]);
    let mut layer = MultiplyingLayer::new(
        "test",
        Product::Conv2d(shape),
        (36, 4),
        (weight, None),
        &Quantization::default(),
        false,
    );
    let x = Tensor::from_slice(&[127f32, 0.0, 0.0, 0.0]).view([1, 1, 2, 2]);
    let operands = layer.operands(&x, true).unwrap();
    let observed = capture::observe(&layer, &operands, 64);
    // The bright pixel meets each tap once in nine outputs: 127 * 127 twice, -127 * 127 once, else 0.
    let square = 127f64 * 127.0;
    let (mean, power) = (square / 9.0, 3.0 * square * square / 9.0);
    assert!((observed.std_output - (power - mean * mean).sqrt()).abs() < 1e-6);
    let population = &observed.populations[0];
    assert_eq!((population.weights[1], population.weights[128], population.weights[255]), (1, 1, 2));
    assert_eq!(population.rows.len(), 64);
    for row in &population.rows {
        assert_eq!(row.iter().sum::<u32>(), 4);
        assert!(row[128] == 4 || (row[128] == 3 && row[255] == 1));
    }
    assert!(population.rows.iter().any(|row| row[255] == 1));
}
