//! The way between this process and one that loads a library.

use std::io::{self, Read, Write};
use std::process::Stdio;

/// Our end of it.
pub(super) struct Channel {
    /// What the other process says.
    pub answers: Box<dyn Read + Send>,
    /// What it is asked.
    pub questions: Box<dyn Write + Send>,
}

impl Channel {
    /// Whether the other process can be asked anything.
    pub const TWO_WAY: bool = cfg!(unix);

    /// Our end, and the other one.
    #[cfg(unix)]
    pub fn open() -> io::Result<(Self, Stdio)> {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        let questions = Box::new(ours.try_clone()?);
        Ok((Self { answers: Box::new(ours), questions }, std::os::fd::OwnedFd::from(theirs).into()))
    }

    /// Our end, and the other one. A pipe, which goes one way.
    #[cfg(not(unix))]
    pub fn open() -> io::Result<(Self, Stdio)> {
        let (answers, theirs) = io::pipe()?;
        Ok((Self { answers: Box::new(answers), questions: Box::new(io::sink()) }, theirs.into()))
    }
}
