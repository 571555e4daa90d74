//! Arrays in NumPy's format, of any shape and any type of plain numbers, from files that nobody has checked.

use std::fmt;

use npyz::{DType, Deserialize, NpyFile, NpyHeader, Order, TypeChar};

/// The longest header that numpy itself reads without being told to trust the file, bytes.
const MAX_HEADER: usize = 10_000;

/// An array whose header goes with its data: as many bytes as the shape and the type say, in C order.
pub struct NpyArray<'a> {
    header: NpyHeader,
    data: &'a [u8],
}

impl fmt::Debug for NpyArray<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NpyArray({} {:?})", self.type_name(), self.shape())
    }
}

impl<'a> NpyArray<'a> {
    /// Takes the header off, and checks it against what follows it; the error says what is wrong.
    pub fn open(bytes: &'a [u8]) -> Result<Self, String> {
        guard(bytes)?;
        let mut data = bytes;
        let header =
            NpyHeader::from_reader(&mut data).map_err(|error| format!("a damaged header ({error})"))?;
        let array = Self { header, data };
        let (_, size) = array.element();
        let values = array.shape().iter().try_fold(size, |product, &side| product.checked_mul(side));
        if values != Some(data.len() as u64) {
            return Err(format!(
                "shape {:?} of type {} does not fit to the {} bytes that follow; is the file truncated?",
                array.shape(),
                array.type_name(),
                data.len()
            ));
        }
        if array.header.order() == Order::Fortran {
            return Err(
                "it is stored column by column; numpy.ascontiguousarray makes an array of the usual order"
                    .into(),
            );
        }
        Ok(array)
    }

    /// Its sides.
    pub fn shape(&self) -> &[u64] {
        self.header.shape()
    }

    /// Kind and size in bytes of its elements; `(RawData, 0)` for records.
    pub fn element(&self) -> (TypeChar, u64) {
        match self.header.dtype() {
            DType::Plain(element) => (element.type_char(), element.size_field()),
            _ => (TypeChar::RawData, 0),
        }
    }

    /// The type of its elements as numpy writes it, such as `'<f4'`.
    pub fn type_name(&self) -> String {
        self.header.dtype().descr()
    }

    /// Its data as it is in the file.
    pub fn bytes(&self) -> &'a [u8] {
        self.data
    }

    /// Its elements, in C order; `T` must be what [`Self::element`] says.
    pub fn values<T: Deserialize>(self) -> Result<Vec<T>, String> {
        let file = NpyFile::with_header(self.header, self.data);
        file.into_vec().map_err(|error| format!("unreadable data ({error})"))
    }
}

/// Refuses headers that no array of plain numbers has and that the parser behind would spend a stack or an overflow on.
fn guard(bytes: &[u8]) -> Result<(), String> {
    if !bytes.starts_with(b"\x93NUMPY") {
        return Err("expected the magic \\x93NUMPY at the start; it is no .npy file".to_owned());
    }
    let (start, length) = match bytes.get(6) {
        Some(1) => (10, bytes.get(8..10).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])))),
        _ => (12, bytes.get(8..12).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)),
    };
    let text =
        length.filter(|&length| length <= MAX_HEADER).and_then(|length| bytes.get(start..start + length));
    let Some(text) = text else { return Err("its header breaks off or is too long".to_owned()) };
    let depth = text.iter().scan(0i32, |depth, byte| {
        *depth += i32::from(b"([{".contains(byte)) - i32::from(b")]}".contains(byte));
        Some(*depth)
    });
    // Fewer than 20 digits in all keep the product of all numbers below 2^64.
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let odd = text
        .windows(2)
        .any(|pair| pair.contains(&b'\\') || (pair[0] == b'0' && b"xXoObB".contains(&pair[1])));
    if depth.max().unwrap_or(0) > 8 || digits >= 20 || odd {
        let shown: String = String::from_utf8_lossy(text).chars().take(80).collect();
        return Err(format!("the header {} is that of no array of plain numbers", shown.trim()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axmul_support::testing::npy;

    #[test]
    fn what_numpy_writes_is_read() {
        let bytes = npy(&[3, 1], &[1i16, -2, 3]);
        let array = NpyArray::open(&bytes).unwrap();
        assert_eq!((array.shape(), array.element()), (&[3, 1][..], (TypeChar::Int, 2)));
        assert_eq!(array.type_name(), "'<i2'");
        assert_eq!(array.bytes(), [1, 0, 254, 255, 3, 0]);
        assert_eq!(array.values::<i16>().unwrap(), [1, -2, 3]);
    }

    #[test]
    fn other_files_are_refused() {
        let good = npy(&[1, 2], &[1f32, 2.0]);
        let header = |from: &str, to: &str| {
            let at = good.windows(from.len()).position(|part| part == from.as_bytes()).unwrap();
            [&good[..at], to.as_bytes(), &good[at + from.len()..]].concat()
        };
        for (bytes, part) in [
            (vec![], "no .npy file"),
            (b"PK".to_vec(), "no .npy file"),
            (b"\x93NUMPY".to_vec(), "breaks off"),
            (good[..40].to_vec(), "breaks off"),
            (good[..good.len() - 1].to_vec(), "does not fit to the 7 bytes"),
            (header("False", "True "), "column by column"),
            (header("'<f4'", "((((((((("), "no array of plain numbers"),
            (header("'<f4'", "'\\x4'"), "no array of plain numbers"),
            (header("(1,", "(0x"), "no array of plain numbers"),
            (header("'<f4'", "123456789012345678901"), "no array of plain numbers"),
            (header("'<f4'", "'<f4 "), "damaged header"),
        ] {
            let problem = NpyArray::open(&bytes).unwrap_err();
            assert!(problem.contains(part), "{part}: {problem}");
        }
    }
}
