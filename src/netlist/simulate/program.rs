//! A circuit as a straight-line program over a few slots.

use axmul_api::Gates;

/// What a step computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepOperation {
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
    /// A full adder, the AND of whose first two inputs is what it adds: a cell of an array multiplier.
    AddProduct,
}

/// One step: reads up to four slots, then writes one or two.
#[derive(Clone, Copy, Debug)]
pub(super) struct ProgramStep {
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
    runs: Vec<(StepOperation, usize)>,
    /// Every slot in them is below `slots`.
    steps: Vec<ProgramStep>,
    inputs: usize,
    slots: usize,
    outputs: Vec<u32>,
}

/// Where a signal lives while it is needed: `K` bits, or bundles of bits, next to each other.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Slot<B, const K: usize>(pub [B; K]);

impl Program {
    /// A program with `inputs` input bits, the steps in the order in which they run, and the slots of the product bits
    /// after the last one, least significant first. Panics if a slot is not below `slots`.
    pub fn new(
        inputs: usize,
        slots: usize,
        code: Vec<(StepOperation, ProgramStep)>,
        outputs: Vec<u32>,
    ) -> Self {
        let mut runs: Vec<(StepOperation, usize)> = Vec::new();
        for &(operation, step) in &code {
            assert!(step.inputs.iter().chain(&step.outputs).all(|&slot| (slot as usize) < slots), "slots");
            match runs.last_mut() {
                Some((last, length)) if *last == operation => *length += 1,
                _ => runs.push((operation, 1)),
            }
        }
        let steps = code.into_iter().map(|(_, step)| step).collect();
        Self { runs, steps, inputs, slots, outputs }
    }

    /// How many slots the program works on.
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// The slot of the constant zero; that of the constant one follows.
    pub fn zero(&self) -> u32 {
        self.inputs as u32
    }

    /// The slots of the product bits after the last step, least significant first.
    pub fn outputs(&self) -> &[u32] {
        &self.outputs
    }

    /// Runs the program; input bits and constants lie in their slots. Panics if there are fewer slots than it needs.
    #[inline(always)]
    pub fn run<G: Gates, const K: usize>(&self, g: &mut G, slots: &mut [Slot<G::Bit, K>]) {
        assert!(slots.len() >= self.slots, "slots");
        let mut rest = &self.steps[..];
        for &(operation, length) in &self.runs {
            let (steps, more) = rest.split_at(length);
            rest = more;
            // SAFETY: `slots` holds at least `self.slots` elements (asserted above), and `new` has checked that every slot
            // of a step is below `self.slots`.
            unsafe {
                match operation {
                    StepOperation::Not => single(steps, slots, |[a, ..]| g.not(a)),
                    StepOperation::And => single(steps, slots, |[a, b, ..]| g.and(a, b)),
                    StepOperation::Or => single(steps, slots, |[a, b, ..]| g.or(a, b)),
                    StepOperation::Xor => single(steps, slots, |[a, b, ..]| g.xor(a, b)),
                    StepOperation::Nand => single(steps, slots, |[a, b, ..]| g.nand(a, b)),
                    StepOperation::Nor => single(steps, slots, |[a, b, ..]| g.nor(a, b)),
                    StepOperation::Xnor => single(steps, slots, |[a, b, ..]| g.xnor(a, b)),
                    StepOperation::Mux => single(steps, slots, |[a, b, c, _]| g.mux(a, b, c)),
                    StepOperation::HalfAdder => double(steps, slots, |[a, b, ..]| g.half_adder(a, b)),
                    StepOperation::FullAdder => double(steps, slots, |[a, b, c, _]| g.full_adder(a, b, c)),
                    StepOperation::Parity => single(steps, slots, |[a, b, c, _]| g.full_adder(a, b, c).0),
                    StepOperation::Majority => single(steps, slots, |[a, b, c, _]| g.full_adder(a, b, c).1),
                    StepOperation::AddProduct => double(steps, slots, |[a, b, c, d]| {
                        let product = g.and(a, b);
                        g.full_adder(product, c, d)
                    }),
                }
            }
        }
    }
}

/// Runs steps with one output.
///
/// # Safety
///
/// All slots of the steps must be within `slots`: checking each would take as long as the gates do.
#[inline(always)]
unsafe fn single<B: Copy, const K: usize>(
    steps: &[ProgramStep],
    slots: &mut [Slot<B, K>],
    mut gate: impl FnMut([B; 4]) -> B,
) {
    let slots = slots.as_mut_ptr();
    for step in steps {
        // SAFETY: the caller guarantees that all slots are in bounds; no reference to a slot outlives its expression, so
        // an output may alias an input.
        unsafe {
            let [a, b, c, d] = step.inputs.map(|slot| slots.add(slot as usize));
            let output = slots.add(step.outputs[0] as usize);
            for k in 0..K {
                (*output).0[k] = gate([(*a).0[k], (*b).0[k], (*c).0[k], (*d).0[k]]);
            }
        }
    }
}

/// Runs steps with two outputs.
///
/// # Safety
///
/// All slots of the steps must be within `slots`, as for [`single`].
#[inline(always)]
unsafe fn double<B: Copy, const K: usize>(
    steps: &[ProgramStep],
    slots: &mut [Slot<B, K>],
    mut gate: impl FnMut([B; 4]) -> (B, B),
) {
    let slots = slots.as_mut_ptr();
    for step in steps {
        // SAFETY: the caller guarantees that all slots are in bounds; no reference to a slot outlives its expression, so
        // outputs may alias inputs.
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
