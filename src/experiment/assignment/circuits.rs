//! What multipliers take under the operands of each layer.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axmul_api::Netlist;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{CaptureError, EnergySource, LayerCapture, LayerEnergies};
use axmul_hardware::MappedCircuit;
use axmul_hardware::cost::{CostConditions, cost};
use axmul_hardware::library::CellLibrary;
use axmul_hardware::map::{MappingGoal, TechnologyMapper};
use axmul_hardware::operands::{OperandStream, OperandStreamError};
use axmul_hardware::optimize::optimize;
use axmul_metrics::{OperandDistribution, OperandFormat};

/// The circuits of multipliers, by name, of the cells of the library that axmul carries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Circuits(pub BTreeMap<String, MappedCircuit>);

/// Why no energies can be had.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EnergyError {
    /// A capture without operands.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// A circuit for other operands than the layers'.
    #[error("the circuit of multiplier '{multiplier}': {problem}")]
    Operands {
        /// The multiplier.
        multiplier: String,
        /// What does not fit.
        problem: OperandStreamError,
    },
}

impl Circuits {
    /// A circuit as it is kept here: optimised, and mapped for area onto the cells of the library that axmul carries.
    pub fn map(netlist: &Netlist) -> MappedCircuit {
        static TARGET: LazyLock<TechnologyMapper> =
            LazyLock::new(|| TechnologyMapper::new(CellLibrary::freepdk45()).expect("tested"));
        TARGET.map(&optimize(netlist), MappingGoal::Area)
    }

    /// [`Self::energies`] where energy comes from activity; none where it comes from the catalog.
    pub fn energies_by(
        &self,
        source: EnergySource,
        layers: &[LayerCapture],
    ) -> Result<LayerEnergies, EnergyError> {
        match source {
            EnergySource::Catalog => Ok(LayerEnergies::default()),
            EnergySource::Activity => self.energies(layers),
        }
    }

    /// The energy of a product in each layer, leakage included: settled values, the default clock, and the layer's
    /// captured operands, successive ones independent. The circuits of unsigned multipliers in layers of signed codes
    /// see the magnitudes. Circuits of another format than the layers' are passed over.
    pub fn energies(&self, layers: &[LayerCapture]) -> Result<LayerEnergies, EnergyError> {
        let mut distributions = Vec::with_capacity(layers.len());
        for layer in layers {
            layer.check()?;
            distributions.push(layer.distribution());
        }
        let energies: Result<Vec<_>, EnergyError> = self
            .0
            .par_iter()
            .filter_map(|(name, mapped)| {
                let seen: Option<Vec<_>> = distributions.iter().map(|d| as_seen(d, mapped.format)).collect();
                Some((name, mapped, seen?))
            })
            .map(|(name, mapped, seen)| {
                let energies: Result<Vec<f64>, _> = seen.into_iter().map(|d| energy_fj(mapped, d)).collect();
                let problem = |problem| EnergyError::Operands { multiplier: name.clone(), problem };
                Ok((name.clone(), energies.map_err(problem)?))
            })
            .collect();
        Ok(LayerEnergies(energies?.into_iter().collect()))
    }
}

/// Energy of a product, leakage included, in femtojoules. mW / MHz = nJ.
fn energy_fj(mapped: &MappedCircuit, distribution: OperandDistribution) -> Result<f64, OperandStreamError> {
    let conditions =
        CostConditions { operands: OperandStream::Distribution(distribution), ..CostConditions::default() };
    let figures = cost(mapped, CellLibrary::freepdk45(), &conditions)?;
    Ok(figures.power_mw() / figures.clock_mhz * 1e6)
}

/// The operands of a layer as a circuit of this format sees them: magnitudes, where it is unsigned and the layer's codes
/// are not. `None` where it cannot take them.
pub fn as_seen(distribution: &OperandDistribution, format: OperandFormat) -> Option<OperandDistribution> {
    let of = distribution.format();
    if of == format {
        return Some(distribution.clone());
    }
    if !of.is_signed() || format.is_signed() {
        return None;
    }
    let columns = 1usize << format.width_b();
    let mut magnitudes = vec![0.0; columns << format.width_a()];
    for ((a, b), &p) in of.operands().zip(distribution.probabilities()).filter(|(_, p)| **p > 0.0) {
        let (a, b) = (a.unsigned_abs() as usize, b.unsigned_abs() as usize);
        if a >> format.width_a() != 0 || b >> format.width_b() != 0 {
            return None;
        }
        magnitudes[a * columns + b] += p;
    }
    OperandDistribution::from_weights(format, &magnitudes).ok()
}

