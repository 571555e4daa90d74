//! The stages of the method, each a training loop with a checkpoint after every epoch.

pub mod capture;
pub mod epoch;
pub mod measured;
pub mod screening;
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
use crate::stages::measured::Measured;
use crate::stages::start::{correct_statistics, start_of};
use crate::stages::state::{State, scalars};
use axmul_experiment::assignment::{Assignment, assign};
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
    if began_with.is_none() && matches!(stage, StageName::Retrain | StageName::Uniform) {
        correct_statistics(session, seed, &mut model)?;
    }
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
    let prepared = match stage {
        StageName::Retrain => {
            let result: AssignmentResult = session.read(&session.directory.assignment(seed))?;
            let layers = &result.assignment.layers;
            match layers.iter().map(|layer| layer.wiring.as_ref()).collect::<Option<Vec<_>>>() {
                Some(wirings) => {
                    let names = layers.iter().map(|layer| layer.multiplier.as_str());
                    session.wire(names.zip(wirings))?
                }
                None => {
                    let names: Vec<String> = layers.iter().map(|layer| layer.multiplier.clone()).collect();
                    session.prepare(&names)?
                }
            }
        }
        StageName::Uniform => {
            let multiplier = uniform::choose(session, seed)?.multiplier;
            uniform::everywhere(session, seed, &multiplier, model.layers().count())?
        }
        _ => return Ok(()),
    };
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
    if session.experiment.measures_layers() {
        let Measured { assignment, front, multipliers } = measured::search(session, seed, model, &captures)?;
        model.set_multipliers(&multipliers);
        correct_statistics(session, seed, model)?;
        write_json(&session.directory.front(seed), &front)?;
        return conclude_assignment(session, seed, model, assignment);
    }
    let energies = session.energies(&captures)?;
    let assignment = assign(&captures, session.multipliers.all(), session.costing(&energies))?;
    let names: Vec<String> = assignment.layers.iter().map(|layer| layer.multiplier.clone()).collect();
    let prepared = session.prepare(&names)?;
    model.set_multipliers(&prepared);
    conclude_assignment(session, seed, model, assignment)
}

/// Tests a network with its assigned multipliers before anything is retrained, and keeps the assignment.
fn conclude_assignment(
    session: &mut Session<'_>,
    seed: u64,
    model: &mut Model,
    assignment: Assignment,
) -> Result<(), TrainError> {
    let before = epoch::evaluate(model, &session.dataset.test, Mode::Approximate)?;
    let assignment = AssignmentResult { assignment, test_top1_before_retraining: before.top1 };
    session.report(&Event::Assignment { seed, assignment: assignment.clone() })?;
    write_json(&session.directory.assignment(seed), &assignment)?;
    Ok(())
}
