//! The vocabulary: one [`Event`] is one row of the timeline.
//!
//! An event answers *who* did *what*, *when*, *where* and *why*, and carries the *proof* of it.
//! Git events (`commit`, `merge`, `tag`) are read from the object database; ledger events
//! (`deploy`, `approval`, …) are entries of the ledger. This module holds values only: no I/O, no
//! clock, no terminal. How events look in JSON is decided in [`crate::report::json`].

use serde_json::{Map, Value};
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
}

impl Kind {
    /// Every kind, in the order in which help and documentation list them.
    pub const ALL: [Kind; 18] = [
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
        }
    }

    /// Whether the event is read from git's object database rather than from the ledger.
    pub fn is_git(self) -> bool {
        matches!(self, Kind::Commit | Kind::Merge | Kind::Tag)
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

/// A moment as a git object or a record states it. Always a claim of whoever wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct When {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// The writer's offset from UTC in minutes, east positive; `None` where the zone is absent or
    /// malformed.
    pub offset: Option<i32>,
}

impl When {
    /// A moment whose writer named no zone of their own: records, forge data.
    pub fn utc(seconds: i64) -> When {
        When { seconds, offset: Some(0) }
    }
}

/// A name and an address, as somebody wrote them (after mailmap where it applies).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// The name before the angle bracket.
    pub name: String,
    /// What stands between the angle brackets; not checked to be an address.
    pub email: String,
}

/// Who acted. For a commit the author, with the committer beside it; for a tag the tagger; for a
/// record its actor. Author, committer, signer and actor are never merged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// The author, tagger or actor. `None` when the object names nobody (a lightweight tag).
    pub identity: Option<Identity>,
    /// The id of the person in the policy that this identity belongs to.
    pub person: Option<String>,
    /// The committer, for commits and merges.
    pub committer: Option<Identity>,
    /// The people of `Co-authored-by` trailers.
    pub co_authors: Vec<Identity>,
    /// `user`, `bot`, `agent` or `service`, for records that say so.
    pub actor_type: Option<String>,
    /// The forge login, for records that say so.
    pub login: Option<String>,
    /// The CI system and run that acted for a person, for records that say so.
    pub via: Option<Value>,
}

/// A change request as a message names it: a pull request, a merge request, a Gerrit change. A claim.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChangeRequest {
    /// How people write it: `#412`, `!17`, `I8473b95934b5732ac55d26311a706c9c2bde9940`.
    pub id: String,
    /// The forge whose habit the message follows: `github`, `gitlab`, `gerrit`, `forgejo`,
    /// `bitbucket`, `azure`; `None` where several share the form.
    pub forge: Option<&'static str>,
    /// How it came in: `merge`, `squash` or `rebase`; `None` when the message does not say.
    pub method: Option<&'static str>,
    /// Where it can be read, if the message gives an address.
    pub url: Option<String>,
}

/// A review that a trailer or a note claims.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReviewClaim {
    /// The reviewer as written.
    pub by: Identity,
    /// `approved`, `changes_requested`, `commented`, `acked` or `tested`.
    pub state: String,
    /// Where the claim stands: `trailer:Reviewed-by`, `notes:refs/notes/review`.
    pub source: String,
}

/// What a commit or merge did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommitFacts {
    /// The first paragraph of the message, as `%s` prints it.
    pub summary: String,
    /// The whole message, decoded; empty unless it was asked for.
    pub message: String,
    /// Full ids of the parents as the object lists them, replacements and grafts not applied.
    pub parents: Vec<String>,
    /// Full id of the tree.
    pub tree: String,
    /// The author date; `None` where it is absent or unreadable.
    pub authored: Option<When>,
    /// Branches and tags that point here.
    pub refs: Vec<String>,
    /// The change request that the message names.
    pub change: Option<ChangeRequest>,
    /// Paths touched compared with the first parent; `None` when nobody asked.
    pub paths: Option<Vec<String>>,
    /// Configuration paths touched compared with the first parent; `None` when nobody asked.
    pub config: Option<Vec<String>>,
    /// Reviews that trailers or notes claim.
    pub reviews: Vec<ReviewClaim>,
    /// The commit that this one says it was cherry-picked from.
    pub cherry_picked_from: Vec<String>,
}

