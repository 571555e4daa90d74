//! How fast libtorch is on this machine.

use std::time::Duration;

use tch::{Device, Kind, Tensor};

use crate::{TrainError, device};
use axmul_experiment::{BenchRequest, BenchResult, Standard, median_ms, write_json};

/// Does what a request asks for.
pub fn bench_request(request: &BenchRequest) -> Result<BenchResult, TrainError> {
    device::prepare(Some(request.threads));
    let (shapes, duration) = (request.shapes.iter(), request.duration);
    let result = tch::no_grad(|| BenchResult {
        fp32_ms: shapes.clone().map(|&shape| fp32(shape, duration)).collect(),
        int8_ms: shapes.map(|&shape| int8(shape, duration)).collect(),
    });
    write_json(&request.output, &result)?;
    Ok(result)
}

/// The faster of both layouts of memory; each is timed twice, since threads take a while to find their cores.
fn fp32(Standard { batch, channels, size }: Standard, duration: Duration) -> f64 {
    let [batch, channels, size] = [batch, channels, size].map(|n| n as i64);
    let random = |size: [i64; 4]| Tensor::randn(size, (Kind::Float, Device::Cpu));
    let (x, w) = (random([batch, channels, size, size]), random([channels, channels, 3, 3]));
    let channels_last = |t: &Tensor| t.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2]);
    let last = (channels_last(&x), channels_last(&w));
    let time = |x: &Tensor, w: &Tensor| {
        median_ms(duration, || drop(x.conv2d(w, None::<Tensor>, [1, 1], [1, 1], [1, 1], 1)))
    };
    (0..2).map(|_| time(&x, &w).min(time(&last.0, &last.1))).fold(f64::INFINITY, f64::min)
}

/// The matrix product `[pixels, 9 channels]` by `[9 channels, channels]`.
fn int8(Standard { batch, channels, size }: Standard, duration: Duration) -> Option<f64> {
    let (pixels, channels) = ((batch * size * size) as i64, channels as i64);
    let random = |size: [i64; 2]| Tensor::randint_low(-128, 128, size, (Kind::Int8, Device::Cpu));
    let (x, w) = (random([pixels, 9 * channels]), random([channels, 9 * channels]).tr());
    let product = || x.f_internal_int_mm(&w);
    product().is_ok().then(|| median_ms(duration, || drop(product())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libtorch_is_timed() {
        let directory = tempfile::tempdir().unwrap();
        let shapes = vec![Standard { batch: 1, channels: 8, size: 8 }; 2];
        let output = directory.path().join("result.json");
        let request = BenchRequest { shapes, threads: 1, duration: Duration::ZERO, output: output.clone() };
        let result = bench_request(&request).unwrap();
        assert!(result.fp32_ms.len() == 2 && result.fp32_ms.iter().all(|&time| time > 0.0), "{result:?}");
        assert_eq!(result.int8_ms.len(), 2);
        assert_eq!(axmul_experiment::read_json::<BenchResult>(&output).unwrap(), result);
    }
}
