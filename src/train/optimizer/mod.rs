//! Optimisers on plain tensors, so that their state goes into checkpoints.

pub mod average;

use tch::{Kind, Tensor};

use crate::network::Parameter;
use crate::optimizer::average::Average;
use axmul_experiment::{OptimizerKind, Training};

/// Second decay rate of Adam.
const ADAM_BETA2: f64 = 0.999;
/// Keeps Adam from dividing by zero.
const ADAM_EPSILON: f64 = 1e-8;
/// Keeps the clipping of gradients from dividing by zero.
const NORM_EPSILON: f64 = 1e-6;

/// An optimiser and the parameters it moves.
#[derive(Debug)]
pub struct Optimizer {
    training: Training,
    parameters: Vec<Parameter>,
    /// SGD: the momentum. Adam: first and second moment. One tensor of the parameter's shape each.
    slots: Vec<Vec<Tensor>>,
    steps: u64,
    average: Option<Average>,
}

impl Optimizer {
    /// An optimiser at rest.
    pub fn new(training: &Training, parameters: Vec<Parameter>) -> Self {
        let count = match training.optimizer {
            OptimizerKind::Sgd => 1,
            OptimizerKind::Adam | OptimizerKind::AdamW => 2,
        };
        let zeros = |p: &Parameter| (0..count).map(|_| p.tensor.detach().zeros_like()).collect();
        let slots = parameters.iter().map(zeros).collect();
        Self { training: training.clone(), parameters, slots, steps: 0, average: None }
    }

    /// The same, averaging what training changes if the settings say so; `tensors` are all of the network's.
    pub fn averaging(self, tensors: Vec<(String, Tensor)>) -> Self {
        let average = self.training.ema.map(|decay| Average::new(decay, tensors));
        Self { average, ..self }
    }

    /// What it was made for.
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// The average of the network's weights, if there is one.
    pub fn average(&mut self) -> Option<&mut Average> {
        self.average.as_mut()
    }

    /// The same to look at.
    pub fn averaged(&self) -> Option<&Average> {
        self.average.as_ref()
    }

    /// Forgets the average; the network stays as it is.
    pub fn forget_average(&mut self) {
        self.average = None;
    }

    /// Forgets all gradients.
    pub fn zero_grad(&mut self) {
        for parameter in &mut self.parameters {
            parameter.tensor.zero_grad();
        }
    }

    /// Moves every parameter that has a gradient.
    pub fn step(&mut self, learning_rate: f64) {
        let Training { momentum, nesterov, weight_decay, optimizer, clip_norm, .. } = self.training;
        self.steps += 1;
        tch::no_grad(|| {
            let shortening = clip_norm.map(|limit| self.shortening(limit));
            for (parameter, slots) in self.parameters.iter_mut().zip(&mut self.slots) {
                let mut gradient = parameter.tensor.grad();
                if !gradient.defined() {
                    continue;
                }
                if let Some(shortening) = &shortening {
                    gradient *= shortening;
                }
                let decays = weight_decay > 0.0 && parameter.decays;
                if decays && optimizer == OptimizerKind::AdamW {
                    parameter.tensor *= 1.0 - learning_rate * weight_decay;
                } else if decays {
                    gradient = &parameter.tensor * weight_decay + &gradient;
                }
                let change = match (optimizer, slots.as_mut_slice()) {
                    (OptimizerKind::Sgd, [velocity]) => {
                        *velocity *= momentum;
                        *velocity += &gradient;
                        if nesterov { gradient + &*velocity * momentum } else { velocity.shallow_clone() }
                    }
                    (OptimizerKind::Adam | OptimizerKind::AdamW, [first, second]) => {
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
        if let Some(average) = &mut self.average {
            average.update(self.steps);
        }
    }

    /// The factor that makes all gradients together, as one vector, at most `limit` long: a scalar, on their device.
    fn shortening(&self, limit: f64) -> Tensor {
        let gradients = self.parameters.iter().map(|parameter| parameter.tensor.grad());
        let squares: Vec<Tensor> =
            gradients.filter(Tensor::defined).map(|g| g.square().sum(Kind::Double)).collect();
        if squares.is_empty() {
            return Tensor::from(1.0);
        }
        let norm = Tensor::stack(&squares, 0).sum(Kind::Double).sqrt();
        ((norm + NORM_EPSILON).reciprocal() * limit).clamp_max(1.0)
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
    use super::*;
    use axmul_experiment::{StageName, Stages};

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

    /// AdamW takes rate * decay of the weight away, then goes as Adam does without decay; Adam itself does not.
    #[test]
    fn adamw_by_hand() {
        let with = |kind, decay| course(|t| (t.optimizer, t.weight_decay) = (kind, decay));
        let decayed = with(OptimizerKind::AdamW, 0.5);
        let (g1, g2) = (2.0f64, 2.0 * 0.85);
        let first = (0.9 * 0.1 * g1 + 0.1 * g2) / (1.0 - 0.81);
        let second = (0.999 * 0.001 * g1 * g1 + 0.001 * g2 * g2) / (1.0 - 0.999f64.powi(2));
        let p1 = 1.0 * (1.0 - 0.1 * 0.5) - 0.1;
        close(&decayed[..2], &[p1, p1 * (1.0 - 0.1 * 0.5) - 0.1 * first / second.sqrt()]);
        close(&with(OptimizerKind::AdamW, 0.0), &with(OptimizerKind::Adam, 0.0));
        close(&with(OptimizerKind::Adam, 0.5)[..1], &[0.9]);
    }

    /// Gradients (3, 4) and 12 are 13 long together; one of 6.5 halves them, one of 20 leaves them.
    #[test]
    fn clipping_by_hand() {
        for (limit, factor) in [(6.5, 0.5), (20.0, 1.0), (13.0, 1.0)] {
            let mut training = Stages::default().training(StageName::Retrain);
            (training.clip_norm, training.momentum) = (Some(limit), 0.0);
            let tensors = [Tensor::zeros([2], (Kind::Float, tch::Device::Cpu)), Tensor::from(0f32)]
                .map(|tensor| tensor.set_requires_grad(true));
            let named = |tensor: &Tensor| Parameter {
                name: "p".into(),
                tensor: tensor.shallow_clone(),
                decays: false,
            };
            let mut optimizer = Optimizer::new(&training, tensors.iter().map(named).collect());
            let loss = (&tensors[0] * Tensor::from_slice(&[3f32, 4.0])).sum(Kind::Float) + &tensors[1] * 12.0;
            loss.backward();
            optimizer.step(1.0);
            let got =
                [tensors[0].double_value(&[0]), tensors[0].double_value(&[1]), tensors[1].double_value(&[])];
            close(&got, &[-3.0 * factor, -4.0 * factor, -12.0 * factor]);
        }
    }
}
