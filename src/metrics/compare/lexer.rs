//! The words of a threshold expression.

use super::UnknownField;

/// A comparison of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

impl Comparison {
    /// Whether it holds between two numbers.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Equal => left == right,
            Self::NotEqual => left != right,
        }
    }
}

/// Why text is no threshold expression, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {position} of '{expression}': {problem}")]
pub struct ThresholdError {
    /// The whole expression.
    pub expression: String,
    /// The character, counted from 1, at which the problem lies; one past the end where something is missing.
    pub position: usize,
    /// What is wrong there.
    pub problem: ThresholdProblem,
}

/// What is wrong with a threshold expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThresholdProblem {
    /// A character that starts no word.
    #[error("unexpected character '{0}'")]
    Character(char),
    /// A single `=`, `&` or `|`.
    #[error("'{0}' is no operator; write '{0}{0}'")]
    Single(char),
    /// Digits that are no number.
    #[error("'{0}' is not a number")]
    Number(String),
    /// A word that names no figure.
    #[error("{0}")]
    Field(#[from] UnknownField),
    /// Another word than expected.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What could stand here.
        expected: &'static str,
        /// What stands here.
        found: String,
    },
    /// Parentheses within parentheses beyond reason.
    #[error("parentheses are nested more than {0} deep")]
    TooDeep(usize),
}

/// One word of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ThresholdToken {
    Number(f64),
    Word(String),
    Comparison(Comparison),
    And,
    Or,
    Open,
    Close,
    End,
}

impl ThresholdToken {
    /// How an error message calls it.
    pub fn describe(&self) -> String {
        match self {
            Self::Number(value) => format!("'{value}'"),
            Self::Word(word) => format!("'{word}'"),
            Self::Comparison(_) => "another comparison".into(),
            Self::And => "'&&'".into(),
            Self::Or => "'||'".into(),
            Self::Open => "'('".into(),
            Self::Close => "')'".into(),
            Self::End => "the end".into(),
        }
    }
}

/// Splits text into words, each with the position of its first character, counted from 1; the last is
/// [`ThresholdToken::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, ThresholdToken)>, (usize, ThresholdProblem)> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let next = characters.get(at + 1).copied();
        let position = at + 1;
        let (length, token) = match (character, next) {
            (c, _) if c.is_whitespace() => {
                at += 1;
                continue;
            }
            ('>', Some('=')) => (2, ThresholdToken::Comparison(Comparison::GreaterOrEqual)),
            ('>', _) => (1, ThresholdToken::Comparison(Comparison::Greater)),
            ('<', Some('=')) => (2, ThresholdToken::Comparison(Comparison::LessOrEqual)),
            ('<', _) => (1, ThresholdToken::Comparison(Comparison::Less)),
            ('=', Some('=')) => (2, ThresholdToken::Comparison(Comparison::Equal)),
            ('!', Some('=')) => (2, ThresholdToken::Comparison(Comparison::NotEqual)),
            ('&', Some('&')) => (2, ThresholdToken::And),
            ('|', Some('|')) => (2, ThresholdToken::Or),
            ('=' | '&' | '|', _) => return Err((position, ThresholdProblem::Single(character))),
            ('(', _) => (1, ThresholdToken::Open),
            (')', _) => (1, ThresholdToken::Close),
            (c, _) if c.is_ascii_alphabetic() || c == '_' => {
                let word = run(&characters[at..], |_, c| c.is_ascii_alphanumeric() || c == '_');
                (word.len(), ThresholdToken::Word(word))
            }
            (c, _) if c.is_ascii_digit() || ".+-".contains(c) => {
                // A sign may only open the number or its exponent.
                let part = |before: Option<char>, c: char| {
                    c.is_ascii_alphanumeric()
                        || c == '.'
                        || ("+-".contains(c) && matches!(before, None | Some('e' | 'E')))
                };
                let digits = run(&characters[at..], part);
                match digits.parse::<f64>() {
                    Ok(value) if value.is_finite() => (digits.len(), ThresholdToken::Number(value)),
                    _ => return Err((position, ThresholdProblem::Number(digits))),
                }
            }
            (c, _) => return Err((position, ThresholdProblem::Character(c))),
        };
        tokens.push((position, token));
        at += length;
    }
    tokens.push((characters.len() + 1, ThresholdToken::End));
    Ok(tokens)
}

/// The longest start of `characters` in which every one fits, given the one before it. All are ASCII.
fn run(characters: &[char], fits: impl Fn(Option<char>, char) -> bool) -> String {
    let mut before = None;
    characters
        .iter()
        .take_while(|&&c| {
            let fits = fits(before, c);
            before = Some(c);
            fits
        })
        .collect()
}
