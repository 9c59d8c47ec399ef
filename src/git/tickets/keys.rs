//! Keys of projects in running text: `PAY-88`.
//!
//! A word of this shape may be a ticket or a standard, a board, a part number. No list knows them all,
//! so the place decides where the policy names no keys:
//!
//! ```text
//! PAY-88: retry once           the subject begins with it, also behind fix(api):, [area], Revert ",
//! [PAY-88] retry once          Merged PR 412:
//! fix(PAY-88): retry once      the scope of the type
//! Retry once (PAY-88) (#412)   in brackets at the end of the subject
//! Merge branch 'fix-PAY-88'    a branch that is merged
//! Fixes PAY-88, PAY-89         behind a word of reference, also in a trailer
//! PAY-88                       a line of its own in the body
//! follow PSR-4 and RPI-1       none of these: no ticket
//! ```
//!
//! What counts depends on the message alone, never on how much of the history was read. Words of
//! [`NO_PROJECT`] count nowhere, unless the policy names them.

use memchr::{memchr, memrchr};
use std::ops::Range;

/// Upper-case words that stand before a hyphen and a number without being a project's key: encodings,
/// algorithms, standards, advisories, licences, units, time zones, constants. A policy that names its
/// keys may name them all the same.
#[rustfmt::skip]
const NO_PROJECT: &[&str] = &[
    "AAC", "AC", "ADR", "AES", "AGPL", "AIX", "ALAS", "ALPHA", "AMD", "ANSI", "APACHE", "APR",
    "ARM", "ARMV", "ASCII", "ASVS", "ATSC", "AUG", "AV", "AVC", "AVX", "BASE", "BCE", "BCP", "BETA",
    "BIG5", "BIP", "BLAKE", "BSD", "BSL", "BT", "CAN", "CAPEC", "CC", "CDDL", "CEA", "CESU", "CET",
    "CFB", "CHACHA", "CIE", "CITY", "CMAC", "CNS", "COVID", "CP", "CPU", "CRC", "CTR", "CVE", "CWE",
    "CWG", "DDR", "DEC", "DES", "DIN", "DLA", "DO", "DOI", "DR", "DSA", "DVB", "EAN", "EBCDIC",
    "EBU", "ECDH", "ECDSA", "ECMA", "ED", "EIA", "EIP", "ELSA", "EN", "EPL", "EST", "ETS", "ETSI",
    "EUC", "EUPL", "FARM", "FEB", "FEDORA", "FIPS", "FLAC", "FNV", "FY", "GB", "GBK", "GCC", "GCM",
    "GDPR", "GHSA", "GHZ", "GLSA", "GMT", "GNU", "GPL", "GPT", "GRPC", "GTK", "HDMI", "HEAD",
    "HEVC", "HIP", "HIPAA", "HMAC", "HP", "HTTP", "HTTPS", "HZ", "IBM", "ICMP", "IEC", "IEEE",
    "IETF", "IKE", "INT", "IP", "IPSEC", "IPV", "ISBN", "ISO", "ISO8859", "ISSN", "ITU", "JAN",
    "JEP", "JIS", "JLS", "JSR", "JUL", "JUN", "KB", "KOI8", "KS", "LATIN", "LDAP", "LEN", "LEVEL",
    "LGPL", "LLVM", "LOW", "LTO", "LWG", "MAR", "MAX", "MAY", "MB", "MD", "MGASA", "MHZ", "MIN",
    "MIPS", "MIT", "MP", "MPEG", "MPL", "MR", "MURMUR", "NEON", "NFC", "NFS", "NIST", "NOV", "NUM",
    "OAUTH", "OCT", "OFL", "OIDC", "OPUS", "ORCID", "OWASP", "PART", "PATCH", "PBKDF", "PCI", "PDP",
    "PEP", "PHASE", "PKCS", "POLY", "POSIX", "PPC", "PR", "PSR", "PST", "QUIC", "RC", "REV", "RFC",
    "RGB", "RHBA", "RHEA", "RHSA", "RIPEMD", "RISC", "RPI", "RS", "RSA", "RV", "SAML", "SATA", "SC",
    "SEC", "SECP", "SEP", "SHA", "SHA1", "SHA2", "SHA256", "SHA3", "SHA512", "SIMD", "SIPHASH",
    "SIZE", "SLES", "SM", "SMB", "SMPTE", "SOC", "SP", "SPARC", "SQL", "SRGB", "SSE", "SSH", "SSL",
    "STD", "STEP", "SUN", "SVE", "TB", "TCP", "TIA", "TIER", "TLS", "TOP", "TOPS", "TYPE", "UAX",
    "UCS", "UDP", "ULID", "UMAC", "UNICODE", "USB", "USN", "UTC", "UTF", "UTS", "UUID", "VAX",
    "VGA", "VP", "VT", "WCAG", "WG21", "WIN", "WINDOWS", "WPA", "WTF", "X86", "XCHACHA", "XEP",
    "XXH", "YUV", "ZIP215", "ZLIB",
];

