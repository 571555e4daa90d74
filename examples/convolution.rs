//! Convolves an image with the products of an approximate multiplier, bit-exact.
//!
//!     cargo run --example convolution

use axmul_kernels::{ConvShape, Kernel, KernelSelection};
use axmul_metrics::{OperandFormat, ProductTable};

fn main() -> anyhow::Result<()> {
    // Any table will do. This multiplier ignores the two lowest bits of the weight. Operands are (activation, weight).
    let format = OperandFormat::signed(8, 8);
    let products = format.operands().map(|(a, b)| (a * (b & !3)) as i32).collect();
    let table = ProductTable::new(format, products)?;

    // The fastest kernel for this table on this CPU; all of them give the same sums.
    let kernel = Kernel::new(&table, KernelSelection::Auto)?;
    println!("kernel {}, rank of the errors {:?}", kernel.kind().name(), kernel.rank());

    // One image of one channel and 4x4 pixels; one 3x3 filter, padded with zeros.
    let shape = ConvShape { padding: [1, 1], ..ConvShape::new(1, [1, 4, 4], 1, [3, 3]) };
    let image: Vec<u8> = (1..=16).collect();
    // Codes are bytes: two's complement for signed formats.
    let filter = [0i8, 5, 0, -7, 9, -7, 0, 5, 0].map(|weight| weight as u8);
    let mut sums = vec![0; shape.outputs()];
    kernel.conv2d(&shape, &image, &filter, 0, &mut sums)?;
    for row in sums.chunks(4) {
        println!("{row:?}");
    }
    Ok(())
}
