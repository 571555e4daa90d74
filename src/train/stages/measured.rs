//! The search that measures: what every candidate of every layer does to the class scores, and the assignments that
//! follow.

use crate::TrainError;
use crate::network::Model;
use crate::network::layer::Mode;
use crate::network::multiplier::LayerMultiplier;
use crate::run::session::Session;
use crate::stages::epoch::{self, Score};
use crate::stages::screening::screen;
use crate::stages::start::correct_statistics;
use axmul_experiment::assignment::{Assignment, AssignmentError, LayerCapture, reference};
use axmul_experiment::sensitivity::{
    CandidateSpace, LayerCandidate, LogitShifts, UniformCandidate, assignment_of,
};
use axmul_experiment::solver::{AssignmentPoint, LayerOption, exchange, front};
use axmul_experiment::{Budget, FrontPoint, PercentagePoints, SearchFront, StageName};

/// Images that run through the network at a time while candidates are measured.
const BATCH: usize = 128;
/// Budgets between the cheapest and the most accurate assignment for which one is tried.
const BUDGETS: usize = 14;
/// Rounds of exchanges between layers, at most.
const ROUNDS: usize = 4;
/// The most multipliers that are tried in all layers at once.
const UNIFORM: usize = 14;

/// An assignment, what it was chosen from, and its multipliers as layers have them.
pub struct Measured {
    pub assignment: Assignment,
    pub front: SearchFront,
    pub multipliers: Vec<Option<LayerMultiplier>>,
}

/// Finds the assignment that the experiment's budget asks for.
///
/// Of each layer, the candidates that no other beats by energy and predicted error are tried alone on some training
/// images. Dynamic programming finds the assignments of least divergence for all budgets of energy, exchanges between
/// layers improve them under the shifts of all layers together. Some of them, spread over all energies, are validated;
/// for a budget of accuracy, a short retraining of a few tells which is the cheapest to keep to it.
pub fn search(
    session: &mut Session<'_>,
    seed: u64,
    model: &mut Model,
    captures: &[LayerCapture],
) -> Result<Measured, TrainError> {
    let settings = session.experiment.stages.search.clone();
    let energies = session.energies(captures)?;
    let costing = session.costing(&energies);
    let multipliers = session.multipliers.uncorrected().to_vec();
    let no_reference = || AssignmentError::NoCandidates {
        layer: captures.first().map(|layer| layer.name.clone()).unwrap_or_default(),
        format: captures.first().map(|layer| layer.format.to_string()).unwrap_or_default(),
        metric: costing.to_string(),
    };
    let reference = reference(&multipliers, costing, captures).ok_or_else(no_reference)?;
    let corrections = session.experiment.corrections;
    let space = CandidateSpace::new(
        captures,
        &multipliers,
        costing,
        &reference,
        corrections,
        session.experiment.sign_logic,
    )?;
    let candidates = space.worth_measuring(settings.candidates);
    let wired = |candidate: &LayerCandidate| {
        let name = &multipliers[candidate.multiplier].name;
        session.multipliers.wired(name, &candidate.wiring, &session.experiment, session.device)
    };
    let prepared: Vec<Vec<LayerMultiplier>> = candidates
        .iter()
        .map(|layer| layer.iter().map(wired).collect::<Result<_, TrainError>>())
        .collect::<Result<_, TrainError>>()?;
    let images = session.dataset.train.sample(settings.images, seed, StageName::Search);
    let shifts = measure(model, &images, session.network.classes, &prepared)?;
    let options: Vec<Vec<LayerOption>> = (0..)
        .zip(&candidates)
        .map(|(layer, candidates)| {
            let option = |(at, candidate): (usize, &LayerCandidate)| LayerOption {
                energy: candidate.energy,
                loss: shifts.alone(layer, at),
            };
            candidates.iter().enumerate().map(option).collect()
        })
        .collect();
    let points = points(&options, &shifts, settings.budget);

    let name = |candidate: &LayerCandidate| multipliers[candidate.multiplier].name.clone();
    let exact = epoch::evaluate(model, &session.dataset.validation, Mode::Quantized)?;
    let mut assignments = Vec::new();
    for point in &points {
        let chosen =
            (0..).zip(&point.choice).map(|(layer, &at): (usize, _)| Some(prepared[layer][at].clone()));
        let score = validate(session, seed, model, &chosen.collect::<Vec<_>>())?;
        assignments.push(FrontPoint {
            relative_energy: point.energy,
            energies: (0..)
                .zip(&point.choice)
                .map(|(layer, &at): (usize, _)| candidates[layer][at].energies)
                .sum(),
            multipliers: candidates.iter().zip(&point.choice).map(|(layer, &at)| name(&layer[at])).collect(),
            predicted_divergence: Some(point.loss),
            validation_top1: score.top1,
            validation_loss: score.loss,
            retrained_top1: None,
        });
    }
    let mut front = SearchFront {
        quantized_validation_top1: exact.top1,
        retrained_quantized_top1: None,
        assignments,
        uniform: Vec::new(),
    };
    let multipliers_of = |point: &AssignmentPoint| -> Vec<Option<LayerMultiplier>> {
        (0..).zip(&point.choice).map(|(layer, &at): (usize, _)| Some(prepared[layer][at].clone())).collect()
    };
    let best = match settings.budget {
        // The points are within the budget, and the last one takes most of it.
        Budget::Energy(_) => points.len() - 1,
        Budget::Drop(drop) => {
            // A short training moves accuracy by itself, so that of exact products is trained as shortly.
            let trained = screen(session, seed, &vec![None; candidates.len()], settings.screening_images)?;
            front.retrained_quantized_top1 = Some(trained.top1);
            let least = trained.top1 - drop.0 / 100.0;
            cheapest(points.len(), |at| {
                let score = screen(session, seed, &multipliers_of(&points[at]), settings.screening_images)?;
                front.assignments[at].retrained_top1 = Some(score.top1);
                Ok(score.top1 >= least)
            })?
        }
    };
    let point = &points[best];
    let chosen: Vec<(&LayerCandidate, Option<f64>)> = (0..)
        .zip(&point.choice)
        .map(|(layer, &at): (usize, _)| (&candidates[layer][at], Some(options[layer][at].loss)))
        .collect();
    let energies = session.energies(captures)?;
    let assignment = assignment_of(captures, &multipliers, session.costing(&energies), &reference, &chosen);
    front.uniform = uniform_points(session, seed, model, &space, exact.top1)?;
    Ok(Measured { assignment, multipliers: multipliers_of(point), front })
}

