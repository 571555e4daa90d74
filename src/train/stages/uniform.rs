//! Which single multiplier to compare an assignment with.

use crate::TrainError;
use crate::network::multiplier::LayerMultiplier;
use crate::run::session::Session;
use crate::stages::measured;
use crate::stages::screening::screen;
use axmul_experiment::assignment::{LayerCapture, reference};
use axmul_experiment::sensitivity::CandidateSpace;
use axmul_experiment::{
    AssignmentResult, Candidate, Event, FrontPoint, SearchFront, StageName, Uniform, UniformResult,
    write_json,
};

/// The multiplier of `uniform`: the one that the experiment names, or the most accurate on validation images among
/// those that need at most the relative energy of the assignment.
///
/// To train every candidate to the end would take as long as the whole run for each. So each is trained on the same
/// `screening_images` from the checkpoint of `quantize`, at the learning rate of `retrain`, and judged on the
/// validation images; the lower loss decides between equals. The choice is kept, so that a run that is taken up
/// does not make it again.
pub fn choose(session: &mut Session<'_>, seed: u64) -> Result<UniformResult, TrainError> {
    let path = session.directory.uniform(seed);
    if path.exists() {
        return Ok(session.read(&path)?);
    }
    let assignment_path = session.directory.assignment(seed);
    let assigned: Option<AssignmentResult> =
        if assignment_path.exists() { Some(session.read(&assignment_path)?) } else { None };
    let wanted = session.experiment.stages.uniform.multiplier.clone();
    // Without a search there are no layers' operands to go by.
    let captures_path = session.directory.captures(seed);
    let captures: Vec<LayerCapture> =
        if captures_path.exists() { session.read(&captures_path)? } else { vec![] };
    let energies = session.energies(&captures)?;
    let costing = session.costing(&energies);
    let front_path = session.directory.front(seed);
    let result = if wanted == Uniform::AUTO && front_path.exists() {
        let mut front: SearchFront = session.read(&front_path)?;
        let space = space(session, &captures)?;
        let at = measured::cheapest_uniform(session, seed, &space, &mut front)?;
        write_json(&front_path, &front)?;
        let candidate = |point: &FrontPoint| Candidate {
            multiplier: point.multipliers[0].clone(),
            relative_energy: point.relative_energy,
            validation_top1: point.retrained_top1.unwrap_or(point.validation_top1),
            validation_loss: point.validation_loss,
        };
        let chosen = front.uniform.get(at).ok_or_else(|| {
            TrainError::Multiplier("no multiplier serves all layers, so none is uniform".into())
        })?;
        UniformResult {
            multiplier: chosen.multipliers[0].clone(),
            relative_energy: Some(chosen.relative_energy),
            candidates: front.uniform.iter().map(candidate).collect(),
        }
    } else if wanted == Uniform::AUTO {
        let stage = StageName::Uniform;
        let assigned = assigned.ok_or(TrainError::Order { stage, needs: StageName::Search })?.assignment;
        let affordable: Vec<(String, f64)> = session
            .multipliers
            .all()
            .iter()
            .filter_map(|m| Some((m, costing.mean_figure(m, &captures)?)))
            .map(|(m, figure)| (m.name.clone(), figure / assigned.reference.value))
            .filter(|(_, energy)| *energy <= assigned.relative_energy * (1.0 + 1e-9))
            .collect();
        let mut candidates = Vec::new();
        for (multiplier, relative_energy) in affordable {
            let names = vec![multiplier.clone(); session.layers()?];
            let prepared = session.prepare(&names)?;
            let images = session.experiment.stages.uniform.screening_images;
            let score = screen(session, seed, &prepared, images)?;
            session.report(&Event::Candidate {
                seed,
                multiplier: multiplier.clone(),
                validation_top1: score.top1,
                validation_loss: score.loss,
            })?;
            let (validation_top1, validation_loss) = (score.top1, score.loss);
            candidates.push(Candidate { multiplier, relative_energy, validation_top1, validation_loss });
        }
        candidates.sort_by(|a, b| {
            let by_accuracy = b.validation_top1.total_cmp(&a.validation_top1);
            by_accuracy.then(a.validation_loss.total_cmp(&b.validation_loss))
        });
        let best = candidates.first().ok_or_else(|| {
            TrainError::Multiplier("no multiplier needs as little energy as the assignment".into())
        })?;
        UniformResult {
            multiplier: best.multiplier.clone(),
            relative_energy: Some(best.relative_energy),
            candidates,
        }
    } else {
        let figure = costing.mean_figure(&*session.multipliers.find(&wanted)?, &captures);
        let reference = reference(session.multipliers.all(), costing, &captures);
        UniformResult {
            multiplier: wanted,
            relative_energy: figure.zip(reference).map(|(figure, reference)| figure / reference.value),
            candidates: vec![],
        }
    };
    write_json(&path, &result)?;
    Ok(result)
}

/// One multiplier for so many layers, corrected where the search saw what they multiply.
pub fn everywhere(
    session: &mut Session<'_>,
    seed: u64,
    multiplier: &str,
    layers: usize,
) -> Result<Vec<Option<LayerMultiplier>>, TrainError> {
    let captures_path = session.directory.captures(seed);
    if session.experiment.measures_layers() && captures_path.exists() {
        let captures: Vec<LayerCapture> = session.read(&captures_path)?;
        let index = session.multipliers.index(multiplier)?;
        if let Some(candidate) = space(session, &captures)?.everywhere(index) {
            return measured::everywhere(session, &candidate);
        }
    }
    session.prepare(&vec![multiplier.to_owned(); layers])
}

/// All multipliers in all layers.
fn space(session: &Session<'_>, captures: &[LayerCapture]) -> Result<CandidateSpace, TrainError> {
    let energies = session.energies(captures)?;
    let costing = session.costing(&energies);
    let multipliers = session.multipliers.uncorrected();
    let reference = reference(multipliers, costing, captures)
        .ok_or_else(|| TrainError::Multiplier("no multiplier has a known figure".into()))?;
    let axmul_experiment::Experiment { corrections, sign_logic, .. } = session.experiment;
    Ok(CandidateSpace::new(captures, multipliers, costing, &reference, corrections, sign_logic)?)
}
