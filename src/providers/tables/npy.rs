//! NumPy's `.npy`: integers of any size and byte order, C or Fortran order.

use npyz::{DType, NpyFile, NpyHeader, Order, TypeChar};

use super::{ContentMismatch, GridIndexing, ProductGrid};

/// The longest preamble and header that numpy itself reads without being told to trust the file.
pub(super) const MAX_HEADER: u64 = 12 + 10_000;

pub(super) fn parse(bytes: &[u8]) -> Result<ProductGrid, ContentMismatch> {
    let (header, data) = header(bytes)?;
    let (rows, columns) = two_axes(&header)?;
    super::check_shape(rows, columns)?;
    let DType::Plain(element) = header.dtype() else { return Err(no_integers(&header)) };
    let expected = rows * columns * element.size_field() as usize;
    if data.len() != expected {
        return Err(ContentMismatch::new(
            format!("{expected} bytes of data for {rows} x {columns} elements of type {element}"),
            format!("{} bytes", data.len()),
        ));
    }
    let order = header.order();
    let unsigned_elements = element.type_char() == TypeChar::Uint;
    let stored = match (element.type_char(), element.size_field()) {
        (TypeChar::Int, 1) => read::<i8>(header, data),
        (TypeChar::Int, 2) => read::<i16>(header, data),
        (TypeChar::Int, 4) => read::<i32>(header, data),
        (TypeChar::Int, 8) => read::<i64>(header, data),
        (TypeChar::Uint, 1) => read::<u8>(header, data),
        (TypeChar::Uint, 2) => read::<u16>(header, data),
        (TypeChar::Uint, 4) => read::<u32>(header, data),
        (TypeChar::Uint, 8) => read::<u64>(header, data),
        _ => Err(no_integers(&header)),
    }?;
    let products = match order {
        Order::C => stored,
        Order::Fortran => (0..rows * columns).map(|i| stored[i % columns * rows + i / columns]).collect(),
    };
    Ok(ProductGrid { rows, columns, products, unsigned_elements, index: GridIndexing::FromLowest })
}

/// The shape, from the beginning of a file that holds the whole header.
pub(super) fn shape(start: &[u8]) -> Result<(usize, usize), ContentMismatch> {
    two_axes(&header(start)?.0)
}

fn header(bytes: &[u8]) -> Result<(NpyHeader, &[u8]), ContentMismatch> {
    guard(bytes)?;
    let mut rest = bytes;
    let header = NpyHeader::from_reader(&mut rest).map_err(|error| {
        ContentMismatch::new("the header of an .npy file", format!("a damaged one ({error})"))
    })?;
    Ok((header, rest))
}

/// Refuses headers that no table has and that the parser behind would spend a stack or an overflow on.
fn guard(bytes: &[u8]) -> Result<(), ContentMismatch> {
    let expected = "an .npy file of integers, shape [2^n, 2^m]";
    let refuse = |got: &str| Err(ContentMismatch::new(expected, got));
    if bytes.is_empty() {
        return refuse("an empty file");
    }
    if !bytes.starts_with(b"\x93NUMPY") {
        return refuse("a file without the magic \\x93NUMPY at its start");
    }
    let (start, length) = match bytes.get(6) {
        Some(1) => (10, bytes.get(8..10).map(|b| u16::from_le_bytes([b[0], b[1]]).into())),
        _ => (12, bytes.get(8..12).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))),
    };
    let Some(length) = length else { return refuse("a header that breaks off") };
    if u64::from(length) > MAX_HEADER - 12 {
        return refuse(&format!("a header of {length} bytes"));
    }
    let Some(text) = bytes.get(start..start + length as usize) else {
        return refuse("a header that breaks off");
    };
    let depth = text.iter().scan(0i32, |depth, byte| {
        *depth += i32::from(b"([{".contains(byte)) - i32::from(b")]}".contains(byte));
        Some(*depth)
    });
    // Fewer than 20 digits in all keep the product of all numbers below 2^64.
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let escapes = text.windows(2).any(|pair| {
        pair[0] == b'\\' || (pair[0] == b'0' && b"xXoObB".contains(&pair[1])) || pair[1] == b'\\'
    });
    if depth.max().unwrap_or(0) > 8 || digits >= 20 || escapes {
        let shown: String = String::from_utf8_lossy(text).chars().take(80).collect();
        return refuse(&format!("the header {}", shown.trim()));
    }
    Ok(())
}

fn two_axes(header: &NpyHeader) -> Result<(usize, usize), ContentMismatch> {
    let shape = header.shape();
    match shape[..] {
        [rows, columns] => Ok((rows as usize, columns as usize)),
        _ => Err(ContentMismatch::new("two axes, shape [2^n, 2^m]", format!("shape {shape:?}"))),
    }
}

fn no_integers(header: &NpyHeader) -> ContentMismatch {
    ContentMismatch::new(
        "integers of 1, 2, 4 or 8 bytes (i1 to i8, u1 to u8)",
        format!("elements of type {}", header.dtype().descr()),
    )
}

fn read<T: npyz::Deserialize + TryInto<i64> + std::fmt::Display + Copy>(
    header: NpyHeader,
    data: &[u8],
) -> Result<Vec<i64>, ContentMismatch> {
    let numbers: Vec<T> = NpyFile::with_header(header, data)
        .into_vec()
        .map_err(|error| ContentMismatch::new("integers", format!("unreadable data ({error})")))?;
    numbers
        .into_iter()
        .map(|number| {
            number.try_into().map_err(|_| ContentMismatch::new("products of 64 bits", format!("{number}")))
        })
        .collect()
}
