//! Progress bars: one a stage, on standard error, silent off a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::stages::epoch::Score;
use axmul_experiment::{StageName, StageResult};

/// The progress of one stage.
#[derive(Debug)]
pub struct StageProgress {
    bar: ProgressBar,
    stage: StageName,
    epochs: u32,
}

impl StageProgress {
    /// Progress over `epochs` of `batches`, of which `done` epochs are behind. Nothing is shown unless `shown`.
    pub fn new(shown: bool, seed: u64, stage: StageName, epochs: u32, batches: usize, done: u32) -> Self {
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(u64::from(epochs) * batches as u64), target);
        let style = "{prefix:>16} {bar:24} {msg} {eta_precise} left";
        bar.set_style(ProgressStyle::with_template(style).expect("the template is well-formed"));
        bar.set_prefix(format!("seed {seed} {stage}"));
        bar.set_position(u64::from(done) * batches as u64);
        // What an earlier sitting did says nothing about the time left.
        bar.reset_eta();
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, stage, epochs }
    }

    /// Says what is being done beside epochs.
    pub fn say(&self, message: &str) {
        self.bar.set_message(message.to_owned());
    }

    /// Batches are done.
    pub fn step(&self, position: usize, epoch: u32, score: Score, began: Instant) {
        self.bar.set_position(position as u64);
        self.bar.set_message(format!(
            "epoch {epoch}/{}  loss {:.4}  accuracy {:.2} %  {:.0} images/s",
            self.epochs,
            score.loss,
            100.0 * score.top1,
            score.images as f64 / began.elapsed().as_secs_f64().max(1e-9)
        ));
    }

    /// The stage is done: its line stays.
    pub fn finish(&self, result: &StageResult) {
        let (shown, prefix) = (!self.bar.is_hidden(), self.bar.prefix());
        self.bar.finish_and_clear();
        if shown {
            eprintln!(
                "{prefix:>16} {}: {:.2} % of the test images right{}, loss {:.4}, {:.0} s",
                if self.stage == StageName::Search { "done (noise off)" } else { "done" },
                100.0 * result.test_top1,
                result.test_top5.map_or_else(String::new, |top5| format!(", {:.2} % in five", 100.0 * top5)),
                result.test_loss,
                result.seconds
            );
        }
    }
}
