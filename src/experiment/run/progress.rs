//! What the validation of the epochs so far has decided: steps of the learning rate, the best epoch, the end.

use serde::{Deserialize, Serialize};

use crate::{ScheduleKind, StopOn, Training};

/// The decisions of a stage so far. It goes into checkpoints, so that a run that is taken up decides the same.
///
/// A validation score that is no number betters nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Course {
    /// Steps that the schedule `plateau` has made.
    pub reductions: u32,
    /// The best epoch, by right answers, then by loss.
    pub best: Option<BestEpoch>,
    /// Whether the stage ended before its last epoch.
    pub stopped: bool,
    plateau: Waiting,
    stopping: Waiting,
}

/// An epoch and its validation scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BestEpoch {
    /// The epoch, from 1.
    pub epoch: u32,
    /// Share of right answers, 0 to 1.
    pub top1: f64,
    /// Mean cross entropy.
    pub loss: f64,
}

/// The lowest of a figure so far, and the epochs since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Waiting {
    lowest: Option<f64>,
    epochs: u32,
}

impl Waiting {
    /// Takes the figure of an epoch; says whether `patience` epochs have not bettered it.
    fn exhausted(&mut self, figure: f64, patience: u32) -> bool {
        if self.lowest.map_or(figure.is_finite(), |lowest| figure < lowest) {
            *self = Self { lowest: Some(figure), epochs: 0 };
        } else {
            self.epochs += 1;
        }
        self.epochs >= patience
    }
}

impl Course {
    /// Takes the validation scores of an epoch, from 1; says whether it is the best so far.
    pub fn judge(&mut self, training: &Training, epoch: u32, top1: f64, loss: f64) -> bool {
        let schedule = &training.schedule;
        let looks = schedule.kind == ScheduleKind::Plateau && f64::from(epoch) > schedule.warm_up.epochs;
        if looks && self.plateau.exhausted(loss, schedule.patience) {
            self.reductions += 1;
            self.plateau.epochs = 0;
        }
        let figure = match training.early_stopping.on {
            StopOn::Top1 => -top1,
            StopOn::Loss => loss,
        };
        self.stopped = training.early_stopping.patience.is_some_and(|p| self.stopping.exhausted(figure, p));
        let best = self.best.is_none_or(|best| top1 > best.top1 || top1 == best.top1 && loss < best.loss);
        // JSON has no place for what is no number.
        let best = best && loss.is_finite();
        if best {
            self.best = Some(BestEpoch { epoch, top1, loss });
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EarlyStopping, StageName, Stages};

    fn training(change: impl FnOnce(&mut Training)) -> Training {
        let mut training = Stages::default().training(StageName::Baseline);
        change(&mut training);
        training
    }

    /// Steps after each course of scores, epoch by epoch.
    fn reductions(training: &Training, losses: &[f64]) -> Vec<u32> {
        let mut course = Course::default();
        let epochs = (1..).zip(losses);
        let after = epochs.map(|(epoch, &loss)| {
            course.judge(training, epoch, 0.5, loss);
            course.reductions
        });
        after.collect()
    }

    #[test]
    fn a_plateau_is_patience_epochs_without_a_lower_loss() {
        let plateau = |patience| {
            training(|t| (t.schedule.kind, t.schedule.patience) = (ScheduleKind::Plateau, patience))
        };
        let two = plateau(2);
        assert_eq!(reductions(&two, &[3.0, 2.0, 2.0, 2.5, 2.0, 1.9, 2.0, 2.0]), [0, 0, 0, 1, 1, 1, 1, 2]);
        // After a step the waiting begins anew.
        assert_eq!(reductions(&two, &[1.0, 1.0, 1.0, 1.0, 1.0]), [0, 0, 1, 1, 2]);
        assert_eq!(reductions(&two, &[f64::NAN, f64::NAN, 1.0]), [0, 1, 1]);
        // The losses of a warm-up do not count.
        let mut warm = plateau(1);
        warm.schedule.warm_up.epochs = 1.5;
        assert_eq!(reductions(&warm, &[0.5, 0.6, 0.4, 0.4]), [0, 0, 0, 1]);
    }

    #[test]
    fn the_best_epoch_has_most_right_and_then_the_lower_loss() {
        let mut course = Course::default();
        let training = training(|_| {});
        let scores = [(0.5, 1.0), (0.7, 2.0), (0.7, 1.5), (0.7, 1.5), (0.6, 0.1), (0.9, f64::NAN)];
        let judged: Vec<bool> =
            (1..).zip(scores).map(|(e, (top1, loss))| course.judge(&training, e, top1, loss)).collect();
        assert_eq!(judged, [true, true, true, false, false, false]);
        assert_eq!(course.best, Some(BestEpoch { epoch: 3, top1: 0.7, loss: 1.5 }));
        assert!(!course.stopped);
        let text = serde_json::to_string(&course).unwrap();
        assert_eq!(serde_json::from_str::<Course>(&text).unwrap(), course);
        assert_eq!(serde_json::from_str::<Course>("{}").unwrap(), Course::default());
    }

    #[test]
    fn a_stage_stops_on_the_score_that_was_asked_for() {
        let stopped_at = |on, scores: &[(f64, f64)]| {
            let training = training(|t| t.early_stopping = EarlyStopping { patience: Some(2), on });
            let mut course = Course::default();
            (1..).zip(scores).find_map(|(epoch, &(top1, loss))| {
                course.judge(&training, epoch, top1, loss);
                course.stopped.then_some(epoch)
            })
        };
        let scores = [(0.5, 1.0), (0.6, 1.1), (0.7, 1.2), (0.7, 0.9), (0.7, 0.8)];
        assert_eq!(stopped_at(StopOn::Loss, &scores), Some(3));
        assert_eq!(stopped_at(StopOn::Top1, &scores), Some(5));
        assert_eq!(stopped_at(StopOn::Top1, &scores[..4]), None);
    }
}
