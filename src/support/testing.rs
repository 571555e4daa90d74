//! Small files, and the optional reference data, for the tests of the crates above.

use std::path::PathBuf;

use npyz::{AutoSerialize, Order, WriterBuilder};

/// The environment variable that names the folder of reference data, such as EvoApproxLib's tables.
pub const REFERENCE_DATA_VARIABLE: &str = "AXMUL_REFERENCE_DATA";

/// The path of `name` in the folder of reference data. `None` if no folder is named or it has no such file; the
/// test then says on stderr that it is skipped.
pub fn reference_data(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os(REFERENCE_DATA_VARIABLE).filter(|folder| !folder.is_empty()) else {
        eprintln!("skipped: needs {name} (set {REFERENCE_DATA_VARIABLE} to the folder of reference data)");
        return None;
    };
    let path = PathBuf::from(folder).join(name);
    if !path.exists() {
        eprintln!("skipped: {REFERENCE_DATA_VARIABLE} has no {name}");
        return None;
    }
    Some(path)
}

/// An array in NumPy's format, row by row.
pub fn npy<T: AutoSerialize + Copy>(shape: &[u64], values: &[T]) -> Vec<u8> {
    npy_in(Order::C, shape, values)
}

/// An array in NumPy's format, its values in the order in which they come.
pub fn npy_in<T: AutoSerialize + Copy>(order: Order, shape: &[u64], values: &[T]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let options = npyz::WriteOptions::new().default_dtype().shape(shape).order(order);
    let mut writer = options.writer(&mut bytes).begin_nd().unwrap();
    writer.extend(values.iter().copied()).unwrap();
    writer.finish().unwrap();
    bytes
}
