//! What of a ledger is published: one sentence for people, one object for programs.

use super::publication::Publication;
use crate::event::{When, moment};
use crate::ledger::chain::Chain;
use crate::ledger::time;
use serde::Serialize;

/// What is known of the publication of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shared {
    /// How many records nobody else has; `None` when that is unknown.
    pub unpublished: Option<usize>,
    /// What was accepted, by remote.
    pub remotes: Vec<SharedRemote>,
}

/// What is known of one remote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedRemote {
    /// What this clone calls it.
    pub remote: String,
    /// Records of the accepted list.
    pub records: Option<u64>,
    /// The root over them.
    pub root: Option<String>,
    /// When the last sync was tried, in RFC 3339.
    pub last: Option<String>,
    /// How it ended: `ok`, `rolled-back`, `rewritten`, `gone`, `malformed`.
    pub outcome: Option<String>,
    /// What was found, if that was not well.
    pub why: Option<String>,
}

impl Shared {
    /// What the last syncs say of a ledger.
    pub fn of(publication: &Publication, chain: &Chain) -> Shared {
        let accepted = publication.accepted.iter().map(|one| SharedRemote {
            remote: one.key.clone(),
            records: Some(one.seen.size),
            root: Some(one.seen.root.clone()),
            last: one.last.as_ref().map(|last| last.at.clone()),
            outcome: one.last.as_ref().map(|last| last.outcome.clone()),
            why: one.last.as_ref().and_then(|last| last.why.clone()),
        });
        let known = |key: &str| publication.accepted.iter().any(|one| one.key == key);
        let refused = publication.troubled.iter().filter(|(key, _)| !known(key));
        let refused = refused.map(|(key, last)| SharedRemote {
            remote: key.clone(),
            records: None,
            root: None,
            last: Some(last.at.clone()),
            outcome: Some(last.outcome.clone()),
            why: last.why.clone(),
        });
        Shared {
            unpublished: publication.unpublished(chain).map(|ids| ids.len()),
            remotes: accepted.chain(refused).collect(),
        }
    }

    /// Whether this clone has never tried to sync.
    pub fn never(&self) -> bool {
        self.remotes.is_empty()
    }

    /// One sentence, with the way out.
    pub fn words(&self) -> String {
        match self.unpublished {
            _ if self.never() => {
                "never synced: these records are known to be nowhere else (audit sync)".to_owned()
            }
            None => "what is published is unknown: audit sync".to_owned(),
            Some(0) => "all published".to_owned(),
            Some(count) => {
                let have = if count == 1 { "is" } else { "are" };
                format!("{} {have} in this clone alone: audit sync", records(count as u64))
            }
        }
    }

    /// What remotes have done to their lists, one sentence each.
    pub fn troubles(&self) -> impl Iterator<Item = String> + '_ {
        self.remotes.iter().filter_map(|one| {
            let why = one.why.as_ref()?;
            Some(format!(
                "{}: {why}; `audit sync` says what helps",
                one.outcome.as_deref().unwrap_or("refused")
            ))
        })
    }

    /// One line for each remote: when it was last asked, and what it has.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.remotes.iter().map(|one| {
            let has = one.records.map_or("nothing accepted yet".to_owned(), records);
            let at = one.last.as_ref().and_then(|at| time::parse(at.as_bytes()));
            let at = at.map_or("unknown".to_owned(), |at| moment::long(When::utc(at)));
            let outcome = one.outcome.as_deref().filter(|outcome| *outcome != "ok");
            let outcome = outcome.map(|outcome| format!(" ({outcome})")).unwrap_or_default();
            format!("{}: {has}, last sync {at}{outcome}", one.remote)
        })
    }
}

/// `1 record`, `2 records`.
fn records(count: u64) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} record{plural}")
}
