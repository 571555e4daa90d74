//! Sums of approximate products on tensors, five ways, all exact.
//!
//! - The kernels of axmul ([`axmul_kernels::Kernel`]): any table, on the CPU.
//! - Low rank on other devices: the exact product and a few outer products, as one convolution or matrix product of
//!   libtorch with `rank + 1` times the fan-in. In fp32 while a bound on every partial sum certifies that it is
//!   exact, else in f64.
//! - The same in factors of a byte: integer matrix products, by tensor cores on CUDA.
//! - Lookups by a kernel of ours: any table, on a CUDA device with NVIDIA's run-time compiler.
//! - Gathering from the table: any table, on any device, slowly.

mod cuda;
mod gather;
mod int8;
mod integer;
mod low_rank;
pub mod multipliers;

use tch::{Device, Kind, Tensor};

use crate::quantization::{ACTIVATION_BITS, Codes};
use crate::tensors::thread_pool::LIBTORCH_POOL;
use crate::{TrainError, autograd};
use axmul_experiment::KernelChoice;
use axmul_kernels::{ConvShape, Kernel, KernelSelection, LowRank};
use axmul_metrics::{OperandFormat, Tabulated};

/// The rank up to which outer products are faster than gathering: that touches memory for every product.
const CUDA_RANK: usize = 32;

/// The rank up to which they are taken where there are lookups. An estimate: fp32 against eight products looked up a cycle.
const CUDA_LOOKUP_RANK: usize = 8;

/// A multiplier, ready to multiply tensors on a device.
#[derive(Debug)]
pub struct Approximate {
    name: String,
    format: OperandFormat,
    path: Path,
}

#[derive(Debug)]
enum Path {
    Integer(Box<Kernel>),
    LowRank(low_rank::Factors),
    /// The second is for sums that may not fit 32 bits.
    Int8(int8::Factors, low_rank::Factors),
    /// The second is for sums that may not fit 32 bits.
    Lookup(Box<cuda::Lookups>, gather::Table),
    Gather(gather::Table),
}

impl Approximate {
    /// Prepares a multiplier of 8-bit activations and weights of 2 to 8 bits for a device. `kernel` chooses the way, or leaves the choice to
    /// the rank of the error map.
    pub fn new(multiplier: &Tabulated, kernel: KernelChoice, device: Device) -> Result<Self, TrainError> {
        let format = multiplier.format();
        if format.width_a() != ACTIVATION_BITS || format.width_b() > 8 {
            return Err(TrainError::Multiplier(format!(
                "multiplier '{}' is {format}; layers compute with activations of 8 bits and weights of 2 to 8",
                multiplier.name
            )));
        }
        let table = &multiplier.table;
        let problem = |problem: &dyn std::fmt::Display| {
            TrainError::Multiplier(format!("multiplier '{}': {problem}", multiplier.name))
        };
        let integer = |choice| match Kernel::new(table, choice) {
            Ok(kernel) => Ok(Path::Integer(Box::new(kernel.on(LIBTORCH_POOL)))),
            Err(error) => Err(problem(&error)),
        };
        let factors = |max_rank| {
            LowRank::factor(table, max_rank)
                .map(|factors| Path::LowRank(low_rank::Factors::new(&factors, device)))
        };
        let int8 = |max_rank| {
            let factors = LowRank::factor(table, max_rank)?;
            let bytes = int8::Factors::new(&factors.bytes()?, device).ok()?;
            Some(Path::Int8(bytes, low_rank::Factors::new(&factors, device)))
        };
        let gather = || Path::Gather(gather::Table::new(table, device));
        let lookups = || {
            let lookups = cuda::Lookups::new(table, device)?;
            Ok::<_, String>(Path::Lookup(Box::new(lookups), gather::Table::new(table, device)))
        };
        let path = match kernel {
            KernelChoice::Gather => gather(),
            KernelChoice::Cpu(choice) if device == Device::Cpu => match choice {
                KernelSelection::Auto => {
                    let forced = KernelSelection::from_environment().map_err(|error| problem(&error))?;
                    integer(forced.unwrap_or_default())?
                }
                choice => integer(choice)?,
            },
            KernelChoice::Cpu(KernelSelection::Auto) => match int8(CUDA_LOOKUP_RANK)
                .or_else(|| factors(CUDA_LOOKUP_RANK))
            {
                Some(factors) => factors,
                None => lookups().unwrap_or_else(|missing| {
                    factors(CUDA_RANK).unwrap_or_else(|| {
                        eprintln!("products of '{}' are gathered, which is slow: {missing}", multiplier.name);
                        gather()
                    })
                }),
            },
            KernelChoice::LowRankInt8 => int8(CUDA_RANK).ok_or_else(|| {
                problem(&"its error map has no factors of one or two bytes; choose kernel auto or gather")
            })?,
            KernelChoice::Cpu(KernelSelection::Lookup) => lookups().map_err(|missing| problem(&missing))?,
            KernelChoice::LowRankTorch | KernelChoice::Cpu(KernelSelection::LowRank) => factors(CUDA_RANK)
                .ok_or_else(|| {
                    problem(&"its error map has no factors of small integers; choose kernel auto or gather")
                })?,
            KernelChoice::Cpu(choice) => {
                let name = String::from(KernelChoice::Cpu(choice));
                return Err(TrainError::Multiplier(format!(
                    "kernel {name} runs on the CPU only; choose auto, lookup, low_rank or gather"
                )));
            }
        };
        Ok(Self { name: multiplier.name.clone(), format, path })
    }

