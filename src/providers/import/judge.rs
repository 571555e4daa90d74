//! One multiplier from the files that claim to be it.
//!
//! Every file is read, tabulated and compared with the others. An entry is taken from the netlist where one is as good
//! as the others, because a circuit has a cost; with the operands in the places in which the C source takes them, if
//! there is one, because functions are called by place. Where files differ, the one is taken that the published figures
//! are of.

use super::super::c_source::{CSource, CSourceRef};
use super::super::catalog::file::check_name;
use super::super::catalog::{PublishedFigure, table_digest};
use super::super::entry::{CatalogEntry, Model};
use super::super::equality::{
    ComparedMultiplier, EqualityPlan, EqualityVerdict, IMPORT_PAIRS, SwappedEquality, compare_multipliers,
    silent,
};
use super::super::netlists::NetlistFile;
use super::super::tabulate::Evaluator;
use super::super::{HeaderComment, MultiplierError, Warning};
use super::candidate::{ImportCandidate, ImportLibrary, ModelFile, ModelKind};
use super::{ImportNote, ImportNoteKind};
use axmul_api::Netlist;
use axmul_metrics::evaluation::{Difference, SwappedOperands};
use axmul_metrics::{Cost, OperandFormat, ProductTable, Products, Provenance};

/// Up to so many product bits, published figures are held against those of all operand pairs.
const MAX_BITS: u8 = 24;

/// What became of a candidate.
pub(super) struct Judged {
    pub listed: Option<ImportedEntry>,
    pub remarks: Vec<ImportNote>,
    /// How many of its files were read.
    pub models: usize,
}

/// An entry for the catalog, and the file that it is taken from.
pub(super) struct ImportedEntry {
    pub entry: CatalogEntry,
    pub file: ModelFile,
    /// The ports of a, b and the product, if it is a netlist.
    pub ports: Option<[String; 3]>,
    /// Whether it came as several models that all compute the same.
    pub agreed: bool,
}

/// A file that was read.
struct ReadModel<'a> {
    file: &'a ModelFile,
    entry: CatalogEntry,
    ports: Option<[String; 3]>,
    circuit: Option<Netlist>,
    products: Box<dyn Products>,
}

impl ReadModel<'_> {
    fn compared(&self) -> ComparedMultiplier<'_> {
        ComparedMultiplier { circuit: self.circuit.as_ref(), products: &*self.products }
    }
}

/// Files that are one multiplier.
struct ModelClass<'a>(Vec<ClassMember<'a>>);

struct ClassMember<'a> {
    read: ReadModel<'a>,
    /// Whether its operands are those of the first member exchanged.
    exchanged: bool,
    /// Whether that is known of a sample of operands only.
    sampled: bool,
}

impl ModelClass<'_> {
    /// Whether the operands of its first member are exchanged, as seen by one that is called by place.
    fn is_turned(&self) -> bool {
        let called = self.0.iter().find(|member| member.read.file.kind == ModelKind::CSource);
        called.is_some_and(|member| member.exchanged)
    }
}

pub(super) fn judge(evaluator: &Evaluator, library: &ImportLibrary, candidate: &ImportCandidate) -> Judged {
    let mut case = ImportCase { evaluator, library, candidate, remarks: Vec::new() };
    let (mut listed, mut models) = (None, 0);
    match check_name(&candidate.name) {
        Err(problem) => case.note(ImportNoteKind::LeftOut, format!("its name cannot be one: {problem}")),
        Ok(()) => {
            let reads = case.read_all();
            models = reads.len();
            let classes = case.classes(reads);
            case.tell(&classes);
            listed = case.decide(classes);
        }
    }
    Judged { listed, remarks: case.remarks, models }
}

/// A candidate and what is said about it so far.
struct ImportCase<'a> {
    evaluator: &'a Evaluator,
    library: &'a ImportLibrary,
    candidate: &'a ImportCandidate,
    remarks: Vec<ImportNote>,
}

impl<'a> ImportCase<'a> {
    fn note(&mut self, subject: ImportNoteKind, text: impl Into<String>) {
        self.remarks.push(ImportNote::new(&self.candidate.name, subject, text));
    }

