//! The rules of the house that no compiler knows: which room may use which, who may name `tch`, how long a file gets.
//!
//! Each rule is a function over text that returns complaints; one test applies all of them to the files of the
//! repository, the others show each rule a text that breaks it.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Rooms of `src/` and what each may use. A room that is not here is a complaint, so this table is the whole truth.
/// Nothing in it points at a later line; the ground is `yaml` (the parser's one door) and `files`.
const ROOMS: &[(&str, &[&str])] = &[
    ("yaml", &[]),
    ("files", &[]),
    ("random", &[]),
    ("multiplier", &[]),
    ("netlist", &["multiplier", "random", "yaml"]),
    ("evaluation", &["multiplier", "random"]),
    ("hardware", &["multiplier", "netlist", "random", "yaml"]),
    ("kernels", &["multiplier", "random"]),
    ("providers", &["multiplier", "netlist", "evaluation", "hardware", "yaml", "files"]),
    ("compare", &["multiplier", "random", "hardware"]),
    ("assignment", &["multiplier"]),
    ("data", &["random", "yaml", "files"]),
    // Training receives tabulated multipliers and never fetches them, so no `providers`.
    ("training", &["multiplier", "hardware", "kernels", "assignment", "data", "yaml", "files", "random"]),
    (
        "report",
        &[
            "multiplier",
            "netlist",
            "evaluation",
            "hardware",
            "compare",
            "assignment",
            "training",
            "yaml",
            "files",
        ],
    ),
    (
        "cli",
        &[
            "multiplier",
            "netlist",
            "evaluation",
            "hardware",
            "kernels",
            "providers",
            "compare",
            "assignment",
            "data",
            "training",
            "report",
            "yaml",
            "files",
            "random",
        ],
    ),
];

/// Crates that are named in one place only: the crate, and how many files below which path may name it.
const CONFINED: &[(&str, usize, &str)] =
    &[("tch", usize::MAX, "src/training/torch/"), ("bincode", 1, "src/"), ("serde_yaml", 1, "src/")];

/// The longest that a Rust file may be, in lines. Aim below 300.
const MAX_LINES: usize = 500;

/// What no tracked text may contain: hosts of package registries, and home directories of the machine it was
/// written on. In two pieces each, so that this file passes its own rule.
const BANNED_HOSTS: &[(&str, &str)] =
    &[("crates", ".io"), ("pypi", ".org"), ("pythonhosted", ".org"), ("npmjs", ".org"), ("npmjs", ".com")];
const BANNED_PATHS: &[(&str, &str)] =
    &[("/ro", "ot/"), ("/ho", "me/"), ("/wo", "rk/"), ("/Us", "ers/"), ("/tmp/", "bash")];

// ---- Reading Rust ---------------------------------------------------------------------------------------------------

/// Rust text with the insides of comments, strings and character literals blanked, line breaks kept.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = comment(rest).or_else(|| string(rest, &code)).or_else(|| character(rest));
        let (skipped, step) = (length.is_some(), length.unwrap_or(first.len_utf8()));
        for c in rest[..step].chars() {
            code.push(if skipped && c != '\n' { ' ' } else { c });
        }
        rest = &rest[step..];
    }
    code
}

/// Length of the comment that `text` begins with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    text.starts_with("/*").then_some(())?;
    let (mut depth, mut at) = (0, 0);
    loop {
        let here = &text[at..];
        at += match here {
            _ if here.starts_with("/*") => {
                depth += 1;
                2
            }
            _ if here.starts_with("*/") => {
                depth -= 1;
                2
            }
            _ => here.chars().next()?.len_utf8(),
        };
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Length of the string literal, plain or raw, that `text` begins with; `before` is what stands before it.
fn string(text: &str, before: &str) -> Option<usize> {
    if let Some(raw) = text.strip_prefix('r').filter(|_| !before.ends_with(is_word)) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inside = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return inside.find(&end).map(|at| 1 + hashes + 1 + at + end.len());
    }
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    inside.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(1 + at + 1)
    })
}

