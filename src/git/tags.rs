//! Tags as events.
//!
//! An annotated tag is an event of its own: the tagger did it, at a time, and may have signed it. A
//! lightweight tag is a name that somebody gave a commit; git keeps neither who nor when.

use super::commits::{CommitReader, Unjudged};
use super::encoding::{Decoder, Loss};
use super::message::Message;
use super::object;
use super::refs::{Peeling, Ref};
use super::repository::ObjectKind;
use super::trailers::trailers;
use super::{Oid, Repository, identity};
use crate::event::{Event, Grade, Kind, Proof, TagFacts, What, When, Who, Why};
use crate::outcome::Failure;
use crate::pipeline::{self, FEW_READS};

/// Maximum number of tag objects between a reference and what it names.
const MAX_NESTED_TAGS: usize = 64;

/// A tag reference, followed to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The reference.
    pub reference: Ref,
    /// The outermost tag object's bytes; `None` for a lightweight tag. That they have the id that the
    /// reference names is verified when an event is made of them.
    pub raw: Option<Vec<u8>>,
    /// When the outermost tag object was made, if it says so.
    pub when: Option<When>,
    /// Tag objects behind the outermost one.
    pub nested: Vec<Oid>,
    /// The object at the end.
    pub target: Oid,
    /// What it is, or what the tag object says it is; `None` when it was looked for and is not here. A tag where the chain
    /// of tag objects is too long to be followed.
    pub target_kind: Option<ObjectKind>,
}

impl Repository {
    /// All tags, sorted by name.
    ///
    /// # Errors
    /// When references cannot be read, or a tag object is corrupt.
    pub fn tags(&self) -> Result<Vec<Tag>, Failure> {
        let tag = |reference: &Ref| self.tag(reference.clone());
        pipeline::each(self.refs("refs/tags/")?, FEW_READS, tag).into_iter().collect()
    }

    /// What `take` keeps of each tag that is not known to be lightweight, sorted by name. Nothing else stays in
    /// memory, and of lightweight tags nothing is read.
    ///
    /// # Errors
    /// When references cannot be read, or a tag object is corrupt.
    pub fn annotated_tags<'r, T: Send>(
        &'r self,
        take: impl Fn(&'r Ref, Tag) -> Option<T> + Sync,
    ) -> Result<Vec<T>, Failure> {
        let taken = |reference: &'r Ref| match self.is_lightweight(reference) {
            Ok(true) => Ok(None),
            Ok(false) => Ok(take(reference, self.tag(reference.clone())?)),
            Err(error) => Err(error),
        };
        let all = pipeline::each(self.refs("refs/tags/")?, FEW_READS, taken);
        all.into_iter().filter_map(Result::transpose).collect()
    }

    /// Whether a tag is known to be lightweight: a name of a commit, tree or blob, without a tag object. One whose
    /// object is not here is not known to be.
    ///
    /// # Errors
    /// When the object is here and cannot be read.
    pub fn is_lightweight(&self, tag: &Ref) -> Result<bool, Failure> {
        Ok(match tag.peeling {
            Peeling::TagObject => false,
            Peeling::NoTagObject => true,
            Peeling::Unknown => self.kind(tag.target)?.is_some_and(|kind| kind != ObjectKind::Tag),
        })
    }

    /// Follows one tag reference, and reads no more than its place in a timeline needs.
    ///
    /// # Errors
    /// When a tag object is corrupt.
    pub fn tag(&self, reference: Ref) -> Result<Tag, Failure> {
        let mut tag = Tag {
            target: reference.target,
            reference,
            raw: None,
            when: None,
            nested: Vec::new(),
            target_kind: None,
        };
        let mut declared: Option<ObjectKind> = None;
        loop {
            // A tag object names the kind of its target: a commit need not be read for that.
            if matches!(declared, Some(kind) if kind != ObjectKind::Tag) {
                tag.target_kind = declared;
                return Ok(tag);
            }
            let Some(object) = self.read_unverified(tag.target)? else { return Ok(tag) };
            let outermost = object.kind == ObjectKind::Tag && tag.raw.is_none();
            if !outermost {
                self.verify(tag.target, object.kind, &object.data)?;
            }
            if object.kind != ObjectKind::Tag {
                tag.target_kind = Some(object.kind);
                return Ok(tag);
            }
            let parsed = match object::tag(&object.data, self.hash()) {
                Ok(parsed) => parsed,
                Err(bogus) => {
                    // Damage explains more than its consequences do.
                    self.verify(tag.target, object.kind, &object.data)?;
                    return Err(Failure::new(format!("tag object {}: {}", tag.target, bogus.0)));
                }
            };
            declared = match parsed.target_kind {
                b"commit" => Some(ObjectKind::Commit),
                b"tree" => Some(ObjectKind::Tree),
                b"blob" => Some(ObjectKind::Blob),
                _ => None,
            };
            let next = parsed.target;
            if outermost {
                tag.when = parsed.tagger.and_then(identity::split).and_then(|tagger| tagger.when);
                tag.raw = Some(object.data);
            } else {
                tag.nested.push(tag.target);
                if tag.nested.len() > MAX_NESTED_TAGS {
                    // Anybody who may push a tag can make one: it is shown and judged, and no obstacle to the rest.
                    tag.target_kind = Some(ObjectKind::Tag);
                    return Ok(tag);
                }
            }
            tag.target = next;
        }
    }
}

