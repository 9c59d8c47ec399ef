//! What `audit record` and `audit run` share: from what happened to a line in the ledger.
//!
//! ```text
//! Draft            what to state: kind, what, where, why
//!   + who          git's identity, else that of the CI run; the CI run itself in `who.via`
//!   + ledger, prev the name and the heads of the ledger as it is now
//!   = Body         checked against the table of kinds
//!   + signature    made without holding the lock: a PIN may take minutes
//!   = line         appended; only then is it said to be recorded
//! ```

use super::ci::Ci;
use super::draft::Draft;
use super::signing::{self, SignArgs};
use crate::event::{Kind, short};
use crate::evidence::records;
use crate::evidence::root::TrustRoot;
use crate::git::{Repository, author};
use crate::ledger::canonical::Refusal;
use crate::ledger::{
    Appended, Body, Entry, Id, Ledger, Nonce, Rules, View, entry, kinds, name, sign,
};
use crate::outcome::Failure;
use crate::policy::{Level, Policy, rules};
use crate::signature;
use crate::ui::{Ui, escape};
use serde_json::{Map, Value, json};

/// Writes records into the ledger of one repository.
pub(crate) struct Recorder {
    repo: Repository,
    ledger: Ledger,
    ci: Option<Ci>,
    policy: Policy,
    now: i64,
    /// What records build on where the ledger itself is not here: its name, and heads.
    base: Option<(String, Vec<Id>)>,
}

impl Recorder {
    /// A recorder for a repository, under the CI system that the environment tells of.
    ///
    /// # Errors
    /// When the policy can't be read, which may name the ledger and ask for a reason.
    pub(crate) fn new(repo: Repository, now: i64) -> Result<Recorder, Failure> {
        let ledger = Ledger::new(repo.common_dir());
        let policy = TrustRoot::find(&repo, None)?.policy()?.unwrap_or_default();
        let ci = Ci::detect(|name| std::env::var(name).ok());
        Ok(Recorder { repo, ledger, ci, policy, now, base: None })
    }

    /// Lets records build on a published list of which only the end is here.
    pub(crate) fn base_on(&mut self, base: Option<(String, Vec<Id>)>) {
        self.base = base;
    }

    /// Whether the policy refuses a deploy without a reason, and this is one.
    pub(crate) fn lacks_reason(&self, draft: &Draft) -> bool {
        let env = draft.place.get("env").and_then(Value::as_str);
        let denied = rules::find("deploy-has-why")
            .is_some_and(|rule| self.policy.level(rule, env) == Level::Deny);
        let deploy = matches!(draft.kind, Kind::Deploy | Kind::Rollback);
        let given = ["reason", "tickets"].iter().any(|key| draft.why.contains_key(*key));
        denied && deploy && !given
    }

    /// The repository.
    pub(crate) fn repo(&self) -> &Repository {
        &self.repo
    }

    /// The present, in seconds since 1970 UTC.
    pub(crate) fn now(&self) -> i64 {
        self.now
    }

    /// The policy in force.
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Where the ledger is.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The ledger as it is now.
    pub(crate) fn read(&self) -> Result<View, Failure> {
        self.ledger.read(Rules { ledger: self.policy.ledger.name.clone(), ..records::rules() })
    }

    /// The commit to record where the user names none: the one that CI runs for, else HEAD.
    ///
    /// # Errors
    /// When it is not here: another one would be a guess.
    pub(crate) fn default_commit(&self) -> Result<String, Failure> {
        if let Some((ci, commit)) = self.ci.as_ref().and_then(|ci| Some((ci, ci.commit.as_ref()?)))
        {
            let found = self.repo.commit_id(commit).map_err(|failure| {
                Failure::new(format!("{} runs for commit {commit}: {failure}", ci.system)).hint(
                    "`git fetch` may bring it; or name the commit that you mean: --commit HEAD",
                )
            })?;
            return Ok(found.to_string());
        }
        let head = self.repo.commit_id("HEAD").map_err(|_| {
            Failure::new("there is no commit yet to record anything about")
                .hint("commit first, or name one: --commit REV")
        })?;
        Ok(head.to_string())
    }

    /// The body of a record, checked, on top of the heads of `view`.
    ///
    /// # Errors
    /// Everything that the table of kinds or the format refuses, by the name of the flag.
    pub(crate) fn body(&self, draft: &Draft, view: &View, now: i64) -> Result<Body, Failure> {
        view.writable()?;
        let mut body = Body::new(
            draft.kind,
            self.ledger_name(view)?,
            draft.when.unwrap_or(now),
            Nonce::random()?,
        );
        body.recorded = draft.when.map(|_| now);
        body.prev = match &self.base {
            Some((_, heads)) => heads.clone(),
            None => view.chain().prev(),
        };
        body.what = draft.what.clone();
        body.place = draft.place.clone();
        body.why = draft.why.clone();
        body.other = draft.other.clone();
        body.who = self.who(&draft.who)?;
        let mut refusals = kinds::validate(&body);
        if refusals.is_empty() {
            refusals.extend(body.format().err());
        }
        match refused(&refusals, draft) {
            Some(failure) => Err(failure),
            None => Ok(body),
        }
    }

