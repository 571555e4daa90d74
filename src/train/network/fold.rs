//! Batch normalization folded into the layer before it, as hardware computes it.
//!
//! In evaluation, batch normalization is y -> (y - mean) g / sqrt(variance + eps) + b for every channel. After a
//! convolution or matrix product w x + c that nothing else reads, that is w' x + c' with w' = w f, c' = (c - mean) f + b
//! and f = g / sqrt(variance + eps) (B. Jacob et al., "Quantization and Training of Neural Networks for Efficient
//! Integer-Arithmetic-Only Inference", CVPR 2018, section 3.2). Statistics are those of `baseline` from then on: what
//! is trained afterwards are the folded weights and biases themselves, without statistics of batches.

use tch::{Kind, Tensor};

use super::{BatchNorm, EPSILON, Model, Work};
use crate::network::layer::MultiplyingLayer;
use axmul_experiment::Source;

impl Model {
    /// Folds every batch normalization that is the only reader of a convolution or matrix product into that layer,
    /// and becomes the identity. Others stay. Does nothing the second time.
    pub fn fold_batch_norms(&mut self) {
        self.folded = true;
        for index in 0..self.nodes.len() {
            let Some(&Source::Layer(before)) = self.nodes[index].inputs.first() else { continue };
            let (earlier, rest) = self.nodes.split_at_mut(index);
            let (producer, node) = (&mut earlier[before], &mut rest[0]);
            if let (1, Work::Multiplying(layer), Work::BatchNorm(norm)) =
                (producer.reads, &mut producer.work, &node.work)
            {
                tch::no_grad(|| fold(layer, norm));
                node.work = Work::Folded;
            }
        }
    }

    /// Whether batch normalization was folded, even if there was none to fold.
    pub fn is_folded(&self) -> bool {
        self.folded
    }
}

