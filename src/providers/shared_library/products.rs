//! The products of a library's multiplier on demand, for operands too wide for a table.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::channel::Channel;
use super::child::{ChildOrder, ChildTask};
use super::error::{LibraryProblem, Phase, SharedLibraryError};
use super::packed::Packed;
use super::protocol::{MAX_PRODUCTS, Message};
use super::reference::LibraryRequest;
use super::supervise::Conversation;
use super::{Limits, check_file, host};
use axmul_metrics::{OperandFormat, Products, ProductsError};

/// A multiplier of a library that computes when it is asked.
///
/// Each thread that asks has a process of its own, started at its first question, under limits of its own: its time is
/// what it takes to answer. Consecutive products are computed ahead, so that a question is worth its way. The first
/// failure is the last answer: every thread gets it from then on.
pub struct LibraryProducts {
    path: PathBuf,
    library: PathBuf,
    host: PathBuf,
    order: ChildOrder,
    limits: Limits,
    format: OperandFormat,
    idle: Mutex<Vec<Worker>>,
    /// Products that came.
    done: AtomicU64,
    failure: OnceLock<SharedLibraryError>,
}

impl LibraryProducts {
    /// The multiplier that `request`, which asks for a single one, means in the library at `path`, and whose operands
    /// were listed as of this format. Starts no process yet.
    pub fn new(
        path: &Path,
        request: &LibraryRequest,
        format: OperandFormat,
        limits: &Limits,
    ) -> Result<Self, SharedLibraryError> {
        let attempt = || {
            check_file(path)?;
            if !Channel::TWO_WAY {
                let reason =
                    "products on demand need a Unix system; export a table of at most 8x8 bits".into();
                return Err(LibraryProblem::Exchange { reason });
            }
            let library = std::path::absolute(path)
                .map_err(|error| LibraryProblem::Unreadable { reason: error.to_string() })?;
            Ok((library, host::find()?))
        };
        let (library, host) =
            attempt().map_err(|problem| SharedLibraryError { path: path.to_owned(), problem })?;
        let order = ChildOrder::new(path, request, limits, ChildTask::Serve);
        Ok(Self {
            path: path.to_owned(),
            library,
            host,
            order,
            limits: *limits,
            format,
            idle: Mutex::new(Vec::new()),
            done: AtomicU64::new(0),
            failure: OnceLock::new(),
        })
    }

    /// What went wrong, if anything did.
    pub fn failure(&self) -> Option<&SharedLibraryError> {
        self.failure.get()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a process that is not at work do some; the one that computed what comes before number `first` if it is
    /// among them.
    fn with_worker<T>(
        &self,
        first: Option<u64>,
        work: impl FnOnce(&mut Worker) -> Result<T, LibraryProblem>,
    ) -> Result<T, ProductsError> {
        if let Some(failure) = self.failure.get() {
            return Err(ProductsError(failure.to_string()));
        }
        let idle = {
            let mut idle = self.idle();
            let ahead = idle.iter().position(|worker| first.is_some_and(|first| worker.is_ahead_of(first)));
            // Else one that nobody is likely to come back to.
            let free = || idle.iter().position(Worker::is_used_up);
            let at = ahead.or_else(free).or_else(|| idle.len().checked_sub(1));
            at.map(|at| idle.swap_remove(at))
        };
        let outcome = match idle {
            Some(worker) => Ok(worker),
            None => self.start(),
        }
        .and_then(|mut worker| Ok((work(&mut worker)?, worker)));
        match outcome {
            Ok((value, worker)) => {
                self.idle().push(worker);
                Ok(value)
            }
            Err(problem) => {
                let failure = SharedLibraryError { path: self.path.clone(), problem };
                Err(ProductsError(self.failure.get_or_init(|| failure).to_string()))
            }
        }
    }

    fn start(&self) -> Result<Worker, LibraryProblem> {
        let begun = Instant::now();
        let mut conversation = Conversation::start(&self.host, &self.library, &self.order, &self.limits)?;
        match conversation.next()? {
            Message::Ready(described) if described.format == self.format => Ok(Worker {
                conversation,
                time: self.limits.time.saturating_sub(begun.elapsed()),
                ahead: Ahead::default(),
            }),
            Message::Ready(described) => Err(LibraryProblem::Changed {
                name: described.name,
                got: described.format,
                expected: self.format,
            }),
            _ => Err(conversation.damaged("an answer before the first question")),
        }
    }

    /// The packed answer to a question for `count` products.
    fn ask(&self, worker: &mut Worker, question: &Message, count: usize) -> Result<Vec<u8>, LibraryProblem> {
        let begun = Instant::now();
        let answer = worker.conversation.ask(question, worker.time);
        worker.time = worker.time.saturating_sub(begun.elapsed());
        match answer {
            Ok(Message::Products(packed)) if packed.len() == count * Packed::new(self.format).width() => {
                self.done.fetch_add(count as u64, Ordering::Relaxed);
                Ok(packed)
            }
            Ok(_) => Err(worker.conversation.damaged("another answer than was asked for")),
            Err(LibraryProblem::TimeLimit { seconds, phase: Phase::Multiplying(name), output }) => {
                let done = self.done.load(Ordering::Relaxed);
                Err(LibraryProblem::TooSlow { seconds, name, done, output })
            }
            Err(problem) => Err(problem),
        }
    }

    /// Computes consecutive products from number `first` on, at least one and more each time that goes on where the
    /// last ended.
    fn look_ahead(&self, worker: &mut Worker, first: u64, wanted: usize) -> Result<(), LibraryProblem> {
        let goes_on = worker.ahead.end() == first;
        let count = if goes_on { 2 * worker.ahead.count } else { 0 }.max(wanted);
        // Threads share the pairs out in parts of powers of two: not beyond one.
        let part = MAX_PRODUCTS as u64 - first % MAX_PRODUCTS as u64;
        let left = self.format.pairs() - u128::from(first);
        let count = (count as u128).min(part.into()).min(left) as usize;
        let packed = self.ask(worker, &Message::Block { first, count: count as u32 }, count)?;
        worker.ahead = Ahead { first, count, packed, used: 0 };
        Ok(())
    }
}

impl Products for LibraryProducts {
    fn format(&self) -> OperandFormat {
        self.format
    }

