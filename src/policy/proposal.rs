//! A first policy for a repository, from what its history shows.
//!
//! ```text
//! persons, branch, environments ─┐
//! counts of every rule ──────────┴─ Proposal ─ the text of .audit/policy.toml
//! ```
//!
//! The counts come from the rules themselves, asked about recent history with every rule on `deny`. What
//! all of it passes starts as `deny`; what some of it breaks starts as `warn`, with the count beside it;
//! what is off by itself and half of it breaks stays `off`. So adoption starts green, and each line says what
//! is missing for the next step.

mod members;
mod text;

pub use members::{Member, members};
pub use text::quoted;

use super::rules::{self, Rule};
use super::{Level, Tally};

/// Rules about reviews: they need records of a forge, so history alone cannot speak for them.
const NEEDS_IMPORT: [&str; 2] = ["change-reviewed", "direct-push"];

/// Rules that are never softened: what breaks them is damage.
const NEVER_SOFTENED: [&str; 3] = ["ledger-intact", "foreign-record", rules::MISSING];

/// The level proposed for a rule, and why.
#[derive(Debug, Clone, Copy)]
pub struct Weight {
    /// The rule.
    pub rule: &'static Rule,
    /// The level.
    pub level: Level,
    /// What recent history gave.
    pub tally: Tally,
}

/// What a policy file is written from.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    /// The commit after which judging begins.
    pub adopted: Option<String>,
    /// The protected branch.
    pub branch: Option<String>,
    /// The ledger's name.
    pub ledger_name: Option<String>,
    /// The record after which judging begins.
    pub ledger_adopted: Option<String>,
    /// Who is named.
    pub members: Vec<Member>,
    /// How many others were active.
    pub others: usize,
    /// The id of whoever may change `.audit/`.
    pub manager: Option<String>,
    /// Environments that deploys are recorded for.
    pub environments: Vec<String>,
    /// Of how many messages how many name a ticket.
    pub tickets: (u64, u64),
    /// Levels.
    pub weights: Vec<Weight>,
}

/// The level for a rule that was asked; `None` to leave it to the rule's own.
pub fn weigh(rule: &'static Rule, tally: Tally) -> Option<Weight> {
    let asked = tally.checked() + tally.unknown;
    if asked == 0 || NEVER_SOFTENED.contains(&rule.id) || NEEDS_IMPORT.contains(&rule.id) {
        return None;
    }
    let level = if tally.held == asked {
        Level::Deny
    } else if rule.default == Level::Off && tally.held * 2 < asked {
        Level::Off
    } else {
        Level::Warn
    };
    // What denies by itself and is kept needs no line.
    (level != Level::Deny || rule.default != Level::Deny).then_some(Weight { rule, level, tally })
}

/// `[rules]` in which everything denies that history can answer.
pub fn strictest() -> Vec<Weight> {
    let asked = rules::all().filter(|rule| !NEEDS_IMPORT.contains(&rule.id));
    asked.map(|rule| Weight { rule, level: Level::Deny, tally: Tally::default() }).collect()
}

