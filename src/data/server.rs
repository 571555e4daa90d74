//! A web server of a few lines on this machine, for tests of downloads.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What the server does when it is asked for a path.
#[derive(Clone)]
pub enum ServerAnswer {
    /// 200 and these bytes.
    Bytes(Vec<u8>),
    /// This status and nothing else.
    Status(u16),
    /// Announces a length, sends these bytes and closes.
    Cut {
        /// The length in the header.
        announced: usize,
        /// What is sent of it.
        sent: Vec<u8>,
    },
    /// Accepts the request and says nothing.
    Hang,
    /// Announces a length, sends these bytes and says no more.
    HangAfter {
        /// The length in the header.
        announced: usize,
        /// What is sent of it.
        sent: Vec<u8>,
    },
}

impl ServerAnswer {
    /// 200 and these bytes.
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }

    /// These bytes, packed.
    pub fn gz(bytes: &[u8]) -> Self {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        Self::Bytes(encoder.finish().unwrap())
    }
}

/// Serves until it is dropped. Paths it has no answer for are 404.
pub struct Server {
    port: u16,
    stop: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on a free port of this machine.
    pub fn start(answers: &[(&str, ServerAnswer)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers: Vec<(String, ServerAnswer)> =
            answers.iter().map(|(path, answer)| ((*path).to_owned(), answer.clone())).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (stopping, asking) = (stop.clone(), asked.clone());
        let thread = thread::spawn(move || {
            for stream in listener.incoming().map(Result::unwrap) {
                if stopping.load(Ordering::SeqCst) {
                    break;
                }
                let (answers, stopping, asking) = (answers.clone(), stopping.clone(), asking.clone());
                // A thread each, for one that hangs must not keep the next waiting. A client that has left is no
                // failure of the server.
                thread::spawn(move || drop(serve(stream, &answers, &stopping, &asking)));
            }
        });
        Self { port, stop, asked, thread: Some(thread) }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The paths that were asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port)); // wakes the thread, so that it sees the flag
        self.thread.take().unwrap().join().unwrap();
    }
}

fn serve(
    mut stream: TcpStream,
    answers: &[(String, ServerAnswer)],
    stop: &AtomicBool,
    asked: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    asked.lock().unwrap().push(path.clone());
    let answer = answers.iter().find(|(known, _)| *known == path).map(|(_, answer)| answer);
    let head = |status: u16, length: usize| {
        format!("HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")
    };
    match answer {
        None => stream.write_all(head(404, 0).as_bytes()),
        Some(ServerAnswer::Status(status)) => stream.write_all(head(*status, 0).as_bytes()),
        Some(ServerAnswer::Bytes(bytes)) => {
            stream.write_all(head(200, bytes.len()).as_bytes())?;
            stream.write_all(bytes)
        }
        Some(ServerAnswer::Cut { announced, sent }) => {
            stream.write_all(head(200, *announced).as_bytes())?;
            stream.write_all(sent)
        }
        Some(ServerAnswer::Hang) => hang(stop),
        Some(ServerAnswer::HangAfter { announced, sent }) => {
            stream.write_all(head(200, *announced).as_bytes())?;
            stream.write_all(sent)?;
            hang(stop)
        }
    }
}

/// Keeps the connection open until the server stops.
fn hang(stop: &AtomicBool) -> std::io::Result<()> {
    while !stop.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
