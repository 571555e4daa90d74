//! Tests across the files of the training core.

mod exactness;

use std::sync::{Mutex, MutexGuard};

/// Seeds libtorch's generators for a test. They are the process's, so tests that use them take turns: hold the guard.
pub(super) fn seeded(seed: i64) -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let guard = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    tch::manual_seed(seed);
    guard
}