    /// The multiplier's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it multiplies: a path of the kernels, `low_rank_torch` or `gather`.
    pub fn kernel(&self) -> &'static str {
        match &self.path {
            Path::Integer(kernel) => kernel.kind().name(),
            Path::LowRank(_) => "low_rank_torch",
            Path::Int8(..) => "low_rank_int8",
            Path::Lookup(..) => "lookup_cuda",
            Path::Gather(_) => "gather",
        }
    }

    /// Whether codes are operands of the multiplier.
    fn takes(&self, x: &Codes, w: &Codes) -> bool {
        let widths = (self.format.width_a(), self.format.width_b());
        x.affine != self.format.is_signed() && w.affine == x.affine && widths == (x.bits, w.bits)
    }

    /// The convolution `[N, O, H', W']` of codes `[N, C, H, W]` with codes `[O, C / groups, kh, kw]`, zero points
    /// taken out: whole numbers, exact, of kind i32, i64, fp32 or f64. Batch, height and width of `shape` are ignored.
    pub fn conv2d(&self, x: &Codes, w: &Codes, shape: &ConvShape) -> Result<Tensor, TrainError> {
        self.multiply(x, w, Some(shape))
    }

    /// The product `[rows, O]` of codes `[rows, K]` with codes `[O, K]`; otherwise like [`Self::conv2d`].
    pub fn linear(&self, x: &Codes, w: &Codes) -> Result<Tensor, TrainError> {
        self.multiply(x, w, None)
    }

    fn multiply(&self, x: &Codes, w: &Codes, convolution: Option<&ConvShape>) -> Result<Tensor, TrainError> {
        debug_assert!(self.takes(x, w));
        let _no_grad = tch::no_grad_guard();
        let sums = match (&self.path, convolution) {
            (Path::Integer(kernel), Some(shape)) => integer::conv2d(kernel, x, w, shape)?,
            (Path::Integer(kernel), None) => integer::linear(kernel, x, w)?,
            (Path::Lookup(lookups, _), Some(shape)) if lookups.hold(w) => lookups.conv2d(x, w, shape)?,
            (Path::Lookup(lookups, _), None) if lookups.hold(w) => lookups.linear(x, w)?,
            (Path::Int8(factors, _), Some(shape)) if factors.hold(w) => factors.conv2d(x, w, shape)?,
            (Path::Int8(factors, _), None) if factors.hold(w) => factors.linear(x, w)?,
            (Path::Lookup(_, table) | Path::Gather(table), Some(shape)) => table.conv2d(x, w, shape),
            (Path::Lookup(_, table) | Path::Gather(table), None) => table.linear(x, w),
            // These know no zero points.
            (Path::Int8(_, factors) | Path::LowRank(factors), Some(shape)) => {
                return Ok(factors.conv2d(x, w, shape));
            }
            (Path::Int8(_, factors) | Path::LowRank(factors), None) => return Ok(factors.linear(x, w)),
        };
        Ok(self.without_zero_points(sums, x, w, convolution))
    }

    /// Takes the zero points out of sums over products of codes, in whole numbers of the sums' kind:
    /// sum (q_x - z_x)(q_w - z_w) = sum q_x q_w - z_x sum q_w - z_w sum q_x + K z_x z_w. With q = c + z for centred
    /// codes c, whose padding is 0, the last three terms are -z_x sum c_w - z_w sum c_x - K z_x z_w.
    fn without_zero_points(
        &self,
        mut sums: Tensor,
        x: &Codes,
        w: &Codes,
        convolution: Option<&ConvShape>,
    ) -> Tensor {
        if self.format.is_signed() {
            return sums;
        }
        let outputs = w.bytes.size()[0];
        let fan_in = w.bytes.numel() as i64 / outputs;
        // fp32 holds sums of so many codes; f64 holds all.
        let float = if fan_in * 255 < 1 << 24 { Kind::Float } else { Kind::Double };
        let (centred_x, centred_w) = (x.centred().to_kind(float), w.centred().to_kind(float));
        let sum_w = centred_w.reshape([outputs, -1]).sum_dim_intlist(1, false, None).to_kind(sums.kind());
        let by_output = sum_w * x.zero_point + fan_in * x.zero_point * w.zero_point;
        let (by_input, by_output) = match convolution {
            None => (centred_x.sum_dim_intlist(1, true, None), by_output),
            Some(shape) => {
                let mut ones = w.bytes.size();
                ones[0] = shape.groups as i64;
                let ones = Tensor::ones(ones.as_slice(), (float, centred_x.device()));
                let sums = exact_conv2d(&centred_x, &ones, shape);
                let repeated = || sums.repeat_interleave_self_int(outputs / shape.groups as i64, 1, None);
                let sums = if shape.groups > 1 { repeated() } else { sums };
                (sums, by_output.view([1, -1, 1, 1]))
            }
        };
        sums -= by_output;
        sums -= by_input.to_kind(sums.kind()) * w.zero_point;
        sums
    }
}

