//! `audit verify`: the verdict.
//!
//! The four beats: gather (trust and policy, the walk, the ledger, deployments), decide (every rule about
//! every subject), report, outcome. Whatever can't be read is an error and ends with 2; whatever can't
//! be decided is counted and, where a rule denies, ends with 3.

use super::{Context, complete};
use crate::address::Place;
use crate::git::Repository;
use crate::outcome::{Failure, Outcome};
use crate::policy::{nearest, rules};
use crate::report::verify::{self, Format};
use crate::ui::Style;
use crate::verification::{self, Candidate, Request, Verification};
use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;

/// May this stand? Every check: the ledger, signatures, tags, reviews, deploys and their approvals
///
/// Without a revision everything is judged: the history of HEAD, of the trusted branch and of all tags, the
/// whole ledger, every deploy. With a range, its commits and what concerns them; with an environment, what
/// runs there. Trust and policy are read from .audit/ on the remote's default branch (else HEAD), never from
/// what is judged. Without a policy, broken signatures and an altered ledger are refused and the rest is said.
#[derive(Debug, Default, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyArgs {
    /// What to judge: a range or revisions as in git (origin/main..HEAD), or an environment
    #[arg(value_name = "REV|ENV")]
    subjects: Vec<String>,

    /// Judge from every branch, tag and other reference
    #[arg(long)]
    all: bool,

    /// Judge the ledger and its records alone
    #[arg(long, conflicts_with_all = ["subjects", "all"])]
    ledger: bool,

    /// Only what happened since DATE, in git's date language
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    since: Option<String>,

    /// May this commit go to the environment that --env names?
    #[arg(long, value_name = "REV", add = ArgValueCompleter::new(complete::revisions), requires = "env", conflicts_with_all = ["subjects", "all", "ledger", "since"])]
    candidate: Option<String>,

    /// The environment (or environment/service) for --candidate
    #[arg(long, value_name = "ENV", add = ArgValueCompleter::new(complete::places), requires = "candidate")]
    env: Option<String>,

    /// The service for --candidate; --env is then the whole name of the environment
    #[arg(long, value_name = "SERVICE", requires = "candidate")]
    service: Option<String>,

    /// Say what a rule protects from, what it looks at, what satisfies it, and how to mend a finding
    #[arg(long, value_name = "RULE", add = ArgValueCompleter::new(complete::rules), conflicts_with_all = ["subjects", "all", "ledger", "since", "candidate"])]
    explain: Option<String>,

    /// Judge by the trust files and the policy in PATH, or in .audit/ in the tree of REV
    #[arg(long, value_name = "PATH|REV")]
    trust: Option<String>,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: VerifyFormat,
}

/// How to print a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum VerifyFormat {
    /// For people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Markdown, for a CI summary
    Markdown,
}

const EXAMPLES: &str = "\
Examples:
  audit verify                          everything
  audit verify origin/main..HEAD        will my push be refused?
  audit verify v1.3..v1.4               may this release stand?
  audit verify production               may what runs there stand?
  audit verify --candidate v1.4 --env production    may this go there?
  audit verify --explain four-eyes      what a rule means
  audit verify --format sarif > audit.sarif

Exit codes: 0 clean · 1 findings · 2 it could not run · 3 it could not decide";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: VerifyArgs) -> anyhow::Result<Outcome> {
    if let Some(rule) = &args.explain {
        return explain(context, rule);
    }
    let repo = context.open()?;
    let verification = verdict(context, &repo, &args.request(), args.trust.as_deref())?;
    context.ui.decided(verification.outcome);
    context.page(&repo)?;
    let style = context.ui.style;
    let format = match args.format {
        VerifyFormat::Table => Format::Table,
        VerifyFormat::Json => Format::Json,
        VerifyFormat::Sarif => Format::Sarif,
        VerifyFormat::Junit => Format::Junit,
        VerifyFormat::Markdown => Format::Markdown,
    };
    verify::write(&verification, format, style, context.ui.out())?;
    Ok(verification.outcome)
}

/// Whether a commit may go to a place now, as a record would name it; what keeps it from going is printed for people.
pub(crate) fn may_go(
    context: &Context,
    repo: &Repository,
    commit: &str,
    place: Place<'_>,
) -> anyhow::Result<Outcome> {
    let request = Request {
        candidate: Some(Candidate {
            revision: commit.to_owned(),
            env: place.env.to_owned(),
            service: place.service.map(str::to_owned),
            exact: true,
        }),
        ..Request::default()
    };
    let verification = verdict(context, repo, &request, None)?;
    if verification.outcome != Outcome::Yes {
        let mut text = Vec::new();
        let plain = Style { color: false, ..context.ui.style };
        verify::write(&verification, Format::Table, plain, &mut text)?;
        context.ui.note(String::from_utf8_lossy(&text).trim_end());
    }
    Ok(verification.outcome)
}

fn verdict(
    context: &Context,
    repo: &Repository,
    request: &Request,
    trust: Option<&str>,
) -> Result<Verification, Failure> {
    let progress = context.ui.progress("commits judged");
    verification::verify(repo, request, trust, context.now, &|count| progress.add(count))
}

impl VerifyArgs {
    fn request(&self) -> Request {
        let VerifyArgs { subjects, all, ledger, since, candidate, env, service, .. } = self;
        let candidate = candidate.clone().zip(env.clone());
        Request {
            subjects: subjects.clone(),
            all: *all,
            ledger: *ledger,
            since: since.clone(),
            candidate: candidate.map(|(revision, env)| Candidate {
                revision,
                env,
                service: service.clone(),
                exact: false,
            }),
        }
    }
}

fn explain(context: &mut Context, id: &str) -> anyhow::Result<Outcome> {
    let Some(rule) = rules::find(id) else {
        let failure = Failure::new(format!("there is no rule '{id}'"));
        let ids: Vec<&str> = rules::all().map(|rule| rule.id).collect();
        let hint = match nearest(id, ids.iter().copied()) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!("the rules are {}", ids.join(", ")),
        };
        return Err(failure.hint(hint).into());
    };
    let style = context.ui.style;
    verify::explain(rule, style, context.ui.out())?;
    Ok(Outcome::Yes)
}
