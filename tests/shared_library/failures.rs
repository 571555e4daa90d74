//! Libraries that fail to load, and libraries that misbehave in a function or in a constructor.

use std::path::Path;
use std::time::{Duration, Instant};

use axmul_providers::shared_library::{LibraryProblem, Limits, Phase};

use super::{PATIENT, build, one, problem};

/// Short, for what only a limit ends.
const SHORT: Limits = Limits { time: Duration::from_secs(2), memory_bytes: 256 << 20 };

#[test]
fn files_that_are_no_libraries() {
    let folder = build::scratch();
    let missing = problem(&folder.join("nowhere.so"), "", &PATIENT, &["no such file", "check the path"]);
    assert_eq!(missing, LibraryProblem::Missing);
    let below = problem(&folder.join("nowhere/mine.so"), "", &PATIENT, &[]);
    assert_eq!(below, LibraryProblem::Missing);
    assert_eq!(problem(&folder, "", &PATIENT, &["is a directory"]), LibraryProblem::Directory);
    assert_eq!(
        problem(Path::new("/dev/null"), "", &PATIENT, &["not a regular file"]),
        LibraryProblem::NotAFile
    );

    for (name, content) in [("empty.so", &b""[..]), ("text.so", b"int f(void);\n")] {
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        let found = problem(&path, ":mul8s_mine", &PATIENT, &["not a shared library (", "cc -shared -fPIC"]);
        assert!(matches!(found, LibraryProblem::NotALibrary { .. }), "{found:?}");
    }
    let executable =
        problem(Path::new(env!("CARGO_BIN_EXE_axmul")), "", &PATIENT, &["the dynamic linker refuses it"]);
    assert!(matches!(executable, LibraryProblem::Refused { .. }), "{executable:?}");
}

