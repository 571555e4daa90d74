//! The multipliers that layers can compute with.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use tch::Device;

use crate::TrainError;
use crate::approximate::Approximate;
use axmul_experiment::{Experiment, UnsignedScheme, sign_magnitude};
use axmul_metrics::{OperandFormat, Tabulated};

/// Multipliers of the operand format of the layers, and those that were prepared for tensors.
#[derive(Debug)]
pub struct Multipliers {
    all: Vec<Arc<Tabulated>>,
    format: OperandFormat,
    prepared: HashMap<String, Rc<Approximate>>,
}

impl Multipliers {
    /// Those of a list that fit the experiment: signed ones, or unsigned ones in the form that its scheme asks for,
    /// with as many bits of a weight as it has.
    pub fn new(list: &[Tabulated], experiment: &Experiment) -> Result<Self, TrainError> {
        let format = experiment.operand_format();
        let magnitudes =
            !experiment.signed && experiment.quantisation.unsigned == UnsignedScheme::SignMagnitude;
        let all = list
            .iter()
            .filter(|multiplier| multiplier.format() == format)
            .map(|multiplier| {
                let used = if magnitudes { sign_magnitude(multiplier, format)? } else { multiplier.clone() };
                Ok(Arc::new(used))
            })
            .collect::<Result<_, TrainError>>()?;
        Ok(Self { all, format, prepared: HashMap::new() })
    }

    /// All of them.
    pub fn all(&self) -> &[Arc<Tabulated>] {
        &self.all
    }

    /// One by name.
    pub fn find(&self, name: &str) -> Result<Arc<Tabulated>, TrainError> {
        self.all.iter().find(|multiplier| multiplier.name == name).cloned().ok_or_else(|| {
            let mut names: Vec<&str> = self.all.iter().map(|multiplier| multiplier.name.as_str()).collect();
            names.sort_by(|a, b| strsim::jaro_winkler(b, name).total_cmp(&strsim::jaro_winkler(a, name)));
            names.truncate(3);
            let nearest = if names.is_empty() {
                String::new()
            } else {
                format!("; the nearest are {}", names.join(", "))
            };
            TrainError::Multiplier(format!(
                "there is no multiplier '{name}' of operand format {}{nearest}",
                self.format
            ))
        })
    }

    /// One by name, ready for tensors.
    pub fn prepare(
        &mut self,
        name: &str,
        experiment: &Experiment,
        device: Device,
    ) -> Result<Rc<Approximate>, TrainError> {
        if let Some(prepared) = self.prepared.get(name) {
            return Ok(prepared.clone());
        }
        let prepared = Rc::new(Approximate::new(&*self.find(name)?, experiment.kernel, device)?);
        self.prepared.insert(name.to_owned(), prepared.clone());
        Ok(prepared)
    }
}
