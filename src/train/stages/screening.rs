//! Short trainings that tell whether multipliers are worth a long one.

use crate::TrainError;
use crate::network::layer::Mode;
use crate::network::multiplier::LayerMultiplier;
use crate::optimizer::Optimizer;
use crate::random::{self, Purpose};
use crate::run::session::Session;
use crate::stages::epoch::{self, Pass, Score};
use crate::stages::start::{correct_statistics, start_of};
use axmul_experiment::StageName;

/// Trains with these multipliers on so many images from the checkpoint of `quantize`, at the learning rate of `retrain`,
/// and validates; where stages train no epoch, nothing is trained here either. Multipliers that make training diverge score nothing.
///
/// All screenings of a seed see the same images in the same order.
pub fn screen(
    session: &mut Session<'_>,
    seed: u64,
    multipliers: &[Option<LayerMultiplier>],
    images: usize,
) -> Result<Score, TrainError> {
    let stage = StageName::Uniform;
    let mut model = start_of(session, seed, stage)?;
    model.set_multipliers(multipliers);
    correct_statistics(session, seed, &mut model)?;
    let training = session.experiment.stages.training(stage);
    if training.epochs == 0 {
        return epoch::evaluate(&mut model, &session.dataset.validation, Mode::Approximate);
    }
    let mut optimizer = Optimizer::new(&training, model.parameters(false));
    let images = images.min(session.dataset.train.len());
    // Epoch 0 is none of the training that follows.
    let order = random::permutation(session.dataset.train.len(), seed, stage, 0).narrow(0, 0, images as i64);
    random::seed_for(Purpose::Epoch, seed, stage, 0);
    let pass = Pass {
        stage,
        epoch: 0,
        mode: Mode::Approximate,
        order: &order,
        batch: session.experiment.batch,
        draw: random::draw(seed, stage, 0),
        search: None,
    };
    let rate = |_| training.learning_rate;
    match epoch::train(&mut model, &mut optimizer, &session.dataset.train, &pass, rate, |_, _| Ok(())) {
        Ok(_) => epoch::evaluate(&mut model, &session.dataset.validation, Mode::Approximate),
        Err(TrainError::Diverged { .. }) => Ok(Score { loss: f64::MAX, images, ..Score::default() }),
        Err(error) => Err(error),
    }
}
