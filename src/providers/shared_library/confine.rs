//! What the loading process does to itself before it lets foreign code in: limits, a way out, a last word.
//!
//! This contains accidents, not malice: a library that means harm can do what its user can do.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How much longer than its limit a process lives whose parent does not end it.
const GRACE: Duration = Duration::from_secs(2);

/// Takes over the pipe that is standard input, and leaves an empty standard input to the library.
pub(super) fn take_pipe() -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let pipe = io::stdin().as_fd().try_clone_to_owned()?;
        rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
        Ok(pipe.into())
    }
    #[cfg(windows)]
    {
        use std::os::windows::io::AsHandle;
        Ok(io::stdin().as_handle().try_clone_to_owned()?.into())
    }
}

/// Limits this process: the time that it works to `seconds` (the parent watches too, but may die first), and, on
/// Unix, its memory to `bytes` beyond what it has now. Leaves no core files. The clock is running.
pub(super) fn apply(pipe: &File, bytes: u64, seconds: f64) -> io::Result<Clock> {
    let life = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).saturating_add(GRACE);
    let clock = Clock::running();
    let watched = clock.clone();
    // Before the memory limit, which counts the thread's stack.
    std::thread::Builder::new().name("time limit".into()).spawn(move || {
        loop {
            match life.saturating_sub(watched.elapsed()) {
                Duration::ZERO => die(),
                left => std::thread::sleep(left),
            }
        }
    })?;
    #[cfg(unix)]
    unix::apply(pipe, bytes)?;
    #[cfg(not(unix))]
    let _ = (pipe, bytes);
    Ok(clock)
}

/// How long this process has worked: waiting for questions is no work.
#[derive(Clone)]
pub(super) struct Clock(Arc<Mutex<(Duration, Option<Instant>)>>);

impl Clock {
    fn running() -> Self {
        Self(Arc::new(Mutex::new((Duration::ZERO, Some(Instant::now())))))
    }

    pub fn pause(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(since) = state.1.take() {
            state.0 += since.elapsed();
        }
    }

    pub fn resume(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.get_or_insert_with(Instant::now);
    }

    fn elapsed(&self) -> Duration {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 + state.1.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

/// Ends the process at once, whatever locks the library holds.
fn die() -> ! {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort()
}

/// Ends the process without running the destructors of the library.
pub(super) fn leave(code: i32) -> ! {
    #[cfg(unix)]
    // SAFETY: `_exit` ends the process and touches nothing.
    unsafe {
        libc::_exit(code)
    }
    #[cfg(not(unix))]
    std::process::exit(code)
}

/// Tells the parent that memory ran out.
pub(super) fn report_lack_of_memory() {
    #[cfg(unix)]
    unix::report_lack_of_memory();
}

/// Whether the file system of `path` lets nothing be executed, and so no library be loaded.
pub(super) fn is_mounted_noexec(path: &Path) -> bool {
    #[cfg(unix)]
    {
        rustix::fs::statvfs(path)
            .is_ok_and(|mount| mount.f_flag.contains(rustix::fs::StatVfsMountFlags::NOEXEC))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
    use std::sync::OnceLock;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    use crate::shared_library::protocol::Message;

    /// The pipe and the frame that a crash handler, which may not allocate, writes to it.
    static LAST_WORD: OnceLock<(RawFd, Vec<u8>)> = OnceLock::new();

    pub fn apply(pipe: &File, bytes: u64) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
        let _ = LAST_WORD.set((pipe.as_raw_fd(), Message::OutOfMemory.encode()));
        for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGABRT, libc::SIGILL, libc::SIGFPE] {
            watch(signal)?;
        }
        lower(Resource::Core, 0)?;
        #[cfg(target_os = "linux")]
        let resource = Resource::As;
        // Elsewhere the address space has no limit that the system enforces.
        #[cfg(not(target_os = "linux"))]
        let resource = Resource::Data;
        lower(resource, bytes.saturating_add(address_space()))
    }

    fn lower(resource: Resource, to: u64) -> io::Result<()> {
        let maximum = getrlimit(resource).maximum.unwrap_or(u64::MAX).min(to);
        Ok(setrlimit(resource, Rlimit { current: Some(maximum), maximum: Some(maximum) })?)
    }

    /// The address space that this process has now, in bytes; 0 where the system does not say.
    fn address_space() -> u64 {
        let kibibytes = || {
            let status = std::fs::read_to_string("/proc/self/status").ok()?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
            line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()
        };
        kibibytes().unwrap_or(0) << 10
    }

    /// Has `on_crash` run once, on the alternate stack where there is one, when `signal` arrives.
    fn watch(signal: libc::c_int) -> io::Result<()> {
        let handler: extern "C" fn(libc::c_int) = on_crash;
        // SAFETY: a zeroed sigaction is a valid one; the handler does only what is allowed in a handler.
        let outcome = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler as libc::sighandler_t;
            action.sa_flags = libc::SA_RESETHAND | libc::SA_ONSTACK;
            libc::sigaction(signal, &action, std::ptr::null_mut())
        };
        if outcome == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// A null pointer out of `malloc`, followed or refused, leaves `ENOMEM` behind: the one trace that tells a
    /// lack of memory from any other crash.
    extern "C" fn on_crash(signal: libc::c_int) {
        if io::Error::last_os_error().raw_os_error() == Some(libc::ENOMEM) {
            report_lack_of_memory();
        }
        // SAFETY: allowed in a handler; the default action, which ends the process, is in place again.
        unsafe { libc::raise(signal) };
    }

    /// Reads no lock and allocates nothing.
    pub fn report_lack_of_memory() {
        if let Some((pipe, frame)) = LAST_WORD.get() {
            // SAFETY: the pipe stays open for the life of the process.
            let pipe = unsafe { BorrowedFd::borrow_raw(*pipe) };
            let _ = rustix::io::write(pipe, frame);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paused_clock_stands_still() {
        let clock = Clock::running();
        clock.pause();
        let elapsed = clock.elapsed();
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(clock.elapsed(), elapsed);
        clock.resume();
        clock.resume();
        std::thread::sleep(Duration::from_millis(2));
        assert!(clock.elapsed() >= elapsed + Duration::from_millis(2));
    }
}
