//! What a record is to state, gathered from flags and JSON before it is completed and checked.

use super::fields;
use super::recorder::Recorder;
use crate::event::Kind;
use crate::evidence::addresses::Addresses;
use crate::ledger::kinds::{self, RELATIONS};
use crate::ledger::{View, time};
use crate::outcome::Failure;
use clap::{ArgMatches, Args};
use serde_json::{Map, Value, json};

/// Flags that every record takes, whatever its kind.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Who and why")]
pub(crate) struct ReasonArgs {
    /// Why, in your own words
    #[arg(short = 'm', long, visible_alias = "message", value_name = "TEXT", global = true)]
    why: Option<String>,

    /// A ticket that it belongs to; several
    #[arg(long = "ticket", value_name = "ID", global = true)]
    tickets: Vec<String>,

    /// How it relates to another record (its id, 4 digits or more) or a page: approves, deploys,
    /// rolls_back, caused_by, fixes, supersedes, corrects, reviews; several
    #[arg(long = "link", value_name = "REL=ID|URL", global = true)]
    links: Vec<String>,

    /// A fact that no flag covers; several
    #[arg(long = "field", value_name = "KEY=VALUE", global = true)]
    fields: Vec<String>,

    /// Your login on the forge
    #[arg(long, value_name = "NAME", global = true)]
    login: Option<String>,

    /// What acts
    #[arg(long, value_name = "WORD", global = true, value_parser = ["user", "bot", "agent", "service"])]
    actor_type: Option<String>,
}

/// What to state.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The kind.
    pub(crate) kind: Kind,
    /// Fields of the kind.
    pub(crate) what: Map<String, Value>,
    /// Environment and service.
    pub(crate) place: Map<String, Value>,
    /// Reason, tickets and links.
    pub(crate) why: Map<String, Value>,
    /// What is known about who acted, beside what git and CI say.
    pub(crate) who: Map<String, Value>,
    /// When it happened, if not now.
    pub(crate) when: Option<i64>,
    /// Members of the body that no rule covers.
    pub(crate) other: Map<String, Value>,
    /// A command line like the user's own that would be accepted, for hints.
    pub(crate) example: &'static str,
}

impl Draft {
    /// Nothing but a kind.
    pub(crate) fn new(kind: Kind) -> Draft {
        Draft {
            kind,
            what: Map::new(),
            place: Map::new(),
            why: Map::new(),
            who: Map::new(),
            when: None,
            other: Map::new(),
            example: super::record::example(kind),
        }
    }

