//! Local search under a loss of all layers together.

use super::{AssignmentPoint, LayerOption};

/// Improves a choice within a budget of energy, under the loss that `joint` finds of a whole choice: one layer or two
/// layers change at a time, as long as that helps. Deterministic; ends where no such change does.
///
/// `joint` is asked for some `(layers x options)^2 / 2` choices a round at most, those within the budget; a round that
/// changes nothing ends the search, as do `most_rounds` of them. The result's loss is that of `joint`.
pub fn exchange(
    layers: &[Vec<LayerOption>],
    start: &AssignmentPoint,
    budget: f64,
    most_rounds: usize,
    joint: &dyn Fn(&[usize]) -> f64,
) -> AssignmentPoint {
    let mut choice = start.choice.clone();
    let mut loss = joint(&choice);
    let energy = |choice: &[usize]| -> f64 { layers.iter().zip(choice).map(|(l, &at)| l[at].energy).sum() };
    let slack = budget + 1e-12;
    for _ in 0..most_rounds {
        let before = loss;
        for first in 0..layers.len() {
            for second in first..layers.len() {
                let taken = energy(&choice)
                    - layers[first][choice[first]].energy
                    - if second > first { layers[second][choice[second]].energy } else { 0.0 };
                let (mut best, mut best_loss) = (None, loss);
                for (one, option) in layers[first].iter().enumerate() {
                    // Both change, or the first alone.
                    let others = if second > first { 0..layers[second].len() } else { 0..1 };
                    for other in others {
                        if second > first && (one == choice[first] || other == choice[second]) {
                            continue;
                        }
                        let more = if second > first { layers[second][other].energy } else { 0.0 };
                        if taken + option.energy + more > slack {
                            continue;
                        }
                        let mut tried = choice.clone();
                        tried[first] = one;
                        if second > first {
                            tried[second] = other;
                        }
                        let tried_loss = joint(&tried);
                        if tried_loss < best_loss {
                            (best, best_loss) = (Some(tried), tried_loss);
                        }
                    }
                }
                if let Some(better) = best {
                    (choice, loss) = (better, best_loss);
                }
            }
        }
        if loss >= before {
            break;
        }
    }
    AssignmentPoint { energy: energy(&choice), loss, choice }
}
