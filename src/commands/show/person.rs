//! A person, and what they did in any part.

use super::Finder;
use crate::commands::period::Period;
use crate::commands::{Context, people};
use crate::event::{Event, Identity};
use crate::outcome::Failure;
use crate::people::Person;
use crate::report::show::{Deeds, Thing};

impl<'f> Finder<'f> {
    /// The one person who is called so, with what they did.
    pub(super) fn person(
        &self,
        context: &Context,
        name: &str,
        unknown: Failure,
    ) -> anyhow::Result<Thing<'f, 'f>> {
        let wanted = name.to_lowercase();
        let mut persons = self.persons(context, Period::default(), |_| {})?;
        persons.retain(|person| person.is_called(&wanted));
        if let Some(exact) =
            persons.iter().position(|person| person.id == wanted || person.name == name)
        {
            persons = vec![persons.swap_remove(exact)];
        }
        if persons.len() > 1 {
            let some: Vec<&str> = persons.iter().take(5).map(|person| person.id.as_str()).collect();
            let more = if persons.len() > 5 { ", …" } else { "" };
            return Err(Failure::new(format!(
                "'{name}' could be {} persons: {}{more}",
                persons.len(),
                some.join(", ")
            ))
            .hint("use a whole address")
            .into());
        }
        let Some(person) = persons.pop() else {
            return Err(Failure::new(format!("nothing here is called '{name}'"))
                .hint(unknown.hint.unwrap_or_else(|| "audit people lists who acts here".to_owned()))
                .unknown(name)
                .into());
        };
        let deeds = self.deeds(context, &person)?;
        Ok(Thing::Person(Box::new(person), deeds))
    }

    /// What a person did in any part, newest first.
    fn deeds(&self, context: &Context, person: &Person) -> anyhow::Result<Deeds> {
        let is_theirs = |who: &Identity| match who.email.is_empty() {
            true => person.names.contains(&who.name),
            false => person.addresses.contains(&who.email),
        };
        let mut events = Vec::new();
        self.persons(context, self.period, |event| {
            if event.everybody().any(is_theirs) {
                events.push(event.clone());
            }
        })?;
        // Stable: what has the same time stays in the order of history.
        events.sort_by_key(|event| std::cmp::Reverse(event.when.map(|when| when.seconds)));
        let shown = if self.most == 0 { events.len() } else { self.most.min(events.len()) };
        let earlier = events.len() - shown;
        events.truncate(shown);
        Ok(Deeds { events, earlier })
    }

    /// Everybody who acted in a period; each event is shown to `see` on the way.
    fn persons(
        &self,
        context: &Context,
        period: Period,
        see: impl FnMut(&Event),
    ) -> anyhow::Result<Vec<Person>> {
        let tips = self.repo.all_tips()?;
        people::gather(context, self.repo, self.view, self.judge, (tips, period), see)
    }
}