    /// A record as JSON: the members of a body. What the ledger itself gives (its name, `prev`, the
    /// nonce) can't be set.
    ///
    /// # Errors
    /// When it is no such object, or says another kind than `kind`.
    pub(crate) fn from_json(
        recorder: &Recorder,
        text: &str,
        kind: Option<Kind>,
    ) -> Result<Draft, Failure> {
        let hint = "give an object such as {\"kind\":\"note\",\"why\":{\"reason\":\"…\"}}";
        let fail = |message: String| Failure::new(format!("--json: {message}")).hint(hint);
        let mut members: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| fail(format!("no JSON object: {error}")))?;
        if members.contains_key("body") {
            return Err(fail("this is a whole line, with its signature".into())
                .hint("submit it with --line"));
        }
        if let Some(own) =
            ["ledger", "nonce", "prev", "recorded"].iter().find(|key| members.contains_key(**key))
        {
            return Err(fail(format!("'{own}' is filled in when the record is written"))
                .hint(format!("leave '{own}' out")));
        }
        if members.remove("v").is_some_and(|v| v != json!(1)) {
            return Err(fail("this program writes records with \"v\":1".into()));
        }
        let stated = match members.remove("kind") {
            None => None,
            Some(Value::String(name)) => Some(known_kind(&name).map_err(fail)?),
            Some(other) => return Err(fail(format!("the kind is no text: {other}"))),
        };
        let mut draft = Draft::new(match (kind, stated) {
            (Some(kind), Some(stated)) if kind != stated => {
                return Err(fail(format!("it says kind {stated}, the command says {kind}")));
            }
            (Some(kind), _) | (None, Some(kind)) => kind,
            (None, None) => return Err(fail("it has no kind".into())),
        });
        draft.when = match members.remove("when") {
            None => None,
            Some(Value::String(text)) => Some(fields::moment(recorder.repo(), &text)?),
            Some(other) => return Err(fail(format!("'when' is no text: {other}"))),
        };
        for (key, object) in [
            ("what", &mut draft.what),
            ("where", &mut draft.place),
            ("who", &mut draft.who),
            ("why", &mut draft.why),
        ] {
            match members.remove(key) {
                None => {}
                Some(Value::Object(stated)) => *object = stated,
                Some(other) => return Err(fail(format!("'{key}' is no object: {other}"))),
            }
        }
        draft.other = members;
        Ok(draft)
    }

    /// Takes over the flags of the kind's fields.
    ///
    /// # Errors
    /// Unknown revisions and dates.
    pub(crate) fn fields(
        &mut self,
        recorder: &Recorder,
        matches: &ArgMatches,
    ) -> Result<(), Failure> {
        let Some(table) = kinds::table(self.kind) else { return Ok(()) };
        let address = |text: &str| -> Result<String, Failure> {
            let view = recorder.read()?;
            Ok(Addresses::new(recorder.repo(), &view, recorder.now()).revision(text)?.into_owned())
        };
        for field in table.fields() {
            let spoken = fields::spoken(table, field);
            if let Some(value) = fields::value(recorder.repo(), &address, field, matches, spoken)? {
                let object =
                    if field.object() == "where" { &mut self.place } else { &mut self.what };
                object.insert(field.name.into(), value);
            }
        }
        Ok(())
    }

    /// Takes over the flags that every record takes. Links are looked up in `view`.
    ///
    /// # Errors
    /// Links to what is not in the ledger, facts that have a flag of their own.
    pub(crate) fn reasons(&mut self, args: &ReasonArgs, view: &View) -> Result<(), Failure> {
        if let Some(why) = &args.why {
            self.why.insert("reason".into(), json!(why));
        }
        append(&mut self.why, "tickets", args.tickets.iter().map(|ticket| json!(ticket)).collect());
        let links = args.links.iter().map(|text| link(text, view));
        append(&mut self.why, "links", links.collect::<Result<_, _>>()?);
        for text in &args.fields {
            let (key, value) = self.fact(text)?;
            self.what.insert(key, value);
        }
        for (key, value) in [("login", &args.login), ("type", &args.actor_type)] {
            self.who.extend(value.as_ref().map(|value| (key.to_string(), json!(value))));
        }
        Ok(())
    }

    /// `key=value`, unless the key has a meaning of its own.
    fn fact(&self, text: &str) -> Result<(String, Value), Failure> {
        let fail = |message: &str, hint: String| {
            Err(Failure::new(format!("--field: {message}: '{text}'")).hint(hint))
        };
        let Some((key, value)) = text.split_once('=') else {
            return fail("not of the form KEY=VALUE", "for instance: --field region=eu-1".into());
        };
        let known = kinds::table(self.kind)
            .is_some_and(|table| table.fields().any(|field| field.name == key));
        if key == "tree" {
            return fail("the tree is filled in", "leave it out".into());
        }
        if known || matches!(key, "env" | "service") {
            return fail("this has a flag of its own", format!("use {}", fields::flag(key)));
        }
        Ok((key.to_string(), json!(value)))
    }

    /// Fills in the commit where the kind needs one and the user has named none, and its tree.
    ///
    /// # Errors
    /// When there is no such commit here.
    pub(crate) fn commit(&mut self, recorder: &Recorder) -> Result<(), Failure> {
        let needed = kinds::table(self.kind).is_some_and(|table| {
            table.required.iter().any(|group| {
                group.iter().any(|field| field.name == "commit")
                    && !group.iter().any(|field| self.what.contains_key(field.name))
            })
        });
        if needed {
            self.what.insert("commit".into(), json!(recorder.default_commit()?));
        }
        fields::add_tree(recorder.repo(), &mut self.what)
    }

    /// Says when it happened. What is yet to come can't be recorded.
    ///
    /// # Errors
    /// A date that git can't read, or one in the future.
    pub(crate) fn happened(
        &mut self,
        recorder: &Recorder,
        date: &str,
        now: i64,
    ) -> Result<(), Failure> {
        let when = fields::moment(recorder.repo(), date)?;
        if when > now {
            return Err(Failure::new(format!(
                "--when: {} is in the future",
                time::format(when).unwrap_or_else(|_| date.to_string())
            ))
            .hint(
                "record it once it has happened; --when is for what was not written down in time",
            ));
        }
        self.when = Some(when);
        Ok(())
    }
}

fn known_kind(name: &str) -> Result<Kind, String> {
    let known = name.parse().ok();
    let known = known.filter(|kind| kinds::recorded_by_hand().any(|table| table.kind == *kind));
    known.ok_or_else(|| {
        let names: Vec<_> = kinds::recorded_by_hand().map(|table| table.kind.name()).collect();
        format!("the kind '{name}' is none of {}", names.join(", "))
    })
}

fn append(object: &mut Map<String, Value>, key: &str, more: Vec<Value>) {
    if more.is_empty() {
        return;
    }
    match object.get_mut(key) {
        Some(Value::Array(list)) => list.extend(more),
        // Anything else there came from JSON, and is refused when the record is checked.
        Some(_) => {}
        None => {
            object.insert(key.into(), Value::Array(more));
        }
    }
}

/// `corrects=d4e8a6`, `fixes=https://…`.
fn link(text: &str, view: &View) -> Result<Value, Failure> {
    let fail = |message: String| {
        Failure::new(format!("--link: {message}")).hint(
            "for instance: --link corrects=d4e8a6f0, or --link fixes=https://example.com/issues/7",
        )
    };
    let (rel, target) =
        text.split_once('=').ok_or_else(|| fail(format!("'{text}' is not of the form REL=ID")))?;
    if !RELATIONS.contains(&rel) {
        return Err(fail(format!("'{rel}' is none of {}", RELATIONS.join(", "))));
    }
    if target.contains(':') {
        return Ok(json!({"rel": rel, "url": target}));
    }
    let number = view.find(target).map_err(|failure| Failure {
        message: format!("--link: {}", failure.message),
        ..failure
    })?;
    let node = view.chain().nodes().get(number);
    let id = node.ok_or_else(|| fail(format!("'{target}' is not in the ledger")))?.id;
    Ok(json!({"rel": rel, "id": id.to_string()}))
}