    fn block(&self, first: u64, out: &mut [i64]) -> Result<(), ProductsError> {
        self.with_worker(Some(first), |worker| {
            let (mut first, mut out) = (first, out);
            while !out.is_empty() {
                if worker.ahead.available(first) == 0 {
                    self.look_ahead(worker, first, out.len())?;
                }
                let count = worker.ahead.available(first).min(out.len());
                let (now, later) = out.split_at_mut(count);
                let from = (first - worker.ahead.first) as usize;
                Packed::new(self.format).unpack(&worker.ahead.packed, from, now);
                worker.ahead.used = from + count;
                (first, out) = (first.wrapping_add(count as u64), later);
            }
            Ok(())
        })
    }

    fn pairs(&self, a: &[i64], b: &[i64], out: &mut [i64]) -> Result<(), ProductsError> {
        self.with_worker(None, |worker| {
            let parts = a.chunks(MAX_PRODUCTS / 8).zip(b.chunks(MAX_PRODUCTS / 8));
            for ((a, b), out) in parts.zip(out.chunks_mut(MAX_PRODUCTS / 8)) {
                let question = Message::Pairs { a: a.to_vec(), b: b.to_vec() };
                let packed = self.ask(worker, &question, a.len())?;
                Packed::new(self.format).unpack(&packed, 0, out);
            }
            Ok(())
        })
    }
}

/// A process that answers.
struct Worker {
    conversation: Conversation,
    /// That it may still take.
    time: Duration,
    ahead: Ahead,
}

impl Worker {
    fn is_ahead_of(&self, first: u64) -> bool {
        self.ahead.available(first) > 0 || self.ahead.end() == first
    }

    fn is_used_up(&self) -> bool {
        self.ahead.used == self.ahead.count
    }
}

/// Consecutive products, packed.
#[derive(Default)]
struct Ahead {
    first: u64,
    count: usize,
    packed: Vec<u8>,
    /// So many of them have been fetched.
    used: usize,
}

impl Ahead {
    /// The number behind the last; that of the first pair behind the last of all 2^64.
    fn end(&self) -> u64 {
        self.first.wrapping_add(self.count as u64)
    }

    /// How many there are from number `first` on.
    fn available(&self, first: u64) -> usize {
        match first.checked_sub(self.first) {
            Some(skipped) if skipped < self.count as u64 => self.count - skipped as usize,
            _ => 0,
        }
    }
}
