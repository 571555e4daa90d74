//! Rounding to evenly spaced values and back, with straight-through gradients.

use tch::{Kind, Tensor};

use super::steps::Steps;

/// A code stands for `scale * (code - zero_point)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Whether codes are unsigned with a zero point, rather than symmetric around 0.
    pub affine: bool,
    /// Bits of a code.
    pub bits: u8,
    /// Size of one code.
    pub scale: f64,
    /// The code of 0.
    pub zero_point: i64,
}

/// A tensor as codes, without gradients.
#[derive(Debug)]
pub struct Codes {
    /// A byte each: two's complement if signed, plain if unsigned.
    pub bytes: Tensor,
    /// The code of 0.
    pub zero_point: i64,
    /// Whether codes are unsigned.
    pub affine: bool,
    /// Bits of a code.
    pub bits: u8,
}

/// The largest symmetric code: the smallest is its negative, so that one value of two's complement stays unused.
pub fn largest_code(bits: u8) -> i32 {
    (1 << (bits - 1)) - 1
}

impl Grid {
    /// The grid of a range. A range that holds nothing but 0 gets scale 1, so that 0 is still represented.
    pub fn new(range: (f64, f64), affine: bool, bits: u8) -> Self {
        // Scales are what fp32 holds, so that all ways from codes to values agree.
        let single = |scale: f64| f64::from(scale as f32);
        let positive = |scale: f64| if scale > f64::from(f32::MIN_POSITIVE) { single(scale) } else { 1.0 };
        if !affine {
            let scale = positive(range.0.abs().max(range.1.abs()) / f64::from(largest_code(bits)));
            return Self { affine, bits, scale, zero_point: 0 };
        }
        // 0 must have a code.
        let (low, high) = (range.0.min(0.0), range.1.max(0.0));
        let last = f64::from((1 << bits) - 1);
        let scale = positive((high - low) / last);
        let zero_point = (-low / scale).round_ties_even().clamp(0.0, last) as i64;
        Self { affine, bits, scale, zero_point }
    }

    /// Smallest and largest code.
    pub fn codes(&self) -> (i64, i64) {
        let largest = i64::from(largest_code(self.bits));
        if self.affine { (0, (1 << self.bits) - 1) } else { (-largest, largest) }
    }

    /// What rounding depends on.
    pub fn steps(&self) -> Steps {
        let (low, high) = self.codes();
        let steps = |code: i64| (code - self.zero_point) as f64;
        Steps { scale: self.scale, low: steps(low), high: steps(high) }
    }

    /// The values that a tensor is rounded to, halves to even. Gradients pass straight through where nothing is clipped.
    pub fn round(&self, x: &Tensor) -> Tensor {
        let (low, high) = self.codes();
        x.fake_quantize_per_tensor_affine(self.scale, self.zero_point, low, high)
    }

    /// The codes of a tensor.
    pub fn encode(&self, x: &Tensor) -> Codes {
        let zero_point = self.affine.then_some(self.zero_point as u8);
        Codes {
            bytes: self.steps().codes(x, zero_point),
            zero_point: self.zero_point,
            affine: self.affine,
            bits: self.bits,
        }
    }
}

impl Codes {
    /// Codes as table indices (value less smallest operand value: code + 128 if signed with 8 bits), less the centred
    /// value.
    pub fn index_offset(&self) -> i64 {
        if self.affine { self.zero_point } else { 1 << (self.bits - 1) }
    }

    /// Codes less zero point, as whole fp32 numbers.
    pub fn centred(&self) -> Tensor {
        let codes = self.bytes.to_kind(Kind::Float);
        if self.affine { codes - self.zero_point as f64 } else { codes }
    }