/// A convolution of whole numbers that is exact where every partial sum is. Padding is 0.
///
/// libtorch's CPU convolutions add products up in some order. CUDA's may transform them (Winograd, Fourier), so
/// there it is im2col and a matrix product.
fn exact_conv2d(x: &Tensor, w: &Tensor, shape: &ConvShape) -> Tensor {
    let ints = |pair: [usize; 2]| pair.map(|n| n as i64);
    let [stride, padding, dilation] = [shape.stride, shape.padding, shape.dilation].map(ints);
    let groups = shape.groups as i64;
    if x.device() == Device::Cpu {
        autograd::keep_convolutions_direct();
        return x.conv2d(w, None::<Tensor>, stride, padding, dilation, groups);
    }
    let (batch, outputs) = (x.size()[0], w.size()[0]);
    let [height, width] =
        ints(ConvShape { height: x.size()[2] as usize, width: x.size()[3] as usize, ..*shape }.output());
    let columns = x.im2col(ints(shape.kernel), dilation, padding, stride);
    let columns = columns.view([batch, groups, -1, height * width]);
    let weights = w.reshape([1, groups, outputs / groups, -1]);
    weights.matmul(&columns).view([batch, outputs, height, width])
}

/// The shape of a convolution with the batch, height and width of `x` `[N, C, H, W]`.
fn shape_of(x: &Tensor, shape: &ConvShape) -> ConvShape {
    let size: Vec<usize> = x.size().iter().map(|&n| n as usize).collect();
    ConvShape { batch: size[0], height: size[2], width: size[3], ..*shape }
}
