//! Gates with constants folded: how constant expressions are computed, by the same code as all others.

use axmul_api::Gates;

use crate::read::primitives::Built;
use crate::{DesignBuilder, Net};

pub(super) struct Folding {
    pub builder: DesignBuilder,
    /// Work done, in bits looked at.
    pub steps: usize,
    zero: Net,
    one: Net,
}

impl Folding {
    pub fn new() -> Self {
        let mut builder = DesignBuilder::new();
        let (zero, one) = (builder.constant(false), builder.constant(true));
        Self { builder, steps: 0, zero, one }
    }

    pub fn zero(&self) -> Net {
        self.zero
    }

    pub fn one(&self) -> Net {
        self.one
    }

    /// The value of a net that is a constant.
    pub fn known(&self, net: Net) -> Option<bool> {
        if net == self.zero {
            Some(false)
        } else if net == self.one {
            Some(true)
        } else {
            None
        }
    }
}

impl Built for Folding {
    fn builder(&mut self) -> &mut DesignBuilder {
        &mut self.builder
    }
}

impl Gates for Folding {
    type Bit = Net;

    fn constant(&mut self, value: bool) -> Net {
        if value { self.one } else { self.zero }
    }

    fn not(&mut self, a: Net) -> Net {
        self.steps += 1;
        match self.known(a) {
            Some(value) => self.constant(!value),
            None => self.builder.not(a),
        }
    }

    fn and(&mut self, a: Net, b: Net) -> Net {
        self.steps += 1;
        match (self.known(a), self.known(b)) {
            (Some(false), _) | (_, Some(false)) => self.zero,
            (Some(true), _) => b,
            (_, Some(true)) => a,
            (None, None) => self.builder.and(a, b),
        }
    }

    fn or(&mut self, a: Net, b: Net) -> Net {
        self.steps += 1;
        match (self.known(a), self.known(b)) {
            (Some(true), _) | (_, Some(true)) => self.one,
            (Some(false), _) => b,
            (_, Some(false)) => a,
            (None, None) => self.builder.or(a, b),
        }
    }

    fn xor(&mut self, a: Net, b: Net) -> Net {
        self.steps += 1;
        match (self.known(a), self.known(b)) {
            (Some(false), _) => b,
            (_, Some(false)) => a,
            (Some(true), _) => self.not(b),
            (_, Some(true)) => self.not(a),
            (None, None) => self.builder.xor(a, b),
        }
    }

    fn mux(&mut self, select: Net, if_one: Net, if_zero: Net) -> Net {
        self.steps += 1;
        match (self.known(select), self.known(if_one), self.known(if_zero)) {
            (Some(true), ..) => if_one,
            (Some(false), ..) => if_zero,
            (None, ..) if if_one == if_zero => if_one,
            (None, Some(true), Some(false)) => select,
            (None, Some(false), Some(true)) => self.not(select),
            _ => self.builder.mux(select, if_one, if_zero),
        }
    }

    fn nand(&mut self, a: Net, b: Net) -> Net {
        if self.known(a).or(self.known(b)).is_none() {
            self.steps += 1;
            return self.builder.nand(a, b);
        }
        let and = self.and(a, b);
        self.not(and)
    }

    fn nor(&mut self, a: Net, b: Net) -> Net {
        if self.known(a).or(self.known(b)).is_none() {
            self.steps += 1;
            return self.builder.nor(a, b);
        }
        let or = self.or(a, b);
        self.not(or)
    }

    fn xnor(&mut self, a: Net, b: Net) -> Net {
        if self.known(a).or(self.known(b)).is_none() {
            self.steps += 1;
            return self.builder.xnor(a, b);
        }
        let xor = self.xor(a, b);
        self.not(xor)
    }

    fn half_adder(&mut self, a: Net, b: Net) -> (Net, Net) {
        if self.known(a).or(self.known(b)).is_none() {
            self.steps += 1;
            return self.builder.half_adder(a, b);
        }
        (self.xor(a, b), self.and(a, b))
    }

