//! The search for members worth listing.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use axmul_api::Provider;
use rayon::prelude::*;

use super::evaluate::EvaluatedMember;
use super::fronts::{FrontKind, front, thin};
use super::text::{self, FrontMember};
use super::{EMBEDDED, Embedded};
use crate::catalog::CatalogError;
use crate::registry::Registry;
use axmul_metrics::OperandFormat;

/// How far the search is.
#[derive(Clone, Copy, Debug)]
pub struct GenerationProgress {
    /// The format whose members are tried.
    pub format: OperandFormat,
    /// Members that were tried.
    pub done: usize,
    /// Members of this format in all.
    pub total: usize,
}

/// The widths of a catalog of fronts, and how many members of each front it holds at most.
struct FrontSet {
    widths: (u8, u8),
    limit: usize,
}

/// In the order of [`EMBEDDED`].
const SETS: [FrontSet; 5] = [
    FrontSet { widths: (8, 8), limit: 60 },
    FrontSet { widths: (7, 7), limit: 13 },
    FrontSet { widths: (8, 4), limit: 13 },
    FrontSet { widths: (12, 12), limit: 13 },
    FrontSet { widths: (16, 16), limit: 13 },
];

/// The relative error in percent from which on a multiplier is none.
const WORTHLESS_MRE_PCT: f64 = 100.0;

/// Hands out the texts of the embedded catalogs, in their order: of every family the members of its grid are tried, and those
/// on a front of power against mean, mean relative or largest error stay; then the members that families list and that
/// are on no front. The same families give the same bytes.
pub fn generate(
    registry: &Registry,
    progress: &(dyn Fn(GenerationProgress) + Sync),
    deliver: &mut dyn FnMut(&'static Embedded, String),
) -> Result<(), CatalogError> {
    let mut names = HashSet::new();
    for (embedded, set) in EMBEDDED.iter().zip(&SETS) {
        let mut chosen = Vec::new();
        for signed in [true, false] {
            let (n, m) = set.widths;
            let format = OperandFormat::new(n, m, signed).expect("widths of a set");
            let tried = try_grids(registry, registry.providers().iter().copied(), format, progress)?;
            chosen.push((tried.len(), choose(tried, set.limit)));
        }
        let counts: Vec<usize> = chosen.iter().map(|(tried, _)| *tried).collect();
        let listed: Vec<FrontMember> = chosen.into_iter().flat_map(|(_, members)| members).collect();
        names.extend(listed.iter().map(|listed| listed.tried.name.clone()));
        deliver(embedded, text::write(embedded, registry, &counts, &listed)?);
    }
    let listed: Vec<_> = registry.variants().filter(|(name, _, _)| !names.contains(name)).collect();
    let listed = listed
        .into_par_iter()
        .map(|(_, provider, variant)| {
            let tried = EvaluatedMember::new(registry, provider.name(), variant.parameters, variant.format)?;
            Ok(FrontMember { tried, fronts: Vec::new() })
        })
        .collect::<Result<Vec<_>, CatalogError>>()?;
    let families = &EMBEDDED[SETS.len()];
    deliver(families, text::write(families, registry, &[], &listed)?);
    Ok(())
}

/// All members of the grids of these families in a format.
pub(super) fn try_grids(
    registry: &Registry,
    families: impl Iterator<Item = &'static dyn Provider>,
    format: OperandFormat,
    progress: &(dyn Fn(GenerationProgress) + Sync),
) -> Result<Vec<EvaluatedMember>, CatalogError> {
    let grid: Vec<_> = families
        .flat_map(|provider| {
            provider.grid(format).into_iter().map(|parameters| (provider.name(), parameters))
        })
        .collect();
    let (done, total) = (AtomicUsize::new(0), grid.len());
    grid.into_par_iter()
        .map(|(family, parameters)| {
            let tried = EvaluatedMember::new(registry, family, parameters, format);
            progress(GenerationProgress { format, done: done.fetch_add(1, Ordering::Relaxed) + 1, total });
            tried
        })
        .collect()
}

/// Whether a member may be listed: the exact one in any case, else what has some power and errs by less than 100 % on
/// average.
pub(super) fn is_worthwhile(member: &EvaluatedMember) -> bool {
    member.family == "exact" || member.cost.power_mw > Some(0.0) && member.metrics.mre_pct < WORTHLESS_MRE_PCT
}

/// The members on a front, at most `limit` of each, from the highest power down; the exact one among them in any case.
pub(super) fn choose(mut tried: Vec<EvaluatedMember>, limit: usize) -> Vec<FrontMember> {
    tried.retain(is_worthwhile);
    let fronts = FrontKind::ALL.map(|kind| {
        let mut front = front(&tried, kind);
        thin(&tried, kind, &mut front, limit);
        (kind, front)
    });
    let on = |index: usize| fronts.iter().filter(move |(_, front)| front.contains(&index));
    let mut listed: Vec<FrontMember> = tried
        .iter()
        .enumerate()
        .map(|(index, member)| FrontMember {
            tried: member.clone(),
            fronts: on(index).map(|(kind, _)| *kind).collect(),
        })
        .filter(|listed| listed.tried.family == "exact" || !listed.fronts.is_empty())
        .collect();
    listed.sort_by(|x, y| y.power().total_cmp(&x.power()).then_with(|| x.tried.name.cmp(&y.tried.name)));
    listed
}