    /// The files that can be read and are of one format: what the folder says, else the first of them.
    fn read_all(&mut self) -> Vec<ReadModel<'a>> {
        let (mut reads, mut failures): (Vec<ReadModel<'a>>, _) = (Vec::new(), Vec::new());
        let mut format = self.candidate.format;
        let mut files: Vec<&ModelFile> = self.candidate.models.iter().collect();
        // Netlists say how wide they are, C sources have to be told.
        files.sort_by_key(|file| file.kind);
        for file in files {
            match self.read(file, format) {
                Ok(read) => {
                    let (expected, got) = (*format.get_or_insert(read.entry.format), read.entry.format);
                    if expected == got {
                        reads.push(read);
                    } else {
                        failures.push(format!("{}: expected operands {expected}, got {got}", file.called));
                    }
                }
                Err(error) => failures.push(file.brief(&error.to_string())),
            }
        }
        let subject = if reads.is_empty() { ImportNoteKind::LeftOut } else { ImportNoteKind::Unreadable };
        failures.into_iter().for_each(|failure| self.note(subject, failure));
        reads
    }

    /// The files by what they compute. Circuits come first and are compared with circuits, by proof; functions with
    /// one of them, which takes long.
    fn classes(&mut self, reads: Vec<ReadModel<'a>>) -> Vec<ModelClass<'a>> {
        let mut classes: Vec<ModelClass<'a>> = Vec::new();
        'reads: for read in reads {
            let mut different = None;
            for class in &mut classes {
                let first = &class.0[0].read;
                let plan = EqualityPlan::of_import(first.entry.format);
                let verdict = compare_multipliers(first.compared(), read.compared(), &plan, &silent);
                // Files that a sample cannot tell apart stay together, and a note says so.
                let (exchanged, sampled) = match verdict {
                    Ok(EqualityVerdict::Equal(_)) => (false, false),
                    Ok(EqualityVerdict::Unknown { .. }) => (false, true),
                    Ok(EqualityVerdict::Different { example, swapped, .. }) => match swapped {
                        SwappedEquality::Proven => (true, false),
                        SwappedEquality::Sampled => (true, true),
                        SwappedEquality::No => {
                            let Difference { a, b, x, y } = example;
                            different.get_or_insert_with(|| {
                                format!(
                                    "{} and {} are different multipliers: {a} x {b} is {x} in one and {y} in the \
                                     other",
                                    first.file.called, read.file.called
                                )
                            });
                            continue;
                        }
                    },
                    // Circuits and tables always compute, and functions come after them.
                    Err(error) => {
                        self.note(ImportNoteKind::Unreadable, read.file.brief(&error.to_string()));
                        continue 'reads;
                    }
                };
                class.0.push(ClassMember { read, exchanged, sampled });
                continue 'reads;
            }
            different.into_iter().for_each(|text| self.note(ImportNoteKind::Different, text));
            classes.push(ModelClass(vec![ClassMember { read, exchanged: false, sampled: false }]));
        }
        classes
    }

