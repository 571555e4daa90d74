use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// A 4x4-bit table of ones.
fn npy() -> Vec<u8> {
    let header = "{'descr': '|i1', 'fortran_order': False, 'shape': (16, 16), }\n";
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend([1; 256]);
    bytes
}

fn directory(files: &[(&str, &[u8])]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    directory
}

fn message(files: &[(&str, &[u8])]) -> String {
    open(directory(files).path(), None).unwrap_err().to_string()
}

#[test]
fn tables_in_both_places_are_joined_with_their_figures() {
    let npy = npy();
    let csv =
        b"name,family,power_mw,area_um2,mae,pareto\nb,4x4_signed,0.5,,1.5,x\nabsent,8x8_signed,1,1,1,\n";
    let directory = directory(&[("b.npy", &npy), ("tables/mul4u_a.npy", &npy), ("figures.csv", csv)]);
    let catalog = open(directory.path(), None).unwrap();
    let [b, a] = &catalog.entries[..] else { panic!("{catalog:?}") };
    assert_eq!((&*b.name, b.format.to_string(), b.cost.power_mw), ("b", "4s".to_owned(), Some(0.5)));
    assert_eq!((b.cost.area_um2, b.published.mae.as_ref().unwrap().value()), (None, 1.5));
    assert_eq!(b.cost.source, format!("figures.csv of {}", catalog.name));
    assert_eq!(b.provenance.documentation, "Operands signed: its row of figures says so.");
    assert_eq!((&*a.name, a.format.to_string(), a.cost.is_empty()), ("mul4u_a", "4u".to_owned(), true));
    assert!(catalog.notes.is_empty() && catalog.failures.is_empty());
}

/// A filter for unsigned ones must not turn the signed ones into unsigned ones.
#[test]
fn the_option_decides_only_where_nothing_else_does() {
    let npy = npy();
    let directory = directory(&[("mul4s_a.npy", &npy), ("b.npy", &npy)]);
    let catalog = open(directory.path(), Some(true)).unwrap();
    assert!(catalog.entries.iter().all(|entry| entry.format.is_signed()));
    let catalog = open(directory.path(), Some(false)).unwrap();
    let signed: Vec<bool> = catalog.entries.iter().map(|entry| entry.format.is_signed()).collect();
    assert_eq!(signed, [false, true], "b as asked for, mul4s_a by its name");
}

#[test]
fn of_several_releases_only_published_csv_is_taken() {
    let npy = npy();
    let (one, two) = (b"name,mae\na,1\n" as &[u8], b"name,mae\na,2\n" as &[u8]);
    let both = directory(&[("a.npy", &npy), ("published.csv", one), ("published-v2.csv", two)]);
    let catalog = open(both.path(), None).unwrap();
    assert_eq!(catalog.entries[0].published.mae.as_ref().unwrap().to_string(), "1");
    let neither = directory(&[("a.npy", &npy), ("v1.csv", one), ("v2.csv", two)]);
    let catalog = open(neither.path(), None).unwrap();
    assert!(catalog.entries[0].published.is_empty());
    assert!(catalog.notes[0].contains("2 CSV files and none called published.csv"), "{:?}", catalog.notes);
}

#[test]
fn one_bad_table_leaves_the_others() {
    let npy = npy();
    let directory = directory(&[("a.npy", &npy), ("bad.npy", b"no table")]);
    let catalog = open(directory.path(), None).unwrap();
    assert_eq!((catalog.entries.len(), catalog.failures.len()), (1, 1));
    let message = catalog.failures[0].to_string();
    assert!(
        message.contains("entry 'bad'") && message.contains("bad.npy: expected an .npy file"),
        "{message}"
    );
}

#[test]
fn what_contradicts_itself_is_told() {
    let npy = npy();
    let directory = directory(&[("a.npy", &npy), ("f.csv", b"name,family\na,8x8_signed\n")]);
    let catalog = open(directory.path(), None).unwrap();
    assert!(catalog.notes[0].contains("its row in f.csv is of a multiplier 8s, its table of one 4s"));
    let table: (&str, &[u8]) = ("a.npy", &npy);
    assert!(
        message(&[table, ("tables/a.npy", &npy)])
            .contains("entry 'a': lies in the directory and in its folder")
    );
    assert!(message(&[("readme.txt", b"")]).contains("expected .npy tables in it or in its folder tables"));
    let csv = |text: &'static str| message(&[table, ("published.csv", text.as_bytes())]);
    assert!(csv("").contains("published.csv: expected a first line of column names"));
    assert!(csv("title,mae\na,1\n").contains("with a column name, got title, mae"));
    assert!(csv("name,mae\na,much\n").contains("published.csv: entry 'a': mae: 'much' is no figure"));
    assert!(csv("name,power_mw\na,-1\n").contains("power_mw: expected a number of at least 0, got -1"));
    assert!(csv("name,mae\na,1\na,2\n").contains("entry 'a': the name has two rows"));
    assert!(csv("name,mae\na\n").contains("published.csv: "));
}

proptest! {
    #[test]
    fn no_bytes_make_the_csv_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_csv(&bytes, Path::new("f.csv"), "f.csv");
    }

    #[test]
    fn no_text_makes_the_csv_reader_panic(text in "name,mae,family,power_mw\n[-a-z0-9.,\"\n]{0,120}") {
        let _ = parse_csv(text.as_bytes(), Path::new("f.csv"), "f.csv");
    }
}
