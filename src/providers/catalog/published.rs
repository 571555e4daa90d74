//! Figures published with a multiplier, and whether its table bears them out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use axmul_metrics::Metrics;

/// A figure as it was printed. The digits matter: the last one says how exactly the figure was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedFigure(String);

/// Text that is no figure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no figure; expected a number such as 53, 0.081 or 28977.591e3")]
pub struct PublishedFigureError(String);

impl PublishedFigure {
    /// The number.
    pub fn value(&self) -> f64 {
        self.0.parse().expect("checked when parsed")
    }

    /// What one step of the last printed digit is worth: 0.001 for `0.081`, 1 for `28977.591e3`.
    pub fn last_digit(&self) -> f64 {
        let lower = self.0.to_ascii_lowercase();
        let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
        let decimals = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i32);
        10f64.powi(exponent.parse::<i32>().expect("checked when parsed") - decimals)
    }

    /// Whether `computed` prints as this figure, give or take one unit of the last digit: printed figures are
    /// rounded by some tools and truncated by others.
    pub fn agrees_with(&self, computed: f64) -> bool {
        // A relative 1e-9 for the decimal fractions that f64 cannot hold.
        (self.value() - computed).abs() <= self.last_digit() * (1.0 + 1e-9) + computed.abs() * 1e-12
    }
}

impl FromStr for PublishedFigure {
    type Err = PublishedFigureError;

    fn from_str(text: &str) -> Result<Self, PublishedFigureError> {
        let text = text.trim();
        let error = || PublishedFigureError(text.to_owned());
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let plain = digits.bytes().any(|byte| byte.is_ascii_digit())
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && exponent.parse::<i32>().is_ok_and(|exponent| exponent.abs() < 300);
        match text.parse::<f64>() {
            Ok(value) if plain && value.is_finite() => Ok(Self(text.to_owned())),
            _ => Err(error()),
        }
    }
}

impl fmt::Display for PublishedFigure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for PublishedFigure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PublishedFigure {
    /// From text, or from a number, whose trailing zeros are lost.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = PublishedFigure;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<PublishedFigure, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<PublishedFigure, E> {
                value.to_string().parse().map_err(E::custom)
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<PublishedFigure, E> {
                value.to_string().parse().map_err(E::custom)
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<PublishedFigure, E> {
                value.to_string().parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Error figures published with a multiplier, by the names and definitions of [`Metrics`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublishedFigures {
    /// Mean absolute error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mae: Option<PublishedFigure>,
    /// Mean absolute error in percent of 2^(n+m).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mae_pct: Option<PublishedFigure>,
    /// Worst-case error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wce: Option<PublishedFigure>,
    /// Worst-case error in percent of 2^(n+m).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wce_pct: Option<PublishedFigure>,
    /// Worst-case relative error in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wcre_pct: Option<PublishedFigure>,
    /// Error probability in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ep_pct: Option<PublishedFigure>,
    /// Mean relative error in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mre_pct: Option<PublishedFigure>,
    /// Mean squared error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mse: Option<PublishedFigure>,
}

/// A published figure that its table does not bear out.
#[derive(Clone, Debug, PartialEq)]
pub struct Contradiction {
    /// The catalog or file of figures.
    pub origin: String,
    /// The entry.
    pub entry: String,
    /// The figure's name, a field of [`PublishedFigures`].
    pub figure: FigureName,
    /// What was published.
    pub published: PublishedFigure,
    /// What the table gives.
    pub computed: f64,
}

/// The name of a field of [`PublishedFigures`].
pub type FigureName = &'static str;

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, entry, figure, published, computed } = self;
        write!(
            f,
            "{origin}: entry '{entry}': the published {figure} is {published}, its table gives {computed:.6}; \
             the figure belongs to another circuit or release, or the table is not this multiplier's"
        )
    }
}

impl PublishedFigures {
    /// The names of all figures, as they stand in catalogs and CSV files.
    pub const NAMES: [FigureName; 8] =
        ["mae", "mae_pct", "wce", "wce_pct", "wcre_pct", "ep_pct", "mre_pct", "mse"];

    /// The figure of a name out of [`Self::NAMES`].
    pub fn get(&self, name: &str) -> Option<&PublishedFigure> {
        self.slots().into_iter().find(|(slot, _)| *slot == name)?.1.as_ref()
    }

