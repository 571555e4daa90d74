//! What the kernel of `lookup.cu` is compiled and launched with.

use cudarc::driver::{DeviceRepr, LaunchConfig};

use axmul_kernels::ConvShape;
use axmul_metrics::ProductTable;

/// The kernel.
pub(super) const SOURCE: &str = include_str!("lookup.cu");

// As defined there.
const PIXELS: usize = 128;
const OUTPUTS: usize = 64;
const STEPS: usize = 16;
const THREADS: usize = 512;

/// A table as the kernel reads it.
#[derive(Debug)]
pub(super) struct Table {
    /// By the weight's code and the activation's, each of 2 or 4 bytes.
    pub elements: Vec<u8>,
    /// Bytes of an element.
    pub width: usize,
    /// Whether a block keeps a copy.
    pub in_shared: bool,
    /// A product is `offset + scale * element`.
    offset: i32,
    scale: i32,
}

impl Table {
    /// Lays a table out for blocks that may have so many bytes of their own.
    pub fn new(table: &ProductTable, most_shared: usize) -> Self {
        let (low, high) = table
            .products()
            .iter()
            .fold((i32::MAX, i32::MIN), |(low, high), &product| (low.min(product), high.max(product)));
        // Elements of two bytes count from the middle on.
        let narrow = i64::from(high) - i64::from(low) <= i64::from(u16::MAX);
        let offset = if narrow { (i64::from(low) + (1 << 15)) as i32 } else { 0 };
        let width = if narrow { 2 } else { 4 };
        let mut elements = vec![0; 256 * 256 * width];
        for ((a, b), &product) in table.format().operands().zip(table.products()) {
            let at = usize::from(b as u8) * 256 + usize::from(a as u8);
            let element = product.wrapping_sub(offset).to_le_bytes();
            elements[at * width..][..width].copy_from_slice(&element[..width]);
        }
        let mut laid_out = Self { elements, width, in_shared: true, offset, scale: 1 };
        laid_out.in_shared = laid_out.shared_bytes() <= most_shared;
        laid_out
    }

    /// Memory of a block.
    pub fn shared_bytes(&self) -> usize {
        let table = if self.in_shared { self.elements.len() } else { 0 };
        table + STEPS * (PIXELS + OUTPUTS)
    }

    /// What the kernel is compiled with.
    pub fn definitions(&self) -> Vec<String> {
        let product = if self.width == 2 { "short" } else { "int" };
        vec![format!("-DPRODUCT={product}"), format!("-DTABLE_IN_SHARED={}", u8::from(self.in_shared))]
    }
}

/// `Shape` of the kernel.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(super) struct Arguments([i32; 19]);

// SAFETY: numbers of 32 bits one after another, as there.
unsafe impl DeviceRepr for Arguments {}

impl Arguments {
    pub fn new(shape: &ConvShape, pad_code: u8, table: &Table) -> Result<Self, String> {
        let [out_height, out_width] = shape.output();
        let sizes = [
            [shape.batch, shape.channels_in, shape.height, shape.width],
            [shape.channels_out, out_height, out_width, shape.groups],
            [shape.kernel[0], shape.kernel[1], shape.stride[0], shape.stride[1]],
            [shape.padding[0], shape.padding[1], shape.dilation[0], shape.dilation[1]],
        ];
        let mut all = [0; 19];
        for (to, &size) in all.iter_mut().zip(sizes.as_flattened()) {
            *to = i32::try_from(size).map_err(|_| format!("a size of {size} is beyond 32 bits"))?;
        }
        all[16..].copy_from_slice(&[i32::from(pad_code), table.offset, table.scale]);
        Ok(Self(all))
    }
}

/// Blocks and threads for a shape.
pub(super) fn grid(shape: &ConvShape, shared_mem_bytes: u32) -> Result<LaunchConfig, String> {
    let [out_height, out_width] = shape.output();
    let blocks = [
        (shape.batch * out_height * out_width).div_ceil(PIXELS),
        (shape.channels_out / shape.groups).div_ceil(OUTPUTS),
        shape.groups,
    ];
    // What CUDA allows in each direction.
    for (blocks, most) in blocks.into_iter().zip([i32::MAX as usize, 65_535, 65_535]) {
        if blocks > most {
            return Err(format!("{blocks} blocks of threads are more than the {most} that CUDA allows"));
        }
    }
    let [x, y, z] = blocks.map(|blocks| blocks as u32);
    Ok(LaunchConfig { grid_dim: (x, y, z), block_dim: (THREADS as u32, 1, 1), shared_mem_bytes })
}
