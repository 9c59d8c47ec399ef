//! Programs that act beside people: bots by the names and addresses they are known for, and forges.
//!
//! ```text
//! dependabot[bot], Renovate Bot, bors      a bot, as its name says
//! GitHub <noreply@github.com>              a forge: it committed what somebody merged on its pages
//! ```
//!
//! All of it is a guess from text that anyone could have typed. What the policy says of a person counts before.

use crate::event::Identity;

/// What somebody is who is no human.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    /// `bot`, `agent` or `forge`.
    pub kind: &'static str,
    /// Whether only the name or address says so, and not the policy.
    pub guessed: bool,
}

/// Addresses that forges commit with, in lower case.
const FORGES: [&str; 3] = ["noreply@github.com", "noreply@gitlab.com", "noreply@codeberg.org"];

/// Addresses of well-known bots, in lower case.
#[rustfmt::skip]
const BOT_ADDRESSES: [&str; 9] = [
    "action@github.com", "actions@github.com", "bors@rust-lang.org", "bot@renovateapp.com", "github-actions@github.com",
    "renovate@whitesourcesoftware.com", "support@dependabot.com", "support@greenkeeper.io", "snyk-bot@snyk.io",
];

/// Whole names of well-known bots, in lower case.
#[rustfmt::skip]
const BOT_NAMES: [&str; 10] = [
    "bors", "dependabot", "dependabot-preview", "github actions", "github-actions", "greenkeeper", "homu", "jenkins",
    "renovate", "travis ci",
];

impl Program {
    /// What the name and address of somebody say.
    pub fn guess(who: &Identity) -> Option<Program> {
        let (name, email) = (who.name.trim().to_lowercase(), who.email.trim().to_lowercase());
        let guessed = |kind| Some(Program { kind, guessed: true });
        if FORGES.contains(&email.as_str()) {
            return guessed("forge");
        }
        let says_bot = |text: &str| {
            text.split(|c: char| !c.is_alphanumeric()).any(|word| matches!(word, "bot" | "robot"))
        };
        let local = email.split_once('@').map_or("", |(local, _)| local);
        let bot = BOT_ADDRESSES.contains(&email.as_str())
            || BOT_NAMES.contains(&name.as_str())
            || says_bot(&name)
            || says_bot(local);
        if bot { guessed("bot") } else { None }
    }

    /// What stands behind a name: ` (bot)`, or ` (bot?)` where it is a guess.
    pub fn mark(self) -> String {
        format!(" ({}{})", self.kind, if self.guessed { "?" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, email: &str) -> Option<&'static str> {
        let who = Identity { name: name.to_owned(), email: email.to_owned() };
        Program::guess(&who).map(|program| program.kind)
    }

    #[test]
    fn bots_and_forges_are_known_by_name_or_address() {
        for (name, email) in [
            ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
            ("github-actions[bot]", "x@y"),
            ("Renovate Bot", "x@y"),
            ("The Rust Cronjob Bot", "x@y"),
            ("bors", "x@y"),
            ("A Name", "bors@rust-lang.org"),
            ("rust-bot", "x@y"),
            ("x", "snyk-bot@example.com"),
        ] {
            assert_eq!(kind(name, email), Some("bot"), "{name} <{email}>");
        }
        assert_eq!(kind("GitHub", "noreply@github.com"), Some("forge"));
    }

    #[test]
    fn people_are_none() {
        for (name, email) in [
            ("Ana Silva", "ana@example.com"),
            ("Boris Botkin", "abbot@example.com"),
            ("GitHub", "ana@example.com"),
            ("Bo", "12+bo@users.noreply.github.com"),
            ("Jan", "jan@robotics.example"),
            ("", ""),
        ] {
            assert_eq!(kind(name, email), None, "{name} <{email}>");
        }
    }
}
