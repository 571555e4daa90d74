//! Whether two models of one multiplier compute the same.

use std::time::Duration;

use axmul_api::Netlist;

use axmul_metrics::evaluation::{
    Difference, EvaluationError, SwappedOperands, first_difference, sampled_difference, swap_operands,
};
use axmul_metrics::{OperandFormat, Products};
use axmul_netlist::equivalence::{Verdict, prove};

/// Up to so many product bits, all pairs are compared; a function in C takes four seconds for those of 12x12.
const MAX_BITS: u8 = 24;

/// Up to so many, that takes less time than starting a proof.
const SMALL_BITS: u8 = 16;

/// How long a proof may take. Circuits of one source are proven within milliseconds or not at all.
const PROOF_TIME: Duration = Duration::from_secs(1);

/// Pairs compared where there are too many, and where a glance will do.
pub(super) const PAIRS: u64 = 1 << 18;
const GLANCE: u64 = 1 << 12;

/// The seed that draws them.
const SEED: u64 = 0;

/// A model that computes.
pub(super) struct Sample {
    pub circuit: Option<Netlist>,
    pub products: Box<dyn Products>,
}

/// How two models compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// They are equal.
    Equal {
        /// When the operands of the second change places, and not otherwise.
        exchanged: bool,
        /// As far as a sample of operands shows.
        sampled: bool,
    },
    /// Operands that tell them apart.
    Different(Difference),
}

/// Compares two models of one format.
pub(super) fn compare(x: &Sample, y: &Sample) -> Result<Likeness, EvaluationError> {
    let format = x.products.format();
    let difference = match difference(&*x.products, &*y.products, circuits(x, y), format)? {
        Found::Equal => return Ok(Likeness::Equal { exchanged: false, sampled: false }),
        Found::None => return Ok(Likeness::Equal { exchanged: false, sampled: true }),
        Found::Different(difference) => difference,
    };
    if format.width_a() == format.width_b() {
        let turned = SwappedOperands(&*y.products);
        let exchanged = circuits(x, y).map(|(x, y)| (x.clone(), swap_operands(y)));
        let circuits = exchanged.as_ref().map(|(x, y)| (x, y));
        // Few multipliers differ in a million pairs and not in some thousand.
        let glance = || sampled_difference(&*x.products, &turned, GLANCE, SEED, &|_, _| {});
        if format.product_width() <= SMALL_BITS || glance()?.is_none() {
            match self::difference(&*x.products, &turned, circuits, format)? {
                Found::Equal => return Ok(Likeness::Equal { exchanged: true, sampled: false }),
                Found::None => return Ok(Likeness::Equal { exchanged: true, sampled: true }),
                Found::Different(_) => {}
            }
        }
    }
    Ok(Likeness::Different(difference))
}

fn circuits<'a>(x: &'a Sample, y: &'a Sample) -> Option<(&'a Netlist, &'a Netlist)> {
    Some((x.circuit.as_ref()?, y.circuit.as_ref()?))
}

enum Found {
    /// A proof that there is no difference.
    Equal,
    /// None in a sample.
    None,
    Different(Difference),
}

fn difference(
    x: &dyn Products,
    y: &dyn Products,
    circuits: Option<(&Netlist, &Netlist)>,
    format: OperandFormat,
) -> Result<Found, EvaluationError> {
    let silent = &|_, _| {};
    let bits = format.product_width();
    if let Some((x, y)) = circuits.filter(|_| bits > SMALL_BITS)
        && let Ok(Verdict::Equal(_)) = prove(x, y, PROOF_TIME, silent)
    {
        return Ok(Found::Equal);
    }
    if bits <= SMALL_BITS {
        return Ok(first_difference(x, y, silent)?.map_or(Found::Equal, Found::Different));
    }
    if let Some(difference) = sampled_difference(x, y, PAIRS, SEED, silent)? {
        return Ok(Found::Different(difference));
    }
    if bits > MAX_BITS {
        return Ok(Found::None);
    }
    // A function that takes too long for all pairs has done well for so many.
    Ok(match first_difference(x, y, silent) {
        Ok(None) => Found::Equal,
        Ok(Some(difference)) => Found::Different(difference),
        Err(_) => Found::None,
    })
}
