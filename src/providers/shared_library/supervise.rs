//! Starts the process that loads a library, listens to it, and ends it in time.

use std::collections::VecDeque;
use std::io::{self, PipeReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::Limits;
use super::channel::Channel;
use super::child::ChildOrder;
use super::error::{LibraryProblem, Output, Phase};
use super::host::{CHILD_ARGUMENT, CHILD_VARIABLE};
use super::protocol::{DescribedMultiplier, FrameError, GREETING, Message, TRUNCATED};
use crate::process::Process;

/// How long a host may take to greet before it is taken for none. A plugin's time starts with the greeting.
const GREETING_TIME: Duration = Duration::from_secs(20);

/// How often the death of the process is looked for, beyond the end of its pipe.
const TICK: Duration = Duration::from_millis(20);

/// How long to wait for the rest of what a dead process said: a process that it left behind may hold the pipe.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How much of what a library prints is kept.
const OUTPUT_BYTES: usize = 2048;

/// What the process sent, one multiplier each.
pub(super) type Received = Vec<(DescribedMultiplier, Vec<i64>)>;

/// Has `host` load `library` (an absolute path) and returns what it sends.
pub(super) fn run(
    host: &Path,
    library: &Path,
    order: &ChildOrder,
    limits: &Limits,
) -> Result<Received, LibraryProblem> {
    let mut conversation = Conversation::start(host, library, order, limits)?;
    let mut received = Vec::new();
    loop {
        match conversation.next()? {
            Message::Multiplier(described, products) => received.push((described, products)),
            Message::Done(count) if count as usize == received.len() => return Ok(received),
            Message::Done(_) => return Err(conversation.damaged("multipliers are missing")),
            _ => return Err(conversation.damaged("an answer that nobody asked for")),
        }
    }
}

impl Conversation {
    /// Has `host` load `library` (an absolute path).
    pub fn start(
        host: &Path,
        library: &Path,
        order: &ChildOrder,
        limits: &Limits,
    ) -> Result<Self, LibraryProblem> {
        let (channel, far_end) = Channel::open().map_err(exchange)?;
        let (printed, printed_end) = io::pipe().map_err(exchange)?;
        let order = serde_json::to_string(order).map_err(|error| exchange(error.into()))?;
        let mut command = Command::new(host);
        command.arg(CHILD_ARGUMENT).arg(library).arg(order).env(CHILD_VARIABLE, "1");
        // Our channel takes the place of standard input, the only descriptor that a process inherits under a known
        // number and that no library writes to. What a library prints goes another way.
        command.stdin(far_end).stdout(printed_end.try_clone().map_err(exchange)?).stderr(printed_end);
        // A group of its own, so that what the library starts ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().map_err(|error| LibraryProblem::HostDoesNotStart {
            host: host.display().to_string(),
            reason: error.to_string(),
        })?;
        // Our copies of the far ends, so that the channels end with the process.
        drop(command);
        let output = Arc::new(Mutex::new(VecDeque::new()));
        let Channel { answers, questions } = channel;
        Ok(Self {
            process: Process(child),
            messages: in_background(move |send| listen(answers, send)),
            questions,
            silent: in_background({
                let output = Arc::clone(&output);
                move |_| keep_tail(printed, &output)
            }),
            output,
            deadline: Some(Instant::now() + GREETING_TIME),
            limits: *limits,
            host: host.to_owned(),
            greeted: false,
            phase: Phase::default(),
            short_of_memory: false,
        })
    }
}

fn exchange(error: io::Error) -> LibraryProblem {
    LibraryProblem::Exchange { reason: error.to_string() }
}

/// Runs `work` in a thread that outlives this call where a stream never ends.
fn in_background<T: Send + 'static>(work: impl FnOnce(Sender<T>) + Send + 'static) -> Receiver<T> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || work(send));
    receive
}

fn listen(mut results: impl Read, send: Sender<Result<Message, FrameError>>) {
    loop {
        let message = Message::read(&mut results);
        let last = message.is_err();
        if send.send(message).is_err() || last {
            return;
        }
    }
}

fn keep_tail(mut printed: PipeReader, output: &Mutex<VecDeque<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = printed.read(&mut buffer) {
        let mut kept = output.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(&buffer[..count]);
        let surplus = kept.len().saturating_sub(OUTPUT_BYTES);
        kept.drain(..surplus);
    }
}

/// What is said between this process and one that loads a library, and what becomes of the latter.
pub(super) struct Conversation {
    process: Process,
    messages: Receiver<Result<Message, FrameError>>,
    questions: Box<dyn Write + Send>,
    /// Disconnected once nobody can print any more.
    silent: Receiver<()>,
    output: Arc<Mutex<VecDeque<u8>>>,
    /// `None`: never.
    deadline: Option<Instant>,
    limits: Limits,
    host: PathBuf,
    greeted: bool,
    phase: Phase,
    short_of_memory: bool,
}

impl Conversation {
    /// The answer to a question, within this time.
    pub fn ask(&mut self, question: &Message, time: Duration) -> Result<Message, LibraryProblem> {
        self.deadline = Instant::now().checked_add(time);
        // A process that takes no questions has ended, or is about to: why is learned by listening.
        let _ = question.write(&mut self.questions);
        self.next()
    }

