//! Bits and parts of nets.

use std::ops::Range;

use axmul_api::{Gates, words};

use super::super::MAX_WIDTH;
use super::super::syntax::{Spot, VerilogExpression, VerilogSelect};
use super::arithmetic::shift_right;
use super::expression::SelectIndex;
use super::scope::{Meaning, NetVector, VerilogScope, VerilogWord, extent, position};
use super::{Elaborator, Folding};
use crate::{Net, NetlistError, NetlistErrorKind};

/// Where a part lies in its vector.
enum SelectPart {
    Fixed(Range<usize>),
    /// So many bits from the position that a signed word says, which may lie outside.
    Moving(Vec<Net>, usize),
}

impl<'a> Elaborator<'a> {
    /// The bits that a name with selects stands for.
    pub(super) fn named(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        name: &'a str,
        selects: &'a [VerilogSelect<'a>],
        spot: Spot,
    ) -> Result<Vec<Net>, NetlistError> {
        let entry = scope.find(name).ok_or_else(|| self.unknown(name, spot))?;
        let (bits, range, array) = match &entry.meaning {
            Meaning::Net(vector) => (&vector.bits, vector.range, vector.array),
            Meaning::Constant(word, range) => (&word.bits, Some(*range), None),
            Meaning::Instance => return Err(self.unknown(name, spot)),
        };
        let Some(array) = array else { return self.selected(scope, name, bits, range, selects, spot) };
        let (index, rest) = self.element_index(name, selects, spot)?;
        let width = range.map_or(1, extent);
        match self.bit_part(scope, name, array, index)? {
            SelectPart::Fixed(element) => {
                let bits = &bits[element.start * width..element.end * width];
                self.selected(scope, name, bits, range, rest, spot)
            }
            SelectPart::Moving(position, _) => {
                self.spend(bits.len(), spot)?;
                let element = pick(&mut self.g, bits, width, &position);
                self.selected(scope, name, &element, range, rest, spot)
            }
        }
    }

    /// Where the bits lie that a name with selects stands for, where that is fixed: what can be driven.
    pub(super) fn fixed_selects(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        name: &'a str,
        vector: &NetVector,
        selects: &'a [VerilogSelect<'a>],
        spot: Spot,
    ) -> Result<Range<usize>, NetlistError> {
        let mut start = 0;
        let mut rest = selects;
        let width = vector.range.map_or(1, extent);
        if let Some(array) = vector.array {
            let (index, after) = self.element_index(name, selects, spot)?;
            rest = after;
            match self.bit_part(scope, name, array, index)? {
                SelectPart::Fixed(element) => start = element.start * width,
                SelectPart::Moving(..) => return Err(self.moving_target(spot)),
            }
        }
        match self.part(scope, name, vector.range, rest, spot)? {
            None => Ok(start..start + width),
            Some(SelectPart::Fixed(part)) => Ok(start + part.start..start + part.end),
            Some(SelectPart::Moving(..)) => Err(self.moving_target(spot)),
        }
    }

    fn moving_target(&self, spot: Spot) -> NetlistError {
        let advice = "write it with ?: for each bit that is driven";
        self.error(NetlistErrorKind::unsupported("driving the bit that a signal chooses", advice), spot)
    }

    /// The index of an array's element, and the selects behind it.
    fn element_index(
        &self,
        name: &str,
        selects: &'a [VerilogSelect<'a>],
        spot: Spot,
    ) -> Result<(&'a VerilogExpression<'a>, &'a [VerilogSelect<'a>]), NetlistError> {
        match selects {
            [VerilogSelect::Bit(index), rest @ ..] => Ok((index, rest)),
            _ => {
                let expected = format!("an index, for '{name}' is an array");
                Err(self.error(NetlistErrorKind::expected(expected, "none"), spot))
            }
        }
    }

    fn selected(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        name: &str,
        bits: &[Net],
        range: Option<(i64, i64)>,
        selects: &'a [VerilogSelect<'a>],
        spot: Spot,
    ) -> Result<Vec<Net>, NetlistError> {
        match self.part(scope, name, range, selects, spot)? {
            None => Ok(bits.to_vec()),
            Some(SelectPart::Fixed(part)) => Ok(bits[part].to_vec()),
            Some(SelectPart::Moving(position, 1)) => {
                self.spend(bits.len(), spot)?;
                Ok(pick(&mut self.g, bits, 1, &position))
            }
            Some(SelectPart::Moving(position, width)) => {
                self.spend(bits.len() + width, spot)?;
                Ok(self.moving(bits, &position, width))
            }
        }
    }

    /// `width` bits from a position that may lie outside; what lies outside is 0.
    fn moving(&mut self, bits: &[Net], position: &[Net], width: usize) -> Vec<Net> {
        // With width - 1 zeros below the vector, every part that touches it starts at zero or above.
        let below = width - 1;
        let zero = self.g.zero();
        let padded: Vec<Net> = std::iter::repeat_n(zero, below).chain(bits.iter().copied()).collect();
        let position = VerilogWord { bits: position.to_vec(), signed: true, sized: true };
        let mut offset = self.offset(&position, false, below as i64);
        // The sign stands above all bits that count, so that a negative offset shifts everything out.
        if let Some(&sign) = offset.last() {
            offset.resize(offset.len().max(usize::BITS as usize), sign);
        }
        let mut shifted = shift_right(&mut self.g, &padded, &offset, zero);
        shifted.resize(width, zero);
        shifted
    }

    /// `constant + word`, or `constant - word`, as a signed word in which nothing overflows.
    fn offset(&mut self, word: &VerilogWord, negate: bool, constant: i64) -> Vec<Net> {
        let needed = 65 - constant.unsigned_abs().leading_zeros() as usize;
        let width = word.bits.len().max(needed) + 2;
        let mut bits = self.widened(word, width);
        let g = &mut self.g;
        if negate {
            bits.iter_mut().for_each(|bit| *bit = g.not(*bit));
        }
        let constant: Vec<Net> = (0..width).map(|i| g.constant(constant >> i.min(63) & 1 == 1)).collect();
        let carry = g.constant(negate);
        let mut sum = words::add(g, &constant, &bits, carry);
        sum.truncate(width);
        sum
    }

    /// Where an index lies in a range.
    fn bit_part(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        name: &str,
        range: (i64, i64),
        index: &'a VerilogExpression<'a>,
    ) -> Result<SelectPart, NetlistError> {
        let (first, last) = range;
        match self.index(scope, index)? {
            SelectIndex::Constant(value) => match position(range, value) {
                Some(at) => Ok(SelectPart::Fixed(at..at + 1)),
                None => Err(self.outside(name, format!("[{value}]"), range, index.spot)),
            },
            SelectIndex::Signal(word) if first >= last => {
                Ok(SelectPart::Moving(self.offset(&word, false, -last), 1))
            }
            SelectIndex::Signal(word) => Ok(SelectPart::Moving(self.offset(&word, true, last), 1)),
        }
    }

    fn outside(&self, name: &str, index: String, (first, last): (i64, i64), spot: Spot) -> NetlistError {
        let message = format!("{name}{index} is out of range: '{name}' has [{first}:{last}]");
        self.error(NetlistErrorKind::Other(message), spot)
    }

    /// Where the selects of a vector lead; `None` where there are none.
    fn part(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        name: &str,
        range: Option<(i64, i64)>,
        selects: &'a [VerilogSelect<'a>],
        spot: Spot,
    ) -> Result<Option<SelectPart>, NetlistError> {
        let [select, rest @ ..] = selects else { return Ok(None) };
        let Some(range @ (first, last)) = range else {
            let expected = format!("'{name}' without an index, for it is one bit");
            return Err(self.error(NetlistErrorKind::expected(expected, "an index"), spot));
        };
        if !rest.is_empty() {
            let advice = "join the selects into one, or name the part with a wire";
            return Err(self.error(NetlistErrorKind::unsupported("a select of a select", advice), spot));
        }
        let descending = first >= last;
        let (base, width, up) = match select {
            VerilogSelect::Bit(index) => return self.bit_part(scope, name, range, index).map(Some),
            VerilogSelect::Part(part) => {
                let (high, low) = (self.integer(scope, &part.first)?, self.integer(scope, &part.last)?);
                let outside = || self.outside(name, format!("[{high}:{low}]"), range, part.first.spot);
                let top = position(range, high).ok_or_else(outside)?;
                let bottom = position(range, low).ok_or_else(outside)?;
                if top < bottom {
                    let expected = format!("[{low}:{high}], in the order of '{name}[{first}:{last}]'");
                    let problem = NetlistErrorKind::expected(expected, format!("[{high}:{low}]"));
                    return Err(self.error(problem, part.first.spot));
                }
                return Ok(Some(SelectPart::Fixed(bottom..top + 1)));
            }
            VerilogSelect::Up(base, width) => (base, width, true),
            VerilogSelect::Down(base, width) => (base, width, false),
        };
        let count = self.count(scope, width, "the width of a part")?;
        if count == 0 || count > MAX_WIDTH {
            let problem = NetlistErrorKind::expected("a part of at least one bit", format!("{count}"));
            return Err(self.error(problem, width.spot));
        }
        // How far the index of its least significant bit is from the base.
        let distance = match (descending, up) {
            (true, true) | (false, false) => 0,
            (true, false) => 1 - count as i64,
            (false, true) => count as i64 - 1,
        };
        match self.index(scope, base)? {
            SelectIndex::Constant(value) => {
                let start = position(range, value + distance);
                let inside = start.filter(|start| start + count <= extent(range));
                let outside = || {
                    let sign = if up { '+' } else { '-' };
                    self.outside(name, format!("[{value} {sign}: {count}]"), range, base.spot)
                };
                let start = inside.ok_or_else(outside)?;
                Ok(Some(SelectPart::Fixed(start..start + count)))
            }
            SelectIndex::Signal(word) if descending => {
                Ok(Some(SelectPart::Moving(self.offset(&word, false, distance - last), count)))
            }
            SelectIndex::Signal(word) => {
                Ok(Some(SelectPart::Moving(self.offset(&word, true, last - distance), count)))
            }
        }
    }
}

/// The element of `width` bits at a position, a signed word; 0 where there is none.
fn pick(g: &mut Folding, elements: &[Net], width: usize, position: &[Net]) -> Vec<Net> {
    let zero = g.zero();
    let mut level = elements.to_vec();
    let mut bits = position.iter();
    while level.len() > width {
        let Some(&bit) = bits.next() else { break };
        level = level
            .chunks(2 * width)
            .flat_map(|pair| {
                let (low, high) = pair.split_at(width);
                let high = |i: usize| high.get(i).copied().unwrap_or(zero);
                (0..width).map(|i| g.mux(bit, high(i), low[i])).collect::<Vec<_>>()
            })
            .collect();
    }
    // The sign among them, even where it chose already.
    let rest: Vec<Net> = bits.chain(position.last()).copied().collect();
    let outside = words::any(g, &rest);
    level.truncate(width);
    level.into_iter().map(|bit| g.mux(outside, zero, bit)).collect()
}