/// Words that say that a ticket follows, in lower case: `Fixes PAY-88`, `Jira-Id: PAY-88`.
#[rustfmt::skip]
const REFERENCES: &[&str] = &[
    "bug", "close", "closed", "closes", "fix", "fixed", "fixes", "issue", "issues", "item", "jira", "ref",
    "references", "refs", "relates", "resolve", "resolved", "resolves", "story", "task", "ticket", "tickets",
];

/// Subjects that name a branch.
const MERGES: [&str; 6] = [
    "Merge branch",
    "Merge remote-tracking branch",
    "Merge pull request ",
    "Merged in ",
    "Auto merge of ",
    "Rollup merge of ",
];

/// The longest key of a project, which a policy must name; and the longest that counts without.
const LONGEST: usize = 20;
const LONGEST_UNNAMED: usize = 10;

/// How far the rest of a line is looked at, in bytes.
const LONGEST_LIST: usize = 200;

/// Where the word that may be a project's key before the hyphen at `hyphen` starts: upper-case letters,
/// digits and `_`.
pub(super) fn start(bytes: &[u8], hyphen: usize) -> Option<usize> {
    let is_key = |byte: &&u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b'_';
    let length = bytes[..hyphen].iter().rev().take(LONGEST + 1).take_while(is_key).count();
    let start = hyphen - length;
    if !(1..=LONGEST).contains(&length) || !bytes[start].is_ascii_uppercase() {
        return None;
    }
    let before = |back: usize| start.checked_sub(back).map_or(b' ', |at| bytes[at]);
    let joined = match before(1) {
        // `fix-PAY-88` is a branch name; `CC-BY-4`, `0-AB-1` and `--AB-1` are something else.
        b'-' => !before(2).is_ascii_lowercase(),
        byte => byte.is_ascii_alphanumeric() || b"_.@%+$&=?\\".contains(&byte) || byte >= 0x80,
    };
    (!joined).then_some(start)
}

/// Whether a word could be the key of a project that nobody has named: of some length, with two letters at
/// least, and none of [`NO_PROJECT`].
fn is_likely(key: &str) -> bool {
    let letters = key.bytes().filter(u8::is_ascii_uppercase).count();
    // Half of a number in hexadecimal, a UUID or a float, has digits and no letter beyond F.
    let hex = letters < key.len() && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    key.len() <= LONGEST_UNNAMED
        && letters >= 2
        && !hex
        && !key.split('_').any(|word| NO_PROJECT.binary_search(&word).is_ok())
}

/// The places of one message where a key counts.
pub(super) struct Places<'t> {
    text: &'t str,
    subject: &'t str,
    /// The subject names a branch.
    merges: bool,
    /// Where the subject may begin with a key.
    leads: Vec<usize>,
    /// What stands in brackets at the end of the subject.
    tail: Range<usize>,
    /// Where the last key that counted ends.
    last: Option<usize>,
}

