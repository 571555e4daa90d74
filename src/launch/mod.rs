//! Runs `axmul-train` as a child process, so that only it loads libtorch.

mod interrupts;

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use serde::de::DeserializeOwned;

use axmul_experiment::{
    BenchRequest, BenchResult, EvalRequest, EvalResult, FileError, InferRequest, InferResult, RunRequest,
    read_json,
};
use interrupts::Interrupts;

/// The training executable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trainer {
    path: PathBuf,
}

/// Why the training executable did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// There is no training executable.
    #[error(
        "{name} not found in {looked}. Build it with `make build`, which also downloads libtorch, or \
         with `cargo build --release --package axmul-train` where LIBTORCH \
         names a libtorch 2.11; or set AXMUL_TRAIN to its path", name = Trainer::NAME
    )]
    Missing {
        /// The places that were searched.
        looked: String,
    },
    /// It could not be started.
    #[error("cannot start {path}: {error}", path = path.display())]
    Start {
        /// The executable.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Signals cannot be received, so none could be passed on to it.
    #[error("cannot handle Ctrl-C: {0}")]
    Signals(io::Error),
    /// A signal came before it was started.
    #[error("{path} was not started: interrupted", path = path.display())]
    Interrupted {
        /// The executable.
        path: PathBuf,
    },
    /// It ended with an error, which it has told already.
    #[error("{path} ended with {status}", path = path.display())]
    Failed {
        /// The executable.
        path: PathBuf,
        /// How it ended.
        status: ExitStatus,
    },
    /// A request could not be handed over, or its result not be read.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Trainer {
    /// The name of the executable.
    pub const NAME: &'static str = "axmul-train";

    /// Finds the training executable: `$AXMUL_TRAIN`, else beside this executable, else on the `PATH`.
    pub fn find() -> Result<Self, LaunchError> {
        let file = format!("{}{}", Self::NAME, env::consts::EXE_SUFFIX);
        if let Some(path) = env::var_os("AXMUL_TRAIN").filter(|path| !path.is_empty()) {
            return Self::among([PathBuf::from(path)], "$AXMUL_TRAIN");
        }
        let beside = env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join(&file)));
        let on_path = env::var_os("PATH").unwrap_or_default();
        let on_path: Vec<_> = env::split_paths(&on_path).map(|folder| folder.join(&file)).collect();
        let folder = beside.as_deref().and_then(Path::parent).unwrap_or(Path::new(".")).display();
        Self::among(beside.iter().cloned().chain(on_path), &format!("{folder} or on the PATH"))
    }

    fn among(candidates: impl IntoIterator<Item = PathBuf>, looked: &str) -> Result<Self, LaunchError> {
        let found = candidates.into_iter().find(|path| path.is_file());
        let path = found.ok_or_else(|| LaunchError::Missing { looked: looked.to_owned() })?;
        Ok(Self { path })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs the stages of an experiment; progress and errors go to standard error.
    ///
    /// SIGINT and SIGTERM to this process are passed on to the training one, which ends; `interrupted` is called at
    /// the first. They are no signals to this process before that one has ended well.
    pub fn run(
        &self,
        request: &RunRequest,
        interrupted: impl FnOnce() + Send + 'static,
    ) -> Result<(), LaunchError> {
        let interrupts = Interrupts::listen(interrupted).map_err(LaunchError::Signals)?;
        let folder = scratch()?;
        let path = folder.path().join("request.json");
        request.write(&path)?;
        self.start("run", &path, Some(&interrupts))
    }

    /// Tries an assignment on a trained network. Signals are passed on as in [`Self::run`].
    pub fn eval(&self, request: impl FnOnce(PathBuf) -> EvalRequest) -> Result<EvalResult, LaunchError> {
        let interrupts = Interrupts::listen(|| ()).map_err(LaunchError::Signals)?;
        self.answer("eval", Some(&interrupts), |output, path| request(output).write(path))
    }

    /// Computes accuracy or class scores with published weights. Signals are passed on as in [`Self::run`].
    pub fn infer(&self, request: impl FnOnce(PathBuf) -> InferRequest) -> Result<InferResult, LaunchError> {
        let interrupts = Interrupts::listen(|| ()).map_err(LaunchError::Signals)?;
        self.answer("infer", Some(&interrupts), |output, path| request(output).write(path))
    }

    /// Times libtorch's own convolutions.
    pub fn bench(&self, request: impl FnOnce(PathBuf) -> BenchRequest) -> Result<BenchResult, LaunchError> {
        self.answer("bench", None, |output, path| request(output).write(path))
    }

    /// Has something done whose result comes as a file; `write` writes the request, which names the file.
    fn answer<A: DeserializeOwned>(
        &self,
        action: &str,
        interrupts: Option<&Interrupts>,
        write: impl FnOnce(PathBuf, &Path) -> Result<(), FileError>,
    ) -> Result<A, LaunchError> {
        let folder = scratch()?;
        let output = folder.path().join("result.json");
        let path = folder.path().join("request.json");
        write(output.clone(), &path)?;
        self.start(action, &path, interrupts)?;
        Ok(read_json(&output)?)
    }

    fn start(
        &self,
        action: &str,
        request: &Path,
        interrupts: Option<&Interrupts>,
    ) -> Result<(), LaunchError> {
        let mut command = Command::new(&self.path);
        command.arg(action).arg("--request").arg(request);
        let status = match interrupts {
            Some(interrupts) => interrupts.wait_for(&mut command),
            None => command.status().map(Some),
        };
        let path = || self.path.clone();
        match status.map_err(|error| LaunchError::Start { path: path(), error })? {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(LaunchError::Failed { path: path(), status }),
            None => Err(LaunchError::Interrupted { path: path() }),
        }
    }
}

fn scratch() -> Result<tempfile::TempDir, FileError> {
    let place = env::temp_dir();
    tempfile::Builder::new()
        .prefix("axmul-")
        .tempdir_in(&place)
        .map_err(|error| FileError::write(&place, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_trainer_says_how_to_get_it() {
        let error = Trainer::among([PathBuf::from("/nowhere/axmul-train")], "/nowhere or on the PATH");
        let message = error.unwrap_err().to_string();
        assert!(message.contains("axmul-train not found in /nowhere or on the PATH"), "{message}");
        assert!(message.contains("make build") && message.contains("AXMUL_TRAIN"), "{message}");
    }

    #[cfg(unix)]
    #[test]
    fn a_trainer_that_fails_is_told_of() {
        let trainer = Trainer { path: "/bin/false".into() };
        let error = trainer.start("run", Path::new("request.json"), None).unwrap_err();
        assert!(matches!(error, LaunchError::Failed { .. }), "{error}");
        let missing = Trainer { path: "/nowhere/axmul-train".into() };
        let error = missing.start("run", Path::new("request.json"), None).unwrap_err();
        assert!(error.to_string().contains("cannot start /nowhere/axmul-train"), "{error}");
    }
}
