//! Programs of others (a C compiler, Yosys), run for their output under a limit of time.

use std::io::{self, PipeReader, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::process::Process;

/// How much of what a program prints is kept, from its beginning.
const OUTPUT_BYTES: usize = 16 << 10;

/// How long to wait for the rest of what an ended program printed: one that it left behind may hold the pipe.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// With exit code 0.
    pub success: bool,
    /// The beginning of what it printed, on either stream.
    pub output: String,
}

/// Why a program did not end by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ToolError {
    /// There is no such program.
    Missing,
    /// It cannot be started, or not be listened to.
    Start(String),
    /// It took longer than it may; it was ended.
    TimeLimit,
}

/// Runs a program to its end, without input, in a process group of its own that ends with it.
pub(super) fn run(command: &mut Command, time: Duration) -> Result<Ended, ToolError> {
    let problem = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ToolError::Missing,
        _ => ToolError::Start(error.to_string()),
    };
    let (printed, far_end) = io::pipe().map_err(problem)?;
    command.stdin(Stdio::null()).stdout(far_end.try_clone().map_err(problem)?).stderr(far_end);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut process = Process(command.spawn().map_err(problem)?);
    // Our copies of the far end, so that the pipe ends with the process.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (send, output) = mpsc::channel();
    thread::spawn(move || listen(printed, &send));
    let deadline = Instant::now() + time;
    let mut pause = Duration::from_micros(200);
    let status = loop {
        match process.0.try_wait().map_err(problem)? {
            Some(status) => break status,
            None if Instant::now() >= deadline => return Err(ToolError::TimeLimit),
            None => thread::sleep(pause),
        }
        pause = (pause * 2).min(Duration::from_millis(10));
    };
    let mut kept = Vec::new();
    let until = Instant::now() + LAST_WORDS;
    while let Ok(part) = output.recv_timeout(until.saturating_duration_since(Instant::now())) {
        kept.extend(part);
    }
    Ok(Ended { success: status.success(), output: String::from_utf8_lossy(&kept).trim().to_owned() })
}

/// Sends the beginning of a stream and reads on to its end, so that nobody has to wait for room in the pipe.
fn listen(mut printed: PipeReader, send: &mpsc::Sender<Vec<u8>>) {
    let mut buffer = [0; 4096];
    let mut room = OUTPUT_BYTES;
    while let Ok(count @ 1..) = printed.read(&mut buffer) {
        let part = &buffer[..count.min(room)];
        room -= part.len();
        if !part.is_empty() {
            let _ = send.send(part.to_vec());
        }
    }
}

/// The first lines of what a program printed, indented, for the end of a message; nothing where it was silent.
pub(super) fn first_lines(output: &str) -> String {
    const LINES: usize = 8;
    let mut text = String::new();
    for line in output.lines().take(LINES) {
        let line: String = line.chars().take(200).collect();
        text.push_str(&format!("\n  {line}"));
    }
    let more = output.lines().count().saturating_sub(LINES);
    if more > 0 {
        text.push_str(&format!("\n  and {more} more lines"));
    }
    text
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, time: Duration) -> Result<Ended, ToolError> {
        run(Command::new("sh").args(["-c", script]), time)
    }

    #[test]
    fn both_streams_are_kept_and_the_end_is_told() {
        let minute = Duration::from_secs(60);
        let ended = shell("echo out; echo err >&2; exit 3", minute).unwrap();
        assert_eq!(ended, Ended { success: false, output: "out\nerr".into() });
        assert_eq!(shell("cat", minute).unwrap(), Ended { success: true, output: String::new() });
    }

    /// More than a pipe holds.
    #[test]
    fn of_much_output_the_beginning_is_kept() {
        let script = "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i + 1)); done";
        let ended = shell(script, Duration::from_secs(60)).unwrap();
        assert!(ended.success && ended.output.starts_with("line 0\nline 1\n"));
        assert!(ended.output.len() <= OUTPUT_BYTES);
        let lines = first_lines(&ended.output);
        assert!(lines.starts_with("\n  line 0\n  line 1\n") && lines.ends_with("more lines"), "{lines}");
    }

    #[test]
    fn a_program_that_hangs_is_ended_with_all_it_started() {
        let directory = tempfile::tempdir().unwrap();
        let mark = directory.path().join("mark");
        let script = format!("(sleep 0.4; touch {}) & sleep 100", mark.display());
        assert_eq!(shell(&script, Duration::from_millis(50)), Err(ToolError::TimeLimit));
        std::thread::sleep(Duration::from_millis(800));
        assert!(!mark.exists());
    }

    #[test]
    fn a_program_left_behind_does_not_keep_us() {
        let directory = tempfile::tempdir().unwrap();
        let mark = directory.path().join("mark");
        let script = format!("(sleep 3; touch {}) & echo done", mark.display());
        assert_eq!(shell(&script, Duration::from_secs(60)).unwrap().output, "done");
        assert!(!mark.exists(), "the output ends although somebody still holds the pipe");
    }

    #[test]
    fn a_missing_program_is_told_from_one_that_cannot_start() {
        let minute = Duration::from_secs(60);
        assert_eq!(run(&mut Command::new("axmul-no-such-program"), minute), Err(ToolError::Missing));
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(run(&mut Command::new(directory.path()), minute), Err(ToolError::Start(_))));
    }
}
