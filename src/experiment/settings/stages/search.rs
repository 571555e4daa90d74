//! How an assignment is found.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What tells how much error a layer tolerates, and how the assignment follows from that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchMethod {
    /// The loss that each candidate of each layer causes is measured; the assignment is the best within a budget.
    Measured,
    /// Training under noise learns a tolerance for every layer, which then gets the cheapest multiplier within it: the
    /// method of E. Trommer et al., ICCAD 2022.
    #[default]
    Noise,
}

/// What an assignment has to keep to. In files `{drop: 0.5pp}` or `{energy: 0.1}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "BudgetKeys", into = "BudgetKeys")]
pub enum Budget {
    /// The cheapest assignment that loses at most this, on validation images after a short retraining.
    Drop(PercentagePoints),
    /// The most accurate assignment of at most this relative energy.
    Energy(f64),
}

/// How a budget stands in files: a mapping of one key.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct BudgetKeys {
    #[serde(skip_serializing_if = "Option::is_none")]
    drop: Option<PercentagePoints>,
    #[serde(skip_serializing_if = "Option::is_none")]
    energy: Option<f64>,
}

impl TryFrom<BudgetKeys> for Budget {
    type Error = String;

    fn try_from(keys: BudgetKeys) -> Result<Self, String> {
        match keys {
            BudgetKeys { drop: Some(drop), energy: None } => Ok(Self::Drop(drop)),
            BudgetKeys { drop: None, energy: Some(energy) } => Ok(Self::Energy(energy)),
            _ => Err("expected either drop, such as {drop: 0.5pp}, or energy, such as {energy: 0.1}".into()),
        }
    }
}

impl From<Budget> for BudgetKeys {
    fn from(budget: Budget) -> Self {
        match budget {
            Budget::Drop(drop) => Self { drop: Some(drop), energy: None },
            Budget::Energy(energy) => Self { drop: None, energy: Some(energy) },
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::Drop(PercentagePoints(0.5))
    }
}

impl Budget {
    /// What is wrong with it, if anything is.
    pub fn problem(&self) -> Option<String> {
        let (value, expected) = match *self {
            Self::Drop(PercentagePoints(drop)) => (drop, "at least 0 percentage points"),
            Self::Energy(energy) => (energy, "a relative energy of at least 0"),
        };
        (!(value.is_finite() && value >= 0.0)).then(|| format!("expected {expected}, got {value}"))
    }
}

/// A difference of accuracies, in percentage points: `0.5pp`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "PointsText", into = "String")]
pub struct PercentagePoints(pub f64);

/// How percentage points stand in files: with their unit, or as a bare number.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected percentage points, such as 0.5pp")]
enum PointsText {
    Number(f64),
    Text(String),
}

impl TryFrom<PointsText> for PercentagePoints {
    type Error = String;

    fn try_from(text: PointsText) -> Result<Self, String> {
        match text {
            PointsText::Number(points) => Ok(Self(points)),
            PointsText::Text(text) => text.parse(),
        }
    }
}

impl FromStr for PercentagePoints {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim().trim_end_matches("pp").trim_end();
        number
            .parse()
            .map(Self)
            .map_err(|_| format!("expected percentage points, such as 0.5pp, got '{text}'"))
    }
}

impl fmt::Display for PercentagePoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}pp", self.0)
    }
}

impl From<PercentagePoints> for String {
    fn from(points: PercentagePoints) -> Self {
        points.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_written_with_their_units() {
        let parse = |text: &str| axmul_support::yaml::from_str::<Budget>(text, "budget");
        for text in ["{drop: 0.5pp}", "{drop: 0.5 pp}", "{drop: 0.5}"] {
            assert_eq!(parse(text).unwrap(), Budget::default(), "{text}");
        }
        assert_eq!(parse("{energy: 0.1}").unwrap(), Budget::Energy(0.1));
        let written = serde_json::to_string(&Budget::default()).unwrap();
        assert_eq!(written, r#"{"drop":"0.5pp"}"#);
        assert_eq!(serde_json::from_str::<Budget>(&written).unwrap(), Budget::default());
        let error = parse("{drop: half}").unwrap_err().to_string();
        assert!(error.contains("expected percentage points, such as 0.5pp, got 'half'"), "{error}");
        for text in ["{}", "{drop: 1pp, energy: 0.1}"] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains("expected either drop"), "{error}");
        }
        assert!(Budget::Energy(-1.0).problem().is_some() && Budget::default().problem().is_none());
    }
}
