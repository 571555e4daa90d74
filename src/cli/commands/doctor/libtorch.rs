//! The training half: libtorch, the executable that links it, and CUDA.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// The release of libtorch that the training half is written for.
const VERSION: &str = "2.11.0";

/// A libtorch on this machine.
#[derive(Debug, Serialize)]
pub(super) struct LibtorchState {
    /// Where it lies; `null` where none was found.
    directory: Option<PathBuf>,
    /// Who named the directory.
    named_by: Option<&'static str>,
    /// Release, as its headers tell, e.g. `2.11`.
    release: Option<String>,
    /// What keeps the directory from being a libtorch.
    problem: Option<String>,
}

impl LibtorchState {
    /// Looks at `$LIBTORCH`, then where `scripts/libtorch.sh` keeps its own.
    pub fn find() -> Self {
        if let Some(named) = std::env::var_os("LIBTORCH").filter(|named| !named.is_empty()) {
            return Self::at(PathBuf::from(named), "LIBTORCH");
        }
        let home = match std::env::var_os("AXMUL_CACHE_DIR").filter(|home| !home.is_empty()) {
            Some(home) => Some(PathBuf::from(home)),
            None => {
                use etcetera::BaseStrategy;
                etcetera::choose_base_strategy().ok().map(|strategy| strategy.cache_dir())
            }
        };
        let kept = home.map(|home| home.join("axmul").join(format!("libtorch-{VERSION}-cpu")));
        match kept.filter(|kept| kept.is_dir()) {
            Some(kept) => Self::at(kept, "scripts/libtorch.sh"),
            None => Self { directory: None, named_by: None, release: None, problem: None },
        }
    }

    fn at(directory: PathBuf, named_by: &'static str) -> Self {
        let missing = ["torch_cpu", "c10"].into_iter().find(|name| library(&directory, name).is_none());
        let problem = if directory.is_dir() {
            missing.map(|name| format!("lib/lib{name}.so is missing"))
        } else {
            Some("there is no such directory".into())
        };
        Self { release: release(&directory), directory: Some(directory), named_by: Some(named_by), problem }
    }
}

fn library(directory: &Path, name: &str) -> Option<PathBuf> {
    ["so", "dylib"]
        .map(|extension| directory.join("lib").join(format!("lib{name}.{extension}")))
        .into_iter()
        .find(|path| path.exists())
}

/// Major and minor number, out of the headers.
fn release(directory: &Path) -> Option<String> {
    let headers = ["include/torch/headeronly/version.h", "include/torch/csrc/api/include/torch/version.h"];
    let text = headers.into_iter().find_map(|header| std::fs::read_to_string(directory.join(header)).ok())?;
    let number = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("#define {name} ")))?;
        line.split_whitespace().nth(2)
    };
    Some(format!("{}.{}", number("TORCH_VERSION_MAJOR")?, number("TORCH_VERSION_MINOR")?))
}

impl fmt::Display for LibtorchState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(directory), Some(named_by)) = (&self.directory, self.named_by) else {
            return write!(f, "not found; `make build` gets {VERSION}, or set LIBTORCH");
        };
        match (&self.problem, &self.release) {
            (Some(problem), _) => {
                write!(f, "{}, from {named_by}, cannot be used: {problem}", directory.display())
            }
            (None, release) => {
                let release = release.as_deref().unwrap_or("of unknown release");
                write!(f, "{release} in {}, from {named_by}", directory.display())
            }
        }
    }
}

/// The training executable.
#[derive(Debug, Serialize)]
pub(super) struct TrainerState {
    path: Option<PathBuf>,
}

impl TrainerState {
    /// Looks beside this executable, then along `PATH`.
    pub fn find() -> Self {
        let name = format!("axmul-train{}", std::env::consts::EXE_SUFFIX);
        let beside = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.to_owned()));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let directories = beside.into_iter().chain(std::env::split_paths(&path));
        Self { path: directories.map(|directory| directory.join(&name)).find(|path| path.is_file()) }
    }
}

impl fmt::Display for TrainerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}", path.display()),
            None => f.write_str("not found beside axmul or on PATH; `make build` builds it"),
        }
    }
}

/// What CUDA needs: a driver and libtorch's library for it.
#[derive(Debug, Serialize)]
pub(super) struct CudaSetup {
    /// The line in which the NVIDIA driver names its version.
    driver: Option<String>,
    /// `libtorch_cuda.so` beside libtorch.
    libtorch_cuda: Option<PathBuf>,
}

impl CudaSetup {
    pub fn find(libtorch: &LibtorchState) -> Self {
        let driver = std::fs::read_to_string("/proc/driver/nvidia/version").ok();
        let driver = driver.and_then(|text| {
            let line = text.lines().next()?;
            Some(line.trim_start_matches("NVRM version:").split_whitespace().collect::<Vec<_>>().join(" "))
        });
        let library = libtorch.directory.as_deref().and_then(|directory| library(directory, "torch_cuda"));
        Self { driver, libtorch_cuda: library }
    }
}

impl fmt::Display for CudaSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.driver, &self.libtorch_cuda) {
            (None, None) => f.write_str("no NVIDIA driver, no libtorch_cuda.so: networks run on the CPU"),
            (None, Some(_)) => {
                f.write_str("libtorch_cuda.so is here, but no NVIDIA driver: networks run on the CPU")
            }
            (Some(driver), None) => {
                write!(
                    f,
                    "{driver}; no libtorch_cuda.so beside libtorch_cpu.so: set LIBTORCH to a libtorch with CUDA"
                )
            }
            (Some(driver), Some(library)) => write!(f, "{driver}; {}", library.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_a_libtorch_or_says_why_not() {
        let home = tempfile::tempdir().unwrap();
        let at = |path: &Path| LibtorchState::at(path.to_owned(), "LIBTORCH").to_string();
        assert!(
            at(&home.path().join("no"))
                .ends_with("from LIBTORCH, cannot be used: there is no such directory")
        );
        std::fs::create_dir_all(home.path().join("lib")).unwrap();
        assert!(at(home.path()).ends_with("lib/libtorch_cpu.so is missing"));
        for name in ["torch_cpu", "c10", "torch_cuda"] {
            std::fs::write(home.path().join(format!("lib/lib{name}.so")), "").unwrap();
        }
        assert!(at(home.path()).starts_with("of unknown release in "));
        let headers = home.path().join("include/torch/headeronly");
        std::fs::create_dir_all(&headers).unwrap();
        let text = "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 11\n";
        std::fs::write(headers.join("version.h"), text).unwrap();
        let found = LibtorchState::at(home.path().to_owned(), "LIBTORCH");
        assert!(found.to_string().starts_with("2.11 in "));
        assert!(CudaSetup::find(&found).libtorch_cuda.is_some());
    }
}
