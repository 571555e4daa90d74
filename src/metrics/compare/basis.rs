//! What the figures of a row rest on.

use serde::Serialize;

use super::{ComparisonRow, Field};
use crate::multiplier::{Basis, Evaluation, OperandFormat};

/// The operand pairs behind a row's error metrics. Serialises to the keys that `axmul compare --format json` writes
/// for it: `null` where nothing was drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowBasis {
    /// How many operand pairs the metrics rest on.
    pub pairs_evaluated: u64,
    /// Whether these were drawn at random, so that the metrics are estimates.
    pub sampled: bool,
    /// The seed that draws the same ones again.
    pub sample_seed: Option<u64>,
    /// 95 % confidence interval of the mean absolute error, (lower, upper).
    pub mae_ci95: Option<(f64, f64)>,
    /// Likewise, of the mean absolute error in percent of 2^(n+m).
    pub mae_pct_ci95: Option<(f64, f64)>,
    /// Likewise, of the mean relative error in percent.
    pub mre_pct_ci95: Option<(f64, f64)>,
    /// Likewise, of the error probability in percent.
    pub ep_pct_ci95: Option<(f64, f64)>,
    /// Likewise, of the mean squared error.
    pub mse_ci95: Option<(f64, f64)>,
    /// Likewise, of the mean error.
    pub mean_error_ci95: Option<(f64, f64)>,
}

impl RowBasis {
    /// The fields that have a confidence interval in sampled rows, with the keys of their intervals.
    pub const INTERVALS: [(Field, &'static str); 6] = [
        (Field::Mae, "mae_ci95"),
        (Field::MaePct, "mae_pct_ci95"),
        (Field::MrePct, "mre_pct_ci95"),
        (Field::EpPct, "ep_pct_ci95"),
        (Field::Mse, "mse_ci95"),
        (Field::MeanError, "mean_error_ci95"),
    ];

    /// What an evaluation of a multiplier of this format rests on.
    pub(super) fn new(evaluation: &Evaluation, format: OperandFormat) -> Self {
        let sample = match &evaluation.basis {
            Basis::AllPairs => None,
            Basis::Sample(sample) => Some(sample),
        };
        let intervals = sample.map(|sample| sample.intervals);
        let percent = 100.0 / format.pairs() as f64;
        Self {
            pairs_evaluated: u64::try_from(evaluation.pairs(format)).unwrap_or(u64::MAX),
            sampled: sample.is_some(),
            sample_seed: sample.map(|sample| sample.seed),
            mae_ci95: intervals.map(|intervals| intervals.mae),
            mae_pct_ci95: intervals.map(|intervals| (intervals.mae.0 * percent, intervals.mae.1 * percent)),
            mre_pct_ci95: intervals.map(|intervals| intervals.mre_pct),
            ep_pct_ci95: intervals.map(|intervals| intervals.ep_pct),
            mse_ci95: intervals.map(|intervals| intervals.mse),
            mean_error_ci95: intervals.map(|intervals| intervals.mean_error),
        }
    }

    /// The 95 % confidence interval of a field, where it has one.
    pub fn interval(&self, field: Field) -> Option<(f64, f64)> {
        match field {
            Field::Mae => self.mae_ci95,
            Field::MaePct => self.mae_pct_ci95,
            Field::MrePct => self.mre_pct_ci95,
            Field::EpPct => self.ep_pct_ci95,
            Field::Mse => self.mse_ci95,
            Field::MeanError => self.mean_error_ci95,
            _ => None,
        }
    }
}

/// How far a figure can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is what it says: computed from all operand pairs, or not an error metric.
    Exact,
    /// It was estimated from a sample.
    Estimate,
    /// It is the largest seen in a sample: the true one is at least that.
    AtLeast,
}

impl Standing {
    /// What reports put before the figure.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Exact => "",
            Self::Estimate => "~",
            Self::AtLeast => "≥",
        }
    }
}

impl ComparisonRow {
    /// How far a field of this row can be relied on.
    pub fn standing(&self, field: Field) -> Standing {
        match field {
            _ if !self.basis.sampled || !field.is_error() => Standing::Exact,
            Field::Wce | Field::WcePct | Field::WcrePct => Standing::AtLeast,
            _ => Standing::Estimate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::testing::{row, sampled_row};

    #[test]
    fn estimates_bounds_and_exact_figures_are_told_apart() {
        let exact = row("m", 1.0, Some(0.5), "lab");
        assert!(Field::ALL.into_iter().all(|field| exact.standing(field) == Standing::Exact));
        let sampled = sampled_row("m", 1.0);
        let of = |standing| -> Vec<&str> {
            let fields = Field::ALL.into_iter().filter(|field| sampled.standing(*field) == standing);
            fields.map(Field::name).collect()
        };
        assert_eq!(of(Standing::Exact), ["width_a", "width_b", "power_mw", "area_um2", "delay_ns"]);
        assert_eq!(of(Standing::AtLeast), ["wce", "wce_pct", "wcre_pct"]);
        assert_eq!(of(Standing::Estimate).len(), 7);
    }

    #[test]
    fn intervals_are_keyed_by_their_fields() {
        let sampled = sampled_row("m", 1.0);
        let json = serde_json::to_value(&sampled).unwrap();
        for (field, key) in RowBasis::INTERVALS {
            let (low, high) = sampled.basis.interval(field).unwrap();
            assert_eq!(json[key], serde_json::json!([low, high]), "{key}");
            assert_eq!(key, format!("{field}_ci95"));
        }
        let others = Field::ALL.into_iter().filter(|field| sampled.basis.interval(*field).is_none());
        assert_eq!(others.count(), Field::ALL.len() - RowBasis::INTERVALS.len());
        assert_eq!((json["sampled"].as_bool(), json["sample_seed"].as_u64()), (Some(true), Some(7)));
        assert_eq!(json["pairs_evaluated"].as_u64(), Some(1000));
    }
}