    /// The place of the figure of a name; `None` for other names.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Option<PublishedFigure>> {
        Some(match name {
            "mae" => &mut self.mae,
            "mae_pct" => &mut self.mae_pct,
            "wce" => &mut self.wce,
            "wce_pct" => &mut self.wce_pct,
            "wcre_pct" => &mut self.wcre_pct,
            "ep_pct" => &mut self.ep_pct,
            "mre_pct" => &mut self.mre_pct,
            "mse" => &mut self.mse,
            _ => return None,
        })
    }

    /// Whether nothing was published.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    /// Every figure that differs from the metrics of the table by more than one unit of its last digit. A
    /// percentage may also follow from the absolute figure as printed: EvoApproxLib's `mul8s_1KVA` has MAE 1.25,
    /// printed as 1.2, and the percentage of 1.2.
    pub fn contradictions(&self, origin: &str, entry: &str, metrics: &Metrics) -> Vec<Contradiction> {
        let computed = |name| match name {
            "mae" => metrics.mae,
            "mae_pct" => metrics.mae_pct,
            "wce" => metrics.wce,
            "wce_pct" => metrics.wce_pct,
            "wcre_pct" => metrics.wcre_pct,
            "ep_pct" => metrics.ep_pct,
            "mre_pct" => metrics.mre_pct,
            _ => metrics.mse,
        };
        // 100 / 2^(n+m); without any error there is nothing to convert.
        let percent = if metrics.wce > 0.0 { metrics.wce_pct / metrics.wce } else { 0.0 };
        let follows = |name: &str, figure: &PublishedFigure| {
            let absolute = name.strip_suffix("_pct").and_then(|name| self.get(name));
            absolute.is_some_and(|absolute| figure.agrees_with(absolute.value() * percent))
        };
        self.slots()
            .into_iter()
            .filter_map(|(name, figure)| Some((name, figure.as_ref()?, computed(name))))
            .filter(|(name, figure, computed)| !figure.agrees_with(*computed) && !follows(name, figure))
            .map(|(figure, published, computed)| Contradiction {
                origin: origin.into(),
                entry: entry.into(),
                figure,
                published: published.clone(),
                computed,
            })
            .collect()
    }

    fn slots(&self) -> [(FigureName, &Option<PublishedFigure>); 8] {
        [
            ("mae", &self.mae),
            ("mae_pct", &self.mae_pct),
            ("wce", &self.wce),
            ("wce_pct", &self.wce_pct),
            ("wcre_pct", &self.wcre_pct),
            ("ep_pct", &self.ep_pct),
            ("mre_pct", &self.mre_pct),
            ("mse", &self.mse),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(text: &str) -> PublishedFigure {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_printed_digit_is_the_tolerance() {
        assert_eq!(figure("0.081").last_digit(), 0.001);
        assert_eq!(figure("28977.591e3").last_digit(), 1.0);
        assert_eq!(figure("53").last_digit(), 1.0);
        // Truncated: 36.535 printed as 36. Rounded: 52.6 printed as 53.
        assert!(figure("36").agrees_with(36.535) && figure("53").agrees_with(52.6));
        assert!(!figure("36").agrees_with(37.1) && !figure("0.081").agrees_with(0.0831));
        assert!(figure("1.2").agrees_with(1.3), "one whole unit is allowed");
    }

    #[test]
    fn other_text_is_no_figure() {
        for text in ["", "-", "nan", "inf", "1e999", "0x10", "1.2.3", "12 34", ".", "1e", "e3"] {
            assert!(text.parse::<PublishedFigure>().is_err(), "{text}");
        }
        for text in ["0", "1.", ".5", "-3.2e-4", "37290.89e5"] {
            assert!(text.parse::<PublishedFigure>().is_ok(), "{text}");
        }
    }

    #[test]
    fn names_slots_and_places_agree() {
        let mut published = PublishedFigures::default();
        for (i, name) in PublishedFigures::NAMES.into_iter().enumerate() {
            *published.get_mut(name).unwrap() = Some(figure(&i.to_string()));
        }
        for (i, name) in PublishedFigures::NAMES.into_iter().enumerate() {
            assert_eq!(published.get(name), Some(&figure(&i.to_string())));
        }
        assert!(published.get_mut("power_mw").is_none());
    }
}
