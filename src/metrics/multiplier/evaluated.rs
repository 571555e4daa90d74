//! A multiplier with its error metrics: what is compared and shown.

use serde::{Deserialize, Serialize};

use super::{Basis, Cost, ErrorMap, Evaluation, Metrics, OperandFormat, ProductTable, Provenance, Tabulated};

/// A multiplier with its error metrics, its cost and its provenance; with all its products where they make a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluated {
    /// Its name, unique within a catalog.
    pub name: String,
    /// The family, catalog or library that supplied it.
    pub provider: String,
    /// Widths and signedness of the operands.
    pub format: OperandFormat,
    /// Error metrics over uniform operands, and the pairs that they rest on.
    pub evaluation: Evaluation,
    /// Every product, for operands of at most [`ProductTable::MAX_WIDTH`] bits each. Those of wider operands are too
    /// many to be kept.
    pub table: Option<ProductTable>,
    /// Hardware figures; empty where nothing is known.
    pub cost: Cost,
    /// Origin, licence, citation.
    pub provenance: Provenance,
}

/// A multiplier without a table, asked for one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name}: operands {format} are too wide for a table of all products, expected at most {max} bits each",
    max = ProductTable::MAX_WIDTH
)]
pub struct NoTable {
    /// The multiplier.
    pub name: String,
    /// The format of its operands.
    pub format: OperandFormat,
}

impl Evaluated {
    /// A table with metrics that were computed from it.
    pub fn of_table(tabulated: Tabulated, metrics: Metrics) -> Self {
        let Tabulated { name, provider, table, cost, provenance } = tabulated;
        let evaluation = Evaluation { metrics, basis: Basis::AllPairs };
        Self { name, provider, format: table.format(), evaluation, table: Some(table), cost, provenance }
    }

    /// Error metrics over uniform operands: of all pairs, or estimated.
    pub fn metrics(&self) -> Metrics {
        self.evaluation.metrics
    }

    /// Every product, where there is a table.
    pub fn table(&self) -> Result<&ProductTable, NoTable> {
        self.table.as_ref().ok_or_else(|| NoTable { name: self.name.clone(), format: self.format })
    }

    /// Exact minus approximate for every operand pair, where there is a table.
    pub fn error_map(&self) -> Result<ErrorMap, NoTable> {
        Ok(ErrorMap::new(self.table()?))
    }

    /// The multiplier as training, assignment and exports of tables need it.
    pub fn tabulated(&self) -> Result<Tabulated, NoTable> {
        Ok(Tabulated {
            name: self.name.clone(),
            provider: self.provider.clone(),
            table: self.table()?.clone(),
            cost: self.cost.clone(),
            provenance: self.provenance.clone(),
        })
    }

    /// Whether every product is exact; `None` where a sample found no error, which proves nothing.
    pub fn is_exact(&self) -> Option<bool> {
        match (&self.evaluation.basis, self.evaluation.metrics.ep_pct > 0.0) {
            (_, true) => Some(false),
            (Basis::AllPairs, false) => Some(true),
            (Basis::Sample(_), false) => None,
        }
    }

    /// Whether a x b = b x a for all operands; never for operands of different widths. `None` where that was not
    /// looked at.
    pub fn commutes(&self) -> Option<bool> {
        match &self.table {
            Some(table) => Some(table.commutes()),
            None if self.format.width_a() != self.format.width_b() => Some(false),
            None => None,
        }
    }
}

impl From<Tabulated> for Evaluated {
    fn from(tabulated: Tabulated) -> Self {
        let metrics = tabulated.metrics();
        Self::of_table(tabulated, metrics)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multiplier::{Intervals, OperandSample};

    fn tabulated(product: impl Fn(i64, i64) -> i64) -> Tabulated {
        let format = OperandFormat::unsigned(3, 3);
        let products: Vec<i64> = format.operands().map(|(a, b)| product(a, b)).collect();
        Tabulated {
            name: "m".into(),
            provider: "test".into(),
            table: ProductTable::from_wide(format, &products).unwrap(),
            cost: Cost { power_mw: Some(1.0), ..Cost::default() },
            provenance: Provenance { origin: "here".into(), ..Provenance::default() },
        }
    }

    /// Without a table, as if from a sample.
    fn sampled(format: OperandFormat, ep_pct: f64) -> Evaluated {
        let mut evaluated = Evaluated::from(tabulated(|a, b| a * b));
        let none = (0.0, 0.0);
        let intervals = Intervals { mae: none, mre_pct: none, ep_pct: none, mse: none, mean_error: none };
        evaluated.evaluation.metrics.ep_pct = ep_pct;
        evaluated.evaluation.basis = Basis::Sample(OperandSample { pairs: 1000, seed: 7, intervals });
        Evaluated { format, table: None, ..evaluated }
    }

    #[test]
    fn a_table_comes_back_as_it_was() {
        let before = tabulated(|a, b| a * b + a);
        let evaluated = Evaluated::from(before.clone());
        assert_eq!(evaluated.tabulated(), Ok(before.clone()));
        assert_eq!((evaluated.metrics(), evaluated.error_map()), (before.metrics(), Ok(before.error_map())));
        assert_eq!((evaluated.is_exact(), evaluated.commutes()), (Some(false), Some(false)));
        assert_eq!(evaluated.evaluation.pairs(evaluated.format), 64);
        let exact = Evaluated::from(tabulated(|a, b| a * b));
        assert_eq!((exact.is_exact(), exact.commutes()), (Some(true), Some(true)));
    }

    #[test]
    fn wide_operands_have_no_table_and_say_so() {
        let wide = sampled(OperandFormat::signed(12, 12), 0.0);
        assert_eq!(
            wide.tabulated().unwrap_err().to_string(),
            "m: operands 12s are too wide for a table of all products, expected at most 8 bits each"
        );
        assert_eq!(wide.error_map().unwrap_err(), wide.table().unwrap_err());
    }

    #[test]
    fn a_sample_proves_errors_but_not_their_absence() {
        let lucky = sampled(OperandFormat::signed(20, 20), 0.0);
        assert_eq!((lucky.is_exact(), lucky.commutes()), (None, None));
        assert_eq!(lucky.evaluation.pairs(lucky.format), 1000);
        assert_eq!(sampled(OperandFormat::signed(20, 20), 0.1).is_exact(), Some(false));
        assert_eq!(sampled(OperandFormat::signed(20, 21), 0.1).commutes(), Some(false));
    }
}
