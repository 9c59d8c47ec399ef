//! How a run ends: the exit code, and errors that carry a hint.

use std::fmt;
use std::process::ExitCode;

/// The exit code of every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 0: yes, or clean.
    Yes,
    /// 1: a negative answer, or findings.
    No,
    /// 2: it could not run: usage, I/O, not a repository, a corrupt object.
    Failed,
    /// 3: it ran but could not decide: evidence is missing.
    Undecided,
    /// The exit code of the command that `audit run` ran.
    Child(u8),
}

impl Outcome {
    /// The number that the process exits with.
    pub fn code(self) -> u8 {
        match self {
            Outcome::Yes => 0,
            Outcome::No => 1,
            Outcome::Failed => 2,
            Outcome::Undecided => 3,
            Outcome::Child(code) => code,
        }
    }
}

impl Outcome {
    /// Returns `self` unless it is `Yes`, else `other`.
    pub fn or(self, other: Outcome) -> Outcome {
        if self == Outcome::Yes { other } else { self }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(outcome.code())
    }
}

/// An error: what failed, on what, and what to do about it.
///
/// Printed as `error: MESSAGE` and `hint: HINT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What failed, on what.
    pub message: String,
    /// What helps.
    pub hint: Option<String>,
    /// The revision, where it failed because git knows none of that name.
    pub unknown: Option<String>,
}

impl Failure {
    /// An error without a hint.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), hint: None, unknown: None }
    }

    /// Adds what helps.
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }

    /// Says that git knows no such revision.
    pub fn unknown(mut self, revision: &str) -> Failure {
        self.unknown = Some(revision.to_owned());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
