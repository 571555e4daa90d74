//! One multiplier of a comparison.

use serde::Serialize;

use crate::multiplier::{Metrics, OperandFormat, Tabulated};

/// A multiplier with every figure that a comparison shows. Serialises to the object that `axmul compare
/// --format json` writes: unknown figures are `null`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The multiplier's name.
    pub name: String,
    /// The family, catalogue or library that supplied it.
    pub provider: String,
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
    /// Whether the row is on the Pareto front; `None` where it cannot be said because a figure is unknown, or
    /// where no front was formed.
    pub pareto: Option<bool>,
}

impl Row {
    /// The row of a multiplier whose metrics have been computed.
    pub fn new(multiplier: &Tabulated, metrics: Metrics) -> Self {
        let (format, cost) = (multiplier.format(), &multiplier.cost);
        Self {
            name: multiplier.name.clone(),
            provider: multiplier.provider.clone(),
            signed: format.is_signed(),
            width_a: format.width_a(),
            width_b: format.width_b(),
            metrics,
            power_mw: cost.power_mw,
            area_um2: cost.area_um2,
            delay_ns: cost.delay_ns,
            cost_source: (!cost.is_empty()).then(|| cost.source.clone()),
            pareto: None,
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
pub(crate) mod tests {
    use super::*;
    use crate::multiplier::{Cost, ProductTable, Provenance};

    /// A row of a 4x4 multiplier, its cost from `source`, for the tests of this floor and the one above.
    pub(crate) fn row(name: &str, mae: f64, power_mw: Option<f64>, source: &str) -> Row {
        let format = OperandFormat::unsigned(4, 4);
        let multiplier = Tabulated {
            name: name.into(),
            provider: "test".into(),
            table: ProductTable::exact(format).unwrap(),
            cost: Cost { power_mw, source: source.into(), ..Cost::default() },
            provenance: Provenance::default(),
        };
        let mut row = Row::new(&multiplier, multiplier.metrics());
        row.metrics.mae = mae;
        row.metrics.mae_pct = mae / 2.56;
        row
    }

    #[test]
    fn json_holds_the_promised_keys_and_null_for_the_unknown() {
        let json = serde_json::to_value(row("m", 1.0, None, "lab")).unwrap();
        let keys = [
            "name",
            "provider",
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
            "pareto",
        ];
        for key in keys {
            assert!(json.get(key).is_some(), "{key}");
        }
        for key in ["power_mw", "area_um2", "delay_ns", "cost_source", "pareto"] {
            assert!(json[key].is_null(), "{key}");
        }
        assert_eq!(json.as_object().unwrap().len(), keys.len());
    }
}
