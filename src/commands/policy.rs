//! `audit policy`: what is in force and from where, and whether a file is a policy.

use super::Context;
use super::format::DocumentFormat;
use crate::evidence::judge;
use crate::evidence::root::{self, TrustRoot};
use crate::outcome::{Failure, Outcome};
use crate::policy::Policy;
use crate::report::policy::PolicyReport;
use clap::{Args, Subcommand};
use std::io::Read;
use std::path::PathBuf;

/// Show the policy in force, or check a policy file
///
/// The policy is .audit/policy.toml on the trusted ref: the remote's default branch, else HEAD. It says who
/// is who, what each environment asks for, and how much weight each rule has. docs/policy.md explains every
/// key.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// What is in force: people, environments, the level of every rule, and where each comes from
    Show {
        /// The policy in PATH, or in .audit/ in the tree of REV
        #[arg(long, value_name = "PATH|REV")]
        trust: Option<String>,

        /// How to print
        #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
        format: DocumentFormat,
    },
    /// Whether a file is a policy; exit 1 and every mistake with line and column when it is not
    Check {
        /// The file, or - for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

const EXAMPLES: &str = "\
Examples:
  audit policy show                      what applies here, and from where
  audit policy check .audit/policy.toml  before you commit it";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: PolicyArgs) -> anyhow::Result<Outcome> {
    match args.command {
        PolicyCommand::Show { trust, format } => show(context, trust.as_deref(), format),
        PolicyCommand::Check { file } => check(context, file),
    }
}

fn show(
    context: &mut Context,
    named: Option<&str>,
    format: DocumentFormat,
) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let root = TrustRoot::find(&repo, named)?;
    let policy = judge::policy(&repo, &root)?;
    let source = policy.as_ref().map(|_| format!("{} in {}", root::POLICY, root.source));
    let policy = policy.unwrap_or_default();
    let report = PolicyReport { policy: &policy, source: source.as_deref(), trust: &root.source };
    context.page(&repo)?;
    let style = context.ui.style;
    match format {
        DocumentFormat::Table => report.text(style, context.ui.out())?,
        DocumentFormat::Json => report.json(context.ui.out())?,
    }
    Ok(Outcome::Yes)
}

fn check(context: &mut Context, file: PathBuf) -> anyhow::Result<Outcome> {
    let name = file.display().to_string();
    let fail = |error: std::io::Error| Failure::new(format!("cannot read '{name}': {error}"));
    let bytes = if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(fail)?;
        bytes
    } else {
        std::fs::read(&file).map_err(fail)?
    };
    let parsed = Policy::parse(&bytes);
    context.ui.decided(if parsed.is_ok() { Outcome::Yes } else { Outcome::No });
    let out = context.ui.out();
    match parsed {
        Ok(_) => {
            writeln!(out, "{}: a policy without mistakes", crate::ui::escape(&name))?;
            Ok(Outcome::Yes)
        }
        Err(problems) => {
            for problem in &problems {
                let text = format!("{name}:{problem}");
                writeln!(out, "{}", crate::ui::escape(&text))?;
                writeln!(out, "  hint: {}", crate::ui::escape(&problem.hint))?;
            }
            Ok(Outcome::No)
        }
    }
}
