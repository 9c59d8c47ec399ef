//! The policy in force: for people and as JSON.

use super::{json, text};
use crate::policy::rules::{self, Rule};
use crate::policy::{Environment, Evidence, Policy, Reason, span, stamp};
use crate::ui::{Paint, Style, escape};
use serde_json::{Value, json as value};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// What is reported.
pub struct PolicyReport<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Where it stands; `None` when the defaults apply.
    pub source: Option<&'a str>,
    /// What judges signatures.
    pub trust: &'a str,
}

impl PolicyReport<'_> {
    /// Where the level of a rule comes from.
    fn origin(&self, rule: &Rule) -> &'static str {
        if self.policy.levels.contains_key(rule.id) { "policy" } else { "default" }
    }

    /// Writes it as JSON.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let policy = self.policy;
        let people: Vec<Value> = policy
            .people
            .persons()
            .iter()
            .map(|person| {
                value!({
                    "id": person.id, "name": person.name, "emails": person.emails,
                    "logins": person.logins, "keys": person.keys, "principals": person.principals,
                    "kind": person.kind.name(), "acts_for_others": person.acts_for_others,
                })
            })
            .collect();
        let environments: Vec<Value> =
            policy.environments.iter().map(|(name, env)| environment(name, env)).collect();
        let rules: Vec<Value> = rules::all()
            .map(|rule| {
                value!({
                    "id": rule.id, "level": policy.level(rule, None).name(),
                    "from": self.origin(rule), "summary": rule.summary,
                })
            })
            .collect();
        let document = value!({
            "v": json::VERSION,
            "source": self.source,
            "trust": self.trust,
            "adopted": policy.adopted,
            "branches": policy.branches,
            "tags": policy.tags,
            "tickets": policy.tickets,
            "ticket_keys": policy.ticket_keys,
            "config": policy.config,
            "why": why(policy.why),
            "evidence": evidence(policy.evidence),
            "clock_skew_seconds": policy.clock_skew,
            "managers": policy.managers,
            "exceptions": policy.exceptions,
            "ledger": {
                "name": policy.ledger.name,
                "adopted": policy.ledger.adopted,
                "head": policy.ledger.head,
            },
            "people": people,
            "roles": policy.people.roles(),
            "environments": environments,
            "rules": rules,
        });
        json::document(&document, out)
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn text(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let policy = self.policy;
        let mut line = |label: &str, value: &str| -> io::Result<()> {
            writeln!(out, "{} {}", style.paint(Paint::Bold, &text::pad(label, 10)), escape(value))
        };
        line("policy", self.source.unwrap_or("none: the rules' own levels apply"))?;
        line("trust", self.trust)?;
        line("adopted", policy.adopted.as_deref().unwrap_or("everything is judged"))?;
        let list = |patterns: &Option<Vec<String>>, none: &str| match patterns {
            Some(patterns) => patterns.join(", "),
            None => none.to_owned(),
        };
        line("branches", &list(&policy.branches, "the default branch"))?;
        line("tags", &list(&policy.tags, "all"))?;
        line("config", &list(&policy.config, "the built-in list"))?;
        if !policy.tickets.is_empty() {
            line("tickets", &policy.tickets.join(", "))?;
        }
        if let Some(keys) = &policy.ticket_keys {
            line("keys", &keys.join(", "))?;
        }
        line("why", why(policy.why))?;
        line("evidence", evidence(policy.evidence))?;
        line("clock-skew", &span(policy.clock_skew))?;
        line("managers", &members(&policy.managers, "every person of the policy"))?;
        line("exceptions", &members(&Some(policy.exceptions.clone()), "everybody"))?;
        let ledger = &policy.ledger;
        line("ledger", ledger.name.as_deref().unwrap_or("named by its first record"))?;
        if let Some(head) = &ledger.head {
            line("  head", head)?;
        }
        self.people(style, out)?;
        self.environments(style, out)?;
        self.rules(style, out)
    }

    fn people(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let people = &self.policy.people;
        if !people.persons().is_empty() {
            writeln!(out, "\n{}", style.paint(Paint::Bold, "people"))?;
        }
        for person in people.persons() {
            let roles = people.roles().iter().filter(|(_, members)| members.contains(&person.id));
            let roles: Vec<&str> = roles.map(|(role, _)| &**role).collect();
            let mut what = vec![person.kind.name().to_owned()];
            what.extend(person.acts_for_others.then(|| "acts for others".to_owned()));
            what.extend((!roles.is_empty()).then(|| roles.join(", ")));
            let line = format!("{} ({}): {}", person.id, what.join("; "), person.emails.join(", "));
            writeln!(out, "  {}", escape(&line))?;
        }
        Ok(())
    }

    fn environments(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        for (name, env) in &self.policy.environments {
            let heading = format!("environment {name}");
            writeln!(out, "\n{}", style.paint(Paint::Bold, &escape(&heading)))?;
            let branches = env.branches.as_ref().map_or("any".to_owned(), |b| b.join(", "));
            writeln!(out, "  branches   {}", escape(&branches))?;
            writeln!(out, "  deployers  {}", escape(&members(&env.deployers, "everybody")))?;
            let needed = env.approvals_needed();
            let expires =
                env.approval_expires.map_or_else(String::new, |s| format!(", for {}", span(s)));
            let approvers = members(&env.approvers, "everybody");
            writeln!(out, "  approvals  {needed} of {}{expires}", escape(&approvers))?;
            for freeze in &env.freezes {
                let at = |moment: Option<i64>| moment.map_or("…".to_owned(), stamp);
                let why = freeze.why.as_deref().unwrap_or_default();
                let line = format!("{} to {} {why}", at(freeze.from), at(freeze.until));
                writeln!(out, "  freeze     {}", escape(line.trim_end()))?;
            }
            for (rule, level) in &env.levels {
                writeln!(out, "  rule       {rule} = {level}")?;
            }
        }
        Ok(())
    }

    fn rules(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let heading = format!("{:<26} {:<5} {:<8} {}", "RULE", "LEVEL", "FROM", "MEANING");
        writeln!(out, "\n{}", style.paint(Paint::Dim, &heading))?;
        for rule in rules::all() {
            let level = self.policy.level(rule, None);
            let line =
                format!("{:<26} {level:<5} {:<8} {}", rule.id, self.origin(rule), rule.summary);
            let columns = style.width.unwrap_or(usize::MAX);
            writeln!(out, "{}", text::fit(&line, columns, style.unicode))?;
        }
        Ok(())
    }
}