/// What a tag names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagFacts {
    /// The name without `refs/tags/`.
    pub name: String,
    /// The `tag` header of the object, where it differs from the reference's name.
    pub header_name: Option<String>,
    /// Full id of the object that the reference points to: the tag object, or the target itself.
    pub object: String,
    /// Whether there is a tag object.
    pub annotated: bool,
    /// Ids of further tag objects between this one and the target.
    pub nested: Vec<String>,
    /// Full id of the object at the end of the chain.
    pub target: String,
    /// `commit`, `tree`, `blob`, or `missing` when the object is not here.
    pub target_kind: String,
    /// The first paragraph of the message.
    pub summary: String,
    /// The whole message, decoded.
    pub message: String,
}

/// What happened. What git says of an object is boxed, so that the records of a ledger, of which there are
/// many at once, take no room for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A commit or merge.
    Commit(Box<CommitFacts>),
    /// A tag.
    Tag(Box<TagFacts>),
    /// A ledger entry: its `what` object as it stands, unknown keys included.
    Record(Map<String, Value>),
}

/// Where it happened: records only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Where {
    /// The environment.
    pub env: Option<String>,
    /// The service within it.
    pub service: Option<String>,
}

/// A line from one record to another, or to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `approves`, `deploys`, `rolls_back`, `caused_by`, `fixes`, `supersedes`, `corrects`, `reviews`.
    pub rel: String,
    /// The id of a record.
    pub id: Option<String>,
    /// An address.
    pub url: Option<String>,
}

/// Why it happened, in the words of those who did it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Why {
    /// The message after its first paragraph, trailers included; for records the reason.
    pub body: String,
    /// Tickets named in message or record, in order of appearance, each once.
    pub tickets: Vec<String>,
    /// Trailers as `git interpret-trailers --parse` gives them.
    pub trailers: Vec<(String, String)>,
    /// The commit that this one says it reverts.
    pub reverts: Vec<String>,
    /// Links of a record.
    pub links: Vec<Link>,
}

/// How well an event is proved, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grade {
    /// A valid signature of somebody we trust.
    Signed,
    /// Taken over from a forge or CI, with its source and hash.
    Imported,
    /// Text that anyone could have typed.
    Claimed,
    /// Could not be judged: key missing, history missing.
    Unknown,
    /// A signature or a hash that does not hold.
    Broken,
}

impl Grade {
    /// Every grade, best first.
    pub const ALL: [Grade; 5] =
        [Grade::Signed, Grade::Imported, Grade::Claimed, Grade::Unknown, Grade::Broken];

    /// The word users type and JSON prints.
    pub fn name(self) -> &'static str {
        match self {
            Grade::Signed => "signed",
            Grade::Imported => "imported",
            Grade::Claimed => "claimed",
            Grade::Unknown => "unknown",
            Grade::Broken => "broken",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Grade {
    type Err = String;

    fn from_str(name: &str) -> Result<Grade, String> {
        Grade::ALL
            .into_iter()
            .find(|grade| grade.name() == name)
            .ok_or_else(|| format!("unknown proof grade '{name}'"))
    }
}

/// The outcome of judging one signature: git's letter and our word.
///
/// The letters are those of `%G?` in git-log(1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// `G`: valid, by a key that counts.
    Good,
    /// `U`: valid, by a key whose owner nobody vouches for.
    Untrusted,
    /// `X`: valid, but the signature itself has expired.
    ExpiredSignature,
    /// `Y`: valid, by a key that has expired.
    ExpiredKey,
    /// `R`: valid, by a key that was revoked.
    RevokedKey,
    /// `E`: the key is not here.
    MissingKey,
    /// `E`: not judged, for another reason (an unknown algorithm or format).
    Unjudged,
    /// `B`: does not verify.
    Bad,
    /// `N`: there is no signature.
    None,
}

impl Status {
    /// The letter that git prints for it.
    pub fn letter(self) -> char {
        match self {
            Status::Good => 'G',
            Status::Untrusted => 'U',
            Status::ExpiredSignature => 'X',
            Status::ExpiredKey => 'Y',
            Status::RevokedKey => 'R',
            Status::MissingKey | Status::Unjudged => 'E',
            Status::Bad => 'B',
            Status::None => 'N',
        }
    }

