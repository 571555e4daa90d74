//! What the stages of a run share.

use tch::Device;

use crate::TrainError;
use crate::approximate::multipliers::Multipliers;
use crate::checkpoint::CheckpointInfo;
use crate::data::dataset::Dataset;
use crate::network::multiplier::LayerMultiplier;
use axmul_experiment::assignment::{Costing, LayerCapture, LayerEnergies};
use axmul_experiment::corrections::Wiring;
use axmul_experiment::{Circuits, Event, EventLog, Experiment, FileError, Network, RunDirectory, read_json};

/// What the stages of a run share.
pub struct Session<'a> {
    /// The experiment.
    pub experiment: Experiment,
    /// The network.
    pub network: Network,
    /// Where tensors live.
    pub device: Device,
    /// The images, on the device.
    pub dataset: Dataset,
    /// Multipliers that layers can compute with.
    pub multipliers: Multipliers,
    /// Circuits of multipliers, where energy is asked for under the operands of layers.
    pub circuits: Circuits,
    /// Where files go.
    pub directory: RunDirectory,
    /// Whether to show progress.
    pub progress: bool,
    /// Hears of every checkpoint once it is on disk; an error ends the run there.
    pub checkpointed: &'a mut dyn FnMut(&CheckpointInfo) -> Result<(), TrainError>,
    /// Takes down what happens.
    pub log: EventLog,
}

impl Session<'_> {
    /// Writes an event.
    pub fn report(&mut self, event: &Event) -> Result<(), TrainError> {
        Ok(self.log.write(event)?)
    }

    /// Reads a file of an earlier stage.
    pub fn read<T: serde::de::DeserializeOwned>(&self, path: &std::path::Path) -> Result<T, FileError> {
        read_json(path)
    }

    /// What multipliers take in captured layers; nothing where the experiment goes by the catalog.
    pub fn energies(&self, captures: &[LayerCapture]) -> Result<LayerEnergies, TrainError> {
        Ok(self.circuits.energies_by(self.experiment.energy, captures)?)
    }

    /// What the experiment keeps low, given [`Self::energies`].
    pub fn costing<'a>(&self, energies: &'a LayerEnergies) -> Costing<'a> {
        self.experiment.energy.costing(self.experiment.metric, energies)
    }

    /// Multipliers by name, ready for tensors.
    pub fn prepare(&mut self, names: &[String]) -> Result<Vec<Option<LayerMultiplier>>, TrainError> {
        let mut prepare = |name: &String| self.multipliers.prepare(name, &self.experiment, self.device);
        names.iter().map(|name| Ok(Some(prepare(name)?.into()))).collect()
    }

    /// Multipliers as layers have them, by name and wiring.
    pub fn wire<'a>(
        &self,
        layers: impl IntoIterator<Item = (&'a str, &'a Wiring)>,
    ) -> Result<Vec<Option<LayerMultiplier>>, TrainError> {
        let wired = |(name, wiring)| self.multipliers.wired(name, wiring, &self.experiment, self.device);
        layers.into_iter().map(|layer| wired(layer).map(Some)).collect()
    }

    /// How many layers have multipliers.
    pub fn layers(&self) -> Result<usize, TrainError> {
        Ok(self.network.resolve()?.iter().filter(|layer| layer.operation.opcount() > 0).count())
    }
}