#[test]
fn a_truncated_library_is_an_error() {
    let library = build::fixture("models.c", &[]);
    let whole = std::fs::read(&library.0).unwrap();
    for length in [100, whole.len() / 4, whole.len() / 2] {
        std::fs::write(&library.0, &whole[..length]).unwrap();
        let found = problem(&library.0, ":mul8s_skew", &PATIENT, &[]);
        assert!(
            matches!(
                found,
                LibraryProblem::Refused { .. } | LibraryProblem::Crashed { phase: Phase::Loading, .. }
            ),
            "{length}: {found:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let library = build::fixture("models.c", &[]);
    std::fs::set_permissions(&library.0, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&library.0).is_ok() {
        eprintln!("skipped: this user reads every file");
        return;
    }
    let found = problem(&library.0, ":mul8s_skew", &PATIENT, &["check its permissions"]);
    assert!(matches!(found, LibraryProblem::Unreadable { .. }));
}

#[test]
fn what_a_library_lacks() {
    let library = build::fixture("models.c", &[]);
    assert_eq!(
        problem(&library.0, "", &PATIENT, &["exports no `axmul_plugin`", "LIBRARY:SYMBOL"]),
        LibraryProblem::NoDescriptor
    );
    let found = problem(&library.0, ":mul8s_absent", &PATIENT, &["no function `mul8s_absent`; `nm -D"]);
    assert_eq!(found, LibraryProblem::NoSymbol { symbol: "mul8s_absent".into(), described: vec![] });
    let undefined = build::fixture("misbehaves.c", &["UNDEFINED"]);
    let found = problem(&undefined.0, ":mul8u_aborts", &PATIENT, &["undefined symbol: defined_nowhere"]);
    assert!(matches!(found, LibraryProblem::Refused { .. }));
}

/// What misbehaves, what the message says, and which problem it is.
type Case<'a> = (&'a str, &'a str, fn(&LibraryProblem) -> bool);

/// Each case in a function and in a constructor, all at once.
fn each(limits: &Limits, cases: &[Case]) {
    let functions = build::fixture("misbehaves.c", &[]);
    let functions = &functions;
    std::thread::scope(|scope| {
        for &(what, says, is_expected) in cases {
            scope.spawn(move || {
                let place = format!("while computing products of `mul8u_{what}`");
                let found = problem(&functions.0, &format!(":mul8u_{what}"), limits, &[says, &place]);
                assert!(is_expected(&found), "{what}: {found:?}");
            });
            scope.spawn(move || {
                let library = build::fixture("misbehaves.c", &[&format!("CONSTRUCTOR={what}")]);
                let place = "while it was loaded (in a constructor)";
                let found = problem(&library.0, ":mul8u_counts", limits, &[says, place]);
                assert!(is_expected(&found), "{what} in the constructor: {found:?}");
            });
        }
    });
}

#[test]
fn crashes() {
    let crashed = |problem: &LibraryProblem| matches!(problem, LibraryProblem::Crashed { .. });
    each(
        &PATIENT,
        &[
            ("segfaults", "crashed with SIGSEGV", crashed),
            ("segfaults", "it printed:\n  about to follow a null pointer", crashed),
            ("aborts", "crashed with SIGABRT", crashed),
            ("divides", "crashed with SIGFPE", crashed),
            ("raises", "crashed with SIGSEGV", crashed),
            ("recurses", "crashed with SIGSEGV", crashed),
            ("floods", "line 199999", crashed),
        ],
    );
}

#[test]
fn exits() {
    each(
        &PATIENT,
        &[
            ("exits", "ended its process with exit code 0", |p| {
                matches!(p, LibraryProblem::Exited { code: 0, .. })
            }),
            ("quits", "ended its process with exit code 3", |p| {
                matches!(p, LibraryProblem::Exited { code: 3, .. })
            }),
        ],
    );
}

#[test]
fn hangs() {
    let start = Instant::now();
    let timed_out = |problem: &LibraryProblem| matches!(problem, LibraryProblem::TimeLimit { .. });
    each(
        &SHORT,
        &[
            ("hangs", "took longer than 2 s", timed_out),
            ("sleeps", "raise --plugin-timeout", timed_out),
            ("closes", "took longer than 2 s", timed_out),
        ],
    );
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn memory() {
    let short =
        |problem: &LibraryProblem| matches!(problem, LibraryProblem::MemoryLimit { bytes: 0x1000_0000, .. });
    each(
        &PATIENT,
        &[
            ("eats", "ran out of memory", short),
            ("gulps", "the limit being 256 MiB; raise --plugin-memory", short),
            ("starves", "it printed:\n  no memory left", short),
        ],
    );
    let huge = build::fixture("misbehaves.c", &["HUGE_BSS"]);
    let found = problem(&huge.0, ":mul8u_counts", &PATIENT, &["ran out of memory while it was loaded"]);
    assert!(short(&found), "{found:?}");
}

#[test]
fn limits_can_be_raised() {
    let models = build::fixture("models.c", &[]);
    let roomy = Limits { memory_bytes: u64::MAX, time: Duration::MAX };
    super::ask(&models.0, ":mul8s_skew", &roomy).unwrap();
    let none = Limits { time: Duration::ZERO, ..PATIENT };
    let error = super::ask(&models.0, ":mul8s_skew", &none).unwrap_err();
    assert!(matches!(error.problem, LibraryProblem::TimeLimit { .. }), "{error}");
}

#[test]
fn results_that_the_library_tampers_with_are_not_believed() {
    each(&PATIENT, &[("forges", "came back damaged", |p| matches!(p, LibraryProblem::Damaged { .. }))]);
}

/// A process that the library leaves behind, and that holds our pipes, delays nothing.
#[test]
fn what_a_library_leaves_behind_holds_nobody_up() {
    let start = Instant::now();
    each(&PATIENT, &[("forks", "crashed with SIGABRT", |p| matches!(p, LibraryProblem::Crashed { .. }))]);
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn a_function_with_a_memory_of_its_own_is_found_out() {
    let library = build::fixture("misbehaves.c", &[]);
    let found =
        problem(&library.0, ":mul8u_counts", &PATIENT, &["in one call and", "keeps state between calls"]);
    assert!(matches!(found, LibraryProblem::Inconsistent { .. }));
}

#[test]
fn one_that_fails_leaves_others_alone() {
    let (bad, good) = (build::fixture("misbehaves.c", &[]), build::fixture("models.c", &[]));
    std::thread::scope(|scope| {
        scope.spawn(|| problem(&bad.0, ":mul8u_segfaults", &PATIENT, &["SIGSEGV"]));
        scope.spawn(|| one(&good.0, ":mul8s_skew"));
    });
}
