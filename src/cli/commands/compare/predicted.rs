//! `--cost published --predict`: multipliers without published figures beside those that have some.

use anyhow::bail;

use super::costs::CostOutcome;
use crate::cli::output::Console;
use crate::report::significant;
use axmul_metrics::Cost;
use axmul_metrics::compare::{Agreement, CostOrigin};
use axmul_providers::costs::Costed;

/// Random halves of the multipliers with both figures, of which each tells how well the other is predicted.
const SPLITS: usize = 1000;

/// A figure of costs: its name, and where it stands.
type CostFigure = (&'static str, fn(&Costed) -> Option<f64>, fn(&mut Costed) -> &mut Option<f64>);

const FIGURES: [CostFigure; 3] = [
    ("power_mw", |costed| costed.power_mw, |costed| &mut costed.power_mw),
    ("area_um2", |costed| costed.area_um2, |costed| &mut costed.area_um2),
    ("delay_ns", |costed| costed.delay_ns, |costed| &mut costed.delay_ns),
];

impl CostOutcome {
    fn costed(&self) -> Option<&Costed> {
        match self {
            Self::Costed(costed) => Some(costed),
            Self::NoFigures | Self::Failed(_) => None,
        }
    }
}

/// Where nothing was published, puts what `computed` has, times the median of published over computed among the
/// multipliers with both. All figures, published ones too, then say in their origin what was predicted, and how well.
pub(super) fn fill(
    published: &mut [CostOutcome],
    computed: &[CostOutcome],
    console: &Console,
) -> anyhow::Result<()> {
    let costs: Vec<Cost> = published.iter().filter_map(CostOutcome::costed).map(Costed::cost).collect();
    let origins = CostOrigin::distinct(costs.iter().filter_map(CostOrigin::of));
    let [origin] = origins[..] else {
        let labels: Vec<String> = origins.iter().map(|origin| origin.label(&origins)).collect();
        match labels.len() {
            0 => {
                bail!("--predict needs published figures, and no multiplier here has any; add their catalog")
            }
            _ => bail!(
                "--predict needs published figures of one origin, found {}; compare with one at a time",
                labels.join(" and of ")
            ),
        }
    };
    let scales: Vec<_> = FIGURES
        .iter()
        .filter_map(|figure| {
            let both = published.iter().zip(computed);
            let pair = |(theirs, ours): (&CostOutcome, &CostOutcome)| {
                // What takes nothing, a constant, tells no ratio.
                let figures = ((figure.1)(ours.costed()?)?, (figure.1)(theirs.costed()?)?);
                (figures.0 > 0.0 && figures.1 > 0.0).then_some(figures)
            };
            let pairs: Vec<(f64, f64)> = both.filter_map(pair).collect();
            Some((figure, Agreement::of(&pairs, SPLITS, 0)?))
        })
        .collect();
    if scales.is_empty() {
        bail!("--predict needs at least four multipliers with both published figures and a circuit");
    }
    let how: Vec<String> = scales
        .iter()
        .map(|((name, ..), agreement)| {
            let error = significant(100.0 * agreement.mean_held_out(), 2);
            format!("{name} x {}, median error {error} %", significant(agreement.scale, 4))
        })
        .collect();
    let how = format!("what has no published figures: those of axmul's cells ({})", how.join("; "));
    let source = format!("{} and predictions", origin.source);
    let technology =
        [origin.technology, &how].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
    let mut predicted = 0;
    for (outcome, computed) in published.iter_mut().zip(computed) {
        if let (CostOutcome::NoFigures, Some(computed)) = (&*outcome, computed.costed()) {
            let mut costed = Costed::default();
            for ((_, of, put), agreement) in &scales {
                *put(&mut costed) = of(computed).map(|figure| figure * agreement.scale);
            }
            predicted += 1;
            *outcome = CostOutcome::Costed(Box::new(costed));
        }
        if let CostOutcome::Costed(costed) = outcome {
            (costed.source, costed.technology) = (source.clone(), technology.clone());
        }
    }
    let count = scales.iter().map(|(_, agreement)| agreement.count).max().unwrap_or_default();
    console.note(format_args!("predicted the costs of {predicted} multipliers from {count} that have both"));
    Ok(())
}
