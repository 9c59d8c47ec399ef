//! Change requests: the pull or merge request that a message says it merges.
//!
//! ```text
//! Merge pull request #412 from ana/retry            GitHub, merge
//! Retry card capture once (#412)                    GitHub, Forgejo, Gitea, squash
//! Merge pull request 'Retry' (#412) from retry …    Forgejo, Gitea, merge
//! Reviewed-on: https://codeberg.org/a/b/pulls/412   Forgejo, Gitea
//! See merge request acme/pay!17                     GitLab
//! Merged in retry (pull request #412)               Bitbucket Cloud
//! Merge pull request #412 in PAY/pay from …         Bitbucket Server
//! Merged PR 412: Retry card capture once            Azure Repos
//! Change-Id: I8473b95934b5732ac55d26311a706c9c2bde9940    Gerrit
//! Merge #412: Retry …, Auto merge of #412 - …       bots on GitHub; Rollup merge of #412 - … as well
//! Differential Revision: https://phab.x/D2187       Phabricator
//! ```
//!
//! Anybody can type such a line, so all of this is a claim. The method is `merge` only for a commit
//! that has two parents; a commit with one parent that says "Merge pull request" is a direct push or
//! was rewritten, and its method is `None`.

use super::message::Message;
use super::phabricator;
use super::trailers::Trailer;
use crate::event::ChangeRequest;
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// The change request that a message names. `parents` is the commit's number of parents.
///
/// Where several forms occur, the subject counts before the body, and Gerrit's `Change-Id` last: it
/// survives when a change is mirrored to another forge.
pub fn change_request(
    message: &Message<'_>,
    trailers: &[Trailer<'_>],
    parents: usize,
) -> Option<ChangeRequest> {
    let summary = message.summary();
    let merged = (parents >= 2).then_some("merge");
    let found = merge_subject(&summary, merged)
        .or_else(|| gitlab(message.body(), merged))
        .or_else(|| suffix(&summary, parents))
        .or_else(|| bitbucket_server_body(message.body(), &summary, merged))
        .or_else(|| phabricator::revision(message.body()));
    let reviewed_on = trailers.iter().rev().find(|trailer| trailer.is("Reviewed-on"));
    let url = reviewed_on.map(|trailer| trailer.value.as_ref()).filter(|url| is_url(url));
    match found {
        Some(change) => Some(with_url(change, url)),
        None => url.and_then(|url| forgejo(url, merged)).or_else(|| gerrit(trailers, url)),
    }
}

/// Forms that fill the subject.
fn merge_subject(summary: &str, merged: Option<&'static str>) -> Option<ChangeRequest> {
    // Squashes look the same as merges at Azure and Bitbucket.
    let merged_or_squashed = merged.or(Some("squash"));
    if let Some(rest) = summary.strip_prefix("Merge pull request ") {
        if let Some((number, rest)) = rest.strip_prefix('#').and_then(leading_number) {
            let forge = if rest.starts_with(" from ") {
                Some("github")
            } else if rest.starts_with(" in ") {
                Some("bitbucket")
            } else {
                None
            };
            return Some(change('#', number, forge, merged));
        }
        let number = rest.strip_prefix('\'')?;
        let (_, number) = number.rsplit_once("' (")?;
        let (sign, number) = split_sign(number)?;
        let (number, rest) = leading_number(number)?;
        return rest.starts_with(')').then(|| change(sign, number, Some("forgejo"), merged));
    }
    if let Some(rest) = summary.strip_prefix("Merged PR ") {
        let (number, rest) = leading_number(rest)?;
        return rest
            .starts_with(':')
            .then(|| change('!', number, Some("azure"), merged_or_squashed));
    }
    if let Some(rest) = summary.strip_suffix(')')
        && let Some((_, number)) = rest.rsplit_once("(pull request #")
        && is_number(number)
    {
        return Some(change('#', number, Some("bitbucket"), merged_or_squashed));
    }
    let by_bot = ["Auto merge of #", "Rollup merge of #"];
    if let Some(rest) = by_bot.iter().find_map(|words| summary.strip_prefix(words)) {
        let (number, rest) = leading_number(rest)?;
        return rest.starts_with(" - ").then(|| change('#', number, Some("github"), merged));
    }
    // `Merge #12: title`, `Merge acme/pay#12: title`, `Merge #12`.
    if let Some(rest) = summary.strip_prefix("Merge ")
        && let Some((project, number)) = rest.split_once('#')
        && !project.contains(' ')
        && (project.is_empty() || project.contains('/'))
    {
        let (number, rest) = leading_number(number)?;
        return (rest.is_empty() || rest.starts_with(':'))
            .then(|| change('#', number, Some("github"), merged));
    }
    None
}

/// `Title (#412)`.
fn suffix(summary: &str, parents: usize) -> Option<ChangeRequest> {
    let (title, number) = summary.strip_suffix(')')?.rsplit_once('(')?;
    let number = number.strip_prefix('#').filter(|number| is_number(number))?;
    let method = if parents >= 2 { "merge" } else { "squash" };
    title.ends_with(' ').then(|| change('#', number, None, Some(method)))
}

/// `See merge request acme/pay!17`, on a line of its own.
fn gitlab(body: &str, merged: Option<&'static str>) -> Option<ChangeRequest> {
    static LINE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("See merge request "));
    let starts_line = |at: &usize| *at == 0 || body.as_bytes()[at - 1] == b'\n';
    let at = LINE.find_iter(body.as_bytes()).filter(starts_line).last()?;
    let reference = body[at + LINE.needle().len()..].lines().next()?.trim_end();
    let (project, number) = reference.rsplit_once('!')?;
    (is_number(number) && !project.contains(' '))
        .then(|| change('!', number, Some("gitlab"), merged))
}

