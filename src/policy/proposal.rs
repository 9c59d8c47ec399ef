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

use super::people::noreply_login;
use super::rules::{self, Rule};
use super::{Level, PersonKind, Tally};
use crate::people::Person as Seen;
use crate::ui::escape;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Rules about reviews: they need records of a forge, so history alone cannot speak for them.
const NEEDS_IMPORT: [&str; 2] = ["change-reviewed", "direct-push"];

/// Rules that are never softened: what breaks them is damage.
const NEVER_SOFTENED: [&str; 3] = ["ledger-intact", "foreign-record", rules::MISSING];

/// A person to name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// The id in the policy.
    pub id: String,
    /// The name as git has it: strangers' text.
    pub name: String,
    /// Addresses.
    pub emails: Vec<String>,
    /// Logins at forges.
    pub logins: Vec<String>,
    /// What they are.
    pub kind: PersonKind,
}

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

/// Who of those seen is named, with ids, every address and login with one owner.
pub fn members<'p>(persons: impl IntoIterator<Item = &'p Seen>) -> Vec<Member> {
    let mut ids = BTreeSet::new();
    let mut taken = BTreeSet::new();
    let mut members = Vec::new();
    for person in persons {
        let mut member = Member { name: person.name.clone(), ..Member::default() };
        if person.bot || is_forge(&person.id) {
            member.kind = PersonKind::Bot;
        }
        let mut addresses: Vec<&String> = person.addresses.iter().collect();
        // What the mailmap makes of the person comes first.
        addresses.sort_by_key(|address| address.to_lowercase() != person.id);
        for address in addresses {
            let address = address.to_lowercase();
            let login = noreply_login(&address);
            let text = login.clone().unwrap_or_else(|| address.clone());
            if text.is_empty() || !taken.insert((login.is_some(), text.clone())) {
                continue;
            }
            match login {
                Some(_) => member.logins.push(text),
                None => member.emails.push(text),
            }
        }
        if member.emails.is_empty() && member.logins.is_empty() {
            continue;
        }
        member.id = id(&member, &mut ids);
        members.push(member);
    }
    members
}

/// The address that forges give for what they commit themselves.
fn is_forge(address: &str) -> bool {
    matches!(address, "noreply@github.com" | "noreply@gitlab.com")
}

/// A short id that nobody has yet: the first name, the whole name, what stands before the `@`.
fn id(member: &Member, ids: &mut BTreeSet<String>) -> String {
    let first = member.name.split_whitespace().next().unwrap_or_default();
    let local = member.emails.first().or_else(|| member.logins.first());
    let local = local.and_then(|email| email.split('@').next()).unwrap_or_default();
    let bare = |text| slug(str::trim_end_matches(text, "[bot]"));
    let found = [first, &member.name, local].into_iter().filter_map(bare);
    for candidate in found {
        if ids.insert(candidate.clone()) {
            return candidate;
        }
    }
    let base = slug(local).unwrap_or_else(|| "person".to_owned());
    let mut number = 1;
    loop {
        let candidate = if number == 1 { base.clone() } else { format!("{base}-{number}") };
        if ids.insert(candidate.clone()) {
            return candidate;
        }
        number += 1;
    }
}

/// A text as a bare key of TOML; `None` where letters would be lost.
fn slug(text: &str) -> Option<String> {
    if text.chars().any(|c| c.is_alphanumeric() && !c.is_ascii()) {
        return None;
    }
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let slug: String = words.join("-").chars().take(32).collect();
    let slug = slug.trim_matches('-').to_owned();
    (slug.len() >= 2).then_some(slug)
}

/// A text as TOML's basic string. What controls or hides is written as an escape, so that no name can
/// end the string or mislead whoever reads the file.
pub fn quoted(text: &str) -> String {
    let mut safe = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => safe.extend(['\\', c]),
            _ if escape(c.encode_utf8(&mut [0; 4])) == *c.encode_utf8(&mut [0; 4]) => safe.push(c),
            _ if (c as u32) < 0x10000 => safe.push_str(&format!("\\u{:04x}", c as u32)),
            _ => safe.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    safe.push('"');
    safe
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { quoted(name) }
}

