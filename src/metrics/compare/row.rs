//! One multiplier of a comparison.

use serde::Serialize;

use super::{CostOrigin, RowBasis};
use crate::multiplier::{Cost, Evaluated, Evaluation, Metrics, OperandFormat};

/// A multiplier with every figure that a comparison shows. Serialises to the object that `axmul compare
/// --format json` writes: unknown figures are `null`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonRow {
    /// The multiplier's name.
    pub name: String,
    /// The family, catalog or library that supplied it.
    pub provider: String,
    /// The catalog or other source that lists it.
    pub catalog: String,
    /// Whether operands and product are two's complement.
    pub signed: bool,
    /// Width of the first operand, the activation, in bits.
    pub width_a: u8,
    /// Width of the second operand, the weight, in bits.
    pub width_b: u8,
    /// Error metrics, over uniform operands or under a distribution.
    #[serde(flatten)]
    pub metrics: Metrics,
    /// Average power in milliwatts.
    pub power_mw: Option<f64>,
    /// Cell area in square micrometres.
    pub area_um2: Option<f64>,
    /// Longest path in nanoseconds.
    pub delay_ns: Option<f64>,
    /// Who measured or estimated the three figures above; `None` where there are none.
    pub cost_source: Option<String>,
    /// The technology and the conditions of those figures; with the source, what tells comparable ones.
    pub cost_technology: Option<String>,
    /// Whether the row is on the Pareto front; `None` where it cannot be said because a figure is unknown, or
    /// where no front was formed.
    pub pareto: Option<bool>,
    /// The same among the rows of its catalog.
    pub catalog_pareto: Option<bool>,
    /// The operand pairs that the error metrics rest on.
    #[serde(flatten)]
    pub basis: RowBasis,
}

impl ComparisonRow {
    /// The row of a multiplier of a catalog with these metrics: its own, or those under a distribution of the
    /// operands.
    pub fn new(multiplier: &Evaluated, evaluation: &Evaluation, catalog: &str) -> Self {
        let format = multiplier.format;
        let row = Self {
            name: multiplier.name.clone(),
            provider: multiplier.provider.clone(),
            catalog: catalog.to_owned(),
            signed: format.is_signed(),
            width_a: format.width_a(),
            width_b: format.width_b(),
            metrics: evaluation.metrics,
            power_mw: None,
            area_um2: None,
            delay_ns: None,
            cost_source: None,
            cost_technology: None,
            pareto: None,
            catalog_pareto: None,
            basis: RowBasis::new(evaluation, format),
        };
        row.with_cost(&multiplier.cost)
    }

    /// The row with these costs instead of those it has.
    pub fn with_cost(self, cost: &Cost) -> Self {
        let origin = CostOrigin::of(cost);
        Self {
            power_mw: cost.power_mw,
            area_um2: cost.area_um2,
            delay_ns: cost.delay_ns,
            cost_source: origin.map(|origin| origin.source.to_owned()),
            cost_technology: origin.map(|origin| origin.technology.to_owned()),
            ..self
        }
    }

    /// Widths and signedness of the operands.
    pub fn format(&self) -> OperandFormat {
        if self.signed {
            OperandFormat::signed(self.width_a, self.width_b)
        } else {
            OperandFormat::unsigned(self.width_a, self.width_b)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::row;

    #[test]
    fn json_holds_the_promised_keys_and_null_for_the_unknown() {
        let json = serde_json::to_value(row("m", 1.0, None, "lab")).unwrap();
        let keys = [
            "name",
            "provider",
            "catalog",
            "signed",
            "width_a",
            "width_b",
            "mae",
            "mae_pct",
            "wce",
            "wce_pct",
            "mre_pct",
            "wcre_pct",
            "ep_pct",
            "mse",
            "variance",
            "mean_error",
            "power_mw",
            "area_um2",
            "delay_ns",
            "cost_source",
            "cost_technology",
            "pareto",
            "catalog_pareto",
            "pairs_evaluated",
            "sampled",
            "sample_seed",
            "mae_ci95",
            "mae_pct_ci95",
            "mre_pct_ci95",
            "ep_pct_ci95",
            "mse_ci95",
            "mean_error_ci95",
        ];
        for key in keys {
            assert!(json.get(key).is_some(), "{key}");
        }
        for key in ["power_mw", "area_um2", "delay_ns", "cost_source", "pareto", "sample_seed", "mae_ci95"] {
            assert!(json[key].is_null(), "{key}");
        }
        assert_eq!((json["pairs_evaluated"].as_u64(), json["sampled"].as_bool()), (Some(256), Some(false)));
        assert_eq!(json.as_object().unwrap().len(), keys.len());
    }
}
