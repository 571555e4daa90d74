//! The kernel, compiled for the CPU with a thread for each of CUDA's, against the naive loop; and on a device, where there
//! is one.

use std::path::PathBuf;
use std::process::Command;

use cudarc::driver::LaunchConfig;
use libloading::Library;
use tch::{Cuda, Device};

use super::launch::{Arguments, SOURCE, Table, grid};
use super::{Lookups, compile, present};
use crate::device::{CudaState, cuda};
use axmul_kernels::{ConvShape, reference};
use axmul_metrics::{OperandFormat, ProductTable};
use axmul_support::random::SplitMix64;

/// What CUDA's language adds to C++, for one block after another.
const BEFORE: &str = r#"
#include <pthread.h>
#include <thread>
#include <vector>
struct uint4 { unsigned x, y, z, w; };
struct dim3 { unsigned x, y, z; };
static thread_local dim3 threadIdx;
static dim3 blockIdx;
static pthread_barrier_t barrier;
#define __global__
#define __shared__
#define __syncthreads() pthread_barrier_wait(&barrier)
extern "C" { uint4 memory[1 << 15]; }
"#;

const AFTER: &str = r#"
extern "C" void run(const unsigned char* x, const unsigned char* w, const PRODUCT* table, int* out, const Shape* shape,
                    const unsigned* grid, unsigned threads) {
    pthread_barrier_init(&barrier, nullptr, threads);
    for (unsigned z = 0; z < grid[2]; z++) for (unsigned y = 0; y < grid[1]; y++) for (unsigned i = 0; i < grid[0]; i++) {
        blockIdx = {i, y, z};
        std::vector<std::thread> team;
        for (unsigned t = 0; t < threads; t++)
            team.emplace_back([=] { threadIdx = {t, 0, 0}; lookup(x, w, table, out, *shape); });
        for (std::thread& member : team) member.join();
    }
    pthread_barrier_destroy(&barrier);
}
"#;

type Run = unsafe extern "C" fn(*const u8, *const u8, *const u8, *mut i32, *const Arguments, *const u32, u32);

/// The kernel for the CPU, compiled with the definitions of a table.
fn compiled(table: &Table, folder: &tempfile::TempDir) -> Library {
    let [source, library] = ["kernel.cpp", "kernel.so"].map(|name| folder.path().join(name));
    std::fs::write(&source, [BEFORE, SOURCE, AFTER].concat()).unwrap();
    let compiler = std::env::var_os("CXX").map_or_else(|| PathBuf::from("c++"), PathBuf::from);
    let mut command = Command::new(compiler);
    command.args(["-std=c++17", "-O1", "-shared", "-fPIC", "-pthread"]).args(table.definitions());
    let output = command.arg("-o").arg(&library).arg(&source).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // SAFETY: a library with no constructors.
    unsafe { Library::new(&library).unwrap() }
}

/// A table of random products in a range, and a value for a code.
fn table(format: OperandFormat, span: usize) -> ProductTable {
    let mut numbers = SplitMix64::from_key(&[span as u64]);
    let products = (0..format.pairs()).map(|_| numbers.below(span) as i32 - 9000).collect();
    ProductTable::new(format, products).unwrap()
}

fn shapes() -> Vec<ConvShape> {
    let plain = ConvShape::new(3, [6, 11, 9], 70, [3, 3]);
    vec![
        ConvShape { padding: [1, 1], ..plain },
        ConvShape { groups: 2, stride: [2, 1], padding: [0, 2], dilation: [1, 2], ..plain },
        ConvShape { groups: 6, channels_out: 6, kernel: [5, 1], padding: [2, 0], ..plain },
        ConvShape::new(7, [300, 1, 1], 5, [1, 1]),
    ]
}

struct Operands {
    x: Vec<u8>,
    w: Vec<u8>,
    expected: Vec<i64>,
}

