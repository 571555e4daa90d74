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

    /// Activations' factors by code, a term after another.
    pub fn left(&self) -> &[[u32; 256]] {
        &self.left
    }

    /// The terms and channels of the slots of a lane, from the lowest on. Beyond the end of the fan-in, where the weights'
    /// factors are 0, anything will do.
    pub fn slots<const SLOTS: usize>(&self, lane: usize, channels: usize) -> [(usize, usize); SLOTS] {
        std::array::from_fn(|slot| self.place(lane, slot, channels).unwrap_or((0, channels - 1)))
    }

    /// The term and channel of a slot: a fan-in is `[channel][term]`.
    fn place(&self, lane: usize, slot: usize, channels: usize) -> Option<(usize, usize)> {
        let (index, terms) = (lane * self.slots + slot, self.left.len());
        (index < channels * terms).then(|| (index % terms, index / terms))
    }

    /// The lanes `[lane, size]` of codes `[channels, size]`.
    pub fn expand(&self, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        match self.slots {
            2 => self.expand_slots::<2>(codes, channels, planes),
            _ => self.expand_slots::<4>(codes, channels, planes),
        }
    }

    fn expand_slots<const SLOTS: usize>(&self, codes: &[u8], channels: usize, planes: &mut [Lane]) {
        let size = codes.len() / channels;
        for (lane, plane) in planes.chunks_exact_mut(size).enumerate() {
            let slots = self
                .slots::<SLOTS>(lane, channels)
                .map(|(term, channel)| (&self.left[term], &codes[channel * size..][..size]));
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
        let lanes = self.lanes(channels);
        let mut panels = vec![Lane::default(); outputs * lanes * taps];
        for (panel, weights) in
            panels.chunks_mut(OUTPUTS * lanes * taps).zip(weights.chunks(OUTPUTS * channels * taps))
        {
            let outputs = panel.len() / (lanes * taps);
            for (at, lane) in panel.chunks_exact_mut(taps * outputs).enumerate() {
                for slot in 0..self.slots {
                    let Some((term, channel)) = self.place(at, slot, channels) else { break };
                    let (right, shift) = (&self.right[term], 32 / self.slots * slot);
                    for (output, weights) in weights.chunks_exact(channels * taps).enumerate() {
                        let weights = &weights[channel * taps..][..taps];
                        for (lane, &code) in lane[output..].iter_mut().step_by(outputs).zip(weights) {
                            lane.0 |= right[usize::from(code)] << shift;
                        }
                    }
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
