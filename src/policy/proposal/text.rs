//! The text of a first `policy.toml`. Names in it are strangers' text: none may end its string, or mislead
//! whoever reads the file.

use super::Proposal;
use super::members;
use crate::policy::PersonKind;
use crate::ui::escape;
use std::fmt::Write;

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
                 # for other forms: tickets = {{ keys = [\"PAY\"], patterns = ['\\bOPS\\d+\\b'] }}",
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
            1 => "\n# One other who was active is not named: they are judged by their addresses."
                .to_owned(),
            others => format!(
                "\n# {others} others who were active are not named: they are judged by their addresses."
            ),
        };
        let _ = writeln!(
            text,
            "\n# Who is who, after history and mailmap. Names are claims until you checked them. To be named here gives\n\
             # nobody's key any weight: that is what allowed_signers and keys/ are for.{others}"
        );
        let mailmap = members::mailmap(&self.members);
        if !mailmap.is_empty() {
            let _ = writeln!(
                text,
                "\n# One name, several addresses: if that is one person, write into .mailmap, and join the tables below:"
            );
            for line in mailmap {
                let _ = writeln!(text, "#   {line}");
            }
        }
        for member in &self.members {
            let _ = writeln!(text, "[people.{}]\nname = {}", member.id, quoted(&member.name));
            if !member.emails.is_empty() {
                let _ = writeln!(text, "emails = {}", list(&member.emails));
            }
            if !member.logins.is_empty() {
                let _ = writeln!(text, "logins = {}", list(&member.logins));
            }
            if member.kind != PersonKind::Human {
                let kind = quoted(member.kind.name());
                let _ = writeln!(text, "kind = {kind} # a guess from the name or address");
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
