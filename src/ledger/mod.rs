//! The ledger: evidence of what happened to the code, in a file that nobody can quietly change.
//!
//! One record is one line of `audit/ledger.jsonl` in git's common directory (here broken to fit):
//!
//! ```text
//! {"body":{"kind":"deploy","ledger":"github.com/acme/pay","nonce":"4abe…","prev":["d4e8…"],"v":1,
//!  "what":{"commit":"9f2c…","outcome":"success","tree":"77aa…"},"when":"2026-09-01T10:01:00Z",
//!  "where":{"env":"production","service":"api"},"who":{"email":"ana@example.com","name":"Ana"},
//!  "why":{"reason":"release 1.4","tickets":["PAY-88"]}},"sig":"-----BEGIN SSH SIGNATURE-----\n…"}
//! ```
//!
//! Each line is in its canonical form, is named by its SHA-256, names the lines it builds on, and is
//! signed by who wrote it. `jq`, `sha256sum` and `ssh-keygen` are enough to check it, and
//! `docs/ledger-format.md` to write a second verifier.
//!
//! | file | subject |
//! |---|---|
//! | [`canonical`] | the one way to write a value; [`scan`] checks it in one pass |
//! | [`id`], [`time`], [`name`] | names of entries, moments, the name of the ledger |
//! | [`record`], [`kinds`] | what a record states; which fields each kind has |
//! | [`entry`] | the line: format and parse side by side |
//! | `event` | the row of the timeline that an entry is |
//! | [`recorded`] | that row, made when somebody looks closer |
//! | [`chain`] | the graph: heads, forks, order, look-up by prefix |
//! | [`check`] | a whole file, streaming: findings and counts |
//! | `seen`, [`parallel`] | what a line is by itself; the check of a file on all processors |
//! | `block` | memory for the pieces of a file |
//! | [`view`] | reading the ledger of a repository |
//! | [`append`] | appending to it so that nothing acknowledged is lost |
//! | [`provenance`], [`batch`] | where a record was taken over from; what closes a batch of those |
//! | `outbox` | records of a clone that has no ledger |
//! | [`sign`] | signing by running the user's program |
//!
//! Nothing here knows git or judges signatures: callers hand over values, and judge
//! [`Entry::payload`] and [`Entry::signature`] in the namespace [`NAMESPACE`].

pub mod append;
pub mod batch;
pub mod canonical;
pub mod chain;
pub mod check;
pub mod entry;
mod event;
pub mod id;
pub mod kinds;
pub mod name;
mod outbox;
pub mod parallel;
pub mod provenance;
pub mod record;
pub mod recorded;
mod scan;
mod seen;
pub mod sign;
pub mod time;
pub mod view;

pub use append::{Appended, AppendedMany, NotAppended};
pub use batch::Batch;
pub use check::{Finding, Report, Rule, Rules, Severity};
pub use entry::{Entry, Line, NAMESPACE, Scratch};
pub use id::{Id, Nonce, ObjectId};
pub use provenance::Provenance;
pub use record::Body;
pub use recorded::{Names, Recorded, Text};
pub use view::{Ledger, View};
