//! Work shared out to threads.

use std::sync::{Mutex, PoisonError};

/// Threads that work together: those of rayon, or of a library that has some already and would wait beside ours.
#[derive(Clone, Copy, Debug)]
pub struct Team {
    /// How many there are.
    pub threads: fn() -> usize,
    /// Lets each of them do a piece of work at once, and returns when all are done. It may be fewer.
    pub run: fn(&(dyn Fn() + Sync)),
}

impl Team {
    /// The threads of rayon's current pool.
    pub const RAYON: Self = Self { threads: rayon::current_num_threads, run: on_rayon };

    /// Hands out parts of work one after another, to whoever is free; `state` is made once for each thread that gets
    /// any.
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

impl Default for Team {
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
    fn every_part_is_done_once() {
        let mut done = vec![0; 1000];
        let states = AtomicUsize::new(0);
        let state = || states.fetch_add(1, Ordering::Relaxed);
        Team::default().share(done.chunks_mut(7), state, |_, part| part.iter_mut().for_each(|n| *n += 1));
        assert!(done.iter().all(|&n| n == 1));
        assert!((1..=(Team::RAYON.threads)()).contains(&states.into_inner()));
        Team::default().share(std::iter::empty::<()>(), || panic!("nobody asked"), |(), ()| {});
    }
}
