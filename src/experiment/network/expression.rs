//! Whole numbers in network files: written out, or computed from parameters.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// A whole number, or an expression of numbers, parameters, `+ - * / %` and brackets; `/` rounds down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a whole number, or an expression of parameters such as 2 * width")]
pub enum Expression {
    /// A number.
    Number(i64),
    /// An expression.
    Text(String),
}

/// How deep brackets may lie within each other.
const DEPTH: usize = 32;
/// The longest expression, in bytes.
const LENGTH: usize = 500;

/// Values of parameters by name. Those of a block come before those of the network.
#[derive(Clone, Debug, Default)]
pub struct Scope<'a> {
    /// Parameters of the block, and `index` in a repetition.
    pub own: BTreeMap<&'a str, i64>,
    /// Parameters of the network.
    pub network: Option<&'a BTreeMap<String, i64>>,
}

impl Scope<'_> {
    fn get(&self, name: &str) -> Result<i64, String> {
        let of_network = || self.network.and_then(|all| all.get(name));
        self.own.get(name).or_else(of_network).copied().ok_or_else(|| {
            let known = self.own.keys().copied().chain(self.network.into_iter().flatten().map(|(k, _)| &**k));
            let known: Vec<&str> = known.collect::<BTreeSet<_>>().into_iter().collect();
            if known.is_empty() {
                format!("there is no parameter '{name}', nor any other")
            } else {
                format!("there is no parameter '{name}'; there are {}", known.join(", "))
            }
        })
    }
}

impl Expression {
    /// Its value.
    pub fn value(&self, scope: &Scope<'_>) -> Result<i64, String> {
        let text = match self {
            Self::Number(number) => return Ok(*number),
            Self::Text(text) => text,
        };
        let problem = |problem: String| format!("in the expression '{text}': {problem}");
        if text.len() > LENGTH {
            return Err(format!("an expression of {} characters; expected at most {LENGTH}", text.len()));
        }
        let mut parser = Parser { rest: text, scope };
        let value = parser.sum(0).map_err(problem)?;
        match parser.rest.trim_start() {
            "" => Ok(value),
            rest => Err(problem(format!("expected an operator or the end, got '{rest}'"))),
        }
    }

    /// Its value, if that is at least 0.
    pub fn size(&self, scope: &Scope<'_>) -> Result<usize, String> {
        let value = self.value(scope)?;
        usize::try_from(value).map_err(|_| match self {
            Self::Number(_) => format!("expected a number of at least 0, got {value}"),
            Self::Text(text) => format!("expected a number of at least 0, got {text} = {value}"),
        })
    }
}

/// Puts values into a name such as `layer1.{index}`.
pub fn fill_in(template: &str, scope: &Scope<'_>) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (inside, after) =
            after.split_once('}').ok_or_else(|| format!("the name '{template}' has a {{ without a }}"))?;
        filled.push_str(before);
        filled.push_str(&Expression::Text(inside.to_owned()).value(scope)?.to_string());
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// By recursive descent; every level takes a bracket, and those are counted.
struct Parser<'a> {
    rest: &'a str,
    scope: &'a Scope<'a>,
}

