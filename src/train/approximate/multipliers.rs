//! The multipliers that layers can compute with.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use tch::Device;

use crate::TrainError;
use crate::approximate::Approximate;
use crate::network::multiplier::LayerMultiplier;
use axmul_experiment::corrections::Wiring;
use axmul_experiment::{Experiment, sign_magnitude};
use axmul_metrics::{OperandFormat, Tabulated};

/// Multipliers of the operand format of the layers, and those that were prepared for tensors.
#[derive(Debug)]
pub struct Multipliers {
    all: Vec<Arc<Tabulated>>,
    /// The same before signs and magnitudes: what corrections are made of.
    uncorrected: Vec<Arc<Tabulated>>,
    format: OperandFormat,
    prepared: HashMap<String, Rc<Approximate>>,
}

impl Multipliers {
    /// Those of a list that fit the experiment: signed ones, or unsigned ones in the form that its scheme asks for,
    /// with as many bits of a weight as it has.
    pub fn new(list: &[Tabulated], experiment: &Experiment) -> Result<Self, TrainError> {
        let format = experiment.operand_format();
        let signed = if experiment.affine() { format } else { OperandFormat::signed(8, format.width_b()) };
        let unsigned = OperandFormat::unsigned(8, format.width_b());
        let wanted = |multiplier: &&Tabulated| match experiment.signed {
            Some(_) => multiplier.format() == format,
            None => [signed, unsigned].contains(&multiplier.format()),
        };
        let uncorrected: Vec<_> = list.iter().filter(wanted).cloned().map(Arc::new).collect();
        let used = |multiplier: &Arc<Tabulated>| {
            let of = multiplier.format();
            if of == signed { Ok(multiplier.clone()) } else { Ok(Arc::new(sign_magnitude(multiplier, of)?)) }
        };
        let all = uncorrected.iter().map(used).collect::<Result<_, TrainError>>()?;
        Ok(Self { all, uncorrected, format: signed, prepared: HashMap::new() })
    }

    /// All of them, unsigned ones as such.
    pub fn uncorrected(&self) -> &[Arc<Tabulated>] {
        &self.uncorrected
    }

    /// One as a layer has it.
    pub fn wired(
        &self,
        name: &str,
        wiring: &Wiring,
        experiment: &Experiment,
        device: Device,
    ) -> Result<LayerMultiplier, TrainError> {
        let at = self.index(name)?;
        let base = &self.uncorrected[at];
        let table = wiring.table(&base.table, self.format);
        let tabulated = Tabulated { table, ..Tabulated::clone(base) };
        let approximate = Rc::new(Approximate::new(&tabulated, experiment.kernel, device)?);
        Ok(LayerMultiplier::wired(approximate, wiring, device))
    }

    /// The place of one in the list, by name.
    pub fn index(&self, name: &str) -> Result<usize, TrainError> {
        let found = self.find(name)?;
        Ok(self.all.iter().position(|multiplier| Arc::ptr_eq(multiplier, &found)).expect("just found"))
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
