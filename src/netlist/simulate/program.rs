//! A circuit as a straight-line program over a few slots.

use axmul_api::Gates;

/// What a step computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Not,
    And,
    Or,
    Xor,
    Nand,
    Nor,
    Xnor,
    Mux,
    HalfAdder,
    FullAdder,
    /// The sum of a full adder whose carry nobody reads.
    Parity,
    /// The carry of a full adder whose sum nobody reads.
    Majority,
    /// A full adder, the conjunction of whose first two inputs is what it adds: a cell of an array multiplier.
    AddProduct,
}

/// One step: reads up to four slots, then writes one or two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The rest repeat the last.
    pub inputs: [u32; 4],
    /// The second repeats the first where there is one.
    pub outputs: [u32; 2],
}

/// A circuit as a straight-line program. Its working memory is a number of slots, each with a bit, or as many as are
/// simulated at a time; a slot is used again as soon as nothing reads its value any more.
///
/// The first slots hold the input bits, in the order of [`Signal::Input`](axmul_api::Signal::Input), and are never
/// written; then come a zero and a one.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// Operations, and to how many steps in a row each applies: one decision for many steps.
    pub runs: Vec<(Operation, u32)>,
    pub steps: Vec<Step>,
    /// How many input bits there are.
    pub inputs: usize,
    /// How many slots the program works on.
    pub slots: usize,
    /// The slots of the product bits after the last step, least significant first.
    pub outputs: Vec<u32>,
}

/// Where a signal lives while it is needed: `K` bits, or bundles of bits, next to each other.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Slot<B, const K: usize>(pub [B; K]);

impl Program {
    /// The slot of the constant zero; that of the constant one follows.
    pub fn zero(&self) -> u32 {
        self.inputs as u32
    }

    /// Runs the program; input bits and constants lie in their slots.
    #[inline(always)]
    pub fn run<G: Gates, const K: usize>(&self, g: &mut G, slots: &mut [Slot<G::Bit, K>]) {
        let mut rest = &self.steps[..];
        for &(operation, length) in &self.runs {
            let (steps, more) = rest.split_at(length as usize);
            rest = more;
            match operation {
                Operation::Not => single(steps, slots, |[a, ..]| g.not(a)),
                Operation::And => single(steps, slots, |[a, b, ..]| g.and(a, b)),
                Operation::Or => single(steps, slots, |[a, b, ..]| g.or(a, b)),
                Operation::Xor => single(steps, slots, |[a, b, ..]| g.xor(a, b)),
                Operation::Nand => single(steps, slots, |[a, b, ..]| g.nand(a, b)),
                Operation::Nor => single(steps, slots, |[a, b, ..]| g.nor(a, b)),
                Operation::Xnor => single(steps, slots, |[a, b, ..]| g.xnor(a, b)),
                Operation::Mux => single(steps, slots, |[a, b, c, _]| g.mux(a, b, c)),
                Operation::HalfAdder => double(steps, slots, |[a, b, ..]| g.half_adder(a, b)),
                Operation::FullAdder => double(steps, slots, |[a, b, c, _]| g.full_adder(a, b, c)),
                Operation::Parity => single(steps, slots, |[a, b, c, _]| g.full_adder(a, b, c).0),
                Operation::Majority => single(steps, slots, |[a, b, c, _]| g.full_adder(a, b, c).1),
                Operation::AddProduct => double(steps, slots, |[a, b, c, d]| {
                    let product = g.and(a, b);
                    g.full_adder(product, c, d)
                }),
            }
        }
    }
}

#[inline(always)]
fn single<B: Copy, const K: usize>(
    steps: &[Step],
    slots: &mut [Slot<B, K>],
    mut gate: impl FnMut([B; 4]) -> B,
) {
    let slots = slots.as_mut_ptr();
    for step in steps {
        unsafe {
        let [a, b, c, d] = step.inputs.map(|slot| slots.add(slot as usize));
        let output = slots.add(step.outputs[0] as usize);
        for k in 0..K {
            (*output).0[k] = gate([(*a).0[k], (*b).0[k], (*c).0[k], (*d).0[k]]);
        }
        }
    }
}

#[inline(always)]
fn double<B: Copy, const K: usize>(
    steps: &[Step],
    slots: &mut [Slot<B, K>],
    mut gate: impl FnMut([B; 4]) -> (B, B),
) {
    let slots = slots.as_mut_ptr();
    for step in steps {
        unsafe {
        let [a, b, c, d] = step.inputs.map(|slot| slots.add(slot as usize));
        let [first, second] = step.outputs.map(|slot| slots.add(slot as usize));
        for k in 0..K {
            let (x, y) = gate([(*a).0[k], (*b).0[k], (*c).0[k], (*d).0[k]]);
            (*first).0[k] = x;
            (*second).0[k] = y;
        }
        }
    }
}
