//! One event at length: who, when, what, why, and the proof.

use super::{Cards, INDENT, Related};
use crate::event::moment;
use crate::event::{Event, Grade, Identity, Kind, What, When};
use crate::report::{rows, text, words};
use crate::ui::{Paint, escape};
use std::io::{self, Write};

impl Cards<'_> {
    /// Writes one event at length.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn event(&self, event: &Event, related: &[Related], out: &mut dyn Write) -> io::Result<()> {
        let refs = match &event.what {
            What::Commit(facts) => facts.decorations(),
            _ => String::new(),
        };
        let refs = if refs.is_empty() { refs } else { format!("  ({refs})") };
        let title = match &event.what {
            What::Tag(facts) => format!("tag {}", facts.name),
            _ => format!("{} {}", event.kind, event.id),
        };
        writeln!(
            out,
            "{}{}\n",
            self.style.paint(Paint::Yellow, &escape(&title)),
            self.style.paint(Paint::Green, &escape(&refs))
        )?;
        self.who(event, out)?;
        self.when(event, out)?;
        self.what(event, out)?;
        self.why(event, out)?;
        self.proof(event, out)?;
        let lines: Vec<String> =
            related.iter().map(|related| format!("{}: {}", related.how, related.what)).collect();
        self.list("related", &lines, out)
    }

    fn who(&self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let who = &event.who;
        let mut lines = vec![match &who.identity {
            Some(identity) => named(identity),
            None if event.kind == Kind::Tag => {
                "unknown: git keeps no name for a lightweight tag".to_owned()
            }
            None => "unknown: the object names nobody".to_owned(),
        }];
        if let Some(committer) =
            who.committer.as_ref().filter(|it| Some(*it) != who.identity.as_ref())
        {
            lines.push(format!("committed by {}", named(committer)));
        }
        lines.extend(
            who.co_authors
                .iter()
                .map(|who| format!("with {} (a claim of the message)", named(who))),
        );
        if let Some(login) = &who.login {
            lines.push(format!("login {login}"));
        }
        if let Some(via) = &who.via {
            lines.push(format!("via {via}"));
        }
        self.list("who", &lines, out)
    }

    fn when(&self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let mut lines = vec![match event.when {
            Some(when) => moment::long(when),
            None if event.kind == Kind::Tag => {
                "unknown: git keeps no time for a lightweight tag".to_owned()
            }
            None => "unknown: the object states no readable time".to_owned(),
        }];
        if let What::Commit(facts) = &event.what
            && facts.authored.map(|when| when.seconds) != event.when.map(|when| when.seconds)
        {
            lines.push(match facts.authored {
                Some(when) => format!("authored {}", moment::long(when)),
                None => "authored at an unreadable time".to_owned(),
            });
        }
        self.list("when", &lines, out)
    }

    fn what(&self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        match &event.what {
            What::Commit(facts) => {
                self.list("what", std::slice::from_ref(&facts.summary), out)?;
                if let Some(paths) = &facts.paths {
                    let mut lines = paths.clone();
                    let config = facts.config.as_deref().unwrap_or_default();
                    for line in &mut lines {
                        if config.contains(line) {
                            line.push_str("  (configuration)");
                        }
                    }
                    self.list("paths", &lines, out)?;
                }
                let reviews: Vec<String> = facts
                    .reviews
                    .iter()
                    .map(|review| {
                        format!(
                            "{} by {} (a claim: {})",
                            review.state,
                            named(&review.by),
                            review.source
                        )
                    })
                    .collect();
                self.list("reviews", &reviews, out)
            }
            What::Tag(facts) => {
                let mut lines = vec![format!("{} {}", facts.target_kind, facts.target)];
                if facts.annotated {
                    lines.push(format!("tag object {}", facts.object));
                }
                lines.extend(facts.nested.iter().map(|id| format!("through tag object {id}")));
                if let Some(name) = &facts.header_name {
                    lines.push(format!("the object was made as tag '{name}', not under this name"));
                }
                self.list("what", &lines, out)?;
                self.list("message", &lines_of(&facts.summary), out)
            }
            What::Record(fields) => {
                // The reason stands under "why".
                let mut lines = vec![rows::record_facts(event, fields)];
                lines.retain(|facts| !facts.is_empty());
                for (key, value) in fields {
                    lines.push(match value {
                        serde_json::Value::String(text) => format!("{key} {text}"),
                        other => format!("{key} {other}"),
                    });
                }
                self.list("what", &lines, out)
            }
        }
    }

    fn why(&self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let why = &event.why;
        let mut lines = Vec::new();
        if let What::Commit(facts) = &event.what {
            if let Some(change) = &facts.change {
                let how = [change.forge, change.method]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(" ");
                lines.push(
                    format!("change request {} ({how}; a claim of the message)", change.id)
                        .replace("(; ", "("),
                );
                lines.extend(change.url.clone());
            }
            lines.extend(
                facts
                    .cherry_picked_from
                    .iter()
                    .map(|id| format!("cherry-picked from {id} (a claim)")),
            );
        }
        if !why.tickets.is_empty() {
            lines.push(format!("tickets {}", why.tickets.join(" ")));
        }
        lines.extend(why.reverts.iter().map(|id| format!("reverts {id} (a claim)")));
        for link in &why.links {
            let to = link.id.as_deref().or(link.url.as_deref()).unwrap_or_default();
            lines.push(format!("{} {to}", link.rel));
        }
        self.list("why", &lines, out)?;
        let body = why.body.trim_end();
        if !body.is_empty() {
            self.list(if lines.is_empty() { "why" } else { "" }, &lines_of(body), out)?;
        }
        Ok(())
    }

    fn proof(&self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let proof = &event.proof;
        let (paint, mark) = rows::mark(proof.grade, self.style.unicode);
        let mut lines = Vec::new();
        match &proof.signature {
            None => lines.push(match proof.grade {
                Grade::Claimed => "claimed: there is no signature".to_owned(),
                Grade::Imported => match &proof.vouched {
                    Some(vouched) => words::vouched(vouched),
                    None => Grade::Imported.to_string(),
                },
                grade => grade.to_string(),
            }),
            Some(verdict) => {
                lines.push(format!(
                    "{}: {} ({} in git)",
                    proof.grade,
                    words::verdict(verdict),
                    verdict.status.letter()
                ));
                lines.extend(verdict.reason.clone());
                // A missing key is named by the reason.
                let said = |key: &str| verdict.reason.as_ref().is_some_and(|it| it.contains(key));
                let key = verdict.key.as_ref().filter(|key| !said(key));
                lines.extend(key.map(|key| format!("key {key}")));
                lines.extend(
                    verdict.made.map(|made| format!("made {}", moment::long(When::utc(made)))),
                );
                let notes = |mark: &&str| !proof.notes.iter().any(|note| note == mark);
                lines.extend(verdict.marks.iter().copied().filter(notes).map(noted));
                lines.extend(self.trust.map(|trust| format!("judged by {trust}")));
            }
        }
        lines.extend(proof.notes.iter().map(|note| noted(note)));
        let first = format!("{mark} {}", lines[0]);
        let label = self.style.paint(Paint::Bold, &text::pad("proof", 9)).into_owned();
        let first = self.wrapped(&escape(&first));
        writeln!(out, "  {label} {}", self.style.paint(paint, &first))?;
        for line in &lines[1..] {
            writeln!(out, "{}{}", " ".repeat(INDENT), self.wrapped(&escape(line)))?;
        }
        Ok(())
    }
}

fn noted(id: &str) -> String {
    format!("note: {}", words::note(id))
}

fn named(who: &Identity) -> String {
    if who.email.is_empty() { who.name.clone() } else { format!("{} <{}>", who.name, who.email) }
}

fn lines_of(body: &str) -> Vec<String> {
    body.lines().map(str::to_owned).collect()
}
