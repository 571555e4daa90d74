//! The command line as its users meet it: what it prints, where it complains, and with which code it ends.
//!
//! Everything runs in an empty directory with a cache of its own, so that neither the machine nor other tests show.

#[path = "cli/bench.rs"]
mod bench;
#[cfg(unix)]
#[path = "shared_library/build.rs"]
mod build;
#[path = "cli/c_sources.rs"]
mod c_sources;
#[path = "cli/check.rs"]
mod check;
#[path = "cli/compare.rs"]
mod compare;
#[path = "cli/cost.rs"]
mod cost;
#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/errors.rs"]
mod errors;
#[path = "cli/evoapprox.rs"]
mod evoapprox;
#[path = "cli/experiments.rs"]
mod experiments;
#[path = "cli/export.rs"]
mod export;
#[path = "cli/fronts.rs"]
mod fronts;
#[path = "cli/help.rs"]
mod help;
#[path = "cli/import.rs"]
mod import;
#[path = "cli/list.rs"]
mod list;
#[path = "cli/netlists.rs"]
mod netlists;
#[path = "cli/network.rs"]
mod network;
#[path = "cli/plugins.rs"]
mod plugins;
#[path = "cli/sandbox.rs"]
mod sandbox;
#[path = "cli/show.rs"]
mod show;
#[path = "cli/wide.rs"]
mod wide;
