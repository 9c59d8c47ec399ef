//! `audit show`: everything known about one thing.

use super::Context;
use super::format::FormatArg;
use super::judge::{Judge, JudgeArgs};
use super::{history, people, records};
use crate::event::{Event, What};
use crate::git::commits::{CommitReader, Paths};
use crate::git::object;
use crate::git::repository::ObjectKind;
use crate::git::source::Commits;
use crate::git::tags::Tag;
use crate::git::walk::{Plan, Walked};
use crate::git::{Oid, Repository};
use crate::ledger::chain::NotFound;
use crate::outcome::{Failure, Outcome};
use crate::people::Person;
use crate::report::card::{Cards, Related};
use crate::report::json::EventJson;
use crate::report::people::PersonJson;
use crate::report::{Format, csv::CsvReport, json, markdown, rows, text};
use clap::Args;
use serde::Serialize;

/// Everything known about a commit, a tag, a record or a person, with links to what it relates to
///
/// THING is a revision as in git, the name of a tag, the id of a record (four digits or more), or a piece of
/// a person's name or address. A tag is shown with the commit that it names.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ShowArgs {
    /// What to show; HEAD without it
    #[arg(value_name = "THING")]
    things: Vec<String>,

    /// Names and addresses as they stand in the objects, without the mailmap
    #[arg(long)]
    no_mailmap: bool,

    #[command(flatten)]
    judge: JudgeArgs,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: FormatArg,
}

const EXAMPLES: &str = "\
Examples:
  audit show                       the commit at HEAD
  audit show v1.4                  a tag and the commit it names
  audit show 9f2c1ab --format json
  audit show ana@example.com       a person: names, addresses, keys, what they did";

/// One thing that was found.
enum Thing {
    Event(Box<Event>, Vec<Related>),
    Person(Person),
}

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: ShowArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let judge = Judge::new(&repo, &args.judge, context.now)?;
    let mut reader = history::reader(&repo, !args.no_mailmap)?;
    reader.paths = Paths::All(history::config_paths()?);
    let names = if args.things.is_empty() { vec!["HEAD".to_owned()] } else { args.things };
    let mut things = Vec::new();
    for name in &names {
        things.extend(find(context, &repo, &reader, &judge, name)?);
    }
    context.page(&repo)?;
    report(context, &things, judge.trust().map(|trust| trust.source()), args.format.into())?;
    Ok(Outcome::Yes)
}

/// A revision if there is one of this name, else persons.
fn find(
    context: &Context,
    repo: &Repository,
    reader: &CommitReader,
    judge: &Judge,
    name: &str,
) -> anyhow::Result<Vec<Thing>> {
    let entry = entry(repo, judge, name)?;
    let unknown = match repo.resolve(name) {
        Ok(oid) => {
            let mut things = revision(repo, reader, judge, name, oid)?;
            things.extend(entry);
            return Ok(things);
        }
        Err(_) if entry.is_some() => return Ok(entry.into_iter().collect()),
        Err(failure) => failure,
    };
    let plan = Plan { tips: history::all_tips(repo)?, ..Plan::default() };
    let wanted = name.to_lowercase();
    let mut persons = people::gather(context, repo, judge, plan, |_| {})?;
    persons.retain(|person| person.is_called(&wanted));
    if let Some(exact) =
        persons.iter().position(|person| person.id == wanted || person.name == name)
    {
        persons = vec![persons.swap_remove(exact)];
    }
    match persons.len() {
        0 => Err(Failure::new(format!("nothing here is called '{name}'"))
            .hint(unknown.hint.unwrap_or_else(|| "audit people lists who acts here".to_owned()))
            .into()),
        1 => Ok(persons.into_iter().map(Thing::Person).collect()),
        many => {
            let some: Vec<&str> = persons.iter().take(5).map(|person| person.id.as_str()).collect();
            let more = if many > 5 { ", …" } else { "" };
            Err(Failure::new(format!(
                "'{name}' could be {many} persons: {}{more}",
                some.join(", ")
            ))
            .hint("use a whole address")
            .into())
        }
    }
}

/// The entry of the ledger whose id begins so, with what it builds on and what builds on it.
fn entry(repo: &Repository, judge: &Judge, name: &str) -> Result<Option<Thing>, Failure> {
    let hex = name.len() >= 4 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !hex {
        return Ok(None);
    }
    let view = records::read(repo)?;
    let number = match view.chain().find(name) {
        Ok(number) => number,
        Err(NotFound::Ambiguous(_)) => {
            return Err(view.find(name).err().unwrap_or_else(|| Failure::new(name)));
        }
        Err(NotFound::None | NotFound::NotAPrefix) => return Ok(None),
    };
    let describe = |number: usize| -> Result<String, Failure> {
        let event = view.entry(number)?.event();
        Ok(format!("{} {} {}", text::short(&event.id), event.kind, rows::summary(&event)))
    };
    let mut related = Vec::new();
    for &earlier in view.chain().depends_on(number) {
        related.push(Related { how: "builds on", what: describe(earlier)? });
    }
    for later in view.chain().depended_on_by(number) {
        related.push(Related { how: "built on by", what: describe(later)? });
    }
    let event = judge.entry(&view.entry(number)?);
    Ok(Some(Thing::Event(Box::new(event), related)))
}

