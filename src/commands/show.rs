//! `audit show`: everything known about one thing.

mod person;
mod related;

use super::Context;
use super::format::FormatArg;
use super::judge::JudgeArgs;
use super::{complete, warnings};
use crate::deployments::Deployments;
use crate::event::moment;
use crate::event::{What, When};
use crate::evidence::addresses::{Addresses, Moment};
use crate::evidence::histories::histories;
use crate::evidence::period::Period;
use crate::evidence::{self, Evidence, history};
use crate::git::commits::{CommitReader, Paths};
use crate::git::graph::Commits;
use crate::git::repository::ObjectKind;
use crate::git::tags::Tag;
use crate::git::walk::Walked;
use crate::git::{Oid, Repository};
use crate::ledger::chain::NotFound;
use crate::outcome::{Failure, Outcome};
use crate::report::card::{Cards, Related};
use crate::report::show::{self, Thing};
use crate::report::{rows, text};
use crate::share::publication::{self, Publication, Standing};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

/// Everything known about a commit, a tag, a record, an environment or a person, with links to what it
/// relates to
///
/// THING is a revision as in git, the name of a tag, the id of a record (four digits or more), an environment
/// (its history), one of its deployments (production~1, production@{yesterday}), or a piece of a person's
/// name or address (what they did everywhere). A tag is shown with the commit that it names.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ShowArgs {
    /// What to show; HEAD without it
    #[arg(value_name = "THING", add = ArgValueCompleter::new(complete::revisions))]
    things: Vec<String>,

    /// Names and addresses as they stand in the objects, without the mailmap
    #[arg(long)]
    no_mailmap: bool,

    /// Of a person: only what happened since DATE, listed and counted
    #[arg(long, visible_alias = "after", value_name = "DATE", allow_hyphen_values = true)]
    since: Option<String>,

    /// Of a person: only what happened until DATE
    #[arg(long, visible_alias = "before", value_name = "DATE", allow_hyphen_values = true)]
    until: Option<String>,

    /// How many deployments of an environment, or deeds of a person, to list; 0 for all
    #[arg(short = 'n', long = "max-count", value_name = "N", default_value_t = 20)]
    max_count: usize,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: FormatArg,

    #[command(flatten)]
    judge: JudgeArgs,
}

const EXAMPLES: &str = "\
Examples:
  audit show                       the commit at HEAD
  audit show v1.4                  a tag and the commit it names
  audit show 9f2c1ab --format json
  audit show production            an environment: what ran there, from when until when
  audit show production~1          the deployment before, and its commit
  audit show ana@example.com       a person: names, addresses, keys, what they did
  audit show ana --since '1 month ago' -n 0 --format csv";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: ShowArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let gathered = evidence::gather(&repo, &args.judge.options(), context.now)?;
    let policy = gathered.judge.policy();
    let mut reader = history::reader(&repo, !args.no_mailmap)?;
    reader.tickets = history::tickets(policy)?;
    reader.paths = Paths::All(history::config_paths(policy)?);
    let ledger_state = warnings::ledger(context, &gathered.view);
    warnings::unreadable_refs(context, &repo)?;
    let deployments = Deployments::new(gathered.records());
    let finder = Finder {
        evidence: gathered.evidence(&repo, &deployments, context.now),
        reader,
        period: Period::read(&repo, args.since.as_deref(), args.until.as_deref())?,
        most: args.max_count,
    };
    let names = if args.things.is_empty() { vec!["HEAD".to_owned()] } else { args.things };
    let mut things = Vec::new();
    for name in &names {
        things.extend(finder.find(context, name)?);
    }
    context.ui.decided(ledger_state);
    context.page(&repo)?;
    let (style, now) = (context.ui.style, context.now);
    let cards = Cards { style, trust: gathered.judge.trust().map(|trust| trust.source()) };
    show::write(&things, args.format.into(), &cards, now, context.ui.out())?;
    Ok(ledger_state)
}

/// Finds what a name means.
struct Finder<'f> {
    evidence: Evidence<'f>,
    reader: CommitReader,
    period: Period,
    most: usize,
}

