//! How the learning rate moves over a stage.

use serde::{Deserialize, Serialize};

use super::StageName;

/// How the learning rate moves over a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    /// It stays.
    Constant,
    /// It is multiplied by `factor` after every `every` epochs.
    Step,
    /// It is multiplied by `factor` after each of the epochs in `milestones`.
    MultiStep,
    /// It falls to 0 along half a cosine, batch by batch.
    Cosine,
    /// It rises from a tenth over the first three tenths, then falls to 0 along half a cosine.
    OneCycle,
    /// It is multiplied by `factor` after `patience` epochs in a row without a lower validation loss than ever.
    Plateau,
}

/// A learning-rate schedule. What a form does not mention does not matter to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Its form.
    pub kind: ScheduleKind,
    /// `step`: epochs between steps.
    #[serde(default = "one")]
    pub every: u32,
    /// `step`, `multi_step` and `plateau`: factor of a step.
    #[serde(default = "tenth")]
    pub factor: f64,
    /// `multi_step`: the epochs after which a step comes, rising, counted from the start of the stage.
    #[serde(default)]
    pub milestones: Vec<u32>,
    /// `plateau`: epochs without a lower validation loss before a step.
    #[serde(default = "ten")]
    pub patience: u32,
    /// A rise before all of it.
    #[serde(default)]
    pub warm_up: WarmUp,
}

/// A linear rise of the learning rate at the start of a stage. `cosine` and `one_cycle` run over the epochs that
/// remain; `step` and `multi_step` count their epochs from the start; `plateau` looks at the epochs after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WarmUp {
    /// How long it takes, in epochs and fractions of them; 0 for none.
    pub epochs: f64,
    /// Share of the learning rate that it starts from.
    pub from: f64,
}

fn one() -> u32 {
    1
}

fn tenth() -> f64 {
    0.1
}

fn ten() -> u32 {
    10
}

impl Schedule {
    /// Half a cosine.
    pub const COSINE: Self = Self {
        kind: ScheduleKind::Cosine,
        every: 1,
        factor: 0.1,
        milestones: Vec::new(),
        patience: 10,
        warm_up: WarmUp { epochs: 0.0, from: 0.0 },
    };

    /// The factor on the learning rate after `done` of `epochs` epochs, fractions included; `reductions` are the steps
    /// that `plateau` has made.
    pub fn factor_at(&self, done: f64, epochs: u32, reductions: u32) -> f64 {
        let warm_up = self.warm_up;
        let rise = if done < warm_up.epochs {
            warm_up.from + (1.0 - warm_up.from) * done / warm_up.epochs
        } else {
            1.0
        };
        let progress = match warm_up.epochs {
            0.0 => done / f64::from(epochs.max(1)),
            // A warm-up as long as the stage leaves nothing to run over.
            length => ((done - length).max(0.0) / (f64::from(epochs) - length)).min(1.0),
        };
        let fall = |t: f64| 0.5 * (1.0 + (std::f64::consts::PI * t).cos());
        rise * match self.kind {
            ScheduleKind::Constant => 1.0,
            ScheduleKind::Step => self.factor.powi(done as i32 / self.every.max(1) as i32),
            ScheduleKind::MultiStep => {
                let passed = self.milestones.iter().filter(|&&epoch| f64::from(epoch) <= done).count();
                self.factor.powi(passed as i32)
            }
            ScheduleKind::Cosine => fall(progress),
            ScheduleKind::OneCycle if progress < 0.3 => 0.1 + 0.9 * progress / 0.3,
            ScheduleKind::OneCycle => fall((progress - 0.3) / 0.7),
            ScheduleKind::Plateau => self.factor.powi(reductions.min(i32::MAX as u32) as i32),
        }
    }

