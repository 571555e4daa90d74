//! Optimisers on plain tensors, so that their state goes into checkpoints.

use tch::Tensor;

use super::network::Parameter;
use crate::training::plan::{OptimizerKind, Training};

/// Second decay rate of Adam.
const ADAM_BETA2: f64 = 0.999;
/// Keeps Adam from dividing by zero.
const ADAM_EPSILON: f64 = 1e-8;

/// An optimiser and the parameters it moves.
#[derive(Debug)]
pub struct Optimizer {
    training: Training,
    parameters: Vec<Parameter>,
    /// SGD: the momentum. Adam: first and second moment. One tensor of the parameter's shape each.
    slots: Vec<Vec<Tensor>>,
    steps: u64,
}

impl Optimizer {
    /// An optimiser at rest.
    pub fn new(training: &Training, parameters: Vec<Parameter>) -> Self {
        let count = match training.optimizer {
            OptimizerKind::Sgd => 1,
            OptimizerKind::Adam => 2,
        };
        let zeros = |p: &Parameter| (0..count).map(|_| p.tensor.detach().zeros_like()).collect();
        let slots = parameters.iter().map(zeros).collect();
        Self { training: training.clone(), parameters, slots, steps: 0 }
    }

    /// Forgets all gradients.
    pub fn zero_grad(&mut self) {
        for parameter in &mut self.parameters {
            parameter.tensor.zero_grad();
        }
    }

    /// Moves every parameter that has a gradient.
    pub fn step(&mut self, learning_rate: f64) {
        let Training { momentum, nesterov, weight_decay, optimizer, .. } = self.training;
        self.steps += 1;
        tch::no_grad(|| {
            for (parameter, slots) in self.parameters.iter_mut().zip(&mut self.slots) {
                let mut gradient = parameter.tensor.grad();
                if !gradient.defined() {
                    continue;
                }
                if weight_decay > 0.0 && parameter.decays {
                    gradient = &parameter.tensor * weight_decay + &gradient;
                }
                let change = match (optimizer, slots.as_mut_slice()) {
                    (OptimizerKind::Sgd, [velocity]) => {
                        *velocity *= momentum;
                        *velocity += &gradient;
                        if nesterov { gradient + &*velocity * momentum } else { velocity.shallow_clone() }
                    }
                    (OptimizerKind::Adam, [first, second]) => {
                        *first *= momentum;
                        *first += &gradient * (1.0 - momentum);
                        *second *= ADAM_BETA2;
                        *second += gradient.square() * (1.0 - ADAM_BETA2);
                        let correction = |rate: f64| 1.0 - rate.powi(self.steps.min(1 << 30) as i32);
                        let deviation = (&*second / correction(ADAM_BETA2)).sqrt() + ADAM_EPSILON;
                        &*first / correction(momentum) / deviation
                    }
                    _ => unreachable!("slots are made for the optimiser"),
                };
                parameter.tensor -= change * learning_rate;
            }
        });
    }

    /// Steps taken, which Adam counts.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Takes up the count of steps from a checkpoint.
    pub fn set_steps(&mut self, steps: u64) {
        self.steps = steps;
    }

    /// Every tensor of the optimiser's state by name, sharing memory with it.
    pub fn tensors(&self) -> Vec<(String, Tensor)> {
        let named = |(parameter, slots): (&Parameter, &Vec<Tensor>)| {
            let name = parameter.name.clone();
            let slots: Vec<_> = slots.iter().map(Tensor::shallow_clone).collect();
            slots.into_iter().enumerate().map(move |(slot, tensor)| (format!("{name}.{slot}"), tensor))
        };
        self.parameters.iter().zip(&self.slots).flat_map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;
    use crate::training::plan::{StageName, Stages};

    /// The values of a parameter that starts at 1 with the gradient 2 p, over some steps of rate 0.1.
    fn course(change: impl FnOnce(&mut Training)) -> Vec<f64> {
        let mut training = Stages::default().training(StageName::Retrain);
        change(&mut training);
        let tensor = Tensor::from_slice(&[1f64]).view([1, 1]).set_requires_grad(true);
        let parameter = Parameter { name: "p".into(), tensor: tensor.shallow_clone(), decays: true };
        let mut optimizer = Optimizer::new(&training, vec![parameter]);
        (0..3)
            .map(|_| {
                optimizer.zero_grad();
                tensor.square().sum(Kind::Double).backward();
                optimizer.step(0.1);
                tensor.double_value(&[0, 0])
            })
            .collect()
    }

    fn close(got: &[f64], want: &[f64]) {
        for (g, w) in got.iter().zip(want) {
            assert!((g - w).abs() < 1e-6, "{got:?} {want:?}");
        }
    }

    /// By hand: v = 2; p = 0.8. v = 1.8 + 1.6 = 3.4; p = 0.46. v = 3.06 + 0.92 = 3.98; p = 0.062.
    #[test]
    fn momentum_by_hand() {
        close(&course(|_| {}), &[0.8, 0.46, 0.062]);
    }

    /// By hand: g + 0.9 v, with v as above from other gradients: 2 + 1.8; then p = 0.62, g = 1.24, v = 3.04.
    #[test]
    fn nesterov_by_hand() {
        close(&course(|t| t.nesterov = true)[..2], &[0.62, 0.62 - 0.1 * (1.24 + 0.9 * 3.04)]);
    }

    /// By hand: g = 2 + 0.5 * 1.
    #[test]
    fn weight_decay_by_hand() {
        close(&course(|t| t.weight_decay = 0.5)[..1], &[0.75]);
    }

    /// The first step of Adam is the rate, whatever the gradient; so, nearly, is the second.
    #[test]
    fn adam_by_hand() {
        let course = course(|t| t.optimizer = OptimizerKind::Adam);
        let (g1, g2) = (2.0f64, 1.8f64);
        let first = (0.9 * 0.1 * g1 + 0.1 * g2) / (1.0 - 0.81);
        let second = (0.999 * 0.001 * g1 * g1 + 0.001 * g2 * g2) / (1.0 - 0.999f64.powi(2));
        close(&course[..2], &[0.9, 0.9 - 0.1 * first / second.sqrt()]);
    }
}