impl<'t> Places<'t> {
    /// Those of a message with this subject, which `text` begins with.
    pub(super) fn new(text: &'t str, subject: &'t str) -> Places<'t> {
        let (leads, merges) = leads(subject);
        Places { text, subject, merges, leads, tail: tail(subject), last: None }
    }

    /// Whether the key at `start`, with its number up to `end`, stands where it counts. Asked in the
    /// order of the text.
    pub(super) fn count(&mut self, start: usize, end: usize) -> bool {
        let key = self.text[start..end].rsplit_once('-').map_or("", |(key, _)| key);
        let counts = is_likely(key)
            && (self.in_subject(start, end, key)
                || self.goes_on(start)
                || is_referred_to(&self.text[..start])
                || self.is_alone(start, end));
        if counts {
            self.last = Some(end);
        }
        counts
    }

    fn in_subject(&self, start: usize, end: usize, key: &str) -> bool {
        let after = self.subject.as_bytes().get(end).copied().unwrap_or(b':');
        // `MAX_AGE-1 is wrong` speaks of a constant; `PROJ_A-12: …` has the sign of a key behind it.
        let marked = if key.contains('_') { b":])".contains(&after) } else { after != b'-' };
        (self.leads.contains(&start) && marked)
            || self.tail.contains(&start)
            || (self.merges && end <= self.subject.len())
    }

    /// Whether it goes on a list of which the last counted: `PAY-1, PAY-2 and PAY-3`.
    fn goes_on(&self, start: usize) -> bool {
        let between = self.last.and_then(|last| self.text.get(last..start)).unwrap_or_default();
        let sign = between.trim_matches([' ', '\n', '[', ']', '(', ')']);
        match sign {
            "" => between.contains(['[', '(']) && between.len() <= 4,
            _ => between.len() <= 8 && [",", ";", "/", "&", "+", "and", ", and"].contains(&sign),
        }
    }

    /// Whether a line of the body holds keys and nothing else.
    fn is_alone(&self, start: usize, end: usize) -> bool {
        if start < self.subject.len() {
            return false;
        }
        let before = &self.text[..start];
        let begins = before.trim_end_matches([' ', '\t', '*', '-', '[', '(']);
        if before.len() - begins.len() > 8 || !begins.ends_with('\n') {
            return false;
        }
        let rest = &self.text.as_bytes()[end..];
        let rest = &rest[..rest.len().min(LONGEST_LIST)];
        let rest = &rest[..memchr(b'\n', rest).unwrap_or(rest.len())];
        rest.len() < LONGEST_LIST && holds_keys_alone(rest)
    }
}

/// Whether the last word of a text says that a ticket follows.
fn is_referred_to(before: &str) -> bool {
    let word_end = before.trim_end_matches([' ', ':', '#', '[', '(']);
    if before.len() == word_end.len() || before.len() - word_end.len() > 4 {
        return false;
    }
    let is_word = |byte: &&u8| byte.is_ascii_alphabetic() || **byte == b'-';
    let length = word_end.bytes().rev().take(24).take_while(|byte| is_word(&byte)).count();
    let word = word_end[word_end.len() - length..].to_ascii_lowercase();
    word.split('-').any(|part| REFERENCES.binary_search(&part).is_ok())
}

fn holds_keys_alone(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_-, \t/&+;.])[(\r".contains(byte)
    })
}

/// Where a subject may begin with a key, past what tools and habits put before it; and whether it names a
/// branch.
fn leads(subject: &str) -> (Vec<usize>, bool) {
    let mut leads = Vec::new();
    let mut rest = subject;
    for _ in 0..8 {
        rest = rest.trim_start_matches([' ', '"', '\'']);
        let at = subject.len() - rest.len();
        if MERGES.iter().any(|merge| rest.starts_with(merge)) {
            return (leads, true);
        }
        let opened = rest.trim_start_matches(['[', '(']);
        leads.push(at + rest.len() - opened.len());
        rest = match past_prefix(rest) {
            Some(after) => after,
            None => {
                let Some((scope, after)) = conventional(rest) else { break };
                leads.extend(scope.map(|scope| at + scope));
                after
            }
        };
    }
    (leads, false)
}

