//! The C interface of shared-library plugins: the Rust mirror of `include/axmul_plugin.h`, which is the
//! normative text (owner and thread rules, versioning), and [`export_plugin!`](crate::export_plugin), with which
//! a Rust `cdylib` enters through it.
//!
//! Rust plugins use it too: the host does not see what `inventory` registers in a library loaded at run time, and Rust
//! has no stable ABI of its own.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;

use crate::Multiplier;

/// The version of the interface; `AXMUL_ABI_VERSION` in C.
pub const ABI_VERSION: u32 = 1;

/// The most multipliers that one library may hold; `AXMUL_MAX_MULTIPLIERS` in C.
pub const MAX_MULTIPLIERS: u32 = 1024;

/// The name of the exported [`PluginEntry`].
pub const ENTRY_SYMBOL: &CStr = c"axmul_plugin";

/// The product function: context, a, b.
pub type ProductFn = unsafe extern "C" fn(context: *const c_void, a: i64, b: i64) -> i64;

/// The batched product function: context, `count` values of a and of b, room for `count` products.
pub type ProductsFn =
    unsafe extern "C" fn(context: *const c_void, a: *const i64, b: *const i64, out: *mut i64, count: usize);

/// Stores the number of multipliers and returns the first.
pub type MultipliersFn = unsafe extern "C" fn(count: *mut u32) -> *const MultiplierEntry;

/// `axmul_multiplier`: one multiplier of a plugin. Text pointers are null or point to zero-terminated UTF-8.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct MultiplierEntry {
    /// Its name, unique within the library; never null.
    pub name: *const c_char,
    /// Width of the first operand in bits.
    pub width_a: u32,
    /// Width of the second operand in bits.
    pub width_b: u32,
    /// 1 for two's complement, 0 for unsigned.
    pub is_signed: u32,
    /// Zero.
    pub reserved: u32,
    /// Handed back to the functions; may be null.
    pub context: *const c_void,
    /// The product function; never null.
    pub product: Option<ProductFn>,
    /// The batched product function, where there is one.
    pub products: Option<ProductsFn>,
    /// Average power in milliwatts; NaN where unknown.
    pub power_mw: f64,
    /// Cell area in square micrometers; NaN where unknown.
    pub area_um2: f64,
    /// Longest path in nanoseconds; NaN where unknown.
    pub delay_ns: f64,
    /// Who measured or estimated the figures.
    pub cost_source: *const c_char,
    /// Process, cell library, clock and activity behind the figures.
    pub technology: *const c_char,
    /// A sentence or two about the circuit.
    pub documentation: *const c_char,
    /// License, as an SPDX expression.
    pub license: *const c_char,
    /// Publication to cite.
    pub citation: *const c_char,
}

// SAFETY: the pointers lead to what the plugin keeps valid and unchanged for the life of the process, and the
// header restricts calls, not reads, to one thread.
unsafe impl Send for MultiplierEntry {}
// SAFETY: the data is immutable for the life of the process, so that shared reads from any thread are sound.
unsafe impl Sync for MultiplierEntry {}

/// `axmul_plugin_entry`: what a plugin exports under the name [`ENTRY_SYMBOL`].
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PluginEntry {
    /// [`ABI_VERSION`]; the first field in every version.
    pub abi_version: u32,
    /// Size of this struct in bytes; the second field in every version.
    pub struct_size: u32,
    /// Size of [`MultiplierEntry`] in bytes, the stride of the array.
    pub multiplier_size: u32,
    /// Zero.
    pub reserved: u32,
    /// Lists the multipliers; never null.
    pub multipliers: Option<MultipliersFn>,
}

impl PluginEntry {
    /// The entry of a plugin of this version whose multipliers `multipliers` lists.
    pub const fn new(multipliers: MultipliersFn) -> Self {
        Self {
            abi_version: ABI_VERSION,
            struct_size: size_of::<Self>() as u32,
            multiplier_size: size_of::<MultiplierEntry>() as u32,
            reserved: 0,
            multipliers: Some(multipliers),
        }
    }
}

/// Makes a Rust `cdylib` a plugin: `export_plugin!(Mine::new(3), Other)` in the crate's root exports these
/// multipliers, evaluated when the host asks for them. Their names, formats, costs and documentation travel with
/// them; a circuit does not, so give the cost where you know it.
#[macro_export]
macro_rules! export_plugin {
    ($($multiplier:expr),+ $(,)?) => {
        /// The entry through which axmul reads this library.
        #[unsafe(no_mangle)]
        #[allow(non_upper_case_globals)]
        pub static axmul_plugin: $crate::c_abi::PluginEntry = {
            unsafe extern "C" fn multipliers(count: *mut u32) -> *const $crate::c_abi::MultiplierEntry {
                static EXPORTED: ::std::sync::OnceLock<&'static [$crate::c_abi::MultiplierEntry]> =
                    ::std::sync::OnceLock::new();
                let exported = EXPORTED.get_or_init(|| {
                    $crate::c_abi::export(::std::vec![
                        $(::std::boxed::Box::new($multiplier) as ::std::boxed::Box<dyn $crate::Multiplier>),+
                    ])
                });
                // SAFETY: the host passes room for the count.
                unsafe { *count = exported.len() as u32 };
                exported.as_ptr()
            }
            $crate::c_abi::PluginEntry::new(multipliers)
        };
    };
}