/// Validates with multipliers and nothing retrained; the model keeps them, and its own statistics.
fn validate(
    session: &Session<'_>,
    seed: u64,
    model: &mut Model,
    multipliers: &[Option<LayerMultiplier>],
) -> Result<Score, TrainError> {
    let own = model.statistics();
    model.set_multipliers(multipliers);
    correct_statistics(session, seed, model)?;
    let score = epoch::evaluate(model, &session.dataset.validation, Mode::Approximate)?;
    model.restore_statistics(&own);
    Ok(score)
}

/// The class scores' shifts for every candidate of every layer.
fn measure(
    model: &mut Model,
    images: &tch::Tensor,
    classes: usize,
    prepared: &[Vec<LayerMultiplier>],
) -> Result<LogitShifts, TrainError> {
    let counts: Vec<usize> = prepared.iter().map(Vec::len).collect();
    let mut shifts = LogitShifts::new(classes, &counts);
    let scores =
        |tensor: &tch::Tensor| Vec::<f32>::try_from(tensor.reshape([-1]).to_device(tch::Device::Cpu));
    for batch in images.split(BATCH as i64, 0) {
        let trace = model.trace(&batch)?;
        shifts.add_exact(&scores(trace.scores())?);
        for (layer, candidates) in prepared.iter().enumerate() {
            for (at, multiplier) in candidates.iter().enumerate() {
                shifts.add_shifted(layer, at, &scores(&model.retrace(&trace, layer, multiplier)?)?);
            }
        }
    }
    Ok(shifts)
}

