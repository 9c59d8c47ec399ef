//! Who is named in a first policy, and by which ids.

use crate::people::Person as Seen;
use crate::policy::PersonKind;
use crate::policy::people::noreply_login;
use crate::ui::escape;
use std::collections::{BTreeMap, BTreeSet};

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

/// Who of those seen is named, with ids, every address and login with one owner.
pub fn members<'p>(persons: impl IntoIterator<Item = &'p Seen>) -> Vec<Member> {
    let mut ids = BTreeSet::new();
    let mut taken = BTreeSet::new();
    let mut members = Vec::new();
    for person in persons {
        let mut member = Member { name: person.name.clone(), ..Member::default() };
        if person.program.is_some() {
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

/// Lines for a `.mailmap` that would join those who share a name and have several addresses, if they are one
/// person: which nobody but a human can tell.
pub(super) fn mailmap(members: &[Member]) -> Vec<String> {
    let mut names: BTreeMap<String, Vec<&Member>> = BTreeMap::new();
    let usable = |member: &&Member| {
        let plain = |text: &str| !text.contains(['<', '>', '#']) && escape(text) == text;
        let mut texts = member.emails.iter().chain([&member.name]);
        member.kind == PersonKind::Human
            && !member.emails.is_empty()
            && texts.all(|text| plain(text))
    };
    for member in members.iter().filter(usable) {
        names.entry(member.name.trim().to_lowercase()).or_default().push(member);
    }
    names.remove("");
    let shared = names.into_values().filter(|members| members.len() > 1);
    shared
        .flat_map(|members| {
            let (name, proper) = (members[0].name.trim().to_owned(), members[0].emails[0].clone());
            let others = members.into_iter().flat_map(|member| &member.emails).skip(1);
            others.map(move |other| format!("{name} <{proper}> <{other}>")).collect::<Vec<_>>()
        })
        .collect()
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
