//! Factors of a table as lanes have them.

use super::super::LowRank;
use super::digits::{split, terms};
use super::{Lane, OUTPUTS};

/// Factors by code, each in the lowest bits of what a lane takes up.
#[derive(Clone, Debug)]
pub(super) struct Factors {
    /// Factors of a lane.
    slots: usize,
    /// `[term][code]`, the code the activation's.
    left: Vec<[u32; 256]>,
    /// `[term][code]`, the code the weight's.
    right: Vec<[u32; 256]>,
    /// What a weight adds to what a sum begins with.
    start: Vec<i32>,
}

/// The weights of one group.
pub(super) struct Panels {
    /// Panels of [`OUTPUTS`] outputs, the last one of fewer: `[panel][lane, tap][output]`.
    pub lanes: Vec<Lane>,
    /// What the sums of each output begin with.
    pub start: Vec<i32>,
}

impl Factors {
    /// Two factors a lane, of 16 bits; `None` where one does not fit.
    pub fn pairs(factors: &LowRank) -> Option<Self> {
        let terms = terms(factors);
        let fits = |factor: &i64| i16::try_from(*factor).is_ok();
        if !terms.iter().flatten().flatten().all(fits) {
            return None;
        }
        let side = |side: usize| terms.iter().map(|term| in_lane(&term[side], 0, 2)).collect();
        Some(Self { slots: 2, left: side(0), right: side(1), start: vec![0; 256] })
    }

    /// Four factors a lane, of 8 bits: the weights' signed and the activations' not, or the other way round. `None`
    /// where two digits are too few for one.
    pub fn quads(factors: &LowRank, signed_weights: bool) -> Option<Self> {
        let least = |signed| if signed { -128 } else { 0 };
        let terms = split(&terms(factors), least(signed_weights))?;
        // What is taken from the activations' factors, to be made up for at the start.
        let shift = |left: &[i64]| left.iter().min().map_or(0, |lowest| lowest - least(!signed_weights));
        let left = terms.iter().map(|[left, _]| in_lane(left, shift(left), 4)).collect();
        let right = terms.iter().map(|[_, right]| in_lane(right, 0, 4)).collect();
        let start =
            |code: usize| -> i64 { terms.iter().map(|[left, right]| shift(left) * right[code]).sum() };
        Some(Self { slots: 4, left, right, start: (0..256).map(|code| start(code) as i32).collect() })
    }

    /// Outer products, the exact product and digits included.
    pub fn terms(&self) -> usize {
        self.left.len()
    }

    /// Lanes along the fan-in for so many channels.
    pub fn lanes(&self, channels: usize) -> usize {
        (channels * self.left.len()).div_ceil(self.slots)
    }

    /// The lanes `[lane, size]` of codes `[channels, size]`.
    pub fn expand(&self, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        match self.slots {
            2 => self.expand_slots::<2>(codes, channels, planes),
            _ => self.expand_slots::<4>(codes, channels, planes),
        }
    }

    fn expand_slots<const SLOTS: usize>(&self, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        let (size, terms) = (codes.len() / channels, self.left.len());
        for (at, plane) in planes.chunks_exact_mut(size).enumerate() {
            // A fan-in is `[channel][term]`. Beyond its end anything will do, as the weights' factors are 0 there.
            let slots: [_; SLOTS] = std::array::from_fn(|slot| {
                let index = (at * SLOTS + slot).min(channels * terms - 1);
                (&self.left[index % terms], &codes[index / terms * size..][..size])
            });
            for (pixel, lane) in plane.iter_mut().enumerate() {
                let factors = slots.iter().map(|(factors, codes)| factors[usize::from(codes[pixel])]);
                let shifts = (0..32).step_by(32 / SLOTS);
                lane.0 = factors.zip(shifts).fold(0, |lane, (factor, shift)| lane | factor << shift);
            }
        }
    }

    /// Lays the weights `[outputs, channels, taps]` of a group out.
    pub fn prepare(&self, weights: &[u8], outputs: usize, channels: usize) -> Panels {
        let taps = weights.len() / (outputs * channels);
        let (lanes, terms) = (self.lanes(channels), self.right.len());
        let mut panels = Vec::with_capacity(outputs * lanes * taps);
        for first in (0..outputs).step_by(OUTPUTS) {
            for (at, tap) in (0..lanes).flat_map(|at| (0..taps).map(move |tap| (at, tap))) {
                for output in first..(first + OUTPUTS).min(outputs) {
                    let mut lane = Lane(0);
                    for slot in 0..self.slots {
                        let index = at * self.slots + slot;
                        if index == channels * terms {
                            break;
                        }
                        let code = weights[(output * channels + index / terms) * taps + tap];
                        lane.0 |= self.right[index % terms][usize::from(code)] << (32 / self.slots * slot);
                    }
                    panels.push(lane);
                }
            }
        }
        let start = |weights: &[u8]| {
            weights.iter().fold(0, |sum: i32, &code| sum.wrapping_add(self.start[usize::from(code)]))
        };
        Panels { lanes: panels, start: weights.chunks_exact(channels * taps).map(start).collect() }
    }
}

/// Factors less a shift, as so many a lane have them.
fn in_lane(factors: &[i64], shift: i64, slots: u32) -> [u32; 256] {
    let mask = u32::MAX >> (32 - 32 / slots);
    std::array::from_fn(|code| (factors[code] - shift) as u32 & mask)
}
