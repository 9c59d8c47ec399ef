//! Taking over what forges, pipelines and gateways know: bytes of files in, drafts of records out.
//!
//! ```text
//! file ─▶ container ─▶ items ─▶ the source that knows their shape ─▶ drafts, joined by their keys
//!         gzip, BOM, pages,     github, gitlab, …                    ─▶ what was left out, and why
//!         JSON Lines, webhooks
//! ```
//!
//! Nothing here opens a repository or a ledger; what is asked of commits is a closure. Adding a source
//! is one file that implements [`Source`], and one row in [`SOURCES`].
//!
//! A file is a stranger's claim. What it says becomes evidence only when somebody trusted signs for
//! the import: see [`crate::ledger::batch`].

mod container;
mod draft;
mod github;
mod github_hooks;
mod gitlab;
mod gitlab_hooks;
mod item;
mod json;
mod left_out;
mod reader;
mod time;
mod who;

pub use draft::Draft;
pub use left_out::{LeftOut, Reason};
pub use reader::{File, Imported, Options, Packed, Reader};

pub use item::FoundCommit;

use item::{Item, Out};

/// A source: which items are its own, and what they say.
trait Source {
    /// Whether an item has the shape of this source.
    fn takes(&self, item: &Item) -> bool;

    /// Reads an item that it takes. What needs other items is kept until [`Source::finish`].
    fn read(&mut self, item: &Item, out: &mut Out<'_>);

    /// Joins what was kept.
    fn finish(&mut self, _out: &mut Out<'_>) {}
}

/// What people may name, and how the source is made.
pub struct Row {
    /// The word on the command line.
    pub name: &'static str,
    /// What it takes.
    pub about: &'static str,
    make: fn() -> Box<dyn Source>,
}

/// Every source, in the order in which items are offered to them.
pub const SOURCES: &[Row] = &[
    Row {
        name: "github",
        about: "GitHub: REST answers, lists of gh, webhooks and their deliveries",
        make: || Box::new(github::GitHub::default()),
    },
    Row {
        name: "gitlab",
        about: "GitLab: REST answers and webhooks",
        make: || Box::new(gitlab::GitLab::default()),
    },
];

/// The source of this name.
pub fn source(name: &str) -> Option<&'static Row> {
    SOURCES.iter().find(|row| row.name == name)
}

/// Looks a commit of the repository up, by its full id or by one that is short and means only one.
pub type CommitLookup<'a> = dyn Fn(&str) -> Option<FoundCommit> + 'a;