#[cfg(test)]
mod tests {
    use axmul_api::{Gates, Recorder};

    use super::*;
    use crate::assignment::Population;

    /// The conjunction of one bit of each operand.
    fn conjunction(format: OperandFormat, bit: usize) -> MappedCircuit {
        let mut recorder = Recorder::new(format);
        let inputs: Vec<_> = recorder.inputs().collect();
        let mut product = vec![recorder.constant(false); format.product_width().into()];
        product[0] = recorder.and(inputs[bit], inputs[usize::from(format.width_a()) + bit]);
        Circuits::map(&recorder.finish(product))
    }

    fn layer(format: OperandFormat, weights: &[u32], row: &[u32]) -> LayerCapture {
        LayerCapture {
            name: "layer".into(),
            format,
            opcount: 1,
            fan_in: 1,
            sigma: 0.1,
            std_output: 1.0,
            populations: vec![Population { scale: 1.0, weights: weights.to_vec(), rows: vec![row.to_vec()] }],
        }
    }

    fn uniform(mapped: &MappedCircuit) -> f64 {
        energy_fj(mapped, OperandDistribution::uniform(mapped.format)).unwrap()
    }

    /// Weights that are all even keep the conjunction still; uniform operands give the plain cost.
    #[test]
    fn layers_differ_by_their_operands() {
        let format = OperandFormat::signed(2, 2);
        let circuits = Circuits([("and".to_owned(), conjunction(format, 0))].into());
        let even = layer(format, &[1, 0, 1, 0], &[1, 1, 1, 1]);
        let all = layer(format, &[2, 2, 2, 2], &[1, 1, 1, 1]);
        let still = layer(format, &[0, 0, 3, 0], &[0, 0, 5, 0]);
        let layers = [even, all, still];
        let energies = circuits.energies(&layers).unwrap();
        let [even, all, still] = energies.0["and"][..] else { panic!("three layers") };
        assert!((all - uniform(&circuits.0["and"])).abs() < 1e-9 * all);
        assert!(still < even && even < all, "{still} {even} {all}");
        let leakage_fj =
            circuits.0["and"].leakage_nw(CellLibrary::freepdk45()) / CostConditions::default().clock_mhz;
        assert!((still - leakage_fj).abs() < 1e-12);
        let by = |source| circuits.energies_by(source, &layers).unwrap().0.len();
        assert_eq!([EnergySource::Catalog, EnergySource::Activity].map(by), [0, 1]);
    }

    /// Codes -1 and 1 have one magnitude: nothing ever changes for a circuit that sees no signs.
    #[test]
    fn unsigned_circuits_see_magnitudes() {
        let (signed, unsigned) = (OperandFormat::signed(2, 2), OperandFormat::unsigned(2, 2));
        let circuit = |(name, format): (&str, _)| (name.to_owned(), conjunction(format, 1));
        let both = [("s", signed), ("u", unsigned)].map(circuit);
        let signs = layer(signed, &[0, 1, 0, 1], &[0, 1, 0, 1]);
        let mut energies = Circuits(both.into()).energies(std::slice::from_ref(&signs)).unwrap().0;
        let (signed_fj, unsigned_fj) = (energies.remove("s").unwrap()[0], energies.remove("u").unwrap()[0]);
        let leakage_fj = conjunction(unsigned, 1).leakage_nw(CellLibrary::freepdk45())
            / CostConditions::default().clock_mhz;
        assert!((unsigned_fj - leakage_fj).abs() < 1e-12 && signed_fj > 2.0 * leakage_fj);
        let plain = layer(unsigned, &[1; 4], &[1; 4]);
        let circuits = Circuits([("s".to_owned(), conjunction(signed, 0))].into());
        assert!(circuits.energies(&[plain]).unwrap().0.is_empty(), "signed circuits take no unsigned codes");
    }
}
