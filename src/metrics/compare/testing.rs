//! Rows for the tests of this crate and those above.

use super::{ComparisonRow, RowBasis};
use crate::multiplier::{
    Basis, Cost, Evaluated, Evaluation, Intervals, OperandFormat, OperandSample, ProductTable, Provenance,
    Tabulated,
};

/// A row of a 4x4 multiplier, its cost from `source`.
pub fn row(name: &str, mae: f64, power_mw: Option<f64>, source: &str) -> ComparisonRow {
    let format = OperandFormat::unsigned(4, 4);
    let multiplier = Evaluated::from(Tabulated {
        name: name.into(),
        provider: "test".into(),
        table: ProductTable::exact(format).unwrap(),
        cost: Cost { power_mw, source: source.into(), ..Cost::default() },
        provenance: Provenance::default(),
    });
    let mut row = ComparisonRow::new(&multiplier, &multiplier.evaluation, "test");
    row.metrics.mae = mae;
    row.metrics.mae_pct = mae / 2.56;
    row
}

/// The same as if it were estimated from 1000 operand pairs, give or take a tenth.
pub fn sampled_row(name: &str, mae: f64) -> ComparisonRow {
    let row = row(name, mae, None, "");
    let around = |value: f64| (0.9 * value, 1.1 * value);
    let intervals = Intervals {
        mae: around(mae),
        mre_pct: around(2.0),
        ep_pct: around(50.0),
        mse: around(4.0),
        mean_error: around(-1.0),
    };
    let evaluation = Evaluation {
        metrics: row.metrics,
        basis: Basis::Sample(OperandSample { pairs: 1000, seed: 7, intervals }),
    };
    ComparisonRow { basis: RowBasis::new(&evaluation, row.format()), ..row }
}
