//! Signals that end a run, passed on to the process that does its work.

use std::io;
use std::process::{Command, ExitStatus};

/// Says, once, what is to be said of an interruption.
type Tell = Option<Box<dyn FnOnce() + Send>>;

fn say(tell: &mut Tell) {
    if let Some(tell) = tell.take() {
        tell();
    }
}

#[cfg(unix)]
pub(super) use signals::Interrupts;

#[cfg(unix)]
mod signals {
    use std::os::unix::process::ExitStatusExt;
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
    use std::thread;

    use rustix::io::retry_on_intr;
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use super::{Command, ExitStatus, Tell, io, say};

    /// SIGINT and SIGTERM to this process, and the process that they are meant for.
    ///
    /// A terminal sends them to both, whoever names one process by its number to this one alone.
    #[derive(Clone)]
    pub(in super::super) struct Interrupts(Arc<Mutex<Shared>>);

    struct Shared {
        work: ChildState,
        tell: Tell,
    }

    enum ChildState {
        /// Its process is not started yet.
        Due,
        /// Its process is not to be started any more.
        Cancelled,
        /// Its process, which is not reaped before this says something else.
        Running(Pid),
        /// Its process has ended.
        Ended,
        /// Its process has ended well, and signals are again for this one.
        Done,
    }

    impl Interrupts {
        /// From now on signals are for the process that [`Self::wait_for`] starts; at the first, `tell` is called.
        pub fn listen(tell: impl FnOnce() + Send + 'static) -> io::Result<Self> {
            let interrupts = Self::new(tell);
            let mut signals = Signals::new([SIGINT, SIGTERM])?;
            let here = interrupts.clone();
            thread::Builder::new().name("signals".into()).spawn(move || {
                for signal in signals.forever() {
                    here.pass_on(signal);
                }
            })?;
            Ok(interrupts)
        }

        fn new(tell: impl FnOnce() + Send + 'static) -> Self {
            Self(Arc::new(Mutex::new(Shared { work: ChildState::Due, tell: Some(Box::new(tell)) })))
        }

        fn lock(&self) -> MutexGuard<'_, Shared> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn pass_on(&self, signal: i32) {
            let mut shared = self.lock();
            match shared.work {
                ChildState::Due => shared.work = ChildState::Cancelled,
                ChildState::Running(process) => {
                    // Told first, so that it stands before what the process says of it.
                    say(&mut shared.tell);
                    if let Some(signal) = Signal::from_named_raw(signal) {
                        let _ = kill_process(process, signal);
                    }
                }
                ChildState::Cancelled | ChildState::Ended => {}
                ChildState::Done => {
                    drop(shared);
                    let _ = emulate_default_handler(signal);
                    return;
                }
            }
            say(&mut shared.tell);
        }

        /// Starts `command` and waits for its end; `None` if a signal came before it was started.
        pub fn wait_for(&self, command: &mut Command) -> io::Result<Option<ExitStatus>> {
            let (mut child, process) = {
                // Held while the process starts: a signal that comes meanwhile reaches it.
                let mut shared = self.lock();
                if matches!(shared.work, ChildState::Cancelled) {
                    return Ok(None);
                }
                let child = command.spawn()?;
                let process = Pid::from_child(&child);
                shared.work = ChildState::Running(process);
                (child, process)
            };
            // Once it is reaped, its number may become that of another process, which must get no signal.
            let wait = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            let _ = retry_on_intr(|| waitid(WaitId::Pid(process), wait));
            self.lock().work = ChildState::Ended;
            let status = child.wait()?;
            let mut shared = self.lock();
            if status.success() {
                shared.work = ChildState::Done;
            } else if matches!(status.signal(), Some(SIGINT | SIGTERM)) {
                // A terminal's signal may end it before it is noticed here.
                say(&mut shared.tell);
            }
            Ok(Some(status))
        }
    }

    #[cfg(test)]
    mod tests {
        use std::sync::mpsc::{Receiver, channel};
        use std::time::Duration;

        use super::*;

        fn interrupts() -> (Interrupts, Receiver<()>) {
            let (told, heard) = channel();
            (Interrupts::new(move || told.send(()).unwrap()), heard)
        }

        #[test]
        fn after_a_signal_nothing_is_started() {
            let (interrupts, heard) = interrupts();
            interrupts.pass_on(SIGINT);
            interrupts.pass_on(SIGTERM);
            // It would be an error to start this.
            assert_eq!(interrupts.wait_for(&mut Command::new("/nowhere/axmul-train")).unwrap(), None);
            assert_eq!(heard.iter().count(), 1);
        }

        #[test]
        fn the_process_gets_the_signal() {
            // Not SIGINT: where tests run in the background of a script, they and their children ignore it.
            let (interrupts, heard) = interrupts();
            let there = interrupts.clone();
            let waiting = thread::spawn(move || there.wait_for(Command::new("sleep").arg("60")).unwrap());
            while !matches!(interrupts.lock().work, ChildState::Running(_)) {
                thread::sleep(Duration::from_millis(1));
            }
            interrupts.pass_on(SIGTERM);
            assert_eq!(waiting.join().unwrap().unwrap().signal(), Some(SIGTERM));
            // There is no process any more that this could reach.
            interrupts.pass_on(SIGTERM);
            assert!(matches!(interrupts.lock().work, ChildState::Ended));
            assert_eq!(heard.try_iter().count(), 1);
        }

        #[test]
        fn a_process_that_a_terminal_ended_is_told_of() {
            let (interrupts, heard) = interrupts();
            let mut command = Command::new("sh");
            let status = interrupts.wait_for(command.args(["-c", "kill -TERM $$"])).unwrap().unwrap();
            assert_eq!((status.signal(), heard.try_iter().count()), (Some(SIGTERM), 1));
            let (interrupts, heard) = self::interrupts();
            let status = interrupts.wait_for(&mut Command::new("true")).unwrap().unwrap();
            assert!(status.success() && matches!(interrupts.lock().work, ChildState::Done));
            assert_eq!(heard.try_iter().count(), 0);
        }
    }
}

/// Ctrl-C, which the console sends to every process in it.
#[cfg(not(unix))]
pub(super) struct Interrupts;

#[cfg(not(unix))]
impl Interrupts {
    /// From now on Ctrl-C ends only the process that [`Self::wait_for`] starts; at the first, `tell` is called.
    pub fn listen(tell: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let mut tell: Tell = Some(Box::new(tell));
        ctrlc::set_handler(move || say(&mut tell)).map_err(io::Error::other)?;
        Ok(Self)
    }

    /// Starts `command` and waits for its end.
    pub fn wait_for(&self, command: &mut Command) -> io::Result<Option<ExitStatus>> {
        command.status().map(Some)
    }
}