impl Proposal {
    /// The file.
    pub fn text(&self) -> String {
        let mut text = String::from(
            "# What this repository asks of its history. docs/policy.md of audit explains every key;\n\
             # `audit verify --explain RULE` a rule; `audit policy check FILE` reads this file after you changed it.\n\n",
        );
        self.top(&mut text);
        self.people(&mut text);
        self.places(&mut text);
        self.rules(&mut text);
        text
    }

    fn top(&self, text: &mut String) {
        let mut line = |comment: &str, key: &str, value: &str| {
            // Writing to a String cannot fail.
            let _ = write!(text, "# {comment}\n{key} = {value}\n");
        };
        if let Some(adopted) = &self.adopted {
            line(
                "It and everything it builds on is not judged: rules begin with what comes after.",
                "adopted",
                &quoted(adopted),
            );
        }
        if let Some(branch) = &self.branch {
            line(
                "Branches that changes come to by change requests (rules change-reviewed and direct-push).",
                "branches",
                &list(std::slice::from_ref(branch)),
            );
        }
        if let Some(manager) = &self.manager {
            line(
                "Who may change .audit/. Add a second person: one key can get lost.",
                "managers",
                &list(std::slice::from_ref(manager)),
            );
        }
        if self.tickets.0 > 0 {
            let _ = writeln!(
                text,
                "# {} of the last {} messages name a ticket in a form that is known (PAY-88, #12, GH-9);\n\
                 # for other forms: tickets = ['\\bOPS\\d+\\b']",
                self.tickets.0, self.tickets.1
            );
        }
        if self.ledger_name.is_some() || self.ledger_adopted.is_some() {
            let _ = writeln!(text, "\n[ledger]");
            for (key, value) in [("name", &self.ledger_name), ("adopted", &self.ledger_adopted)] {
                if let Some(value) = value {
                    let _ = writeln!(text, "{key} = {}", quoted(value));
                }
            }
        }
    }

    fn people(&self, text: &mut String) {
        let others = match self.others {
            0 => String::new(),
            others => format!(
                "\n# {others} others who were active are not named: they are judged by their addresses."
            ),
        };
        let _ = writeln!(
            text,
            "\n# Who is who, after history and mailmap. Names are claims until you checked them. To be named here gives\n\
             # nobody's key any weight: that is what allowed_signers and keys/ are for.{others}"
        );
        for member in &self.members {
            let _ = writeln!(text, "[people.{}]\nname = {}", member.id, quoted(&member.name));
            if !member.emails.is_empty() {
                let _ = writeln!(text, "emails = {}", list(&member.emails));
            }
            if !member.logins.is_empty() {
                let _ = writeln!(text, "logins = {}", list(&member.logins));
            }
            if member.kind != PersonKind::Human {
                let _ = writeln!(text, "kind = {}", quoted(member.kind.name()));
            }
            text.push('\n');
        }
    }

    fn places(&self, text: &mut String) {
        for environment in &self.environments {
            let branch = list(self.branch.as_slice());
            let _ = writeln!(
                text,
                "# Deploys to it are recorded. It asks for nothing until you take out a '#'.\n\
                 [environments.{}]\n# branches = {branch}\n# approvers = [{}]\n",
                key(environment),
                self.manager.as_deref().map(quoted).unwrap_or_default()
            );
        }
    }

    fn rules(&self, text: &mut String) {
        if self.weights.is_empty() {
            return;
        }
        let _ = writeln!(
            text,
            "# deny: refused; warn: shown; off: not looked at. Counted over the last hundred steps of history.\n[rules]"
        );
        for weight in &self.weights {
            let line = format!("{} = {}", weight.rule.id, quoted(weight.level.name()));
            match weight.tally.checked() + weight.tally.unknown {
                0 => drop(writeln!(text, "{line}")),
                _ => drop(writeln!(text, "{line:<40} # {}", weight.why())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::policy::Policy;

    fn seen(name: &str, addresses: &[&str]) -> Seen {
        Seen {
            id: addresses[0].to_lowercase(),
            name: name.to_owned(),
            addresses: addresses.iter().map(|&address| address.to_owned()).collect(),
            bot: name.ends_with("[bot]"),
            ..Seen::default()
        }
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
            let persons = [seen(name, &["x\"]\nkind=\"bot\"@example.com"])];
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
