//! Which ports are the operands and the product.
//!
//! A netlist does not say so; neither does it say in which order bits count, nor whether they are two's complement.
//! [`bind`] takes what the user says ([`PortOptions`]), guesses the rest, and reports its guesses:
//!
//! - scalar ports `a0 a1 ..`, `a[0] a[1] ..`, `a_0 ..` form a vector, index 0 least significant;
//! - operands: the two input vectors, `a` before `b` if they have these names, else in the order of the text; a single
//!   input vector is both, the lower half being a;
//! - product: the one output vector, or the only one as wide as both operands;
//! - signedness: what a declaration says, else the name, else the interpretation with the smaller error.

mod guess;
mod vector;

use axmul_api::{FormatError, Gates, Netlist, OperandFormat, Recorder, Signal};

use super::{Design, MappedCells};
use guess::PortInterface;
use vector::PortBits;

/// What the user says about ports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PortOptions {
    /// The first operand, the activation: a port `x`, a part of one `x[7:0]`, `x[3]`, or several, the most significant
    /// first: `x3,x2,x1,x0`.
    pub a: Option<String>,
    /// The second operand, the weight.
    pub b: Option<String>,
    /// The product.
    pub out: Option<String>,
    /// Whether operands and product are two's complement.
    pub signed: Option<bool>,
    /// Signedness to assume where neither [`Self::signed`] nor a declaration says it: that of the circuit's name.
    pub signed_by_name: Option<bool>,
    /// The lowest index, or the first of several scalar ports, is the most significant bit.
    pub msb_first: bool,
    /// What to do with a product that is not as wide as both operands together.
    pub extend: Option<ProductExtension>,
}

/// What to do with a product that is not as wide as both operands together. By default, a narrow product is extended by
/// its signedness and a wide one truncated, with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProductExtension {
    /// Repeat the most significant bit.
    Sign,
    /// Append zeros.
    Zero,
    /// Reject it.
    Refuse,
}

/// A circuit whose operands and product are known.
#[derive(Clone, Debug)]
pub struct BoundDesign {
    /// Product = circuit(a, b).
    pub netlist: Netlist,
    /// The same circuit as the library cells that the text instantiates; `None` if anything else lies between operands
    /// and product, or the text has no library cells.
    pub mapped_cells: Option<MappedCells>,
    /// The ports of a, b and the product, as [`PortOptions`] takes them.
    pub ports: [String; 3],
    /// The assumptions, one sentence each; the first one names the ports.
    pub notes: Vec<String>,
}

/// Why the operands and the product cannot be determined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortError {
    /// A port that does not exist.
    #[error("unknown {direction} '{name}'; available: {}", .have.join(", "))]
    Unknown {
        /// `input` or `output`.
        direction: &'static str,
        /// What was asked for.
        name: String,
        /// The ports there are.
        have: Vec<String>,
    },
    /// Text that is not of the form `x`, `x[7:0]`, `x[3]` or a list of these.
    #[error(
        "invalid port '{0}'; write x, x[7:0], x[3], or several separated by commas, the most significant first"
    )]
    Text(String),
    /// A bit used twice.
    #[error("input '{0}' would be in both operands, or twice in one; use --a and --b")]
    Twice(String),
    /// The operands are ambiguous.
    #[error("cannot tell which inputs are the operands: found {}; use --a and --b", .0.join(", "))]
    Operands(Vec<String>),
    /// Inputs that are part of no operand.
    #[error("input {} belongs to neither operand; a multiplier has no other inputs, so tie it to a constant", .0.join(", "))]
    Spare(Vec<String>),
    /// The product is ambiguous.
    #[error("cannot tell which output is the product: found {}; use --out", .0.join(", "))]
    Product(Vec<String>),
    /// Operands outside what axmul represents.
    #[error("a is {width_a} bits wide and b {width_b}: {source}")]
    Format {
        /// Width of the first operand in bits.
        width_a: usize,
        /// Width of the second operand in bits.
        width_b: usize,
        /// What is wrong with that.
        source: FormatError,
    },
    /// The product is not as wide as both operands together, and [`ProductExtension::Refuse`] is set.
    #[error("the product is {got} bits wide, expected {expected}; use --extend sign or --extend zero")]
    ProductWidth {
        /// Width of both operands together in bits.
        expected: usize,
        /// Width of the output in bits.
        got: usize,
    },
}

/// What decides about signedness where nothing else does.
const SMALLER_ERROR: &str = "smaller error";

