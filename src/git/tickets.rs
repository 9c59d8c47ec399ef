//! Tickets: what a message names as its reason in somebody's tracker.
//!
//! ```text
//! PAY-88: retry card capture once (#412)      PAY-88, but not #412: that is the change request
//! Fixes #12, acme/pay#7 and GH-9              #12, acme/pay#7, GH-9
//! Follow PSR-4                                nothing: see [`keys`]
//! See https://github.com/acme/pay/issues/31   acme/pay#31
//! https://jira.acme.com/browse/OPS-4?x=1      OPS-4
//! https://bugzilla.acme.com/show_bug.cgi?id=5 the address itself, up to the number
//! ```
//!
//! Histories are full of look-alikes: `UTF-8`, `CVE-2024-1234`, `step #3`, `MAX_LEN-1`, UUIDs. The place
//! of a candidate decides ([`keys`]), what stands around it, and two lists of words ([`keys`],
//! [`NO_ISSUE`]). A policy can name its keys, and add patterns of its own. Everything here is a claim.

mod keys;

use super::message::Message;
use crate::event::ChangeRequest;
use keys::Places;
use memchr::memchr3;
use regex::Regex;
use std::collections::HashSet;
use std::ops::Range;

/// Words after which `#3` counts something that is no ticket, in lower case.
#[rustfmt::skip]
const NO_ISSUE: &[&str] = &[
    "approach", "arg", "argument", "attempt", "band", "batch", "benchmark", "build", "case",
    "change", "channel", "chapter", "chunk", "col", "column", "comment", "commit", "core", "cpu",
    "day", "directories", "directory", "entry", "example", "exercise", "figure", "frame", "hunk",
    "instance", "item", "iteration", "job", "leak", "level", "line", "mark", "merge", "message",
    "method", "mr", "no", "note", "number", "option", "page", "param", "parameter", "part", "pass",
    "patch", "phase", "player", "point", "port", "pr", "prs", "pull", "question", "release",
    "request", "requests", "reverts", "review", "revision", "round", "row", "rule", "run",
    "scenario", "section", "series", "slot", "solution", "stage", "step", "table", "take", "test",
    "testcase", "tests", "thread", "topic", "try", "variant", "version", "week",
];

/// Words that may stand right before the `#` of a ticket: `bz#3673`.
const TRACKERS: &[&str] = &["bz", "bug", "issue", "closes", "fixes"];

/// The longest `owner/repo` before a `#` that is looked at, in bytes.
const LONGEST_PATH: usize = 200;

/// Finds tickets. Built once, used for every message.
#[derive(Debug, Clone, Default)]
pub struct TicketFinder {
    custom: Vec<Regex>,
    /// The keys of projects that count anywhere, and no others; `None` to go by the place.
    keys: Option<HashSet<String>>,
}

impl TicketFinder {
    /// A finder that also takes what these regular expressions match: their first group if they have
    /// one, else the whole match.
    ///
    /// # Errors
    /// The first pattern that is no regular expression (syntax of the `regex` crate).
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Result<TicketFinder, regex::Error> {
        let custom = patterns.iter().map(|pattern| Regex::new(pattern.as_ref()));
        Ok(TicketFinder { custom: custom.collect::<Result<_, _>>()?, keys: None })
    }

    /// Takes the keys of these projects wherever they stand in running text, and no others.
    pub fn with_keys(mut self, keys: impl IntoIterator<Item = String>) -> TicketFinder {
        self.keys = Some(keys.into_iter().collect());
        self
    }

    /// Whether a text could be the key of a project, such as `PAY` or `PROJ_A`.
    pub fn is_key(text: &str) -> bool {
        is_key_and_number(&format!("{text}-1"))
    }

    /// The tickets that a message (summary and body) names, in order of appearance, each once.
    /// `change` is the change request the message names; its number is not a ticket.
    pub fn find(&self, text: &str, change: Option<&ChangeRequest>) -> Vec<String> {
        let mut found = Vec::new();
        self.scan(text, &mut found);
        if !self.custom.is_empty() {
            self.scan_custom(text, &mut found);
        }
        if found.is_empty() {
            return Vec::new();
        }
        let own = change.map(|change| change.id.as_str());
        let mut seen = HashSet::new();
        found.retain(|(_, ticket)| Some(ticket.as_str()) != own && seen.insert(ticket.clone()));
        found.into_iter().map(|(_, ticket)| ticket).collect()
    }

    fn scan_custom(&self, text: &str, found: &mut Vec<(usize, String)>) {
        for pattern in &self.custom {
            for groups in pattern.captures_iter(text) {
                if let Some(hit) = groups.get(1).or_else(|| groups.get(0)).filter(|m| !m.is_empty())
                {
                    found.push((hit.start(), hit.as_str().to_owned()));
                }
            }
        }
        found.sort_by_key(|(at, _)| *at);
    }

