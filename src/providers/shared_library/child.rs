//! The process that loads a library: what the host executable does when it is started as one.

use std::ffi::{CString, c_void};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use axmul_api::OperandFormat;
use axmul_api::c_abi::{ENTRY_SYMBOL, PluginEntry};
use serde::{Deserialize, Serialize};

use super::Limits;
use super::call::LoadedFunction;
use super::confine::{self, Clock};
use super::descriptor::{self, DescriptorEntry};
use super::error::{LibraryProblem, Phase};
use super::protocol::{DescribedMultiplier, GREETING, Message};
use super::reference::{Interpretation, LibraryRequest};
use super::serve::serve;
use super::signature::Signature;
use axmul_metrics::{Cost, ProductTable, Provenance};

/// How many products are asked for again to see whether they stay the same.
const SAMPLES: usize = 256;

/// What a host is to do; its one argument beside the library, as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ChildOrder {
    pub request: LibraryRequest,
    /// The library as the user wrote it.
    pub shown: String,
    pub memory_bytes: u64,
    pub seconds: f64,
    pub task: ChildTask,
}

impl ChildOrder {
    /// An order for the library that the user calls `path`.
    pub fn new(path: &Path, request: &LibraryRequest, limits: &Limits, task: ChildTask) -> Self {
        Self {
            request: request.clone(),
            shown: path.display().to_string(),
            memory_bytes: limits.memory_bytes,
            seconds: limits.time.as_secs_f64(),
            task,
        }
    }
}

/// What is wanted of the multipliers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum ChildTask {
    /// All of them, with their products where these make a table.
    Tabulate,
    /// Products of the one that is asked for, on demand.
    Serve,
}

/// Loads `library`, sends what `order` asks for through the pipe that is standard input, and ends the process.
pub(super) fn main(library: PathBuf, order: &str) -> ! {
    let code = match run(&library, order) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("axmul: {error}");
            1
        }
    };
    confine::leave(code)
}

fn run(library: &Path, order: &str) -> io::Result<()> {
    let mut pipe = confine::take_pipe()?;
    Message::Greeting(GREETING.to_owned()).write(&mut pipe)?;
    let order: ChildOrder = serde_json::from_str(order)?;
    let clock = match confine::apply(&pipe, order.memory_bytes, order.seconds) {
        Ok(clock) => clock,
        Err(error) => {
            let reason = format!("its limits cannot be set: {error}");
            return Message::Failure(LibraryProblem::Exchange { reason }).write(&mut pipe);
        }
    };
    match work(library, &order, &clock, &mut pipe) {
        Ok(()) => Ok(()),
        Err(Failure::Problem(problem)) => Message::Failure(problem).write(&mut pipe),
        Err(Failure::Io(error)) => Err(error),
    }
}

pub(super) enum Failure {
    Problem(LibraryProblem),
    Io(io::Error),
}

