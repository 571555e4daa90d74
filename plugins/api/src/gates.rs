//! The gate builder that circuits are written against, and its two simulators.

/// A builder of combinational logic. The implementation decides what a bit is: 64 simulated cases ([`Lanes`]), a
/// signal of a netlist ([`Recorder`](crate::Recorder)), ...
///
/// The first six methods are required; the others default to compositions of them. Override one where there is a
/// cell for it.
pub trait Gates {
    /// One bit, or several independent bits side by side.
    type Bit: Copy;

    /// A constant.
    fn constant(&mut self, value: bool) -> Self::Bit;
    /// Inverter.
    fn not(&mut self, a: Self::Bit) -> Self::Bit;
    /// AND.
    fn and(&mut self, a: Self::Bit, b: Self::Bit) -> Self::Bit;
    /// OR.
    fn or(&mut self, a: Self::Bit, b: Self::Bit) -> Self::Bit;
    /// XOR.
    fn xor(&mut self, a: Self::Bit, b: Self::Bit) -> Self::Bit;
    /// Multiplexer: `if_one` where `select` is one, else `if_zero`.
    fn mux(&mut self, select: Self::Bit, if_one: Self::Bit, if_zero: Self::Bit) -> Self::Bit;

    /// NAND.
    fn nand(&mut self, a: Self::Bit, b: Self::Bit) -> Self::Bit {
        let and = self.and(a, b);
        self.not(and)
    }

    /// NOR.
    fn nor(&mut self, a: Self::Bit, b: Self::Bit) -> Self::Bit {
        let or = self.or(a, b);
        self.not(or)
    }

    /// XNOR.
    fn xnor(&mut self, a: Self::Bit, b: Self::Bit) -> Self::Bit {
        let xor = self.xor(a, b);
        self.not(xor)
    }

    /// Half adder: (sum, carry) of two bits.
    fn half_adder(&mut self, a: Self::Bit, b: Self::Bit) -> (Self::Bit, Self::Bit) {
        (self.xor(a, b), self.and(a, b))
    }

    /// Full adder: (sum, carry) of three bits.
    fn full_adder(&mut self, a: Self::Bit, b: Self::Bit, c: Self::Bit) -> (Self::Bit, Self::Bit) {
        let (partial, carry_ab) = self.half_adder(a, b);
        let (sum, carry_c) = self.half_adder(partial, c);
        (sum, self.or(carry_ab, carry_c))
    }
}

/// Simulates 64 independent cases at once, one in each bit of a `u64`.
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

/// Simulates a single case, for explaining and debugging.
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
