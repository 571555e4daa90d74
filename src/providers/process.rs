//! A process of someone else's program that does not outlive the value that holds it.

use std::process::Child;

/// A process that is ended, with all that it started, when the value goes. It must lead a process group of its own.
pub(super) struct Process(pub Child);

impl Process {
    /// Ends it, if it has not ended, and takes its exit status off the system.
    pub fn end(&mut self) {
        #[cfg(unix)]
        if let (Ok(None), Some(group)) =
            (self.0.try_wait(), rustix::process::Pid::from_raw(self.0.id().cast_signed()))
        {
            // It has not been waited for, so the number is still its own.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
