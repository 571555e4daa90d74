//! What readers of estimates have to know.

use axmul_metrics::compare::ComparisonRow;

/// A line for every kind of sample among the rows, and where the intervals are.
pub(super) fn samples(rows: &[ComparisonRow]) -> Vec<String> {
    let sampled = rows.iter().filter(|row| row.basis.sampled);
    let mut samples: Vec<(u64, Option<u64>)> =
        sampled.map(|row| (row.basis.pairs_evaluated, row.basis.sample_seed)).collect();
    samples.sort_unstable();
    samples.dedup();
    let line = |(pairs, seed): (u64, Option<u64>)| {
        let seed = seed.map(|seed| format!(", seed {seed}")).unwrap_or_default();
        format!("~ estimated, ≥ largest seen, from {pairs} random operand pairs{seed}")
    };
    let mut lines: Vec<String> = samples.into_iter().map(line).collect();
    if !lines.is_empty() {
        lines.push("95 % confidence intervals: --format json".into());
    }
    lines
}
