//! Reading `.audit/policy.toml`, strictly: an unknown key is an error with the nearest known one, and every
//! error has its line and column. What the keys mean stands with [`Policy`].
//!
//! ```text
//! .audit/policy.toml:7:1: there is no key 'approver' here; did you mean 'approvers'?
//! ```

use super::environment::{Environment, Freeze};
use super::file::{Evidence, LedgerPolicy, Policy, Reason, glob};
use super::finding::Level;
use super::people::{People, Person, PersonKind};
use super::reader::{Located, Problem, Reader, Table};
use super::rules::{self, Rule};
use crate::git::paths::Pathspec;
use crate::git::tickets::TicketFinder;
use std::collections::{BTreeMap, BTreeSet};
use toml::de::DeTable;

/// The most bytes of a policy. A file may come from somebody who only wants to keep the reader busy.
const LARGEST: usize = 1 << 20;

/// The most regular expressions for tickets, each of which may take its time to prepare.
const MOST_TICKETS: usize = 64;

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// What is wrong in it, in the order of the file. Nothing is taken from half a policy.
    pub fn parse(bytes: &[u8]) -> Result<Policy, Vec<Problem>> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                let reader = Reader::new(&good);
                let end = good.len();
                reader.problem(&(end..end), "the text is not UTF-8", "save the file as UTF-8");
                return Err(reader.finish());
            }
        };
        let reader = Reader::new(text);
        if text.len() > LARGEST {
            let message = format!("larger than {LARGEST} bytes");
            reader.problem(&(0..0), message, "a policy names people and environments, no more");
            return Err(reader.finish());
        }
        let table = match DeTable::parse(text) {
            Ok(table) => table,
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                match (error.message(), text.get(span.clone())) {
                    ("duplicate key", Some(key)) => {
                        let message = format!("'{key}' stands there twice");
                        reader.problem(
                            &span,
                            message,
                            "put everything about it below its first heading",
                        );
                    }
                    (other, _) => reader.problem(&span, other, "this is no TOML: https://toml.io"),
                }
                return Err(reader.finish());
            }
        };
        let policy = Policy::read(&Table::top(&reader, &table));
        let problems = reader.finish();
        if problems.is_empty() { Ok(policy) } else { Err(problems) }
    }

    fn read(top: &Table<'_, '_>) -> Policy {
        let mut policy = Policy {
            adopted: object_id(top, "adopted", &[40, 64]),
            branches: patterns(top, "branches", "[\"main\", \"release/*\"]"),
            tags: patterns(top, "tags", "[\"v*\"]"),
            test_runs: patterns(top, "test-runs", "[\"test*\"]").unwrap_or_default(),
            ..Policy::default()
        };
        read_tickets(top, &mut policy);
        read_config(top, &mut policy);
        let whys = [("any", Reason::Any), ("ticket", Reason::Ticket)];
        policy.why = top.word("why", &whys).unwrap_or_default();
        let evidence = [("records", Evidence::Records), ("claims", Evidence::Claims)];
        policy.evidence = top.word("evidence", &evidence).unwrap_or_default();
        policy.clock_skew = top.duration("clock-skew", "\"10 minutes\"").unwrap_or(3_600);
        if let Some(ledger) = top.table("ledger") {
            policy.ledger = LedgerPolicy {
                name: ledger.text("name", "\"github.com/acme/pay\"").map(|name| name.value),
                adopted: object_id(&ledger, "adopted", &[64]),
                head: object_id(&ledger, "head", &[64]),
            };
            ledger.finish();
        }
        let names = read_people(top, &mut policy.people);
        policy.managers = members(top, "managers", &policy.people, &names);
        policy.exceptions = members(top, "exceptions", &policy.people, &names).unwrap_or_default();
        if let Some(levels) = top.table("rules") {
            policy.levels = read_levels(&levels, |_| true);
        }
        if let Some(environments) = top.table("environments") {
            let mut meant: BTreeMap<String, String> = BTreeMap::new();
            for name in environments.keys() {
                if let Some(table) = environments.table(&name.value) {
                    unique_aliases(&table, &name.value, &environments, &mut meant);
                    let environment = read_environment(&table, &policy.people, &names);
                    policy.environments.insert(name.value, environment);
                }
            }
        }
        top.finish();
        policy
    }
}