    /// The next message that is not about the process itself.
    pub fn next(&mut self) -> Result<Message, LibraryProblem> {
        // When the process is gone and its pipe is not: how it ended, and until when to listen all the same.
        let mut gone: Option<(ExitStatus, Instant)> = None;
        loop {
            match self.messages.recv_timeout(self.until_next_look()) {
                Ok(Ok(message)) => {
                    if let Some(message) = self.note(message)? {
                        return if self.overdue() { Err(self.time_limit()) } else { Ok(message) };
                    }
                }
                Ok(Err(FrameError::Damaged(what))) if self.greeted && what != TRUNCATED => {
                    return Err(self.damaged(&format!("a message {what}")));
                }
                // No more to come, or not ours to read: how the process ends tells more.
                Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(self.await_end()),
                Err(RecvTimeoutError::Timeout) => match gone {
                    Some((status, until)) if Instant::now() >= until => return Err(self.ended(status)),
                    Some(_) => {}
                    None => match self.process.0.try_wait() {
                        Ok(Some(status)) => gone = Some((status, Instant::now() + LAST_WORDS)),
                        _ if self.overdue() => return Err(self.time_limit()),
                        _ => {}
                    },
                },
            }
        }
    }

    fn until_next_look(&self) -> Duration {
        self.deadline
            .map_or(TICK, |deadline| deadline.saturating_duration_since(Instant::now()).min(TICK))
            .max(Duration::from_millis(1))
    }

    fn overdue(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Keeps what a message says about the process; gives back one that says something else.
    fn note(&mut self, message: Message) -> Result<Option<Message>, LibraryProblem> {
        match message {
            Message::Greeting(got) if got == GREETING => {
                self.greeted = true;
                self.deadline = Instant::now().checked_add(self.limits.time);
            }
            Message::Greeting(got) => {
                let host = self.host.display().to_string();
                return Err(LibraryProblem::HostVersion { host, got, expected: GREETING.to_owned() });
            }
            Message::Phase(phase) => self.phase = phase,
            Message::OutOfMemory => self.short_of_memory = true,
            // The limit is behind whatever reason the dynamic linker gave.
            Message::Failure(_) if self.short_of_memory => return Err(self.memory_limit()),
            Message::Failure(problem) => return Err(problem),
            other => return Ok(Some(other)),
        }
        Ok(None)
    }

    /// The pipe has ended: what becomes of the process.
    fn await_end(&mut self) -> LibraryProblem {
        loop {
            match self.process.0.try_wait() {
                Ok(Some(status)) => return self.ended(status),
                _ if self.overdue() => return self.time_limit(),
                _ => thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    fn ended(&mut self, status: ExitStatus) -> LibraryProblem {
        if !self.greeted {
            return self.not_a_host();
        }
        if self.short_of_memory {
            return self.memory_limit();
        }
        let (phase, output) = (self.phase.clone(), self.output());
        match status.code() {
            Some(code) => LibraryProblem::Exited { code, phase, output },
            None => LibraryProblem::Crashed { signal: signal_name(status), phase, output },
        }
    }

    fn not_a_host(&mut self) -> LibraryProblem {
        LibraryProblem::NotAHost { host: self.host.display().to_string(), output: self.output() }
    }

    fn time_limit(&mut self) -> LibraryProblem {
        if !self.greeted {
            return self.not_a_host();
        }
        let seconds = self.limits.time.as_secs_f64();
        LibraryProblem::TimeLimit { seconds, phase: self.phase.clone(), output: self.output() }
    }

    fn memory_limit(&mut self) -> LibraryProblem {
        let bytes = self.limits.memory_bytes;
        LibraryProblem::MemoryLimit { bytes, phase: self.phase.clone(), output: self.output() }
    }

    pub fn damaged(&mut self, what: &str) -> LibraryProblem {
        LibraryProblem::Damaged { what: what.to_owned(), phase: self.phase.clone(), output: self.output() }
    }

    /// Ends the process and collects what it printed.
    fn output(&mut self) -> Output {
        self.process.end();
        let _ = self.silent.recv_timeout(LAST_WORDS);
        let mut kept = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        Output(String::from_utf8_lossy(kept.make_contiguous()).trim().to_owned())
    }
}

#[cfg(unix)]
fn signal_name(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(libc::SIGSEGV) => "SIGSEGV (an invalid memory access)".into(),
        Some(libc::SIGBUS) => "SIGBUS (an invalid memory access, or a truncated file)".into(),
        Some(libc::SIGABRT) => "SIGABRT (it gave up, as abort and failed assertions do)".into(),
        Some(libc::SIGILL) => "SIGILL (an instruction that this processor lacks)".into(),
        Some(libc::SIGFPE) => "SIGFPE (a division by zero)".into(),
        Some(libc::SIGKILL) => "SIGKILL (the system may have run out of memory)".into(),
        Some(signal) => format!("signal {signal}"),
        None => status.to_string(),
    }
}

#[cfg(not(unix))]
fn signal_name(status: ExitStatus) -> String {
    status.to_string()
}
