//! From names, paths and sources to tabulated multipliers, shared libraries included.

#[path = "collection/wide.rs"]
mod wide;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use axmul_metrics::Products;
use axmul_providers::{
    CacheChoice, CatalogEntry, Collection, FoundEntries, MultiplierError, MultiplierSources, Warning,
};
use tempfile::TempDir;

/// An exact signed 4x4-bit table with `name` as its file's name.
fn write_table(directory: &Path, name: &str) -> PathBuf {
    let rows = (-8..8).map(|a| (-8..8).map(|b| (a * b).to_string()).collect::<Vec<_>>().join(" "));
    let path = directory.join(name);
    fs::write(&path, rows.collect::<Vec<_>>().join("\n")).unwrap();
    path
}

fn catalog(directory: &Path, file: &str, name: &str, entries: &[&str]) -> PathBuf {
    write_table(directory, "t.txt");
    let entries =
        entries.iter().map(|entry| format!("- {{name: {entry}, format: 4s, model: {{table: t.txt}}}}\n"));
    let path = directory.join(file);
    let text = format!("version: 1\nname: {name}\nentries:\n{}", entries.collect::<String>());
    fs::write(&path, text).unwrap();
    path
}

/// Without a cache and with the built-in catalog.
fn sources(catalogs: &[&Path]) -> MultiplierSources {
    MultiplierSources {
        catalogs: catalogs.iter().map(|&path| path.into()).collect(),
        cache: CacheChoice::Off,
        ..MultiplierSources::default()
    }
}

fn open(sources: &MultiplierSources) -> Collection {
    Collection::open(sources).unwrap()
}

fn names(collection: &Collection, text: &str) -> Vec<String> {
    collection.resolve(text).unwrap().iter().map(|found| found.name.clone()).collect()
}

fn error(collection: &Collection, text: &str) -> String {
    collection.resolve(text).unwrap_err().to_string()
}

fn temporary() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The one entry of a name.
fn find(collection: &Collection, name: &str) -> CatalogEntry {
    let (mut entries, warnings) = collection.find(name).unwrap();
    assert_eq!((entries.len(), warnings.len()), (1, 0), "{name}");
    entries.remove(0)
}

fn product(products: &dyn Products, a: i64, b: i64) -> i64 {
    let mut out = [0];
    products.pairs(&[a], &[b], &mut out).unwrap();
    out[0]
}

#[test]
fn the_built_in_catalog_may_be_named_among_others() {
    let directory = temporary();
    let one = catalog(directory.path(), "one.yaml", "one", &["a"]);
    let two = catalog(directory.path(), "two.yaml", "two", &["b"]);
    let own = Path::new("own");
    let collection = open(&sources(&[&one, own, &two, own, &one]));
    assert_eq!(collection.catalogs(), ["one", "own", "two"]);
    let mut listed: Vec<&str> = collection.entries().iter().map(|entry| entry.catalog.as_str()).collect();
    listed.dedup();
    assert_eq!(listed, ["one", "own", "two"]);
    assert_eq!(find(&collection, "exact-8s").catalog, "own");
    // Of what was asked for, what could be evaluated stands beside what came of it.
    let selection = collection.select(&["b", "exact-4s", "one/a"]).unwrap();
    let entries: Vec<&str> = selection.entries.iter().map(|entry| entry.name.as_str()).collect();
    let multipliers: Vec<&str> = selection.multipliers.iter().map(|found| found.name.as_str()).collect();
    assert_eq!((&entries[..], entries.clone()), (&["b", "exact-4s", "a"][..], multipliers));
    // Where there is no built-in catalog, it is a path like others.
    let without = open(&MultiplierSources { builtin: false, ..sources(&[own, &two]) });
    assert_eq!((without.catalogs(), without.warnings().len()), (&["two".to_owned()][..], 1));
}

#[test]
fn the_built_in_catalog_is_all_there_is_unless_told_otherwise() {
    let collection = open(&sources(&[]));
    let ours = ["own", "families"];
    assert!(collection.entries().iter().all(|e| ours.contains(&e.catalog.as_str()) && !e.cost.is_empty()));
    assert!(collection.warnings().is_empty());
    let signed = open(&MultiplierSources { signed: Some(true), ..sources(&[]) });
    assert!(signed.entries().len() >= 20 && signed.entries().iter().all(|entry| entry.format.is_signed()));

    let directory = temporary();
    let mine = catalog(directory.path(), "mine.yaml", "mine", &["a", "b"]);
    let collection = open(&sources(&[&mine]));
    let listed: Vec<_> = collection.entries().iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(listed, ["a", "b"]);
    assert_eq!(names(&collection, "exact-8s"), ["exact-8s"], "by name it stays");
    let without = open(&MultiplierSources { builtin: false, ..sources(&[&mine]) });
    assert!(matches!(without.resolve("exact-8s"), Err(MultiplierError::Unknown { .. })));
}

