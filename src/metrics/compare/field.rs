//! Figures by name.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::ComparisonRow;

/// A numeric figure of a [`ComparisonRow`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Mean absolute error, in product units.
    Mae,
    /// Mean absolute error relative to 2^(n+m), in percent.
    MaePct,
    /// Worst-case error, in product units.
    Wce,
    /// Worst-case error relative to 2^(n+m), in percent.
    WcePct,
    /// Mean relative error, in percent.
    MrePct,
    /// Worst-case relative error, in percent.
    WcrePct,
    /// Error probability, in percent.
    EpPct,
    /// Mean squared error, in squared product units.
    Mse,
    /// Variance of the error, in squared product units.
    Variance,
    /// Mean of exact minus approximate, in product units.
    MeanError,
    /// Average power in milliwatts.
    PowerMw,
    /// Cell area in square micrometres.
    AreaUm2,
    /// Longest path in nanoseconds.
    DelayNs,
    /// Width of the first operand in bits.
    WidthA,
    /// Width of the second operand in bits.
    WidthB,
}

impl Field {
    /// Every field, in the order in which reports show them.
    pub const ALL: [Self; 15] = [
        Self::WidthA,
        Self::WidthB,
        Self::Mae,
        Self::MaePct,
        Self::Wce,
        Self::WcePct,
        Self::MrePct,
        Self::WcrePct,
        Self::EpPct,
        Self::Mse,
        Self::Variance,
        Self::MeanError,
        Self::PowerMw,
        Self::AreaUm2,
        Self::DelayNs,
    ];

    /// Its name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mae => "mae",
            Self::MaePct => "mae_pct",
            Self::Wce => "wce",
            Self::WcePct => "wce_pct",
            Self::MrePct => "mre_pct",
            Self::WcrePct => "wcre_pct",
            Self::EpPct => "ep_pct",
            Self::Mse => "mse",
            Self::Variance => "variance",
            Self::MeanError => "mean_error",
            Self::PowerMw => "power_mw",
            Self::AreaUm2 => "area_um2",
            Self::DelayNs => "delay_ns",
            Self::WidthA => "width_a",
            Self::WidthB => "width_b",
        }
    }

    /// What it measures, with its unit: the label of an axis.
    pub fn label(self) -> &'static str {
        match self {
            Self::Mae => "mean absolute error (product units)",
            Self::MaePct => "mean absolute error (% of 2^(n+m))",
            Self::Wce => "worst-case error (product units)",
            Self::WcePct => "worst-case error (% of 2^(n+m))",
            Self::MrePct => "mean relative error (%)",
            Self::WcrePct => "worst-case relative error (%)",
            Self::EpPct => "error probability (%)",
            Self::Mse => "mean squared error (product units²)",
            Self::Variance => "variance of the error (product units²)",
            Self::MeanError => "mean error, exact - approximate (product units)",
            Self::PowerMw => "power (mW)",
            Self::AreaUm2 => "area (µm²)",
            Self::DelayNs => "delay (ns)",
            Self::WidthA => "width of a (bits)",
            Self::WidthB => "width of b (bits)",
        }
    }

    /// The figure of a row; `None` where it is unknown or not a number.
    pub fn of(self, row: &ComparisonRow) -> Option<f64> {
        let metrics = &row.metrics;
        let value = match self {
            Self::Mae => metrics.mae,
            Self::MaePct => metrics.mae_pct,
            Self::Wce => metrics.wce,
            Self::WcePct => metrics.wce_pct,
            Self::MrePct => metrics.mre_pct,
            Self::WcrePct => metrics.wcre_pct,
            Self::EpPct => metrics.ep_pct,
            Self::Mse => metrics.mse,
            Self::Variance => metrics.variance,
            Self::MeanError => metrics.mean_error,
            Self::PowerMw => row.power_mw?,
            Self::AreaUm2 => row.area_um2?,
            Self::DelayNs => row.delay_ns?,
            Self::WidthA => row.width_a.into(),
            Self::WidthB => row.width_b.into(),
        };
        (!value.is_nan()).then_some(value)
    }

    /// What a Pareto front minimises: the figure, or its magnitude where zero is best (mean error).
    pub fn badness(self, row: &ComparisonRow) -> Option<f64> {
        let value = self.of(row)?;
        Some(if self == Self::MeanError { value.abs() } else { value })
    }

    /// Whether the figure is an error metric, which a sample only estimates.
    pub fn is_error(self) -> bool {
        !self.is_cost() && !matches!(self, Self::WidthA | Self::WidthB)
    }

    /// Whether the figure belongs to the hardware cost, and is comparable within one source of costs only.
    pub fn is_cost(self) -> bool {
        matches!(self, Self::PowerMw | Self::AreaUm2 | Self::DelayNs)
    }
}

impl Serialize for Field {
    /// Its name.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Text that names no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no field '{text}'; {}", hint(nearest.as_deref(), known))]
pub struct UnknownField {
    /// What was asked for.
    pub text: String,
    /// The field whose name is nearest, where one is near.
    pub nearest: Option<String>,
    /// Every name there is.
    pub known: Vec<&'static str>,
}

fn hint(nearest: Option<&str>, known: &[&str]) -> String {
    let all = known.join(", ");
    nearest.map_or_else(
        || format!("there are: {all}"),
        |nearest| format!("did you mean '{nearest}'? There are: {all}"),
    )
}

impl UnknownField {
    /// The error for `text` where `known` names exist.
    pub(super) fn new(text: &str, known: Vec<&'static str>) -> Self {
        // Slips (mea) speak through the edit distance, shortened names (power) through the common start; a sum
        // above 1.1 lets either pass and strangers not.
        let text_lower = text.to_lowercase();
        let similarity = |name: &str| {
            strsim::jaro_winkler(&text_lower, name)
                + strsim::normalized_damerau_levenshtein(&text_lower, name)
        };
        let nearest = known
            .iter()
            .map(|name| (similarity(name), name))
            .filter(|(similarity, _)| *similarity > 1.1)
            .max_by(|x, y| x.0.total_cmp(&y.0))
            .map(|(_, name)| (*name).to_owned());
        Self { text: text.to_owned(), nearest, known }
    }
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(text: &str) -> Result<Self, UnknownField> {
        Self::ALL
            .into_iter()
            .find(|field| field.name() == text)
            .ok_or_else(|| UnknownField::new(text, Self::ALL.map(Self::name).to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::testing::row;

    #[test]
    fn names_round_trip_and_are_json_keys() {
        let json = serde_json::to_value(row("m", 1.0, Some(0.25), "lab")).unwrap();
        for field in Field::ALL {
            assert_eq!(field.name().parse(), Ok(field));
            assert!(json.get(field.name()).is_some(), "{field}");
        }
    }

    #[test]
    fn unknown_names_get_the_nearest() {
        let nearest = |text: &str| text.parse::<Field>().unwrap_err().nearest;
        assert_eq!(nearest("mae_pc").as_deref(), Some("mae_pct"));
        assert_eq!(nearest("power").as_deref(), Some("power_mw"));
        assert_eq!(nearest("MAE").as_deref(), Some("mae"));
        assert_eq!(nearest("xyz"), None);
        assert_eq!(nearest(""), None);
    }
}