/// Bitbucket Server since 7.0: `Pull request #412: Title`, and in the body `Merge in PAY/pay from …`.
fn bitbucket_server_body(
    body: &str,
    summary: &str,
    merged: Option<&'static str>,
) -> Option<ChangeRequest> {
    let (number, rest) = leading_number(summary.strip_prefix("Pull request #")?)?;
    (rest.starts_with(": ") && body.starts_with("Merge in "))
        .then(|| change('#', number, Some("bitbucket"), merged.or(Some("squash"))))
}

/// `Reviewed-on: https://codeberg.org/acme/pay/pulls/412`, without a number in the subject.
fn forgejo(url: &str, merged: Option<&'static str>) -> Option<ChangeRequest> {
    let (_, number) = url.rsplit_once("/pulls/").filter(|(_, number)| is_number(number))?;
    Some(ChangeRequest {
        url: Some(url.to_owned()),
        ..change('#', number, Some("forgejo"), merged)
    })
}

/// `Change-Id`, or the number in `Reviewed-on`. Like Gerrit, takes the last of several. The message
/// does not say how the change was submitted.
fn gerrit(trailers: &[Trailer<'_>], url: Option<&str>) -> Option<ChangeRequest> {
    let id = trailers.iter().rev().find(|t| t.is("Change-Id") && is_change_id(&t.value));
    let number = || {
        let (host, number) = url?.trim_end_matches('/').rsplit_once('/')?;
        (is_number(number) && (host.ends_with("/+") || host.contains("review"))).then_some(number)
    };
    let id = id.map(|trailer| trailer.value.as_ref()).or_else(number)?;
    Some(ChangeRequest {
        id: id.to_owned(),
        forge: Some("gerrit"),
        method: None,
        url: url.map(str::to_owned),
    })
}

/// The address beside a number that the subject gave, when both name the same change request.
fn with_url(mut change: ChangeRequest, url: Option<&str>) -> ChangeRequest {
    if let Some(url) = url
        && url.rsplit_once("/pulls/").is_some_and(|(_, number)| change.id[1..] == *number)
    {
        change.forge = change.forge.or(Some("forgejo"));
        change.url = Some(url.to_owned());
    }
    change
}

fn change(
    sign: char,
    number: &str,
    forge: Option<&'static str>,
    method: Option<&'static str>,
) -> ChangeRequest {
    ChangeRequest { id: format!("{sign}{number}"), forge, method, url: None }
}

fn split_sign(text: &str) -> Option<(char, &str)> {
    let number = text.strip_prefix(['#', '!'])?;
    Some((if text.starts_with('!') { '!' } else { '#' }, number))
}

/// A number of one to ten digits at the start, and what follows it.
fn leading_number(text: &str) -> Option<(&str, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=10).contains(&length).then(|| text.split_at(length))
}

fn is_number(text: &str) -> bool {
    leading_number(text).is_some_and(|(_, rest)| rest.is_empty())
}