/// Past `Revert "`, `fixup! `, `Merged PR 412: ` or `[area]`.
fn past_prefix(rest: &str) -> Option<&str> {
    const WORDS: [&str; 5] = ["Revert ", "Reapply ", "fixup! ", "squash! ", "amend! "];
    const NUMBERED: [&str; 3] = ["Merged PR ", "Pull request #", "Merge #"];
    if let Some(rest) = WORDS.iter().find_map(|word| rest.strip_prefix(word)) {
        return Some(rest);
    }
    if let Some(number) = NUMBERED.iter().find_map(|word| rest.strip_prefix(word)) {
        return number.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(": ");
    }
    let close = memchr(b']', rest.as_bytes().get(..40.min(rest.len()))?)?;
    rest.starts_with('[').then(|| &rest[close + 1..])
}

/// `fix(PAY-88)!: …`, a conventional commit: where the scope stands, and what follows the colon.
fn conventional(rest: &str) -> Option<(Option<usize>, &str)> {
    let letters = rest.bytes().take(16).take_while(u8::is_ascii_lowercase).count();
    if letters < 2 {
        return None;
    }
    let (mut scope, mut after) = (None, &rest[letters..]);
    if let Some(inner) = after.strip_prefix('(') {
        scope = Some(letters + 1);
        after = inner.split_once(')')?.1;
    }
    after = after.strip_prefix('!').unwrap_or(after);
    Some((scope, after.strip_prefix(':')?))
}