    /// Says which files have their operands exchanged, and which were not compared for all of them.
    fn tell(&mut self, classes: &[ModelClass<'a>]) {
        for class in classes {
            let turned = class.is_turned();
            for ClassMember { read, exchanged, sampled } in &class.0 {
                let called = &read.file.called;
                if *exchanged != turned {
                    self.note(
                        ImportNoteKind::Exchanged,
                        format!("{called} takes its operands the other way round"),
                    );
                }
                if *sampled {
                    let first = &class.0[0].read.file.called;
                    let text =
                        format!("{called} and {first} were compared for {IMPORT_PAIRS} pairs of operands");
                    self.note(ImportNoteKind::Sampled, text);
                }
            }
        }
    }

    /// The entry, from the first file in the order of their kinds; where files differ, from the first of those that
    /// bear out most of what is published.
    fn decide(&mut self, mut classes: Vec<ModelClass<'a>>) -> Option<ImportedEntry> {
        let agreed = classes.len() == 1 && classes[0].0.len() > 1;
        let figures: Vec<_> =
            classes.iter().map(|class| figures(self.evaluator, &class.0[0].read.entry)).collect();
        let wrong = |at: &usize| match &figures[*at] {
            Ok(wrong) => (false, wrong.len()),
            Err(_) => (true, 0),
        };
        let Some(at) = (0..classes.len()).min_by_key(wrong) else {
            if self.remarks.is_empty() {
                self.note(ImportNoteKind::LeftOut, "none of its files is there");
            }
            return None;
        };
        let exchange = classes[at].is_turned();
        let first = classes.swap_remove(at).0.into_iter().next()?;
        let ReadModel { file, mut entry, mut ports, products, .. } = first.read;
        match &figures[at] {
            Ok(wrong) => wrong.iter().for_each(|text| self.note(ImportNoteKind::Figure, text)),
            Err(error) => {
                self.note(ImportNoteKind::LeftOut, file.brief(&error.to_string()));
                return None;
            }
        }
        self.compare_index(&entry);
        if let (true, Some([a, b, _])) = (exchange, &mut ports) {
            std::mem::swap(a, b);
        }
        entry.sha256 = digest(&*products, exchange);
        Some(ImportedEntry { entry, file: file.clone(), ports, agreed })
    }

    /// Says which figures of the index are not those of the files' comments.
    fn compare_index(&mut self, entry: &CatalogEntry) {
        for (name, printed) in &self.candidate.index {
            let here = match *name {
                "power_mw" => entry.cost.power_mw,
                "area_um2" => entry.cost.area_um2,
                "delay_ns" => entry.cost.delay_ns,
                name => entry.published.get(name).map(PublishedFigure::value),
            };
            if let Some(here) = here
                && printed.parse() != Ok(here)
            {
                self.note(
                    ImportNoteKind::Index,
                    format!("the index says {name} {printed}, the files {here}"),
                );
            }
        }
    }

    /// A file as an entry of its own, with everything that it needs to compute.
    fn read(
        &self,
        file: &'a ModelFile,
        format: Option<OperandFormat>,
    ) -> Result<ReadModel<'a>, MultiplierError> {
        let Self { evaluator, library, candidate, .. } = *self;
        let signed = format.map(OperandFormat::is_signed).or(candidate.signed);
        let (model, format, header, ports) = match file.kind {
            ModelKind::Netlist | ModelKind::Mapped => {
                let netlist = NetlistFile::new(&file.path, file.netlist.clone(), signed);
                let circuit = netlist.circuit(&evaluator.cache)?;
                let (format, header) = (circuit.netlist.format(), circuit.header.clone());
                let ports = circuit.ports.clone();
                (Model::Netlist(netlist), format, header, Some(ports))
            }
            ModelKind::CSource => {
                let (function, signature) = (file.symbol.clone(), file.signature);
                let asked = CSourceRef { function, format, signature, ..CSourceRef::file(&file.path) };
                let source = CSource::new(asked, signed);
                let function = source.function()?;
                if function.includes_own_files {
                    let problem =
                        "expected a source that needs no other files, got one that includes some; put \
                                   them into it"
                            .into();
                    return Err(MultiplierError::Path { path: file.path.clone(), problem });
                }
                let (format, header) = (function.format, function.header.clone());
                (Model::CSource(source), format, header, None)
            }
            ModelKind::Table => {
                let table = evaluator.read_table(&file.path, signed)?.measured.table;
                (Model::Table(file.path.clone()), table.format(), HeaderComment::default(), None)
            }
        };
        let entry = header.complete(&CatalogEntry {
            name: candidate.name.clone(),
            catalog: library.name.clone(),
            provider: library.name.clone(),
            format,
            cost: candidate.cost.clone(),
            provenance: Provenance {
                origin: file.called.clone(),
                licence: candidate.licence.clone(),
                citation: candidate.citation.clone(),
                documentation: candidate.documentation.clone(),
            },
            published: candidate.published.clone(),
            model,
            sha256: None,
            origin: file.path.clone(),
        });
        let of_header = candidate.cost.is_empty() && !entry.cost.is_empty();
        let source = if of_header { library.cost_source.clone() } else { entry.cost.source.clone() };
        let entry = CatalogEntry { cost: Cost { source, ..entry.cost }, ..entry };
        let (circuit, products) = (evaluator.circuit(&entry)?, evaluator.products(&entry)?);
        Ok(ReadModel { file, entry, ports, circuit, products })
    }
}

/// The published figures that a model does not bear out, a sentence each.
fn figures(evaluator: &Evaluator, entry: &CatalogEntry) -> Result<Vec<String>, MultiplierError> {
    if entry.format.product_width() > MAX_BITS {
        return Ok(Vec::new());
    }
    let (_, warnings) = evaluator.evaluate(entry, &|_, _| {})?;
    let said = warnings.into_iter().filter_map(|warning| match warning {
        Warning::Contradiction(found) => Some(format!(
            "{} is published as {}, and its products give {}",
            found.figure, found.published, found.computed
        )),
        _ => None,
    });
    Ok(said.collect())
}

/// What the table of an entry hashes to, if it has one.
fn digest(products: &dyn Products, exchange: bool) -> Option<String> {
    let format = products.format();
    if CatalogEntry::has_wide(format) {
        return None;
    }
    let mut wide = vec![0; format.pairs() as usize];
    match exchange {
        true => SwappedOperands(products).block(0, &mut wide).ok()?,
        false => products.block(0, &mut wide).ok()?,
    }
    Some(table_digest(&ProductTable::from_wide(format, &wide).ok()?))
}