    fn full_adder(&mut self, a: Net, b: Net, c: Net) -> (Net, Net) {
        // A constant among the three, first; the others as they are.
        let (known, x, y) = match [a, b, c].map(|net| self.known(net)) {
            [Some(known), ..] => (known, b, c),
            [_, Some(known), _] => (known, a, c),
            [.., Some(known)] => (known, a, b),
            [None, None, None] => {
                self.steps += 1;
                return self.builder.full_adder(a, b, c);
            }
        };
        if known { (self.xnor(x, y), self.or(x, y)) } else { self.half_adder(x, y) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_api::Bits;

    /// Every gate over every mixture of constants and inputs computes what the plain gate does.
    #[test]
    fn folding_changes_no_value() {
        type Build = fn(&mut Folding, [Net; 3]) -> Vec<Net>;
        type Plain = fn([bool; 3]) -> Vec<bool>;
        let cases: [(Build, Plain); 10] = [
            (|g, [a, ..]| vec![g.not(a)], |[a, ..]| vec![!a]),
            (|g, [a, b, _]| vec![g.and(a, b)], |[a, b, _]| vec![a & b]),
            (|g, [a, b, _]| vec![g.or(a, b)], |[a, b, _]| vec![a | b]),
            (|g, [a, b, _]| vec![g.xor(a, b)], |[a, b, _]| vec![a ^ b]),
            (|g, [a, b, c]| vec![g.mux(a, b, c)], |[a, b, c]| vec![if a { b } else { c }]),
            (|g, [a, b, _]| vec![g.nand(a, b)], |[a, b, _]| vec![!(a & b)]),
            (|g, [a, b, _]| vec![g.nor(a, b)], |[a, b, _]| vec![!(a | b)]),
            (|g, [a, b, _]| vec![g.xnor(a, b)], |[a, b, _]| vec![a == b]),
            (
                |g, [a, b, _]| {
                    let (s, k) = g.half_adder(a, b);
                    vec![s, k]
                },
                |[a, b, _]| vec![a ^ b, a & b],
            ),
            (
                |g, [a, b, c]| {
                    let (s, k) = g.full_adder(a, b, c);
                    vec![s, k]
                },
                |[a, b, c]| {
                    let n = u8::from(a) + u8::from(b) + u8::from(c);
                    vec![n & 1 == 1, n > 1]
                },
            ),
        ];
        let location = crate::SourceText::new("t.v", *b"").location(1, 1);
        let port = |name: &str, width| crate::Port {
            name: name.into(),
            width,
            range: None,
            signed: None,
            location: location.clone(),
        };
        for (build, plain) in cases {
            // Each of the three is a constant 0, a constant 1 or an input.
            for mixture in 0..27 {
                let mut g = Folding::new();
                let inputs: Vec<Net> = ["a", "b", "c"].map(|name| g.builder.net(name, &location)).into();
                inputs.iter().for_each(|&net| g.builder.drive_by_input(net, &location).unwrap());
                let kinds = [mixture % 3, mixture / 3 % 3, mixture / 9];
                let nets: [Net; 3] = std::array::from_fn(|i| [g.zero(), g.one(), inputs[i]][kinds[i]]);
                let outputs = build(&mut g, nets);
                let width = outputs.len();
                let ports = (vec![(port("x", 3), inputs)], vec![(port("y", width), outputs)]);
                let design = g.builder.finish("t", ports.0, ports.1, &location).unwrap();
                for bits in 0..8 {
                    let given: [bool; 3] = std::array::from_fn(|i| bits >> i & 1 == 1);
                    let values = std::array::from_fn(|i| [false, true, given[i]][kinds[i]]);
                    assert_eq!(design.build(&mut Bits, &given), plain(values), "{kinds:?} {given:?}");
                }
            }
        }
    }
}