    /// What is wrong with it for a stage of `epochs`, and under which key.
    pub(super) fn check(&self, stage: StageName, epochs: u32) -> Result<(), (&'static str, String)> {
        if self.every == 0 {
            return Err(("every", "expected at least 1 epoch, got 0".into()));
        }
        if !(self.factor.is_finite() && self.factor > 0.0) {
            return Err(("factor", format!("expected a number above 0, got {}", self.factor)));
        }
        if self.patience == 0 {
            return Err(("patience", "expected at least 1 epoch, got 0".into()));
        }
        let rising = self.milestones.windows(2).all(|pair| pair[0] < pair[1]);
        if !rising || self.milestones.first() == Some(&0) {
            let problem = format!("expected epochs of at least 1, rising, got {:?}", self.milestones);
            return Err(("milestones", problem));
        }
        if self.kind == ScheduleKind::MultiStep && self.milestones.is_empty() {
            return Err(("milestones", "multi_step needs the epochs of its steps, as in [90, 135]".into()));
        }
        let WarmUp { epochs: length, from } = self.warm_up;
        if !(length.is_finite() && length >= 0.0) {
            return Err(("warm_up.epochs", format!("expected a number of at least 0, got {length}")));
        }
        if epochs > 0 && length >= f64::from(epochs) && length > 0.0 {
            let problem = format!("expected less than the epochs of {stage}, {epochs}, got {length}");
            return Err(("warm_up.epochs", problem));
        }
        if !(0.0..=1.0).contains(&from) {
            return Err(("warm_up.from", format!("expected a share from 0 to 1, got {from}")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: ScheduleKind) -> Schedule {
        Schedule { kind, every: 2, factor: 0.5, milestones: vec![2, 5], ..Schedule::COSINE }
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} {b}");
    }

    #[test]
    fn schedules_hit_their_marks() {
        close(of(ScheduleKind::Constant).factor_at(3.7, 4, 0), 1.0);
        close(of(ScheduleKind::Step).factor_at(1.99, 10, 0), 1.0);
        close(of(ScheduleKind::Step).factor_at(4.0, 10, 0), 0.25);
        close(of(ScheduleKind::Cosine).factor_at(0.0, 4, 0), 1.0);
        close(of(ScheduleKind::Cosine).factor_at(2.0, 4, 0), 0.5);
        close(of(ScheduleKind::Cosine).factor_at(4.0, 4, 0), 0.0);
        close(of(ScheduleKind::OneCycle).factor_at(3.0, 10, 0), 1.0);
        close(of(ScheduleKind::OneCycle).factor_at(0.0, 10, 0), 0.1);
        close(of(ScheduleKind::MultiStep).factor_at(1.99, 8, 0), 1.0);
        close(of(ScheduleKind::MultiStep).factor_at(2.0, 8, 0), 0.5);
        close(of(ScheduleKind::MultiStep).factor_at(7.5, 8, 0), 0.25);
        close(of(ScheduleKind::Plateau).factor_at(7.5, 8, 0), 1.0);
        close(of(ScheduleKind::Plateau).factor_at(0.5, 8, 3), 0.125);
    }

    /// Two epochs up from a fifth; then the schedule, over what remains or counted from the start.
    #[test]
    fn warm_up_comes_before_any_schedule() {
        let warm = |kind| Schedule { warm_up: WarmUp { epochs: 2.0, from: 0.2 }, ..of(kind) };
        close(warm(ScheduleKind::Constant).factor_at(0.0, 6, 0), 0.2);
        close(warm(ScheduleKind::Constant).factor_at(0.5, 6, 0), 0.4);
        close(warm(ScheduleKind::Constant).factor_at(2.0, 6, 0), 1.0);
        close(warm(ScheduleKind::Cosine).factor_at(1.0, 6, 0), 0.6);
        close(warm(ScheduleKind::Cosine).factor_at(2.0, 6, 0), 1.0);
        close(warm(ScheduleKind::Cosine).factor_at(4.0, 6, 0), 0.5);
        close(warm(ScheduleKind::Cosine).factor_at(6.0, 6, 0), 0.0);
        close(warm(ScheduleKind::OneCycle).factor_at(1.0, 12, 0), 0.6 * 0.1);
        close(warm(ScheduleKind::OneCycle).factor_at(5.0, 12, 0), 1.0);
        close(warm(ScheduleKind::MultiStep).factor_at(2.0, 6, 0), 0.5);
        let half = Schedule { warm_up: WarmUp { epochs: 0.5, from: 0.0 }, ..of(ScheduleKind::Constant) };
        close(half.factor_at(0.0, 6, 0), 0.0);
        close(half.factor_at(0.125, 6, 0), 0.25);
    }
}