fn fold(layer: &mut MultiplyingLayer, norm: &BatchNorm) {
    let double = |tensor: &Tensor| tensor.detach().to_kind(Kind::Double);
    let trained = |tensor: Tensor| tensor.to_kind(Kind::Float).set_requires_grad(true);
    let factor = double(&norm.weight) / (double(&norm.variance) + EPSILON).sqrt();
    let mut along_first = vec![1; layer.weight.dim()];
    along_first[0] = -1;
    let bias = match &layer.bias {
        Some(bias) => double(bias) - double(&norm.mean),
        None => -double(&norm.mean),
    };
    layer.bias = Some(trained(bias * &factor + double(&norm.bias)));
    layer.weight = trained(double(&layer.weight) * factor.view(along_first.as_slice()));
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;
    use crate::network::layer::Mode;
    use crate::tests::seeded;
    use axmul_experiment::{Experiment, Network};

    fn model(network: &Network) -> Model {
        Model::new(network, &Experiment::parse("name: test", "test", &[]).unwrap(), Device::Cpu, 3).unwrap()
    }

    /// Statistics and parameters of batch normalization far from those that leave everything as it is.
    fn shake(model: &Model) {
        tch::no_grad(|| {
            for node in &model.nodes {
                if let Work::BatchNorm(norm) = &node.work {
                    let _ = norm.weight.shallow_clone().uniform_(0.5, 1.5);
                    let _ = norm.bias.shallow_clone().uniform_(-0.5, 0.5);
                    let _ = norm.mean.shallow_clone().uniform_(-0.3, 0.3);
                    let _ = norm.variance.shallow_clone().uniform_(0.2, 2.0);
                }
            }
        });
    }

    fn kept(model: &Model) -> usize {
        model.nodes.iter().filter(|node| matches!(node.work, Work::BatchNorm(_))).count()
    }

    /// w = 3, g = 2, variance 4 - eps, mean 5, b = 7: f = 1, w' = 3, c' = (c - 5) + 7.
    #[test]
    fn folding_by_hand() {
        let text = "
name: tiny
input: [1, 1, 1]
classes: 1
layers:
  - {name: conv, kind: conv2d, channels: 1, kernel: 1}
  - {name: norm, kind: batch_norm}
  - {name: flatten, kind: flatten}
";
        for (bias, expected) in [(false, 2.0), (true, 13.0)] {
            let text = text.replace("kernel: 1}", &format!("kernel: 1, bias: {bias}}}"));
            let mut model = model(&Network::parse(&text, "test").unwrap());
            for (name, tensor) in model.tensors() {
                let value = match name.as_str() {
                    "conv.weight" => 3.0,
                    "conv.bias" => 11.0,
                    "norm.weight" => 2.0,
                    "norm.bias" => 7.0,
                    "norm.running_mean" => 5.0,
                    "norm.running_variance" => 4.0 - EPSILON,
                    _ => 0.0,
                };
                let _ = tch::no_grad(|| tensor.shallow_clone().fill_(value));
            }
            model.fold_batch_norms();
            assert!(model.is_folded());
            let layer = model.layers().next().unwrap();
            let value = |tensor: &Tensor| tensor.double_value(&[0]);
            assert!((layer.weight.reshape([1]).double_value(&[0]) - 3.0).abs() < 1e-6);
            assert!((value(layer.bias.as_ref().unwrap()) - expected).abs() < 1e-5);
            let names: Vec<String> = model.parameters(false).into_iter().map(|p| p.name).collect();
            assert_eq!(names, ["conv.weight", "conv.bias"], "both are trained, the normalization is gone");
        }
    }

    /// The folded network's class scores in evaluation are the unfolded one's within 1e-5 of the largest.
    #[test]
    fn folded_networks_compute_the_same() {
        let _seeded = seeded(8);
        let _guard = tch::no_grad_guard();
        for name in ["lenet5", "resnet8:size=16,width=8,classes=5", "mobilenet_v2:size=32,classes=3"] {
            let network = Network::load(name).unwrap();
            let mut model = model(&network);
            shake(&model);
            let [channels, rows, columns] = network.input.map(|n| n as i64);
            let images = Tensor::randn([4, channels, rows, columns], (Kind::Float, Device::Cpu));
            assert!(kept(&model) > 0, "{name}");
            let before = model.forward(&images, Mode::Fp32, false).unwrap();
            model.fold_batch_norms();
            assert_eq!(kept(&model), 0, "{name}");
            let after = model.forward(&images, Mode::Fp32, false).unwrap();
            let largest = (&after - &before).abs().max().double_value(&[]);
            assert!(largest <= 1e-5 * before.abs().max().double_value(&[]), "{name}: {largest}");
            // Training has no statistics of batches any more.
            assert_eq!(model.forward(&images, Mode::Fp32, true).unwrap().size(), after.size());
            let tensors = model.tensors().len();
            model.fold_batch_norms();
            assert_eq!(model.tensors().len(), tensors);
        }
    }

    /// A convolution that something else reads too, and a normalization of something else than products, stay.
    #[test]
    fn what_is_read_twice_is_not_folded() {
        let _seeded = seeded(9);
        let text = "
name: branches
input: [2, 4, 4]
classes: 3
layers:
  - {name: first, kind: batch_norm}
  - {name: conv, kind: conv2d, channels: 2, kernel: 1}
  - {name: norm, kind: batch_norm}
  - {name: sum, kind: add, from: [norm, conv]}
  - {name: flatten, kind: flatten}
  - {name: linear, kind: linear, features: 3}
";
        let mut model = model(&Network::parse(text, "test").unwrap());
        shake(&model);
        let _guard = tch::no_grad_guard();
        let images = Tensor::randn([2, 2, 4, 4], (Kind::Float, Device::Cpu));
        let before = model.forward(&images, Mode::Fp32, false).unwrap();
        model.fold_batch_norms();
        assert_eq!(kept(&model), 2);
        assert_eq!(model.forward(&images, Mode::Fp32, false).unwrap(), before);
    }
}
