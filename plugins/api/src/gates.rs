//! The gates that circuits are made of, and their simulation.

/// A builder of combinational logic. What a bit is, is up to the implementation: 64 simulated lanes
/// ([`Lanes`]), a signal of a netlist ([`Recorder`](crate::Recorder)), ...
///
/// Only the first six methods are required; the others are compositions of them, which an implementation
/// overrides where it has a cell of its own.
pub trait Gates {
    /// A bit, or a bundle of independent bits.
    type Bit: Copy;

    /// A constant.
    fn constant(&mut self, value: bool) -> Self::Bit;
    /// Inverter.
    fn not(&mut self, a: Self::Bit) -> Self::Bit;
    /// Conjunction.
    fn and(&mut self, a: Self::Bit, b: Self::Bit) -> Self::Bit;
    /// Disjunction.
    fn or(&mut self, a: Self::Bit, b: Self::Bit) -> Self::Bit;
    /// Exclusive or.
    fn xor(&mut self, a: Self::Bit, b: Self::Bit) -> Self::Bit;
    /// `if_one` where `select` is one, else `if_zero`.
    fn mux(&mut self, select: Self::Bit, if_one: Self::Bit, if_zero: Self::Bit) -> Self::Bit;

    /// Inverted conjunction.
    fn nand(&mut self, a: Self::Bit, b: Self::Bit) -> Self::Bit {
        let and = self.and(a, b);
        self.not(and)
    }

    /// Inverted disjunction.
    fn nor(&mut self, a: Self::Bit, b: Self::Bit) -> Self::Bit {
        let or = self.or(a, b);
        self.not(or)
    }

    /// Equality.
    fn xnor(&mut self, a: Self::Bit, b: Self::Bit) -> Self::Bit {
        let xor = self.xor(a, b);
        self.not(xor)
    }

    /// (sum, carry) of two bits.
    fn half_adder(&mut self, a: Self::Bit, b: Self::Bit) -> (Self::Bit, Self::Bit) {
        (self.xor(a, b), self.and(a, b))
    }

    /// (sum, carry) of three bits.
    fn full_adder(&mut self, a: Self::Bit, b: Self::Bit, c: Self::Bit) -> (Self::Bit, Self::Bit) {
        let (partial, carry_ab) = self.half_adder(a, b);
        let (sum, carry_c) = self.half_adder(partial, c);
        (sum, self.or(carry_ab, carry_c))
    }
}

/// Simulation of 64 independent cases at once, one in each bit of a `u64`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lanes;

impl Gates for Lanes {
    type Bit = u64;

    fn constant(&mut self, value: bool) -> u64 {
        if value { u64::MAX } else { 0 }
    }

    fn not(&mut self, a: u64) -> u64 {
        !a
    }

    fn and(&mut self, a: u64, b: u64) -> u64 {
        a & b
    }

    fn or(&mut self, a: u64, b: u64) -> u64 {
        a | b
    }

    fn xor(&mut self, a: u64, b: u64) -> u64 {
        a ^ b
    }

    fn mux(&mut self, select: u64, if_one: u64, if_zero: u64) -> u64 {
        select & if_one | !select & if_zero
    }
}

/// Simulation of a single case, for explaining and debugging.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bits;

impl Gates for Bits {
    type Bit = bool;

    fn constant(&mut self, value: bool) -> bool {
        value
    }

    fn not(&mut self, a: bool) -> bool {
        !a
    }

    fn and(&mut self, a: bool, b: bool) -> bool {
        a && b
    }

    fn or(&mut self, a: bool, b: bool) -> bool {
        a || b
    }

    fn xor(&mut self, a: bool, b: bool) -> bool {
        a != b
    }

    fn mux(&mut self, select: bool, if_one: bool, if_zero: bool) -> bool {
        if select { if_one } else { if_zero }
    }
}
