//! Policy: what a repository asks of its history, its tags and its deploys, and whether that holds.
//!
//! ```text
//! .audit/policy.toml ─ Policy ─┐
//! commits, tags, records ─ Facts ─┴─ Rule.check ─ Answer ─ Finding
//! ```
//!
//! | module | its subject |
//! |---|---|
//! | [`mod@file`] | the policy: its keys, levels |
//! | `parse`, `reader` | reading the file, strictly |
//! | [`environment`] | what is asked of one environment |
//! | [`people`] | who is who: persons behind addresses, logins and keys |
//! | [`facts`] | what rules look at, gathered by commands |
//! | [`rules`] | the rules themselves: a table of values and functions |
//! | [`finding`] | what judging gives |
//! | [`proposal`] | a first policy, from what a history shows |
//! | [`exceptions`] | findings that somebody may excuse |
//!
//! Nothing here opens, prints, or reads a clock. A rule that cannot decide says so
//! ([`finding::Answer::Unknown`]); that has not passed.

pub mod environment;
pub mod exceptions;
pub mod facts;
pub mod file;
pub mod finding;
mod parse;
pub mod people;
pub mod proposal;
mod reader;
pub mod rules;
mod time;

pub use environment::{Environment, Freeze};
pub use file::{Evidence, LedgerPolicy, Policy, Reason};
pub use finding::{Answer, Fault, Finding, Judgement, Level, Subject, SubjectKind, Tally};
pub use people::{People, Person, PersonKind, Somebody};
pub use reader::{Problem, nearest};
pub use time::{span, stamp};