    /// The word that reports and JSON print.
    pub fn name(self) -> &'static str {
        match self {
            Status::Good => "good",
            Status::Untrusted => "untrusted",
            Status::ExpiredSignature => "expired-signature",
            Status::ExpiredKey => "expired-key",
            Status::RevokedKey => "revoked-key",
            Status::MissingKey => "missing-key",
            Status::Unjudged => "unjudged",
            Status::Bad => "bad",
            Status::None => "none",
        }
    }

    /// The proof grade that a git object with such a signature has. An unsigned one is a claim; a
    /// signature that once held but that nobody vouches for any longer is unknown, not broken.
    pub fn grade(self) -> Grade {
        match self {
            Status::Good => Grade::Signed,
            Status::Untrusted
            | Status::ExpiredSignature
            | Status::ExpiredKey
            | Status::MissingKey
            | Status::Unjudged => Grade::Unknown,
            Status::RevokedKey | Status::Bad => Grade::Broken,
            Status::None => Grade::Claimed,
        }
    }
}

/// The kind of signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// OpenPGP (RFC 9580, RFC 4880).
    OpenPgp,
    /// OpenSSH's SSHSIG (PROTOCOL.sshsig).
    Ssh,
    /// X.509 in CMS.
    X509,
    /// Armor that no one here knows.
    Unknown,
}

impl Format {
    /// The word that JSON prints; git's `gpg.format` values where git has one.
    pub fn name(self) -> &'static str {
        match self {
            Format::OpenPgp => "openpgp",
            Format::Ssh => "ssh",
            Format::X509 => "x509",
            Format::Unknown => "unknown",
        }
    }
}

/// What judging one signature gave. Doubt is a value here, never an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The outcome.
    pub status: Status,
    /// The kind of signature.
    pub format: Format,
    /// The key that signed: `SHA256:…` for SSH, the upper-case hex fingerprint (or, when the key is
    /// missing, what the signature names) for OpenPGP.
    pub key: Option<String>,
    /// Whom the trust names as the owner: the principal of `allowed_signers`, or the OpenPGP user id.
    pub signer: Option<String>,
    /// When the signature says it was made, in seconds since 1970 UTC; SSH signatures do not say.
    pub made: Option<i64>,
    /// Why the status is what it is, for people; `None` where there is nothing to add to `good`.
    pub reason: Option<String>,
    /// Weaknesses that do not change the status: `sha1`, `several-signatures`,
    /// `rests-on-claimed-date`, …
    pub marks: Vec<&'static str>,
}

/// How we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The grade.
    pub grade: Grade,
    /// The verdict on the signature; `None` when there is none, or when it was not judged.
    pub signature: Option<Box<Verdict>>,
    /// What a reader must know to weigh it: `date-malformed`, `encoding-lossy`, `duplicate-author`,
    /// `parent-missing`, `replaced`, `shallow`, …; each a stable id.
    pub notes: Vec<String>,
}

/// One row of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The sort of event.
    pub kind: Kind,
    /// Full object id, entry id, or, for a lightweight tag, the reference.
    pub id: String,
    /// Committer date, tagger date or the record's time. `None` where it is absent or unreadable.
    pub when: Option<When>,
    /// Who acted.
    pub who: Who,
    /// What happened. What git says of an object is boxed, so that the records of a ledger, of which there are
    /// many at once, take no room for it.
    pub what: What,
    /// Where: records only.
    pub place: Option<Where>,
    /// Why.
    pub why: Why,
    /// How we know.
    pub proof: Proof,
}

impl Event {
    /// The number of the change request that a commit or record names, without its `#` or `!`.
    pub fn request_number(&self) -> Option<String> {
        let bare = |text: &str| text.trim_start_matches(['#', '!']).to_owned();
        match &self.what {
            What::Commit(facts) => facts.change.as_ref().map(|change| bare(&change.id)),
            What::Record(fields) => match fields.get("number")? {
                serde_json::Value::Number(number) => Some(number.to_string()),
                serde_json::Value::String(text) => Some(bare(text)),
                _ => None,
            },
            What::Tag(_) => None,
        }
    }
}
