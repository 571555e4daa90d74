//! Work on several threads.

use std::sync::{Mutex, PoisonError};

/// A thread pool: rayon's, or that of a library whose idle threads would compete with ours.
#[derive(Clone, Copy, Debug)]
pub struct ThreadPool {
    /// Number of threads.
    pub threads: fn() -> usize,
    /// Runs a closure once on every thread, or on fewer, and returns when all calls have.
    pub run: fn(&(dyn Fn() + Sync)),
}

impl ThreadPool {
    /// Rayon's current pool.
    pub const RAYON: Self = Self { threads: rayon::current_num_threads, run: on_rayon };

    /// Distributes parts of work, one at a time, to free threads. `state` is called once by each thread that gets a part.
    pub fn share<T, S>(
        self,
        parts: impl Iterator<Item = T> + Send,
        state: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, T) + Sync,
    ) {
        let queue = Mutex::new(parts);
        (self.run)(&|| {
            let mut made = None;
            loop {
                // A thread that panicked on its part left the queue whole.
                let part = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(part) = part else { break };
                work(made.get_or_insert_with(&state), part);
            }
        });
    }
}

impl Default for ThreadPool {
    fn default() -> Self {
        Self::RAYON
    }
}

fn on_rayon(member: &(dyn Fn() + Sync)) {
    rayon::scope(|scope| {
        for _ in 1..rayon::current_num_threads() {
            scope.spawn(|_| member());
        }
        member();
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn every_part_runs_once() {
        let mut done = vec![0; 1000];
        let states = AtomicUsize::new(0);
        let state = || states.fetch_add(1, Ordering::Relaxed);
        ThreadPool::default()
            .share(done.chunks_mut(7), state, |_, part| part.iter_mut().for_each(|n| *n += 1));
        assert!(done.iter().all(|&n| n == 1));
        assert!((1..=(ThreadPool::RAYON.threads)()).contains(&states.into_inner()));
        ThreadPool::default().share(std::iter::empty::<()>(), || panic!("nobody asked"), |(), ()| {});
    }
}
