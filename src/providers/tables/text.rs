//! Text: one line for each value of a, one integer for each value of b.

use super::{ContentMismatch, GridIndexing, ProductGrid};

pub(super) fn parse(bytes: &[u8]) -> Result<ProductGrid, ContentMismatch> {
    let text = as_text(bytes)?;
    let mut products = Vec::new();
    let (mut rows, mut columns) = (0, 0);
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let before = products.len();
        for (column, word) in words(line).enumerate() {
            products.push(word.parse::<i64>().map_err(|_| {
                ContentMismatch::new(
                    "an integer",
                    format!("'{}' in line {}, column {}", short(word), number + 1, column + 1),
                )
            })?);
        }
        let width = products.len() - before;
        if rows > 0 && width != columns {
            return Err(ContentMismatch::new(
                format!("{columns} numbers a line, as in the first one"),
                format!("{width} in line {}", number + 1),
            ));
        }
        (rows, columns) = (rows + 1, width);
    }
    if rows == 0 {
        return Err(ContentMismatch::new("2^n lines of 2^m integers", "a file without numbers"));
    }
    Ok(ProductGrid { rows, columns, products, unsigned_elements: false, index: GridIndexing::FromLowest })
}

/// Comma or semicolon separated, a closing separator allowed, else separated by blanks. An empty field between
/// two separators stays, so that a missing number is noticed.
fn words(line: &str) -> Box<dyn Iterator<Item = &str> + '_> {
    match line.contains(',').then_some(',').or(line.contains(';').then_some(';')) {
        Some(separator) => {
            Box::new(line.strip_suffix(separator).unwrap_or(line).split(separator).map(str::trim))
        }
        None => Box::new(line.split_whitespace()),
    }
}

/// UTF-8 without its byte-order mark.
pub(super) fn as_text(bytes: &[u8]) -> Result<&str, ContentMismatch> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        ContentMismatch::new("text", format!("bytes that are no UTF-8 at offset {}", error.valid_up_to()))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// At most 20 characters, for messages.
pub(super) fn short(word: &str) -> String {
    let head: String = word.chars().take(20).collect();
    if head.len() < word.len() { head + "..." } else { head }
}
