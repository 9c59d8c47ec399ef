//! What sort of event a row is: the word in its first column, in `--kind` and in JSON.

use std::fmt;
use std::str::FromStr;

/// What sort of event a row is. The three git kinds first, then those of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A commit with at most one parent.
    Commit,
    /// A commit with two or more parents.
    Merge,
    /// A tag reference, annotated or lightweight.
    Tag,
    /// Code was put into an environment.
    Deploy,
    /// An environment went back to code it ran before.
    Rollback,
    /// Somebody approved or rejected a deployment.
    Approval,
    /// Somebody reviewed a change.
    Review,
    /// A pull or merge request was merged.
    Change,
    /// A build ran.
    Build,
    /// Tests ran.
    Test,
    /// An artifact was made.
    Artifact,
    /// A configuration key changed.
    Config,
    /// An environment was created, modified or deleted.
    Environment,
    /// An incident was opened or resolved.
    Incident,
    /// Access was granted or revoked.
    Access,
    /// A change freeze began or ended.
    Freeze,
    /// An exception from a rule was granted.
    Exception,
    /// Free text.
    Note,
    /// Records were taken over from elsewhere: what closes a batch of them and vouches for it.
    Import,
}

impl Kind {
    /// Every kind, in the order in which help and documentation list them.
    pub const ALL: [Kind; 19] = [
        Kind::Commit,
        Kind::Merge,
        Kind::Tag,
        Kind::Deploy,
        Kind::Rollback,
        Kind::Approval,
        Kind::Review,
        Kind::Change,
        Kind::Build,
        Kind::Test,
        Kind::Artifact,
        Kind::Config,
        Kind::Environment,
        Kind::Incident,
        Kind::Access,
        Kind::Freeze,
        Kind::Exception,
        Kind::Note,
        Kind::Import,
    ];

    /// The word users type and JSON prints.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Commit => "commit",
            Kind::Merge => "merge",
            Kind::Tag => "tag",
            Kind::Deploy => "deploy",
            Kind::Rollback => "rollback",
            Kind::Approval => "approval",
            Kind::Review => "review",
            Kind::Change => "change",
            Kind::Build => "build",
            Kind::Test => "test",
            Kind::Artifact => "artifact",
            Kind::Config => "config",
            Kind::Environment => "environment",
            Kind::Incident => "incident",
            Kind::Access => "access",
            Kind::Freeze => "freeze",
            Kind::Exception => "exception",
            Kind::Note => "note",
            Kind::Import => "import",
        }
    }

    /// Whether the event is read from git's object database rather than from the ledger.
    pub fn is_git(self) -> bool {
        matches!(self, Kind::Commit | Kind::Merge | Kind::Tag)
    }

    /// The kind of a record, by its name in the bytes of one; `None` for kinds of git events, too.
    pub fn of_record(name: &[u8]) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name().as_bytes() == name && !kind.is_git())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Kind, String> {
        Kind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| format!("unknown kind '{name}'"))
    }
}
