//! The grammar of Liberty files: groups of attributes, whatever they mean.

use super::LibertyFault;
use axmul_netlist::NetlistErrorKind;

/// The deepest nesting of groups; real files have five.
const MAX_NESTING: usize = 32;

/// A word or the inside of a string, with the byte where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct LibertyText<'a> {
    pub text: &'a str,
    pub at: usize,
}

/// `kind (arguments) { attributes and groups }`.
#[derive(Debug)]
pub(super) struct LibertyGroup<'a> {
    pub kind: LibertyText<'a>,
    pub arguments: Vec<LibertyText<'a>>,
    pub attributes: Vec<LibertyAttribute<'a>>,
    pub groups: Vec<LibertyGroup<'a>>,
}

/// `name : value;` or `name (values);`.
#[derive(Debug)]
pub(super) struct LibertyAttribute<'a> {
    pub name: &'a str,
    pub values: Vec<LibertyText<'a>>,
}

impl<'a> LibertyGroup<'a> {
    /// The values of the first attribute of this name; empty without one.
    pub fn values(&self, name: &str) -> &[LibertyText<'a>] {
        self.attributes.iter().find(|attribute| attribute.name == name).map_or(&[], |found| &found.values)
    }

    /// The only value of an attribute.
    pub fn value(&self, name: &str) -> Option<LibertyText<'a>> {
        self.values(name).first().copied()
    }

    /// Whether an attribute says `true`.
    pub fn says(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| value.text == "true")
    }

    /// The number that an attribute is.
    pub fn number(&self, name: &str) -> Result<Option<f64>, LibertyFault> {
        self.value(name).map(LibertyText::number).transpose()
    }

    /// The groups of one kind.
    pub fn all(&self, kind: &str) -> impl Iterator<Item = &LibertyGroup<'a>> {
        self.groups.iter().filter(move |group| group.kind.text == kind)
    }
}

impl<'a> LibertyText<'a> {
    /// Its words, which spaces, commas and continued lines part.
    pub fn words(self) -> impl Iterator<Item = LibertyText<'a>> {
        let start = self.text.as_ptr() as usize;
        let words = self.text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '\\'));
        words
            .filter(|word| !word.is_empty())
            .map(move |word| LibertyText { text: word, at: self.at + (word.as_ptr() as usize - start) })
    }

    /// The finite number that it is.
    pub fn number(self) -> Result<f64, LibertyFault> {
        let number = self.text.trim().parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| LibertyFault::expected(self.at, "a number", quoted(self.text)))
    }
}

/// The text between quotes, its first forty characters.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("'{}...'", &text[..end]),
        None => format!("'{text}'"),
    }
}

/// The group that a file consists of.
pub(super) fn parse(text: &str) -> Result<LibertyGroup<'_>, LibertyFault> {
    let mut scanner = LibertyScanner { text, at: 0 };
    let mut open: Vec<LibertyGroup> = Vec::new();
    loop {
        scanner.space()?;
        let at = scanner.at;
        match scanner.peek() {
            None => {
                let last = open.last();
                let expected = last.map_or("`library (NAME) {`".to_owned(), |group| {
                    format!("`}}`, which ends the {} that is open", quoted(group.kind.text))
                });
                return Err(LibertyFault::expected(at, expected, "the end of the file"));
            }
            Some(';') => scanner.at += 1,
            Some('}') => {
                let closed = open.pop();
                let Some(closed) = closed else {
                    return Err(LibertyFault::expected(at, "`library (NAME) {`", "'}'"));
                };
                scanner.at += 1;
                match open.last_mut() {
                    Some(parent) => parent.groups.push(closed),
                    None => return scanner.end().map(|()| closed),
                }
            }
            Some(_) => scanner.item(&mut open)?,
        }
    }
}

struct LibertyScanner<'a> {
    text: &'a str,
    /// The next byte, at the beginning of a character.
    at: usize,
}

