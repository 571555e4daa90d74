//! Dot products of lanes with any vector instructions: written once, compiled for each instruction set.

use super::{Lane, LaneFactors, OUTPUTS};

/// The most lanes of a vector.
const MAX_LANES: usize = 16;

/// Vector instructions on lanes. A value is the proof that the CPU has them.
///
/// Methods that take a value are safe. The others are for [`sum`] only, which runs inside [`DotMicroKernel::run`].
pub(crate) trait DotMicroKernel: Copy + std::fmt::Debug + Send + Sync + 'static {
    /// A vector of 32-bit lanes.
    type Vector: Copy;
    /// Lanes of a vector.
    const LANES: usize;
    /// Vectors that are multiplied at a time, 2 or 4: as many as have their sums for [`OUTPUTS`] outputs in registers.
    const VECTORS: usize;

    /// The same bits in all lanes.
    ///
    /// # Safety
    ///
    /// The CPU must have the instructions.
    unsafe fn splat(bits: i32) -> Self::Vector;

    /// Loads a vector.
    ///
    /// # Safety
    ///
    /// The CPU must have the instructions, and [`DotMicroKernel::LANES`] lanes must be readable.
    unsafe fn load(from: *const Lane) -> Self::Vector;

    /// Stores sums.
    ///
    /// # Safety
    ///
    /// The CPU must have the instructions, and [`DotMicroKernel::LANES`] sums must be writable.
    unsafe fn store(to: *mut i32, sums: Self::Vector);

    /// Adds the products of the factors of each lane to its sum, modulo 2^32.
    ///
    /// # Safety
    ///
    /// The CPU must have the instructions.
    unsafe fn dot(sums: Self::Vector, elements: Self::Vector, weight: Self::Vector) -> Self::Vector;

    /// Converts codes `[channels, size]` to lanes `[lane, size]`.
    fn expand(self, factors: &LaneFactors, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        factors.expand(codes, channels, planes);
    }

    /// Runs [`sum`], compiled for these instructions.
    fn run<const N: usize, const V: usize>(self, tile: DotTile<'_>);
}

/// Offsets of the steps of the fan-in from the start of a vector.
pub(crate) struct StepOffsets {
    steps: Vec<usize>,
    furthest: usize,
}

impl StepOffsets {
    pub fn new(steps: Vec<usize>) -> Self {
        let furthest = steps.iter().copied().max().unwrap_or(0);
        Self { steps, furthest }
    }

    /// Steps of the fan-in.
    pub fn len(&self) -> usize {
        self.steps.len()
    }
}

/// A vector of pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VectorPlace {
    /// Index of its first element.
    pub base: usize,
    /// Index of its first sum.
    pub out: usize,
    /// Number of sums to store.
    pub count: usize,
}

/// A few outputs of a few vectors of pixels.
pub(crate) struct DotTile<'a> {
    /// `[step][output]`.
    pub weights: &'a [Lane],
    /// Start of the sums of each output.
    pub start: &'a [i32],
    /// Lanes of the activations.
    pub elements: &'a [Lane],
    /// Steps of the fan-in.
    pub offsets: &'a StepOffsets,
    /// From 1 to [`DotMicroKernel::VECTORS`].
    pub places: &'a [VectorPlace],
    /// `[output][pixel]`.
    pub out: &'a mut [i32],
}

impl DotTile<'_> {
    /// Computes the sums.
    pub fn run<S: DotMicroKernel>(self, micro_kernel: S) {
        match self.start.len() {
            1 => self.of::<S, 1>(micro_kernel),
            2 => self.of::<S, 2>(micro_kernel),
            3 => self.of::<S, 3>(micro_kernel),
            4 => self.of::<S, 4>(micro_kernel),
            5 => self.of::<S, 5>(micro_kernel),
            _ => self.of::<S, OUTPUTS>(micro_kernel),
        }
    }

    fn of<S: DotMicroKernel, const N: usize>(self, micro_kernel: S) {
        match self.places.len() {
            1 => micro_kernel.run::<N, 1>(self),
            2 => micro_kernel.run::<N, 2>(self),
            _ if S::VECTORS == 4 => micro_kernel.run::<N, 4>(self),
            vectors => unreachable!("{vectors} vectors"),
        }
    }
}

/// Computes `out[output][pixel] = start[output] + sum over steps of elements[base + offset] . weights[step][output]` modulo
/// 2^32 for `N` outputs and `V` vectors, whose sums stay in registers. If there are fewer places, the last one is repeated.
///
/// Has no closures: they would not be compiled for the instructions.
///
/// # Safety
///
/// The CPU must have the instructions, and the caller must be compiled for them.
#[inline(always)]
pub(crate) unsafe fn sum<S: DotMicroKernel, const N: usize, const V: usize>(tile: DotTile<'_>) {
    let mut places = [tile.places[tile.places.len() - 1]; V];
    places[..tile.places.len()].copy_from_slice(tile.places);
    for place in places {
        assert!(place.base + tile.offsets.furthest + S::LANES <= tile.elements.len());
    }
    assert!(tile.start.len() == N && tile.weights.len() >= N * tile.offsets.len());
    // SAFETY: the caller promises the instructions.
    let mut sums = unsafe { [[S::splat(0); V]; N] };
    for (sums, &start) in sums.iter_mut().zip(tile.start) {
        // SAFETY: the caller promises the instructions.
        *sums = unsafe { [S::splat(start); V] };
    }
    let mut first = [tile.elements.as_ptr(); V];
    for vector in 0..V {
        first[vector] = tile.elements[places[vector].base..].as_ptr();
    }
    for (&offset, weights) in tile.offsets.steps.iter().zip(tile.weights.as_chunks::<N>().0) {
        // SAFETY: the caller promises the instructions; the assertion above keeps the furthest vector within the elements.
        unsafe {
            let mut row = [S::splat(0); V];
            for vector in 0..V {
                row[vector] = S::load(first[vector].add(offset));
            }
            for output in 0..N {
                let weight = S::splat(weights[output].bits());
                for vector in 0..V {
                    sums[output][vector] = S::dot(sums[output][vector], row[vector], weight);
                }
            }
        }
    }
    let pitch = tile.out.len() / N;
    for (output, sums) in sums.iter().enumerate() {
        let out = &mut tile.out[output * pitch..][..pitch];
        for vector in 0..V {
            let VectorPlace { out: at, count, .. } = places[vector];
            let out = &mut out[at..][..count];
            if count == S::LANES {
                // SAFETY: the caller promises the instructions; `out` has room for all lanes.
                unsafe { S::store(out.as_mut_ptr(), sums[vector]) };
            } else {
                let mut all = [0; MAX_LANES];
                // SAFETY: the caller promises the instructions; no vector has more lanes than `all`.
                unsafe { S::store(all.as_mut_ptr(), sums[vector]) };
                copy(&all, out);
            }
        }
    }
}

/// Copies as many sums as `out` has room for. Not inlined, because unrolling it would take registers from the tile.
#[inline(never)]
fn copy(all: &[i32; MAX_LANES], out: &mut [i32]) {
    out.copy_from_slice(&all[..out.len()]);
}
