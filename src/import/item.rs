//! One item of a file on its way to a source, and what sources give back.

use super::json::Look;
use super::left_out::{LeftOut, Reason};
use super::{CommitLookup, Draft};
use crate::ledger::Provenance;
use crate::outcome::Failure;
use serde_json::Value;
use std::collections::BTreeMap;

/// An object of a file, taken out of what it was wrapped in.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    /// The object.
    pub(super) value: Value,
    /// The headers that came with it, by lower-case name; empty where it is no webhook.
    pub(super) headers: BTreeMap<String, String>,
    /// When it was received, for webhooks.
    pub(super) received: Option<i64>,
    /// The number of its file.
    pub(super) file: usize,
}

impl Item {
    /// A header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Whether it came as a webhook.
    pub(super) fn is_hook(&self) -> bool {
        !self.headers.is_empty() || self.received.is_some()
    }
}

/// What is asked of a commit of the repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundCommit {
    /// The full id.
    pub id: String,
    /// Its tree.
    pub tree: String,
    /// Its parents.
    pub parents: Vec<String>,
}

/// Where sources put what they find.
pub(super) struct Out<'a> {
    /// Drafts, with the numbers of their files.
    pub(super) drafts: Vec<(usize, Draft)>,
    /// What gave no record.
    pub(super) left_out: Vec<LeftOut>,
    /// What keeps the whole call from being imported.
    pub(super) failure: Option<Failure>,
    /// Lists that look cut off.
    pub(super) suspects: Vec<String>,
    /// Commits of the repository, by full or short id.
    pub(super) commit: &'a CommitLookup<'a>,
    /// Where `customData` of CDEvents has the commit, if the user says so.
    pub(super) commit_from: Option<&'a str>,
    /// Whether a run of this name ran tests, by the policy.
    pub(super) is_test: &'a dyn Fn(&str) -> bool,
}

impl Out<'_> {
    /// Adds a draft.
    pub(super) fn draft(&mut self, item: &Item, draft: Draft) {
        self.drafts.push((item.file, draft));
    }

    /// Says that nothing of the call can be imported.
    pub(super) fn fail(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }

    /// Says that something gives no record.
    pub(super) fn skip(&mut self, file: usize, what: String, reason: Reason, detail: &str) {
        self.left_out.push(LeftOut { what, reason, detail: detail.to_owned(), file });
    }

    /// Says that something states nothing that happened.
    pub(super) fn no_event(&mut self, item: &Item, what: String, detail: &str) {
        self.skip(item.file, what, Reason::NoEvent, detail);
    }

    /// Says that something says too little.
    pub(super) fn too_little(&mut self, item: &Item, what: String, detail: &str) {
        self.skip(item.file, what, Reason::SaysTooLittle, detail);
    }
}

/// Where an object is from.
pub(super) fn origin(
    system: &str,
    host: &str,
    repo: &str,
    object: &str,
    id: &str,
    item: &Item,
) -> Provenance {
    Provenance {
        system: system.to_owned(),
        host: host.to_owned(),
        repo: repo.to_owned(),
        object: object.to_owned(),
        id: id.to_owned(),
        key: format!("{object}/{id}"),
        got: if item.is_hook() { "hook" } else { "api" }.to_owned(),
        rank: 12,
        ..Provenance::default()
    }
}

/// The moment of a field, as `as_of` states it.
pub(super) fn as_of(value: &Value, path: &str, item: &Item) -> Option<String> {
    let at = value.time(path).or(item.received)?;
    crate::ledger::time::format(at).ok()
}

/// A full id of a git object: 40 or 64 hex digits, in lower case.
pub(super) fn full_id(text: &str) -> Option<String> {
    let hex = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    // Git writes this where there is no object.
    let nothing = text.bytes().all(|b| b == b'0');
    (hex && !nothing).then(|| text.to_ascii_lowercase())
}

/// Host and path of an address: `https://github.com/acme/pay/pull/12` is `github.com`, `acme/pay/pull/12`.
pub(super) fn host_and_path(url: &str) -> Option<(&str, &str)> {
    let (_, rest) = url.split_once("://")?;
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    Some((host, path))
}
