//! The cells that circuits are mapped onto, and how figures say under which conditions they hold.

use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use sha2::{Digest, Sha256};

use super::{OURS, VERSION};
use axmul_hardware::activity::Glitches;
use axmul_hardware::cost::{CircuitCost, CostConditions};
use axmul_hardware::library::{CellLibrary, liberty};
use axmul_hardware::map::{MappingGoal, TechnologyMapper};
use axmul_hardware::operands::OperandStream;
use axmul_hardware::timing::BoundaryConditions;
use axmul_support::hex;

/// A cell library, ready to be mapped onto.
pub struct Technology {
    /// Its cells.
    pub library: CellLibrary,
    pub(super) target: TechnologyMapper,
    /// Its Liberty text, once somebody needed it.
    pub(super) liberty: OnceLock<Vec<u8>>,
    /// The file that it was read from; `None` for the one that axmul carries.
    pub(super) path: Option<PathBuf>,
    /// What tells it from other libraries.
    pub(super) digest: String,
    /// What of the file is not used, sentences that name it.
    pub notes: Vec<String>,
}

impl Technology {
    /// The cells that axmul carries: OSU standard cells for FreePDK45.
    pub fn built_in() -> &'static Self {
        static TECHNOLOGY: LazyLock<Technology> = LazyLock::new(|| {
            let library = CellLibrary::freepdk45().clone();
            let digest = hex(&Sha256::digest(library.to_yaml("")));
            Technology {
                target: TechnologyMapper::new(&library).expect("tested"),
                liberty: OnceLock::new(),
                path: None,
                digest,
                notes: Vec::new(),
                library,
            }
        });
        &TECHNOLOGY
    }

    /// Its Liberty text, which only other programs need.
    pub(super) fn liberty(&self) -> &[u8] {
        self.liberty.get_or_init(|| liberty::write(&self.library).into_bytes())
    }

    /// Who costs: the version of the figures, the backend, the cells.
    pub(super) fn source(&self, backend: &str) -> String {
        let CellLibrary { name, .. } = &self.library;
        let cells = match &self.path {
            None => format!("OSU cells for FreePDK45 ({name})"),
            Some(path) => {
                let digits: String = self.digest.chars().take(DIGITS).collect();
                format!("cells of {} ({name}, {digits})", file_name(path))
            }
        };
        format!("{OURS}{VERSION}, {backend}, {cells}")
    }

    /// Under which conditions figures hold; `mapped` says how the cells were chosen.
    pub(super) fn conditions(
        &self,
        mapped: &str,
        conditions: &CostConditions,
        figures: &CircuitCost,
    ) -> String {
        let CellLibrary { process, source, supply_v, .. } = &self.library;
        let CostConditions { clock_mhz, operands, glitches, sampling, surroundings } = conditions;
        let operands = match operands {
            OperandStream::Uniform => "uniform independent operands".to_owned(),
            OperandStream::Distribution(_) => {
                format!("independent operands, distribution {}", short(operands))
            }
            OperandStream::Trace(pairs) => {
                format!("a trace of {} operand pairs, {}", pairs.len(), short(operands))
            }
        };
        let glitches = match glitches {
            Glitches::Ignored => "no glitches",
            Glitches::Counted => "with glitches",
        };
        let sampled = match figures.energy_error_fj {
            Some(_) => format!("; {} pairs of them, seed {}", sampling.transitions, sampling.seed),
            None => String::new(),
        };
        let BoundaryConditions { input_slew_ns, output_load_ff, wire_ff } = surroundings;
        let around = match *surroundings == BoundaryConditions::default() {
            true => "no wires".to_owned(),
            false => {
                format!(
                    "operands in {input_slew_ns} ns, products drive {output_load_ff} fF, wires {wire_ff} fF"
                )
            }
        };
        format!(
            "{process}; {source}; {supply_v} V; {clock_mhz} MHz; {mapped}; {operands}{sampled}; {glitches}; {around}"
        )
    }
}

/// Digits of a digest that are shown.
const DIGITS: usize = 12;

fn short(operands: &OperandStream) -> String {
    let mut digits = hex(&digest(operands));
    digits.truncate(DIGITS);
    digits
}

/// What tells operands of a kind from others of that kind.
fn digest(operands: &OperandStream) -> [u8; 32] {
    let mut hash = Sha256::new();
    match operands {
        OperandStream::Uniform => {}
        OperandStream::Distribution(distribution) => {
            distribution.probabilities().iter().for_each(|p| hash.update(p.to_le_bytes()));
        }
        OperandStream::Trace(pairs) => {
            pairs.iter().flatten().for_each(|value| hash.update(value.to_le_bytes()))
        }
    }
    hash.finalize().into()
}

/// What tells conditions from others, as the cache needs it.
pub(super) fn key(conditions: &CostConditions) -> Vec<u8> {
    let CostConditions { clock_mhz, operands, glitches, sampling, surroundings } = conditions;
    let kind = match operands {
        OperandStream::Uniform => "uniform".to_owned(),
        OperandStream::Distribution(distribution) => format!("distribution {}", distribution.format()),
        OperandStream::Trace(_) => "trace".to_owned(),
    };
    let rest = format!("{clock_mhz:?} {glitches:?} {sampling:?} {surroundings:?} {kind} ");
    [rest.as_bytes(), &digest(operands)].concat()
}

/// How a goal is said.
pub(super) fn goal_text(goal: MappingGoal) -> &'static str {
    match goal {
        MappingGoal::Area => "mapped for area",
        MappingGoal::Delay => "mapped for delay",
    }
}

/// What is shown of a path in a technology.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
