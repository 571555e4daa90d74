//! Where tensors live, and with how many threads.

pub(crate) mod memory;

use std::path::{Path, PathBuf};

use tch::{Cuda, Device};

use crate::TrainError;
use axmul_experiment::DeviceChoice;

/// What CUDA there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CudaState {
    /// Loaded, with this many devices.
    Devices(usize),
    /// Not usable, and why.
    Absent(String),
}

/// Loads the CUDA half of libtorch where it lies beside the CPU half, once, before any tensor is made.
///
/// Nothing of axmul refers to a CUDA symbol, so that one executable serves both kinds of libtorch; the library
/// registers itself when it is loaded.
pub fn cuda() -> &'static CudaState {
    static STATE: std::sync::OnceLock<CudaState> = std::sync::OnceLock::new();
    STATE.get_or_init(load_cuda)
}

fn load_cuda() -> CudaState {
    let Some(directory) = libtorch_directory() else {
        return CudaState::Absent("cannot tell where libtorch lies".into());
    };
    let library = directory.join("libtorch_cuda.so");
    if !library.exists() {
        return CudaState::Absent(format!(
            "this libtorch is for the CPU only (no libtorch_cuda.so in {}); build with LIBTORCH set to one with CUDA",
            directory.display()
        ));
    }
    if let Err(problem) = load_globally(&library) {
        return CudaState::Absent(problem);
    }
    match Cuda::device_count() {
        count if count > 0 => CudaState::Devices(count as usize),
        _ => CudaState::Absent("libtorch finds no CUDA device; is the driver loaded?".into()),
    }
}

#[cfg(unix)]
fn load_globally(library: &Path) -> Result<(), String> {
    use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
    // SAFETY: this is a library of the libtorch that is already loaded, whose constructors are made for this.
    match unsafe { Library::open(Some(library), RTLD_NOW | RTLD_GLOBAL) } {
        Ok(loaded) => {
            // What it registered stays in use: never unload it.
            std::mem::forget(loaded);
            Ok(())
        }
        Err(error) => Err(format!("cannot load {}: {error}", library.display())),
    }
}

#[cfg(not(unix))]
fn load_globally(library: &Path) -> Result<(), String> {
    Err(format!("{} is loaded on Unix only", library.display()))
}

/// The directory of the loaded `libtorch_cpu.so`.
fn libtorch_directory() -> Option<PathBuf> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let path = maps.lines().filter_map(|line| line.find('/').map(|start| &line[start..]));
    let library = path.into_iter().find(|path| path.ends_with("/libtorch_cpu.so"))?;
    Path::new(library).parent().map(Path::to_owned)
}

/// The device that an experiment asks for.
pub fn choose(choice: DeviceChoice) -> Result<Device, TrainError> {
    match (choice, cuda()) {
        (DeviceChoice::Cpu, _) | (DeviceChoice::Auto, CudaState::Absent(_)) => Ok(Device::Cpu),
        (DeviceChoice::Auto, CudaState::Devices(_)) => Ok(Device::Cuda(0)),
        (DeviceChoice::Cuda(number), CudaState::Devices(count)) if number < *count => {
            Ok(Device::Cuda(number))
        }
        (DeviceChoice::Cuda(number), CudaState::Devices(count)) => Err(TrainError::Device(format!(
            "there is no device cuda:{number}; expected a number below {count}"
        ))),
        (DeviceChoice::Cuda(_), CudaState::Absent(reason)) => {
            Err(TrainError::Device(format!("device cuda was asked for, but {reason}")))
        }
    }
}

/// Two lines: where libtorch lies, and what CUDA there is.
pub fn description() -> String {
    let place = libtorch_directory().map_or_else(|| "unknown".into(), |path| path.display().to_string());
    let cuda = match cuda() {
        CudaState::Devices(count) => format!("{count} devices"),
        CudaState::Absent(reason) => format!("none: {reason}"),
    };
    format!("libtorch: {place}\ncuda: {cuda}")
}

/// A device as results name it.
pub fn name(device: Device) -> String {
    match device {
        Device::Cpu => "cpu".into(),
        Device::Cuda(number) => format!("cuda:{number}"),
        Device::Mps => "mps".into(),
        Device::Vulkan => "vulkan".into(),
    }
}

/// Makes the process ready to train on a CPU: with so many threads of libtorch and of our own kernels, all cores
/// without a number, and with memory that is kept once it was used.
pub fn prepare(threads: Option<usize>) {
    keep_freed_memory();
    let Some(threads) = threads else { return };
    tch::set_num_threads(threads as i32);
    // An error means that the pool is running already, as in tests; its size is then what it is.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
}

/// Every step of a training frees the tensors of the one before and asks for the same again. glibc would give large ones
/// back to the system and fetch new pages, all zeros, one fault after another: 5 to 20 % of a step.
fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it sets two numbers of the allocator, and may be called at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 30);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_for_cuda_without_it_says_why() {
        assert_eq!(choose(DeviceChoice::Cpu).unwrap(), Device::Cpu);
        match cuda() {
            CudaState::Absent(reason) => {
                let message = choose(DeviceChoice::Cuda(0)).unwrap_err().to_string();
                assert!(
                    message.contains("device cuda was asked for") && message.contains(reason),
                    "{message}"
                );
                assert_eq!(choose(DeviceChoice::Auto).unwrap(), Device::Cpu);
            }
            CudaState::Devices(count) => {
                let message = choose(DeviceChoice::Cuda(*count)).unwrap_err().to_string();
                assert!(message.contains(&format!("below {count}")), "{message}");
            }
        }
    }
}
