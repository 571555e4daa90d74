//! One file from one mirror, over HTTP.

use std::error::Error;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use super::DataFile;
use super::receive::{SourceFault, receive};

/// How long a mirror is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For its name and for a connection, each. Short: a machine without internet should learn so in seconds.
    pub connect: Duration,
    /// For its next bytes, once it is connected.
    pub silence: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), silence: Duration::from_secs(20) }
    }
}

/// A client of mirrors. Proxies are those of the environment.
pub(super) struct Downloader(ureq::Agent);

impl Downloader {
    pub(super) fn new(patience: Patience) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_recv_response(Some(patience.silence))
            .timeout_per_read(Some(patience.silence))
            .user_agent(concat!("axmul/", env!("CARGO_PKG_VERSION")));
        // The tests' server is on this machine.
        #[cfg(test)]
        let config = config.proxy(None);
        Self(config.build().new_agent())
    }

    /// Brings `<mirror>/<name>.gz`, or where there is none `<mirror>/<name>`, to `target`; of a file that stays packed
    /// only `<mirror>/<name>`.
    pub(super) fn download(
        &self,
        mirror: &str,
        file: &DataFile,
        target: &Path,
        on_bytes: &mut dyn FnMut(u64),
    ) -> Result<(), SourceFault> {
        let plain = format!("{}/{}", mirror.trim_end_matches('/'), file.name);
        if file.packed {
            return receive(self.get(&plain)?, file, target, on_bytes);
        }
        let body = match self.get(&format!("{plain}.gz")) {
            Err(SourceFault::Status(403 | 404 | 410)) => self.get(&plain)?,
            other => other?,
        };
        receive(body, file, target, on_bytes)
    }

    fn get(&self, url: &str) -> Result<impl Read + 'static, SourceFault> {
        let response = self.0.get(url).call().map_err(fault_of)?;
        Ok(Body(response.into_body().into_reader()))
    }
}

/// A response whose timeouts keep their name on the way through [`io::Error`].
struct Body(ureq::BodyReader<'static>);

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(ureq::Error::Timeout(_)) => io::ErrorKind::TimedOut.into(),
            _ => error,
        })
    }
}

fn fault_of(error: ureq::Error) -> SourceFault {
    match error {
        ureq::Error::StatusCode(status) => SourceFault::Status(status),
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            SourceFault::Unreachable("nobody answered".to_owned())
        }
        ureq::Error::Timeout(_) => SourceFault::Stalled,
        ureq::Error::HostNotFound => SourceFault::Unreachable("the host is not known".to_owned()),
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => SourceFault::Stalled,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            SourceFault::Unreachable("the connection was refused".to_owned())
        }
        ureq::Error::Io(error) => SourceFault::Unreachable(chain(&error)),
        other => SourceFault::Unreachable(chain(&other)),
    }
}

/// An error and what caused it, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Instant;

    use super::super::server::{Server, ServerAnswer};
    use super::super::set::small::{ONE, SMALL};
    use super::*;

    fn from(answers: &[(&str, ServerAnswer)]) -> (Result<(), SourceFault>, Option<Vec<u8>>) {
        let server = Server::start(answers);
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("one");
        let patience = Patience { connect: Duration::from_secs(5), silence: Duration::from_millis(300) };
        let outcome =
            Downloader::new(patience).download(&server.url(), SMALL.file("one"), &target, &mut |_| ());
        (outcome, fs::read(&target).ok())
    }

    #[test]
    fn a_packed_file_is_preferred_and_a_plain_one_does() {
        let (outcome, got) = from(&[("/one.gz", ServerAnswer::gz(ONE)), ("/one", ServerAnswer::Status(500))]);
        outcome.unwrap();
        assert_eq!(got.as_deref(), Some(ONE));
        let (outcome, got) = from(&[("/one", ServerAnswer::bytes(ONE))]);
        outcome.unwrap();
        assert_eq!(got.as_deref(), Some(ONE));
    }

    #[test]
    fn every_bad_answer_has_its_message_and_leaves_no_file() {
        let short = ServerAnswer::Cut { announced: 4, sent: ONE[..2].to_vec() };
        let cases = [
            (vec![], "the server answered 404"),
            (vec![("/one.gz", ServerAnswer::Status(500))], "the server answered 500"),
            (vec![("/one", ServerAnswer::bytes(b"on"))], "truncated: 2 bytes instead of 4"),
            (vec![("/one", short)], "truncated: 2 bytes instead of 4"),
            (vec![("/one", ServerAnswer::bytes(b"onE\n"))], "not the published one: SHA-256"),
            (vec![("/one.gz", ServerAnswer::gz(b"one\none\n"))], "longer than 4 bytes"),
            (vec![("/one.gz", ServerAnswer::Hang)], "stopped answering"),
            (
                vec![("/one", ServerAnswer::HangAfter { announced: 4, sent: b"on".to_vec() })],
                "stopped answering",
            ),
        ];
        for (answers, expected) in cases {
            let start = Instant::now();
            let (outcome, got) = from(&answers);
            let message = outcome.unwrap_err().to_string();
            assert!(message.contains(expected), "expected {expected:?}, got {message:?}");
            assert_eq!(got, None, "{expected}");
            assert!(start.elapsed() < Duration::from_secs(5), "{expected} took {:?}", start.elapsed());
        }
    }

    #[test]
    fn nobody_there_is_said_calmly() {
        let url = Server::start(&[]).url(); // stopped at once, so the port is closed
        let directory = tempfile::tempdir().unwrap();
        for mirror in [url.as_str(), "http://no-such-host.invalid", "nonsense://x", "not a url"] {
            let fault = Downloader::new(Patience::default())
                .download(mirror, SMALL.file("one"), &directory.path().join("one"), &mut |_| ())
                .unwrap_err();
            assert!(matches!(fault, SourceFault::Unreachable(_)), "{mirror}: {fault}");
        }
    }
}
