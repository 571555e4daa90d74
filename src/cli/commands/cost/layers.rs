//! `--layers`: the operands that a run captured in each layer of its network.

use std::path::Path;

use anyhow::bail;

use super::rows::CostRow;
use crate::cli::inputs::experiment::captures;
use crate::report::LayerEnergySeries;
use axmul_experiment::assignment::LayerCapture;
use axmul_experiment::{RunDirectory, as_seen};
use axmul_hardware::operands::OperandStream;
use axmul_metrics::{OperandDistribution, OperandFormat};

/// What the layers of a run multiply.
pub(super) struct RunLayers {
    names: Vec<String>,
    operands: Vec<OperandDistribution>,
}

impl RunLayers {
    /// Reads what the search of a run's first seed captured.
    pub fn read(run: &Path) -> anyhow::Result<Self> {
        let (directory, experiment, _) = RunDirectory::view(run)?;
        let (_, captures) = captures(&directory, &experiment, None)?;
        for capture in &captures {
            capture.check()?;
        }
        Ok(Self {
            operands: captures.iter().map(LayerCapture::distribution).collect(),
            names: captures.into_iter().map(|capture| capture.name).collect(),
        })
    }

    /// The layers' names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What a multiplier of this format is given in each layer.
    pub fn of(&self, format: OperandFormat) -> anyhow::Result<Vec<(&str, OperandStream)>> {
        let seen = |(name, of): (&String, &OperandDistribution)| {
            let Some(seen) = as_seen(of, format) else {
                bail!(
                    "layer '{name}' computes on operands {}, and the multiplier's are {format}",
                    of.format()
                );
            };
            Ok(OperandStream::Distribution(seen))
        };
        let all = self.names.iter().zip(&self.operands);
        all.map(|both| Ok((both.0.as_str(), seen(both)?))).collect()
    }

    /// Rows as a figure shows them: for each multiplier and backend, uniform operands and every layer.
    pub fn series(&self, rows: &[CostRow]) -> Vec<LayerEnergySeries> {
        let mut series = Vec::new();
        for first in rows.iter().filter(|row| row.layer().is_none()) {
            let same = |row: &&CostRow| row.multiplier() == first.multiplier() && row.layer().is_some();
            let energy = |name: &String| {
                rows.iter().filter(same).find(|row| row.layer() == Some(name)).and_then(CostRow::energy_fj)
            };
            let layers: Option<Vec<f64>> = self.names.iter().map(energy).collect();
            if let (Some(uniform_fj), Some(layers_fj)) = (first.energy_fj(), layers) {
                series.push(LayerEnergySeries { name: first.label(rows), uniform_fj, layers_fj });
            }
        }
        series
    }
}
