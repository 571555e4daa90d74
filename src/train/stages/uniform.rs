//! Which single multiplier to compare an assignment with.

use crate::TrainError;
use crate::network::layer::Mode;
use crate::optimizer::Optimizer;
use crate::random::{self, Purpose};
use crate::run::session::Session;
use crate::stages::epoch::{self, Pass, Score};
use crate::stages::start::start_of;
use axmul_experiment::assignment::{LayerCapture, reference};
use axmul_experiment::{AssignmentResult, Candidate, Event, StageName, Uniform, UniformResult, write_json};

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
    let result = if wanted == Uniform::AUTO {
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
            let score = screen(session, seed, &multiplier)?;
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

/// Trains shortly with one multiplier in all layers, and validates. One that makes training diverge scores nothing.
fn screen(session: &mut Session<'_>, seed: u64, multiplier: &str) -> Result<Score, TrainError> {
    let stage = StageName::Uniform;
    let mut model = start_of(session, seed, stage)?;
    let names = vec![multiplier.to_owned(); model.layers().count()];
    let prepared = session.prepare(&names)?;
    model.set_multipliers(&prepared);
    let training = session.experiment.stages.training(stage);
    let mut optimizer = Optimizer::new(&training, model.parameters(false));
    let images = session.experiment.stages.uniform.screening_images.min(session.dataset.train.len());
    // The same images in the same order for all; epoch 0 is none of the training that follows.
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
