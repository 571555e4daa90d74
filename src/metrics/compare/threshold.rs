//! Expressions that say which multipliers do not meet what was asked.

use std::str::FromStr;

use super::lexer::{ThresholdToken, tokens};
use super::{Comparison, ComparisonRow, Field, ThresholdError, ThresholdProblem, UnknownField};

/// A condition on the figures of a row, such as `mae_pct > 0.5 && (power_mw >= 0.4 || wce > 1e3)`: comparisons
/// (`>`, `>=`, `<`, `<=`, `==`, `!=`) of figures and numbers, joined by `&&`, which binds closer, and `||`.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    expression: String,
    root: ThresholdNode,
}

/// Whether a condition holds for a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThresholdOutcome {
    /// It holds.
    Holds,
    /// It does not.
    DoesNotHold,
    /// It depends on figures that are unknown: these.
    Unknown(Vec<Field>),
}

#[derive(Clone, Debug, PartialEq)]
enum ThresholdNode {
    Compare(ThresholdOperand, Comparison, ThresholdOperand),
    And(Vec<ThresholdNode>),
    Or(Vec<ThresholdNode>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum ThresholdOperand {
    Number(f64),
    Field(Field),
}

impl ThresholdOperand {
    fn value(self, row: &ComparisonRow) -> Result<f64, Field> {
        match self {
            Self::Number(value) => Ok(value),
            Self::Field(field) => field.of(row).ok_or(field),
        }
    }
}

impl Threshold {
    /// The text it was parsed from.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The figures that it looks at, each once, in the order of the text.
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        self.root.collect_fields(&mut fields);
        fields
    }

    /// Evaluates the condition with the logic of Kleene: what does not depend on an unknown figure is known.
    pub fn evaluate(&self, row: &ComparisonRow) -> ThresholdOutcome {
        let mut unknown = Vec::new();
        match self.root.evaluate(row, &mut unknown) {
            Some(true) => ThresholdOutcome::Holds,
            Some(false) => ThresholdOutcome::DoesNotHold,
            None => ThresholdOutcome::Unknown(unknown),
        }
    }
}

impl ThresholdNode {
    fn collect_fields(&self, fields: &mut Vec<Field>) {
        match self {
            Self::Compare(left, _, right) => {
                for operand in [left, right] {
                    if let ThresholdOperand::Field(field) = operand
                        && !fields.contains(field)
                    {
                        fields.push(*field);
                    }
                }
            }
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().for_each(|node| node.collect_fields(fields)),
        }
    }

    /// `None` where unknown, and then why.
    fn evaluate(&self, row: &ComparisonRow, unknown: &mut Vec<Field>) -> Option<bool> {
        let (nodes, decisive) = match self {
            Self::Compare(left, comparison, right) => {
                let (left, right) = (left.value(row), right.value(row));
                for missing in [left, right].into_iter().filter_map(Result::err) {
                    if !unknown.contains(&missing) {
                        unknown.push(missing);
                    }
                }
                return Some(comparison.holds(left.ok()?, right.ok()?));
            }
            Self::And(nodes) => (nodes, false),
            Self::Or(nodes) => (nodes, true),
        };
        let values: Vec<Option<bool>> = nodes.iter().map(|node| node.evaluate(row, unknown)).collect();
        if values.contains(&Some(decisive)) {
            return Some(decisive);
        }
        if values.contains(&None) { None } else { Some(!decisive) }
    }
}

impl FromStr for Threshold {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, ThresholdError> {
        let parse = || {
            let mut parser = ThresholdParser { tokens: tokens(text)?, next: 0, depth: 0 };
            let root = parser.any()?;
            match parser.take() {
                (_, ThresholdToken::End) => Ok(root),
                (position, token) => Err(expected(position, "'&&', '||' or the end", &token)),
            }
        };
        let expression = text.to_owned();
        match parse() {
            Ok(root) => Ok(Self { expression, root }),
            Err((position, problem)) => Err(ThresholdError { expression, position, problem }),
        }
    }
}

type Parsed<T> = Result<T, (usize, ThresholdProblem)>;

fn expected(position: usize, expected: &'static str, found: &ThresholdToken) -> (usize, ThresholdProblem) {
    (position, ThresholdProblem::Expected { expected, found: found.describe() })
}

struct ThresholdParser {
    tokens: Vec<(usize, ThresholdToken)>,
    next: usize,
    depth: usize,
}

impl ThresholdParser {
    /// The parser recurses on parentheses; deeper nesting is refused before the stack is.
    const DEPTH: usize = 50;

    fn peek(&self) -> &ThresholdToken {
        &self.tokens[self.next].1
    }

