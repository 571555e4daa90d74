//! Expressions as gates.

use axmul_api::{Gates, words};

use super::super::syntax::{Binary, ExpressionKind, SystemFunction, Unary, VerilogExpression, VerilogNumber};
use super::scope::{Meaning, VerilogScope, VerilogWord};
use super::{Elaborator, Folding};
use crate::{Net, NetlistError, NetlistErrorKind};

/// Either a constant or bits that are not.
pub(super) enum SelectIndex {
    Constant(i64),
    Signal(VerilogWord),
}

impl<'a> Elaborator<'a> {
    /// An expression by itself, as wide as it is.
    pub(super) fn value(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        expression: &'a VerilogExpression<'a>,
    ) -> Result<VerilogWord, NetlistError> {
        if let ExpressionKind::Name(name, selects) = &expression.kind
            && selects.is_empty()
            && let Some(Meaning::Constant(word, _)) = scope.find(name).map(|entry| &entry.meaning)
        {
            self.spend(word.bits.len(), expression.spot)?;
            return Ok(word.clone());
        }
        let size = self.size(scope, expression)?;
        let bits = self.build(scope, expression, size.width, size.signed)?;
        Ok(VerilogWord { bits, signed: size.signed, sized: size.sized == size.width })
    }

    /// An expression of constants.
    pub(super) fn constant(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        expression: &'a VerilogExpression<'a>,
    ) -> Result<VerilogWord, NetlistError> {
        let word = self.value(scope, expression)?;
        if word.bits.iter().all(|&bit| self.g.known(bit).is_some()) {
            return Ok(word);
        }
        let problem = NetlistErrorKind::expected("a constant", "an expression that depends on nets");
        Err(self.error(problem, expression.spot))
    }

    /// An expression of constants as a number.
    pub(super) fn integer(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        expression: &'a VerilogExpression<'a>,
    ) -> Result<i64, NetlistError> {
        match self.index(scope, expression)? {
            SelectIndex::Constant(value) => Ok(value),
            SelectIndex::Signal(_) => {
                let problem = NetlistErrorKind::expected("a constant", "an expression that depends on nets");
                Err(self.error(problem, expression.spot))
            }
        }
    }

    /// What stands between brackets.
    pub(super) fn index(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        expression: &'a VerilogExpression<'a>,
    ) -> Result<SelectIndex, NetlistError> {
        /// The most bits of an index, the sign not counted: far beyond any width, far below overflow.
        const BITS: usize = 40;
        if let ExpressionKind::Number(VerilogNumber { bits, width, signed, .. }) = &expression.kind
            && bits.len() <= BITS
            && (!signed || bits.len() < *width)
        {
            let value = bits.iter().rev().fold(0, |value, &bit| value << 1 | i64::from(bit));
            return Ok(SelectIndex::Constant(value));
        }
        let word = self.value(scope, expression)?;
        let known: Option<Vec<bool>> = word.bits.iter().map(|&bit| self.g.known(bit)).collect();
        let Some(mut bits) = known else { return Ok(SelectIndex::Signal(word)) };
        let negative = word.signed && bits.last() == Some(&true);
        let length = bits.iter().rposition(|&bit| bit != negative).map_or(0, |top| top + 1);
        if length > BITS {
            let what = "this number has too many bits";
            return Err(self.too_large(what, format!("{BITS} bits here"), expression.spot));
        }
        bits.truncate(length);
        let start = if negative { -1 } else { 0 };
        Ok(SelectIndex::Constant(bits.iter().rev().fold(start, |value, &bit| value << 1 | i64::from(bit))))
    }

    /// A word as one of `width` bits: extended by its sign, or cut.
    pub(super) fn widened(&self, word: &VerilogWord, width: usize) -> Vec<Net> {
        let fill = match word.bits.last() {
            Some(&top) if word.signed => top,
            _ => self.g.zero(),
        };
        let mut bits = word.bits.clone();
        bits.resize(width, fill);
        bits
    }

    /// An expression computed in `width` bits, which is at least its size, signed or not: as an operand of what
    /// surrounds it.
    pub(super) fn build(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        expression: &'a VerilogExpression<'a>,
        width: usize,
        signed: bool,
    ) -> Result<Vec<Net>, NetlistError> {
        self.spend(width, expression.spot)?;
        let bits = match &expression.kind {
            ExpressionKind::Number(number) => {
                let known = |i: usize| match number.bits.get(i) {
                    Some(true) => self.g.one(),
                    _ => self.g.zero(),
                };
                (0..number.width).map(known).collect()
            }
            ExpressionKind::Name(name, selects) => self.named(scope, name, selects, expression.spot)?,
            ExpressionKind::Unary(operator, inner) => match operator {
                Unary::Plus => return self.build(scope, inner, width, signed),
                Unary::Minus => {
                    let bits = self.build(scope, inner, width, signed)?;
                    let one = self.g.one();
                    return Ok(words::negate_if(&mut self.g, &bits, one));
                }
                Unary::Not => {
                    let bits = self.build(scope, inner, width, signed)?;
                    return Ok(bits.into_iter().map(|bit| self.g.not(bit)).collect());
                }
                _ => {
                    let bits = self.value(scope, inner)?.bits;
                    vec![reduce(&mut self.g, *operator, &bits)]
                }
            },
            ExpressionKind::Chain(first, rest) => return self.chain(scope, first, rest, width, signed),
            ExpressionKind::Conditional(arms, last) => {
                return self.conditional(scope, arms, last, width, signed);
            }
            ExpressionKind::Concatenation(parts) => self.concatenation(scope, parts)?,
            ExpressionKind::Replication(count, parts) => {
                // Its width was found within the limit before.
                self.size(scope, expression)?;
                let count = self.count(scope, count, "the count of a replication")?;
                self.concatenation(scope, parts)?.repeat(count)
            }
            ExpressionKind::Call(SystemFunction::Clog2, argument) => {
                let value = self.integer(scope, argument)?;
                let bits = u64::try_from(value).unwrap_or(0).saturating_sub(1);
                let result = i64::from(u64::BITS - bits.leading_zeros());
                words::constant(&mut self.g, result as u64, 32)
            }
            ExpressionKind::Call(_, argument) => self.value(scope, argument)?.bits,
        };
        // An operand that is not signed makes all around it unsigned, so that `signed` holds for this one too.
        Ok(self.widened(&VerilogWord { bits, signed, sized: true }, width))
    }

