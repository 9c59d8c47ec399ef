//! Who changed what in a git repository, when and why, and the proof of it.
//!
//! The library behind the `audit` program. Commands gather facts, domain modules decide, reports print:
//!
//! ```text
//! main → run → commands → report → { trace, compare, verification, status, import } → evidence
//!      → { timeline, deployments, policy, share } → { address, git, signature, ledger, people, ui } → event
//! ```
//!
//! | module | its subject |
//! |---|---|
//! | [`commands`] | one file a command: its arguments, what it gathers, the page, the exit code |
//! | [`event`] | the vocabulary: what one row of the timeline is |
//! | [`git`] | everything read from git; the only home of libgit2 |
//! | [`ledger`] | what people and machines state, in a file that nobody can quietly change |
//! | [`signature`] | a payload and a signature in, a verdict out |
//! | [`people`] | persons with their addresses, keys and deeds |
//! | [`address`] | what a name of an environment or service means, the same for every command |
//! | [`deployments`] | what ran where, from when until when |
//! | [`policy`] | what is asked of history, tags and deploys: the policy file, the rules, findings |
//! | [`timeline`] | git events and ledger events as one stream |
//! | [`evidence`] | what every answer rests on: trust root, judge, records, history |
//! | [`trace`] | the road of a change to production: copies, reverts, where it ran |
//! | [`compare`] | what separates two revisions, environments or moments |
//! | [`status`] | what runs where at one moment |
//! | [`verification`] | the verdict of `audit verify` and the hooks |
//! | [`import`] | foreign formats, a file a source |
//! | [`share`] | one ledger for several clones: published lists, checkpoints, proofs |
//! | [`report`] | a file a format, over `Write` |
//! | [`pipeline`] | an ordered parallel map |
//! | [`outcome`] | exit codes, and errors with hints |
//! | [`ui`] | streams, pager, colours, escaping |

pub mod address;
pub mod commands;
pub mod compare;
pub mod deployments;
pub mod event;
pub mod evidence;
pub mod git;
pub mod import;
pub mod ledger;
pub mod outcome;
pub mod people;
pub mod pipeline;
pub mod policy;
pub mod report;
pub mod share;
pub mod signature;
pub mod status;
pub mod timeline;
pub mod trace;
pub mod ui;
pub mod verification;

use outcome::Outcome;
use std::ffi::OsString;

/// Runs the program: reads the arguments, runs the command, reports what went wrong.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Outcome {
    match commands::parse(args) {
        Ok(cli) => commands::run(cli),
        Err(outcome) => outcome,
    }
}
