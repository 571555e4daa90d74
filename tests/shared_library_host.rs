//! Which executable loads shared libraries. This program has a `main` of its own, because that is what is tested:
//! started anew in different roles, it is a host, or is none, or wrongly is named as one.
#![cfg_attr(not(unix), allow(dead_code))]

#[path = "shared_library/build.rs"]
mod build;

use std::path::Path;
use std::process::{Command, Output};
#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

use axmul_providers::shared_library::{LibraryProblem, LibraryRequest, Limits, tabulate};

/// The environment variable that holds the role, and the one that holds the library.
const ROLE: &str = "AXMUL_TEST_ROLE";
const LIBRARY: &str = "AXMUL_TEST_LIBRARY";
/// The one that holds the function's name.
const SYMBOL: &str = "AXMUL_TEST_SYMBOL";

fn main() {
    match std::env::var(ROLE).as_deref() {
        Ok("host") => {
            axmul::host_main();
            report();
        }
        // A program that forgot to call host_main.
        Ok(_) => report(),
        Err(_) if cfg!(unix) => check(),
        Err(_) => println!("skipped: the fixtures are built for Unix"),
    }
}

/// Tabulates the library and prints nothing but what came of it.
fn report() {
    let symbol = std::env::var(SYMBOL).unwrap_or_else(|_| "mul8s_prints".into());
    let request = LibraryRequest::Symbol { symbol, signature: None, format: None };
    let library = std::env::var_os(LIBRARY).unwrap();
    match tabulate(Path::new(&library), &request, &Limits::default()) {
        Ok(all) => println!("exact: {}", all[0].table.as_ref().unwrap().is_exact()),
        Err(error) => {
            let kind = match error.problem {
                LibraryProblem::NoHost => "no host",
                LibraryProblem::NotAHost { .. } => "not a host",
                LibraryProblem::HostDoesNotStart { .. } => "does not start",
                LibraryProblem::Recursion => "recursion",
                _ => "another problem",
            };
            println!("{kind}: {error}");
        }
    }
}

fn check() {
    let models = build::fixture("models.c", &[]);
    let this = std::env::current_exe().unwrap();
    let run = |role: &str, host: Option<&Path>| {
        let mut command = Command::new(&this);
        command.env(ROLE, role).env(LIBRARY, &models.0).env_remove("AXMUL_HOST");
        if let Some(host) = host {
            command.env("AXMUL_HOST", host);
        }
        let Output { status, stdout, stderr } = command.output().unwrap();
        assert!(status.success(), "{role}: {}", String::from_utf8_lossy(&stderr));
        assert_eq!(
            String::from_utf8_lossy(&stderr),
            "",
            "{role}: what a library prints stays away from ours"
        );
        String::from_utf8(stdout).unwrap()
    };
    let axmul = Path::new(env!("CARGO_BIN_EXE_axmul"));

    // The whole output: a library that prints on every call adds nothing to it.
    assert_eq!(run("host", None), "exact: true\n");
    assert_eq!(run("host", Some(axmul)), "exact: true\n");
    assert_eq!(run("forgetful", Some(axmul)), "exact: true\n");

    let says = |output: String, kind: &str, remedies: &[&str]| {
        assert!(output.starts_with(kind), "{output}");
        for remedy in remedies {
            assert!(output.contains(remedy), "{output}");
        }
    };
    let remedies = ["axmul::host_main()", "AXMUL_HOST"];
    says(run("forgetful", None), "no host: ", &remedies);
    // It starts itself, which would start itself again; the message shows what its second self printed.
    let itself = run("forgetful", Some(&this));
    says(itself, "not a host: ", &[remedies[0], remedies[1], "recursion: ", "must not start another"]);
    says(run("forgetful", Some(Path::new("/bin/cat"))), "not a host: ", &remedies);
    says(
        run("forgetful", Some(Path::new("/nowhere/axmul"))),
        "does not start: ",
        &["/nowhere/axmul", "AXMUL_HOST"],
    );
    // Started by hand with the hidden argument alone, a host goes on as always.
    let alone = Command::new(axmul).arg("--axmul-tabulate-shared-library").output().unwrap();
    assert!(!String::from_utf8_lossy(&alone.stdout).contains("tabulation"));
    #[cfg(target_os = "linux")]
    what_is_killed_takes_its_library_along(&this);
    println!("test shared_library_host ... ok");
}

/// A host that is killed, as by Ctrl-C or by the system, leaves no process behind that runs a library for ever.
#[cfg(target_os = "linux")]
fn what_is_killed_takes_its_library_along(this: &Path) {
    let patience = Instant::now() + Duration::from_secs(30);
    let wait = |what: &str| {
        assert!(Instant::now() < patience, "{what} takes too long");
        std::thread::sleep(Duration::from_millis(10));
    };
    let library = build::fixture("misbehaves.c", &[]);
    let pid_file = build::scratch().join(format!("pid-{}", std::process::id()));
    let mut host = Command::new(this)
        .env(ROLE, "host")
        .env(LIBRARY, &library.0)
        .env(SYMBOL, "mul8u_waits")
        .env("AXMUL_TEST_PID_FILE", &pid_file)
        .env_remove("AXMUL_HOST")
        .spawn()
        .unwrap();
    let pid = loop {
        match std::fs::read_to_string(&pid_file) {
            Ok(pid) if pid.ends_with('\n') => break pid.trim().to_owned(),
            _ => wait("loading the library"),
        }
    };
    // The state follows the program's name; a dead process that nobody has waited for yet is a zombie.
    let lives = || {
        std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| !stat.rsplit(") ").next().unwrap().starts_with('Z'))
    };
    assert!(lives());
    host.kill().unwrap();
    host.wait().unwrap();
    while lives() {
        wait("the end of the library's process");
    }
    std::fs::remove_file(pid_file).unwrap();
}
