//! An exponential average of a network's weights.

use tch::Tensor;

/// The average of a network's weights over the steps of training.
///
/// Everything that training changes is averaged in the same way: weights, biases, clipping values, and the running
/// statistics of batch normalization, which belong to the weights they were gathered with. Not averaged are the ranges
/// of activations, which are averages already, and the noise of the search: it rises steadily, so that its average
/// would fall short of what was learned.
#[derive(Debug)]
pub struct Average {
    decay: f64,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    /// The network's, sharing memory with it.
    live: Tensor,
    average: Tensor,
}

impl Average {
    /// An average that begins with the values of now; `tensors` share memory with the network's.
    pub fn new(decay: f64, tensors: Vec<(String, Tensor)>) -> Self {
        let entries = tensors
            .into_iter()
            .filter(|(name, _)| !name.ends_with(".sigma"))
            .map(|(name, live)| Entry { name, average: live.detach().copy(), live: live.detach() })
            .collect();
        Self { decay, entries }
    }

    /// Takes in the weights after a step, counted from 1. The decay is at most (1 + step) / (10 + step), so that short
    /// trainings do not stay where they began (as in TensorFlow's `ExponentialMovingAverage`).
    pub fn update(&mut self, step: u64) {
        let step = step as f64;
        let share = 1.0 - self.decay.min((1.0 + step) / (10.0 + step));
        tch::no_grad(|| {
            for Entry { live, average, .. } in &mut self.entries {
                let change = (&*live - &*average) * share;
                *average += change;
            }
        });
    }

    /// Puts the average into the network, and keeps the network's own values instead; or the other way round.
    pub fn exchange(&mut self) {
        tch::no_grad(|| {
            for Entry { live, average, .. } in &mut self.entries {
                let kept = live.copy();
                live.copy_(average);
                average.copy_(&kept);
            }
        });
    }

    /// The average of a tensor of the network, sharing memory; `None` for what is not averaged.
    pub fn of(&self, name: &str) -> Option<&Tensor> {
        self.entries.iter().find(|entry| entry.name == name).map(|entry| &entry.average)
    }

    /// Name, network's own tensor and average of everything averaged, sharing memory.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, Tensor, Tensor)> {
        let shared = |e: &Entry| (e.live.shallow_clone(), e.average.shallow_clone());
        self.entries.iter().map(move |entry| {
            let (live, average) = shared(entry);
            (entry.name.as_str(), live, average)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From 1, with weights 2, 4 and 8. The decay is 2/11 at first, then 0.2: a = 1 + 9/11; a += 0.8 (4 - a);
    /// a += 0.8 (8 - a).
    #[test]
    fn three_steps_by_hand() {
        let weight = Tensor::from_slice(&[1f64]).set_requires_grad(true);
        let sigma = Tensor::from_slice(&[1f64]);
        let named = vec![
            ("layer.weight".to_owned(), weight.shallow_clone()),
            ("layer.sigma".to_owned(), sigma.shallow_clone()),
        ];
        let mut average = Average::new(0.2, named);
        assert!(average.of("layer.sigma").is_none());
        let held = |average: &Average| average.of("layer.weight").unwrap().double_value(&[0]);
        for (step, value) in [(1, 2.0), (2, 4.0), (3, 8.0)] {
            let _ = tch::no_grad(|| weight.shallow_clone().fill_(value));
            average.update(step);
        }
        let first = 1.0 + 9.0 / 11.0;
        let second = first + 0.8 * (4.0 - first);
        let third = second + 0.8 * (8.0 - second);
        assert!((held(&average) - third).abs() < 1e-12, "{} {third}", held(&average));
        average.exchange();
        assert_eq!((weight.double_value(&[0]), held(&average)), (third, 8.0));
        average.exchange();
        assert_eq!((weight.double_value(&[0]), held(&average)), (8.0, third));
    }
}
