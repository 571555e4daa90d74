//! Tests across the files of the training core.

mod activity;
mod course;
mod exactness;
mod measured;
mod narrow;
mod networks;
mod prediction;
mod published;
mod runs;
mod torchvision;

use std::sync::{Mutex, MutexGuard};

/// Seeds libtorch's generators for a test. They are the process's, so tests that use them take turns: hold the guard.
pub(super) fn seeded(seed: i64) -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let guard = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    // Test threads use the cores already; on a busy machine OpenMP's barriers would wait for each other.
    tch::set_num_threads(1);
    tch::manual_seed(seed);
    guard
}