fn revision(
    repo: &Repository,
    reader: &CommitReader,
    judge: &Judge,
    name: &str,
    oid: Oid,
) -> Result<Vec<Thing>, Failure> {
    let mut things = Vec::new();
    if let Some(tag) = tag_named(repo, name, oid)? {
        let event = judge.event(reader.tag_event(repo, &tag)?);
        things.push(Thing::Event(Box::new(event), Vec::new()));
    }
    if let Some(Thing::Event(event, _)) = things.first()
        && matches!(&event.what, What::Tag(facts) if facts.target_kind == "missing")
    {
        // There is nothing behind it to show; the tag itself says so.
        return Ok(things);
    }
    match repo.peel(oid)? {
        (commit, ObjectKind::Commit) => {
            let walked = Walked { oid: commit, raw: Commits::without_graph(repo).read(commit)? };
            let event = judge.event(reader.event(repo, &walked)?);
            let related = related(repo, &event)?;
            things.push(Thing::Event(Box::new(event), related));
        }
        (other, kind) if things.is_empty() => {
            return Err(Failure::new(format!("'{name}' names a {} ({other})", kind.name()))
                .hint("audit shows commits, tags and persons; git show prints files and trees"));
        }
        _ => {}
    }
    Ok(things)
}

/// The tag that a name means: a reference, or a tag object given by its id.
fn tag_named(repo: &Repository, name: &str, oid: Oid) -> Result<Option<Tag>, Failure> {
    let short =
        name.strip_prefix("refs/tags/").or_else(|| name.strip_prefix("tags/")).unwrap_or(name);
    let full = format!("refs/tags/{short}");
    let references = repo.refs("refs/tags/")?;
    let by_name =
        references.iter().find(|reference| reference.name == full && reference.target == oid);
    let by_id = || {
        let is_tag = matches!(repo.read(oid), Ok(Some(object)) if object.kind == ObjectKind::Tag);
        references.iter().find(|reference| is_tag && reference.target == oid)
    };
    by_name.or_else(by_id).map(|reference| repo.tag(reference.clone())).transpose()
}

/// Parents with their summaries, and tags that name the commit.
fn related(repo: &Repository, event: &Event) -> Result<Vec<Related>, Failure> {
    let What::Commit(facts) = &event.what else { return Ok(Vec::new()) };
    let mut related = Vec::new();
    for parent in &facts.parents {
        let what = match repo
            .hash()
            .oid(parent.as_bytes())
            .map(|oid| repo.read(oid))
            .transpose()?
            .flatten()
        {
            Some(object) => match object::commit(&object.data, repo.hash()) {
                Ok(commit) => {
                    let message = String::from_utf8_lossy(commit.message);
                    let summary =
                        crate::git::message::Message::parse(&message).summary().into_owned();
                    format!("{} {summary}", text::short(parent))
                }
                Err(bogus) => format!("{parent} ({})", bogus.0),
            },
            None if repo.shallow().iter().any(|oid| oid.to_string() == event.id) => {
                format!("{parent} (not here: this clone is shallow)")
            }
            None => format!("{parent} (not here)"),
        };
        related.push(Related { how: "parent", what });
    }
    for tag in repo.tags()? {
        if tag.target.to_string() == event.id {
            let name = tag.reference.name.trim_start_matches("refs/tags/").to_owned();
            related.push(Related { how: "tag", what: name });
        }
    }
    Ok(related)
}

#[derive(Serialize)]
struct ShownJson<'a> {
    v: u32,
    events: Vec<EventJson<'a>>,
    people: Vec<PersonJson<'a>>,
}

fn report(
    context: &mut Context,
    things: &[Thing],
    trust: Option<&str>,
    format: Format,
) -> anyhow::Result<()> {
    let style = context.ui.style;
    let out = context.ui.out();
    let events = || {
        things.iter().filter_map(|thing| match thing {
            Thing::Event(event, _) => Some(&**event),
            Thing::Person(_) => None,
        })
    };
    let persons: Vec<Person> = things
        .iter()
        .filter_map(|thing| match thing {
            Thing::Person(person) => Some(person.clone()),
            Thing::Event(..) => None,
        })
        .collect();
    match format {
        Format::Table => {
            let cards = Cards { style, trust };
            for (number, thing) in things.iter().enumerate() {
                if number > 0 {
                    writeln!(out)?;
                }
                match thing {
                    Thing::Event(event, related) => cards.event(event, related, out)?,
                    Thing::Person(person) => cards.person(person, out)?,
                }
            }
        }
        Format::Json => {
            let shown = ShownJson {
                v: json::VERSION,
                events: events().map(EventJson::from).collect(),
                people: persons.iter().map(PersonJson::from).collect(),
            };
            serde_json::to_writer_pretty(&mut *out, &shown)?;
            writeln!(out)?;
        }
        Format::Jsonl => {
            for event in events() {
                json::line(event, out)?;
            }
            crate::report::people::write(&persons, format, style, out)?;
        }
        Format::Csv => {
            if events().next().is_some() {
                let mut csv = CsvReport::new(&mut *out)?;
                for event in events() {
                    csv.row(event)?;
                }
                csv.finish()?;
            }
            if !persons.is_empty() {
                crate::report::people::write(&persons, format, style, out)?;
            }
        }
        Format::Markdown => {
            if events().next().is_some() {
                markdown::heading(out)?;
                for event in events() {
                    markdown::row(event, out)?;
                }
            }
            if !persons.is_empty() {
                crate::report::people::write(&persons, format, style, out)?;
            }
        }
    }
    Ok(())
}