    /// Puts a body that was made a while ago on top of the ledger as it is now.
    ///
    /// # Errors
    /// When that is no longer the ledger that the body was made for, or can't be written to.
    pub(crate) fn build_on(&self, body: &mut Body) -> Result<View, Failure> {
        let folder = self.repo.common_dir();
        let gone = |what: &str| {
            Failure::new(format!("{what} meanwhile, so nothing was written"))
                .hint("put it back, then submit the printed line: audit record --line FILE")
        };
        let again = Repository::open(folder).ok().filter(|repo| repo.common_dir() == folder);
        let again = again
            .ok_or_else(|| gone(&format!("the repository {} was removed", folder.display())))?;
        if body.commit().is_some_and(|commit| again.here(commit).is_none()) {
            let what = "was replaced by one that hasn't the commit";
            return Err(gone(&format!("the repository {} {what}", folder.display())));
        }
        let view = self.read()?;
        view.writable()?;
        if self.base.is_some() {
            return Ok(view);
        }
        if body.prev.iter().any(|id| view.chain().look_for(id).is_none()) {
            let path = self.ledger.path();
            return Err(gone(&format!("records were taken out of {}", path.display())));
        }
        body.prev = view.chain().prev();
        if let Some(name) = &view.report().ledger {
            body.ledger.clone_from(name);
        }
        Ok(view)
    }

    /// Whether records are signed.
    ///
    /// # Errors
    /// When git's configuration can't be read.
    pub(crate) fn signs(&self, args: &SignArgs) -> Result<bool, Failure> {
        Ok(signing::settings(&self.repo, args)?.is_some())
    }

    /// Makes the line: signs, and checks what came out.
    ///
    /// # Errors
    /// When it can't be signed as asked, or the line is too long.
    pub(crate) fn line(&self, body: &Body, args: &SignArgs) -> Result<Entry, Failure> {
        let text = body.format()?;
        let signature = match signing::settings(&self.repo, args)? {
            Some(settings) => {
                let armor = sign::sign(&settings, &entry::payload(&text))?;
                let armor = signature::normalized(armor.as_bytes());
                Some(String::from_utf8_lossy(&armor).into_owned())
            }
            None => None,
        };
        if let Some(armor) = &signature
            && !signature::armor_is_canonical(armor.as_bytes())
        {
            return Err(Failure::new("the signing program wrote a signature in an unusual form")
                .hint("the ledger takes signatures as ssh-keygen and gpg write them; --no-sign records without"));
        }
        parse(&entry::format(&text, signature.as_deref())?)
    }

    /// Writes a line to where it belongs: to the ledger, or, where that is not here, to what waits to be published.
    ///
    /// # Errors
    /// As [`Recorder::append`].
    pub(crate) fn keep(&self, ui: &Ui, view: View, entry: &Entry, now: i64) -> Result<(), Failure> {
        if self.base.is_none() {
            return self.append(ui, view, entry, now).map(drop);
        }
        self.ledger.post(&entry.line)?;
        ui.note(&format!("recorded {} as {}", summary(entry), entry.id));
        Ok(())
    }

    /// Appends a line and says so on stderr. What is not acknowledged is printed, so that it can be
    /// submitted again.
    ///
    /// # Errors
    /// When the line is not, or not surely, on the disk.
    pub(crate) fn append(
        &self,
        ui: &Ui,
        view: View,
        entry: &Entry,
        now: i64,
    ) -> Result<Appended, Failure> {
        let appended = self.ledger.append(view, &entry.line, now).map_err(|not_appended| {
            hand_back(ui, &entry.line);
            not_appended.failure
        })?;
        if let Some(copy) = &appended.recovered {
            ui.warn(&format!(
                "the ledger ended in an unfinished line that nobody was told is recorded; it is kept in {}",
                copy.display()
            ));
        }
        let verb = if appended.already { "was recorded already:" } else { "recorded" };
        ui.note(&format!("{verb} {} as {}", summary(entry), entry.id));
        Ok(appended)
    }

    /// The name of the ledger, which every record states.
    ///
    /// # Errors
    /// When it has none yet, and nothing here gives it one.
    pub(crate) fn ledger_name(&self, view: &View) -> Result<String, Failure> {
        let known = self.base.as_ref().map(|(name, _)| name).or(view.report().ledger.as_ref());
        if let Some(name) = known {
            return Ok(name.clone());
        }
        // Asked once in the life of a ledger: git knows what `url.<base>.insteadOf` makes of it.
        let origin = self.ask_git(&["remote", "get-url", "origin"]);
        if let Some(name) = name::choose(None, None, origin.as_deref(), None) {
            return Ok(name);
        }
        if !self.repo.shallow().is_empty() {
            return Err(Failure::new(
                "this ledger has no name yet: there is no remote 'origin', and the history is cut off",
            )
            .hint("add the remote, or `git fetch --unshallow`"));
        }
        let roots = self.ask_git(&[
            "log",
            "--max-parents=0",
            "--format=%ct %H",
            "--exclude=refs/audit/*",
            "--all",
            "HEAD",
            "--",
        ]);
        let oldest = roots.as_deref().unwrap_or_default().lines().filter_map(|line| {
            let (seconds, id) = line.split_once(' ')?;
            Some((seconds.parse::<u64>().ok()?, id))
        });
        let root = oldest.min().map(|(_, id)| id);
        name::choose(None, None, None, root).ok_or_else(|| {
            Failure::new("this ledger has no name yet: there is no remote 'origin', and no commit")
                .hint("commit first, or add the remote")
        })
    }

