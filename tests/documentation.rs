//! Links in the documentation: every relative one leads to a file, the manual's stay inside the manual, and its
//! summary lists every chapter. The paths that the map of the architecture names exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Folders that hold no documentation of this repository.
const SKIPPED: &[&str] = &["target", "node_modules", "book", "runs"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Markdown file below `folder`, hidden folders excepted.
fn markdown(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
            markdown(&path, found);
        } else if kind.is_file() && name.ends_with(".md") {
            found.push(path);
        }
    }
}

/// The text without code: fenced blocks and what stands between backquotes.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced && !line.starts_with("    ") {
            prose.extend(line.split('`').step_by(2));
            prose.push('\n');
        }
    }
    prose
}

/// The targets of `[text](target)` that are paths.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let targets = targets.map(|(target, _)| target.to_owned());
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:")).collect()
}

/// The anchors of a file's headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut fenced = false;
    let headings = text.lines().filter(|line| {
        fenced ^= line.starts_with("```");
        !fenced && line.starts_with('#')
    });
    let kept = |c: char| c.is_alphanumeric() || " -_".contains(c);
    headings
        .map(|heading| heading.trim_start_matches('#').trim().to_lowercase())
        .map(|heading| heading.chars().filter(|&c| kept(c)).collect::<String>().replace(' ', "-"))
        .collect()
}

/// `a/b/../c` as `a/c`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn links_lead_somewhere() {
    let mut files = Vec::new();
    markdown(root(), &mut files);
    assert!(files.contains(&root().join("README.md")) && files.contains(&root().join("ARCHITECTURE.md")));
    let manual = root().join("docs/src");
    let mut broken = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        for link in links(&text) {
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target =
                if path.is_empty() { file.clone() } else { plain(&file.parent().unwrap().join(path)) };
            let from = file.strip_prefix(root()).unwrap().display();
            if !target.exists() {
                broken.push(format!("{from}: no file {link}"));
            } else if file.starts_with(&manual) && !target.starts_with(&manual) {
                broken.push(format!("{from}: {link} leaves the manual, so the HTML has no such page"));
            } else if !anchor.is_empty() && !anchors(&fs::read_to_string(&target).unwrap()).contains(anchor) {
                broken.push(format!("{from}: no heading {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "broken links:\n{}", broken.join("\n"));
}

#[test]
fn the_summary_lists_every_chapter() {
    let manual = root().join("docs/src");
    let listed: Vec<String> = links(&fs::read_to_string(manual.join("SUMMARY.md")).unwrap());
    let mut chapters = Vec::new();
    markdown(&manual, &mut chapters);
    let chapters =
        chapters.iter().map(|path| path.strip_prefix(&manual).unwrap().to_str().unwrap().to_owned());
    let chapters: BTreeSet<String> = chapters.filter(|chapter| chapter != "SUMMARY.md").collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), chapters);
    assert_eq!(listed.len(), chapters.len(), "a chapter is listed twice");
}

#[test]
fn the_map_of_the_architecture_is_up_to_date() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let quoted = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let paths = quoted.filter(|word| word.contains('/') && !word.contains(['{', ' ']));
    let missing: Vec<&str> = paths.filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md names what is not there: {missing:?}");
}

#[test]
fn links_and_anchors_are_found() {
    let text = "# A b: `c`\n[x](y.md#z) `[no](code)`\n```\n[no](fence)\n# no\n```\n[w](https://w) [v](<u>)\n";
    assert_eq!(links(text), ["y.md#z", "<u>"]);
    assert_eq!(anchors(text), BTreeSet::from(["a-b-c".to_owned()]));
    assert_eq!(plain(Path::new("/a/b/../c")), Path::new("/a/c"));
}
