//! Liberty's Boolean expressions as tables.
//!
//! `!` and the `'` behind an operand bind closest, then `^`, then `&`, `*` and mere juxtaposition, then `|` and `+`.

use super::super::TruthTable;
use super::syntax::quoted;

/// The deepest nesting of parentheses.
const MAX_NESTING: usize = 64;

/// The table of an expression over named inputs, at most six; or what is wrong with it.
pub(super) fn table(text: &str, inputs: &[&str]) -> Result<TruthTable, String> {
    let mut parser = BooleanParser { text, at: 0, inputs, depth: 0 };
    let bits = parser.sum()?;
    match parser.peek() {
        None => Ok(TruthTable::new(inputs.len(), bits)),
        Some(_) => Err(parser.wrong("an operator or the end")),
    }
}

struct BooleanParser<'a> {
    text: &'a str,
    at: usize,
    inputs: &'a [&'a str],
    depth: usize,
}

/// What may be part of a pin's name.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '[' | ']' | '.' | '$')
}

impl BooleanParser<'_> {
    /// The next character that means something.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        // Quotes around a name, their backslashes and those of continued lines say nothing.
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\\' | '"'));
        self.at = self.text.len() - rest.len();
        rest.chars().next()
    }

    fn wrong(&self, expected: &str) -> String {
        let got = match &self.text[self.at..] {
            "" => "the end".into(),
            rest => quoted(rest),
        };
        format!("function {}: expected {expected}, got {got}", quoted(self.text))
    }

    fn sum(&mut self) -> Result<u64, String> {
        let mut value = self.product()?;
        while let Some('|' | '+') = self.peek() {
            self.at += 1;
            value |= self.product()?;
        }
        Ok(value)
    }

    fn product(&mut self) -> Result<u64, String> {
        let mut value = self.difference()?;
        loop {
            match self.peek() {
                Some('&' | '*') => self.at += 1,
                Some(c) if is_name(c) || matches!(c, '!' | '(') => {}
                _ => return Ok(value),
            }
            value &= self.difference()?;
        }
    }

    fn difference(&mut self) -> Result<u64, String> {
        let mut value = self.operand()?;
        while self.peek() == Some('^') {
            self.at += 1;
            value ^= self.operand()?;
        }
        Ok(value)
    }

    fn operand(&mut self) -> Result<u64, String> {
        let mut inverted = false;
        while self.peek() == Some('!') {
            self.at += 1;
            inverted = !inverted;
        }
        let mut value = match self.peek() {
            Some('(') => {
                if self.depth == MAX_NESTING {
                    return Err(format!("function {}: more than {MAX_NESTING} levels", quoted(self.text)));
                }
                self.depth += 1;
                self.at += 1;
                let value = self.sum()?;
                if self.peek() != Some(')') {
                    return Err(self.wrong("`)`"));
                }
                self.depth -= 1;
                self.at += 1;
                value
            }
            Some(c) if is_name(c) => self.name()?,
            _ => return Err(self.wrong("an input or `(`")),
        };
        while self.peek() == Some('\'') {
            self.at += 1;
            inverted = !inverted;
        }
        if inverted {
            value = !value;
        }
        Ok(value)
    }

    fn name(&mut self) -> Result<u64, String> {
        let rest = &self.text[self.at..];
        let name = &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())];
        let value = match self.inputs.iter().position(|&input| input == name) {
            Some(index) if index < TruthTable::MAX_VARIABLES => {
                TruthTable::variable(TruthTable::MAX_VARIABLES, index).bits()
            }
            _ if name == "0" => 0,
            _ if name == "1" => u64::MAX,
            _ => return Err(self.wrong(&format!("one of the inputs {}", self.inputs.join(", ")))),
        };
        self.at += name.len();
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const INPUTS: [&str; 4] = ["A", "B1", "C[0]", "S"];

    #[test]
    fn operators_bind_as_liberty_says() {
        let [a, b, c, s] = [0, 1, 2, 3].map(|index| TruthTable::variable(4, index).bits());
        for (text, expected) in [
            ("A", a),
            ("!A", !a),
            ("A'", !a),
            ("!!A''", a),
            ("A B1", a & b),
            ("A&B1 * S", a & b & s),
            ("A + B1 | S", a | b | s),
            ("A + B1 S", a | b & s),
            ("A ^ B1 & S", (a ^ b) & s),
            ("A B1 ^ S", a & (b ^ s)),
            ("!A B1'", !a & !b),
            ("!(A B1)' + C[0]", a & b | c),
            ("(A !S) + (B1 S)", a & !s | b & s),
            ("(A)(B1)", a & b),
            ("(((A B1)+(B1 S))+(S A))", a & b | b & s | s & a),
            ("\\\"C[0]\\\" S", c & s),
            ("1", u64::MAX),
            ("0 + A", a),
        ] {
            assert_eq!(table(text, &INPUTS), Ok(TruthTable::new(4, expected)), "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for (text, message) in [
            ("", "function '': expected an input or `(`, got the end"),
            ("A &", "function 'A &': expected an input or `(`, got the end"),
            ("(A", "function '(A': expected `)`, got the end"),
            ("A)", "function 'A)': expected an operator or the end, got ')'"),
            ("A | D", "function 'A | D': expected one of the inputs A, B1, C[0], S, got 'D'"),
            ("A # B1", "function 'A # B1': expected an operator or the end, got '# B1'"),
        ] {
            assert_eq!(table(text, &INPUTS).unwrap_err(), message);
        }
        let deep = "(".repeat(100_000);
        assert!(table(&deep, &INPUTS).unwrap_err().ends_with("more than 64 levels"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[AS01!'()&|^+* \\\\\"\\PC]{0,40}") {
            let _ = table(&text, &INPUTS);
        }
    }
}
