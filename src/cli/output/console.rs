//! What goes to the terminal, and how.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::Once;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::OutputFile;
use axmul_providers::Warning;

/// Standard output for results, standard error for everything else.
#[derive(Debug)]
pub(in crate::cli) struct Console {
    quiet: bool,
}

impl Console {
    pub fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Whether progress and notes are unwanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Standard output.
    pub fn out(&self) -> StdoutPipe {
        StdoutPipe(io::stdout())
    }

    /// Writes a result to `file`, else to standard output.
    pub fn deliver(&self, bytes: &[u8], file: Option<OutputFile>) -> anyhow::Result<()> {
        match file {
            Some(file) => Ok(file.commit(bytes)?),
            None => {
                let mut out = self.out();
                out.write_all(bytes)?;
                Ok(out.flush()?)
            }
        }
    }

    /// Characters in a line of standard output, if that is a terminal.
    pub fn width(&self) -> Option<usize> {
        if !io::stdout().is_terminal() {
            return None;
        }
        comfy_table::Table::new().width().map(usize::from)
    }

    /// A line that is good to know.
    pub fn note(&self, text: impl Display) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }

    /// Something that may make the result other than expected.
    pub fn warn(&self, text: impl Display) {
        eprintln!("warning: {text}");
    }

    /// What is to be known about multipliers: an assumption is good to know, anything else may change the result.
    pub fn about(&self, warning: &Warning) {
        match warning {
            Warning::Assumption(text) => self.note(text),
            other => self.warn(other),
        }
    }

    /// The whole chain of an error, each cause that adds something on a line of its own.
    pub fn error(&self, error: &anyhow::Error) {
        let mut said = error.to_string();
        eprintln!("error: {said}");
        for cause in error.chain().skip(1) {
            let cause = cause.to_string();
            // Typed errors often quote their source in their own text.
            if !said.contains(&cause) {
                eprintln!("  caused by: {cause}");
                said = cause;
            }
        }
    }

    /// A bar for work of `what`, silent with `--quiet` or off a terminal.
    pub fn progress(&self, what: &'static str) -> ProgressDisplay {
        self.bar(what, "{msg} [{bar:30}] {pos}/{len}, {eta} left")
    }

    /// Like [`Self::progress`], for steps that are bytes.
    pub fn progress_in_bytes(&self, what: &'static str) -> ProgressDisplay {
        self.bar(what, "{msg} [{bar:30}] {bytes}/{total_bytes}, {eta} left")
    }

    fn bar(&self, what: &'static str, template: &str) -> ProgressDisplay {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
            .with_style(style(template))
            .with_message(what);
        ProgressDisplay { bar, started: Instant::now(), pairs: Once::new(), quiet: self.quiet }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("a valid template")
}

/// A progress bar that shows itself once the work has taken long enough to be wondered about.
pub(in crate::cli) struct ProgressDisplay {
    bar: ProgressBar,
    started: Instant,
    /// Done once operand pairs are counted instead of multipliers.
    pairs: Once,
    quiet: bool,
}

impl ProgressDisplay {
    const PATIENCE: Duration = Duration::from_millis(250);

    /// So far is a selection of multipliers; from any thread.
    pub fn show(&self, now: axmul_providers::SelectionProgress) {
        match now.pairs {
            Some((done, total)) => self.set_pairs(done, total),
            None => {
                self.bar.set_length(now.total as u64);
                self.set(now.done as u64);
            }
        }
    }

    /// `done` of `total` operand pairs are done; from any thread.
    pub fn set_pairs(&self, done: u64, total: u64) {
        self.pairs.call_once(|| {
            self.bar
                .set_style(style("{msg} [{bar:30}] {percent} % of {human_len} operand pairs, {eta} left"));
            self.bar.set_length(total);
            self.bar.reset();
        });
        self.set(done);
    }

    /// `done` of `total` steps of whatever kind are done; from any thread.
    pub fn set_steps(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.set(done);
    }

    fn set(&self, done: u64) {
        if !self.quiet && self.bar.is_hidden() && self.started.elapsed() > Self::PATIENCE {
            // Off a terminal, indicatif draws nothing of itself.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(done);
    }
}

impl Drop for ProgressDisplay {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Standard output whose reader may leave: `axmul list | head` is no error.
pub(in crate::cli) struct StdoutPipe(io::Stdout);

impl Write for StdoutPipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}