/// Length of the character literal that `text` begins with; `None` for a lifetime.
fn character(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    if first == '\\' {
        return inside[2..].find('\'').map(|at| 1 + 2 + at + 1);
    }
    inside[first.len_utf8()..].starts_with('\'').then_some(1 + first.len_utf8() + 1)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether `word` stands in `code` as a word of its own.
fn names(code: &str, word: &str) -> bool {
    code.split(|c| !is_word(c)).any(|found| found == word)
}

/// The first names of the paths that begin at the crate's root, with their lines: of `crate::a::b` and `axmul::a`
/// the `a`, of `crate::{a, b::{c, d}}` the `a` and the `b`. `super::super::a` counts where it climbs at least as
/// many modules as the file lies deep.
fn from_root(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let climb = "super::".repeat(depth);
    for root in ["crate::", "axmul::", &climb] {
        for (at, _) in code.match_indices(root) {
            if code[..at].ends_with(|c| is_word(c) || c == ':') {
                continue;
            }
            let rest = code[at + root.len()..].trim_start_matches("super::");
            let line = code[..at].lines().count();
            // `use super::*` is how the tests within a file see the rest of it.
            let names = heads(rest).into_iter().filter(|name| name != "*" || root != climb);
            found.extend(names.map(|name| (line, name)));
        }
    }
    found
}

/// The first name of a path, or of each path in a group.
fn heads(path: &str) -> Vec<String> {
    let name = |text: &str| text.trim().chars().take_while(|&c| is_word(c) || c == '*').collect::<String>();
    let Some(group) = path.trim_start().strip_prefix('{') else { return vec![name(path)] };
    let (mut depth, mut start, mut heads) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            ',' if depth == 0 => {
                heads.push(name(&group[start..at]));
                start = at + 1;
            }
            '{' => depth += 1,
            '}' if depth == 0 => {
                heads.push(name(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

// ---- The rules ------------------------------------------------------------------------------------------------------

/// The room that a file below `src/` belongs to; `None` for the crate's root and the executables.
fn room_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let room = inside.split('/').next()?.trim_end_matches(".rs");
    (!["lib", "main", "bin"].contains(&room)).then_some(room)
}

/// Arrows point downwards only.
fn check_floors(path: &str, text: &str) -> Vec<String> {
    let Some(room) = room_of(path) else { return Vec::new() };
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return vec![format!("{path}: the room `{room}` is not in the table of tests/tidy.rs")];
    };
    let depth = path.trim_end_matches("/mod.rs").matches('/').count();
    from_root(&code_of(text), depth)
        .into_iter()
        .filter(|(_, used)| used == "*" || used != room && ROOMS.iter().any(|(name, _)| name == used))
        .filter(|(_, used)| !allowed.contains(&used.as_str()))
        .map(|(line, used)| format!("{path}:{line}: `{room}` may not use `{used}` (see src/lib.rs)"))
        .collect()
}

/// Crates that are named in one place only. Takes all Rust files, for some may be named once.
fn check_confined(files: &[(String, String)]) -> Vec<String> {
    let mut complaints = Vec::new();
    for &(name, count, home) in CONFINED {
        // Benches time whatever there is.
        let files = files.iter().filter(|(path, _)| !path.starts_with("benches/"));
        let naming = files.filter(|(_, text)| names(&code_of(text), name)).map(|(path, _)| path);
        let (inside, outside): (Vec<_>, Vec<_>) = naming.partition(|path| path.starts_with(home));
        complaints.extend(outside.iter().map(|path| format!("{path}: only {home} may name `{name}`")));
        if inside.len() > count {
            complaints.push(format!("`{name}` is named in more than {count} module: {inside:?}"));
        }
    }
    complaints
}

fn check_length(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    let complaint = || format!("{path}: {lines} lines; split it, for {MAX_LINES} is the limit");
    if lines > MAX_LINES { vec![complaint()] } else { Vec::new() }
}

/// No hosts of registries, no paths of the machine it was written on.
fn check_places(path: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut complain = |what: String| complaints.push(format!("{path}:{}: names {what}", number + 1));
        for (one, two) in BANNED_HOSTS {
            let host = format!("{one}{two}");
            if line.contains(&host) {
                complain(host);
            }
        }
        for (one, two) in BANNED_PATHS {
            let start = format!("{one}{two}");
            // Only where the path starts there, and is not the tail of a longer one or of an address.
            let starts = |at: usize| !line[..at].ends_with(|c| is_word(c) || "./~-})$".contains(c));
            if line.match_indices(&start).any(|(at, _)| starts(at)) {
                complain(start);
            }
        }
    }
    complaints
}

/// `inventory` sees only crates that something mentions: every family below `plugins/` is mentioned in
/// `families.rs`. Takes (path, text) of the manifests; the contract and shared libraries are no families.
fn check_families(manifests: &[(String, String)], families: &str) -> Vec<String> {
    let code = code_of(families);
    let mut complaints = Vec::new();
    for (path, text) in manifests {
        let name = text.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        let Some(name) = name.filter(|&name| name != "axmul-api" && !text.contains("cdylib")) else {
            continue;
        };
        let mention = format!("use {} as _;", name.replace('-', "_"));
        if !code.contains(&mention) {
            complaints.push(format!("{path}: src/providers/families.rs does not say `{mention}`"));
        }
    }
    complaints
}

// ---- The repository -------------------------------------------------------------------------------------------------

/// Path and text of every text file of the repository: those that git tracks or would add; outside a git checkout
/// (a source archive), all but build products.
fn repository() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let git = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output();
    let paths: Vec<String> = match git {
        Ok(output) if output.status.success() => {
            let listed = String::from_utf8(output.stdout).expect("paths in UTF-8");
            listed.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect()
        }
        _ => walk(root, ""),
    };
    let text = |path: String| Some((fs::read_to_string(root.join(&path)).ok()?, path));
    paths.into_iter().filter_map(text).map(|(text, path)| (path, text)).collect()
}

fn walk(root: &Path, below: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(root.join(below)).expect("a directory").map(Result::unwrap) {
        let name = entry.file_name().into_string().expect("names in UTF-8");
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        match entry.file_type().expect("a file type") {
            kind if kind.is_dir() && !["target", "runs", "build", ".git"].contains(&name.as_str()) => {
                paths.extend(walk(root, &path));
            }
            kind if kind.is_file() => paths.push(path),
            _ => {}
        }
    }
    paths
}

#[test]
fn the_repository_is_tidy() {
    let files = repository();
    assert!(files.iter().any(|(path, _)| path == "src/lib.rs"), "the files of the repository were not found");
    let pick = |keep: &dyn Fn(&str) -> bool| -> Vec<(String, String)> {
        files.iter().filter(|(path, _)| keep(path)).cloned().collect()
    };
    let rust = pick(&|path| path.ends_with(".rs"));
    let manifests = pick(&|path| path.starts_with("plugins/") && path.ends_with("/Cargo.toml"));
    let families = pick(&|path| path == "src/providers/families.rs");
    let families = families.first().map_or("", |(_, text)| text);

    let mut complaints = check_confined(&rust);
    complaints.extend(check_families(&manifests, families));
    for (path, text) in &rust {
        complaints.extend(check_floors(path, text));
        complaints.extend(check_length(path, text));
    }
    for (path, text) in files.iter().filter(|(path, _)| path != "Cargo.lock") {
        complaints.extend(check_places(path, text));
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn the_table_of_rooms_points_downwards() {
    for (at, (room, allowed)) in ROOMS.iter().enumerate() {
        for used in *allowed {
            assert!(ROOMS[..at].iter().any(|(name, _)| name == used), "{room} -> {used}");
        }
    }
}

#[test]
fn an_import_that_points_upwards_is_found() {
    let complaints = |path: &str, text: &str| check_floors(path, text).join("\n");
    let all = "use crate::{multiplier::Table,\n  cli::{run, Args}, training};\nfn f() { axmul::report::g() }";
    let found = complaints("src/kernels/plan.rs", all);
    for used in ["cli", "training", "report"] {
        assert!(found.contains(&format!("`kernels` may not use `{used}`")), "{found}");
    }
    assert_eq!(found.lines().count(), 3, "{found}");
    assert!(
        complaints("src/training/run.rs", "\n\nuse crate::providers::X;").contains("src/training/run.rs:3:")
    );
    assert!(complaints("src/kernels/plan.rs", "use super::super::cli::x;").contains("`cli`"));
    assert!(complaints("src/kernels/mod.rs", "use super::cli::x;").contains("`cli`"));
    assert!(complaints("src/kernels/mod.rs", "use crate::*;").contains("`*`"));
    assert!(complaints("src/attic/mod.rs", "").contains("not in the table"));
    for fine in [
        "use crate::multiplier::Table; use super::cli::x; use crate::kernels::plan;",
        "mod tests { use super::super::*; use super::*; }",
        "// use crate::cli::x;\n/* crate::cli /* nested */ crate::cli */ /// [`crate::cli`]",
        "const A: &str = \"crate::cli \\\" crate::cli\"; const B: &str = r#\"crate::cli \" crate::cli\"#;",
        "fn f<'a>(c: char) -> &'a str { if c == '\"' || c == '\\'' { \"crate::cli\" } else { \"\" } }",
    ] {
        assert_eq!(complaints("src/kernels/plan.rs", fine), "", "{fine}");
    }
    assert_eq!(complaints("src/main.rs", "use axmul::cli;"), "");
}

#[test]
fn a_confined_crate_elsewhere_is_found() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let found = check_confined(&[
        file("src/training/torch/ops.rs", "use tch::Tensor; fn f() { tch::no_grad(g) }"),
        file("src/training/torch/more.rs", "use tch::Tensor;"),
        file("src/cli/run.rs", "fn f() { ::tch::manual_seed(1) }"),
        file("benches/training.rs", "use tch::Tensor;"),
        file("src/cli/doctor.rs", "// tch is not here\nlet switch = \"tch\";"),
        file("src/yaml.rs", "use serde_yaml as yaml;"),
        file("src/providers/catalogue.rs", "serde_yaml::from_str(text)"),
        file("plugins/exact/src/lib.rs", "bincode::encode()"),
    ]);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with("src/cli/run.rs: only src/training/torch/ may name `tch`"), "{found:?}");
    assert!(found[1].contains("plugins/exact/src/lib.rs") && found[1].contains("bincode"), "{found:?}");
    assert!(found[2].contains("`serde_yaml` is named in more than 1 module"), "{found:?}");
}

#[test]
fn long_files_foreign_hosts_and_local_paths_are_found() {
    assert!(check_length("src/a.rs", &"\n".repeat(500)).is_empty());
    assert!(check_length("src/a.rs", &"\n".repeat(501))[0].contains("501 lines"));
    let join = |(one, two): &(&str, &str)| format!("{one}{two}");
    for host in BANNED_HOSTS.iter().map(join) {
        assert!(
            check_places("README.md", &format!("\nsee https://www.{host}/x"))[0].contains("README.md:2:")
        );
    }
    for start in BANNED_PATHS.iter().map(join) {
        assert_eq!(check_places("a.sh", &format!("cd {start}x; cat '{start}y'")).len(), 1, "{start}");
        assert_eq!(
            check_places("a.sh", &format!("cd ..{start}x https://example.org{start}y")).len(),
            0,
            "{start}"
        );
    }
}

#[test]
fn a_family_that_is_not_linked_is_found() {
    let manifest = |name: &str, more: &str| {
        let text = format!("[package]\nname = \"{name}\"\n{more}");
        (format!("plugins/{name}/Cargo.toml"), text)
    };
    let manifests = [
        manifest("axmul-api", ""),
        manifest("axmul-drum", ""),
        manifest("axmul-broken-array", ""),
        manifest("an-example", "[lib]\ncrate-type = [\"cdylib\"]"),
    ];
    let found = check_families(&manifests, "use axmul_drum as _;\n// use axmul_broken_array as _;");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("use axmul_broken_array as _;"), "{found:?}");
}
