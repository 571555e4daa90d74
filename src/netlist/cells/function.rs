//! The functions of library cells, as `multipliers/cells/functions.yaml` writes them.

use axmul_api::Gates;

/// What one or two outputs of a cell compute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum CellFunction {
    /// `Y = expression`.
    Single(String, CellExpression),
    /// `sum, carry = full_adder(a, b, c)`, or a half adder of two; an output behind `!` is inverted.
    Adder([(String, bool); 2], Vec<CellExpression>),
}

/// A Boolean expression over the pins of a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum CellExpression {
    Constant(bool),
    Pin(String),
    Not(Box<CellExpression>),
    And(Vec<CellExpression>),
    Or(Vec<CellExpression>),
    Xor(Vec<CellExpression>),
    Mux(Box<[CellExpression; 3]>),
}

impl CellFunction {
    /// The functions of a cell, separated by `;`.
    pub fn parse(text: &str) -> Result<Vec<Self>, String> {
        text.split(';').map(|text| Self::parse_one(text.trim())).collect()
    }

    fn parse_one(text: &str) -> Result<Self, String> {
        let (outputs, function) = text.split_once('=').ok_or_else(|| format!("expected '=' in '{text}'"))?;
        let mut parser = CellFunctionParser { rest: function };
        let parsed = match outputs.split_once(',') {
            None => Self::Single(outputs.trim().into(), parser.or()?),
            Some((sum, carry)) => {
                let name = parser.word().ok_or_else(|| format!("expected an adder in '{text}'"))?;
                let inputs = match (name, parser.arguments()?) {
                    ("full_adder", inputs) if inputs.len() == 3 => inputs,
                    ("half_adder", inputs) if inputs.len() == 2 => inputs,
                    _ => return Err(format!("expected full_adder(a, b, c) or half_adder(a, b) in '{text}'")),
                };
                let output = |text: &str| {
                    let text = text.trim();
                    (text.trim_start_matches('!').to_owned(), text.starts_with('!'))
                };
                Self::Adder([output(sum), output(carry)], inputs)
            }
        };
        match parser.rest.trim() {
            "" => Ok(parsed),
            rest => Err(format!("'{rest}' is left over in '{text}'")),
        }
    }

    pub fn outputs(&self) -> impl Iterator<Item = &String> {
        let (single, adder) = match self {
            Self::Single(name, _) => (Some(name), None),
            Self::Adder(names, _) => (None, Some(names.iter().map(|(name, _)| name))),
        };
        single.into_iter().chain(adder.into_iter().flatten())
    }

    pub fn expressions(&self) -> &[CellExpression] {
        match self {
            Self::Single(_, expression) => std::slice::from_ref(expression),
            Self::Adder(_, inputs) => inputs,
        }
    }

    /// The values of [`Self::outputs`].
    pub fn build<G: Gates>(&self, g: &mut G, pin: &dyn Fn(&str) -> G::Bit) -> Vec<G::Bit> {
        match self {
            Self::Single(_, expression) => vec![expression.build(g, pin)],
            Self::Adder(outputs, inputs) => {
                let inputs: Vec<G::Bit> = inputs.iter().map(|input| input.build(g, pin)).collect();
                let (sum, carry) = match inputs[..] {
                    [a, b] => g.half_adder(a, b),
                    [a, b, c] => g.full_adder(a, b, c),
                    _ => unreachable!("adders have two or three inputs"),
                };
                let results = outputs.iter().zip([sum, carry]);
                results.map(|((_, inverted), bit)| if *inverted { g.not(bit) } else { bit }).collect()
            }
        }
    }
}

impl CellExpression {
    /// Calls `found` for every pin in the order of the text.
    pub fn pins<'a>(&'a self, found: &mut dyn FnMut(&'a str)) {
        match self {
            Self::Constant(_) => {}
            Self::Pin(name) => found(name),
            Self::Not(inner) => inner.pins(found),
            Self::And(terms) | Self::Or(terms) | Self::Xor(terms) => {
                terms.iter().for_each(|term| term.pins(found));
            }
            Self::Mux(parts) => parts.iter().for_each(|part| part.pins(found)),
        }
    }

    fn build<G: Gates>(&self, g: &mut G, pin: &dyn Fn(&str) -> G::Bit) -> G::Bit {
        match self {
            Self::Constant(value) => g.constant(*value),
            Self::Pin(name) => pin(name),
            // An inverting gate is one gate: netlists are costed by their gates.
            Self::Not(inner) => match &**inner {
                Self::And(terms) => Self::chain(g, pin, terms, G::and, G::nand),
                Self::Or(terms) => Self::chain(g, pin, terms, G::or, G::nor),
                Self::Xor(terms) => Self::chain(g, pin, terms, G::xor, G::xnor),
                other => {
                    let bit = other.build(g, pin);
                    g.not(bit)
                }
            },
            Self::And(terms) => Self::chain(g, pin, terms, G::and, G::and),
            Self::Or(terms) => Self::chain(g, pin, terms, G::or, G::or),
            Self::Xor(terms) => Self::chain(g, pin, terms, G::xor, G::xor),
            Self::Mux(parts) => {
                let [select, if_one, if_zero] = parts.each_ref().map(|part| part.build(g, pin));
                g.mux(select, if_one, if_zero)
            }
        }
    }

