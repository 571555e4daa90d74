//! `--fail-if`: conditions that must not be true for any multiplier.

use crate::cli::ExitStatus;
use crate::cli::output::Console;
use crate::report::significant;
use axmul_metrics::compare::{ComparisonRow, Field, Threshold, ThresholdOutcome};

/// Reports on standard error which rows make which condition true, and which cannot be evaluated.
pub(super) fn judge(thresholds: &[Threshold], rows: &[ComparisonRow], console: &Console) -> ExitStatus {
    let mut status = ExitStatus::Done;
    for threshold in thresholds {
        let expression = threshold.expression();
        let mut failing = Vec::new();
        let mut unknown = Vec::new();
        for row in rows {
            match threshold.evaluate(row) {
                ThresholdOutcome::Holds => failing.push(row),
                ThresholdOutcome::DoesNotHold => {}
                ThresholdOutcome::Unknown(fields) => unknown.push((row, fields)),
            }
        }
        warn_of_estimates(threshold, rows, console);
        for (row, fields) in unknown {
            let fields: Vec<&str> = fields.into_iter().map(Field::name).collect();
            console.warn(format!(
                "{}: cannot evaluate '{expression}': {} unknown; assuming false",
                row.name,
                if let [one] = fields[..] {
                    format!("{one} is")
                } else {
                    format!("{} are", fields.join(", "))
                }
            ));
        }
        if !failing.is_empty() {
            status = ExitStatus::ThresholdNotMet;
            eprintln!("condition '{expression}' is true for {} of {}:", failing.len(), rows.len());
            for row in failing {
                let figures: Vec<String> = threshold
                    .fields()
                    .into_iter()
                    .filter_map(|field| Some(format!("{field} {}", significant(field.of(row)?, 6))))
                    .collect();
                eprintln!("  {}: {}", row.name, figures.join(", "));
            }
        }
    }
    status
}

/// The truth of a condition on an estimated metric is subject to chance.
fn warn_of_estimates(threshold: &Threshold, rows: &[ComparisonRow], console: &Console) {
    for row in rows.iter().filter(|row| row.basis.sampled) {
        let estimated = threshold.fields().into_iter().filter(|field| field.is_error()).filter_map(|field| {
            let value = format!("{field} {}{}", row.standing(field).mark(), significant(field.of(row)?, 6));
            Some(match row.basis.interval(field) {
                Some((low, high)) => {
                    format!("{value} (95 % within {} to {})", significant(low, 6), significant(high, 6))
                }
                None => value,
            })
        });
        let estimated: Vec<String> = estimated.collect();
        if !estimated.is_empty() {
            console.warn(format!(
                "{}: '{}' uses estimates from {} operand pairs: {}",
                row.name,
                threshold.expression(),
                row.basis.pairs_evaluated,
                estimated.join(", ")
            ));
        }
    }
}