    /// The byte of the code of 0, which is what padding inserts.
    pub fn zero_byte(&self) -> u8 {
        self.zero_point as u8
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn values(t: &Tensor) -> Vec<f64> {
        Vec::try_from(t.to_kind(Kind::Double).reshape([-1])).unwrap()
    }

    #[test]
    fn symmetric_codes_round_half_to_even_and_clip() {
        let grid = Grid::new((-63.5, 10.0), false, 8);
        assert_eq!((grid.scale, grid.zero_point), (0.5, 0));
        let x = Tensor::from_slice(&[0.25f32, 0.75, -0.25, -0.75, 63.5, 64.0, -100.0]);
        let codes = grid.encode(&x);
        assert_eq!(values(&codes.centred()), [0.0, 2.0, 0.0, -2.0, 127.0, 127.0, -127.0]);
        assert_eq!(values(&codes.bytes), [0.0, 2.0, 0.0, -2.0, 127.0, 127.0, -127.0]);
        for rounded in [grid.round(&x), grid.steps().round(&x)] {
            assert_eq!(values(&rounded), [0.0, 1.0, 0.0, -1.0, 63.5, 63.5, -63.5]);
        }
        assert_eq!(codes.zero_byte(), 0);
    }

    #[test]
    fn affine_codes_have_an_exact_zero() {
        let grid = Grid::new((-1.0, 254.0), true, 8);
        assert_eq!((grid.scale, grid.zero_point), (1.0, 1));
        let x = Tensor::from_slice(&[-3f32, -1.0, 0.0, 0.5, 1.5, 254.0, 300.0]);
        let codes = grid.encode(&x);
        assert_eq!(values(&codes.bytes), [0.0, 0.0, 1.0, 1.0, 3.0, 255.0, 255.0]);
        assert_eq!(values(&codes.centred()), [-1.0, -1.0, 0.0, 0.0, 2.0, 254.0, 254.0]);
        for rounded in [grid.round(&x), grid.steps().round(&x)] {
            assert_eq!(values(&rounded), [-1.0, -1.0, 0.0, 0.0, 2.0, 254.0, 254.0]);
        }
        assert_eq!(codes.zero_byte(), 1);
        // A range beside 0 is stretched to it.
        assert_eq!(
            Grid::new((5.0, 510.0), true, 8),
            Grid { affine: true, bits: 8, scale: 2.0, zero_point: 0 }
        );
        assert_eq!(
            Grid::new((-510.0, -5.0), true, 8),
            Grid { affine: true, bits: 8, scale: 2.0, zero_point: 255 }
        );
    }

    #[test]
    fn a_range_of_nothing_still_has_a_scale() {
        assert_eq!(Grid::new((0.0, 0.0), false, 8).scale, 1.0);
        assert_eq!(Grid::new((0.0, 0.0), true, 8).scale, 1.0);
    }

    /// By hand: the gradient is that of the identity where the code was not clipped, else 0.
    #[test]
    fn gradients_pass_where_nothing_is_clipped() {
        let grid = Grid { affine: false, bits: 8, scale: 0.5, zero_point: 0 };
        let x = Tensor::from_slice(&[0.3f32, 63.5, 63.7, 64.0, -63.5, -64.0]).set_requires_grad(true);
        let upstream = Tensor::from_slice(&[1f32, 2.0, 3.0, 4.0, 5.0, 6.0]);
        (grid.round(&x) * upstream).sum(Kind::Float).backward();
        // 63.7 still rounds to code 127.
        assert_eq!(values(&x.grad()), [1.0, 2.0, 3.0, 0.0, 5.0, 0.0]);
    }

    /// By hand: two bits are -1, 0, 1 or 0..3; three bits are -3..3 or 0..7.
    #[test]
    fn narrow_codes_by_hand() {
        let x = Tensor::from_slice(&[-9f32, -3.0, -1.5, -1.0, 0.0, 1.4, 1.5, 3.0, 9.0]);
        let two = Grid::new((-3.0, 3.0), false, 2);
        assert_eq!((two.scale, two.codes()), (3.0, (-1, 1)));
        let codes = two.encode(&x);
        assert_eq!(values(&codes.centred()), [-1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
        assert_eq!((codes.index_offset(), codes.zero_byte()), (2, 0));
        assert_eq!(values(&codes.bytes)[..2], [-1.0, -1.0]);
        let three = Grid::new((-3.0, 3.0), false, 3);
        assert_eq!((three.scale, three.codes()), (1.0, (-3, 3)));
        assert_eq!(values(&three.encode(&x).centred()), [-3.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 3.0]);
        assert_eq!(three.encode(&x).index_offset(), 4);
        let affine = Grid::new((-1.0, 2.0), true, 2);
        assert_eq!((affine.scale, affine.zero_point, affine.codes()), (1.0, 1, (0, 3)));
        assert_eq!(values(&affine.encode(&x).bytes), [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 3.0, 3.0]);
        assert_eq!(
            Grid::new((0.0, 14.0), true, 3),
            Grid { affine: true, bits: 3, scale: 2.0, zero_point: 0 }
        );
    }
}
