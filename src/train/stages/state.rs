//! A stage between two epochs, and what an epoch does to it.

use std::path::Path;
use std::time::Instant;

use crate::TrainError;
use crate::checkpoint::snapshot::Snapshot;
use crate::checkpoint::{self, Checkpoint, CheckpointInfo};
use crate::network::Model;
use crate::network::layer::Mode;
use crate::optimizer::Optimizer;
use crate::random::{self, Purpose};
use crate::run::progress::StageProgress;
use crate::run::session::Session;
use crate::stages::epoch::{self, Pass, Score};
use axmul_experiment::{Board, Course, Event, Keep, StageName, Training};

/// All that a stage's checkpoint holds.
#[derive(Debug)]
pub struct State {
    /// The network; between epochs with its own weights, not their average.
    pub model: Model,
    /// What moves it, with the average of its weights.
    pub optimizer: Optimizer,
    /// How far it is.
    pub info: CheckpointInfo,
    training: Training,
    /// The best epoch's network, where that is kept.
    best: Option<Snapshot>,
}

impl State {
    /// A stage that begins with a network.
    pub fn new(model: Model, training: Training, seed: u64, stage: StageName) -> Self {
        let parameters = model.parameters(stage == StageName::Search);
        let optimizer = Optimizer::new(&training, parameters).averaging(model.tensors());
        let course = Course::default();
        let info = CheckpointInfo { stage, seed, epochs_done: 0, seconds: 0.0, course };
        Self { model, optimizer, info, training, best: None }
    }

    /// Goes on from a checkpoint.
    pub fn take_up(&mut self, checkpoint: &Checkpoint) -> Result<(), TrainError> {
        self.info = checkpoint.info.clone();
        self.best = checkpoint.best();
        checkpoint.restore_model(&mut self.model)?;
        if self.is_trained() {
            // The network has its averaged weights already.
            self.optimizer.forget_average();
            return Ok(());
        }
        checkpoint.restore_optimizer(&mut self.optimizer)
    }

    /// Whether there is nothing left to train.
    pub fn is_trained(&self) -> bool {
        self.info.epochs_done >= self.training.epochs || self.info.course.stopped
    }

    /// Writes the checkpoint.
    pub fn save(&self, path: &Path) -> Result<(), TrainError> {
        checkpoint::save(path, &self.info, &self.model, &self.optimizer, self.best.as_ref())
    }

    /// Once all is trained, gives the network the weights that the stage yields, and the checkpoint too. Returns the
    /// epoch that they are of.
    pub fn conclude(&mut self, path: &Path) -> Result<u32, TrainError> {
        if let Some(average) = self.optimizer.average() {
            average.exchange();
            self.optimizer.forget_average();
        }
        if let Some(best) = self.best.take() {
            best.restore(&mut self.model)?;
            self.save(path)?;
        }
        let best = self.info.course.best.filter(|_| self.training.keep == Keep::Best);
        Ok(best.map_or(self.info.epochs_done, |best| best.epoch))
    }

    /// One epoch with validation, up to but without its checkpoint.
    pub fn train_epoch(
        &mut self,
        session: &mut Session<'_>,
        board: Option<&mut Board>,
        progress: &StageProgress,
    ) -> Result<(), TrainError> {
        let (seed, stage, done) = (self.info.seed, self.info.stage, self.info.epochs_done);
        let training = self.training.clone();
        let (epoch, epochs) = (done + 1, training.epochs);
        let order = random::permutation(session.dataset.train.len(), seed, stage, epoch);
        random::seed_for(Purpose::Epoch, seed, stage, epoch);
        let search = session.experiment.stages.search.clone();
        let pass = Pass {
            stage,
            epoch,
            mode: Mode::of(stage),
            order: &order,
            batch: session.experiment.batch,
            draw: random::draw(seed, stage, epoch),
            search: (stage == StageName::Search).then_some(&search),
        };
        let batches = pass.batches();
        let began = Instant::now();
        let reductions = self.info.course.reductions;
        let rate = |batch: usize| {
            let passed = f64::from(done) + batch as f64 / batches as f64;
            training.learning_rate * training.schedule.factor_at(passed, epochs, reductions)
        };
        let mut steps = Vec::new();
        let images = &session.dataset.train;
        let (model, optimizer) = (&mut self.model, &mut self.optimizer);
        let trained = epoch::train(model, optimizer, images, &pass, rate, |batch, score| {
            progress.step(done as usize * batches + batch, epoch, score, began);
            steps.push((batch, score, began.elapsed().as_secs_f64()));
            Ok(())
        })?;
        let images_per_second = trained.images as f64 / began.elapsed().as_secs_f64();
        let validation = self.validate(session)?;
        if !validation.loss.is_finite() {
            // The last step did it, after its loss was computed: the checkpoint of the epoch before must stay.
            return Err(pass.diverged(batches, validation.loss));
        }
        let seconds = began.elapsed().as_secs_f64();
        for (batch, score, seconds) in steps {
            session.report(&Event::Step {
                seed,
                stage,
                epoch,
                batch: batch as u32,
                batches: batches as u32,
                loss: score.loss,
                top1: score.top1,
                images_per_second: score.images as f64 / seconds.max(1e-9),
            })?;
        }
        let learning_rate = rate(batches.saturating_sub(1));
        let sigma = if stage == StageName::Search { self.model.sigma() } else { vec![] };
        if let Some(board) = board {
            let mut scalars = scalars("train", &trained);
            scalars.extend(self::scalars("validation", &validation));
            scalars.push(("learning_rate".into(), learning_rate));
            let layers = self.model.layers().map(|layer| format!("sigma/{}", layer.name));
            scalars.extend(layers.zip(sigma.iter().copied()));
            board.scalars(epoch, &scalars)?;
        }
        session.report(&Event::Epoch {
            seed,
            stage,
            epoch,
            epochs,
            train_loss: trained.loss,
            train_top1: trained.top1,
            validation_loss: validation.loss,
            validation_top1: validation.top1,
            validation_top5: validation.top5,
            learning_rate,
            images_per_second,
            seconds,
            sigma,
        })?;
        self.info.epochs_done = epoch;
        self.info.seconds += seconds;
        if self.info.course.stopped && epoch < epochs {
            session.report(&Event::EarlyStop { seed, stage, epoch })?;
        }
        Ok(())
    }

    /// Scores the epoch that was just trained, with averaged weights where there are any, and judges it.
    fn validate(&mut self, session: &Session<'_>) -> Result<Score, TrainError> {
        let (stage, epoch) = (self.info.stage, self.info.epochs_done + 1);
        if let Some(average) = self.optimizer.average() {
            average.exchange();
        }
        let score = epoch::evaluate(&mut self.model, &session.dataset.validation, Mode::of(stage))?;
        let best = self.info.course.judge(&self.training, epoch, score.top1, score.loss);
        if best && self.training.keep == Keep::Best {
            self.best = Some(Snapshot::of(&self.model));
        }
        if let Some(average) = self.optimizer.average() {
            average.exchange();
        }
        Ok(score)
    }
}

/// A score as scalars of TensorBoard, on `part` of the images.
pub fn scalars(part: &str, score: &Score) -> Vec<(String, f64)> {
    let mut scalars = vec![(format!("loss/{part}"), score.loss), (format!("top-1/{part}"), score.top1)];
    scalars.extend(score.top5.map(|top5| (format!("top-5/{part}"), top5)));
    scalars
}