    fn concatenation(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        parts: &'a [VerilogExpression<'a>],
    ) -> Result<Vec<Net>, NetlistError> {
        let mut bits = Vec::new();
        for part in parts.iter().rev() {
            bits.extend(self.value(scope, part)?.bits);
        }
        Ok(bits)
    }

    /// Whether any bit of a condition is set.
    fn condition(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        condition: &'a VerilogExpression<'a>,
    ) -> Result<Net, NetlistError> {
        let bits = self.value(scope, condition)?.bits;
        Ok(words::any(&mut self.g, &bits))
    }

    fn conditional(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        arms: &'a [(VerilogExpression<'a>, VerilogExpression<'a>)],
        last: &'a VerilogExpression<'a>,
        width: usize,
        signed: bool,
    ) -> Result<Vec<Net>, NetlistError> {
        let mut open = Vec::new();
        let mut last = last;
        for (condition, value) in arms {
            let holds = self.condition(scope, condition)?;
            match self.g.known(holds) {
                Some(false) => {}
                Some(true) => {
                    last = value;
                    break;
                }
                None => open.push((holds, value)),
            }
        }
        let mut bits = self.build(scope, last, width, signed)?;
        for (holds, value) in open.into_iter().rev() {
            let value = self.build(scope, value, width, signed)?;
            bits = words::mux(&mut self.g, holds, &value, &bits);
        }
        Ok(bits)
    }

    fn chain(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        first: &'a VerilogExpression<'a>,
        rest: &'a [(Binary, VerilogExpression<'a>)],
        width: usize,
        signed: bool,
    ) -> Result<Vec<Net>, NetlistError> {
        let Some((operator, _)) = rest.first() else { return self.build(scope, first, width, signed) };
        match operator {
            Binary::LogicalAnd | Binary::LogicalOr => {
                let mut result = self.condition(scope, first)?;
                for (operator, term) in rest {
                    let term = self.condition(scope, term)?;
                    let and = *operator == Binary::LogicalAnd;
                    result = if and { self.g.and(result, term) } else { self.g.or(result, term) };
                }
                Ok(self.bit(result, width))
            }
            operator if operator.is_bit() => {
                let result = self.comparisons(scope, first, rest)?;
                Ok(self.bit(result, width))
            }
            _ => {
                let mut left = self.build(scope, first, width, signed)?;
                for (operator, term) in rest {
                    left = self.operation(scope, left, *operator, term, signed)?;
                }
                Ok(left)
            }
        }
    }

    /// One bit as an unsigned word.
    fn bit(&self, bit: Net, width: usize) -> Vec<Net> {
        let mut bits = vec![bit];
        bits.resize(width, self.g.zero());
        bits
    }

    /// `a < b`, or `a < b < c`, which compares the result of the first with c.
    fn comparisons(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        first: &'a VerilogExpression<'a>,
        rest: &'a [(Binary, VerilogExpression<'a>)],
    ) -> Result<Net, NetlistError> {
        let mut result = None;
        let mut size = self.size(scope, first)?;
        for (operator, term) in rest {
            let both = size.with(self.size(scope, term)?);
            let left = match result {
                None => self.build(scope, first, both.width, both.signed)?,
                Some(bit) => self.bit(bit, both.width),
            };
            let right = self.build(scope, term, both.width, both.signed)?;
            result = Some(super::arithmetic::compare(&mut self.g, *operator, &left, &right, both.signed));
            size = super::size::Size { width: 1, signed: false, sized: 1 };
        }
        Ok(result.unwrap_or(self.g.zero()))
    }
}

fn reduce(g: &mut Folding, operator: Unary, bits: &[Net]) -> Net {
    let join = |g: &mut Folding, gate: fn(&mut Folding, Net, Net) -> Net, empty: bool| {
        let start = g.constant(empty);
        bits.iter().fold(start, |x, &y| gate(g, x, y))
    };
    match operator {
        Unary::ReduceAnd => join(g, Folding::and, true),
        Unary::ReduceNand => {
            let and = join(g, Folding::and, true);
            g.not(and)
        }
        Unary::ReduceOr => join(g, Folding::or, false),
        Unary::ReduceXor => join(g, Folding::xor, false),
        Unary::ReduceXnor => {
            let xor = join(g, Folding::xor, false);
            g.not(xor)
        }
        _ => {
            let or = join(g, Folding::or, false);
            g.not(or)
        }
    }
}