fn environment(name: &str, env: &Environment) -> Value {
    let freezes: Vec<Value> = env
        .freezes
        .iter()
        .map(|freeze| {
            value!({
                "from": freeze.from.map(stamp), "until": freeze.until.map(stamp),
                "why": freeze.why, "exempt": freeze.exempt,
            })
        })
        .collect();
    let rules: serde_json::Map<String, Value> =
        env.levels.iter().map(|(rule, level)| ((*rule).to_owned(), value!(level.name()))).collect();
    value!({
        "name": name, "branches": env.branches, "deployers": env.deployers,
        "approvers": env.approvers, "approvals": env.approvals_needed(),
        "approval_expires_seconds": env.approval_expires, "exempt": env.exempt,
        "freezes": freezes, "rules": rules,
    })
}

fn members(ids: &Option<BTreeSet<String>>, all: &str) -> String {
    match ids {
        None => all.to_owned(),
        Some(ids) if ids.is_empty() => "nobody".to_owned(),
        Some(ids) => ids.iter().cloned().collect::<Vec<_>>().join(", "),
    }
}

fn why(why: Reason) -> &'static str {
    match why {
        Reason::Any => "any",
        Reason::Ticket => "ticket",
    }
}

fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Records => "records",
        Evidence::Claims => "claims",
    }
}