impl<'f> Finder<'f> {
    /// An environment or deployment, else a revision or record, else a person.
    fn find(&self, context: &Context, name: &str) -> anyhow::Result<Vec<Thing<'f, 'f>>> {
        let addresses = Addresses::among(&self.evidence);
        if let Some(target) = addresses.environment(self.evidence.deployments, name)? {
            let found = histories(&self.evidence, &target, self.most)?;
            return Ok(found.into_iter().map(Thing::Environment).collect());
        }
        if let Some(point) = addresses.point(self.evidence.deployments, name)? {
            let id = &point.deployment.event.id;
            let mut things: Vec<Thing<'_, '_>> = self.entry(id)?.into_iter().collect();
            if let (Moment::Date(date), Some(Thing::Event(_, related))) =
                (point.moment, things.first_mut())
            {
                let what = moment::long(When::utc(date));
                related.insert(0, Related { how: "ran at", what });
            }
            things.extend(self.revision(&addresses.commit(&point)?)?);
            return Ok(things);
        }
        let entry = self.entry(name)?;
        match self.evidence.repo.resolve(name) {
            Ok(_) => {
                let mut things = self.revision(name)?;
                things.extend(entry);
                Ok(things)
            }
            Err(_) if entry.is_some() => Ok(entry.into_iter().collect()),
            Err(unknown) => Ok(vec![self.person(context, name, unknown)?]),
        }
    }

    /// The entry of the ledger whose id begins so, with what it builds on and what builds on it.
    fn entry(&self, name: &str) -> Result<Option<Thing<'f, 'f>>, Failure> {
        let hex =
            name.len() >= 4 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !hex {
            return Ok(None);
        }
        let (view, judge) = (self.evidence.view, self.evidence.judge);
        let number = match view.chain().find(name) {
            Ok(number) => number,
            Err(NotFound::Ambiguous(_)) => {
                return Err(view.find(name).err().unwrap_or_else(|| Failure::new(name)));
            }
            Err(NotFound::None | NotFound::NotAPrefix) => return Ok(None),
        };
        let describe = |number: usize| -> Result<String, Failure> {
            let event = view.line(number)?.event()?;
            Ok(format!("{} {} {}", text::short(&event.id), event.kind, rows::summary(&event)))
        };
        let mut related = Vec::new();
        for &earlier in view.chain().depends_on(number) {
            related.push(Related { how: "builds on", what: describe(earlier)? });
        }
        for later in view.chain().depended_on_by(number) {
            related.push(Related { how: "built on by", what: describe(later)? });
        }
        related.push(self.published(number)?);
        let event = evidence::records::judged_at(view, judge, number)?;
        related.extend(self.linked(&event)?);
        Ok(Some(Thing::Event(Box::new(event), related)))
    }

    /// Where a record is published.
    fn published(&self, number: usize) -> Result<Related, Failure> {
        let Evidence { repo, view, .. } = self.evidence;
        let publication = Publication::of_repo(repo)?;
        let Some(node) = view.chain().nodes().get(number) else {
            return Err(Failure::new("the ledger has no such entry"));
        };
        Ok(match publication.standing(&node.id) {
            Standing::Published(index, one) => {
                let at = publication::since(repo, one, index);
                let at = at.map(|at| format!(" on {}", moment::long(When::utc(at))));
                let at = at.unwrap_or_default();
                let what = format!("{} of {} in {}{at}", index + 1, one.seen.size, one.key);
                Related { how: "published as", what }
            }
            Standing::Here => Related { how: "published", what: "not yet: audit sync".to_owned() },
            Standing::Unknown => {
                Related { how: "published", what: "unknown (never synced)".to_owned() }
            }
        })
    }

    /// The tag and the commit that a revision names.
    fn revision(&self, name: &str) -> Result<Vec<Thing<'f, 'f>>, Failure> {
        let (repo, reader, judge) = (self.evidence.repo, &self.reader, self.evidence.judge);
        let oid = repo.resolve(name)?;
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
                let walked =
                    Walked { oid: commit, raw: Commits::without_graph(repo).read(commit)? };
                let event = judge.event(reader.event(repo, &walked)?);
                let mut related = related::related(repo, &event)?;
                related.extend(self.about(&event.id)?);
                things.push(Thing::Event(Box::new(event), related));
            }
            (other, kind) if things.is_empty() => {
                return Err(Failure::new(format!("'{name}' names a {} ({other})", kind.name()))
                    .hint(
                        "audit shows commits, tags and persons; git show prints files and trees",
                    ));
            }
            _ => {}
        }
        Ok(things)
    }
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