    /// What git prints; `None` when it refuses.
    pub(crate) fn ask_git(&self, args: &[&str]) -> Option<String> {
        let output = self.repo.git().args(args).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_string();
        Some(text).filter(|text| output.status.success() && !text.is_empty())
    }

    /// Who acts: as the draft says, else as git is told, else for whom CI runs. What git would only
    /// guess from the machine's name is no answer.
    fn who(&self, stated: &Map<String, Value>) -> Result<Map<String, Value>, Failure> {
        let mut who = Map::new();
        if !(stated.contains_key("name") && stated.contains_key("email")) {
            match (author::configured(&self.repo)?, &self.ci) {
                (Some(author), _) => {
                    who.insert("name".into(), json!(author.name));
                    who.insert("email".into(), json!(author.email));
                }
                (None, Some(ci)) => {
                    let facts = [("name", &ci.name), ("email", &ci.email), ("login", &ci.actor)];
                    for (key, fact) in facts {
                        who.extend(fact.as_ref().map(|fact| (key.to_string(), json!(fact))));
                    }
                }
                (None, None) => {}
            }
        }
        who.extend(self.ci.as_ref().map(|ci| ("via".to_string(), ci.via())));
        who.extend(stated.clone());
        Ok(who)
    }
}

/// Prints a line that is not, or not surely, in the ledger, so that it is not lost.
pub(crate) fn hand_back(ui: &Ui, line: &[u8]) {
    ui.note("the record was not acknowledged; to submit it again: audit record --line FILE, with this line in FILE");
    ui.note(String::from_utf8_lossy(line).trim_end());
}

/// Reads a line that is about to be written.
///
/// # Errors
/// When it is none that a ledger takes.
pub(crate) fn parse(line: &[u8]) -> Result<Entry, Failure> {
    Entry::parse(line).map_err(|reject| {
        Failure::new(format!("this is no line of a ledger: {reject}"))
            .hint("a record has at most 64 KiB; long text belongs behind a --link")
    })
}

/// `deploy of 9f2c1ab044 to production/api (signed)`, safe for a terminal.
pub(crate) fn summary(entry: &Entry) -> String {
    let body = &entry.body;
    let mut text = body.kind.clone();
    if let Some(commit) = body.commit() {
        text.push_str(&format!(" of {}", short(commit)));
    }
    if let Some(env) = body.env() {
        let word = match body.kind.as_str() {
            "deploy" => "to",
            "rollback" | "incident" => "in",
            _ => "for",
        };
        text.push_str(&format!(" {word} {env}"));
        text.extend(body.service().map(|service| format!("/{service}")));
    }
    // A date without a time of day is one that git fills in: it is said which.
    for (field, word) in [("from", "from"), ("until", "until"), ("expires", "until")] {
        let moment = body.what.get(field).and_then(Value::as_str);
        text.extend(moment.map(|moment| format!(" {word} {moment}")));
    }
    text.push_str(if entry.signature.is_some() { " (signed)" } else { " (not signed)" });
    escape(&text).into_owned()
}

/// One error for everything that is wrong with a record, in the words of the command line.
fn refused(refusals: &[Refusal], draft: &Draft) -> Option<Failure> {
    let first = refusals.first()?;
    let say = |refusal: &Refusal| match flag_of(&refusal.path) {
        Some(flag) => format!("{flag}: {}", refusal.what),
        None => refusal.to_string(),
    };
    let message = refusals.iter().map(say).collect::<Vec<_>>().join("\n       ");
    let hint = match first.path.starts_with("who.") {
        true => first.hint.to_string(),
        false => format!("{}; for instance: {}", first.hint, draft.example),
    };
    Some(Failure::new(message).hint(hint))
}

/// The flag that sets what stands at a path of the body.
fn flag_of(path: &str) -> Option<String> {
    let (object, field) = path.split_once('.')?;
    let field = field.split('.').next().unwrap_or(field);
    Some(match (object, field) {
        ("what" | "where", field) => super::fields::flag(field),
        ("why", "reason") => "--why".into(),
        ("why", "tickets") => "--ticket".into(),
        ("why", "links") => "--link".into(),
        ("who", "type") => "--actor-type".into(),
        ("who", "login") => "--login".into(),
        _ => return None,
    })
}
