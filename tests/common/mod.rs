//! The sealed world in which tests run, and what they build in it.
//!
//! ```ignore
//! let world = World::new();
//! let repo = world.repo();
//! let ana = world.ssh_key("ana");
//! let first = repo.commit("Retry card capture once").file("pay.rs", "retry").sign(&ana).create();
//! repo.tag("v1.0").message("First release").create();
//! let log = repo.audit(["log", "--format", "jsonl"]).success().json_lines();
//! ```
//!
//! Nothing of the machine reaches a world but `PATH` (and where coverage is collected): no user or
//! system git configuration, no keyring, no agent, no time zone. Names are fixed and a clock that ticks once a commit gives the
//! dates, so commit ids are the same everywhere and may stand in a test as literals.

#![allow(dead_code, unreachable_pub, unused_imports)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cast;
pub mod company;
mod keys;
mod output;
mod repo;
mod require;
pub mod session;
mod signals;
pub mod story;
pub mod svg;
pub mod terminal;
mod world;

pub use cast::{CAST, Stage, Verdict};
pub use keys::Key;
pub use output::Output;
pub use repo::{CommitBuilder, InitBuilder, Repo, TagBuilder};
pub use require::{require, require_git, require_that};
pub use signals::with_default_signals;
pub use world::{World, feed};
