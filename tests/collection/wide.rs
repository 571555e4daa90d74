//! Multipliers whose operands are too wide for a table, and those among them that are not.

use std::fs;

use axmul_netlist::simulate::Simulator;
use axmul_providers::{CacheChoice, MultiplierError, MultiplierSources, PairSampling, Warning};

use super::{find, open, product, sources, temporary, write_table};

/// Metrics of wide multipliers are kept by what their circuits are and by which pairs were looked at.
#[test]
fn wide_multipliers_are_kept_too() {
    let directory = temporary();
    let cache = CacheChoice::Directory(directory.path().join("cache"));
    let of = |name: &str, pairs: Option<u64>, cache: &CacheChoice| {
        let sampling = PairSampling { pairs, seed: 5 };
        let mut found = open(&MultiplierSources { sampling, cache: cache.clone(), ..sources(&[]) })
            .resolve(name)
            .unwrap();
        assert_eq!(found.len(), 1);
        found.remove(0)
    };
    let entries = || fs::read_dir(directory.path().join("cache/tables")).unwrap().count();
    let requests = [("truncated-3-9x5u", None), ("truncated-3-9x5u", Some(500)), ("truncated-3-5x9u", None)];
    // Metrics by circuit and pairs; costs by circuit.
    for ((name, pairs), count) in requests.into_iter().zip([2, 3, 5]) {
        let fresh = of(name, pairs, &CacheChoice::Off);
        assert_eq!(of(name, pairs, &cache), fresh, "cold");
        assert_eq!(of(name, pairs, &cache), fresh, "warm");
        assert_eq!(entries(), count);
        assert!(fresh.table.is_none() && fresh.metrics().mae > 0.0);
    }
}

#[test]
fn products_and_circuits_of_every_kind_can_be_had() {
    let directory = temporary();
    let table = write_table(directory.path(), "mine.txt");
    let collection = open(&sources(&[]));
    for (name, a, b, expected) in [
        (table.to_str().unwrap(), -7, 5, Some(-35)),
        ("exact-8s", -100, 90, Some(-9000)),
        ("exact-20x9u", 1_000_000, 500, Some(500_000_000)),
        ("drum-4-12u", 4095, 1, None),
    ] {
        let entry = find(&collection, name);
        let products = collection.products(&entry).unwrap();
        assert_eq!(products.format(), entry.format);
        let product_of = |a, b| product(products.as_ref(), a, b);
        if let Some(expected) = expected {
            assert_eq!(product_of(a, b), expected, "{name}");
        }
        match collection.circuit(&entry).unwrap() {
            Some(netlist) => assert_eq!(product(&Simulator::new(&netlist), a, b), product_of(a, b), "{name}"),
            None => assert!(name.ends_with(".txt"), "{name}"),
        }
    }
    assert!(matches!(collection.find("exakt-8s"), Err(MultiplierError::Unknown { .. })));
    assert_eq!(collection.find("exact").unwrap().0.len(), 2);
}

#[test]
fn tables_are_what_remains_without_the_wide_ones() {
    let directory = temporary();
    let path = directory.path().join("c.yaml");
    let entries =
        ["4s", "32s", "9x8u"].map(|f| format!("- {{name: m{f}, format: {f}, model: {{family: exact}}}}\n"));
    fs::write(&path, format!("version: 1\nname: c\nentries:\n{}", entries.concat())).unwrap();
    let collection = open(&sources(&[&path]));
    let left_out =
        "left out, because operands of more than 8 bits make no table of all products: m32s, m9x8u";
    for names in [&[][..], &[path.to_str().unwrap()]] {
        let tables = collection.select_tables(names, &|_| {}).unwrap();
        assert_eq!(tables.multipliers.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["m4s"]);
        let [Warning::Note(note)] = &tables.warnings[..] else { panic!("{:?}", tables.warnings) };
        assert_eq!(note, left_out);
    }
    let error = collection.select_tables(&["m4s", "m32s"], &|_| {}).unwrap_err();
    assert!(matches!(error, MultiplierError::NoTable(_)), "{error}");
    // A digest is one of a table.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("9x8u, model", &format!("9x8u, sha256: '{}', model", "0".repeat(64))))
        .unwrap();
    let error = open(&sources(&[&path])).resolve("m9x8u").unwrap_err().to_string();
    assert!(error.contains("entry 'm9x8u': sha256: operands 9x8u are too wide for the table"), "{error}");
}