#[test]
fn names_of_families_have_cost_and_documentation() {
    let collection = open(&sources(&[]));
    assert_eq!(names(&collection, "truncated-3"), ["truncated-3-8s", "truncated-3-8u"]);
    let listed = &collection.resolve("own/exact-8s").unwrap()[0];
    let unlisted = &collection.resolve("families/truncated-9-4x7s").unwrap()[0];
    assert_eq!(unlisted.table().unwrap().rows(), 16);
    for found in [listed, unlisted] {
        assert!(found.cost.power_mw.unwrap() > 0.0 && found.provenance.citation.is_some(), "{}", found.name);
        assert!(!found.provenance.documentation.is_empty(), "{}", found.name);
    }
    assert_eq!(listed.cost.source, unlisted.cost.source, "comparable");
    assert_eq!(error(&collection, "exact-3"), "exact-3-8s: exact takes no parameters, got 1");
    let signed = open(&MultiplierSources { signed: Some(true), ..sources(&[]) });
    assert_eq!(names(&signed, "truncated-3"), ["truncated-3-8s"]);
    assert_eq!(
        error(&signed, "truncated-3-8u"),
        "'truncated-3-8u' has operands 8u, but only signed multipliers were asked for; drop --signed or the name"
    );
}

/// Products come with the entries that they are of, whatever failed beside them.
#[test]
fn tables_and_their_entries_are_pairs() {
    let directory = temporary();
    let file = catalog(directory.path(), "c.yaml", "c", &["first", "second", "third"]);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replacen(
            "second, format: 4s, model: {table: t.txt}",
            "second, format: 4s, model: {table: gone.txt}",
            1,
        ),
    )
    .unwrap();
    write_table(directory.path(), "gone.txt");
    let collection = open(&sources(&[&file]));
    fs::remove_file(directory.path().join("gone.txt")).unwrap();
    for names in [&[][..], &["first", "second", "third"]] {
        let tables = collection.select_tables(names, &|_| {}).unwrap();
        let multipliers: Vec<&str> = tables.multipliers.iter().map(|multiplier| &*multiplier.name).collect();
        let entries: Vec<&str> = tables.entries.iter().map(|entry| &*entry.name).collect();
        assert_eq!(multipliers, ["first", "third"]);
        assert_eq!(entries, multipliers);
        assert!(matches!(&tables.warnings[..], [Warning::Failed(_)]), "{:?}", tables.warnings);
    }
}

#[test]
fn several_names_are_found_with_what_failed() {
    let directory = temporary();
    let mine = catalog(directory.path(), "mine.yaml", "mine", &["one", "two"]);
    let broken = directory.path().join("broken.yaml");
    fs::write(&broken, "entries: 3").unwrap();
    let collection = open(&sources(&[]));
    let [mine, broken] = [mine, broken].map(|path| path.display().to_string());
    let FoundEntries { entries, warnings, failures } = collection.find_all(&[&mine, &broken, &mine]).unwrap();
    let names: Vec<&str> = entries.iter().map(|entry| &*entry.name).collect();
    assert_eq!((names, warnings.len(), failures.len()), (vec!["one", "two"], 0, 1));
    assert!(failures[0].to_string().contains("broken.yaml"), "{}", failures[0]);
    assert!(matches!(collection.find_all(&["exact-8s", "pecular-8s"]), Err(MultiplierError::Unknown { .. })));
}

#[test]
fn unknown_names_list_the_nearest_ones() {
    let directory = temporary();
    let mine = catalog(directory.path(), "mine.yaml", "mine", &["peculiar-8s"]);
    let collection = open(&sources(&[&mine]));
    assert_eq!(
        error(&collection, "pecular-8s"),
        "unknown multiplier 'pecular-8s'; did you mean peculiar-8s?"
    );
    assert!(error(&collection, "trunkated-3-8s").contains("did you mean truncated-3-8s"));
    // One misspelt name among good ones is an error all the same.
    assert!(matches!(collection.select(&["exact-8s", "pecular-8s"]), Err(MultiplierError::Unknown { .. })));
}

