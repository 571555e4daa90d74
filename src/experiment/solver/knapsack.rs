//! Dynamic programming over energy.

use super::LayerOption;

/// The most partial choices that are kept from layer to layer. Fronts of up to so many points are exact; beyond,
/// the best of each of so many equal steps of energy is kept.
const MOST_POINTS: usize = 20_000;

/// A multiplier for every layer.
#[derive(Clone, Debug, PartialEq)]
pub struct AssignmentPoint {
    /// Sum of the options' energies.
    pub energy: f64,
    /// Sum of the options' losses.
    pub loss: f64,
    /// The option of each layer.
    pub choice: Vec<usize>,
}

/// Choices of which none takes less energy at no more loss.
#[derive(Clone, Debug, PartialEq)]
pub struct AssignmentFront {
    /// From the least energy on; losses fall.
    pub points: Vec<AssignmentPoint>,
    /// Whether it is the whole front under losses that add up, rather than the best of many small steps of energy.
    pub exact: bool,
}

impl AssignmentFront {
    /// The least loss within a budget of energy.
    pub fn within(&self, energy: f64) -> Option<&AssignmentPoint> {
        self.points.iter().rev().find(|point| point.energy <= energy)
    }

    /// The least energy at a loss of at most this.
    pub fn at_most(&self, loss: f64) -> Option<&AssignmentPoint> {
        self.points.iter().find(|point| point.loss <= loss)
    }
}

/// A partial choice: its sums, and where it came from.
#[derive(Clone, Copy)]
struct Partial {
    energy: f64,
    loss: f64,
    parent: u32,
    option: u32,
}

/// The best choices for every budget, where losses add up. Options whose energy or loss is no finite number take no
/// part; a layer without options leaves no choice at all.
pub fn front(layers: &[Vec<LayerOption>]) -> AssignmentFront {
    front_of(layers, MOST_POINTS)
}

/// Like [`front`], with so many partial choices at most.
pub fn front_of(layers: &[Vec<LayerOption>], most_points: usize) -> AssignmentFront {
    let start = Partial { energy: 0.0, loss: 0.0, parent: 0, option: 0 };
    let mut stages: Vec<Vec<Partial>> = vec![vec![start]];
    let mut exact = true;
    for options in layers {
        let usable = |option: &LayerOption| option.energy.is_finite() && option.loss.is_finite();
        let before = stages.last().expect("the start");
        let mut all = Vec::with_capacity(before.len() * options.len());
        for (parent, partial) in (0..).zip(before) {
            for (at, option) in (0..).zip(options).filter(|(_, option)| usable(option)) {
                let (energy, loss) = (partial.energy + option.energy, partial.loss + option.loss);
                all.push(Partial { energy, loss, parent, option: at });
            }
        }
        let mut kept = undominated(all);
        if kept.len() > most_points {
            exact = false;
            kept = thinned(&kept, most_points);
        }
        stages.push(kept);
    }
    let last = stages.len() - 1;
    let points = (0..stages[last].len()).map(|end| trace(&stages, end)).collect();
    AssignmentFront { points, exact }
}

/// The front of choices that take one multiplier for all layers: `options[l][m]` is that of multiplier m in layer l.
/// `None` stands for a multiplier that cannot serve a layer.
pub fn uniform_front(options: &[Vec<Option<LayerOption>>]) -> AssignmentFront {
    let multipliers = options.iter().map(Vec::len).min().unwrap_or(0);
    let sum = |multiplier: usize| {
        let of = options.iter().map(|layer| layer[multiplier]);
        of.sum_options().map(|sum| (multiplier, sum))
    };
    let all = (0..multipliers).filter_map(sum).map(|(multiplier, sum)| Partial {
        energy: sum.energy,
        loss: sum.loss,
        parent: multiplier as u32,
        option: 0,
    });
    let points = undominated(all.collect()).into_iter().map(|partial| AssignmentPoint {
        energy: partial.energy,
        loss: partial.loss,
        choice: vec![partial.parent as usize; options.len()],
    });
    AssignmentFront { points: points.collect(), exact: true }
}

trait SumOptions {
    fn sum_options(self) -> Option<LayerOption>;
}

impl<I: Iterator<Item = Option<LayerOption>>> SumOptions for I {
    fn sum_options(mut self) -> Option<LayerOption> {
        self.try_fold(LayerOption { energy: 0.0, loss: 0.0 }, |sum, option| {
            let LayerOption { energy, loss } = option?;
            Some(LayerOption { energy: sum.energy + energy, loss: sum.loss + loss })
        })
    }
}

/// By rising energy, those with less loss than all before.
fn undominated(mut all: Vec<Partial>) -> Vec<Partial> {
    // A stable order: of equals, the first.
    all.sort_by(|a, b| a.energy.total_cmp(&b.energy).then(a.loss.total_cmp(&b.loss)));
    let mut least = f64::INFINITY;
    all.retain(|partial| {
        let better = partial.loss < least;
        least = least.min(partial.loss);
        better
    });
    all
}

/// Of each of `count` equal steps of energy the one with the least loss, which on a front is its last; and the first.
fn thinned(front: &[Partial], count: usize) -> Vec<Partial> {
    let (low, high) = (front[0].energy, front[front.len() - 1].energy);
    let step = |partial: &Partial| ((partial.energy - low) / (high - low) * (count - 1) as f64) as usize;
    let last_of_step =
        |at: usize| at == 0 || at + 1 == front.len() || step(&front[at]) != step(&front[at + 1]);
    (0..front.len()).filter(|&at| last_of_step(at)).map(|at| front[at]).collect()
}

fn trace(stages: &[Vec<Partial>], end: usize) -> AssignmentPoint {
    let last = stages[stages.len() - 1][end];
    let mut choice = Vec::with_capacity(stages.len() - 1);
    let mut partial = last;
    for stage in stages[..stages.len() - 1].iter().rev() {
        choice.push(partial.option as usize);
        partial = stage[partial.parent as usize];
    }
    choice.reverse();
    AssignmentPoint { energy: last.energy, loss: last.loss, choice }
}