/// What stands in brackets at the end of a subject, if it is nothing but keys; the change request's number
/// may follow.
fn tail(subject: &str) -> Range<usize> {
    let mut end = subject.trim_end_matches(['.', '"', ' ']);
    while let Some(open) = memrchr(b'(', end.as_bytes())
        && let Some(number) = end[open..].strip_prefix("(#").and_then(|rest| rest.strip_suffix(')'))
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        end = end[..open].trim_end();
    }
    let open = match end.as_bytes().last() {
        Some(b')') => b'(',
        Some(b']') => b'[',
        _ => return 0..0,
    };
    match memrchr(open, end.as_bytes()) {
        Some(open) if holds_keys_alone(&end.as_bytes()[open..end.len() - 1]) => {
            open + 1..end.len() - 1
        }
        _ => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::tickets::TicketFinder;

    fn find(text: &str) -> Vec<String> {
        TicketFinder::default().find(text, None)
    }

    #[test]
    fn the_word_lists_are_sorted() {
        assert!(NO_PROJECT.is_sorted());
        assert!(REFERENCES.is_sorted());
    }

    #[test]
    fn the_place_makes_a_key_a_ticket() {
        for text in [
            "ZZ-7: retry",
            "ZZ-7 retry",
            "ZZ-7. Retry",
            "ZZ-7 - retry",
            "ZZ-7",
            "[ZZ-7] retry",
            "(ZZ-7) retry",
            "[area] ZZ-7: retry",
            "[area][ZZ-7] retry",
            "fix(ZZ-7): retry",
            "fix(api)!: ZZ-7 retry",
            "feat: [ZZ-7] retry",
            "fixup! ZZ-7: retry",
            "Revert \"ZZ-7: retry\"",
            "Merged PR 412: ZZ-7 retry",
            "Retry (ZZ-7)",
            "Retry [ZZ-7] (#412)",
            "Merge branch 'feature/ZZ-7-retry' into fix",
            "Merged in ZZ-7-retry (pull request #412)",
            "Retry, fixes ZZ-7 at last",
            "S\n\nCloses: ZZ-7\n",
            "S\n\nJira-Id: ZZ-7\n",
            "S\n\nThis is part of ticket ZZ-7.",
            "S\n\n* ZZ-7\n* more",
        ] {
            let found: Vec<_> = find(text).into_iter().filter(|id| !id.starts_with('#')).collect();
            assert_eq!(found, ["ZZ-7"], "{text}");
        }
    }

    #[test]
    fn the_same_word_elsewhere_is_none() {
        for text in [
            "Follow ZZ-7 and ZZ-12",
            "Retry as ZZ-7 says",
            "Retry (as in ZZ-7)",
            "The (ZZ-7) board",
            "ZZ-7-based retry",
            "S\n\nSupports the ZZ-7 board.\nZZ-7 is quick.\n",
            "S\n\nConforms to\nZZ-7, says Ana",
            "S\n\nBoard: ZZ-7\n",
            "Merge the ZZ-7 driver",
            "prefixes ZZ-7",
        ] {
            assert_eq!(find(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_list_goes_on_from_its_first() {
        assert_eq!(find("ZZ-1, ZZ-2 and ZZ-3: x"), ["ZZ-1", "ZZ-2", "ZZ-3"]);
        assert_eq!(find("[ZZ-1][YY-2] x"), ["ZZ-1", "YY-2"]);
        assert_eq!(
            find("x\n\nFixes ZZ-1,\nZZ-2\n\nZZ-3, ZZ-4\n"),
            ["ZZ-1", "ZZ-2", "ZZ-3", "ZZ-4"]
        );
        assert_eq!(find("Retry (ZZ-1, ZZ-2)"), ["ZZ-1", "ZZ-2"]);
        assert_eq!(find("ZZ-1 and the ZZ-2 board"), ["ZZ-1"]);
        assert_eq!(find("ZZ-1 ZZ-2 board"), ["ZZ-1"]);
    }

    #[test]
    fn standards_are_none_wherever_they_stand() {
        for word in
            ["PSR-4", "WTF-8", "RPI-1", "EN-301549", "WCAG-2", "UTF-8", "SHA-256", "ISO-8601"]
        {
            for text in ["W: x", "[W] x", "x (W)", "Fixes W", "x\n\nW\n", "Merge branch 'W'", "W"] {
                let text = text.replace('W', word);
                assert_eq!(find(&text), [""; 0], "{text}");
            }
        }
        assert_eq!(find("RFC-2822: x\n\nFixes CVE-2024-1234, RHSA-2024:12"), [""; 0]);
    }

    #[test]
    fn a_key_with_an_underscore_needs_a_sign_beside_it() {
        assert_eq!(find("PROJ_A-12: x"), ["PROJ_A-12"]);
        assert_eq!(find("[PROJ_A-12] x"), ["PROJ_A-12"]);
        assert_eq!(find("PROJ_A-12 is wrong"), [""; 0]);
        assert_eq!(find("MAX_AB-1: x"), [""; 0]);
    }

    #[test]
    fn named_keys_count_anywhere_and_no_others() {
        let names = ["ZZ", "RPI", "K", "PAYMENTS_OF_EUROPE"].map(str::to_owned);
        let finder = TicketFinder::default().with_keys(names);
        let text = "YY-1: as ZZ-2, RPI-3, K-4 and\nPAYMENTS_OF_EUROPE-5 say, see\nhttps://jira.x/browse/OPS-6 and GH-7";
        assert_eq!(
            finder.find(text, None),
            ["ZZ-2", "RPI-3", "K-4", "PAYMENTS_OF_EUROPE-5", "OPS-6", "GH-7"]
        );
        assert_eq!(finder.find("AZZ-1 ZZ-12-3 ZZ-01", None), [""; 0]);
    }

    #[test]
    fn a_megabyte_of_keys_is_quick() {
        let start = std::time::Instant::now();
        for hostile in
            ["ZZ-1, ", "ZZ-1\n", "[ZZ-1]", "fix: ZZ-1 ", "(ZZ-1 ", "fixes ZZ-1 ", "a ZZ-1", " (#1)"]
        {
            find(&hostile.repeat(1_000_000 / hostile.len()));
            find(&format!("x\n\n{}", hostile.repeat(1_000_000 / hostile.len())));
        }
        assert!(start.elapsed().as_secs() < 60);
    }
}