fn object_id(table: &Table<'_, '_>, key: &str, lengths: &[usize]) -> Option<String> {
    let id = table.text(key, "\"9f2c1ab0… (the whole id)\"")?;
    let hex = id.value.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if hex && lengths.contains(&id.value.len()) {
        return Some(id.value);
    }
    let digits: Vec<String> = lengths.iter().map(usize::to_string).collect();
    table.reader().problem(
        &id.span,
        format!("'{}' is no full id", id.value),
        format!(
            "give all its {} lower-case hex digits; names and short ids can move",
            digits.join(" or ")
        ),
    );
    None
}

fn patterns(table: &Table<'_, '_>, key: &str, example: &str) -> Option<Vec<String>> {
    let texts = table.texts(key, example)?;
    for text in &texts {
        if let Err(error) = glob(&text.value) {
            let message = format!("'{}' is no pattern: {}", text.value, error.kind());
            table.reader().problem(&text.span, message, format!("for instance: {key} = {example}"));
        }
    }
    Some(texts.into_iter().map(|text| text.value).collect())
}

/// `tickets` is a list of patterns, or a table with `patterns` and `keys`.
fn read_tickets(top: &Table<'_, '_>, policy: &mut Policy) {
    const EXAMPLE: &str = "['\\bOPS\\d+\\b']";
    let patterns = if top.holds_table("tickets") {
        let Some(table) = top.table("tickets") else { return };
        policy.ticket_keys = read_ticket_keys(&table);
        let patterns = table.texts("patterns", EXAMPLE);
        table.finish();
        patterns
    } else {
        top.texts("tickets", EXAMPLE)
    };
    let patterns = patterns.unwrap_or_default();
    if let Some(beyond) = patterns.get(MOST_TICKETS) {
        let message = format!("more than {MOST_TICKETS} expressions for tickets");
        top.reader().problem(&beyond.span, message, "join several with |: 'OPS\\d+|PAY-\\d+'");
    }
    for pattern in patterns.into_iter().take(MOST_TICKETS) {
        match TicketFinder::new(&[&pattern.value]) {
            Ok(_) => policy.tickets.push(pattern.value),
            Err(error) => {
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
                let message = format!("'{}' is no regular expression: {why}", pattern.value);
                let hint =
                    "write it between single quotes, so that backslashes stay: '\\bOPS\\d+\\b'";
                top.reader().problem(&pattern.span, message, hint);
            }
        }
    }
}

fn read_ticket_keys(table: &Table<'_, '_>) -> Option<Vec<String>> {
    let example = "[\"PAY\", \"OPS\"]";
    let keys = table.texts("keys", example)?;
    for key in &keys {
        if !TicketFinder::is_key(&key.value) {
            let message = format!("'{}' is no key of a project", key.value);
            let hint = format!(
                "give up to 20 upper-case letters, digits and _, without the number: keys = {example}"
            );
            table.reader().problem(&key.span, message, hint);
        }
    }
    Some(keys.into_iter().map(|key| key.value).collect())
}

fn read_config(top: &Table<'_, '_>, policy: &mut Policy) {
    let Some(paths) = top.texts("config", "[\"config/**\", \"*.tf\"]") else { return };
    for path in &paths {
        if let Err(failure) = Pathspec::parse(std::slice::from_ref(&path.value), "") {
            let hint = "pathspecs as in git, from the top of the repository: ':(glob)**/config/**'";
            top.reader().problem(&path.span, failure.message, hint);
        }
    }
    policy.config = Some(paths.into_iter().map(|path| path.value).collect());
}

