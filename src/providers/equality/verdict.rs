//! What a comparison of two multipliers found.

use axmul_metrics::evaluation::Difference;
use axmul_netlist::equivalence::Proof;

/// Whether two multipliers compute the same products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EqualityVerdict {
    /// They are equal.
    Equal(EqualityEvidence),
    /// They are not.
    Different {
        /// Operands that show it.
        example: Difference,
        /// How much they differ, if all differing operand pairs were counted.
        extent: Option<DifferenceExtent>,
        /// Whether they are equal when the operands of the second are swapped.
        swapped: SwappedEquality,
    },
    /// A sample showed no difference, and no proof was found.
    Unknown {
        /// The number of pairs drawn.
        pairs: u64,
        /// The seed that drew them.
        seed: u64,
    },
}

/// How equality is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EqualityEvidence {
    /// All operand pairs were compared.
    AllPairs,
    /// A proof of circuits.
    Proof(Proof),
}

/// How much two multipliers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DifferenceExtent {
    /// The number of operand pairs with different products.
    pub pairs: u64,
    /// The largest distance between two products.
    pub largest: u64,
}

/// Whether two different multipliers are equal when the operands of the second are swapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwappedEquality {
    /// They differ then too, or the plan does not ask.
    No,
    /// A sample showed no difference.
    Sampled,
    /// They are equal, by proof or by comparing all operand pairs.
    Proven,
}
