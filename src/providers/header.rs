//! What the comment at the head of a source says about its multiplier, in the style of EvoApproxLib:
//!
//! ```text
//! // MAE% = 0.15 %        MAE%, WCE%, WCRE%, EP%, MRE% in percent
//! // MAE = 101            MAE, WCE, MSE in units of the product
//! // PDK45_PWR = 0.289 mW
//! // PDK45_AREA = 543.0 um2
//! // PDK45_DELAY = 1.33 ns
//! ```
//!
//! Read alike in C, Verilog and every language whose comments begin with `//`, `#` or stand in `/* */`.

use super::catalog::{PublishedFigure, PublishedFigures};
use super::entry::CatalogEntry;
use axmul_metrics::Cost;

/// Who is named as the source of the hardware figures.
const COST_SOURCE: &str = "header in the style of EvoApproxLib";

/// A header is no longer than this, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// What a header comment says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeaderComment {
    /// Error figures.
    pub published: PublishedFigures,
    /// Hardware figures; empty if there are none.
    pub cost: Cost,
    /// The licence, if it is one that is recognised.
    pub licence: Option<String>,
    /// What it asks to cite.
    pub citation: Option<String>,
    /// Lines that look like figures and are none, a sentence each.
    pub notes: Vec<String>,
}

impl HeaderComment {
    /// Reads the comments before the first line that is none. Of a figure given twice the first counts.
    pub fn read(text: &str) -> Self {
        let mut header = Self::default();
        for line in split(text.get(..floor(text, MAX_BYTES)).unwrap_or_default()).0.lines() {
            let line = line.trim();
            header.take(line.trim_matches(|c: char| "/*#()".contains(c) || c.is_whitespace()), line);
        }
        if !header.cost.is_empty() {
            header.cost.source = COST_SOURCE.into();
        }
        header
    }

    /// An entry with what it does not say itself.
    pub(super) fn complete(&self, entry: &CatalogEntry) -> CatalogEntry {
        let mut entry = entry.clone();
        if entry.cost.is_empty() {
            entry.cost = self.cost.clone();
        }
        if entry.published.is_empty() {
            entry.published = self.published.clone();
        }
        let provenance = &mut entry.provenance;
        provenance.licence = provenance.licence.take().or_else(|| self.licence.clone());
        provenance.citation = provenance.citation.take().or_else(|| self.citation.clone());
        entry
    }

    fn take(&mut self, line: &str, whole: &str) {
        if line.contains("under The MIT License") {
            self.licence.get_or_insert_with(|| "MIT".into());
        }
        if let Some((before, cited)) = line.split_once("please cite")
            && self.citation.is_none()
            && before.len() < 40
        {
            let cited = cited.strip_prefix(" the following article(s)").unwrap_or(cited);
            self.citation = Some(cited.trim_start_matches([':', ' ']).trim_end().to_owned());
        }
        // `um2` and `%` at the end, not the comment's own marks.
        let Some((key, rest)) = whole.trim_start_matches(['/', '*', '#', ' ', '\t']).split_once('=') else {
            return;
        };
        let key = key.trim();
        let mut words = rest.split_whitespace();
        let value = words.next().unwrap_or_default();
        let unit = words.next().filter(|word| !word.starts_with("*/")).unwrap_or_default();
        if let Some(expected) = unit_of(key)
            && let Err(problem) = self.figure(key, value, unit, expected)
        {
            self.notes.push(format!("its header says {key} = {}, {problem}", rest.trim()));
        }
    }

    fn figure(&mut self, key: &str, value: &str, unit: &str, expected: &str) -> Result<(), String> {
        let figure: PublishedFigure =
            value.parse().map_err(|error: super::catalog::PublishedFigureError| error.to_string())?;
        if unit != expected {
            let or_none = if expected.is_empty() { "a number without a unit" } else { expected };
            return Err(format!("expected {or_none}; the figure is left out"));
        }
        if let Some((process, what)) = key.split_once('_') {
            if figure.value() < 0.0 {
                return Err("expected a number of at least 0; the figure is left out".into());
            }
            let place = match what {
                "PWR" => &mut self.cost.power_mw,
                "AREA" => &mut self.cost.area_um2,
                _ => &mut self.cost.delay_ns,
            };
            place.get_or_insert(figure.value());
            if self.cost.technology.is_empty() {
                self.cost.technology = process.to_owned();
            }
            return Ok(());
        }
        let name = key.to_lowercase().replace('%', "_pct");
        if let Some(place) = self.published.get_mut(&name) {
            place.get_or_insert(figure);
        }
        Ok(())
    }
}

/// The lines of comment at the head of a text, and what follows them.
pub(super) fn split(text: &str) -> (&str, &str) {
    let mut inside = false;
    let mut length = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim();
        let opens = line.starts_with("/*") || line.starts_with("(*");
        let is_comment =
            inside || opens || line.starts_with("//") || line.starts_with('#') || line.is_empty();
        if !is_comment {
            break;
        }
        if inside || opens {
            inside = !(line.ends_with("*/") || line.ends_with("*)"));
        }
        length += whole.len();
    }
    text.split_at(length)
}