impl Parser<'_> {
    /// Takes one of the given operators, if one is next.
    fn operator(&mut self, of: &str) -> Option<char> {
        let rest = self.rest.trim_start();
        let first = rest.chars().next().filter(|&c| of.contains(c))?;
        self.rest = &rest[first.len_utf8()..];
        Some(first)
    }

    fn sum(&mut self, depth: usize) -> Result<i64, String> {
        let mut value = self.product(depth)?;
        while let Some(operator) = self.operator("+-") {
            let next = self.product(depth)?;
            let result = if operator == '+' { value.checked_add(next) } else { value.checked_sub(next) };
            value = result.ok_or("a value beyond 64 bits")?;
        }
        Ok(value)
    }

    fn product(&mut self, depth: usize) -> Result<i64, String> {
        let mut value = self.operand(depth)?;
        while let Some(operator) = self.operator("*/%") {
            let next = self.operand(depth)?;
            if operator != '*' && next == 0 {
                return Err("a division by 0".into());
            }
            let result = match operator {
                '*' => value.checked_mul(next),
                '/' => value.checked_div_euclid(next),
                _ => value.checked_rem_euclid(next),
            };
            value = result.ok_or("a value beyond 64 bits")?;
        }
        Ok(value)
    }

    fn operand(&mut self, depth: usize) -> Result<i64, String> {
        if self.operator("(").is_some() {
            if depth == DEPTH {
                return Err(format!("more than {DEPTH} brackets within each other"));
            }
            let value = self.sum(depth + 1)?;
            return match self.operator(")") {
                Some(_) => Ok(value),
                None => Err("a ( without a )".into()),
            };
        }
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        self.rest = after;
        match word.as_bytes().first() {
            None if rest.is_empty() => Err("expected a number or a parameter, got the end".into()),
            None => Err(format!("expected a number or a parameter, got '{rest}'")),
            Some(b'0'..=b'9') => word.parse().map_err(|_| format!("'{word}' is no number of 64 bits")),
            Some(_) => self.scope.get(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> Result<i64, String> {
        let network = BTreeMap::from([("width".to_owned(), 16), ("n".to_owned(), 3)]);
        let scope = Scope { own: BTreeMap::from([("n", 5)]), network: Some(&network) };
        Expression::Text(text.into()).value(&scope)
    }

    #[test]
    fn expressions_are_computed() {
        for (text, expected) in [
            ("7", 7),
            ("2 * width", 32),
            ("n - 1", 4),
            ("1 + 2 * 3 - 4", 3),
            ("(1 + 2) * (3 - 1)", 6),
            ("width / n", 3),
            ("width % n", 1),
            ("2 - 1 - 1", 0),
            ("0 - n", -5),
        ] {
            assert_eq!(value(text), Ok(expected), "{text}");
        }
        let scope = Scope { own: BTreeMap::from([("index", 2)]), network: None };
        assert_eq!(fill_in("layer{index + 1}.{index}", &scope).unwrap(), "layer3.2");
        assert_eq!(fill_in("plain", &scope).unwrap(), "plain");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let deep = format!("{}1{}", "(".repeat(40), ")".repeat(40));
        for (text, part) in [
            ("", "got the end"),
            ("2 *", "got the end"),
            ("depth", "no parameter 'depth'; there are n, width"),
            ("1 2", "expected an operator or the end, got '2'"),
            ("(1", "( without a )"),
            ("1 / (n - 5)", "division by 0"),
            ("9999999999 * 9999999999", "64 bits"),
            ("99999999999999999999", "no number"),
            ("3x", "no number"),
            ("$x", "got '$x'"),
            (&deep, "32 brackets"),
            (&"1+".repeat(400), "characters"),
        ] {
            let message = value(text).unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
        }
        let scope = Scope::default();
        assert!(Expression::Number(-1).size(&scope).unwrap_err().contains("at least 0, got -1"));
        assert!(Expression::Text("1 - 3".into()).size(&scope).unwrap_err().contains("1 - 3 = -2"));
        assert!(fill_in("a{b", &scope).unwrap_err().contains("without a }"));
        assert!(fill_in("a{b}", &scope).unwrap_err().contains("no parameter 'b', nor any other"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in "[ 0-9a-z+*/%()é-]{0,60}") {
            let _ = value(&text);
            let _ = fill_in(&text, &Scope::default());
        }

        /// Against the same computation in plain numbers.
        #[test]
        fn sums_and_products_bind_as_everywhere(a in 0i64..1000, b in 0i64..1000, c in 1i64..1000) {
            prop_assert_eq!(value(&format!("{a}+{b}*{c}-{b}/{c}")), Ok(a + b * c - b / c));
            prop_assert_eq!(value(&format!("({a}-{b}) % {c}")), Ok((a - b).rem_euclid(c)));
        }
    }
}
