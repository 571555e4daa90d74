//! Statistics of batch normalization, estimated anew.

use tch::Tensor;

use super::{BatchNorm, Model, STATISTICS_MOMENTUM, Work, take};
use crate::TrainError;
use crate::network::layer::Mode;

/// Images of a batch whose statistics are averaged.
const BATCH: i64 = 128;

/// Running statistics of a model's batch normalization, kept aside.
#[derive(Debug)]
pub struct Statistics(Vec<(Tensor, Tensor)>);

impl Model {
    /// Replaces the running means and variances of batch normalization by the mean of those of batches of 128 of these
    /// images, with layers computing in `mode`. Nothing else changes, activation ranges neither.
    ///
    /// Approximate products move the mean and the variance of a layer's output; this moves the normalization after it
    /// along, for free.
    pub fn reestimate_statistics(&mut self, images: &Tensor, mode: Mode) -> Result<(), TrainError> {
        if !self.nodes.iter().any(|node| matches!(node.work, Work::BatchNorm(_))) {
            return Ok(());
        }
        let _guard = tch::no_grad_guard();
        // A last batch of one image has no variance.
        let batches = images.split(BATCH, 0).into_iter().filter(|batch| batch.size()[0] > 1);
        for (done, batch) in batches.enumerate() {
            // The running mean of all batches so far.
            self.norms_mut().for_each(|norm| norm.momentum = 1.0 / (done + 1) as f64);
            let mut kept: Vec<Option<(Tensor, usize)>> = Vec::with_capacity(self.nodes.len());
            for node in &mut self.nodes {
                let inputs: Vec<Tensor> =
                    node.inputs.iter().map(|source| take(&mut kept, *source, &batch)).collect();
                let normalizes = matches!(node.work, Work::BatchNorm(_));
                let output = node.work.apply(&inputs, mode, normalizes, &mut |_, _| Ok(()))?;
                kept.push((node.reads > 0).then_some((output, node.reads)));
            }
        }
        self.norms_mut().for_each(|norm| norm.momentum = STATISTICS_MOMENTUM);
        Ok(())
    }

    /// A copy of the running statistics.
    pub fn statistics(&self) -> Statistics {
        let of = |node: &super::Node| match &node.work {
            Work::BatchNorm(norm) => Some((norm.mean.copy(), norm.variance.copy())),
            _ => None,
        };
        Statistics(self.nodes.iter().filter_map(of).collect())
    }

    /// Puts statistics of the same model back.
    pub fn restore_statistics(&mut self, statistics: &Statistics) {
        let _guard = tch::no_grad_guard();
        for (norm, (mean, variance)) in self.norms_mut().zip(&statistics.0) {
            norm.mean.copy_(mean);
            norm.variance.copy_(variance);
        }
    }

    fn norms_mut(&mut self) -> impl Iterator<Item = &mut BatchNorm> {
        self.nodes.iter_mut().filter_map(|node| match &mut node.work {
            Work::BatchNorm(norm) => Some(norm),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;
    use crate::tests::seeded;
    use axmul_experiment::{Experiment, Network};

    /// The first normalization of a network gets the mean of its batches' means, to fp32 rounding of sums of so many values;
    /// restoring brings back what was there, and activation ranges stay.
    #[test]
    fn statistics_are_those_of_the_images() {
        let experiment = Experiment::parse("name: statistics", "test", &[]).unwrap();
        let network = Network::load("lenet5").unwrap();
        let mut model = Model::new(&network, &experiment, Device::Cpu, 1).unwrap();
        let _turn = seeded(3);
        let images = Tensor::randn([300, 1, 28, 28], (Kind::Float, Device::Cpu));
        let before = model.statistics();
        model.reestimate_statistics(&images, Mode::Fp32).unwrap();
        let first = model.layers().next().unwrap();
        let mean_of = |batch: Tensor| {
            let y = batch.conv2d(&first.weight, first.bias.as_ref(), [1, 1], [2, 2], [1, 1], 1);
            y.mean_dim([0i64, 2, 3].as_slice(), false, Kind::Float)
        };
        let means: Vec<Tensor> = images.split(BATCH, 0).into_iter().map(mean_of).collect();
        let expected = Tensor::stack(&means, 0).mean_dim(0, false, Kind::Float);
        let after = model.statistics();
        let difference = (&after.0[0].0 - expected).abs().max().double_value(&[]);
        assert!(difference < 1e-5, "{difference}");
        assert!((&after.0[0].0 - &before.0[0].0).abs().max().double_value(&[]) > 1e-4);
        model.restore_statistics(&before);
        assert_eq!(model.statistics().0[0].0, before.0[0].0);
        assert_eq!(model.norms_mut().next().unwrap().momentum, STATISTICS_MOMENTUM);
        assert!(model.layers().all(|layer| layer.observer.range().is_none()));
    }
}