    /// Walks the text once and stops only at the three bytes that every form has: `-`, `#` and `:`.
    fn scan(&self, text: &str, found: &mut Vec<(usize, String)>) {
        let bytes = text.as_bytes();
        let mut places = None;
        let mut at = 0;
        while let Some(step) = memchr3(b'-', b'#', b':', &bytes[at..]) {
            at += step;
            let next = bytes.get(at + 1).copied().unwrap_or(0);
            match bytes[at] {
                b'-' if next.is_ascii_digit() => {
                    if let Some(start) = keys::start(bytes, at)
                        && let Some(end) = number_end(bytes, at + 1)
                        && self.is_ticket(text, start..end, &mut places)
                    {
                        found.push((start, text[start..end].to_owned()));
                    }
                }
                b'#' if next.is_ascii_digit() => {
                    if let Some(end) = number_end(bytes, at + 1)
                        && let Some(start) = hash_start(text, at)
                    {
                        found.push((start, text[start..end].to_owned()));
                    }
                }
                b':' if bytes[at..].starts_with(b"://") => {
                    let end = url_end(bytes, at);
                    found.extend(url_ticket(text, at, end).map(|ticket| (at, ticket)));
                    at = end - 1;
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Whether a key with its number is a ticket: by the policy's keys, else by its place.
    fn is_ticket<'t>(
        &self,
        text: &'t str,
        word: Range<usize>,
        places: &mut Option<Places<'t>>,
    ) -> bool {
        let key = text[word.clone()].rsplit_once('-').map_or("", |(key, _)| key);
        // GitHub's own way to write `#9`.
        if key == "GH" {
            return true;
        }
        match &self.keys {
            Some(keys) => keys.contains(key),
            None => places
                .get_or_insert_with(|| Places::new(text, Message::parse(text).subject()))
                .count(word.start, word.end),
        }
    }
}

/// The end of the number that starts at `start`, if it can be a ticket's: one to nine digits, no
/// leading zero, not the beginning of a longer word, version, date or address.
fn number_end(bytes: &[u8], start: usize) -> Option<usize> {
    let length = bytes[start..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let end = start + length;
    let after = |ahead: usize| bytes.get(end + ahead).copied().unwrap_or(b' ');
    let goes_on = match after(0) {
        b'.' | b'-' | b':' | b',' => after(1).is_ascii_digit(),
        byte => byte.is_ascii_alphanumeric() || b"_@%=".contains(&byte) || byte >= 0x80,
    };
    ((1..=9).contains(&length) && bytes[start] != b'0' && !goes_on).then_some(end)
}

/// Where the ticket with the `#` at `hash` starts: at the `#`, or at the `owner/repo` before it.
fn hash_start(text: &str, hash: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_path = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(byte);
    let length = bytes[..hash].iter().rev().take(LONGEST_PATH).take_while(is_path).count();
    let start = hash - length;
    let path = &text[start..hash];
    let before = if start == 0 { b' ' } else { bytes[start - 1] };
    if b"_@%&#+=\\~$".contains(&before) || before >= 0x80 {
        return None;
    }
    let names_a_project = path.contains('/')
        && !path.ends_with(['-', '.', '/'])
        && path.split('/').all(|name| name.bytes().any(|byte| byte.is_ascii_alphabetic()));
    let start = if TRACKERS.iter().any(|tracker| path.eq_ignore_ascii_case(tracker)) {
        hash
    } else if path.is_empty() || names_a_project {
        start
    } else {
        return None;
    };
    // `Revert "Retry (#412)"` names the change request that is reverted; `#1 0x55d2` and
    // `#1  main` are frames of a stack.
    let after = text[hash + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
    if [")\"", " 0x", "  "].iter().any(|wrong| after.starts_with(wrong)) {
        return None;
    }
    (!counts_something_else(&text[..start])).then_some(start)
}

/// Whether the last word is one after which a number means something else: `step #3`, `(2024/03 #1)`.
fn counts_something_else(before: &str) -> bool {
    let spaced = before.len();
    let before = before.trim_end_matches([' ', '\n', '(']);
    if before.len() == spaced {
        return false;
    }
    let word_length = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'/';
    let length = before.bytes().rev().take(16).take_while(|byte| word_length(&byte)).count();
    let word = &before[before.len() - length..];
    if length == 0 {
        return false;
    }
    let date = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'/') && word.contains('/');
    date || NO_ISSUE.binary_search(&word.to_ascii_lowercase().as_str()).is_ok()
}

/// Where the address that holds `at` ends.
fn url_end(bytes: &[u8], at: usize) -> usize {
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace() || byte.is_ascii_control() || b"<>\"'`|".contains(byte)
    };
    let mut end = bytes[at..].iter().position(ends).map_or(bytes.len(), |n| at + n);
    while end > at + 3 && b".,;:!?)]}".contains(&bytes[end - 1]) {
        end -= 1;
    }
    end
}

/// The ticket that an address names; `colon` is where its `://` stands.
fn url_ticket(text: &str, colon: usize, end: usize) -> Option<String> {
    let scheme = ["https", "http"].into_iter().find(|scheme| text[..colon].ends_with(scheme))?;
    let url = &text[colon - scheme.len()..end];
    let (host, path) = text[colon + 3..end].split_once('/')?;
    let segments: Vec<&str> = path.split(['/', '?', '#', '&']).take(32).collect();
    for (n, pair) in segments.windows(2).enumerate() {
        let (what, number) = (pair[0], pair[1]);
        match what {
            // Jira, Linear.
            "browse" | "issue" if is_key_and_number(number) => return Some(number.to_owned()),
            // GitHub, Forgejo, Gitea; GitLab with `/-/`.
            "issues" | "work_items" if is_number(number) => {
                let project: Vec<&str> =
                    segments[..n].iter().copied().filter(|segment| *segment != "-").collect();
                return Some(if project.len() >= 2 {
                    format!("{}#{number}", project.join("/"))
                } else {
                    up_to(url, number)
                });
            }
            // Azure Boards: `/_workitems/edit/12`.
            "edit" if n > 0 && segments[n - 1] == "_workitems" && is_number(number) => {
                return Some(format!("#{number}"));
            }
            // Launchpad.
            "+bug" if is_number(number) => return Some(up_to(url, number)),
            // Bugzilla, Debbugs.
            "show_bug.cgi" | "bugreport.cgi" => {
                let number = number.split_once('=').map(|(_, number)| number)?;
                return is_number(number).then(|| up_to(url, number));
            }
            _ => {}
        }
    }
    let number = segments.last().copied().filter(|number| is_number(number))?;
    let short = host.starts_with("bugzilla.") || matches!(host, "bugs.debian.org" | "crbug.com");
    // sourcehut: `/~ana/pay/12`.
    let sourcehut = host.starts_with("todo.") && path.starts_with('~') && segments.len() == 3;
    (sourcehut || (short && segments.len() == 1)).then(|| up_to(url, number))
}

/// The address up to and with this part of it.
fn up_to(url: &str, part: &str) -> String {
    let end = url.rfind(part).map_or(url.len(), |at| at + part.len());
    url[..end].to_owned()
}

fn is_number(text: &str) -> bool {
    (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_key_and_number(text: &str) -> bool {
    text.split_once('-').is_some_and(|(key, number)| {
        is_number(number)
            && (1..=20).contains(&key.len())
            && key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            && key.as_bytes()[0].is_ascii_uppercase()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    fn find(text: &str) -> Vec<String> {
        TicketFinder::default().find(text, None)
    }

    fn none(texts: &[&str]) {
        for text in texts {
            assert_eq!(find(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_word_lists_are_sorted() {
        assert!(NO_ISSUE.is_sorted());
    }

    #[test]
    fn keys_of_projects() {
        assert_eq!(
            find("PAY-88: retry [OPS-4], [K8S-12]\n\nFixes: AB-1."),
            ["PAY-88", "K8S-12", "AB-1"]
        );
        assert_eq!(find("Merge branch 'feature/PAY-88-retry' of fix-OPS-4"), ["PAY-88", "OPS-4"]);
    }

    #[test]
    fn numbers_owner_repo_and_gh() {
        assert_eq!(find("Fixes #12, acme/pay#7 and GH-9"), ["#12", "acme/pay#7", "GH-9"]);
        assert_eq!(
            find("(#12) group/sub/project#3 bz#3673"),
            ["#12", "group/sub/project#3", "#3673"]
        );
    }

    #[test]
    fn each_once_in_order_of_appearance() {
        assert_eq!(find("#2 fixes PAY-1 #1 fixes PAY-1 #2"), ["#2", "PAY-1", "#1"]);
    }

    #[test]
    fn encodings_algorithms_standards_are_no_projects() {
        none(&[
            "UTF-8",
            "SHA-1 SHA-256",
            "MD5 MD-5",
            "X-509",
            "GPT-4",
            "COVID-19",
            "ISO-8859-1",
            "RFC-2822",
        ]);
        none(&[
            "CVE-2024-1234",
            "CWE-79",
            "RHSA-2024:1234",
            "GMT-0500",
            "POSIX-1",
            "HTTP-2",
            "AES-256",
        ]);
    }

    #[test]
    fn constants_dates_floats_and_identifiers_are_no_projects() {
        none(&[
            "MAX-1",
            "BUF_SIZE-1",
            "A-1",
            "1E-3",
            "AB-12-34",
            "V8-9.1",
            "AB-012",
            "aAB-1",
            "AB-1a",
        ]);
        none(&[
            "F9A9-1234",
            "CC-BY-4",
            "<20200101-AB-1@x>",
            "TOOLONGKEYS-1",
            "--AB-1",
            "AB-1234567890",
        ]);
    }

    #[test]
    fn hashes_that_count_something_else() {
        none(&[
            "step #3",
            "PR #4",
            "pull request #5",
            "Merge #6",
            "(take #2)",
            "What's cooking (2017/03 #5)",
        ]);
        none(&[
            "C#7",
            "&#39;",
            "a#1",
            "##1",
            "#0",
            "#12ab",
            "#1.2",
            "page/#1",
            "for-#1",
            "Test  #31",
        ]);
    }

    #[test]
    fn frames_of_a_stack_are_no_tickets() {
        none(&["    #1 0x5555 in f\n    #2  main () at a.c:1"]);
    }

    #[test]
    fn the_change_request_is_no_ticket() {
        let change = ChangeRequest { id: "#412".into(), forge: None, method: None, url: None };
        let finder = TicketFinder::default();
        assert_eq!(finder.find("Retry (#412)\n\nFixes #400", Some(&change)), ["#400"]);
        none(&["Revert \"Retry (#412)\"", "Reverts acme/pay#412"]);
    }

    #[test]
    fn addresses_of_issues() {
        assert_eq!(
            find("see https://github.com/acme/pay/issues/31#issuecomment-1."),
            ["acme/pay#31"]
        );
        assert_eq!(find("<https://gitlab.x/a/b/c/-/issues/4>"), ["a/b/c#4"]);
        assert_eq!(find("(http://gitlab.x/a/b/-/work_items/4)"), ["a/b#4"]);
        assert_eq!(find("https://jira.x/browse/OPS-4?focused=1"), ["OPS-4"]);
        assert_eq!(find("https://linear.app/acme/issue/PAY-9/retry-it"), ["PAY-9"]);
        assert_eq!(
            find("https://bugzilla.x/show_bug.cgi?id=5#c7"),
            ["https://bugzilla.x/show_bug.cgi?id=5"]
        );
        assert_eq!(find("https://redmine.x/issues/12?y"), ["https://redmine.x/issues/12"]);
        for url in
            ["https://todo.sr.ht/~ana/pay/12", "https://bugs.debian.org/12", "https://crbug.com/12"]
        {
            assert_eq!(find(&format!("Fixes: {url}.")), [url]);
        }
        assert_eq!(find("https://dev.azure.com/a/b/_workitems/edit/12"), ["#12"]);
    }

    #[test]
    fn other_addresses_name_no_ticket() {
        none(&[
            "https://x.y/PAY-88/a",
            "https://todo.sr.ht/~ana/pay",
            "https://todo.sr.ht/~ana/12",
            "https://crbug.com/p/12",
            "https://example.org/12",
            "https://github.com/a/b/pull/12",
            "git://x/AB-1",
            "://",
            "http://",
        ]);
    }

    #[test]
    fn patterns_of_a_policy() {
        let finder = TicketFinder::new(&[r"\bbug (\d+)", r"CHG\d{4}"]).unwrap();
        assert_eq!(
            finder.find("CHG0001 (fixes PAY-1) bug 77 CHG0001", None),
            ["CHG0001", "PAY-1", "77"]
        );
        assert!(TicketFinder::new(&["("]).is_err());
        assert_eq!(TicketFinder::new(&["x*"]).unwrap().find("abc", None), [""; 0]);
    }

    #[test]
    fn a_megabyte_of_anything_is_quick() {
        let start = std::time::Instant::now();
        for hostile in
            ["#1", "-1", "://", "A-1", "a/", "http://a ", "A", "#1 ", "/#1", "https://issues/1/"]
        {
            find(&hostile.repeat(1_000_000 / hostile.len()));
        }
        assert!(start.elapsed().as_secs() < 60);
    }

    proptest! {
        #[test]
        fn no_panic_on_any_text(text in any::<String>()) {
            find(&text);
        }

        #[test]
        fn no_panic_on_near_tickets(text in "([A-Z#/:?=&\\-é19 ]|http|://|issues/|browse/|show_bug.cgi){0,30}") {
            for ticket in find(&text) {
                prop_assert!(ticket.ends_with(|c: char| c.is_ascii_digit()));
            }
        }
    }
}
