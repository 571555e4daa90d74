//! One pass over the images.

use tch::{Kind, Tensor};

use super::TrainError;
use super::dataset::Images;
use super::layers::Mode;
use super::network::Model;
use super::noise;
use super::optimizer::Optimizer;
use crate::data::augment::Draw;
use crate::training::plan::{Search, StageName};

/// Images at a time where nothing is learned; fewer of those that have more values than [`SMALL_IMAGE`].
const EVALUATION_BATCH: usize = 500;
/// Values of an image of three channels and 64x64 pixels.
const SMALL_IMAGE: usize = 3 * 64 * 64;

/// Loss and accuracy on some images.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Mean cross entropy.
    pub loss: f64,
    /// Share of right answers, 0 to 1.
    pub top1: f64,
    /// Share of images whose class is among the five highest scores; where there are more than five classes, and
    /// nothing is learned.
    pub top5: Option<f64>,
    /// Number of images.
    pub images: usize,
}

/// How an epoch is trained.
#[derive(Debug)]
pub struct Pass<'a> {
    /// The stage, which names errors.
    pub stage: StageName,
    /// The epoch, from 1.
    pub epoch: u32,
    /// How layers with multipliers compute.
    pub mode: Mode,
    /// Indices of the images, in their order; the last batch may be smaller.
    pub order: &'a Tensor,
    /// Images in a batch.
    pub batch: usize,
    /// What random changes of the images follow from.
    pub draw: Draw,
    /// For `search`: what noise is worth.
    pub search: Option<&'a Search>,
}

impl Pass<'_> {
    /// Batches of the pass. A last batch of one image is dropped: it has no variance to normalise by.
    pub fn batches(&self) -> usize {
        let images = self.order.size()[0] as usize;
        images / self.batch + usize::from(images % self.batch > 1)
    }
}

/// Trains over the images once. `rate` is the learning rate by the number of batches done; `report` hears of the
/// batches done and the score so far, about twenty times.
pub fn train(
    model: &mut Model,
    optimizer: &mut Optimizer,
    images: &Images,
    pass: &Pass<'_>,
    rate: impl Fn(usize) -> f64,
    mut report: impl FnMut(usize, Score) -> Result<(), TrainError>,
) -> Result<Score, TrainError> {
    let batches = pass.batches();
    let total_opcount: u64 = model.layers().map(|layer| layer.opcount).sum();
    let shares: Vec<f32> = model.layers().map(|l| (l.opcount as f64 / total_opcount as f64) as f32).collect();
    let shares = Tensor::from_slice(&shares).to_device(model.device());
    let zero = || Tensor::zeros([0i64; 0], (Kind::Double, model.device()));
    let (mut loss_sum, mut right, mut seen) = (zero(), zero(), 0);
    let mut score = Score::default();
    for batch in 0..batches {
        let start = batch * pass.batch;
        let count = pass.batch.min(pass.order.size()[0] as usize - start);
        let (x, labels) =
            images.training_batch(&pass.order.narrow(0, start as i64, count as i64), pass.draw)?;
        let scores = model.forward(&x, pass.mode, true)?;
        let entropy = scores.cross_entropy_for_logits(&labels);
        optimizer.zero_grad();
        match pass.search {
            None => entropy.f_backward()?,
            Some(search) => {
                let sigma: Vec<_> = model.layers().map(|layer| layer.sigma.shallow_clone()).collect();
                let reward =
                    noise::reward(&Tensor::stack(&sigma, 0), &shares, search.lambda, search.sigma_max);
                (&entropy - reward).f_backward()?;
            }
        }
        optimizer.step(rate(batch));

        seen += count;
        tch::no_grad(|| {
            loss_sum += entropy.to_kind(Kind::Double) * count as f64;
            right += scores.argmax(1, false).eq_tensor(&labels).sum(Kind::Double);
        });
        // Reading a figure waits for the device, so not at every batch.
        if (batch + 1).is_multiple_of(batches.div_ceil(20)) || batch + 1 == batches {
            let mean = |sum: &Tensor| sum.double_value(&[]) / seen as f64;
            score = Score { loss: mean(&loss_sum), top1: mean(&right), top5: None, images: seen };
            if !score.loss.is_finite() {
                return Err(TrainError::Diverged { stage: pass.stage, epoch: pass.epoch, loss: score.loss });
            }
            report(batch + 1, score)?;
        }
    }
    Ok(score)
}

/// Images of a shape at a time where nothing is learned.
pub fn evaluation_batch(shape: &[usize; 3]) -> usize {
    let values: usize = shape.iter().product();
    (EVALUATION_BATCH * SMALL_IMAGE / values.max(SMALL_IMAGE)).max(1)
}

/// Loss and accuracy, with nothing learned and nothing observed.
pub fn evaluate(model: &mut Model, images: &Images, mode: Mode) -> Result<Score, TrainError> {
    let _guard = tch::no_grad_guard();
    let (mut loss, mut right, mut near) = (0.0, 0.0, None);
    let batch = evaluation_batch(&images.shape());
    for start in (0..images.len()).step_by(batch) {
        let (x, labels) = images.range(start, batch);
        let scores = model.forward(&x, mode, false)?;
        let count = labels.size()[0] as f64;
        loss += scores.cross_entropy_for_logits(&labels).double_value(&[]) * count;
        right += scores.argmax(1, false).eq_tensor(&labels).sum(Kind::Double).double_value(&[]);
        if scores.size()[1] > 5 {
            let (_, five) = scores.topk(5, 1, true, false);
            let among = five.eq_tensor(&labels.unsqueeze(1)).sum(Kind::Double).double_value(&[]);
            *near.get_or_insert(0.0) += among;
        }
    }
    let images = images.len();
    let share = |sum: f64| sum / images as f64;
    Ok(Score { loss: share(loss), top1: share(right), top5: near.map(share), images })
}
