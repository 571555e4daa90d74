//! C headers of AdaPT and TransAxx: one array `[2^n][2^m]`, indexed by the bits of the operands. From D. Danopoulos
//! et al., "AdaPT: Fast Emulation of Approximate DNN Accelerators in PyTorch", IEEE TCAD 2022.

use super::text::{as_text, short};
use super::{ContentMismatch, GridIndexing, ProductGrid};

pub(super) fn parse(bytes: &[u8]) -> Result<ProductGrid, ContentMismatch> {
    let text = without_comments(as_text(bytes)?);
    let expected = "one C array with two dimensions and its values, int16_t lut[256][256] = {...};";
    let missing = |got: &str| ContentMismatch::new(expected, got);
    let (declaration, rest) = text
        .find("][")
        .or_else(|| text.find("] ["))
        .and_then(|middle| text[middle..].find('=').map(|equals| text.split_at(middle + equals)))
        .ok_or_else(|| missing("a file without one"))?;
    let dimensions: Vec<usize> = declaration
        .split('[')
        .skip(1)
        .filter_map(|part| part.split(']').next()?.trim().parse().ok())
        .collect();
    let &[rows, columns] = &dimensions[..] else {
        return Err(missing(&format!("the dimensions {dimensions:?}")));
    };
    super::check_shape(rows, columns)?;
    // The element type stands before the array's name: after the last line that is no declaration.
    let before = declaration.split('[').next().unwrap_or_default();
    let before = before.rsplit(['\n', ';', '}']).next().unwrap_or_default();
    let unsigned = before
        .split_whitespace()
        .any(|word| word == "unsigned" || (word.starts_with("uint") && word.ends_with("_t")));
    let body = rest[1..].split(';').next().unwrap_or_default();
    let products = body
        .split(|c: char| c == '{' || c == '}' || c == ',' || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(|word| {
            integer(word).ok_or_else(|| ContentMismatch::new("an integer", format!("'{}'", short(word))))
        })
        .collect::<Result<Vec<i64>, ContentMismatch>>()?;
    if products.len() != rows * columns {
        return Err(ContentMismatch::new(
            format!("{} values for [{rows}][{columns}]", rows * columns),
            format!("{}", products.len()),
        ));
    }
    Ok(ProductGrid {
        rows,
        columns,
        products,
        unsigned_elements: unsigned,
        index: GridIndexing::ByBits { signed: !unsigned },
    })
}

/// A C integer constant without octal: `-12`, `0x1f`, `7u`, `7LL`.
fn integer(word: &str) -> Option<i64> {
    let digits = word.trim_end_matches(['u', 'U', 'l', 'L']);
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let magnitude = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) if !hex.starts_with('+') => i64::from_str_radix(hex, 16).ok()?,
        Some(_) => return None,
        None => digits.parse().ok()?,
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// Comments become blanks; an unclosed one reaches to the end.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("/*").into_iter().chain(rest.find("//")).min() {
        out.push_str(&rest[..start]);
        out.push(' ');
        let (end, skip) = if rest[start..].starts_with("/*") { ("*/", 2) } else { ("\n", 0) };
        rest = match rest[start + 2..].find(end) {
            Some(length) => &rest[start + 2 + length + skip..],
            None => "",
        };
    }
    out + rest
}
