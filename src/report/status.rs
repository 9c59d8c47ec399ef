//! What runs where: for people, as JSON, CSV and Markdown.

mod data;
mod table;

use super::Format;
use crate::deployments::Deployment;
use crate::deployments::approvals::Approval;
use crate::event::Event;
use crate::ui::Style;
use std::io::{self, Write};

/// What runs in one place.
#[derive(Debug, Clone)]
pub struct Running<'d, 'e> {
    /// The deployment in force.
    pub deployment: &'d Deployment<'e>,
    /// The record, judged.
    pub event: Event,
    /// The summary of the commit; `None` when it is not in this clone.
    pub summary: Option<String>,
    /// Approvals and rejections that cover it.
    pub approvals: Vec<Approval<'e>>,
    /// What waits on the branch; `None` when that can't be told.
    pub behind: Option<Behind>,
    /// Deployments that failed since.
    pub failed: Vec<&'d Deployment<'e>>,
}

/// How far a deployed commit is behind the branch that changes are merged into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// Commits of the branch that do not run.
    pub commits: usize,
    /// When the oldest of them came onto the branch, in seconds since 1970 UTC.
    pub oldest: Option<i64>,
    /// Commits that run and are not on the branch.
    pub ahead: usize,
}

/// The whole report.
#[derive(Debug, Clone)]
pub struct Status<'d, 'e> {
    /// For which moment, in seconds since 1970 UTC.
    pub at: i64,
    /// Whether somebody asked for that moment, and not for the present.
    pub asked: bool,
    /// The branch that places are compared with.
    pub branch: Option<&'d str>,
    /// What runs, by place.
    pub running: Vec<Running<'d, 'e>>,
    /// Places where nothing runs as far as is known: by name.
    pub idle: Vec<Idle>,
    /// Freezes in force.
    pub freezes: Vec<&'e Event>,
}

/// A place where nothing runs as far as the ledger knows.
#[derive(Debug, Clone)]
pub struct Idle {
    /// Its name.
    pub place: String,
    /// Why.
    pub why: Why,
}

/// Why nothing runs in a place as far as the ledger knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It was deleted.
    Nothing,
    /// No deployment has succeeded.
    NeverSucceeded,
    /// None was tried.
    NeverDeployed,
    /// The first deployment on record is younger: what ran before, nobody has told.
    Unknown {
        /// Its time.
        first: i64,
    },
}

impl Why {
    /// Whether records tell that nothing ran.
    pub fn is_known(self) -> bool {
        !matches!(self, Why::Unknown { .. })
    }

    fn words(self, moment: impl Fn(i64) -> String) -> String {
        match self {
            Why::Nothing => "nothing runs there".to_owned(),
            Why::NeverSucceeded => "no deployment has succeeded".to_owned(),
            Why::NeverDeployed => {
                "nothing was deployed there as far as the ledger knows".to_owned()
            }
            Why::Unknown { first } => format!(
                "what ran there is not known: the first deployment on record is of {}",
                moment(first)
            ),
        }
    }
}

impl Status<'_, '_> {
    /// Writes the report.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Table => self.table(style, out),
            Format::Markdown => self.markdown(out),
            Format::Json => data::json(self, out),
            Format::Jsonl => data::jsonl(self, out),
            Format::Csv => data::csv(self, out),
        }
    }
}