impl Weight {
    /// `holds for all 100`, `holds for 37 of 100`.
    pub fn why(&self) -> String {
        let Tally { held, unknown, .. } = self.tally;
        let asked = self.tally.checked() + unknown;
        match (held == asked, unknown) {
            (true, _) => format!("holds for all {asked}"),
            (_, 0) => format!("holds for {held} of {asked}"),
            (_, unknown) => format!("holds for {held} of {asked}; {unknown} could not be decided"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::Identity;
    use crate::people::Person as Seen;
    use crate::policy::{PersonKind, Policy};
    use crate::ui::escape;

    fn seen(name: &str, addresses: &[&str]) -> Seen {
        Seen {
            id: addresses[0].to_lowercase(),
            name: name.to_owned(),
            addresses: addresses.iter().map(|&address| address.to_owned()).collect(),
            program: crate::people::Program::guess(&Identity {
                name: name.to_owned(),
                email: addresses[0].to_owned(),
            }),
            ..Seen::default()
        }
    }

    #[test]
    fn one_name_under_several_addresses_is_offered_as_a_mailmap() {
        let text =
            |persons: &[Seen]| Proposal { members: members(persons), ..Proposal::default() }.text();
        let ana =
            [seen("Ana Silva", &["ana@x"]), seen("ana silva", &["as@y"]), seen("Bo", &["bo@x"])];
        let offered = text(&ana);
        assert!(offered.contains("\n#   Ana Silva <ana@x> <as@y>\n"), "{offered}");
        assert_eq!(
            Policy::parse(offered.as_bytes()).unwrap().people.persons().len(),
            3,
            "joined by nobody"
        );
        assert!(!text(&ana[1..]).contains(".mailmap"));
        let hostile = [seen("A\nmanagers = []", &["a@x"]), seen("A\nmanagers = []", &["b@x"])];
        assert!(!text(&hostile).contains(".mailmap"));
        let bots = [seen("x[bot]", &["a@x"]), seen("x[bot]", &["b@x"])];
        assert!(!text(&bots).contains(".mailmap"));
    }

    #[test]
    fn no_name_can_break_out_of_its_string() {
        for name in [
            "A\"\nadopted = \"x",
            "\\",
            "\\\"",
            "a\u{202e}b\u{200b}\u{feff}",
            "\u{0}\u{7f}\u{9b}\r",
            "[rules]\n",
            "'''",
            "\u{e0041}",
            "",
        ] {
            let persons = [seen(name, &["x\"]\nkind=\"agent\"@example.com"])];
            let proposal = Proposal {
                members: members(&persons),
                environments: vec![name.to_owned() + "e"],
                branch: Some(name.to_owned() + "b"),
                ..Proposal::default()
            };
            let text = proposal.text();
            assert!(text.lines().all(|line| escape(line) == line), "{text}");
            if name.is_empty() {
                continue;
            }
            // A pattern may refuse a branch, nothing else may be wrong.
            let policy = Policy::parse(Proposal { branch: None, ..proposal }.text().as_bytes());
            let policy = policy.unwrap_or_else(|problems| panic!("{text}\n{problems:?}"));
            assert_eq!(policy.people.persons()[0].name, name);
            assert_eq!(policy.people.persons()[0].kind, PersonKind::Human);
            assert!(policy.adopted.is_none() && policy.levels.is_empty());
            assert!(policy.environments.contains_key(&(name.to_owned() + "e")));
        }
    }

    #[test]
    fn ids_are_short_unique_and_lose_no_letters() {
        let persons = [
            seen("Ana Silva", &["ana@example.com"]),
            seen("Ana Souza", &["souza@example.com"]),
            seen("山田 花子", &["hanako@example.com"]),
            seen("ana silva", &["ana@other.example"]),
            seen("ana silva", &["ana@third.example"]),
            seen("dependabot[bot]", &["49699333+dependabot[bot]@users.noreply.github.com"]),
            seen("José", &["é@example.com"]),
            seen("", &[""]),
        ];
        let members = members(&persons);
        let ids: Vec<&str> = members.iter().map(|member| member.id.as_str()).collect();
        let wanted = ["ana", "ana-souza", "hanako", "ana-silva", "ana-2", "dependabot", "person"];
        assert_eq!(ids, wanted);
        let bot = &members[5];
        assert_eq!(
            (bot.logins.as_slice(), bot.kind),
            (["dependabot[bot]".to_owned()].as_slice(), PersonKind::Bot)
        );
    }

    #[test]
    fn an_address_has_one_owner() {
        let persons = [seen("A A", &["a@x.y", "b@x.y"]), seen("B B", &["b@x.y", "B@x.y", "c@x.y"])];
        let members = members(&persons);
        assert_eq!(members[0].emails, ["a@x.y", "b@x.y"]);
        assert_eq!(members[1].emails, ["c@x.y"]);
        let text = Proposal { members, ..Proposal::default() }.text();
        assert!(Policy::parse(text.as_bytes()).is_ok(), "{text}");
    }

    #[test]
    fn levels_come_from_counts() {
        let level = |rule: &str, held, failed, unknown| {
            let weight = weigh(rules::find(rule).unwrap(), Tally { held, failed, unknown });
            weight.map(|weight| weight.level)
        };
        assert_eq!(level("commit-signed", 100, 0, 0), Some(Level::Deny));
        assert_eq!(level("commit-signed", 99, 1, 0), Some(Level::Warn));
        assert_eq!(level("commit-signed", 99, 0, 1), Some(Level::Warn));
        assert_eq!(level("commit-signed", 0, 0, 0), None);
        assert_eq!(level("commit-has-why", 49, 51, 0), Some(Level::Off));
        assert_eq!(level("commit-has-why", 50, 50, 0), Some(Level::Warn));
        assert_eq!(level("commit-has-why", 100, 0, 0), Some(Level::Deny));
        assert_eq!(level("four-eyes", 3, 0, 0), None);
        assert_eq!(level("four-eyes", 3, 1, 0), Some(Level::Warn));
        assert_eq!(level("ledger-intact", 0, 1, 0), None);
        assert_eq!(level("direct-push", 1, 0, 0), None);
    }
}
