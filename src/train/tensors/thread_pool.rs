//! Libtorch's threads as a pool for our kernels.
//!
//! After a parallel region OpenMP's threads spin for a while, waiting for the next one. Threads of another pool would compete
//! with them for cores: a convolution on rayon's threads took a third longer right after one of libtorch's. So in training our
//! work runs in a parallel region of the same OpenMP, entered through the function that compilers call, which GCC's and LLVM's
//! libraries share. If libtorch has no such library, rayon's threads run it.

use std::any::Any;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, OnceLock, PoisonError};

use axmul_kernels::ThreadPool;

/// The threads of libtorch.
pub const LIBTORCH_POOL: ThreadPool = ThreadPool { threads, run };

/// `GOMP_parallel(body, data, threads, flags)`.
type Parallel = unsafe extern "C" fn(extern "C" fn(*mut c_void), *mut c_void, u32, u32);

struct ParallelWork<'a> {
    member: &'a (dyn Fn() + Sync),
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

fn threads() -> usize {
    if parallel().is_some() { tch::get_num_threads().max(1) as usize } else { (ThreadPool::RAYON.threads)() }
}

fn run(member: &(dyn Fn() + Sync)) {
    let Some(parallel) = parallel() else { return (ThreadPool::RAYON.run)(member) };
    let work = ParallelWork { member, panic: Mutex::new(None) };
    let threads = threads() as u32;
    // SAFETY: the region ends before the call returns, so what `data` points to outlives it.
    unsafe { parallel(enter, (&raw const work).cast_mut().cast(), threads, 0) };
    if let Some(panic) = work.panic.into_inner().unwrap_or_else(PoisonError::into_inner) {
        resume_unwind(panic);
    }
}

extern "C" fn enter(data: *mut c_void) {
    // SAFETY: it is the `ParallelWork` of the caller, who waits; threads share it by reference only.
    let work = unsafe { &*data.cast::<ParallelWork<'_>>() };
    // A panic may not leave the region.
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work.member)) {
        work.panic.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(panic);
    }
}

/// OpenMP's entry point, in the library that libtorch loaded into the process.
fn parallel() -> Option<Parallel> {
    static PARALLEL: OnceLock<Option<Parallel>> = OnceLock::new();
    *PARALLEL.get_or_init(|| {
        #[cfg(unix)]
        {
            let process = libloading::os::unix::Library::this();
            // SAFETY: the symbol of this name is that function, in every library that has it.
            unsafe { process.get::<Parallel>(b"GOMP_parallel\0").ok().map(|symbol| *symbol) }
        }
        #[cfg(not(unix))]
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_by_libtorchs_threads() {
        let mut done = vec![0; 100];
        LIBTORCH_POOL.share(done.chunks_mut(3), || (), |(), part| part.iter_mut().for_each(|n| *n += 1));
        assert_eq!(done, [1; 100]);
        assert!((LIBTORCH_POOL.threads)() >= 1);
        assert!(parallel().is_some() || !cfg!(target_os = "linux"), "libtorch for Linux comes with OpenMP");
    }

    #[test]
    fn panics_come_back() {
        let work = || LIBTORCH_POOL.share(0..9, || (), |(), part| assert!(part != 4, "four"));
        let panic = catch_unwind(work).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"four"));
    }
}
