//! JSON: the public schema of events.
//!
//! Every document carries `"v":1`. Fields are only ever added. Times are RFC 3339 in UTC; what is not
//! known is `null`, what is empty is `[]`. `docs/schema/event.schema.json` says the same in JSON
//! Schema, and a test holds output to it.

mod escaping;

use crate::event::moment;
use crate::event::{
    ChangeRequest, CommitFacts, Event, Identity, Link, Proof, ReviewClaim, TagFacts, Verdict, What,
    When, Where, Why,
};
use escaping::Escaping;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, PrettyFormatter};
use serde_json::{Map, Serializer, Value};
use std::io::{self, Write};

/// The version of the schema.
pub const VERSION: u32 = 1;

/// Writes a value as one line of JSON, with its line feed.
///
/// # Errors
/// When the stream does not take it.
pub fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Escaping(CompactFormatter)))?;
    out.write_all(b"\n")
}

/// Writes a value as a document of its own, for people, too: indented.
///
/// # Errors
/// When the stream does not take it.
pub fn document(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value
        .serialize(&mut Serializer::with_formatter(&mut *out, Escaping(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

/// An event as JSON prints it.
#[derive(Debug, Serialize)]
pub struct EventJson<'a> {
    v: u32,
    kind: &'static str,
    id: &'a str,
    when: Option<String>,
    who: WhoJson<'a>,
    what: WhatJson<'a>,
    #[serde(rename = "where")]
    place: Option<PlaceJson<'a>>,
    why: WhyJson<'a>,
    proof: ProofJson<'a>,
}

#[derive(Debug, Serialize)]
struct WhoJson<'a> {
    name: Option<&'a str>,
    email: Option<&'a str>,
    person: Option<&'a str>,
    committer: Option<IdentityJson<'a>>,
    co_authors: Vec<IdentityJson<'a>>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    actor_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<&'a Value>,
}

/// A person as JSON prints them.
#[derive(Debug, Serialize)]
pub struct IdentityJson<'a> {
    name: &'a str,
    email: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum WhatJson<'a> {
    Commit(CommitJson<'a>),
    Tag(TagJson<'a>),
    Record(&'a Map<String, Value>),
}

#[derive(Debug, Serialize)]
struct CommitJson<'a> {
    summary: &'a str,
    parents: &'a [String],
    tree: &'a str,
    authored: Option<String>,
    refs: &'a [String],
    tags: &'a [String],
    change: Option<&'a str>,
    change_request: Option<ChangeJson<'a>>,
    paths: Option<&'a [String]>,
    config: Option<&'a [String]>,
    reviews: Vec<ReviewJson<'a>>,
    cherry_picked_from: &'a [String],
}

#[derive(Debug, Serialize)]
struct ChangeJson<'a> {
    id: &'a str,
    forge: Option<&'a str>,
    method: Option<&'a str>,
    url: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct ReviewJson<'a> {
    by: IdentityJson<'a>,
    state: &'a str,
    source: &'a str,
}

#[derive(Debug, Serialize)]
struct TagJson<'a> {
    name: &'a str,
    header_name: Option<&'a str>,
    annotated: bool,
    object: &'a str,
    nested: &'a [String],
    target: &'a str,
    target_kind: &'a str,
    summary: &'a str,
}

#[derive(Debug, Serialize)]
struct PlaceJson<'a> {
    env: Option<&'a str>,
    service: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct WhyJson<'a> {
    tickets: &'a [String],
    trailers: &'a [(String, String)],
    body: &'a str,
    reverts: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<LinkJson<'a>>,
}

#[derive(Debug, Serialize)]
struct LinkJson<'a> {
    rel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// A proof as JSON prints it.
#[derive(Debug, Serialize)]
pub struct ProofJson<'a> {
    grade: &'static str,
    signature: Option<SignatureJson<'a>>,
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    vouched: Option<VouchedJson<'a>>,
}

#[derive(Debug, Serialize)]
struct VouchedJson<'a> {
    record: &'a str,
    signer: Option<&'a str>,
}

/// A verdict as JSON prints it.
#[derive(Debug, Serialize)]
pub struct SignatureJson<'a> {
    status: &'static str,
    letter: char,
    format: &'static str,
    key: Option<&'a str>,
    signer: Option<&'a str>,
    made: Option<String>,
    reason: Option<&'a str>,
    marks: &'a [&'static str],
}

fn time(when: Option<When>) -> Option<String> {
    when.and_then(|when| moment::rfc3339(when.seconds))
}

