//! Where `audit log` starts, in the order in which it was typed: `main --not --branches='release/*' v1`.
//!
//! clap sorts arguments by their names; what follows `--not` is told by their places on the command line.

use super::complete;
use crate::git::revision::Start;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, FromArgMatches};
use clap_complete::engine::ArgValueCompleter;

/// Where the help lists them.
const STARTS: &str = "Where to start";

/// The arguments as clap knows them. They are read by [`Starts`].
#[derive(Debug, Args)]
struct Typed {
    /// Where to start, or a range as in git: main, v1..v2, main...topic, ^v1; or what runs in an
    /// environment: production, production~1..production; HEAD without it
    #[arg(value_name = "REV", add = ArgValueCompleter::new(complete::revisions_or_paths))]
    revisions: Vec<String>,

    /// Start from every branch, tag and other reference, and from HEAD
    #[arg(long, help_heading = STARTS)]
    all: bool,

    /// Start from all branches, or those that match: --branches='release/*'
    #[arg(long, help_heading = STARTS, value_name = "GLOB", num_args = 0..=1, require_equals = true, default_missing_value = "*")]
    branches: Vec<String>,

    /// Start from all tags, or those that match: --tags='v1.*'
    #[arg(long, help_heading = STARTS, value_name = "GLOB", num_args = 0..=1, require_equals = true, default_missing_value = "*")]
    tags: Vec<String>,

    /// Start from all remote branches, or those that match: --remotes=origin
    #[arg(long, help_heading = STARTS, value_name = "GLOB", num_args = 0..=1, require_equals = true, default_missing_value = "*")]
    remotes: Vec<String>,

    /// Turn the starts that follow around: leave out what they reach
    #[arg(long, help_heading = STARTS)]
    not: bool,
}

/// Starts in the order in which they were typed.
#[derive(Debug)]
pub(super) struct Starts(pub(super) Vec<Start>);

impl Args for Starts {
    fn augment_args(command: clap::Command) -> clap::Command {
        Typed::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Typed::augment_args_for_update(command)
    }
}

impl FromArgMatches for Starts {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Starts, clap::Error> {
        let mut placed: Vec<(usize, Start)> = Vec::new();
        let flags = [("all", Start::All), ("not", Start::Not)];
        for (flag, start) in flags {
            if matches.value_source(flag) == Some(ValueSource::CommandLine) {
                placed.extend(matches.index_of(flag).map(|place| (place, start)));
            }
        }
        let mut values = |name: &str, start: &dyn Fn(&String) -> Start| {
            let places = matches.indices_of(name).into_iter().flatten();
            let values = matches.get_many::<String>(name).into_iter().flatten();
            placed.extend(places.zip(values.map(start)));
        };
        values("revisions", &|revision| Start::Revision(revision.clone()));
        for (name, folder) in
            [("branches", "refs/heads/"), ("tags", "refs/tags/"), ("remotes", "refs/remotes/")]
        {
            values(name, &|glob| Start::References { folder, glob: glob.clone() });
        }
        placed.sort_by_key(|(place, _)| *place);
        Ok(Starts(placed.into_iter().map(|(_, start)| start).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Starts::from_arg_matches(matches)?;
        Ok(())
    }
}