impl From<LibraryProblem> for Failure {
    fn from(problem: LibraryProblem) -> Self {
        Self::Problem(problem)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Something with products: a described multiplier or a plain function.
pub(super) enum ProductSource {
    Entry(DescriptorEntry),
    Plain(DescribedMultiplier, LoadedFunction),
}

impl ProductSource {
    pub fn described(&self) -> &DescribedMultiplier {
        match self {
            Self::Entry(entry) => &entry.described,
            Self::Plain(described, _) => described,
        }
    }

    pub fn product(&self, a: i64, b: i64) -> i64 {
        match self {
            Self::Entry(entry) => entry.product(a, b),
            Self::Plain(_, function) => function.product(a, b),
        }
    }

    pub fn products(&self, a: &[i64], b: &[i64], out: &mut [i64]) {
        match self {
            Self::Entry(entry) => entry.products(a, b, out),
            Self::Plain(_, function) => function.products(a, b, out),
        }
    }
}

fn work(path: &Path, order: &ChildOrder, clock: &Clock, pipe: &mut File) -> Result<(), Failure> {
    Message::Phase(Phase::Loading).write(pipe)?;
    let library = LoadedLibrary::open(path)?;
    Message::Phase(Phase::Describing).write(pipe)?;
    let sources = sources(&library, order)?;
    match (order.task, &sources[..]) {
        (ChildTask::Serve, [source]) => serve(source, clock, pipe),
        (ChildTask::Serve, _) => {
            let reason = format!("one multiplier was to be served, it has {}", sources.len());
            Err(LibraryProblem::Exchange { reason }.into())
        }
        (ChildTask::Tabulate, _) => {
            for source in &sources {
                tabulate(source, pipe)?;
            }
            Ok(Message::Done(sources.len() as u32).write(pipe)?)
        }
    }
}

/// Sends a multiplier, with its products unless they are too many.
fn tabulate(source: &ProductSource, pipe: &mut File) -> Result<(), Failure> {
    let described = source.described();
    let DescribedMultiplier { name, format, .. } = described;
    let products = if format.width_a().max(format.width_b()) > ProductTable::MAX_WIDTH {
        Vec::new()
    } else {
        Message::Phase(Phase::Multiplying(name.clone())).write(pipe)?;
        products(source, name, *format)?
    };
    Ok(Message::Multiplier(described.clone(), products).write(pipe)?)
}

fn sources(library: &LoadedLibrary, order: &ChildOrder) -> Result<Vec<ProductSource>, LibraryProblem> {
    let shown = Path::new(&order.shown);
    match &order.request {
        LibraryRequest::Descriptor => {
            let entries = library.descriptor(shown)?.ok_or(LibraryProblem::NoDescriptor)?;
            Ok(entries.into_iter().map(ProductSource::Entry).collect())
        }
        LibraryRequest::Symbol { symbol, signature, format } => {
            let mut described = Vec::new();
            if signature.is_none()
                && format.is_none()
                // A library with a damaged descriptor may still export the function.
                && let Ok(Some(entries)) = library.descriptor(shown)
            {
                for entry in entries {
                    if entry.described.name == *symbol {
                        return Ok(vec![ProductSource::Entry(entry)]);
                    }
                    described.push(entry.described.name);
                }
            }
            let Some(address) = library.address(symbol) else {
                return Err(LibraryProblem::NoSymbol { symbol: symbol.clone(), described });
            };
            Ok(vec![plain(address, symbol, *signature, *format, shown)?])
        }
    }
}

fn plain(
    address: *const c_void,
    symbol: &str,
    signature: Option<Signature>,
    format: Option<OperandFormat>,
    shown: &Path,
) -> Result<ProductSource, LibraryProblem> {
    let symbol = symbol.to_owned();
    let Some(found) = Interpretation::of(&symbol, signature, format) else {
        return Err(LibraryProblem::NoFormat { symbol });
    };
    if !found.signature.holds(found.format) {
        return Err(LibraryProblem::Narrow { symbol, signature: found.signature, format: found.format });
    }
    let provenance = Provenance { origin: found.origin(shown, &symbol), ..Provenance::default() };
    let described =
        DescribedMultiplier { name: symbol, format: found.format, cost: Cost::default(), provenance };
    // SAFETY: that the function is declared so is what the user says; where it is not, this process pays.
    let function = unsafe { LoadedFunction::new(address, found.signature, found.format) };
    Ok(ProductSource::Plain(described, function))
}

/// All products, one row of operands at a time, and a sample of them a second time.
fn products(source: &ProductSource, name: &str, format: OperandFormat) -> Result<Vec<i64>, LibraryProblem> {
    let b: Vec<i64> = format.range_b().collect();
    let mut products = vec![0; format.pairs() as usize];
    for (a, out) in format.range_a().zip(products.chunks_mut(b.len())) {
        source.products(&vec![a; b.len()], &b, out);
    }
    // An odd step, so that both operands vary.
    let step = (products.len() / SAMPLES) | 1;
    for ((a, b), &first) in format.operands().zip(&products).step_by(step) {
        let second = source.product(a, b);
        if first != second {
            return Err(LibraryProblem::Inconsistent { name: name.to_owned(), a, b, first, second });
        }
    }
    Ok(products)
}

/// A loaded library, which stays loaded: its destructors have nothing to tell.
struct LoadedLibrary(std::mem::ManuallyDrop<libloading::Library>);

impl LoadedLibrary {
    fn open(path: &Path) -> Result<Self, LibraryProblem> {
        match Self::load(path) {
            Ok(library) => Ok(Self(std::mem::ManuallyDrop::new(library))),
            Err(error) => {
                // libloading keeps what the dynamic linker says as the source.
                let reason = match std::error::Error::source(&error) {
                    Some(source) => source.to_string(),
                    None => error.to_string(),
                };
                // Newer glibc drops the reason of a failed mapping, which is memory or a mount without execution.
                let out_of_memory = reason.contains("Cannot allocate memory")
                    || reason.contains("failed to map segment") && !confine::is_mounted_noexec(path);
                if out_of_memory {
                    // The parent knows the limit and says so.
                    confine::report_lack_of_memory();
                }
                let reason =
                    reason.strip_prefix(&format!("{}: ", path.display())).unwrap_or(&reason).to_owned();
                Err(if has_library_header(path) {
                    LibraryProblem::Refused { reason }
                } else {
                    LibraryProblem::NotALibrary { reason }
                })
            }
        }
    }

    #[cfg(unix)]
    fn load(path: &Path) -> Result<libloading::Library, libloading::Error> {
        use libloading::os::unix;
        // At once rather than at the first call: an undefined symbol then is a message and not a death.
        // SAFETY: a library runs its constructors now; this process exists for that.
        unsafe { unix::Library::open(Some(path), unix::RTLD_NOW | unix::RTLD_LOCAL) }.map(Into::into)
    }

    #[cfg(not(unix))]
    fn load(path: &Path) -> Result<libloading::Library, libloading::Error> {
        // SAFETY: a library runs its constructors now; this process exists for that.
        unsafe { libloading::Library::new(path) }
    }

    fn address(&self, symbol: &str) -> Option<*const c_void> {
        let symbol = CString::new(symbol).ok()?;
        // SAFETY: only the address is taken.
        let found = unsafe { self.0.get::<*const c_void>(symbol.as_c_str()) }.ok()?;
        // SAFETY: the library stays loaded.
        let address = unsafe { found.try_as_raw_ptr() }?;
        (!address.is_null()).then_some(address.cast_const())
    }

    fn descriptor(&self, shown: &Path) -> Result<Option<Vec<DescriptorEntry>>, LibraryProblem> {
        let symbol = ENTRY_SYMBOL.to_str().expect("ASCII");
        let Some(address) = self.address(symbol) else { return Ok(None) };
        // SAFETY: the library claims to be a plugin by exporting this symbol.
        unsafe { descriptor::read(address.cast::<PluginEntry>(), shown) }.map(Some)
    }
}

/// Whether the file begins as libraries do: ELF, Mach-O (thin or universal), PE.
fn has_library_header(path: &Path) -> bool {
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok()
        && (magic == *b"\x7fELF"
            || magic[..2] == *b"MZ"
            || [0xfeed_face, 0xfeed_facf, 0xcafe_babe_u32]
                .iter()
                .any(|known| magic == known.to_be_bytes() || magic == known.to_le_bytes()))
}