impl<'a> From<&'a Event> for EventJson<'a> {
    fn from(event: &'a Event) -> EventJson<'a> {
        let who = &event.who;
        EventJson {
            v: VERSION,
            kind: event.kind.name(),
            id: &event.id,
            when: time(event.when),
            who: WhoJson {
                name: who.identity.as_ref().map(|who| who.name.as_str()),
                email: who.identity.as_ref().map(|who| who.email.as_str()),
                person: who.person.as_deref(),
                committer: who.committer.as_ref().map(IdentityJson::from),
                co_authors: who.co_authors.iter().map(IdentityJson::from).collect(),
                actor_type: who.actor_type.as_deref(),
                login: who.login.as_deref(),
                via: who.via.as_ref(),
            },
            what: match &event.what {
                What::Commit(facts) => WhatJson::Commit(facts.as_ref().into()),
                What::Tag(facts) => WhatJson::Tag(facts.as_ref().into()),
                What::Record(fields) => WhatJson::Record(fields),
            },
            place: event.place.as_ref().map(PlaceJson::from),
            why: (&event.why).into(),
            proof: ProofJson::from(&event.proof),
        }
    }
}

impl<'a> From<&'a Proof> for ProofJson<'a> {
    fn from(proof: &'a Proof) -> ProofJson<'a> {
        ProofJson {
            grade: proof.grade.name(),
            signature: proof.signature.as_deref().map(SignatureJson::from),
            notes: &proof.notes,
            vouched: proof.vouched.as_deref().map(|vouched| VouchedJson {
                record: &vouched.record,
                signer: vouched.signer.as_deref(),
            }),
        }
    }
}

impl<'a> From<&'a Identity> for IdentityJson<'a> {
    fn from(who: &'a Identity) -> IdentityJson<'a> {
        IdentityJson { name: &who.name, email: &who.email }
    }
}

impl<'a> From<&'a CommitFacts> for CommitJson<'a> {
    fn from(facts: &'a CommitFacts) -> CommitJson<'a> {
        CommitJson {
            summary: &facts.summary,
            parents: &facts.parents,
            tree: &facts.tree,
            authored: time(facts.authored),
            refs: &facts.refs,
            tags: &facts.tags,
            change: facts.change.as_ref().map(|change| change.id.as_str()),
            change_request: facts.change.as_ref().map(ChangeJson::from),
            paths: facts.paths.as_deref(),
            config: facts.config.as_deref(),
            reviews: facts.reviews.iter().map(ReviewJson::from).collect(),
            cherry_picked_from: &facts.cherry_picked_from,
        }
    }
}

impl<'a> From<&'a ChangeRequest> for ChangeJson<'a> {
    fn from(change: &'a ChangeRequest) -> ChangeJson<'a> {
        ChangeJson {
            id: &change.id,
            forge: change.forge,
            method: change.method,
            url: change.url.as_deref(),
        }
    }
}

impl<'a> From<&'a ReviewClaim> for ReviewJson<'a> {
    fn from(review: &'a ReviewClaim) -> ReviewJson<'a> {
        ReviewJson { by: (&review.by).into(), state: &review.state, source: &review.source }
    }
}

impl<'a> From<&'a TagFacts> for TagJson<'a> {
    fn from(facts: &'a TagFacts) -> TagJson<'a> {
        TagJson {
            name: &facts.name,
            header_name: facts.header_name.as_deref(),
            annotated: facts.annotated,
            object: &facts.object,
            nested: &facts.nested,
            target: &facts.target,
            target_kind: &facts.target_kind,
            summary: &facts.summary,
        }
    }
}

impl<'a> From<&'a Where> for PlaceJson<'a> {
    fn from(place: &'a Where) -> PlaceJson<'a> {
        PlaceJson { env: place.env.as_deref(), service: place.service.as_deref() }
    }
}

impl<'a> From<&'a Why> for WhyJson<'a> {
    fn from(why: &'a Why) -> WhyJson<'a> {
        WhyJson {
            tickets: &why.tickets,
            trailers: &why.trailers,
            body: &why.body,
            reverts: (!why.reverts.is_empty()).then_some(&why.reverts),
            links: why.links.iter().map(LinkJson::from).collect(),
        }
    }
}

impl<'a> From<&'a Link> for LinkJson<'a> {
    fn from(link: &'a Link) -> LinkJson<'a> {
        LinkJson { rel: &link.rel, id: link.id.as_deref(), url: link.url.as_deref() }
    }
}

impl<'a> From<&'a Verdict> for SignatureJson<'a> {
    fn from(verdict: &'a Verdict) -> SignatureJson<'a> {
        SignatureJson {
            status: verdict.status.name(),
            letter: verdict.status.letter(),
            format: verdict.format.name(),
            key: verdict.key.as_deref(),
            signer: verdict.signer.as_deref(),
            made: verdict.made.and_then(moment::rfc3339),
            reason: verdict.reason.as_deref(),
            marks: &verdict.marks,
        }
    }
}