/// Every id of a person or role, for suggestions.
fn read_people(top: &Table<'_, '_>, people: &mut People) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(table) = top.table("people") {
        for id in table.keys() {
            let Some(entry) = table.table(&id.value) else { continue };
            let owned = |texts: Option<Vec<Located<String>>>| -> Vec<Located<String>> {
                texts.unwrap_or_default()
            };
            let emails = owned(entry.texts("emails", "[\"ana@example.com\"]"));
            let logins = owned(entry.texts("logins", "[\"ana-silva\"]"));
            let keys = owned(entry.texts("keys", "[\"SHA256:…\"]"));
            let principals = owned(entry.texts("principals", "[\"ana@laptop\"]"));
            let kinds = [PersonKind::Human, PersonKind::Bot, PersonKind::Agent];
            let kinds = kinds.map(|kind| (kind.name(), kind));
            let values = |located: &[Located<String>]| -> Vec<String> {
                located.iter().map(|text| text.value.clone()).collect()
            };
            let person = Person {
                name: entry.text("name", "\"Ana Silva\"").map_or(id.value.clone(), |n| n.value),
                emails: values(&emails),
                logins: values(&logins),
                keys: values(&keys),
                principals: values(&principals),
                kind: entry.word("kind", &kinds).unwrap_or_default(),
                acts_for_others: entry.flag("acts-for-others").unwrap_or(false),
                id: id.value.clone(),
            };
            if person.acts_for_others && person.kind == PersonKind::Human {
                entry.reader().problem(
                    &id.span,
                    format!("'{}' is human and may not act for others", id.value),
                    "set kind = \"bot\", or leave acts-for-others out",
                );
            }
            for (taken, owner) in people.add(person) {
                let all = [&emails, &logins, &keys, &principals];
                let span = all.into_iter().flatten().find(|text| text.value == taken);
                let span = span.map_or(id.span.clone(), |text| text.span.clone());
                let message = format!("'{taken}' belongs to '{owner}' already");
                let hint = "one address, login or key belongs to one person; merge the two, or remove it from one";
                entry.reader().problem(&span, message, hint);
            }
            entry.finish();
            names.push(id.value);
        }
    }
    if let Some(table) = top.table("roles") {
        // A role holds persons only, so that nobody has to follow a chain of roles.
        let persons: Vec<String> = people.persons().iter().map(|p| p.id.clone()).collect();
        for role in table.keys() {
            if people.get(&role.value).is_some() {
                let message = format!("'{}' is a person already", role.value);
                table.reader().problem(&role.span, message, "give the role another name");
            }
            let found = members(&table, &role.value, people, &persons);
            people.add_role(role.value.clone(), found.unwrap_or_default());
            names.push(role.value);
        }
    }
    names
}

/// The ids of the persons that a list of persons and roles names.
fn members(
    table: &Table<'_, '_>,
    key: &str,
    people: &People,
    names: &[String],
) -> Option<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for name in table.texts(key, "[\"ana\", \"operations\"]")? {
        if people.get(&name.value).is_some() {
            ids.insert(name.value);
        } else if let Some(members) = people.roles().get(&name.value) {
            ids.extend(members.iter().cloned());
        } else {
            let message = format!("'{}' is no person and no role of this policy", name.value);
            let hint = table.reader().suggest(&name.value, names.iter().map(String::as_str));
            table.reader().problem(&name.span, message, hint);
        }
    }
    Some(ids)
}

fn read_levels(
    table: &Table<'_, '_>,
    fits: impl Fn(&Rule) -> bool,
) -> BTreeMap<&'static str, Level> {
    let mut levels = BTreeMap::new();
    for key in table.keys() {
        let Some(rule) = rules::find(&key.value) else { continue };
        // Asked for in any case: the key is known, even where it doesn't belong.
        let level = table.word(rule.id, &Level::ALL);
        if !fits(rule) {
            table.reader().problem(
                &key.span,
                format!("'{}' does not differ from one environment to another", rule.id),
                "set it under [rules]",
            );
        } else if let Some(level) = level {
            levels.insert(rule.id, level);
        }
    }
    for key in table.keys() {
        if rules::find(&key.value).is_none() {
            let hint = table.reader().suggest(&key.value, rules::all().map(|rule| rule.id));
            table.reader().problem(&key.span, format!("there is no rule '{}'", key.value), hint);
        }
    }
    levels
}

