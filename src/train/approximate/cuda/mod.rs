//! Lookups on a CUDA device, by a kernel of ours that is compiled when it is first needed.
//!
//! Nothing of CUDA is needed to build axmul: `cudarc` loads the driver and the compiler (NVRTC) where they are. The kernel
//! runs in the context and on the stream that libtorch uses, its primary context and the default stream. Before it is
//! trusted it has to agree with the CPU's loop on the device at hand.
//!
//! `lookup.cu` is the kernel, `launch` what it is launched with.

mod launch;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cudarc::driver::sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
use cudarc::driver::sys::CUfunction_attribute::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
use cudarc::driver::{CudaContext, CudaFunction, CudaStream, DriverError, PushKernelArg};
use cudarc::nvrtc::{CompileOptions, Ptx, compile_ptx_with_opts};
use tch::{Device, Kind, Tensor};

use self::launch::{Arguments, Table, grid};
use super::shape_of;
use crate::TrainError;
use crate::quantization::Codes;
use axmul_kernels::{ConvShape, Kernel, KernelSelection, LinearShape};
use axmul_metrics::ProductTable;
use axmul_support::random::SplitMix64;

/// A table on a device, with the kernel.
#[derive(Debug)]
pub struct Lookups {
    stream: Arc<CudaStream>,
    function: CudaFunction,
    shared_bytes: u32,
    table: Table,
    /// The table's elements on the device, bytes.
    elements: Tensor,
    longest_sum: usize,
}

impl Lookups {
    /// Lays a table out on a device and compiles the kernel; what is missing where that fails.
    pub fn new(table: &ProductTable, device: Device) -> Result<Self, String> {
        let Device::Cuda(ordinal) = device else {
            return Err(format!("lookups by a kernel need a CUDA device, not {device:?}"));
        };
        let on_cpu = Kernel::new(table, KernelSelection::Auto).map_err(|error| error.to_string())?;
        // cudarc panics where a library lacks a function.
        let made = catch_unwind(AssertUnwindSafe(|| Self::compile(table, ordinal, on_cpu.longest_sum())));
        let lookups = made.unwrap_or_else(|_| Err("a library of CUDA is of another version".into()))?;
        lookups.check(&on_cpu)?;
        Ok(lookups)
    }

