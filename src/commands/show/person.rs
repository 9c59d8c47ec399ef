//! A person, and what they did in any part.

use super::Finder;
use crate::commands::{Context, people};
use crate::event::Event;
use crate::evidence::actors::Actors;
use crate::evidence::period::Period;
use crate::outcome::Failure;
use crate::people::{Person, roles};
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
        // A whole address is one person's; a whole name may be that of several.
        let exact: [&dyn Fn(&Person) -> bool; 4] = [
            &|person| person.id == wanted,
            &|person| person.person.as_deref() == Some(name),
            &|person| person.addresses.iter().any(|address| address.to_lowercase() == wanted),
            &|person| person.name == name,
        ];
        if let Some(exact) = exact.into_iter().find(|exact| persons.iter().any(exact)) {
            persons.retain(exact);
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
        let (person, deeds) = self.deeds(context, person)?;
        Ok(Thing::Person(Box::new(person), deeds))
    }

    /// What a person did in any part, newest first. Where a period is asked for, what is counted is what they did
    /// in it.
    fn deeds(&self, context: &Context, person: Person) -> anyhow::Result<(Person, Deeds)> {
        let actors = Actors::new(self.evidence.repo, self.evidence.judge)?;
        let mut events = Vec::new();
        let then = self.persons(context, self.period, |event| {
            if roles(event).any(|role| actors.known(event, &role).id() == person.id) {
                events.push(event.clone());
            }
        })?;
        let then = then.into_iter().find(|then| then.id == person.id).unwrap_or_default();
        let Person { parts, grades, keys, seen, .. } = then;
        let person = Person { parts, grades, keys, seen, ..person };
        // Stable: what has the same time stays in the order of history.
        events.sort_by_key(|event| std::cmp::Reverse(event.when.map(|when| when.seconds)));
        let shown = if self.most == 0 { events.len() } else { self.most.min(events.len()) };
        let earlier = events.len() - shown;
        events.truncate(shown);
        let in_period = self.period != Period::default();
        Ok((person, Deeds { events, earlier, in_period }))
    }

    /// Everybody who acted in a period; each event is shown to `see` on the way.
    fn persons(
        &self,
        context: &Context,
        period: Period,
        see: impl FnMut(&Event),
    ) -> anyhow::Result<Vec<Person>> {
        let tips = self.evidence.repo.all_tips()?;
        people::gather(
            context,
            self.evidence.repo,
            self.evidence.view,
            self.evidence.judge,
            (tips, period),
            see,
        )
    }
}