impl<'a> LibertyScanner<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// What stands here, for messages.
    fn here(&self) -> String {
        match self.rest().lines().next() {
            None => "the end of the file".into(),
            Some(line) => quoted(line.trim_end()),
        }
    }

    /// Moves over the characters that are wanted.
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> LibertyText<'a> {
        let (rest, at) = (self.rest(), self.at);
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += length;
        LibertyText { text: &rest[..length], at }
    }

    /// Moves over spaces, comments and the backslashes that continue a line.
    fn space(&mut self) -> Result<(), LibertyFault> {
        loop {
            self.take(char::is_whitespace);
            let rest = self.rest();
            if let Some(comment) = rest.strip_prefix("/*") {
                let Some(length) = comment.find("*/") else {
                    return Err(LibertyFault::expected(self.at, "a comment with an end, `*/`", "none"));
                };
                self.at += 2 + length + 2;
            } else if rest.starts_with("\\\n") || rest.starts_with("\\\r") {
                self.at += 1;
            } else {
                return Ok(());
            }
        }
    }

    fn end(&mut self) -> Result<(), LibertyFault> {
        self.space()?;
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(LibertyFault::expected(self.at, "nothing after the library", self.here())),
        }
    }

    /// An attribute, or the head of a group.
    fn item(&mut self, open: &mut Vec<LibertyGroup<'a>>) -> Result<(), LibertyFault> {
        let name =
            self.take(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '{' | '}' | ',' | ';' | ':' | '"'));
        if name.text.is_empty() {
            return Err(LibertyFault::expected(name.at, "an attribute, a group or `}`", self.here()));
        }
        self.space()?;
        let values = match self.peek() {
            Some(':') => {
                self.at += 1;
                vec![self.simple_value()?]
            }
            Some('(') => {
                self.at += 1;
                let values = self.list()?;
                self.space()?;
                if self.peek() == Some('{') {
                    if open.len() == MAX_NESTING {
                        let what = format!("groups are nested more than {MAX_NESTING} deep");
                        let problem =
                            NetlistErrorKind::TooLarge { what, limit: format!("{MAX_NESTING} levels") };
                        return Err(LibertyFault { at: name.at, problem });
                    }
                    self.at += 1;
                    let (attributes, groups) = (Vec::new(), Vec::new());
                    open.push(LibertyGroup { kind: name, arguments: values, attributes, groups });
                    return Ok(());
                }
                values
            }
            _ => {
                let expected = format!("`:` or `(` after {}", quoted(name.text));
                return Err(LibertyFault::expected(self.at, expected, self.here()));
            }
        };
        let Some(group) = open.last_mut() else {
            return Err(LibertyFault::expected(name.at, "`library (NAME) {`", quoted(name.text)));
        };
        group.attributes.push(LibertyAttribute { name: name.text, values });
        Ok(())
    }

    /// What stands after a colon: a string, or everything up to the end of the line or of the attribute.
    fn simple_value(&mut self) -> Result<LibertyText<'a>, LibertyFault> {
        self.space()?;
        if self.peek() == Some('"') {
            return self.string();
        }
        let raw = self.take(|c| !matches!(c, ';' | '\n' | '}' | '{'));
        let text = raw.text.split("/*").next().unwrap_or_default();
        // The comment is read again, for it may be longer than the line.
        self.at = raw.at + text.len();
        let text = text.trim_end();
        if text.is_empty() {
            return Err(LibertyFault::expected(raw.at, "a value after `:`", self.here()));
        }
        Ok(LibertyText { text, at: raw.at })
    }

    /// The values up to `)`; commas, spaces or nothing part them.
    fn list(&mut self) -> Result<Vec<LibertyText<'a>>, LibertyFault> {
        let mut values = Vec::new();
        loop {
            self.space()?;
            match self.peek() {
                Some(')') => {
                    self.at += 1;
                    return Ok(values);
                }
                Some(',') => self.at += 1,
                Some('"') => values.push(self.string()?),
                _ => {
                    let word = self.take(|c| {
                        !c.is_whitespace() && !matches!(c, '(' | ')' | '{' | '}' | ',' | ';' | '"')
                    });
                    if word.text.is_empty() {
                        return Err(LibertyFault::expected(self.at, "a value or `)`", self.here()));
                    }
                    values.push(word);
                }
            }
        }
    }

    /// The inside of a string, as it stands there.
    fn string(&mut self) -> Result<LibertyText<'a>, LibertyFault> {
        let inside = &self.rest()[1..];
        let mut escaped = false;
        let end = inside.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let Some(end) = end else {
            return Err(LibertyFault::expected(self.at, "a string with an end, `\"`", "none"));
        };
        let text = LibertyText { text: &inside[..end], at: self.at + 1 };
        self.at += 1 + end + 1;
        Ok(text)
    }
}