/// Decides which ports are the operands and the product, and records the circuit over them.
///
/// # Errors
///
/// [`PortError`] where the ports that `options` names do not exist, where the others cannot be guessed, and where the
/// widths are outside of what [`OperandFormat`] represents.
pub fn bind(design: &Design, options: &PortOptions) -> Result<BoundDesign, PortError> {
    let PortInterface { a, b, product, mut notes } = PortInterface::find(design, options)?;
    let width = |bits: &PortBits| u8::try_from(bits.numbers.len()).unwrap_or(u8::MAX);
    let format = |signed| {
        OperandFormat::new(width(&a), width(&b), signed).map_err(|source| PortError::Format {
            width_a: a.numbers.len(),
            width_b: b.numbers.len(),
            source,
        })
    };
    let declared = [&a, &b, &product].iter().find_map(|bits| bits.signed);
    let (signed, basis) = match (options.signed, declared, options.signed_by_name) {
        (Some(signed), ..) => (signed, "as requested"),
        (None, Some(signed), _) => (signed, "as declared"),
        (None, None, Some(signed)) => (signed, "from the name"),
        (None, None, None) => {
            let reading = |signed| Ok(record(design, format(signed)?, &a, &b, &product, options.extend));
            let (signed, unsigned) = (reading(true)?, reading(false)?);
            (guess::mean_error(&signed) < guess::mean_error(&unsigned), SMALLER_ERROR)
        }
    };
    let format = format(signed)?;
    let (expected, got) = (usize::from(format.product_width()), product.numbers.len());
    if got != expected && options.extend == Some(ProductExtension::Refuse) {
        return Err(PortError::ProductWidth { expected, got });
    }
    let sign = if signed { "signed" } else { "unsigned" };
    let guessed = if basis == SMALLER_ERROR { "guessed " } else { "" };
    notes.insert(
        0,
        format!("a = {}, b = {}, product = {}; {guessed}{sign} ({basis})", a.text, b.text, product.text),
    );
    if got < expected {
        let with = if extends_sign(options.extend, signed) { "its most significant bit" } else { "zeros" };
        notes.push(format!("the product has {got} bits and was extended to {expected} with {with}"));
    } else if got > expected {
        notes.push(format!("the product has {got} bits, of which the lowest {expected} are used"));
    }
    Ok(BoundDesign {
        netlist: record(design, format, &a, &b, &product, options.extend),
        mapped_cells: mapped_cells(design, format, &a, &b, &product, options.extend),
        ports: [a, b, product].map(|bits| bits.text),
        notes,
    })
}

fn extends_sign(extend: Option<ProductExtension>, signed: bool) -> bool {
    match extend {
        Some(ProductExtension::Sign) => true,
        Some(ProductExtension::Zero) => false,
        Some(ProductExtension::Refuse) | None => signed,
    }
}

fn record(
    design: &Design,
    format: OperandFormat,
    a: &PortBits,
    b: &PortBits,
    product: &PortBits,
    extend: Option<ProductExtension>,
) -> Netlist {
    let mut recorder = Recorder::new(format);
    let operands: Vec<Signal> = recorder.inputs().collect();
    let zero = recorder.constant(false);
    let outputs = design.build(&mut recorder, &inputs(&operands, a, b, zero));
    let bits = product.numbers.iter().map(|&number| outputs[number]).collect();
    recorder.finish(adapted(bits, format, extend, zero))
}

/// Like [`record`], of the library cells that the text holds.
fn mapped_cells(
    design: &Design,
    format: OperandFormat,
    a: &PortBits,
    b: &PortBits,
    product: &PortBits,
    extend: Option<ProductExtension>,
) -> Option<MappedCells> {
    let instances = design.instances.as_ref()?;
    let zero = Signal::Constant(false);
    let operands: Vec<Signal> = (0..a.numbers.len() + b.numbers.len()).map(Signal::Input).collect();
    let bits = product.numbers.iter().map(|&number| instances.driven[number]).collect::<Option<_>>()?;
    let product = adapted(bits, format, extend, zero);
    Some(MappedCells::of(&instances.cells, format, &inputs(&operands, a, b, zero), &product))
}

/// The bits of the operands in the order of the input ports.
fn inputs(operands: &[Signal], a: &PortBits, b: &PortBits, zero: Signal) -> Vec<Signal> {
    // Every input belongs to an operand, so that no constant is left.
    let mut inputs = vec![zero; a.numbers.len() + b.numbers.len()];
    for (&number, &operand) in a.numbers.iter().chain(&b.numbers).zip(operands) {
        inputs[number] = operand;
    }
    inputs
}

/// A product as wide as both operands together.
fn adapted(
    mut bits: Vec<Signal>,
    format: OperandFormat,
    extend: Option<ProductExtension>,
    zero: Signal,
) -> Vec<Signal> {
    let fill = match bits.last() {
        Some(&top) if extends_sign(extend, format.is_signed()) => top,
        _ => zero,
    };
    bits.resize(format.product_width().into(), fill);
    bits
}

#[cfg(test)]
mod tests;
