//! Lines of BLIF: comments taken away, continued lines joined, words with their places.

use std::iter::Zip;
use std::ops::RangeFrom;
use std::str::Lines;

/// A word and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlifWord<'a> {
    pub text: &'a str,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
}

/// The lines of a text that hold words.
pub(super) struct WordLines<'a> {
    lines: Zip<RangeFrom<u32>, Lines<'a>>,
}

impl<'a> WordLines<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { lines: (1..).zip(text.lines()) }
    }
}

impl<'a> Iterator for WordLines<'a> {
    type Item = Vec<BlifWord<'a>>;

    fn next(&mut self) -> Option<Vec<BlifWord<'a>>> {
        let mut words = Vec::new();
        for (number, line) in self.lines.by_ref() {
            let line = line.split_once('#').map_or(line, |(line, _)| line).trim_end();
            let (line, continued) = line.strip_suffix('\\').map_or((line, false), |line| (line, true));
            split(line, number, &mut words);
            if !continued && !words.is_empty() {
                return Some(words);
            }
        }
        (!words.is_empty()).then_some(words)
    }
}

fn split<'a>(line: &'a str, number: u32, words: &mut Vec<BlifWord<'a>>) {
    let (mut column, mut start) = (0u32, None);
    for (at, c) in line.char_indices() {
        column = column.saturating_add(1);
        match (c.is_whitespace(), start) {
            (false, None) => start = Some((at, column)),
            (true, Some((from, first))) => {
                words.push(BlifWord { text: &line[from..at], line: number, column: first });
                start = None;
            }
            _ => {}
        }
    }
    if let Some((from, column)) = start {
        words.push(BlifWord { text: &line[from..], line: number, column });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Vec<(&str, u32, u32)>> {
        let mut lines = Vec::new();
        for line in WordLines::new(text) {
            lines.push(line.iter().map(|word| (word.text, word.line, word.column)).collect());
        }
        lines
    }

    #[test]
    fn words_have_places() {
        assert_eq!(
            words("# a comment\n.model  m # another\r\n\n\t.inputs é b\n"),
            [vec![(".model", 2, 1), ("m", 2, 9)], vec![(".inputs", 4, 2), ("é", 4, 10), ("b", 4, 12)]]
        );
    }

    #[test]
    fn lines_go_on_behind_a_backslash() {
        assert_eq!(
            words(".inputs a \\\n  b\\ \nc\n.end"),
            [vec![(".inputs", 1, 1), ("a", 1, 9), ("b", 2, 3), ("c", 3, 1)], vec![(".end", 4, 1)]]
        );
        assert_eq!(words("a \\"), [[("a", 1, 1)]]);
        assert_eq!(words("\\\n\\\n"), Vec::<Vec<(&str, u32, u32)>>::new());
    }
}
