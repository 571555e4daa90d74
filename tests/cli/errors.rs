//! Every way to ask for something that cannot be had: the message, and exit code 2.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

/// Runs what must fail, and returns what it said on standard error; nothing may go to standard output.
fn refusal(sandbox: &Sandbox, arguments: &str) -> String {
    let ended = sandbox.axmul(arguments);
    assert_eq!((ended.code, ended.text()), (2, ""), "axmul {arguments}\n{ended}");
    format!("$ axmul {arguments}\n{}", ended.stderr)
}

fn refusals(sandbox: &Sandbox, lines: &[&str]) -> String {
    lines.iter().map(|line| refusal(sandbox, line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn names() {
    let sandbox = Sandbox::new();
    let lines = [
        "compare --catalog lab.yaml plane",
        "show drum-4-8z",
        "show truncated-3",
        "export lab.yaml -o all.npy",
        "show drum-99-8s",
        "show cut --catalog lab.yaml --signed",
        "show missing.npy",
        "compare --catalog missing.yaml",
        "list --catalog missing.yaml",
    ];
    assert_snapshot!(refusals(&sandbox, &lines));
    assert_eq!(sandbox.files(), Vec::<String>::new());
}

#[test]
fn fields_and_expressions() {
    let sandbox = Sandbox::new();
    let lines = [
        "compare --sort mea",
        "compare --pareto mae,powr",
        "compare --pareto mae,",
        "compare --fail-if 'mae_pc > 1'",
        "compare --fail-if 'mae_pct > '",
        "compare --fail-if 'mae_pct = 1'",
        "compare --fail-if ''",
    ];
    assert_snapshot!(refusals(&sandbox, &lines));
}

/// Bad outputs are refused before anything is tabulated, whatever the rest of the line asks for.
#[test]
fn outputs() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    let lines = [
        "compare nosuch -o no/such/rows.json",
        "compare nosuch -o folder",
        "compare nosuch --plot front.pdf",
        "compare nosuch --plot no/front.svg",
        "compare nosuch --plot front.svg --pareto mae",
        "show nosuch --heatmap map.jpeg",
        "show nosuch --heatmap no/map.svg",
        "export nosuch -o table.xyz",
        "export nosuch",
        "export nosuch -o no/table.npy",
    ];
    assert_snapshot!(refusals(&sandbox, &lines));
    assert_eq!(sandbox.files(), ["folder"]);
}

/// A command that fails after its output was opened leaves an existing file as it was.
#[test]
fn existing_files_survive_a_failure() {
    let sandbox = Sandbox::new();
    sandbox.write("table.bin", "precious");
    refusal(&sandbox, "export drum-4-8s -o table.bin");
    refusal(&sandbox, "export nosuch -o table.bin");
    assert_eq!(sandbox.read("table.bin"), b"precious");
    assert_eq!(sandbox.files(), ["table.bin"]);
}

#[test]
fn layouts_that_do_not_fit() {
    let sandbox = Sandbox::new();
    let lines = [
        "export drum-4-8s --format bin -o t.bin",
        "export cut --catalog lab.yaml --format bin -o t.bin",
        "export drum-4-8u --what errors --format bin -o t.bin",
        "export drum-4-8u --format xml",
    ];
    assert_snapshot!(refusals(&sandbox, &lines));
    assert_eq!(sandbox.files(), Vec::<String>::new());
}

#[test]
fn weights() {
    let sandbox = Sandbox::new();
    sandbox.write_npy("short.npy", &[8], vec![1.0; 8]);
    sandbox.write_npy("negative.npy", &[16], (0..16).map(|value| 3 - value));
    sandbox.write_npy("good.npy", &[16], vec![1.0; 16]);
    sandbox.write("text.npy", "1, 2, 3");
    let lines = [
        "compare cut --catalog lab.yaml --weights short.npy",
        "compare cut --catalog lab.yaml --weights negative.npy",
        "compare --catalog lab.yaml --weights good.npy",
        "show cut --catalog lab.yaml --weights missing.npy",
    ];
    assert_snapshot!(refusals(&sandbox, &lines));
    assert!(
        refusal(&sandbox, "show plain --catalog lab.yaml --weights text.npy")
            .contains("not a .npy file of numbers")
    );
}

#[test]
fn empty_and_damaged_sources() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("bare")).unwrap();
    sandbox.write("empty.yaml", "version: 1\nname: nothing\nentries: []\n");
    sandbox.write("damaged.yaml", "version: 1\nname: [\n");
    sandbox.write("damaged.npy", b"\x93NUMPY\x01\x00");
    sandbox.write("liar.so", "not a library");
    let lines = [
        "compare --catalog empty.yaml",
        "list --catalog empty.yaml",
        "compare --catalog bare",
        "compare --catalog damaged.yaml",
        "compare damaged.npy",
        "compare --plugin missing.so",
        "compare --signed --unsigned",
        "compare --plugin-timeout 0",
        "compare --plugin-memory 1",
    ];
    assert_snapshot!(refusals(&sandbox, &lines));
    assert!(refusal(&sandbox, "show ./liar.so").contains("liar.so"));
}

/// A source that fails beside others costs a warning, and the others go on.
#[test]
fn one_bad_source_among_good_ones_is_a_warning() {
    let sandbox = Sandbox::new();
    let ended = sandbox.axmul("compare --catalog lab.yaml --catalog missing.yaml --format csv");
    assert_eq!((ended.code, ended.text().lines().count()), (0, 7));
    assert!(ended.stderr.starts_with("warning: ") && ended.stderr.contains("missing.yaml"), "{ended}");
}

#[test]
fn caches_that_cannot_be_used() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "not a directory");
    let run = |arguments: &[&str]| {
        let output = sandbox.command().args(arguments).env("AXMUL_CACHE_DIR", "file/cache").output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run(&["show", "drum-4-8s"]);
    assert_eq!(code, Some(2));
    assert!(said.starts_with("error: cache directory file/cache: "), "{said}");
    assert_eq!(run(&["show", "drum-4-8s", "--no-cache"]).0, Some(0));
}

#[test]
fn commands_that_do_not_exist() {
    let sandbox = Sandbox::new();
    assert_snapshot!(refusals(&sandbox, &["compere", "show", "list --no-such-option"]));
    let nothing = sandbox.axmul("");
    assert_eq!(nothing.code, 2);
    assert!(nothing.stderr.contains("Usage: axmul"), "{nothing}");
}