/// Says which aliases of an environment mean another one, too.
fn unique_aliases(
    table: &Table<'_, '_>,
    name: &str,
    environments: &Table<'_, '_>,
    meant: &mut BTreeMap<String, String>,
) {
    for alias in table.texts("aliases", "[\"prod\"]").into_iter().flatten() {
        let is_name = environments.keys().iter().any(|other| other.value == alias.value);
        let other = meant.insert(alias.value.clone(), name.to_owned());
        if is_name || other.is_some_and(|other| other != name) {
            let message = format!("'{}' means another environment already", alias.value);
            table.reader().problem(&alias.span, message, "an alias belongs to one environment");
        }
    }
}

fn values(located: Option<Vec<Located<String>>>) -> Vec<String> {
    located.into_iter().flatten().map(|text| text.value).collect()
}

fn read_environment(table: &Table<'_, '_>, people: &People, names: &[String]) -> Environment {
    let list = |key: &str| members(table, key, people, names);
    let mut environment = Environment {
        branches: patterns(table, "branches", "[\"main\"]"),
        deployers: list("deployers"),
        approvers: list("approvers"),
        approvals: table.count("approvals", "2"),
        approval_expires: table.duration("approval-expires", "\"14 days\""),
        exempt: list("exempt").unwrap_or_default(),
        aliases: values(table.texts("aliases", "[\"prod\", \"prd\"]")),
        ..Environment::default()
    };
    for window in table.tables("freeze") {
        let freeze = Freeze {
            from: window.moment("from"),
            until: window.moment("until"),
            why: window.text("why", "\"end of the year\"").map(|why| why.value),
            exempt: members(&window, "exempt", people, names).unwrap_or_default(),
            stated_end: None,
        };
        if let (Some(from), Some(until)) = (freeze.from, freeze.until)
            && from >= until
        {
            let message = "a freeze that ends before it begins";
            table.reader().problem(&window.span, message, "exchange from and until");
        }
        window.finish();
        environment.freezes.push(freeze);
    }
    if let Some(levels) = table.table("rules") {
        environment.levels = read_levels(&levels, |rule| rule.per_environment());
    }
    table.finish();
    environment
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let problems = Policy::parse(text.as_bytes()).unwrap_err();
        problems.iter().map(|problem| format!("{problem}; {}", problem.hint)).collect()
    }

    #[test]
    fn an_empty_file_is_a_policy_that_sets_nothing() {
        let policy = Policy::parse(b"").unwrap();
        assert!(policy.levels.is_empty() && policy.environments.is_empty());
        assert_eq!(policy.clock_skew, 3_600);
    }

    #[test]
    fn a_file_that_is_all_wrong_is_read_in_moments_and_not_told_in_full() {
        let start = std::time::Instant::now();
        let numbers = 0..60_000;
        let keys: String = numbers.clone().map(|n| format!("a{n}=1\n")).collect();
        let roles: String = numbers.clone().map(|n| format!("r{n}=[\"a\"]\n")).collect();
        let people: String = (0..9_000).map(|n| format!("p{n}={{emails=[\"e\"]}}\n")).collect();
        let member: String = (0..9_000).map(|n| format!("\"p{n}\",")).collect();
        for text in [
            keys,
            format!("[roles]\n{roles}"),
            format!("[people]\n{people}[roles]\nall = [{member}]\n"),
        ] {
            let problems = problems(&text);
            assert_eq!(problems.len(), 101);
            let last = problems.last().unwrap();
            assert!(last.ends_with(" more problems in this file; mend these first"), "{last}");
            assert!(problems.iter().all(|problem| problem.len() < 1_000));
        }
        let tickets = "tickets = [".to_owned() + &"'a{1000}',".repeat(65) + "]";
        assert_eq!(problems(&tickets).len(), 1);
        assert!(problems(&"#".repeat(LARGEST + 1))[0].starts_with("1:1: larger than"));
        assert!(Policy::parse("#".repeat(LARGEST).as_bytes()).is_ok());
        assert!(start.elapsed().as_secs() < 60);
    }

    #[test]
    fn every_key_is_read() {
        let text = r#"
adopted = "1111111111111111111111111111111111111111"
branches = ["main", "release/*"]
tags = ["v*"]
tickets = ['\bOPS\d+\b']
config = ["config/"]
why = "ticket"
evidence = "claims"
clock-skew = "10 minutes"
managers = ["operations"]
exceptions = ["ana"]
[ledger]
name = "example.com/pay"
adopted = "2222222222222222222222222222222222222222222222222222222222222222"
head = "3333333333333333333333333333333333333333333333333333333333333333"
[people.ana]
name = "Ana Silva"
emails = ["ana@example.com"]
logins = ["ana-silva"]
keys = ["SHA256:a"]
principals = ["ana@laptop"]
[people.ci]
emails = ["ci@example.com"]
kind = "bot"
acts-for-others = true
[roles]
operations = ["ana"]
[environments.production]
branches = ["main"]
deployers = ["operations", "ci"]
approvers = ["ana"]
approvals = 2
approval-expires = "14 days"
exempt = ["ana"]
freeze = [{ from = 2026-12-20T00:00:00Z, until = "2027-01-07T00:00:00+01:00", why = "holidays", exempt = ["ana"] }]
[environments.production.rules]
deploy-has-why = "deny"
[rules]
commit-signed = "deny"
date-order = "off"
"#;
        let policy = Policy::parse(text.as_bytes()).unwrap();
        let production = &policy.environments["production"];
        assert_eq!(production.approvals_needed(), 2);
        assert_eq!(
            production.deployers.as_ref().unwrap().iter().collect::<Vec<_>>(),
            ["ana", "ci"]
        );
        assert_eq!(production.approval_expires, Some(1_209_600));
        assert_eq!(production.freezes[0].from, Some(1_797_724_800));
        assert_eq!(production.freezes[0].exempt.len(), 1);
        assert_eq!((policy.managers.as_ref().unwrap().len(), policy.exceptions.len()), (1, 1));
        assert_eq!((policy.why, policy.evidence), (Reason::Ticket, Evidence::Claims));
        let rule = rules::find("deploy-has-why").unwrap();
        assert_eq!(policy.level(rule, Some("production")), Level::Deny);
        assert_eq!(policy.level(rule, Some("staging")), rule.default);
        assert_eq!(policy.level(rules::find("date-order").unwrap(), None), Level::Off);
        assert!(policy.people.get("ci").unwrap().acts_for_others);
    }

    #[test]
    fn a_slip_is_an_error_with_its_place_and_the_nearest_known_key() {
        assert_eq!(
            problems("[environments.production]\n\n  aprovers = []\n"),
            ["3:3: unknown key 'aprovers' in [environments.production]; did you mean 'approvers'?"]
        );
        assert_eq!(
            problems("[rules]\ncomit-signed = \"deny\""),
            ["2:1: there is no rule 'comit-signed'; did you mean 'commit-signed'?"]
        );
        assert_eq!(
            problems("[rules]\ncommit-signed = \"deyn\""),
            ["2:17: 'deyn' is none of deny, warn, off; did you mean 'deny'?"]
        );
        assert_eq!(
            problems("[people.ana]\n[environments.p]\napprovers = [\"anna\"]"),
            ["3:14: 'anna' is no person and no role of this policy; did you mean 'ana'?"]
        );
        assert_eq!(
            problems("[[environments.p.freeze]]\nfrm = 2026-01-01T00:00:00Z"),
            ["2:1: unknown key 'frm' in [[environments.p.freeze]]; did you mean 'from'?"]
        );
    }

    #[test]
    fn what_belongs_to_another_person_is_shown_where_it_stands() {
        let text = "[people.ana]\nemails = [\"a@x\"]\nkeys = [\"SHA256:a\"]\n\
            [people.bo]\nemails = [\"b@x\"]\nkeys = [\"SHA256:b\", \"SHA256:a\"]\n";
        assert!(
            problems(text)[0].starts_with("6:21: 'SHA256:a' belongs to 'ana'"),
            "{:?}",
            problems(text)
        );
    }

    #[test]
    fn a_full_id_has_one_of_the_lengths_and_digits_in_lower_case_alone() {
        for (id, full) in [
            ("a".repeat(40), true),
            ("0123456789abcdef".repeat(4), true),
            ("a".repeat(41), false),
            ("A".repeat(40), false),
            ("g".repeat(40), false),
        ] {
            let text = format!("adopted = \"{id}\"");
            assert_eq!(Policy::parse(text.as_bytes()).is_ok(), full, "{id}");
        }
        let ledger = format!("[ledger]\nhead = \"{}\"", "a".repeat(40));
        assert!(problems(&ledger)[0].contains("no full id"));
    }

    #[test]
    fn tags_that_no_pattern_names_are_not_judged() {
        let judges = |text: &str, name| Policy::parse(text.as_bytes()).unwrap().judges_tag(name);
        assert!(judges("", "nightly"));
        for (name, judged) in
            [("v1", true), ("release/1", true), ("release/1/2", false), ("nightly", false)]
        {
            assert_eq!(judges("tags = [\"v*\", \"release/*\"]", name), judged, "{name}");
        }
        assert!(!judges("tags = []", "v1"));
    }

    #[test]
    fn all_problems_are_told_in_the_order_of_the_file() {
        let found =
            problems("adopted = \"HEAD\"\ntags = [\"[\"]\ntickets = [\"(\"]\nbranches = 1\n");
        let lines: Vec<&str> = found.iter().map(|text| &text[..2]).collect();
        assert_eq!(lines, ["1:", "2:", "3:", "4:"]);
        assert!(found[0].contains("no full id"), "{found:?}");
    }

    #[test]
    fn what_is_no_toml_has_a_place_too() {
        assert!(problems("[rules]\ncommit-signed = \n")[0].starts_with("2:"));
        let twice = &problems("[environments.p]\n[environments.p]\napprovals = 2\n")[0];
        assert!(twice.starts_with("2:15: 'p' stands there twice"), "{twice}");
        assert!(problems("a = 1\na = 2\n")[0].starts_with("2:1: "));
        let error = &Policy::parse(b"why = \"any\"\n\xff").unwrap_err()[0];
        assert_eq!((error.line, error.column), (2, 1));
    }

    #[test]
    fn values_of_the_wrong_kind_are_refused() {
        for text in [
            "why = 3",
            "clock-skew = \"soon\"",
            "managers = \"ana\"",
            "ledger = \"pay\"",
            "[ledger]\nname = \"\"",
            "[environments.p]\napprovals = -1",
            "[environments.p]\napprovals = \"two\"",
            "[environments.p]\nfreeze = 1",
            "[[environments.p.freeze]]\nfrom = 2026-12-20",
            "[[environments.p.freeze]]\nfrom = 2026-12-20T00:00:00Z\nuntil = 2026-12-20T00:00:00Z",
            "[people.ana]\nemails = [\"\"]",
            "[people.ana]\nkind = \"robot\"",
            "[people.ana]\nacts-for-others = true",
            "[people.ana]\nemails=[\"a@x\"]\n[people.bo]\nemails=[\"A@x\"]",
            "[people.ana]\n[roles]\nana = [\"ana\"]",
            "[roles]\nboth = [\"both\"]",
            "[environments.p.rules]\ncommit-signed = \"deny\"",
        ] {
            assert_eq!(problems(text).len(), 1, "{text}: {:?}", problems(text));
        }
    }
}
