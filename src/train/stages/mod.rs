//! The stages of the method, each a training loop with a checkpoint after every epoch.

pub mod capture;
pub mod epoch;
pub mod start;
pub mod state;
pub mod uniform;

use std::time::Instant;

use crate::TrainError;
use crate::checkpoint::Checkpoint;
use crate::network::Model;
use crate::network::layer::Mode;
use crate::random::{self, Purpose};
use crate::run::progress::StageProgress;
use crate::run::session::Session;
use crate::stages::start::start_of;
use crate::stages::state::{State, scalars};
use axmul_experiment::assignment::assign;
use axmul_experiment::{AssignmentResult, Board, Confusion, Event, StageName, StageResult, write_json};

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
    let epochs = training.epochs;
    let mut state = State::new(model, training, seed, stage);
    if let Some(checkpoint) = &began_with {
        if (checkpoint.info.stage, checkpoint.info.seed) != (stage, seed) {
            let problem = format!("is of stage {} and seed {}", checkpoint.info.stage, checkpoint.info.seed);
            return Err(TrainError::Checkpoint { path, problem });
        }
        state.take_up(checkpoint)?;
    }
    let epochs_done = state.info.epochs_done;
    session.report(&Event::StageStart { seed, stage, epochs_done, epochs })?;
    let images = session.dataset.train.len();
    let batches = images / session.experiment.batch + usize::from(images % session.experiment.batch > 1);
    let progress = StageProgress::new(session.progress, seed, stage, epochs, batches, epochs_done);
    let board = || Board::new(&session.directory.tensorboard(seed, stage), epochs_done);
    let mut board = session.experiment.tensorboard.then(board);
    if epochs == 0 {
        state.save(&path)?;
    }
    while !state.is_trained() {
        state.train_epoch(session, board.as_mut(), &progress)?;
        state.save(&path)?;
        (session.checkpointed)(&state.info)?;
    }
    let epoch = state.conclude(&path)?;
    let State { mut model, info, .. } = state;

    let began = Instant::now();
    progress.say("testing");
    let validation = epoch::evaluate(&mut model, &session.dataset.validation, Mode::of(stage))?;
    let mut confusion = Confusion::new(session.network.classes);
    let test =
        epoch::evaluate_counting(&mut model, &session.dataset.test, Mode::of(stage), confusion.as_mut())?;
    if let Some(confusion) = confusion {
        confusion.write(&session.directory.confusion(seed, stage))?;
    }
    if let Some(board) = &mut board {
        board.scalars(epoch, &scalars("test", &test))?;
    }
    if stage == StageName::Search {
        progress.say("assigning multipliers");
        assign_multipliers(session, seed, &mut model)?;
    }
    let result = StageResult {
        test_top1: test.top1,
        test_loss: test.loss,
        test_top5: test.top5,
        validation_top1: validation.top1,
        validation_loss: validation.loss,
        validation_top5: validation.top5,
        epochs: info.epochs_done,
        epoch: Some(epoch),
        seconds: info.seconds + began.elapsed().as_secs_f64(),
    };
    session.report(&Event::StageEnd { seed, stage, result: result.clone() })?;
    // Last, for it says that the stage is done.
    write_json(&result_path, &result)?;
    progress.finish(&result);
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
    let prepared = session.prepare(&names)?;
    model.set_multipliers(&prepared);
    Ok(())
}

/// Ends the search: captures, assignment, and what the assignment does before anything is retrained.
fn assign_multipliers(session: &mut Session<'_>, seed: u64, model: &mut Model) -> Result<(), TrainError> {
    let settings = session.experiment.capture.clone();
    let images = session.dataset.train.sample(settings.images, seed, StageName::Search);
    random::seed_for(Purpose::Capture, seed, StageName::Search, 0);
    let captures = capture::capture(model, &images, settings.rows)?;
    write_json(&session.directory.captures(seed), &captures)?;
    let energies = session.energies(&captures)?;
    let assignment = assign(&captures, session.multipliers.all(), session.costing(&energies))?;
    let names: Vec<String> = assignment.layers.iter().map(|layer| layer.multiplier.clone()).collect();
    let prepared = session.prepare(&names)?;
    model.set_multipliers(&prepared);
    let before = epoch::evaluate(model, &session.dataset.test, Mode::Approximate)?;
    let assignment = AssignmentResult { assignment, test_top1_before_retraining: before.top1 };
    session.report(&Event::Assignment { seed, assignment: assignment.clone() })?;
    write_json(&session.directory.assignment(seed), &assignment)?;
    Ok(())
}
