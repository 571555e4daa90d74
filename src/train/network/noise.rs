//! Noise on outputs, and the loss that rewards a layer for bearing it.

use std::sync::OnceLock;

use tch::{Device, Kind, Tensor};

use crate::quantization::on_cpu;
use crate::tensors::{elementwise, slices};
use crate::{TrainError, autograd};

/// Bits of what chooses a value of [`normals`].
const CHOICE: u32 = 16;

/// Noise that was added to a value: N(0, 1) by a seed, times `deviation` of the value, times `sigma`. `straight_through.cpp` has
/// the same.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    /// The mean of the value.
    pub mean: f64,
    /// The population standard deviation of the value.
    pub deviation: f64,
    /// How much of it the noise has.
    pub sigma: f64,
    /// What the noise follows from.
    pub seed: i64,
}

/// `y + eps * std(y) * sigma`, eps being N(0, 1) for every element and std(y) the population standard deviation of the
/// whole tensor. Gradients flow through y, std(y) and sigma. eps follows from libtorch's generator.
pub fn noisy(y: &Tensor, sigma: &Tensor) -> Result<Tensor, TrainError> {
    let Some(value) = on_cpu(y) else { return Ok(add_noise(y, sigma, &y.randn_like())) };
    let seed = tch::no_grad(|| Tensor::randint(i64::MAX, [1], (Kind::Int64, Device::Cpu)).int64_value(&[0]));
    let (mean, deviation) = elementwise::moments(slices::floats(&value));
    let noise = Noise { mean, deviation, sigma: sigma.double_value(&[]), seed };
    let mut out = Tensor::empty_like(&value);
    let amplitude = (noise.deviation * noise.sigma) as f32;
    elementwise::add_noise(
        slices::floats(&value),
        normals(),
        seed as u64,
        amplitude,
        slices::floats_mut(&mut out),
    );
    Ok(autograd::noisy(y, sigma, &out, &noise)?)
}

impl Noise {
    /// The gradients of the value and of sigma, from that of the noisy value, which is on the CPU.
    ///
    /// With n values of mean m and deviation s, d s / d y = (y - m) / (n s), so that y gets
    /// g + sum(g eps) sigma (y - m) / (n s), and sigma gets s sum(g eps).
    pub fn gradients(&self, gradient: &Tensor, noisy: &Tensor) -> (Tensor, f64) {
        let gradient = on_cpu(gradient).expect("a value on the CPU has its gradient there");
        let noisy = on_cpu(noisy).expect("a value on the CPU is noisy there");
        let (gradients, noisy) = (slices::floats(&gradient), slices::floats(&noisy));
        let (normals, seed) = (normals(), self.seed as u64);
        let product = elementwise::noise_product(gradients, normals, seed);
        let spread = noisy.len() as f64 * self.deviation;
        // A constant has no deviation to change.
        let share = if spread > 0.0 { product * self.sigma / spread } else { 0.0 };
        let mut out = Tensor::empty_like(&gradient);
        let noise = elementwise::Centring {
            share: share as f32,
            mean: self.mean as f32,
            amplitude: (self.deviation * self.sigma) as f32,
        };
        elementwise::add_centred(gradients, noisy, normals, seed, noise, slices::floats_mut(&mut out));
        (out, self.deviation * product)
    }
}

/// Equally likely values of N(0, 1): the quantiles in the middle of 2^16 equal parts, scaled to a variance of 1.
fn normals() -> &'static [f32; 1 << CHOICE] {
    static NORMALS: OnceLock<Box<[f32; 1 << CHOICE]>> = OnceLock::new();
    NORMALS.get_or_init(|| {
        let count = f64::from(1u32 << CHOICE);
        let middles = (Tensor::arange(1i64 << CHOICE, (Kind::Double, Device::Cpu)) + 0.5) / count;
        let quantiles = (middles * 2.0 - 1.0).erfinv();
        let values: Vec<f64> = Vec::try_from(&quantiles / quantiles.std(false)).expect("they are f64");
        let values: Box<[f32]> = values.into_iter().map(|value| value as f32).collect();
        values.try_into().expect("as many as there are choices")
    })
}

/// [`noisy`] by operations of libtorch, on any device.
fn add_noise(y: &Tensor, sigma: &Tensor, eps: &Tensor) -> Tensor {
    y + eps * (y.std(false) * sigma)
}