#[test]
fn a_name_in_two_sources_must_be_qualified() {
    let (one, two) = (temporary(), temporary());
    let first = catalog(one.path(), "c.yaml", "first", &["shared", "exact-4s"]);
    let second = catalog(two.path(), "c.yaml", "second", &["shared"]);
    let collection = open(&sources(&[&first, &second]));
    assert_eq!(
        error(&collection, "shared"),
        "'shared' is ambiguous: write one of first/shared, second/shared"
    );
    assert_eq!(collection.resolve("second/shared").unwrap()[0].provider, "second");
    let families = "'exact-4s' is ambiguous: write one of first/exact-4s, families/exact-4s";
    assert_eq!(error(&collection, "exact-4s"), families);
    assert_eq!(names(&collection, "families/exact-4s"), ["exact-4s"]);
    assert_eq!(collection.entries().len(), 3);

    // Namesakes are told apart by number, and a catalog that is named twice is one.
    let namesake = catalog(two.path(), "d.yaml", "first", &["shared"]);
    let collection = open(&sources(&[&first, &namesake, &first]));
    assert_eq!(
        error(&collection, "shared"),
        "'shared' is ambiguous: write one of first/shared, first#2/shared"
    );
}

#[test]
fn paths_are_tables_catalogs_and_directories() {
    let directory = temporary();
    let path = write_table(directory.path(), "mine.txt");
    let file = catalog(directory.path(), "c.yaml", "c", &["a", "b"]);
    let collection = open(&sources(&[]));
    let found = &collection.resolve(path.to_str().unwrap()).unwrap()[0];
    assert_eq!((found.is_exact(), found.format.is_signed()), (Some(true), true));
    assert_eq!((&*found.name, &*found.provider), ("mine", "file"));
    assert!(found.provenance.documentation.contains("judged by whether a product is negative"));
    assert_eq!(names(&collection, file.to_str().unwrap()), ["a", "b"]);
    fs::rename(&file, directory.path().join("catalog.yaml")).unwrap();
    assert_eq!(names(&collection, directory.path().to_str().unwrap()), ["a", "b"]);
    let text = path.to_str().unwrap();
    assert_eq!(
        collection.select(&[text, text, "exact-8s", "exact"]).unwrap().multipliers.len(),
        3,
        "each once"
    );

    let error = |name: &str| error(&collection, directory.path().join(name).to_str().unwrap());
    assert!(error("absent.npy").contains("absent.npy: No such file"));
    assert!(error("absent").ends_with("absent: no such file or directory"));
    fs::write(directory.path().join("x.doc"), "").unwrap();
    assert!(error("x.doc").contains("got a file of another kind"));
    fs::write(directory.path().join("x.csv"), "1,2\n3\n").unwrap();
    assert!(error("x.csv").contains("expected 2 numbers a line"));
}

#[test]
fn a_signedness_against_the_name_is_noted() {
    let directory = temporary();
    let path = write_table(directory.path(), "mul4s_mine.txt");
    let collection = open(&MultiplierSources { signed: Some(false), ..sources(&[]) });
    let selection = collection.select(&[path.to_str().unwrap()]).unwrap();
    assert!(!selection.multipliers[0].format.is_signed());
    let [Warning::Note(note)] = &selection.warnings[..] else { panic!("{:?}", selection.warnings) };
    assert!(note.contains("read as unsigned because that was asked for; its name says otherwise"));
}

#[test]
fn what_fails_is_a_warning_only_beside_what_succeeds() {
    let directory = temporary();
    let good = catalog(directory.path(), "good.yaml", "good", &["a"]);
    let missing = directory.path().join("missing.yaml");
    let collection = open(&sources(&[&missing, &good]));
    let selection = collection.select_all().unwrap();
    assert_eq!((selection.multipliers.len(), selection.warnings.len()), (1, 1));
    assert!(selection.warnings[0].to_string().contains("missing.yaml"));

    let collection = open(&sources(&[&missing]));
    assert!(collection.entries().is_empty(), "not the built-in catalog, which was not asked for");
    let error = collection.select_all().unwrap_err();
    assert!(matches!(error, MultiplierError::Catalog(_)), "{error}");
    // Something else was asked for, and is there.
    let selection = collection.select(&["exact-8s"]).unwrap();
    assert_eq!((selection.multipliers.len(), selection.warnings.len()), (1, 1));
    // The name may be in the source that is missing: both are told.
    let error = collection.resolve("peculiar").unwrap_err().to_string();
    assert!(error.contains("missing.yaml") && error.contains("'peculiar'"), "{error}");

    let nothing = open(&MultiplierSources { builtin: false, ..sources(&[]) }).select_all().unwrap_err();
    assert!(matches!(nothing, MultiplierError::Nothing(_)), "{nothing}");
}