    fn compile(table: &ProductTable, ordinal: usize, longest_sum: usize) -> Result<Self, String> {
        let driver = |problem: DriverError| format!("the CUDA driver says: {problem}");
        if !present() {
            return Err("there is no libnvrtc.so.12 (CUDA's run-time compiler) to load".into());
        }
        let context = CudaContext::new(ordinal).map_err(driver)?;
        let (major, minor) = context.compute_capability().map_err(driver)?;
        let most =
            context.attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN).map_err(driver)?;
        let table = Table::new(table, most as usize);
        let ptx = compile(&table, &format!("compute_{major}{minor}"))?;
        let module = context.load_module(ptx).map_err(driver)?;
        let function = module.load_function("lookup").map_err(driver)?;
        let shared_bytes = table.shared_bytes();
        function
            .set_attribute(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, shared_bytes as i32)
            .map_err(driver)?;
        let elements = Tensor::from_slice(&table.elements).to_device(Device::Cuda(ordinal));
        let stream = context.default_stream();
        Ok(Self { stream, function, shared_bytes: shared_bytes as u32, table, elements, longest_sum })
    }

    /// Whether the device computes what the CPU does, on a convolution with tails, padding and groups.
    fn check(&self, on_cpu: &Kernel) -> Result<(), String> {
        let mut shape = ConvShape::new(3, [4, 9, 7], 6, [3, 2]);
        (shape.groups, shape.padding, shape.stride) = (2, [1, 1], [1, 2]);
        let mut numbers = SplitMix64::from_key(&[1]);
        let format = on_cpu.format();
        let mut codes = |range: std::ops::RangeInclusive<i64>, len: usize| -> Vec<u8> {
            let values = range.clone().count();
            (0..len).map(|_| (range.start() + numbers.below(values) as i64) as u8).collect()
        };
        let activations = codes(format.range_a(), shape.activations());
        let weights = codes(format.range_b(), shape.weights());
        let pad_code = activations[0];
        let mut expected = vec![0; shape.outputs()];
        on_cpu
            .conv2d(&shape, &activations, &weights, pad_code, &mut expected)
            .map_err(|error| error.to_string())?;
        let [x, w] =
            [activations, weights].map(|codes| Tensor::from_slice(&codes).to_device(self.elements.device()));
        let sums = self.launch(&shape, &x, &w, pad_code)?.to_device(Device::Cpu);
        if Vec::<i32>::try_from(sums).is_ok_and(|sums| sums == expected) {
            return Ok(());
        }
        Err("the kernel computed something else on this device than the CPU; please report this".into())
    }

    /// Whether 32 bits are sure to hold the sums of these weights, a row of them an output.
    pub fn hold(&self, w: &Codes) -> bool {
        w.bytes.numel() <= self.longest_sum * w.bytes.size()[0] as usize
    }

    /// Sums `[N, O, H', W']` of products of codes, i32.
    pub fn conv2d(&self, x: &Codes, w: &Codes, shape: &ConvShape) -> Result<Tensor, TrainError> {
        let shape = shape_of(&x.bytes, shape);
        let [height, width] = shape.output();
        let size = [shape.batch, shape.channels_out, height, width].map(|n| n as i64);
        let (x_bytes, w_bytes) = (x.bytes.contiguous(), w.bytes.contiguous());
        let sums = self.launch(&shape, &x_bytes, &w_bytes, x.zero_byte()).map_err(TrainError::Device)?;
        Ok(sums.view(size))
    }

    /// Sums `[rows, O]` of products of codes, i32.
    pub fn linear(&self, x: &Codes, w: &Codes) -> Result<Tensor, TrainError> {
        let [rows, k, outputs] = [x.bytes.size()[0], x.bytes.size()[1], w.bytes.size()[0]];
        let shape =
            LinearShape { rows: rows as usize, k: k as usize, outputs: outputs as usize }.convolution();
        let (x_bytes, w_bytes) = (x.bytes.contiguous(), w.bytes.contiguous());
        let sums = self.launch(&shape, &x_bytes, &w_bytes, x.zero_byte()).map_err(TrainError::Device)?;
        Ok(sums.view([rows, outputs]))
    }

    /// The sums of a convolution in a row.
    fn launch(&self, shape: &ConvShape, x: &Tensor, w: &Tensor, pad_code: u8) -> Result<Tensor, String> {
        let device = self.elements.device();
        assert!(x.device() == device && w.device() == device && x.is_contiguous() && w.is_contiguous());
        assert!(x.numel() == shape.activations() && w.numel() == shape.weights());
        let out = Tensor::empty([shape.outputs() as i64], (Kind::Int, device));
        if shape.outputs() == 0 {
            return Ok(out);
        }
        let arguments = Arguments::new(shape, pad_code, &self.table)?;
        let pointers = [x, w, &self.elements, &out].map(|tensor| tensor.data_ptr() as u64);
        let [x, w, elements, sums] = &pointers;
        self.stream.context().bind_to_thread().map_err(|error| error.to_string())?;
        let mut launch = self.stream.launch_builder(&self.function);
        launch.arg(x).arg(w).arg(elements).arg(sums).arg(&arguments);
        // SAFETY: these are the kernel's arguments; the tensors are on its device, contiguous, and as long as it reads
        // and writes by the shape. Libtorch reuses their memory on the same stream only, so after the kernel.
        unsafe { launch.launch(grid(shape, self.shared_bytes)?) }.map_err(|error| error.to_string())?;
        Ok(out)
    }
}

/// Whether both libraries are there.
fn present() -> bool {
    // SAFETY: loads libraries of CUDA, whose constructors are made for this.
    unsafe { cudarc::driver::sys::is_culib_present() && cudarc::nvrtc::sys::is_culib_present() }
}

/// Compiles the kernel for a table.
fn compile(table: &Table, architecture: &str) -> Result<Ptx, String> {
    let options = table.definitions().into_iter().chain([format!("--gpu-architecture={architecture}")]);
    let options = CompileOptions { options: options.collect(), ..CompileOptions::default() };
    compile_ptx_with_opts(launch::SOURCE, options).map_err(|error| format!("NVRTC says: {error}"))
}
