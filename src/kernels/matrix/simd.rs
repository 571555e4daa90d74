//! Sums of products of lanes with any vector instructions: written once, compiled for each.

use super::lanes::Factors;
use super::{Lane, OUTPUTS};

/// The most lanes that a vector has.
const MOST_LANES: usize = 16;

/// Vectors of lanes, and the proof that the processor has the instructions for them: values exist only where it does.
///
/// Methods that take a value are safe. The others are for [`sum`] alone, which runs inside [`Simd::run`].
pub(super) trait Simd: Copy + std::fmt::Debug + Send + Sync + 'static {
    /// Lanes of 32 bits.
    type Vector: Copy;
    /// How many of them.
    const LANES: usize;
    /// Vectors that are worked on at a time, 2 or 4: as many as the registers hold sums of for [`OUTPUTS`] outputs.
    const VECTORS: usize;

    /// The same bits in all lanes.
    ///
    /// # Safety
    ///
    /// The processor has the instructions.
    unsafe fn splat(bits: i32) -> Self::Vector;

    /// # Safety
    ///
    /// The processor has the instructions, and [`Simd::LANES`] lanes are there.
    unsafe fn load(from: *const Lane) -> Self::Vector;

    /// # Safety
    ///
    /// The processor has the instructions, and there is room for [`Simd::LANES`] sums.
    unsafe fn store(to: *mut i32, sums: Self::Vector);

    /// Adds the products of the factors of each lane to its sum, modulo 2^32.
    ///
    /// # Safety
    ///
    /// The processor has the instructions.
    unsafe fn dot(sums: Self::Vector, elements: Self::Vector, weight: Self::Vector) -> Self::Vector;

    /// The lanes `[lane, size]` of codes `[channels, size]`.
    fn expand(self, factors: &Factors, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        factors.expand(codes, channels, planes);
    }

    /// Runs [`sum`], compiled for these instructions.
    fn run<const N: usize, const V: usize>(self, tile: Tile<'_>);
}

/// Offsets of the steps of a fan-in from where a vector begins.
pub(super) struct Offsets {
    steps: Vec<usize>,
    furthest: usize,
}

impl Offsets {
    pub fn new(steps: Vec<usize>) -> Self {
        let furthest = steps.iter().copied().max().unwrap_or(0);
        Self { steps, furthest }
    }

    /// Steps of the fan-in.
    pub fn len(&self) -> usize {
        self.steps.len()
    }
}

/// A vector of pixels: where its elements and its sums begin, and how many of them there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub base: usize,
    pub out: usize,
    pub count: usize,
}

/// A few outputs of a few vectors of pixels.
pub(super) struct Tile<'a> {
    /// `[step][output]`.
    pub weights: &'a [Lane],
    /// What the sums of each output begin with.
    pub start: &'a [i32],
    pub elements: &'a [Lane],
    pub offsets: &'a Offsets,
    /// From 1 to [`Simd::VECTORS`].
    pub places: &'a [Place],
    /// `[output][pixel]`.
    pub out: &'a mut [i32],
}

impl Tile<'_> {
    /// Computes the sums.
    pub fn run<S: Simd>(self, simd: S) {
        match self.start.len() {
            1 => self.of::<S, 1>(simd),
            2 => self.of::<S, 2>(simd),
            3 => self.of::<S, 3>(simd),
            4 => self.of::<S, 4>(simd),
            5 => self.of::<S, 5>(simd),
            _ => self.of::<S, OUTPUTS>(simd),
        }
    }

    fn of<S: Simd, const N: usize>(self, simd: S) {
        match self.places.len() {
            1 => simd.run::<N, 1>(self),
            2 => simd.run::<N, 2>(self),
            _ if S::VECTORS == 4 => simd.run::<N, 4>(self),
            vectors => unreachable!("{vectors} vectors"),
        }
    }
}

/// `out[output][pixel] = start[output] + sum over steps of elements[base + offset] . weights[step][output]`, modulo 2^32,
/// for `N` outputs and `V` vectors, whose sums stay in registers all along. Of fewer places the last one counts for more.
///
/// No closures here: they would not be compiled for the instructions.
///
/// # Safety
///
/// The processor has the instructions, and the caller is compiled for them.
#[inline(always)]
pub(super) unsafe fn sum<S: Simd, const N: usize, const V: usize>(tile: Tile<'_>) {
    let mut places = [tile.places[tile.places.len() - 1]; V];
    places[..tile.places.len()].copy_from_slice(tile.places);
    for place in places {
        assert!(place.base + tile.offsets.furthest + S::LANES <= tile.elements.len());
    }
    assert!(tile.start.len() == N && tile.weights.len() >= N * tile.offsets.len());
    // SAFETY: the processor has the instructions, as this function asks for.
    let mut sums = unsafe { [[S::splat(0); V]; N] };
    for (sums, &start) in sums.iter_mut().zip(tile.start) {
        // SAFETY: as before.
        *sums = unsafe { [S::splat(start); V] };
    }
    let mut first = [tile.elements.as_ptr(); V];
    for vector in 0..V {
        first[vector] = tile.elements[places[vector].base..].as_ptr();
    }
    for (&offset, weights) in tile.offsets.steps.iter().zip(tile.weights.as_chunks::<N>().0) {
        // SAFETY: as before; no vector goes beyond the elements, since none is further than the furthest offset.
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
            let Place { out: at, count, .. } = places[vector];
            let out = &mut out[at..][..count];
            if count == S::LANES {
                // SAFETY: as before, and there is room for all lanes.
                unsafe { S::store(out.as_mut_ptr(), sums[vector]) };
            } else {
                let mut all = [0; MOST_LANES];
                // SAFETY: as before, and no vector has more lanes.
                unsafe { S::store(all.as_mut_ptr(), sums[vector]) };
                copy(&all, out);
            }
        }
    }
}

/// Copies as many as there is room for. Apart, lest it be unrolled with the registers of a tile.
#[inline(never)]
fn copy(all: &[i32; MOST_LANES], out: &mut [i32]) {
    out.copy_from_slice(&all[..out.len()]);
}
