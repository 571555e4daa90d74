//! The cells that circuits are mapped onto, and how figures say under which conditions they hold.

use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use sha2::{Digest, Sha256};

use super::{OURS, VERSION};
use axmul_hardware::activity::Glitches;
use axmul_hardware::cost::{Conditions, Figures};
use axmul_hardware::library::{Library, liberty};
use axmul_hardware::map::{Goal, Target};
use axmul_hardware::operands::Operands;
use axmul_hardware::timing::Surroundings;
use axmul_support::hex;

/// A cell library, ready to be mapped onto.
pub struct Technology {
    /// Its cells.
    pub library: Library,
    pub(super) target: Target,
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
            let library = Library::freepdk45().clone();
            let digest = hex(&Sha256::digest(library.to_yaml("")));
            Technology {
                target: Target::new(&library).expect("tested"),
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
        let Library { name, .. } = &self.library;
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
    pub(super) fn conditions(&self, mapped: &str, conditions: &Conditions, figures: &Figures) -> String {
        let Library { process, source, supply_v, .. } = &self.library;
        let Conditions { clock_mhz, operands, glitches, sampling, surroundings } = conditions;
        let operands = match operands {
            Operands::Uniform => "uniform independent operands".to_owned(),
            Operands::Distribution(_) => format!("independent operands, distribution {}", short(operands)),
            Operands::Trace(pairs) => {
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
        let Surroundings { input_slew_ns, output_load_ff, wire_ff } = surroundings;
        let around = match *surroundings == Surroundings::default() {
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

fn short(operands: &Operands) -> String {
    let mut digits = hex(&digest(operands));
    digits.truncate(DIGITS);
    digits
}

/// What tells operands of a kind from others of that kind.
fn digest(operands: &Operands) -> [u8; 32] {
    let mut hash = Sha256::new();
    match operands {
        Operands::Uniform => {}
        Operands::Distribution(distribution) => {
            distribution.probabilities().iter().for_each(|p| hash.update(p.to_le_bytes()));
        }
        Operands::Trace(pairs) => pairs.iter().flatten().for_each(|value| hash.update(value.to_le_bytes())),
    }
    hash.finalize().into()
}

/// What tells conditions from others, as the cache needs it.
pub(super) fn key(conditions: &Conditions) -> Vec<u8> {
    let Conditions { clock_mhz, operands, glitches, sampling, surroundings } = conditions;
    let kind = match operands {
        Operands::Uniform => "uniform".to_owned(),
        Operands::Distribution(distribution) => format!("distribution {}", distribution.format()),
        Operands::Trace(_) => "trace".to_owned(),
    };
    let rest = format!("{clock_mhz:?} {glitches:?} {sampling:?} {surroundings:?} {kind} ");
    [rest.as_bytes(), &digest(operands)].concat()
}

/// How a goal is said.
pub(super) fn goal_text(goal: Goal) -> &'static str {
    match goal {
        Goal::Area => "mapped for area",
        Goal::Delay => "mapped for delay",
    }
}

/// What is shown of a path in a technology.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
