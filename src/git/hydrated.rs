//! Argo CD's source hydrator: commits of rendered manifests that name the code they come from.
//!
//! ```text
//! Bump pay to 1.4
//!
//! Argocd-reference-commit-repourl: https://github.com/acme/pay
//! Argocd-reference-commit-author: Ana Silva <ana@example.com>
//! Argocd-reference-commit-date: 2026-11-20T14:03:11Z
//! Argocd-reference-commit-subject: Retry card capture once
//! Argocd-reference-commit-sha: 1234567890123456789012345678901234567890
//! ```
//!
//! See "Source Hydrator" in the Argo CD manual. A claim, as every trailer is.

use super::identity::person;
use super::trailers::Trailer;
use crate::event::{Identity, When};
use chrono::{DateTime, FixedOffset};

/// The code commit that a commit of rendered manifests names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// The id of the code commit, as written.
    pub commit: String,
    /// Where its repository is.
    pub repo_url: Option<String>,
    /// Who wrote it.
    pub author: Option<Identity>,
    /// When; `None` where it is absent or no RFC 3339 date.
    pub date: Option<When>,
    /// Its summary.
    pub subject: Option<String>,
}

/// Reads the `Argocd-reference-commit-*` trailers; `None` without the commit's id. The last of
/// several equal keys counts.
pub fn reference(trailers: &[Trailer<'_>]) -> Option<Reference> {
    const PREFIX: &str = "Argocd-reference-commit-";
    let mut found = Reference::default();
    for trailer in trailers {
        let Some((prefix, field)) = trailer.key.split_at_checked(PREFIX.len()) else { continue };
        if !prefix.eq_ignore_ascii_case(PREFIX) || trailer.value.is_empty() {
            continue;
        }
        let value = trailer.value.as_ref();
        match field.to_ascii_lowercase().as_str() {
            "sha" => found.commit = value.to_owned(),
            "repourl" => found.repo_url = Some(value.to_owned()),
            "author" => found.author = Some(person(value)),
            "date" => found.date = DateTime::parse_from_rfc3339(value).ok().map(|date| moment(&date)),
            "subject" => found.subject = Some(value.to_owned()),
            _ => {}
        }
    }
    let commit = &found.commit;
    let is_id = (7..=64).contains(&commit.len()) && commit.bytes().all(|b| b.is_ascii_hexdigit());
    is_id.then_some(found)
}

/// A date with its writer's zone.
pub(super) fn moment(date: &DateTime<FixedOffset>) -> When {
    When { seconds: date.timestamp(), offset: Some(date.offset().local_minus_utc() / 60) }
}