/// Operands of a shape and what the naive loop makes of them, with the padding code 3.
fn operands(table: &ProductTable, shape: &ConvShape) -> Operands {
    let format = table.format();
    let mut numbers = SplitMix64::from_key(&[shape.channels_in as u64]);
    let mut codes = |len: usize| -> Vec<u8> { (0..len).map(|_| numbers.below(256) as u8).collect() };
    let (x, w) = (codes(shape.activations()), codes(shape.weights()));
    let value = |code: u8| if format.is_signed() { i64::from(code as i8) } else { i64::from(code) };
    let product = |x, w| i64::from(table.product(value(x), value(w)));
    let expected = reference::conv2d(shape, &x, &w, 3, product);
    Operands { x, w, expected }
}

#[test]
fn the_kernel_equals_the_naive_loop_on_the_cpu() {
    let folder = tempfile::tempdir().unwrap();
    let all = [
        (OperandFormat::signed(8, 8), 1 << 16, 1 << 20),
        (OperandFormat::unsigned(8, 8), 1 << 18, 1 << 20),
        (OperandFormat::signed(8, 8), 1 << 10, 1 << 10),
    ];
    for (format, span, most_shared) in all {
        let products = table(format, span);
        let table = Table::new(&products, most_shared);
        assert_eq!(
            (table.width, table.in_shared),
            (if span > 1 << 16 { 4 } else { 2 }, most_shared > 1 << 10)
        );
        let library = compiled(&table, &folder);
        // SAFETY: the function above.
        let run = unsafe { library.get::<Run>(b"run\0").unwrap() };
        for shape in shapes() {
            let Operands { x, w, expected } = operands(&products, &shape);
            let arguments = Arguments::new(&shape, 3, &table).unwrap();
            let LaunchConfig { grid_dim: (i, y, z), block_dim, shared_mem_bytes } =
                grid(&shape, table.shared_bytes() as u32).unwrap();
            assert!(shared_mem_bytes as usize <= (1 << 15) * 16);
            let mut out = vec![-7; shape.outputs()];
            // SAFETY: operands of the shape, and room for its outputs.
            unsafe {
                let table = table.elements.as_ptr();
                run(
                    x.as_ptr(),
                    w.as_ptr(),
                    table,
                    out.as_mut_ptr(),
                    &arguments,
                    [i, y, z].as_ptr(),
                    block_dim.0,
                );
            }
            assert!(out.into_iter().map(i64::from).eq(expected), "{shape:?}");
        }
    }
}

#[test]
fn the_kernel_compiles_for_devices() {
    // SAFETY: loads the compiler.
    if !unsafe { cudarc::nvrtc::sys::is_culib_present() } {
        eprintln!("passed over: no libnvrtc here");
        return;
    }
    for (span, most_shared) in [(1 << 16, 1 << 20), (1 << 18, 1 << 10)] {
        let table = Table::new(&table(OperandFormat::signed(8, 8), span), most_shared);
        let ptx = compile(&table, "compute_80").unwrap().to_src();
        assert!(ptx.contains(".entry lookup"), "{ptx}");
    }
}

#[test]
fn lookups_on_a_device_equal_the_naive_loop() {
    if !matches!(cuda(), CudaState::Devices(_)) || !present() {
        eprintln!("passed over: no CUDA device, or no libnvrtc");
        assert!(Lookups::new(&table(OperandFormat::signed(8, 8), 9), Device::Cpu).is_err());
        return;
    }
    for span in [1 << 16, 1 << 18] {
        let products = table(OperandFormat::signed(8, 8), span);
        let lookups = Lookups::new(&products, Device::Cuda(0)).unwrap();
        for shape in shapes() {
            let Operands { x, w, expected } = operands(&products, &shape);
            let [x, w] = [x, w].map(|codes| tch::Tensor::from_slice(&codes).to_device(Device::Cuda(0)));
            let sums = lookups.launch(&shape, &x, &w, 3).unwrap();
            Cuda::synchronize(0);
            let sums = Vec::<i32>::try_from(sums.to_device(Device::Cpu)).unwrap();
            assert!(sums.into_iter().map(i64::from).eq(expected), "{shape:?}");
        }
    }
}