/// Assignments of least predicted divergence, by rising energy: for budgets evenly spread over the logarithm of energy,
/// up to that of the experiment where it names one.
fn points(options: &[Vec<LayerOption>], shifts: &LogitShifts, budget: Budget) -> Vec<AssignmentPoint> {
    let front = front(options);
    let low = front.points.first().map_or(0.0, |point| point.energy);
    let most = front.points.last().map_or(0.0, |point| point.energy);
    let high = match budget {
        Budget::Energy(energy) => energy.clamp(low, most),
        Budget::Drop(PercentagePoints(_)) => most,
    };
    let joint = |choice: &[usize]| shifts.together(choice);
    let mut points: Vec<AssignmentPoint> = Vec::new();
    for step in 0..BUDGETS {
        let part = step as f64 / (BUDGETS - 1) as f64;
        let energy = if low > 0.0 { low * (high / low).powf(part) } else { high * part };
        let Some(start) = front.within(energy * (1.0 + 1e-12)) else { continue };
        let better = exchange(options, start, energy, ROUNDS, &joint);
        // Of equal or falling energies only what diverges less.
        if points.last().is_none_or(|last| better.loss < last.loss && better.energy > last.energy) {
            points.push(better);
        }
    }
    points
}

/// The first of so many that keeps to what is asked, found by halving: those after one that does are taken to do so too.
/// The last where none does.
fn cheapest(
    count: usize,
    mut keeps: impl FnMut(usize) -> Result<bool, TrainError>,
) -> Result<usize, TrainError> {
    let (mut low, mut high) = (0, count.saturating_sub(1));
    while low < high {
        let middle = (low + high) / 2;
        if keeps(middle)? { high = middle } else { low = middle + 1 }
    }
    Ok(low)
}

/// One multiplier in all layers, with the same corrections, validated with nothing retrained: by rising energy, those
/// that no other beats.
fn uniform_points(
    session: &Session<'_>,
    seed: u64,
    model: &mut Model,
    space: &CandidateSpace,
    exact_top1: f64,
) -> Result<Vec<FrontPoint>, TrainError> {
    let mut points: Vec<FrontPoint> = Vec::new();
    for candidate in space.uniform(UNIFORM) {
        let score = validate(session, seed, model, &everywhere(session, &candidate)?)?;
        if points.last().is_some_and(|last| last.validation_loss <= score.loss) {
            continue;
        }
        points.push(FrontPoint {
            relative_energy: candidate.energy,
            energies: candidate.energies,
            multipliers: vec![session.multipliers.uncorrected()[candidate.multiplier].name.clone()],
            predicted_divergence: None,
            validation_top1: score.top1,
            validation_loss: score.loss,
            retrained_top1: None,
        });
        // Nothing dearer is of use.
        if score.top1 >= exact_top1 && candidate.energy >= 1.0 {
            break;
        }
    }
    Ok(points)
}

/// One multiplier as all layers have it.
pub fn everywhere(
    session: &Session<'_>,
    candidate: &UniformCandidate,
) -> Result<Vec<Option<LayerMultiplier>>, TrainError> {
    let name = &session.multipliers.uncorrected()[candidate.multiplier].name;
    session.wire(candidate.layers.iter().map(|layer| (name.as_str(), &layer.wiring)))
}

/// Which of the uniform multipliers keeps to a budget of accuracy after the same short retraining as assignments had;
/// the front learns how those that were tried did.
pub fn cheapest_uniform(
    session: &mut Session<'_>,
    seed: u64,
    space: &CandidateSpace,
    front: &mut SearchFront,
) -> Result<usize, TrainError> {
    let settings = session.experiment.stages.search.clone();
    let drop = match settings.budget {
        Budget::Drop(drop) => drop,
        Budget::Energy(budget) => {
            let within = front.uniform.iter().rposition(|point| point.relative_energy <= budget);
            return Ok(within.unwrap_or(0));
        }
    };
    let exact = front.retrained_quantized_top1.unwrap_or(front.quantized_validation_top1);
    let least = exact - drop.0 / 100.0;
    let count = front.uniform.len();
    cheapest(count, |at| {
        let index = session.multipliers.index(&front.uniform[at].multipliers[0])?;
        let candidate = space.everywhere(index).expect("it served all layers before");
        let prepared = everywhere(session, &candidate)?;
        let score = screen(session, seed, &prepared, settings.screening_images)?;
        front.uniform[at].retrained_top1 = Some(score.top1);
        Ok(score.top1 >= least)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_finds_the_first_that_keeps() {
        for first in 0..7 {
            let mut asked = 0;
            let found = cheapest(7, |at| {
                asked += 1;
                Ok(at >= first)
            });
            assert_eq!(found.unwrap(), first);
            assert!(asked <= 3);
        }
        assert_eq!(cheapest(7, |_| Ok(false)).unwrap(), 6);
        assert_eq!(cheapest(1, |_| Ok(false)).unwrap(), 0);
    }
}
