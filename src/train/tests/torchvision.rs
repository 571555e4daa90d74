//! Class scores against those of torchvision, with weights and images that both sides evaluate from a formula:
//! scripts/torchvision_logits.py says which, and wrote what is compared with.

use tch::{Device, Kind, Tensor};

use super::seeded;
use crate::network::Model;
use crate::network::layer::Mode;
use crate::requests::infer;
use axmul_data::npy::NpyArray;
use axmul_experiment::{Experiment, Network};

/// What a score may differ by, as a share of the largest |score|.
const TOLERANCE: f64 = 1e-4;

fn fnv(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |value, byte| {
        (value ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// u(name, i) for i below `count`.
fn u(name: &str, count: usize) -> impl Iterator<Item = f64> {
    let key = fnv(name);
    (1..=count as u64).map(move |i| {
        let mut z = key.wrapping_add(i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 40) as f64 / f64::from(1 << 23) - 1.0
    })
}

/// The tensor that torchvision calls `name`.
fn tensor(name: &str, shape: &[i64]) -> Tensor {
    let count: i64 = shape.iter().product();
    let of: Box<dyn Fn(f64) -> f64> = if name.ends_with(".running_var") {
        Box::new(|u| 1.0 + u / 2.0)
    } else if name.ends_with(".bias") || name.ends_with(".running_mean") {
        Box::new(|u| u / 10.0)
    } else if shape.len() == 1 {
        Box::new(|u| 1.0 + u / 4.0)
    } else {
        let bound = (6.0 / (count / shape[0]) as f64).sqrt();
        Box::new(move |u| u * bound)
    };
    let values: Vec<f32> = u(name, count as usize).map(|u| of(u) as f32).collect();
    Tensor::from_slice(&values).reshape(shape)
}

fn images(side: usize) -> Tensor {
    let plane = side * side;
    let colours: Vec<f64> = u("colours", 6).collect();
    let noise = u("images", 6 * plane).enumerate();
    let values: Vec<f32> = noise.map(|(i, u)| (u + 2.0 * colours[i / plane]) as f32).collect();
    Tensor::from_slice(&values).view([2, 3, side as i64, side as i64])
}

/// The largest difference of a score, as a share of the largest |score|; the tensor `left_out` stays as it is made.
fn difference(name: &str, side: usize, left_out: &str) -> f64 {
    let network = Network::load(&format!("{name}:size={side}")).unwrap();
    let experiment = Experiment::parse("name: test\ndevice: cpu", "test", &[]).unwrap();
    let mut model = Model::new(&network, &experiment, Device::Cpu, 1).unwrap();
    for (ours, mut to) in model.tensors() {
        let Some(name) = axmul_experiment::published_name(&ours).filter(|name| name != left_out) else {
            continue;
        };
        tch::no_grad(|| to.copy_(&tensor(&name, &to.size())));
    }
    let got = Tensor::from_slice(&infer::scores(&mut model, &images(side), Mode::Fp32).unwrap());
    let path = format!("{}/../../tests/fixtures/torchvision/{name}.npy", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).unwrap();
    let expected = NpyArray::open(&bytes).unwrap();
    assert_eq!(expected.shape(), [2, 1000], "{name}");
    let expected = Tensor::from_slice(&expected.values::<f32>().unwrap());
    let largest = |of: &Tensor| of.to_kind(Kind::Double).abs().max().double_value(&[]);
    largest(&(got - &expected)) / largest(&expected)
}

/// One after the other, for VGG has more than 130 million weights.
#[test]
fn scores_are_those_of_torchvision() {
    let _seeded = seeded(1);
    let networks = [
        ("resnet18", 64),
        ("resnet34", 64),
        ("resnet50", 64),
        ("alexnet", 96),
        ("mobilenet_v2", 64),
        ("vgg11_bn", 64),
        ("vgg13_bn", 64),
        ("vgg16_bn", 64),
        ("vgg19_bn", 64),
    ];
    for (name, side) in networks {
        let difference = difference(name, side, "");
        println!("{name}: {difference:.2e} of the largest score");
        assert!(difference < TOLERANCE, "{name}: {difference}");
    }
    // A bias of the first layers is enough to show.
    for (name, side, left_out) in [("resnet50", 64, "bn1.bias"), ("mobilenet_v2", 64, "features.0.1.bias")] {
        let difference = difference(name, side, left_out);
        assert!(difference > 10.0 * TOLERANCE, "{name}: {difference}");
    }
}
