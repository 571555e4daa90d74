//! The stages of the method, each a training loop with a checkpoint after every epoch.

use std::rc::Rc;
use std::time::Instant;

use tch::Tensor;

use super::approximate::Approximate;
use super::checkpoint::{self, Checkpoint, CheckpointInfo};
use super::epoch::{self, Pass};
use super::layers::Mode;
use super::network::Model;
use super::optimizer::Optimizer;
use super::progress::StageProgress;
use super::random::{self, Purpose};
use super::runner::Session;
use super::{TrainError, capture, infer, uniform};
use crate::assignment::assign;
use crate::training::plan::{AssignmentResult, Event, StageName, StageResult, write_json};

/// How layers with multipliers compute in a stage.
pub fn mode(stage: StageName) -> Mode {
    match stage {
        StageName::Baseline => Mode::Fp32,
        StageName::Quantize => Mode::Quantized,
        StageName::Search => Mode::Noisy,
        StageName::Retrain | StageName::Uniform => Mode::Approximate,
    }
}

/// Runs a stage of a seed from wherever it stands to its end; does nothing if it is done.
pub fn run(session: &mut Session<'_>, seed: u64, stage: StageName) -> Result<(), TrainError> {
    let result_path = session.directory.stage_result(seed, stage);
    if result_path.exists() {
        return Ok(());
    }
    let path = session.directory.checkpoint(seed, stage);
    let began_with = Checkpoint::load(&path)?;
    let mut model = match &began_with {
        Some(checkpoint) => {
            let mut model = Model::new(&session.network, &session.experiment, session.device, seed)?;
            checkpoint.prepare_model(&mut model);
            model
        }
        None => start_of(session, seed, stage)?,
    };
    give_multipliers(session, seed, stage, &mut model)?;
    let training = session.experiment.stages.training(stage);
    let mut optimizer = Optimizer::new(&training, model.parameters(stage == StageName::Search));
    let mut info = CheckpointInfo { stage, seed, epochs_done: 0, seconds: 0.0 };
    if let Some(checkpoint) = &began_with {
        if (checkpoint.info.stage, checkpoint.info.seed) != (stage, seed) {
            let problem = format!("is of stage {} and seed {}", checkpoint.info.stage, checkpoint.info.seed);
            return Err(TrainError::Checkpoint { path, problem });
        }
        checkpoint.restore_model(&mut model)?;
        checkpoint.restore_optimizer(&mut optimizer)?;
        info = checkpoint.info.clone();
    }
    let epochs = training.epochs;
    session.report(&Event::StageStart { seed, stage, epochs_done: info.epochs_done, epochs })?;
    let images = session.dataset.train.len();
    let batches = images / session.experiment.batch + usize::from(images % session.experiment.batch > 1);
    let progress = StageProgress::new(session.progress, seed, stage, epochs, batches, info.epochs_done);
    if epochs == 0 {
        checkpoint::save(&path, &info, &model, &optimizer)?;
    }
    while info.epochs_done < epochs {
        train_epoch(session, &mut model, &mut optimizer, &mut info, &progress)?;
        checkpoint::save(&path, &info, &model, &optimizer)?;
        (session.checkpointed)(&info)?;
    }

    let began = Instant::now();
    progress.say("testing");
    let validation = epoch::evaluate(&mut model, &session.dataset.validation, mode(stage))?;
    let test = epoch::evaluate(&mut model, &session.dataset.test, mode(stage))?;
    if stage == StageName::Search {
        progress.say("assigning multipliers");
        assign_multipliers(session, seed, &mut model)?;
    }
    let result = StageResult {
        test_top1: test.top1,
        test_loss: test.loss,
        validation_top1: validation.top1,
        validation_loss: validation.loss,
        epochs,
        seconds: info.seconds + began.elapsed().as_secs_f64(),
    };
    session.report(&Event::StageEnd { seed, stage, result: result.clone() })?;
    // Last, for it says that the stage is done.
    write_json(&result_path, &result)?;
    progress.finish(&result);
    Ok(())
}

/// One epoch with validation, up to but without its checkpoint.
fn train_epoch(
    session: &mut Session<'_>,
    model: &mut Model,
    optimizer: &mut Optimizer,
    info: &mut CheckpointInfo,
    progress: &StageProgress,
) -> Result<(), TrainError> {
    let (seed, stage, done) = (info.seed, info.stage, info.epochs_done);
    let training = session.experiment.stages.training(stage);
    let (epoch, epochs) = (done + 1, training.epochs);
    let order = random::permutation(session.dataset.train.len(), seed, stage, epoch);
    random::seed_for(Purpose::Epoch, seed, stage, epoch);
    let search = session.experiment.stages.search.clone();
    let pass = Pass {
        stage,
        epoch,
        mode: mode(stage),
        order: &order,
        batch: session.experiment.batch,
        draw: random::draw(seed, stage, epoch),
        search: (stage == StageName::Search).then_some(&search),
    };
    let batches = pass.batches();
    let began = Instant::now();
    let rate = |batch: usize| {
        let passed = f64::from(done) + batch as f64 / batches as f64;
        training.learning_rate * training.schedule.factor_at(passed, epochs)
    };
    let mut steps = Vec::new();
    let trained = epoch::train(model, optimizer, &session.dataset.train, &pass, rate, |batch, score| {
        progress.step(done as usize * batches + batch, epoch, score, began);
        steps.push((batch, score, began.elapsed().as_secs_f64()));
        Ok(())
    })?;
    let images_per_second = trained.images as f64 / began.elapsed().as_secs_f64();
    let validation = epoch::evaluate(model, &session.dataset.validation, mode(stage))?;
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
    session.report(&Event::Epoch {
        seed,
        stage,
        epoch,
        epochs,
        train_loss: trained.loss,
        train_top1: trained.top1,
        validation_loss: validation.loss,
        validation_top1: validation.top1,
        images_per_second,
        seconds,
        sigma: if stage == StageName::Search { model.sigma() } else { vec![] },
    })?;
    info.epochs_done = epoch;
    info.seconds += seconds;
    Ok(())
}

