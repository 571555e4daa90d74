//! Arithmetic over words of bits, the least significant first, as Yosys defines its cells.

use axmul_api::{Gates, OperandFormat, words};

/// `word` cut or extended to `width` bits, with copies of its sign or with zeros.
pub(super) fn extend<G: Gates>(g: &mut G, word: &[G::Bit], width: usize, signed: bool) -> Vec<G::Bit> {
    let zero = g.constant(false);
    let fill = word.last().copied().filter(|_| signed).unwrap_or(zero);
    word.iter().copied().chain(std::iter::repeat(fill)).take(width).collect()
}

/// A balanced tree of one gate; `empty` without bits.
pub(super) fn reduce<G: Gates>(
    g: &mut G,
    word: &[G::Bit],
    empty: bool,
    gate: fn(&mut G, G::Bit, G::Bit) -> G::Bit,
) -> G::Bit {
    let mut bits = word.to_vec();
    while bits.len() > 1 {
        bits = bits.chunks(2).map(|pair| if let &[a, b] = pair { gate(g, a, b) } else { pair[0] }).collect();
    }
    bits.pop().unwrap_or_else(|| g.constant(empty))
}

/// Whether any bit is one.
pub(super) fn any<G: Gates>(g: &mut G, word: &[G::Bit]) -> G::Bit {
    reduce(g, word, false, G::or)
}

pub(super) fn not<G: Gates>(g: &mut G, word: &[G::Bit]) -> Vec<G::Bit> {
    word.iter().map(|&bit| g.not(bit)).collect()
}

/// `-word` modulo 2^width.
pub(super) fn negate<G: Gates>(g: &mut G, word: &[G::Bit]) -> Vec<G::Bit> {
    let one = g.constant(true);
    words::negate_if(g, word, one)
}

/// Sums and carries of two words of one width.
pub(super) fn add<G: Gates>(
    g: &mut G,
    a: &[G::Bit],
    b: &[G::Bit],
    mut carry: G::Bit,
) -> (Vec<G::Bit>, Vec<G::Bit>) {
    let mut add = |(&a, &b)| {
        let (sum, next) = g.full_adder(a, b, carry);
        carry = next;
        (sum, next)
    };
    a.iter().zip(b).map(&mut add).unzip()
}

/// Whether `a < b`; words of one width.
pub(super) fn less<G: Gates>(g: &mut G, a: &[G::Bit], b: &[G::Bit], signed: bool) -> G::Bit {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    // Adding half the range to either makes signed words unsigned.
    if let (true, Some(a), Some(b)) = (signed, a.last_mut(), b.last_mut()) {
        std::mem::swap(a, b);
    }
    let (one, inverted) = (g.constant(true), not(g, &b));
    let (_, carries) = add(g, &a, &inverted, one);
    let carry = carries.last().copied().unwrap_or(one);
    g.not(carry)
}

/// Whether two words of one width are equal.
pub(super) fn equal<G: Gates>(g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> G::Bit {
    let differences: Vec<G::Bit> = a.iter().zip(b).map(|(&a, &b)| g.xor(a, b)).collect();
    let any = any(g, &differences);
    g.not(any)
}

/// The product modulo 2^width.
pub(super) fn multiply<G: Gates>(
    g: &mut G,
    a: &[G::Bit],
    b: &[G::Bit],
    width: usize,
    signed: bool,
) -> Vec<G::Bit> {
    let (a, b) = (&a[..a.len().min(width)], &b[..b.len().min(width)]);
    if a.is_empty() || b.is_empty() {
        return extend(g, &[], width, false);
    }
    // Partial products look at the signedness only.
    let format = if signed { OperandFormat::signed(2, 2) } else { OperandFormat::unsigned(2, 2) };
    let mut columns = words::partial_products(g, format, a, b, |_, _| true);
    columns.truncate(width);
    let product = words::sum_columns(g, columns);
    extend(g, &product, width, signed)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ShiftDirection {
    Left,
    Right,
}

/// `word` moved by the unsigned number `amount`, `fill` moved in; as wide as `word`.
pub(super) fn shift<G: Gates>(
    g: &mut G,
    word: &[G::Bit],
    amount: &[G::Bit],
    direction: ShiftDirection,
    fill: G::Bit,
) -> Vec<G::Bit> {
    let width = word.len();
    let stages = (usize::BITS - width.saturating_sub(1).leading_zeros()) as usize;
    let (stages, beyond) = amount.split_at(amount.len().min(stages));
    let mut shifted = word.to_vec();
    for (stage, &select) in stages.iter().enumerate() {
        let distance = 1 << stage;
        let moved: Vec<G::Bit> = (0..width)
            .map(|at| {
                let from = match direction {
                    ShiftDirection::Left => at.checked_sub(distance),
                    ShiftDirection::Right => Some(at + distance),
                };
                from.and_then(|from| shifted.get(from).copied()).unwrap_or(fill)
            })
            .collect();
        shifted = words::mux(g, select, &moved, &shifted);
    }
    if beyond.is_empty() {
        return shifted;
    }
    let beyond = any(g, beyond);
    words::mux(g, beyond, &vec![fill; width], &shifted)
}