impl CommitReader {
    /// Makes the event of one tag.
    ///
    /// # Errors
    /// When the tag object is malformed, or has another id than the reference names.
    pub fn tag_event(&self, repo: &Repository, tag: &Tag) -> Result<Unjudged, Failure> {
        let full = &tag.reference.name;
        let name = full.strip_prefix("refs/tags/").unwrap_or(full).to_owned();
        if let Some(raw) = &tag.raw {
            repo.verify(tag.reference.target, ObjectKind::Tag, raw)?;
        }
        let target_kind = tag.target_kind.filter(|_| repo.contains(tag.target));
        let mut facts = TagFacts {
            name,
            object: tag.reference.target.to_string(),
            nested: tag.nested.iter().map(Oid::to_string).collect(),
            target: tag.target.to_string(),
            target_kind: target_kind.map_or("missing", ObjectKind::name).to_owned(),
            ..TagFacts::default()
        };
        let mut notes = Vec::new();
        match target_kind {
            None => notes.push("target-missing".to_owned()),
            Some(ObjectKind::Tag) => notes.push("nested-too-deep".to_owned()),
            Some(_) => {}
        }
        let Some(raw) = &tag.raw else {
            let event = Event {
                kind: Kind::Tag,
                id: full.clone(),
                when: None,
                who: Who::default(),
                what: What::Tag(Box::new(facts)),
                place: None,
                why: Why::default(),
                proof: Proof { grade: Grade::Claimed, signature: None, notes, vouched: None },
            };
            return Ok(Unjudged { event, signed: None });
        };
        let parsed = object::tag(raw, repo.hash())
            .map_err(|bogus| Failure::new(format!("tag object {}: {}", facts.object, bogus.0)))?;
        notes.extend(parsed.oddities.iter().map(|oddity| oddity.name().to_owned()));
        let decoder = Decoder::new(parsed.encoding);
        let mut loss = Loss::default();
        let tagger = self.person(parsed.tagger, decoder, &mut loss, "tagger", &mut notes);
        let text = decoder.decode(parsed.message, &mut loss);
        let message = Message::parse(&text);
        let trailers = trailers(&message);
        let header_name = decoder.decode(parsed.name, &mut loss).into_owned();
        if header_name != facts.name {
            notes.push("tag-name-differs".to_owned());
            facts.header_name = Some(header_name);
        }
        if loss.lossy {
            notes.push("encoding-lossy".to_owned());
        }
        if self.replaced.contains(&facts.object) {
            notes.push("replaced".to_owned());
        }
        facts.annotated = true;
        facts.summary = message.summary().into_owned();
        facts.message = message.text().to_owned();
        let event = Event {
            kind: Kind::Tag,
            id: facts.object.clone(),
            when: tagger.when,
            who: Who { identity: tagger.identity, ..Who::default() },
            why: Why {
                body: message.body().to_owned(),
                tickets: self.tickets.find(message.text(), None),
                trailers: trailers
                    .iter()
                    .map(|t| (t.key.to_owned(), t.value.clone().into_owned()))
                    .collect(),
                reverts: Vec::new(),
                links: Vec::new(),
            },
            what: What::Tag(Box::new(facts)),
            place: None,
            proof: Proof { grade: Grade::Claimed, signature: None, notes, vouched: None },
        };
        Ok(Unjudged { event, signed: object::signed_tag(raw) })
    }
}
