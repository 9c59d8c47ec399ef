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
use memchr::memmem::Finder;
use std::sync::LazyLock;

static ARGO_CD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("rgocd-reference-commit"));

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
            "date" => {
                found.date = DateTime::parse_from_rfc3339(value).ok().map(|date| moment(&date))
            }
            "subject" => found.subject = Some(value.to_owned()),
            _ => {}
        }
    }
    let commit = &found.commit;
    let is_id = (7..=64).contains(&commit.len()) && commit.bytes().all(|b| b.is_ascii_hexdigit());
    is_id.then_some(found)
}

/// Whether a message may have such trailers; the case of the first letter is ignored.
pub fn is_mentioned(message: &[u8]) -> bool {
    ARGO_CD.find(message).is_some()
}

/// A date with its writer's zone.
pub(super) fn moment(date: &DateTime<FixedOffset>) -> When {
    When { seconds: date.timestamp(), offset: Some(date.offset().local_minus_utc() / 60) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::message::Message;
    use super::super::trailers::trailers;
    use super::*;

    fn read(raw: &str) -> Option<Reference> {
        reference(&trailers(&Message::parse(raw)))
    }

    #[test]
    fn every_field() {
        let sha = "1234567890123456789012345678901234567890";
        let found = read(&format!(
            "S\n\nArgocd-reference-commit-repourl: https://x/pay\nArgocd-reference-commit-author: Ana <ana@x>\n\
             Argocd-reference-commit-date: 2026-11-20T15:03:11+01:00\nArgocd-reference-commit-sha: {sha}\n"
        ));
        let found = found.unwrap();
        assert_eq!(found.commit, sha);
        assert_eq!(found.repo_url.as_deref(), Some("https://x/pay"));
        assert_eq!(found.author.unwrap().email, "ana@x");
        assert_eq!(found.date, Some(When { seconds: 1_795_183_391, offset: Some(60) }));
    }

    #[test]
    fn nothing_without_the_id_of_a_commit() {
        assert_eq!(read("S\n\nArgocd-reference-commit-author: Ana <ana@x>\n"), None);
        assert_eq!(read("S\n\nArgocd-reference-commit-sha: main\n"), None);
    }

    #[test]
    fn an_unreadable_date_is_absent() {
        let found =
            read("S\n\nArgocd-reference-commit-sha: 1234567\nArgocd-reference-commit-date: soon\n");
        assert_eq!(found.unwrap().date, None);
    }
}