/// What the search subtracts from the cross entropy: lambda * sum over layers of share * min(|sigma|, sigma_max),
/// share being the layer's part of the network's multiplications. All vectors are `[layers]`.
pub fn reward(sigma: &Tensor, shares: &Tensor, lambda: f64, sigma_max: f64) -> Tensor {
    (sigma.abs().clamp_max(sigma_max) * shares).sum(tch::Kind::Float) * lambda
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;

    fn close(got: &Tensor, want: &[f64]) {
        let got: Vec<f64> = Vec::try_from(got.to_kind(Kind::Double).reshape([-1])).unwrap();
        assert_eq!(got.len(), want.len());
        for (g, w) in got.iter().zip(want) {
            assert!((g - w).abs() < 1e-5, "{got:?} {want:?}");
        }
    }

    /// y = (1, 3): std 1. d std / d y_i = (y_i - mean) / (n std) = -1/2, 1/2.
    #[test]
    fn noise_by_hand() {
        let y = Tensor::from_slice(&[1f32, 3.0]).set_requires_grad(true);
        let sigma = Tensor::from(0.5f32).set_requires_grad(true);
        let eps = Tensor::from_slice(&[2f32, -1.0]);
        let noisy = add_noise(&y, &sigma, &eps);
        close(&noisy, &[2.0, 2.5]);
        let upstream = Tensor::from_slice(&[1f32, 10.0]);
        (&noisy * upstream).sum(Kind::Float).backward();
        // Upstream times eps: 2 - 10 = -8; times std for sigma, times sigma * d std for y.
        close(&sigma.grad(), &[-8.0]);
        close(&y.grad(), &[1.0 + 2.0, 10.0 - 2.0]);
    }

    #[test]
    fn noise_has_the_deviation_it_claims() {
        let _seeded = crate::tests::seeded(5);
        let y = Tensor::randn([200_000], (Kind::Float, tch::Device::Cpu)) * 3.0 + 7.0;
        let sigma = Tensor::from(-0.25f32);
        for noisy in [noisy(&y, &sigma).unwrap(), add_noise(&y, &sigma, &y.randn_like())] {
            let noise = noisy - &y;
            let std = noise.std(false).double_value(&[]);
            // The standard error of a deviation of n values is 1 / sqrt(2 n) of it: 0.16 %.
            assert!((std / (3.0 * 0.25) - 1.0).abs() < 0.01, "{std}");
            // N(0, 1) has fourth moments of 3, and nothing to do with its neighbour.
            let unit = noise / std;
            let fourth = unit.pow_tensor_scalar(4).mean(Kind::Double).double_value(&[]);
            assert!((fourth - 3.0).abs() < 0.1, "{fourth}");
            let neighbours = (unit.narrow(0, 1, 199_999) * unit.narrow(0, 0, 199_999)).mean(Kind::Double);
            assert!(neighbours.double_value(&[]).abs() < 0.01);
        }
    }

    /// Noise of a seed has the gradients that libtorch finds for the same noise, and is drawn anew every time.
    #[test]
    fn passes_have_the_gradients_of_operations() {
        let _seeded = crate::tests::seeded(6);
        let y = Tensor::randn([3, 7, 41, 43], (Kind::Float, tch::Device::Cpu)) * 3.0 + 0.5;
        let leaves = || [y.copy(), Tensor::from(0.3f32)].map(|t| t.set_requires_grad(true));
        let [y1, sigma1] = leaves();
        let first = noisy(&y1, &sigma1).unwrap();
        let eps = tch::no_grad(|| (&first - &y) / (y.std(false) * &sigma1));
        let [y2, sigma2] = leaves();
        let second = add_noise(&y2, &sigma2, &eps);
        let upstream = first.detach().cos() + 0.2;
        for result in [&first, &second] {
            (result * &upstream).sum(Kind::Float).backward();
        }
        let largest = |t: Tensor| t.abs().max().double_value(&[]);
        assert!(largest(y1.grad() - y2.grad()) < 1e-4 * largest(y2.grad()));
        assert!(largest(sigma1.grad() - sigma2.grad()) < 1e-3 * largest(sigma2.grad()));
        let again = noisy(&y, &sigma1).unwrap();
        assert!(largest(again - first) > 0.1);
        // A constant bears no noise, and its gradient passes.
        let constant = Tensor::full([5], 2.0, (Kind::Float, tch::Device::Cpu)).set_requires_grad(true);
        let still = noisy(&constant, &sigma1).unwrap();
        still.sum(Kind::Float).backward();
        close(&still, &[2.0; 5]);
        close(&constant.grad(), &[1.0; 5]);
    }

    /// The gradient is lambda * share * sign(sigma) below the cap and 0 above it.
    #[test]
    fn rewards_by_hand() {
        let sigma = Tensor::from_slice(&[0.1f32, -0.2, 0.9]).set_requires_grad(true);
        let shares = Tensor::from_slice(&[0.5f32, 0.3, 0.2]);
        let reward = reward(&sigma, &shares, 2.0, 0.5);
        close(&reward, &[2.0 * (0.05 + 0.06 + 0.1)]);
        reward.backward();
        close(&sigma.grad(), &[1.0, -0.6, 0.0]);
    }
}
