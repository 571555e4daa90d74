//! What is said when there is not enough memory.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

use crate::TrainError;

/// What memory is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A run.
    Training,
    /// Accuracy or class scores, in batches that nobody chooses.
    Evaluation,
    /// Ranges to quantize by, of all images at once.
    Calibration,
}

impl Work {
    /// What is kept, and what to do.
    pub fn way_out(self) -> &'static str {
        match self {
            Self::Training => {
                "what was trained up to the last epoch is kept. Set a smaller batch (--set batch=N), take a smaller \
                 network, or a device with more memory"
            }
            Self::Evaluation => "take a smaller network, or a device with more memory",
            Self::Calibration => {
                "calibrate on fewer images (--set capture.images=N), take a smaller network, or a device with more \
                 memory"
            }
        }
    }
}

/// Does `work` in batches of `images`; libtorch's refusal of memory, an error or a panic, becomes
/// [`TrainError::OutOfMemory`].
pub fn told<T>(
    work: Work,
    images: usize,
    task: impl FnOnce() -> Result<T, TrainError>,
) -> Result<T, TrainError> {
    match panic::catch_unwind(AssertUnwindSafe(task)) {
        Ok(Err(TrainError::Torch(error))) => Err(match asked(&error.to_string()) {
            Some(asked) => TrainError::OutOfMemory { asked, images, work },
            None => TrainError::Torch(error),
        }),
        Ok(outcome) => outcome,
        Err(payload) => match text(&*payload).and_then(asked) {
            Some(asked) => Err(TrainError::OutOfMemory { asked, images, work }),
            None => panic::resume_unwind(payload),
        },
    }
}

/// Keeps the process from printing the panics that [`told`] turns into errors. Call it once, at the start.
pub fn quiet() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if text(info.payload()).and_then(asked).is_none() {
            before(info);
        }
    }));
}

fn text(payload: &(dyn Any + Send)) -> Option<&str> {
    payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied())
}

/// How much memory libtorch asked for, if its message is that there is not enough.
fn asked(message: &str) -> Option<String> {
    let lower = message.to_lowercase();
    if !["can't allocate memory", "not enough memory", "out of memory"]
        .iter()
        .any(|part| lower.contains(part))
    {
        return None;
    }
    // "you tried to allocate 123 bytes. ..." or "Tried to allocate 2.00 GiB. ..."
    let Some((_, rest)) = message.split_once("ried to allocate ") else {
        return Some("more memory than there is".into());
    };
    let mut words = rest.split_whitespace();
    let number = words.next().unwrap_or_default();
    let unit = words.next().unwrap_or_default().trim_end_matches('.');
    Some(match number.parse::<f64>() {
        Ok(bytes) if unit == "bytes" && bytes >= GIB => format!("{:.1} GiB", bytes / GIB),
        Ok(bytes) if unit == "bytes" => format!("{:.1} MiB", bytes / MIB),
        _ => format!("{number} {unit}"),
    })
}

const MIB: f64 = 1_048_576.0;
const GIB: f64 = 1024.0 * MIB;

#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::*;

    const CUDA: &str =
        "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8.00 GiB";

    #[test]
    fn the_amount_is_read_from_either_message() {
        assert_eq!(asked(CUDA).unwrap(), "2.00 GiB");
        let cpu = |bytes: u64| {
            asked(&format!(
                "DefaultCPUAllocator: can't allocate memory: you tried to allocate {bytes} bytes. X"
            ))
        };
        assert_eq!(cpu(3 << 30).unwrap(), "3.0 GiB");
        assert_eq!(cpu(3 << 19).unwrap(), "1.5 MiB");
        assert_eq!(asked("out of memory").unwrap(), "more memory than there is");
        assert_eq!(asked("sizes do not match"), None);
    }

    /// What no machine has: once as an error, once as the panic of the methods that cannot return one.
    #[test]
    fn libtorchs_refusals_become_one_error() {
        let size = [1i64 << 50];
        let options = (Kind::Double, Device::Cpu);
        let error = told(Work::Training, 128, || Ok(Tensor::f_zeros(size, options)?)).unwrap_err();
        let panic = told(Work::Training, 128, || Ok(Tensor::zeros(size, options))).unwrap_err();
        for message in [error.to_string(), panic.to_string()] {
            for part in ["asked for 8388608.0 GiB", "128 images", "smaller batch", "last epoch is kept"] {
                assert!(message.contains(part), "{part}: {message}");
            }
        }
        // Nothing was trained there, and nothing sets the batches of an evaluation.
        for (work, advice) in [(Work::Evaluation, None), (Work::Calibration, Some("--set capture.images=N"))]
        {
            let inner = || told(work, 512, || Ok(Tensor::zeros(size, options)));
            let message = told(Work::Training, 1, inner).unwrap_err().to_string();
            for part in
                ["asked for 8388608.0 GiB", "512 images", "smaller network", advice.unwrap_or_default()]
            {
                assert!(message.contains(part), "{part}: {message}");
            }
            assert!(!message.contains("epoch") && !message.contains("batch=N"), "{message}");
            assert_eq!(message.contains("--set"), advice.is_some(), "{message}");
        }
    }

    #[test]
    fn other_errors_and_panics_stay_what_they_are() {
        let error = told(Work::Training, 1, || Err::<(), _>(TrainError::Data("are odd".into()))).unwrap_err();
        assert!(matches!(error, TrainError::Data(_)));
        let odd = || Ok(Tensor::from_slice(&[1f32, 2.0]).f_view([3])?);
        assert!(matches!(told(Work::Training, 1, odd).unwrap_err(), TrainError::Torch(_)));
        let caught = panic::catch_unwind(|| told(Work::Training, 1, || -> Result<(), _> { panic!("mine") }));
        assert_eq!(text(&*caught.unwrap_err()), Some("mine"));
    }
}
