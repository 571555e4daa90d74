//! The rules of the house that neither the compiler nor Cargo knows: how long a file gets, and which crates are named
//! in one module only. Which crate may use which stands in the manifests.

use std::fs;
use std::path::{Path, PathBuf};

/// The longest that a Rust file may be, in lines. Aim below 300.
const MAX_LINES: usize = 500;

/// Crates that have stopped moving, and the one module that may name each: where it would be replaced.
const CONFINED: &[(&str, &str)] = &[("bincode", "src/providers/"), ("serde_yaml", "src/support/yaml.rs")];

/// Modules of the package `axmul` and what they may not use: a report knows no command line, and nothing but the
/// command line starts processes.
const LAYERS: &[(&str, &[&str])] =
    &[("src/report/", &["crate::cli", "crate::launch"]), ("src/launch/", &["crate::cli", "crate::report"])];

/// The part of a line before a comment.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

fn check_length(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > MAX_LINES).then(|| format!("{path}: {lines} lines; split it, the limit is {MAX_LINES}"))
}

fn check_layers(path: &str, text: &str) -> Vec<String> {
    let layers = LAYERS.iter().filter(|(folder, _)| path.starts_with(folder));
    let uses = |used: &str| text.lines().any(|line| code(line).contains(used));
    layers
        .flat_map(|(folder, banned)| banned.iter().map(move |used| (folder, used)))
        .filter(|(_, used)| uses(used))
        .map(|(folder, used)| format!("{path}: {folder} may not use {used}"))
        .collect()
}

/// Takes all Rust files, since one of them may name the crate.
fn check_confined(files: &[(String, String)]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, home) in CONFINED {
        let path = format!("{name}::");
        let naming = files.iter().filter(|(_, text)| text.lines().any(|line| code(line).contains(&path)));
        let (inside, outside): (Vec<_>, Vec<_>) =
            naming.map(|(path, _)| path).partition(|p| p.starts_with(home));
        complaints.extend(outside.iter().map(|path| format!("{path}: only {home} may name `{name}`")));
        if inside.len() > 1 {
            complaints.push(format!("`{name}` is named in more than one module: {inside:?}"));
        }
    }
    complaints
}

/// Path from the root and text of every Rust file below `folder`.
fn rust_files(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(root.join(folder)).unwrap().map(Result::unwrap) {
        let path: PathBuf = folder.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() && entry.file_name() != "target" {
            rust_files(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(root.join(&path)).unwrap();
            found.push((path.to_str().unwrap().replace('\\', "/"), text));
        }
    }
}

#[test]
fn the_repository_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["benches", "examples", "plugins", "src", "tests", "xtask"] {
        rust_files(root, Path::new(folder), &mut files);
    }
    assert!(files.iter().any(|(path, _)| path == "src/kernels/lib.rs"), "the crates were not found");
    files.retain(|(path, _)| path != "tests/tidy.rs");
    let mut complaints = check_confined(&files);
    for (path, text) in &files {
        complaints.extend(check_length(path, text));
        complaints.extend(check_layers(path, text));
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn what_breaks_a_rule_is_found() {
    assert!(check_length("src/a.rs", &"\n".repeat(500)).is_none());
    assert!(check_length("src/a.rs", &"\n".repeat(501)).unwrap().contains("501 lines"));

    assert_eq!(check_layers("src/report/run.rs", "use crate::cli::Console; // crate::launch").len(), 1);
    assert!(check_layers("src/cli/run.rs", "use crate::report::Render;").is_empty());

    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let found = check_confined(&[
        file("src/support/yaml.rs", "use serde_yaml::Value;"),
        file("src/providers/catalog.rs", "serde_yaml::from_str(text)"),
        file("src/providers/cache.rs", "bincode::serde::encode()"),
        file("src/providers/wire.rs", "bincode::serde::encode() // bincode::"),
        file("src/cli/doctor.rs", "// bincode::encode is not here"),
    ]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("bincode") && found[0].contains("more than one module"), "{found:?}");
    assert!(found[1].starts_with("src/providers/catalog.rs: only src/support/yaml.rs"), "{found:?}");
}
