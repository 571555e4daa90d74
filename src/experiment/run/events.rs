//! What a run reports while it goes.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{AssignmentResult, FileError, StageName, StageResult};

/// One line of `events.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run begins.
    RunStart {
        /// The experiment.
        name: String,
        /// All seeds of the run.
        seeds: Vec<u64>,
        /// Where tensors live.
        device: String,
        /// Whether an earlier run is taken up.
        resumed: bool,
    },
    /// A stage begins, or is taken up after `epochs_done`.
    StageStart {
        /// The seed.
        seed: u64,
        /// The stage.
        stage: StageName,
        /// Epochs that the checkpoint has behind it.
        epochs_done: u32,
        /// Epochs of the stage.
        epochs: u32,
    },
    /// A part of an epoch is done.
    Step {
        /// The seed.
        seed: u64,
        /// The stage.
        stage: StageName,
        /// The epoch, from 1.
        epoch: u32,
        /// Batches done in this epoch.
        batch: u32,
        /// Batches in an epoch.
        batches: u32,
        /// Mean loss since the epoch began.
        loss: f64,
        /// Share of right answers since the epoch began, 0 to 1.
        top1: f64,
        /// Images a second since the epoch began.
        images_per_second: f64,
    },
    /// An epoch is done and its checkpoint is on disk.
    Epoch {
        /// The seed.
        seed: u64,
        /// The stage.
        stage: StageName,
        /// The epoch, from 1.
        epoch: u32,
        /// Epochs of the stage.
        epochs: u32,
        /// Mean loss on training images.
        train_loss: f64,
        /// Share of right answers on training images, 0 to 1.
        train_top1: f64,
        /// Mean loss on validation images.
        validation_loss: f64,
        /// Share of right answers on validation images, 0 to 1.
        validation_top1: f64,
        /// Share of validation images whose class is among the five likeliest; where there are more than five.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        validation_top5: Option<f64>,
        /// Learning rate of the last batch.
        #[serde(default)]
        learning_rate: f64,
        /// Training images a second.
        images_per_second: f64,
        /// Seconds of training and validation.
        seconds: f64,
        /// In `search`: the noise of each layer, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sigma: Vec<f64>,
    },
    /// A stage ends before its last epoch, for its validation score was not bettered any more.
    EarlyStop {
        /// The seed.
        seed: u64,
        /// The stage.
        stage: StageName,
        /// The last epoch, from 1.
        epoch: u32,
    },
    /// A candidate for the uniform multiplier was judged.
    Candidate {
        /// The seed.
        seed: u64,
        /// The multiplier.
        multiplier: String,
        /// Share of right answers on validation images, 0 to 1.
        validation_top1: f64,
        /// Mean loss on validation images.
        validation_loss: f64,
    },
    /// Multipliers were assigned to layers.
    Assignment {
        /// The seed.
        seed: u64,
        /// What was assigned.
        assignment: AssignmentResult,
    },
    /// A stage is done.
    StageEnd {
        /// The seed.
        seed: u64,
        /// The stage.
        stage: StageName,
        /// Its figures.
        result: StageResult,
    },
    /// The run is done.
    RunEnd {
        /// Seconds since it began, or was taken up.
        seconds: f64,
    },
}

/// The file `events.jsonl` of a run: every event a line, written at once.
#[derive(Debug)]
pub struct EventLog {
    path: PathBuf,
    file: File,
}

impl EventLog {
    /// Opens the log for more events. Half a line at its end, which a killed run leaves, is cut off.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let fail = |error| FileError::write(path, error);
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(path)
            .map_err(fail)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(fail)?;
        let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64).map_err(fail)?;
        file.seek(SeekFrom::End(0)).map_err(fail)?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Appends an event.
    pub fn write(&mut self, event: &Event) -> Result<(), FileError> {
        let mut line = serde_json::to_vec(event).map_err(|error| FileError::write(&self.path, error))?;
        line.push(b'\n');
        self.file.write_all(&line).map_err(|error| FileError::io(&self.path, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_with_the_path_and_what_to_do() {
        let path = Path::new("/dev/full");
        let file = OpenOptions::new().write(true).open(path).unwrap();
        let mut log = EventLog { path: path.to_owned(), file };
        let message = log.write(&Event::RunEnd { seconds: 1.0 }).unwrap_err().to_string();
        assert!(message.contains("cannot write /dev/full: No space left on device"), "{message}");
        assert!(
            message.contains("free space, then repeat the command (resume a run with --resume)"),
            "{message}"
        );
    }

    #[test]
    fn half_a_line_is_cut_off() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("events.jsonl");
        std::fs::write(&path, "{\"event\":\"run_end\",\"seconds\":1.0}\n{\"event\":\"run_e").unwrap();
        EventLog::open(&path).unwrap().write(&Event::RunEnd { seconds: 2.0 }).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let events: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events, [Event::RunEnd { seconds: 1.0 }, Event::RunEnd { seconds: 2.0 }]);
    }
}
