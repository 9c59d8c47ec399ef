//! Plain words for the ids that machine formats carry.
//!
//! ```text
//! no-touch        made with a hardware key that nobody touched
//! missing-key     OpenPGP signature, whose key is not here
//! ```

use crate::event::{Format, Status, Verdict, Vouched};
use std::borrow::Cow;

/// `1 commit`, `3 commits`.
pub fn counted(count: impl TryInto<u64>, one: &str, many: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A verdict on a signature in words: `good SSH signature by ana@example.com`.
pub fn verdict(verdict: &Verdict) -> String {
    let format = match verdict.format {
        Format::OpenPgp => "OpenPGP signature",
        Format::Ssh => "SSH signature",
        Format::X509 => "X.509 signature",
        Format::Unknown => "signature of an unknown kind",
    };
    let signature = match &verdict.signer {
        Some(signer) => format!("{format} by {signer}"),
        None => format.to_owned(),
    };
    match verdict.status {
        Status::Good => format!("good {signature}"),
        Status::Untrusted => format!("{signature} holds, but nobody vouches for its key"),
        Status::ExpiredSignature => format!("{signature} holds, but has expired"),
        Status::ExpiredKey => format!("{signature} holds, but its key has expired"),
        Status::RevokedKey => format!("{signature} holds, but its key was revoked"),
        // Which keys could judge it, nobody has looked.
        Status::MissingKey if verdict.format == Format::X509 => {
            format!("{signature}, not judged")
        }
        Status::MissingKey => format!("{signature}, whose key is not here"),
        Status::Unjudged => format!("{signature}, not judged"),
        Status::Bad => format!("{signature} does not hold"),
        Status::None => "no signature".to_owned(),
    }
}

/// Who vouches for an imported record: `imported: vouched for by ana@example.com in the import 9a1c02ff31`.
pub fn vouched(vouched: &Vouched) -> String {
    let who = vouched.signer.as_deref().unwrap_or("a trusted key");
    format!("imported: vouched for by {who} in the import {}", super::text::short(&vouched.record))
}

/// A mark of a signature or a note of a proof in words; an id that has none is its own.
pub fn note(id: &str) -> Cow<'_, str> {
    Cow::Borrowed(match id {
        "no-touch" => "made with a hardware key that nobody had to touch",
        "weak-key" => "the key is weak: too short for today",
        "certificate-conditions" => {
            "the signer's certificate has conditions (a forced command, a source address)"
        }
        "rests-on-claimed-date" => {
            "counts only at the date that it claims for itself; a date can be backdated"
        }
        "sha1" => "signed over SHA-1, which is weak",
        "ripemd160" => "signed over RIPEMD-160, which is weak",
        "sha1-key" => "the key is bound to its owner by SHA-1, which is weak",
        "text-mode" => "line endings are not covered by the signature",
        "made-in-future" => "the signature claims to be made in the future",
        "digest-prefix" => {
            "misquotes the first bytes of its digest, as GitHub's signatures did until 2021"
        }
        "several-signatures" => "more than one signature stands here",
        "encoding-lossy" => "some bytes are no text in the stated encoding (shown as \u{fffd})",
        "encoding-unknown" => "the stated encoding is not known",
        "shallow" => "history is cut off here (a shallow clone)",
        "replaced" => "git shows another object in its place (refs/replace)",
        "paths-cut" => "touches more paths than are listed",
        "duplicate-author" => "names more than one author; git shows the first",
        "duplicate-committer" => "names more than one committer; git shows the last",
        "duplicate-tree" => "names more than one tree; git takes the first",
        "nul-in-object" => "holds a NUL byte; git shows nothing of what follows it",
        "missing-author" => "names no author",
        "missing-committer" => "names no committer",
        "nested-too-deep" => {
            "is a chain of more than 64 tag objects; what it names was not looked for"
        }
        "target-missing" => "what it names is not here",
        "tag-name-differs" => "the tag object was made under another name",
        "unknown-kind" => "a kind of record that this version does not know",
        "recorded-late" => "written down later than it happened",
        _ => return role(id).map_or(Cow::Borrowed(id), Cow::Owned),
    })
}

/// Notes on one of the people that an object names: `author-date-absent`.
fn role(id: &str) -> Option<String> {
    let (role, doubt) = id.split_once('-')?;
    let doubt = match doubt {
        "malformed" => "line is malformed",
        "date-absent" => "date is missing or unreadable",
        "date-overflow" => "date is beyond what can be counted",
        "zone-malformed" => "time zone is malformed",
        "date-form" => "date is not written as git writes dates",
        _ => return None,
    };
    Some(format!("the {role}'s {doubt}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs;
    use std::path::Path;

    /// Every id that the sources give away.
    fn ids(folder: &Path, found: &mut Vec<String>) {
        let given = regex::Regex::new(
            r#"(?:notes|marks)\.push\((?:format!\()?"([a-z0-9{}-]+)"|Oddity::\w+ => "([a-z-]+)""#,
        )
        .unwrap();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                ids(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let ids = given.captures_iter(&text).filter_map(|it| it.get(1).or(it.get(2)));
                found.extend(ids.map(|id| id.as_str().replace("{role}", "author")));
            }
        }
    }

    #[test]
    fn every_id_has_words() {
        let mut found = Vec::new();
        ids(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.len() > 25, "{found:?}");
        let mute: Vec<_> = found.iter().filter(|id| note(id) == id.as_str()).collect();
        assert!(mute.is_empty(), "{mute:?}");
    }

    #[test]
    fn an_unknown_id_is_shown_as_it_is() {
        assert_eq!(note("brand-new"), "brand-new");
        assert_eq!(note("tagger-zone-malformed"), "the tagger's time zone is malformed");
    }
}
