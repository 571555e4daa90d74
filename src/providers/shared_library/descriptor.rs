//! Reads the descriptor of a loaded library (`axmul_plugin.h`), believing as little of it as can be checked.

use std::ffi::{c_char, c_void};
use std::path::Path;

use axmul_api::OperandFormat;
use axmul_api::c_abi::{
    ABI_VERSION, MAX_MULTIPLIERS, MultiplierEntry, MultipliersFn, PluginEntry, ProductFn, ProductsFn,
};

use super::error::LibraryProblem;
use super::protocol::DescribedMultiplier;
use axmul_metrics::{Cost, Provenance};

const MAX_NAME: usize = 255;
const MAX_TEXT: usize = 64 << 10;

/// A multiplier of a descriptor, checked.
pub(super) struct DescriptorEntry {
    pub described: DescribedMultiplier,
    context: *const c_void,
    product: ProductFn,
    products: Option<ProductsFn>,
}

impl DescriptorEntry {
    /// The scalar product function.
    pub fn product(&self, a: i64, b: i64) -> i64 {
        // SAFETY: `read` was promised a library that keeps to the header.
        unsafe { (self.product)(self.context, a, b) }
    }

    /// One product for each pair: by the batched function where there is one.
    pub fn products(&self, a: &[i64], b: &[i64], out: &mut [i64]) {
        assert!(a.len() == b.len() && a.len() == out.len());
        match self.products {
            // SAFETY: as above; the slices are of one length.
            Some(products) => unsafe {
                products(self.context, a.as_ptr(), b.as_ptr(), out.as_mut_ptr(), a.len());
            },
            None => {
                for ((&a, &b), out) in a.iter().zip(b).zip(out) {
                    *out = self.product(a, b);
                }
            }
        }
    }
}

/// The multipliers that the descriptor at `entry` lists.
///
/// # Safety
/// `entry` is the address of the symbol `axmul_plugin` of a library that keeps to `axmul_plugin.h`; that a library
/// may lie is why this runs in a process of its own.
pub(super) unsafe fn read(
    entry: *const PluginEntry,
    library: &Path,
) -> Result<Vec<DescriptorEntry>, LibraryProblem> {
    // SAFETY: version and size are the first fields in every version; the others are read once these are known
    // to be ours.
    let (abi_version, struct_size) =
        unsafe { (entry.cast::<u32>().read_unaligned(), entry.cast::<u32>().add(1).read_unaligned()) };
    if abi_version != ABI_VERSION {
        return Err(LibraryProblem::AbiVersion { got: abi_version });
    }
    check_size("struct_size", struct_size, size_of::<PluginEntry>())?;
    // SAFETY: the struct is at least as long as ours.
    let PluginEntry { multiplier_size, multipliers, .. } = unsafe { entry.read_unaligned() };
    check_size("multiplier_size", multiplier_size, size_of::<MultiplierEntry>())?;
    let multipliers: MultipliersFn =
        multipliers.ok_or_else(|| LibraryProblem::NoList { what: "`multipliers` is NULL".into() })?;
    let mut count = 0;
    // SAFETY: the header's contract of the function.
    let first = unsafe { multipliers(&mut count) };
    if count == 0 || count > MAX_MULTIPLIERS {
        return Err(LibraryProblem::Count { got: count });
    }
    if first.is_null() {
        return Err(LibraryProblem::NoList { what: "`multipliers` returned NULL".into() });
    }
    let mut entries: Vec<DescriptorEntry> = Vec::new();
    for index in 0..count {
        // SAFETY: the library says that so many entries lie there, this far apart.
        let entry = unsafe {
            let raw = first.byte_add(index as usize * multiplier_size as usize).read_unaligned();
            multiplier(&raw, index, library)?
        };
        if entries.iter().any(|known| known.described.name == entry.described.name) {
            return Err(LibraryProblem::Duplicate { name: entry.described.name });
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn check_size(what: &str, got: u32, expected: usize) -> Result<(), LibraryProblem> {
    // A page is far more than any version will need.
    if (expected..=4096).contains(&(got as usize)) {
        Ok(())
    } else {
        Err(LibraryProblem::AbiSize { what: what.to_owned(), got, expected: expected as u32 })
    }
}

/// # Safety
/// The pointers of `raw` are as `axmul_plugin.h` demands.
unsafe fn multiplier(
    raw: &MultiplierEntry,
    index: u32,
    library: &Path,
) -> Result<DescriptorEntry, LibraryProblem> {
    // SAFETY: as the caller promises.
    let name = unsafe { text(raw.name, MAX_NAME) };
    let bad_name = |what: &str| LibraryProblem::Name { index, what: what.to_owned() };
    let name = name.map_err(bad_name)?.ok_or_else(|| bad_name("is NULL"))?;
    if name.is_empty() {
        return Err(bad_name("is empty"));
    }
    if name.chars().any(char::is_control) {
        return Err(bad_name("holds control characters"));
    }
    let signed = match raw.is_signed {
        0 => false,
        1 => true,
        got => return Err(LibraryProblem::Signedness { name, got }),
    };
    let format: OperandFormat = LibraryProblem::check_widths(&name, raw.width_a, raw.width_b, signed)?;
    let product = raw.product.ok_or_else(|| LibraryProblem::NoProduct { name: name.clone() })?;
    let figure = |field: &str, value: f64| {
        if value.is_nan() {
            Ok(None)
        } else if value.is_finite() && value >= 0.0 {
            Ok(Some(value))
        } else {
            Err(LibraryProblem::Cost {
                name: name.clone(),
                field: field.to_owned(),
                value: value.to_string(),
            })
        }
    };
    // SAFETY: as the caller promises.
    let optional = |field: &str, pointer| match unsafe { text(pointer, MAX_TEXT) } {
        Ok(text) => Ok(text.filter(|text| !text.is_empty())),
        Err(what) => {
            Err(LibraryProblem::Text { name: name.clone(), field: field.to_owned(), what: what.to_owned() })
        }
    };
    let mut cost = Cost {
        power_mw: figure("power_mw", raw.power_mw)?,
        area_um2: figure("area_um2", raw.area_um2)?,
        delay_ns: figure("delay_ns", raw.delay_ns)?,
        source: optional("cost_source", raw.cost_source)?.unwrap_or_default(),
        technology: optional("technology", raw.technology)?.unwrap_or_default(),
    };
    if cost.is_empty() {
        cost = Cost::default();
    } else if cost.source.is_empty() {
        // Figures of unnamed source compare among themselves, and with nobody else's.
        cost.source = format!("stated by {}", library.display());
    }
    let provenance = Provenance {
        origin: format!("{}, described multiplier {name}", library.display()),
        licence: optional("license", raw.license)?,
        citation: optional("citation", raw.citation)?,
        documentation: optional("documentation", raw.documentation)?.unwrap_or_default(),
    };
    Ok(DescriptorEntry {
        described: DescribedMultiplier { name, format, cost, provenance },
        context: raw.context,
        product,
        products: raw.products,
    })
}

/// The text at `pointer`; `None` for a null pointer.
///
/// # Safety
/// `pointer` is null or leads to bytes that end with a zero byte or go on for more than `max`.
unsafe fn text(pointer: *const c_char, max: usize) -> Result<Option<String>, &'static str> {
    if pointer.is_null() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    loop {
        // SAFETY: no byte before this one was zero, and it is within the bound.
        match unsafe { pointer.cast::<u8>().add(bytes.len()).read() } {
            0 => break,
            _ if bytes.len() == max => return Err("is too long"),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map(Some).map_err(|_| "is not UTF-8")
}
