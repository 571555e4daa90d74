//! How wide an expression is by itself, and whether it is signed: IEEE 1364-2005, 5.4 and 5.5.

use super::super::MAX_WIDTH;
use super::super::syntax::{Binary, ExpressionKind, Spot, SystemFunction, VerilogExpression, VerilogSelect};
use super::Elaborator;
use super::scope::{Meaning, VerilogScope, VerilogWord, extent};
use crate::{NetlistError, NetlistErrorKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    /// In bits.
    pub width: usize,
    pub signed: bool,
    /// The width in bits without the padding of numbers that have none written: what a designer would say.
    pub sized: usize,
}

impl Size {
    const BIT: Self = Self { width: 1, signed: false, sized: 1 };

    fn unsigned(width: usize) -> Self {
        Self { width, signed: false, sized: width }
    }

    /// Of an operator whose operands and result are of one size.
    pub fn with(self, other: Self) -> Self {
        Self {
            width: self.width.max(other.width),
            signed: self.signed && other.signed,
            sized: self.sized.max(other.sized),
        }
    }
}

impl<'a> Elaborator<'a> {
    pub(super) fn size(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        expression: &'a VerilogExpression<'a>,
    ) -> Result<Size, NetlistError> {
        let spot = expression.spot;
        self.spend(1, spot)?;
        match &expression.kind {
            ExpressionKind::Number(number) => {
                let sized = if number.sized { number.width } else { number.bits.len() };
                Ok(Size { width: number.width, signed: number.signed, sized })
            }
            ExpressionKind::Name(name, selects) => self.size_of_name(scope, name, selects, spot),
            ExpressionKind::Unary(operator, inner) => {
                if operator.is_reduction() {
                    Ok(Size::BIT)
                } else {
                    self.size(scope, inner)
                }
            }
            ExpressionKind::Chain(first, rest) => match rest.first().map(|(operator, _)| *operator) {
                Some(operator) if operator.is_bit() => Ok(Size::BIT),
                // What stands on the right of these has a size of its own.
                Some(Binary::ShiftLeft | Binary::ShiftRight | Binary::ArithmeticRight | Binary::Power) => {
                    self.size(scope, first)
                }
                _ => {
                    let mut size = self.size(scope, first)?;
                    for (_, term) in rest {
                        size = size.with(self.size(scope, term)?);
                    }
                    Ok(size)
                }
            },
            ExpressionKind::Conditional(arms, last) => {
                let mut size = self.size(scope, last)?;
                for (_, value) in arms {
                    size = size.with(self.size(scope, value)?);
                }
                Ok(size)
            }
            ExpressionKind::Concatenation(parts) => {
                Ok(Size::unsigned(self.joined_width(scope, parts, spot)?))
            }
            ExpressionKind::Replication(count, parts) => {
                let count = self.count(scope, count, "the count of a replication")?;
                let width = self.joined_width(scope, parts, spot)?.saturating_mul(count);
                self.check_width(width, spot)?;
                Ok(Size::unsigned(width))
            }
            ExpressionKind::Call(function, inner) => Ok(match function {
                SystemFunction::Signed => Size { signed: true, ..self.size(scope, inner)? },
                SystemFunction::Unsigned => Size { signed: false, ..self.size(scope, inner)? },
                SystemFunction::Clog2 => Size { width: 32, signed: true, sized: 6 },
            }),
        }
    }

    fn check_width(&self, width: usize, spot: Spot) -> Result<(), NetlistError> {
        if width <= MAX_WIDTH {
            return Ok(());
        }
        Err(self.too_large(format!("this is {width} bits wide"), format!("{MAX_WIDTH} bits"), spot))
    }

    /// The width of the parts of a concatenation together.
    fn joined_width(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        parts: &'a [VerilogExpression<'a>],
        spot: Spot,
    ) -> Result<usize, NetlistError> {
        let mut width = 0usize;
        for part in parts {
            if matches!(&part.kind, ExpressionKind::Number(number) if !number.sized) {
                let problem = NetlistErrorKind::expected(
                    "a number with its width within braces, such as 4'd3",
                    "one without, which would be 32 bits wide",
                );
                return Err(self.error(problem, part.spot));
            }
            width = width.saturating_add(self.size(scope, part)?.width);
        }
        self.check_width(width, spot)?;
        Ok(width)
    }

    /// A constant that is not negative and not above [`MAX_WIDTH`].
    pub(super) fn count(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        expression: &'a VerilogExpression<'a>,
        what: &str,
    ) -> Result<usize, NetlistError> {
        let value = self.integer(scope, expression)?;
        match usize::try_from(value) {
            Ok(count) if count <= MAX_WIDTH => Ok(count),
            Ok(_) => {
                Err(self.too_large(format!("{what} is {value}"), format!("{MAX_WIDTH}"), expression.spot))
            }
            Err(_) => Err(self.error(
                NetlistErrorKind::expected(format!("{what} that is not negative"), format!("{value}")),
                expression.spot,
            )),
        }
    }

    fn size_of_name(
        &mut self,
        scope: &VerilogScope<'_, 'a>,
        name: &'a str,
        selects: &'a [VerilogSelect<'a>],
        spot: Spot,
    ) -> Result<Size, NetlistError> {
        let entry = scope.find(name).ok_or_else(|| self.unknown(name, spot))?;
        let whole = match &entry.meaning {
            Meaning::Net(vector) => {
                let width = vector.range.map_or(1, extent);
                Size { width, signed: vector.signed == Some(true), sized: width }
            }
            Meaning::Constant(word, _) => {
                let width = word.bits.len();
                let sized = if word.sized { width } else { self.needed(word) };
                Size { width, signed: word.signed, sized }
            }
            Meaning::Instance => return Err(self.unknown(name, spot)),
        };
        let is_array = matches!(&entry.meaning, Meaning::Net(vector) if vector.array.is_some());
        match &selects[usize::from(is_array).min(selects.len())..] {
            [] => Ok(whole),
            [VerilogSelect::Bit(_), ..] => Ok(Size::BIT),
            [VerilogSelect::Part(range), ..] => {
                let bounds = (self.integer(scope, &range.first)?, self.integer(scope, &range.last)?);
                let width = extent(bounds);
                self.check_width(width, spot)?;
                Ok(Size::unsigned(width))
            }
            [VerilogSelect::Up(_, width) | VerilogSelect::Down(_, width), ..] => {
                Ok(Size::unsigned(self.count(scope, width, "the width of a part")?))
            }
        }
    }

    pub(super) fn unknown(&self, name: &str, spot: Spot) -> NetlistError {
        let hint = "; declare it before the module ends".to_owned();
        self.error(NetlistErrorKind::Unknown { kind: "net or parameter", name: name.into(), hint }, spot)
    }

    /// The bits that a constant needs.
    fn needed(&self, word: &VerilogWord) -> usize {
        let bits = &word.bits;
        let negative = word.signed && bits.last() == Some(&self.g.one());
        let fill = if negative { self.g.one() } else { self.g.zero() };
        bits.iter().rposition(|&bit| bit != fill).map_or(0, |top| top + 1) + usize::from(negative)
    }
}
