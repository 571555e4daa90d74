//! Noise on outputs, and the loss that rewards a layer for bearing it.

use tch::Tensor;

/// `y + eps * std(y) * sigma`, eps being N(0, 1) for every element and std(y) the population standard deviation of
/// the whole tensor. Gradients flow through y, std(y) and sigma.
pub fn add_noise(y: &Tensor, sigma: &Tensor, eps: &Tensor) -> Tensor {
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
        let _seeded = crate::training::torch::tests::seeded(5);
        let y = Tensor::randn([200_000], (Kind::Float, tch::Device::Cpu)) * 3.0 + 7.0;
        let noisy = add_noise(&y, &Tensor::from(-0.25f32), &y.randn_like());
        let std = (noisy - &y).std(false).double_value(&[]);
        // The standard error of a deviation of n values is 1 / sqrt(2 n) of it: 0.16 %.
        assert!((std / (3.0 * 0.25) - 1.0).abs() < 0.01, "{std}");
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