/// The network as a stage finds it: new, with published weights, or from the checkpoint of the stage before.
pub fn start_of(session: &Session<'_>, seed: u64, stage: StageName) -> Result<Model, TrainError> {
    let mut model = Model::new(&session.network, &session.experiment, session.device, seed)?;
    let Some(needs) = stage.starts_from() else {
        if let Some(weights) = &session.experiment.stages.baseline.weights {
            infer::load_weights(&mut model, &session.network, weights)?;
        }
        return Ok(model);
    };
    let done = session.directory.stage_result(seed, needs).exists();
    let checkpoint = Checkpoint::load(&session.directory.checkpoint(seed, needs))?;
    let (true, Some(checkpoint)) = (done, checkpoint) else {
        return Err(TrainError::Order { stage, needs });
    };
    checkpoint.restore_model(&mut model)?;
    match stage {
        StageName::Quantize => {
            if session.experiment.quantisation.fold_batch_norm {
                model.fold_batch_norms();
            }
            calibrate(session, &mut model, seed)?;
        }
        StageName::Search => model.set_sigma(session.experiment.stages.search.initial_sigma),
        _ => {}
    }
    Ok(model)
}

/// Shows the observers some training images, so that quantisation has ranges to start from.
fn calibrate(session: &Session<'_>, model: &mut Model, seed: u64) -> Result<(), TrainError> {
    let images = session.dataset.train.sample(session.experiment.capture.images, seed, StageName::Quantize);
    observe(model, &images)
}

/// Shows images, normalised fp32, to the observers of a network.
pub fn observe(model: &mut Model, images: &Tensor) -> Result<(), TrainError> {
    let _guard = tch::no_grad_guard();
    let _scores = model.forward_watched(images, Mode::Fp32, false, &mut |layer, x| {
        layer.observe(x);
        Ok(())
    })?;
    Ok(())
}

/// Gives layers the multipliers that the stage computes with.
fn give_multipliers(
    session: &mut Session<'_>,
    seed: u64,
    stage: StageName,
    model: &mut Model,
) -> Result<(), TrainError> {
    let names: Vec<String> = match stage {
        StageName::Retrain => {
            let result: AssignmentResult = session.read(&session.directory.assignment(seed))?;
            result.assignment.layers.into_iter().map(|layer| layer.multiplier).collect()
        }
        StageName::Uniform => vec![uniform::choose(session, seed)?.multiplier; model.layers().count()],
        _ => return Ok(()),
    };
    let prepared = prepare(session, &names)?;
    model.set_multipliers(&prepared);
    Ok(())
}

/// Multipliers by name, ready for tensors.
pub fn prepare(
    session: &mut Session<'_>,
    names: &[String],
) -> Result<Vec<Option<Rc<Approximate>>>, TrainError> {
    let prepare =
        |name: &String| session.multipliers.prepare(name, &session.experiment, session.device).map(Some);
    names.iter().map(prepare).collect()
}

/// Ends the search: captures, assignment, and what the assignment does before anything is retrained.
fn assign_multipliers(session: &mut Session<'_>, seed: u64, model: &mut Model) -> Result<(), TrainError> {
    let settings = session.experiment.capture.clone();
    let images = session.dataset.train.sample(settings.images, seed, StageName::Search);
    random::seed_for(Purpose::Capture, seed, StageName::Search, 0);
    let captures = capture::capture(model, &images, settings.rows)?;
    write_json(&session.directory.captures(seed), &captures)?;
    let assignment = assign(&captures, session.multipliers.all(), session.experiment.metric)?;
    let names: Vec<String> = assignment.layers.iter().map(|layer| layer.multiplier.clone()).collect();
    let prepared = prepare(session, &names)?;
    model.set_multipliers(&prepared);
    let before = epoch::evaluate(model, &session.dataset.test, Mode::Approximate)?;
    let assignment = AssignmentResult { assignment, test_top1_before_retraining: before.top1 };
    session.report(&Event::Assignment { seed, assignment: assignment.clone() })?;
    write_json(&session.directory.assignment(seed), &assignment)?;
    Ok(())
}