/// The unit in which a figure of this name is given; `None` if it is no figure's name.
fn unit_of(key: &str) -> Option<&'static str> {
    match key {
        "MAE%" | "WCE%" | "WCRE%" | "EP%" | "MRE%" => Some("%"),
        "MAE" | "WCE" | "MSE" => Some(""),
        _ => {
            let (process, what) = key.split_once('_')?;
            let nanometres = process.strip_prefix("PDK")?;
            if nanometres.is_empty() || !nanometres.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            match what {
                "PWR" => Some("mW"),
                "AREA" => Some("um2"),
                "DELAY" => Some("ns"),
                _ => None,
            }
        }
    }
}

/// The largest index up to `limit` where a text can be cut.
fn floor(text: &str, limit: usize) -> usize {
    (0..=limit.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FULL: &str = "\
/***
* This code is a part of a library distributed under The MIT License.
* When used, please cite the following article(s): A. Author, \"On Multipliers\", 2026. 
***/
// MAE% = 0.15 %
// MAE = 101 
// WCE% = 0.69 %
// WCE = 449 
// WCRE% = 101.56 %
// EP% = 99.60 %
// MRE% = 3.00 %
// MSE = 48939.302e2 
// PDK45_PWR = 0.289 mW
// PDK45_AREA = 543.0 um2
// PDK45_DELAY = 1.33 ns
#include <stdint.h>
// MSE = 7
int16_t f(int8_t a, int8_t b) { return a * b; } // WCE = 3
";

    #[test]
    fn all_figures_of_a_header() {
        let header = HeaderComment::read(FULL);
        let figure = |name| header.published.get(name).map(ToString::to_string);
        for (name, expected) in [
            ("mae_pct", "0.15"),
            ("mae", "101"),
            ("wce_pct", "0.69"),
            ("wce", "449"),
            ("wcre_pct", "101.56"),
            ("ep_pct", "99.60"),
            ("mre_pct", "3.00"),
            ("mse", "48939.302e2"),
        ] {
            assert_eq!(figure(name).as_deref(), Some(expected), "{name}");
        }
        let cost = &header.cost;
        assert_eq!((cost.power_mw, cost.area_um2, cost.delay_ns), (Some(0.289), Some(543.0), Some(1.33)));
        assert_eq!((&*cost.source, &*cost.technology), ("header in the style of EvoApproxLib", "PDK45"));
        assert_eq!(header.licence.as_deref(), Some("MIT"));
        assert_eq!(header.citation.as_deref(), Some("A. Author, \"On Multipliers\", 2026."));
        assert_eq!(header.notes, Vec::<String>::new());
    }

    #[test]
    fn other_comments_and_other_texts_hold_none() {
        for text in [
            "",
            "module m; // MAE = 1\nendmodule",
            "int a; /* MAE = 1 */",
            "// mae = 1\n// PDK_PWR = 1 mW\n// PDKx_PWR = 1 mW",
        ] {
            assert_eq!(HeaderComment::read(text), HeaderComment::default(), "{text}");
        }
        let header = HeaderComment::read("/* MAE = 1\n   WCE = 3 */\nMSE = 4");
        assert_eq!(header.published.wce.map(|figure| figure.to_string()).as_deref(), Some("3"));
        assert_eq!(header.published.mse, None);
        let header = HeaderComment::read("# WCE = 3\n.model m\n# MAE = 4\n");
        assert!(header.published.wce.is_some() && header.published.mae.is_none());
        let header = HeaderComment::read("/* WCE = 3 */ // MSE = 2\n// EP% = 4.0 %");
        assert!(header.published.ep_pct.is_some());
    }

    #[test]
    fn what_looks_like_a_figure_and_is_none_is_said() {
        let header = HeaderComment::read(
            "// PDK45_PWR = 289 uW\n// MAE = many\n// WCE = 3 %\n// PDK45_AREA = -3 um2\n// MSE =",
        );
        assert_eq!(
            header.notes,
            [
                "its header says PDK45_PWR = 289 uW, expected mW; the figure is left out",
                "its header says MAE = many, 'many' is no figure; expected a number such as 53, 0.081 or 28977.591e3",
                "its header says WCE = 3 %, expected a number without a unit; the figure is left out",
                "its header says PDK45_AREA = -3 um2, expected a number of at least 0; the figure is left out",
                "its header says MSE = , '' is no figure; expected a number such as 53, 0.081 or 28977.591e3",
            ]
        );
        assert!(header.published.is_empty() && header.cost == Cost::default());
    }

    #[test]
    fn the_first_of_two_counts() {
        let header = HeaderComment::read("// MAE = 1\n// MAE = 2\n// PDK45_PWR = 1 mW\n// PDK45_PWR = 2 mW");
        assert_eq!((header.published.mae.unwrap().value(), header.cost.power_mw), (1.0, Some(1.0)));
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "[/*#= \nA-E%0-9_\u{e9}]{0,100}") {
            HeaderComment::read(&text);
        }
    }
}
