//! One pass over the images.

use tch::{Kind, Reduction, Tensor};

use crate::TrainError;
use crate::data::batches::Batches;
use crate::data::dataset::Images;
use crate::network::Model;
use crate::network::layer::Mode;
use crate::network::noise;
use crate::optimizer::Optimizer;
use axmul_data::augment::AugmentDraw;
use axmul_experiment::{Confusion, Search, StageName};

/// Images at a time where nothing is learned; fewer of those that have more values than [`SMALL_IMAGE`].
const EVALUATION_BATCH: usize = 500;
/// Classes among which the right one must be, for top-5.
const LIKELIEST: i64 = 5;
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
    pub draw: AugmentDraw,
    /// For `search`: what noise is worth.
    pub search: Option<&'a Search>,
}

impl Pass<'_> {
    /// Batches of the pass. A last batch of one image is dropped: it has no variance to normalize by.
    pub fn batches(&self) -> usize {
        let images = self.order.size()[0] as usize;
        images / self.batch + usize::from(images % self.batch > 1)
    }

    /// The error of a loss that is no number, after a batch, from 1.
    pub fn diverged(&self, batch: usize, loss: f64) -> TrainError {
        let (stage, epoch, batches) = (self.stage, self.epoch, self.batches());
        TrainError::Diverged { stage, epoch, batch, batches, loss }
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
    report: impl FnMut(usize, Score) -> Result<(), TrainError>,
) -> Result<Score, TrainError> {
    std::thread::scope(|scope| {
        let ready = Batches::start(scope, images, pass.order, pass.batch, pass.draw)?;
        train_on(model, optimizer, ready, pass, rate, report)
    })
}

fn train_on(
    model: &mut Model,
    optimizer: &mut Optimizer,
    mut ready: Batches<'_>,
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
    // Batches before the loss became no number.
    let mut finite = zero();
    let smoothing = optimizer.training().label_smoothing;
    let mut score = Score::default();
    for batch in 0..batches {
        let (x, labels) = ready.next()?;
        let count = labels.size()[0] as usize;
        let scores = model.forward(&x, pass.mode, true)?;
        let entropy = cross_entropy(&scores, &labels, smoothing);
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
            finite += loss_sum.isfinite();
            right += scores.argmax(1, false).eq_tensor(&labels).sum(Kind::Double);
        });
        // Reading a figure waits for the device, so not at every batch.
        if (batch + 1).is_multiple_of(batches.div_ceil(20)) || batch + 1 == batches {
            let mean = |sum: &Tensor| sum.double_value(&[]) / seen as f64;
            score = Score { loss: mean(&loss_sum), top1: mean(&right), top5: None, images: seen };
            if !score.loss.is_finite() {
                let batch = finite.double_value(&[]) as usize + 1;
                return Err(pass.diverged(batch, score.loss));
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

/// The mean cross entropy of scores `[N, classes]` and classes `[N]`; `smoothing` is the share of the aim that is
/// spread evenly over all classes.
fn cross_entropy(scores: &Tensor, labels: &Tensor, smoothing: f64) -> Tensor {
    if smoothing == 0.0 {
        return scores.cross_entropy_for_logits(labels);
    }
    scores.cross_entropy_loss::<Tensor>(labels, None, Reduction::Mean, -100, smoothing)
}

/// Loss and accuracy, with nothing learned and nothing observed.
pub fn evaluate(model: &mut Model, images: &Images, mode: Mode) -> Result<Score, TrainError> {
    evaluate_counting(model, images, mode, None)
}

/// Like [`evaluate`], counting which class every image was taken for.
pub fn evaluate_counting(
    model: &mut Model,
    images: &Images,
    mode: Mode,
    mut confusion: Option<&mut Confusion>,
) -> Result<Score, TrainError> {
    let _guard = tch::no_grad_guard();
    let (mut loss, mut right, mut among) = (0.0, 0.0, None);
    let batch = evaluation_batch(&images.shape());
    for start in (0..images.len()).step_by(batch) {
        let (x, labels) = images.range(start, batch);
        let scores = model.forward(&x, mode, false)?;
        let count = labels.size()[0] as f64;
        loss += scores.cross_entropy_for_logits(&labels).double_value(&[]) * count;
        let answers = scores.argmax(1, false);
        right += answers.eq_tensor(&labels).sum(Kind::Double).double_value(&[]);
        if scores.size()[1] > LIKELIEST {
            let (_, likeliest) = scores.topk(LIKELIEST, 1, true, true);
            let hits = likeliest.eq_tensor(&labels.unsqueeze(1)).sum(Kind::Double);
            among = Some(among.unwrap_or(0.0) + hits.double_value(&[]));
        }
        if let Some(confusion) = confusion.as_deref_mut() {
            let [labels, answers] = [&labels, &answers].map(Vec::<i64>::try_from);
            for (label, answer) in labels?.into_iter().zip(answers?) {
                confusion.count(label as usize, answer as usize);
            }
        }
    }
    let images = images.len();
    let mean = |sum: f64| sum / images as f64;
    Ok(Score { loss: mean(loss), top1: mean(right), top5: among.map(mean), images })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores (ln 1, ln 2, ln 5) are probabilities of an eighth of 1, 2 and 5. A smoothing of 0.3 aims at 0.1 for each
    /// class, and 0.7 more for the right one.
    #[test]
    fn smoothing_by_hand() {
        let odds = [1f64, 2.0, 5.0];
        let scores = Tensor::from_slice(&odds.map(f64::ln)).view([1, 3]);
        let label = Tensor::from_slice(&[2i64]);
        let logs = odds.map(|odd| -(odd / 8.0).ln());
        let sharp = cross_entropy(&scores, &label, 0.0).double_value(&[]);
        assert!((sharp - logs[2]).abs() < 1e-6, "{sharp}");
        let smooth = cross_entropy(&scores, &label, 0.3).double_value(&[]);
        let want = 0.1 * (logs[0] + logs[1] + logs[2]) + 0.7 * logs[2];
        assert!((smooth - want).abs() < 1e-6, "{smooth} {want}");
    }
}