fn is_change_id(text: &str) -> bool {
    text.len() == 41 && text.starts_with('I') && text[1..].bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_url(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(' ')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::trailers::trailers;
    use super::*;
    use proptest::prelude::*;

    fn read(raw: &str, parents: usize) -> Option<ChangeRequest> {
        let message = Message::parse(raw);
        change_request(&message, &trailers(&message), parents)
    }

    fn brief(raw: &str, parents: usize) -> String {
        read(raw, parents).map_or_else(
            || "none".to_owned(),
            |c| format!("{} {} {}", c.id, c.forge.unwrap_or("?"), c.method.unwrap_or("?")),
        )
    }

    #[test]
    fn github() {
        assert_eq!(
            brief("Merge pull request #412 from ana/retry\n\nRetry", 2),
            "#412 github merge"
        );
        assert_eq!(brief("Retry card capture once (#412)\n\n* one", 1), "#412 ? squash");
        assert_eq!(brief("Retry (#400) (#412)", 1), "#412 ? squash");
        assert_eq!(brief("Merge acme/pay#412: Retry", 2), "#412 github merge");
        assert_eq!(brief("Auto merge of #412 - ana:retry, r=bo", 2), "#412 github merge");
        assert_eq!(brief("Rollup merge of #412 - ana:retry, r=bo", 2), "#412 github merge");
        assert_eq!(brief("Rollup merge of #412 pull requests", 2), "none");
    }

    #[test]
    fn a_merge_message_on_one_parent_claims_no_method() {
        assert_eq!(brief("Merge pull request #412 from ana/retry", 1), "#412 github ?");
        assert_eq!(brief("Merge branch 'a'\n\nSee merge request a/b!17", 1), "!17 gitlab ?");
    }

    #[test]
    fn gitlab_merges() {
        let message = "Merge branch 'retry' into 'main'\n\nRetry\n\nCloses #9\n\nSee merge request acme/sub/pay!17";
        assert_eq!(brief(message, 2), "!17 gitlab merge");
        assert_eq!(brief("S\n\nWe see: See merge request a!1", 1), "none");
    }

    #[test]
    fn gerrit_takes_the_last_change_id() {
        let id = "I8473b95934b5732ac55d26311a706c9c2bde9940";
        let url = "https://review.x/c/pay/+/412";
        let raw =
            format!("S\n\nChange-Id: I{}\nChange-Id: {id}\nReviewed-on: {url}\n", "0".repeat(40));
        let change = read(&raw, 1).unwrap();
        assert_eq!((change.id.as_str(), change.forge, change.method), (id, Some("gerrit"), None));
        assert_eq!(change.url.as_deref(), Some(url));
        assert_eq!(brief(&format!("S\n\nReviewed-on: {url}\n"), 1), "412 gerrit ?");
        assert_eq!(brief("S\n\nChange-Id: Ixyz\n", 1), "none");
    }

    #[test]
    fn forgejo() {
        let url = "https://codeberg.org/acme/pay/pulls/412";
        let raw = format!(
            "Merge pull request 'Retry (twice)' (#412) from retry into main\n\nReviewed-on: {url}\n"
        );
        let change = read(&raw, 2).unwrap();
        assert_eq!((change.id.as_str(), change.forge), ("#412", Some("forgejo")));
        assert_eq!(change.url.as_deref(), Some(url));
        assert_eq!(
            brief(&format!("Retry (#412)\n\nReviewed-on: {url}\n"), 1),
            "#412 forgejo squash"
        );
        assert_eq!(brief(&format!("Retry\n\nReviewed-on: {url}\n"), 1), "#412 forgejo ?");
    }

    #[test]
    fn an_address_of_another_change_request_is_not_taken() {
        let change = read("Retry (#12)\n\nReviewed-on: https://x/a/b/pulls/412\n", 1).unwrap();
        assert_eq!((change.url, change.forge), (None, None));
    }

    #[test]
    fn bitbucket() {
        assert_eq!(
            brief("Merged in retry (pull request #412)\n\nRetry", 2),
            "#412 bitbucket merge"
        );
        assert_eq!(brief("Retry (pull request #412)", 1), "#412 bitbucket squash");
        assert_eq!(
            brief("Merge pull request #412 in PAY/pay from a to main", 2),
            "#412 bitbucket merge"
        );
        assert_eq!(
            brief("Pull request #412: Retry\n\nMerge in PAY/pay from a to main", 2),
            "#412 bitbucket merge"
        );
    }

    #[test]
    fn phabricator_counts_below_the_subject() {
        let field = "Differential Revision: https://phab.x/D2187";
        assert_eq!(brief(&format!("Retry\n\n{field}\n"), 1), "D2187 phabricator ?");
        assert_eq!(brief(&format!("Retry (#412)\n\n{field}\n"), 1), "#412 ? squash");
    }

    #[test]
    fn azure() {
        assert_eq!(brief("Merged PR 412: Retry", 2), "!412 azure merge");
        assert_eq!(brief("Merged PR 412: Retry", 1), "!412 azure squash");
    }

    #[test]
    fn look_alikes() {
        for raw in [
            "",
            "()",
            "(#)",
            "S(#1)",
            "S (#1a)",
            "S (1)",
            "S (#99999999999)",
            "Merge pull request #",
            "Merge #",
            "Merge branch 'a'",
            "Merge a b#1",
            "Merged PR x: y",
            "Merge pull request '' (#1",
            "Revert \"S (#1)\"",
        ] {
            assert_eq!(brief(raw, 2), "none", "{raw}");
        }
    }

    proptest! {
        #[test]
        fn no_panic_on_any_text(raw in any::<String>(), parents in 0_usize..3) {
            read(&raw, parents);
        }

        #[test]
        fn merge_needs_two_parents(
            raw in "(Merge |pull request |Merged PR |#|1|'|\\(|\\)| from |: |é|\n|See merge request a!1|/){0,12}",
        ) {
            prop_assert!(read(&raw, 1).is_none_or(|change| change.method != Some("merge")));
        }
    }
}
