//! Long work in pieces that do not depend on the number of threads.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::Progress;
use crate::multiplier::ProductsError;

/// Pieces that run before their results are put together: enough to keep many threads busy, few enough to hold.
const BATCH: u64 = 1024;

/// Computes something from every piece of `0..total`, `piece` long but for the last, and hands the results on in
/// order; `take` may end the work by returning a value.
pub(super) fn in_order<T: Send, B>(
    total: u64,
    piece: u64,
    progress: &Progress,
    work: impl Fn(Range<u64>) -> Result<T, ProductsError> + Sync,
    mut take: impl FnMut(T) -> Option<B>,
) -> Result<Option<B>, ProductsError> {
    let done = AtomicU64::new(0);
    let one = |index: u64| {
        let start = index * piece;
        let range = start..total.min(start.saturating_add(piece));
        let length = range.end - range.start;
        let result = work(range)?;
        progress(done.fetch_add(length, Ordering::Relaxed) + length, total);
        Ok(result)
    };
    let pieces = total.div_ceil(piece);
    for start in (0..pieces).step_by(BATCH as usize) {
        let batch = start..(start + BATCH).min(pieces);
        let results: Vec<T> = if pieces == 1 {
            // Not worth waking threads for.
            vec![one(0)?]
        } else {
            batch.into_par_iter().map(one).collect::<Result<_, ProductsError>>()?
        };
        for result in results {
            if let Some(end) = take(result) {
                return Ok(Some(end));
            }
        }
    }
    Ok(None)
}