    /// The next token; [`ThresholdToken::End`] for ever at the end.
    fn take(&mut self) -> (usize, ThresholdToken) {
        let token = self.tokens[self.next].clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn any(&mut self) -> Parsed<ThresholdNode> {
        self.chain(ThresholdToken::Or, Self::all, ThresholdNode::Or)
    }

    fn all(&mut self) -> Parsed<ThresholdNode> {
        self.chain(ThresholdToken::And, Self::term, ThresholdNode::And)
    }

    fn chain(
        &mut self,
        separator: ThresholdToken,
        part: fn(&mut Self) -> Parsed<ThresholdNode>,
        join: fn(Vec<ThresholdNode>) -> ThresholdNode,
    ) -> Parsed<ThresholdNode> {
        let mut parts = vec![part(self)?];
        while *self.peek() == separator {
            self.take();
            parts.push(part(self)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { join(parts) })
    }

    fn term(&mut self) -> Parsed<ThresholdNode> {
        if *self.peek() == ThresholdToken::Open {
            let (position, _) = self.take();
            if self.depth == Self::DEPTH {
                return Err((position, ThresholdProblem::TooDeep(Self::DEPTH)));
            }
            self.depth += 1;
            let inner = self.any()?;
            self.depth -= 1;
            return match self.take() {
                (_, ThresholdToken::Close) => Ok(inner),
                (position, token) => Err(expected(position, "'&&', '||' or ')'", &token)),
            };
        }
        let left = self.operand()?;
        let comparison = match self.take() {
            (_, ThresholdToken::Comparison(comparison)) => comparison,
            (position, token) => {
                return Err(expected(position, "a comparison (> >= < <= == !=)", &token));
            }
        };
        Ok(ThresholdNode::Compare(left, comparison, self.operand()?))
    }

    fn operand(&mut self) -> Parsed<ThresholdOperand> {
        match self.take() {
            (_, ThresholdToken::Number(value)) => Ok(ThresholdOperand::Number(value)),
            (position, ThresholdToken::Word(word)) => word
                .parse()
                .map(ThresholdOperand::Field)
                .map_err(|unknown: UnknownField| (position, ThresholdProblem::Field(unknown))),
            (position, token) => Err(expected(position, "a field or a number", &token)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::compare::testing::row;

    fn evaluate(expression: &str) -> ThresholdOutcome {
        // mae 2, power unknown.
        expression.parse::<Threshold>().unwrap().evaluate(&row("m", 2.0, None, "lab"))
    }

    #[test]
    fn comparisons_compare() {
        for (expression, holds) in [
            ("mae > 2", false),
            ("mae >= 2", true),
            ("mae < 2", false),
            ("mae <= 2.0e0", true),
            ("mae == 2", true),
            ("mae!=2", false),
            ("-1.5<mae", true),
            ("mae > wce", true),
            ("1 > 2", false),
        ] {
            assert_eq!(evaluate(expression) == ThresholdOutcome::Holds, holds, "{expression}");
        }
    }

    #[test]
    fn conjunction_binds_closer_and_parentheses_closest() {
        assert_eq!(evaluate("mae == 2 || mae == 3 && mae == 4"), ThresholdOutcome::Holds);
        assert_eq!(evaluate("(mae == 2 || mae == 3) && mae == 4"), ThresholdOutcome::DoesNotHold);
    }

    #[test]
    fn the_unknown_stays_unknown_only_where_it_matters() {
        let unknown = ThresholdOutcome::Unknown(vec![Field::PowerMw]);
        assert_eq!(evaluate("power_mw > 1"), unknown);
        assert_eq!(evaluate("power_mw > 1 && power_mw < 2 && mae == 2"), unknown);
        assert_eq!(evaluate("power_mw > 1 || mae == 2"), ThresholdOutcome::Holds);
        assert_eq!(evaluate("power_mw > 1 && mae == 3"), ThresholdOutcome::DoesNotHold);
    }

    #[test]
    fn fields_are_named_once() {
        let threshold: Threshold = "mae > 1 || (wce > mae && 1 < power_mw)".parse().unwrap();
        assert_eq!(threshold.fields(), [Field::Mae, Field::Wce, Field::PowerMw]);
    }

    #[test]
    fn errors_say_where_and_what() {
        let message = |text: &str| text.parse::<Threshold>().unwrap_err().to_string();
        for (text, expected) in [
            ("", "at character 1 of '': expected a field or a number, found the end"),
            ("mae", "at character 4 of 'mae': expected a comparison (> >= < <= == !=), found the end"),
            (
                "mae > > 1",
                "at character 7 of 'mae > > 1': expected a field or a number, found another comparison",
            ),
            ("mae = 1", "at character 5 of 'mae = 1': '=' is no operator; write '=='"),
            ("mae > 1 & wce > 1", "at character 9 of 'mae > 1 & wce > 1': '&' is no operator; write '&&'"),
            ("mae > 1.2.3", "at character 7 of 'mae > 1.2.3': '1.2.3' is not a number"),
            ("mae > 1e999", "at character 7 of 'mae > 1e999': '1e999' is not a number"),
            ("mae > 0.5%", "at character 10 of 'mae > 0.5%': unexpected character '%'"),
            ("µ > 1", "at character 1 of 'µ > 1': unexpected character 'µ'"),
            ("(mae > 1", "at character 9 of '(mae > 1': expected '&&', '||' or ')', found the end"),
            ("mae > 1)", "at character 8 of 'mae > 1)': expected '&&', '||' or the end, found ')'"),
            (
                "1 < mae < 2",
                "at character 9 of '1 < mae < 2': expected '&&', '||' or the end, found another comparison",
            ),
        ] {
            assert_eq!(message(text), expected);
        }
        assert!(message("mea > 1").starts_with(
            "at character 1 of 'mea > 1': no field 'mea'; did you mean 'mae'? There are: width_a"
        ));
        let deep = "(".repeat(10_000);
        assert!(message(&deep).ends_with("parentheses are nested more than 50 deep"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = text.parse::<Threshold>();
        }

        #[test]
        fn no_heap_of_words_panics(words in prop::collection::vec(
            prop::sample::select(vec!["mae", "power_mw", "1", "-.5e3", "(", ")", "&&", "||", ">", "==", "e", "1e"]), 0..20,
        )) {
            if let Ok(threshold) = words.join(" ").parse::<Threshold>() {
                threshold.evaluate(&row("m", 1.0, None, "lab"));
            }
        }
    }
}
