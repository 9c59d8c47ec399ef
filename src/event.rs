//! The vocabulary: one [`Event`] is one row of the timeline.
//!
//! An event answers *who* did *what*, *when*, *where* and *why*, and carries the *proof* of it.
//! Git events (`commit`, `merge`, `tag`) are read from the object database; ledger events
//! (`deploy`, `approval`, …) are entries of the ledger. This module holds values only: no I/O, no
//! clock, no terminal. How events look in JSON is decided in [`crate::report::json`].

mod kind;
pub mod moment;
mod proof;

pub use kind::Kind;
pub use proof::{Format, Grade, Proof, Status, Verdict, Vouched};

use serde_json::{Map, Value};

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
    /// Where the claim stands: `trailer:Reviewed-by`, `notes:refs/notes/review`, `field:Reviewed By`
    /// (Phabricator), `message:r=` (bots that merge).
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
    /// Branches that point here.
    pub refs: Vec<String>,
    /// Lightweight tags that name this commit, without `refs/tags/`.
    pub tags: Vec<String>,
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

impl CommitFacts {
    /// What points here, as git decorates commits: `main, tag: v1.4`. Empty where nothing does.
    pub fn decorations(&self) -> String {
        let tags = self.tags.iter().map(|tag| format!("tag: {tag}"));
        self.refs.iter().cloned().chain(tags).collect::<Vec<_>>().join(", ")
    }
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
    /// What happened.
    pub what: What,
    /// Where: records only.
    pub place: Option<Where>,
    /// Why.
    pub why: Why,
    /// How we know.
    pub proof: Proof,
}

impl Event {
    /// What a commit or merge did; `None` for tags and records.
    pub fn commit(&self) -> Option<&CommitFacts> {
        match &self.what {
            What::Commit(facts) => Some(facts),
            What::Tag(_) | What::Record(_) => None,
        }
    }

    /// A text field of a record's `what`; `None` for git events, and where the value is no text.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// The texts of a list in a record's `what`; what is no text in it is left out.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        let items = self.value(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn value(&self, name: &str) -> Option<&Value> {
        match &self.what {
            What::Record(fields) => fields.get(name),
            What::Commit(_) | What::Tag(_) => None,
        }
    }

    /// The reviews that a commit's trailers and notes claim.
    pub fn reviews(&self) -> &[ReviewClaim] {
        self.commit().map_or(&[], |facts| &facts.reviews)
    }

    /// Everybody who had a part in it: author, tagger or actor, committer, co-authors, claimed reviewers.
    pub fn everybody(&self) -> impl Iterator<Item = &Identity> {
        let Who { identity, committer, co_authors, .. } = &self.who;
        let reviewers = self.reviews().iter().map(|review| &review.by);
        identity.iter().chain(committer).chain(co_authors).chain(reviewers)
    }

    /// The number of the change request that a commit or record names, without its `#` or `!`.
    pub fn request_number(&self) -> Option<String> {
        let bare = |text: &str| text.trim_start_matches(['#', '!']).to_owned();
        match &self.what {
            What::Commit(facts) => facts.change.as_ref().map(|change| bare(&change.id)),
            What::Record(fields) => match fields.get("number")? {
                Value::Number(number) => Some(number.to_string()),
                Value::String(text) => Some(bare(text)),
                _ => None,
            },
            What::Tag(_) => None,
        }
    }
}

/// The short form of an object or entry id: ten digits, enough for a repository of millions. What is no full id stays as
/// it is.
pub fn short(id: &str) -> &str {
    if id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) { &id[..10] } else { id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_digits_name_a_full_id_and_nothing_else_is_cut() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(short(id), "0123456789");
        for whole in [
            "0123456789abcdef",
            "production",
            "",
            &id.replace('0', "g"),
            "äöüäöüäöüäöüäöüäöüäöüäöü",
        ] {
            assert_eq!(short(whole), whole);
        }
    }
}
