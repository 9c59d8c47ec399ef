//! What people type: addresses of environments, dates, spans of time; and moments as records state them.

use audit::address::{Address, parse, split_range};
use audit::git::dates::understood;
use audit::ledger::{name, time};
use audit::policy::{self, Policy};
use audit::signature::ssh::AllowedSigners;

/// One text, taken for each of them.
pub fn words(bytes: &[u8]) {
    if let Some(seconds) = bytes.first_chunk().map(|bytes| i64::from_le_bytes(*bytes)) {
        // All moments, and more often those within reach.
        for seconds in [seconds, seconds % 400_000_000_000] {
            match time::format(seconds) {
                Ok(text) => assert_eq!(time::parse(text.as_bytes()), Some(seconds)),
                Err(_) => assert!(!(-62_135_596_800..=253_402_300_799).contains(&seconds)),
            }
        }
    }
    if let Some(seconds) = time::parse(bytes) {
        assert_eq!(time::format(seconds).expect("a moment").as_bytes(), bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    address(&text);
    range(&text);
    date(&text);
    in_a_policy(&text);
    in_allowed_signers(bytes);
    if let Some(found) = name::from_url(&text) {
        let again = name::from_url(&format!("https://{found}"));
        let (host, path) = found.split_once('/').expect("host and path");
        assert!(!host.is_empty() && !path.is_empty());
        // What looks like a user or a port within the host can't be told from one a second time.
        if !host.contains(['@', ':', '[', ']', '/'])
            && !path.ends_with(".git")
            && !path.starts_with('/')
        {
            assert_eq!(again.as_deref(), Some(&*found));
        }
    }
}

fn address(text: &str) {
    let Some(address) = parse(text) else { return };
    assert!(!address.name.is_empty() && text.contains(address.name));
    let written = written(&address);
    assert_eq!(parse(&written), Some(address), "{written}");
}

/// The shortest spelling of an address.
fn written(address: &Address<'_>) -> String {
    let mut text = if address.forced { "env:" } else { "" }.to_owned();
    text.push_str(address.name);
    if let Some(date) = address.date {
        text.push_str(&format!("@{{{date}}}"));
    }
    if address.back > 0 {
        text.push_str(&format!("~{}", address.back));
    }
    text
}

fn range(text: &str) {
    let Some((left, dots, right)) = split_range(text) else { return };
    assert_eq!([left, dots, right].concat(), text);
    assert!(dots == ".." || (dots == "..."));
    assert_eq!(split_range(left), None, "an earlier range was overlooked");
}

/// Each word counts by itself.
fn date(text: &str) {
    let mut words =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let some = words.clone().next().is_some();
    assert_eq!(understood(text), some && words.all(understood));
}

/// Spans and moments as a policy states them, printed by its report, read again.
fn in_a_policy(text: &str) {
    let quoted = toml::Value::String(text.to_owned()).to_string();
    let skew = |text: &str| Policy::parse(format!("clock-skew = {text}\n").as_bytes());
    if let Ok(read) = skew(&quoted) {
        let again = skew(&format!("'{}'", policy::span(read.clock_skew))).expect("a span");
        assert_eq!(again.clock_skew, read.clock_skew);
    }
    let from = |text: &str| -> Option<i64> {
        let text = format!("[[environments.production.freeze]]\nfrom = {text}\n");
        let policy = Policy::parse(text.as_bytes()).ok()?;
        policy.environments["production"].freezes[0].from
    };
    if let Some(seconds) = from(&quoted)
        && (-62_135_596_800..=253_402_300_799).contains(&seconds)
    {
        assert_eq!(from(&policy::stamp(seconds)), Some(seconds));
    }
}

/// A bound is digits and at most a zone; a line with anything else counts for nothing.
fn in_allowed_signers(text: &[u8]) {
    if text.iter().any(|byte| matches!(byte, b'"' | b'\\' | b'\n' | 0)) {
        return;
    }
    let key = super::signatures::ANA_KEY;
    let line = [b"ana valid-after=\"", text, b"\" ssh-ed25519 ", key.as_bytes()].concat();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let zone = text[digits..].to_ascii_uppercase();
    let form = matches!(digits, 8 | 12 | 14) && [&b""[..], b"Z", b"UTC"].contains(&&*zone);
    assert!(form || AllowedSigners::parse(&line, "file").is_err());
}