    /// All terms but the last through `gate`, that one through `last`.
    fn chain<G: Gates>(
        g: &mut G,
        pin: &dyn Fn(&str) -> G::Bit,
        terms: &[Self],
        gate: fn(&mut G, G::Bit, G::Bit) -> G::Bit,
        last: fn(&mut G, G::Bit, G::Bit) -> G::Bit,
    ) -> G::Bit {
        let bits: Vec<G::Bit> = terms.iter().map(|term| term.build(g, pin)).collect();
        let (end, start) = bits.split_last().expect("a chain has terms");
        let Some(joined) = start.iter().copied().reduce(|x, y| gate(g, x, y)) else { return *end };
        last(g, joined, *end)
    }
}

/// Recursive descent. The texts are our own, so their depth is no concern.
struct CellFunctionParser<'a> {
    rest: &'a str,
}

impl<'a> CellFunctionParser<'a> {
    fn word(&mut self) -> Option<&'a str> {
        let text = self.rest.trim_start();
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        (!word.is_empty()).then(|| {
            self.rest = rest;
            word
        })
    }

    fn take(&mut self, symbol: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(symbol);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, symbol: char) -> Result<(), String> {
        if self.take(symbol) { Ok(()) } else { Err(format!("expected '{symbol}' before '{}'", self.rest)) }
    }

    fn list(
        &mut self,
        operator: char,
        term: fn(&mut Self) -> Result<CellExpression, String>,
        join: fn(Vec<CellExpression>) -> CellExpression,
    ) -> Result<CellExpression, String> {
        let mut terms = vec![term(self)?];
        while self.take(operator) {
            terms.push(term(self)?);
        }
        Ok(if terms.len() > 1 { join(terms) } else { terms.remove(0) })
    }

    fn or(&mut self) -> Result<CellExpression, String> {
        self.list('|', Self::xor, CellExpression::Or)
    }

    fn xor(&mut self) -> Result<CellExpression, String> {
        self.list('^', Self::and, CellExpression::Xor)
    }

    fn and(&mut self) -> Result<CellExpression, String> {
        self.list('&', Self::unary, CellExpression::And)
    }

    fn unary(&mut self) -> Result<CellExpression, String> {
        if self.take('!') {
            return Ok(CellExpression::Not(Box::new(self.unary()?)));
        }
        if self.take('(') {
            let inner = self.or()?;
            self.expect(')')?;
            return Ok(inner);
        }
        match self.word() {
            Some("0") => Ok(CellExpression::Constant(false)),
            Some("1") => Ok(CellExpression::Constant(true)),
            Some("mux") => {
                let parts = self.arguments()?;
                let parts = parts.try_into().map_err(|_| "mux takes select, if one, if zero".to_owned())?;
                Ok(CellExpression::Mux(Box::new(parts)))
            }
            Some(name) => Ok(CellExpression::Pin(name.into())),
            None => Err(format!("expected a pin before '{}'", self.rest)),
        }
    }

    fn arguments(&mut self) -> Result<Vec<CellExpression>, String> {
        self.expect('(')?;
        let mut arguments = vec![self.or()?];
        while self.take(',') {
            arguments.push(self.or()?);
        }
        self.expect(')')?;
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use axmul_api::Bits;

    use super::*;

    fn value(text: &str, pins: &[(&str, bool)]) -> Vec<bool> {
        let pin = |name: &str| pins.iter().find(|(pin, _)| *pin == name).unwrap().1;
        CellFunction::parse(text)
            .unwrap()
            .iter()
            .flat_map(|function| function.build(&mut Bits, &pin))
            .collect()
    }

    #[test]
    fn operators_bind_as_written() {
        for bits in 0..8 {
            let [a, b, c] = [1, 2, 4].map(|bit| bits & bit != 0);
            let pins = [("A", a), ("B", b), ("C", c)];
            assert_eq!(value("Y = A | B & !C", &pins), [a | (b & !c)]);
            assert_eq!(value("Y = A ^ B & C | A", &pins), [(a ^ (b & c)) | a]);
            assert_eq!(value("Y = !(A | B | C)", &pins), [!(a | b | c)]);
            assert_eq!(value("Y = !(A ^ B ^ C); Z = 1", &pins), [!(a ^ b ^ c), true]);
            assert_eq!(value("Y = mux(A, B, !C)", &pins), [if a { b } else { !c }]);
            let sum = usize::from(a) + usize::from(b) + usize::from(!c);
            assert_eq!(value("S, !CO = full_adder(A, B, !C)", &pins), [sum % 2 == 1, sum < 2]);
            assert_eq!(value("S, CO = half_adder(A, B)", &pins), [a ^ b, a & b]);
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "Y",
            "Y = ",
            "Y = A &",
            "Y = (A",
            "Y = A B",
            "Y = mux(A, B)",
            "S, C = full_adder(A)",
            "S, C = A",
        ] {
            assert!(CellFunction::parse(text).is_err(), "{text}");
        }
    }
}
