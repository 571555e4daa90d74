//! Small files for the tests of the crates above.

use npyz::{AutoSerialize, Order, WriterBuilder};

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
