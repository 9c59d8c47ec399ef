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

mod argo;
mod attestation;
mod bitbucket;
mod cdevents;
mod container;
mod draft;
mod gerrit;
mod gitea;
mod github;
mod github_audit;
mod github_hooks;
mod github_rest;
mod gitlab;
mod gitlab_hooks;
mod gitlab_rest;
mod hoop;
mod item;
mod json;
mod left_out;
mod pagerduty;
mod reader;
mod table;
mod time;
mod who;

pub use draft::Draft;
pub use left_out::{LeftOut, Reason};
pub use table::Mapping;

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
        make: || Box::new(github_rest::GitHub::default()),
    },
    Row {
        name: "gitlab",
        about: "GitLab: REST answers and webhooks",
        make: || Box::new(gitlab_rest::GitLab::default()),
    },
    Row {
        name: "gitea",
        about: "Gitea and Forgejo: API answers and webhooks",
        make: || Box::new(gitea::Gitea),
    },
    Row {
        name: "cdevents",
        about: "CDEvents 0.4 and 0.5, bare or in CloudEvents",
        make: || Box::new(cdevents::CdEvents),
    },
    Row {
        name: "hoop",
        about: "hoop: sessions, reviews, audit log, inspector",
        make: || Box::new(hoop::Hoop::default()),
    },
    Row { name: "argocd", about: "Argo CD: applications", make: || Box::new(argo::Argo) },
    Row {
        name: "in-toto",
        about: "in-toto, SLSA and sigstore bundles",
        make: || Box::new(attestation::Attestations),
    },
    Row {
        name: "github-audit",
        about: "GitHub: the audit log of an organisation",
        make: || Box::new(github_audit::GitHubAudit),
    },
    Row {
        name: "gerrit",
        about: "Gerrit: gerrit query --format=JSON --all-approvals",
        make: || Box::new(gerrit::Gerrit),
    },
    Row {
        name: "bitbucket",
        about: "Bitbucket Cloud and Data Center: webhooks about pull requests",
        make: || Box::new(bitbucket::Bitbucket),
    },
    Row {
        name: "pagerduty",
        about: "PagerDuty: webhooks about incidents",
        make: || Box::new(pagerduty::PagerDuty),
    },
];

/// The source of tables, which takes every item, and only with a mapping.
pub const TABLE: Row = Row {
    name: "table",
    about: "CSV, JSON and JSON Lines, by a mapping file",
    make: || Box::new(Nothing),
};

/// Takes no item.
struct Nothing;

impl Source for Nothing {
    fn takes(&self, _item: &Item) -> bool {
        false
    }

    fn read(&mut self, _item: &Item, _out: &mut Out<'_>) {}
}

/// The source of this name.
pub fn source(name: &str) -> Option<&'static Row> {
    SOURCES.iter().find(|row| row.name == name)
}

/// Looks a commit of the repository up, by its full id or by one that is short and means only one.
pub type CommitLookup<'a> = dyn Fn(&str) -> Option<FoundCommit> + 'a;