/// The entries of these multipliers, leaked: the interface wants them valid for the life of the process.
///
/// # Panics
///
/// On text that contains a zero byte, which C cannot represent.
pub fn export(multipliers: Vec<Box<dyn Multiplier>>) -> &'static [MultiplierEntry] {
    let entries: Vec<_> = multipliers.into_iter().map(entry).collect();
    entries.leak()
}

fn entry(multiplier: Box<dyn Multiplier>) -> MultiplierEntry {
    let format = multiplier.format();
    let cost = multiplier.cost().unwrap_or_default();
    let unless_empty = |text: String| if text.is_empty() { ptr::null() } else { leak(text) };
    MultiplierEntry {
        name: leak(multiplier.name()),
        width_a: format.width_a().into(),
        width_b: format.width_b().into(),
        is_signed: format.is_signed().into(),
        reserved: 0,
        product: Some(product),
        products: Some(products),
        power_mw: cost.power_mw.unwrap_or(f64::NAN),
        area_um2: cost.area_um2.unwrap_or(f64::NAN),
        delay_ns: cost.delay_ns.unwrap_or(f64::NAN),
        cost_source: unless_empty(cost.source),
        technology: unless_empty(cost.technology),
        documentation: unless_empty(multiplier.documentation()),
        license: ptr::null(),
        citation: ptr::null(),
        // A thin pointer to the fat one.
        context: ptr::from_ref(Box::leak(Box::new(multiplier))).cast(),
    }
}

fn leak(text: String) -> *const c_char {
    CString::new(text).expect("the text of a multiplier holds no zero byte").into_raw()
}

/// # Safety
/// `context` is one that [`entry`] made.
unsafe extern "C" fn product(context: *const c_void, a: i64, b: i64) -> i64 {
    // SAFETY: `entry` leaked a `Box<dyn Multiplier>` there.
    let multiplier = unsafe { &*context.cast::<Box<dyn Multiplier>>() };
    multiplier.product(a, b)
}

/// # Safety
/// `context` is one that [`entry`] made; `a`, `b` and `out` lead to `count` numbers each, and do not overlap.
unsafe extern "C" fn products(
    context: *const c_void,
    a: *const i64,
    b: *const i64,
    out: *mut i64,
    count: usize,
) {
    // SAFETY: the caller passes a context of `entry`, which leaked a `Box<dyn Multiplier>` there, and three arrays of
    // `count` numbers that do not overlap.
    let (multiplier, a, b, out) = unsafe {
        (
            &*context.cast::<Box<dyn Multiplier>>(),
            std::slice::from_raw_parts(a, count),
            std::slice::from_raw_parts(b, count),
            std::slice::from_raw_parts_mut(out, count),
        )
    };
    multiplier.products(a, b, out);
}

#[cfg(test)]
mod tests {
    use crate::{Cost, Multiplier, OperandFormat};

    struct Shifted(u32);

    impl Multiplier for Shifted {
        fn name(&self) -> String {
            format!("shifted-{}", self.0)
        }
        fn format(&self) -> OperandFormat {
            OperandFormat::signed(8, 4)
        }
        fn product(&self, a: i64, b: i64) -> i64 {
            a * (b >> self.0 << self.0)
        }
        fn cost(&self) -> Option<Cost> {
            Some(Cost { power_mw: Some(0.25), source: "a guess".into(), ..Cost::default() })
        }
    }

    crate::export_plugin!(Shifted(1), Shifted(2));

    #[test]
    fn exported_multipliers_read_as_they_were_written() {
        assert_eq!(axmul_plugin.abi_version, super::ABI_VERSION);
        let mut count = 0;
        // SAFETY: the functions are those of this module, called as the header says.
        unsafe {
            let first = axmul_plugin.multipliers.unwrap()(&mut count);
            assert_eq!(count, 2);
            let second = &*first.add(1);
            assert_eq!(super::CStr::from_ptr(second.name), c"shifted-2");
            assert_eq!((second.width_a, second.width_b, second.is_signed), (8, 4, 1));
            assert_eq!(second.product.unwrap()(second.context, -7, 7), -28);
            let (a, b, mut out) = ([3, -128], [-5, 6], [0; 2]);
            second.products.unwrap()(second.context, a.as_ptr(), b.as_ptr(), out.as_mut_ptr(), 2);
            assert_eq!(out, [-24, -512]);
            assert_eq!((*first).product.unwrap()((*first).context, 3, -5), -18);
            assert_eq!(second.power_mw, 0.25);
            assert!(second.area_um2.is_nan() && second.technology.is_null());
            assert_eq!(super::CStr::from_ptr(second.cost_source), c"a guess");
        }
    }
}
