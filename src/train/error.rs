//! What can go wrong while training.

use std::path::PathBuf;

use tch::TchError;

use crate::device::memory::Work;
use axmul_experiment::assignment::AssignmentError;
use axmul_experiment::{
    EnergyError, FileError, NetworkError, RunDirectoryError, SignMagnitudeError, StageName, WeightsError,
};
use axmul_kernels::KernelError;

/// Why training stopped.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// libtorch refused an operation.
    #[error("libtorch: {0}")]
    Torch(#[from] TchError),
    /// A device that is not there.
    #[error("{0}")]
    Device(String),
    /// The images do not fit.
    #[error("the images: {0}")]
    Data(String),
    /// A network that cannot be built.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A file that cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A directory that cannot take the run.
    #[error(transparent)]
    RunDirectory(#[from] RunDirectoryError),
    /// A checkpoint that does not fit.
    #[error("the checkpoint {path}: {problem}", path = path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Published weights that do not fit.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A stage whose predecessor has not run.
    #[error(
        "stage {stage} starts from the checkpoint of {needs}, which is not there; run {needs} first (--stage {needs},{stage})"
    )]
    Order {
        /// The stage asked for.
        stage: StageName,
        /// The stage that must come first.
        needs: StageName,
    },
    /// No energies under the operands of layers.
    #[error(transparent)]
    Energy(#[from] EnergyError),
    /// No multiplier was found for a layer.
    #[error(transparent)]
    Assignment(#[from] AssignmentError),
    /// A multiplier that cannot be used.
    #[error("{0}")]
    Multiplier(String),
    /// An unsigned multiplier that cannot become signed.
    #[error(transparent)]
    SignMagnitude(#[from] SignMagnitudeError),
    /// A kernel refused its operands.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// The loss is no number any more.
    #[error(
        "the loss of {stage} became {loss} in epoch {epoch}, batch {batch} of {batches}; what was trained up to the \
         epoch before is kept. Try a smaller stages.{}.learning_rate, stages.{}.clip_norm=1, or a \
         schedule with warm_up", stage.settings(), stage.settings()
    )]
    Diverged {
        /// The stage.
        stage: StageName,
        /// The epoch, from 1.
        epoch: u32,
        /// The batch, from 1.
        batch: usize,
        /// Batches in an epoch.
        batches: usize,
        /// The loss.
        loss: f64,
    },
    /// libtorch got no memory.
    #[error(
        "out of memory: libtorch asked for {asked} at once, with {images} images in a batch; {way_out}",
        way_out = work.way_out()
    )]
    OutOfMemory {
        /// How much it asked for, with a unit.
        asked: String,
        /// Images in a batch.
        images: usize,
        /// What it was for.
        work: Work,
    },
}
