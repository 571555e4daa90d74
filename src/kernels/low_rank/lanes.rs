//! Factors of a table as lanes.

use super::LowRank;
use super::digits::{split, terms};
use super::{Lane, OUTPUTS};

/// Factors by code, each in the low bits of a slot of a lane.
#[derive(Clone, Debug)]
pub(crate) struct LaneFactors {
    /// Factors of a lane.
    slots: usize,
    /// `[term][code of the activation]`.
    left: Vec<[u32; 256]>,
    /// `[term][code of the weight]`.
    right: Vec<[u32; 256]>,
    /// What a weight adds to the start of a sum.
    start: Vec<i32>,
}

/// The weights of one group.
pub(crate) struct WeightPanels {
    /// Panels of [`OUTPUTS`] outputs, the last one possibly of fewer: `[panel][lane, tap][output]`.
    pub lanes: Vec<Lane>,
    /// Start of the sums of each output.
    pub start: Vec<i32>,
}

impl LaneFactors {
    /// Two 16-bit factors a lane; `None` if a factor does not fit.
    pub fn pairs(factors: &LowRank) -> Option<Self> {
        let terms = terms(factors);
        let fits = |factor: &i64| i16::try_from(*factor).is_ok();
        if !terms.iter().flatten().flatten().all(fits) {
            return None;
        }
        let side = |side: usize| terms.iter().map(|term| in_lane(&term[side], 0, 2)).collect();
        Some(Self { slots: 2, left: side(0), right: side(1), start: vec![0; 256] })
    }

    /// Four 8-bit factors a lane: those of the weights signed and those of the activations unsigned, or vice versa. `None`
    /// if a factor does not fit two digits.
    #[cfg_attr(
        not(target_arch = "x86_64"),
        allow(dead_code, reason = "no other architecture has kernels for quads")
    )]
    pub fn quads(factors: &LowRank, signed_weights: bool) -> Option<Self> {
        let least = |signed| if signed { -128 } else { 0 };
        let terms = split(&terms(factors), least(signed_weights))?;
        // Subtracted from the factors of the activations; the start makes up for it.
        let shift = |left: &[i64]| left.iter().min().map_or(0, |lowest| lowest - least(!signed_weights));
        let left = terms.iter().map(|[left, _]| in_lane(left, shift(left), 4)).collect();
        let right = terms.iter().map(|[_, right]| in_lane(right, 0, 4)).collect();
        let start =
            |code: usize| -> i64 { terms.iter().map(|[left, right]| shift(left) * right[code]).sum() };
        Some(Self { slots: 4, left, right, start: (0..256).map(|code| start(code) as i32).collect() })
    }

    /// Number of outer products, the exact product and digits included.
    pub fn terms(&self) -> usize {
        self.left.len()
    }

    /// Number of lanes along the fan-in for `channels`.
    pub fn lanes(&self, channels: usize) -> usize {
        (channels * self.left.len()).div_ceil(self.slots)
    }

    /// Factors of the activations by code, term by term.
    #[cfg_attr(
        not(target_arch = "x86_64"),
        allow(dead_code, reason = "no other architecture has kernels for quads")
    )]
    pub fn left(&self) -> &[[u32; 256]] {
        &self.left
    }

    /// The terms and channels of the slots of a lane, lowest first. Beyond the fan-in, where the factors of the weights are
    /// 0, any will do.
    pub fn slots<const SLOTS: usize>(&self, lane: usize, channels: usize) -> [(usize, usize); SLOTS] {
        std::array::from_fn(|slot| self.place(lane, slot, channels).unwrap_or((0, channels - 1)))
    }

    /// The term and channel of a slot: the fan-in is `[channel][term]`.
    fn place(&self, lane: usize, slot: usize, channels: usize) -> Option<(usize, usize)> {
        let (index, terms) = (lane * self.slots + slot, self.left.len());
        (index < channels * terms).then(|| (index % terms, index / terms))
    }

    /// Converts codes `[channels, size]` to lanes `[lane, size]`.
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

    /// Lays out the weights `[outputs, channels, taps]` of a group.
    pub fn prepare(&self, weights: &[u8], outputs: usize, channels: usize) -> WeightPanels {
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
        WeightPanels { lanes: panels, start: weights.chunks_exact(channels * taps).map(start).collect() }
    }
}

/// Factors less a shift, in the bits of one of `slots` slots.
fn in_lane(factors: &[i64], shift: i64, slots: u32) -> [u32; 256] {
    let mask = u32::MAX >> (32 - 32 / slots);
    std::array::from_fn(|code| (factors[code] - shift) as u32 & mask)
}