#[test]
fn a_table_that_is_not_its_entrys_is_refused() {
    let directory = temporary();
    let path = catalog(directory.path(), "c.yaml", "c", &["a"]);
    let text = fs::read_to_string(&path).unwrap();
    let fails = |text: String| {
        fs::write(&path, text).unwrap();
        open(&sources(&[&path])).select_all().unwrap_err().to_string()
    };
    assert!(fails(text.replace("4s", "8s")).contains("entry 'a': expected a table for operands 8s"));
    let sum = "0".repeat(64);
    let error = fails(text.replace("t.txt}", &format!("t.txt}}, sha256: '{sum}'")));
    let got = error.split("got ").nth(1).unwrap()[..64].to_owned();
    fs::write(&path, text.replace("t.txt}", &format!("t.txt}}, sha256: '{got}'"))).unwrap();
    open(&sources(&[&path])).select_all().unwrap();
    let error = fails(text.replace("t.txt", "absent.txt"));
    assert!(error.contains("c.yaml: entry 'a': ") && error.contains("absent.txt"), "{error}");
}

/// What the cache gives back is what was put in, and a damaged entry is not believed.
#[test]
fn the_cache_changes_nothing_but_time() {
    let directory = temporary();
    let path = catalog(directory.path(), "c.yaml", "c", &["a", "b"]);
    let cached = MultiplierSources {
        cache: CacheChoice::Directory(directory.path().join("cache")),
        ..sources(&[&path])
    };
    let all = |sources: &MultiplierSources| {
        let names = ["a", "b", "exact-8u", "drum-3-5u", directory.path().join("t.txt").to_str().unwrap()]
            .map(str::to_owned);
        open(sources).select(&names).unwrap().multipliers
    };
    let expected = all(&sources(&[&path]));
    assert_eq!(all(&cached), expected, "cold");
    assert_eq!(all(&cached), expected, "warm");
    let files: Vec<_> = fs::read_dir(directory.path().join("cache/tables")).unwrap().collect();
    assert_eq!(files.len(), 4, "one table read in two ways, and a member of a family with its cost");
    for file in files {
        let path = file.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(all(&cached), expected, "damaged");
}

#[test]
fn processes_at_once_share_a_cache() {
    let directory = temporary();
    let start = || {
        Command::new(env!("CARGO_BIN_EXE_axmul"))
            .args(["compare", "--quiet", "--unsigned", "--format", "csv"])
            .env("AXMUL_CACHE_DIR", directory.path())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    assert!(outputs[0].stdout.len() > 1000);
    assert!(outputs.iter().all(|output| output.status.success() && output.stdout == outputs[0].stdout));
}

#[cfg(unix)]
mod libraries {
    use super::*;

    /// `int16_t mul8s_mine(int8_t, int8_t)`, exact but for the last bit, one that crashes, and a wide one.
    const SOURCE: &str = "\
#include <stdint.h>
int16_t mul8s_mine(int8_t a, int8_t b) { return (a * b) & ~1; }
int16_t mul8s_crash(int8_t a, int8_t b) { return *(volatile int16_t *)0 + a + b; }
uint16_t mul9x4u_wide(uint16_t a, uint8_t b) { return (uint16_t)(a * b + 1); }
";

    fn library(directory: &Path) -> PathBuf {
        static HOST: Once = Once::new();
        // SAFETY: this program reads the environment through the standard library only, which locks it.
        HOST.call_once(|| unsafe { std::env::set_var("AXMUL_HOST", env!("CARGO_BIN_EXE_axmul")) });
        let (source, library) = (directory.join("mine.c"), directory.join("libmine.so"));
        fs::write(&source, SOURCE).unwrap();
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
        let status =
            Command::new(compiler).args(["-shared", "-fPIC", "-O1", "-o"]).args([&library, &source]).status();
        assert!(status.unwrap().success());
        library
    }

    #[test]
    fn functions_are_reached_by_path_plugin_and_catalog() {
        let directory = temporary();
        let library = library(directory.path());
        let mine = format!("{}:mul8s_mine", library.display());
        let by_path = &open(&sources(&[])).resolve(&mine).unwrap()[0];
        assert_eq!((by_path.table().unwrap().product(-7, 3), &*by_path.name), (-22, "mul8s_mine"));

        let by_plugin = open(&MultiplierSources { plugins: vec![PathBuf::from(&mine)], ..sources(&[]) });
        assert_eq!(by_plugin.entries().len(), 1);
        assert_eq!(by_plugin.resolve("libmine/mul8s_mine").unwrap()[0].table, by_path.table);

        let file = directory.path().join("c.yaml");
        let text = "version: 1\nname: c\nentries: [{name: odd, format: 8s, cost: {power_mw: 1, source: me},\n  \
                    model: {library: libmine.so, symbol: mul8s_mine, signature: 'i16(i8,i8)'}}]";
        fs::write(&file, text).unwrap();
        let cache = CacheChoice::Directory(directory.path().join("cache"));
        let sources = MultiplierSources { cache, ..sources(&[&file]) };
        let found = open(&sources).resolve("odd").unwrap();
        assert_eq!((&found[0].table, found[0].cost.power_mw), (&by_path.table, Some(1.0)));
        // From the cache, even where no host could be started; rebuilt when the library changes.
        assert_eq!(open(&sources).resolve("odd").unwrap(), found);
        let entries = || fs::read_dir(directory.path().join("cache/tables")).unwrap().count();
        assert_eq!(entries(), 1);
        fs::OpenOptions::new()
            .append(true)
            .open(&library)
            .and_then(|mut file| {
                use std::io::Write;
                file.write_all(b"changed")
            })
            .unwrap();
        open(&sources).resolve("odd").unwrap();
        assert_eq!(entries(), 2);
    }

    #[test]
    fn wide_functions_are_listed_before_they_are_computed() {
        let directory = temporary();
        let library = library(directory.path());
        let wide = format!("{}:mul9x4u_wide", library.display());
        let collection = open(&sources(&[]));
        let entry = find(&collection, &wide);
        assert_eq!((entry.format.to_string().as_str(), entry.is_wide()), ("9x4u", true));
        assert!(collection.circuit(&entry).unwrap().is_none());
        assert_eq!(product(collection.products(&entry).unwrap().as_ref(), 500, 3), 1501);
        let evaluated = &collection.resolve(&wide).unwrap()[0];
        let metrics = evaluated.metrics();
        assert_eq!((metrics.mae, metrics.mean_error, evaluated.is_exact()), (1.0, -1.0, Some(false)));
        assert!(evaluated.provenance.origin.contains("symbol mul9x4u_wide"));
        // In a catalog, with its own name and cost.
        let file = directory.path().join("c.yaml");
        let text = "version: 1\nname: c\nentries: [{name: one-more, format: 9x4u, cost: {power_mw: 1, source: me},\n  \
                    model: {library: libmine.so, symbol: mul9x4u_wide}}]";
        fs::write(&file, text).unwrap();
        let found = open(&sources(&[&file])).resolve("one-more").unwrap();
        assert_eq!((found[0].metrics(), found[0].cost.power_mw), (metrics, Some(1.0)));
    }

    #[test]
    fn one_that_crashes_costs_only_itself() {
        let directory = temporary();
        let library = library(directory.path());
        let crash = format!("{}:mul8s_crash", library.display());
        let collection = open(&sources(&[]));
        let error = collection.resolve(&crash).unwrap_err();
        assert!(matches!(error, MultiplierError::Library(_)), "{error}");
        let selection = collection.select(&[&*crash, "exact-8s"]).unwrap();
        assert_eq!(selection.multipliers.len(), 1);
        assert!(matches!(&selection.warnings[..], [Warning::Failed(MultiplierError::Library(_))]));
        let plugin = open(&MultiplierSources { plugins: vec![PathBuf::from(&crash)], ..sources(&[]) });
        assert!(matches!(plugin.select_all(), Err(MultiplierError::Library(_))));
        assert_eq!(plugin.select(&["exact-8s"]).unwrap().warnings.len(), 1);
        let mistaken = collection.resolve("./libmine.so:1x").unwrap_err();
        assert!(matches!(mistaken, MultiplierError::Reference(_)), "{mistaken}");
    }
}
