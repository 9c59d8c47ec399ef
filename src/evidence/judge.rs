//! Judges the signatures of commits, tags and records by the trust that applies, and names their actors.

use super::root::{self, TrustRoot};
use super::vouched::VouchedRecords;
use crate::event::{Event, Grade, Status, Verdict};
use crate::git::Repository;
use crate::git::commits::Unjudged;
use crate::ledger::{self, Id, Line, Scratch, View};
use crate::outcome::Failure;
use crate::policy::Policy;
use crate::signature::{self, Claim, Trust};
use std::sync::OnceLock;

/// Which trust applies, and whether signatures are judged at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct JudgeOptions {
    /// A folder, a file of allowed signers, or a revision; `None` for the trust that applies by itself.
    pub(crate) trust: Option<String>,
    /// Signatures are not judged: whatever is signed is then `unknown`.
    pub(crate) no_signatures: bool,
}

/// Judges events by one trust, and says whose they are by one policy.
pub(crate) struct Judge {
    /// `None` when signatures are not judged.
    trust: Option<Trust>,
    policy: Policy,
    /// The vouched records of the ledger that is read, once somebody has asked.
    vouched: OnceLock<VouchedRecords>,
    /// Whether trust files were looked for and not found.
    only_git_trust: bool,
}

impl Judge {
    /// Finds the trust that applies.
    ///
    /// # Errors
    /// When what is named does not exist, or cannot be understood.
    pub(crate) fn new(
        repo: &Repository,
        options: &JudgeOptions,
        now: i64,
    ) -> Result<Judge, Failure> {
        let root = TrustRoot::find(repo, options.trust.as_deref())?;
        let policy = policy(repo, &root)?.unwrap_or_default();
        let only_git_trust = root.files.is_none();
        let mut judge = Judge { trust: None, policy, vouched: OnceLock::new(), only_git_trust };
        if !options.no_signatures {
            judge.trust = Some(root.trust(repo, now)?);
        }
        Ok(judge)
    }

    /// A judge where there is no repository: by the trust files in a folder, or a file of allowed signers, if one is named.
    ///
    /// # Errors
    /// When what is named is no file and no folder, or can't be understood.
    pub(crate) fn without_repository(options: &JudgeOptions, now: i64) -> Result<Judge, Failure> {
        let root = options.trust.as_deref().map(TrustRoot::of_path).transpose()?;
        let trust = root.filter(|_| !options.no_signatures).map(|root| {
            let files = root.files.unwrap_or_default();
            Trust::from_files(files, &root.source, now)
        });
        Ok(Judge {
            trust: trust.transpose()?,
            policy: Policy::default(),
            vouched: OnceLock::new(),
            only_git_trust: false,
        })
    }

    /// A judge by a trust and a policy that were found already.
    pub(crate) fn of(trust: Trust, policy: Policy) -> Judge {
        Judge { trust: Some(trust), policy, vouched: OnceLock::new(), only_git_trust: false }
    }

    /// Whether no trust files were found, so that only what this user's git is configured to trust applies.
    pub(crate) fn only_git_trust(&self) -> bool {
        self.only_git_trust
    }

    /// The policy in force; the default one where there is no file.
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The trust, for reports that name it.
    pub(crate) fn trust(&self) -> Option<&Trust> {
        self.trust.as_ref()
    }

    /// Judges the signature of an event, if it has one.
    pub(crate) fn event(&self, unjudged: Unjudged) -> Event {
        let Unjudged { mut event, signed } = unjudged;
        self.name(&mut event);
        let Some(signed) = signed else { return event };
        let dated_by = signed.dated_by();
        let mut verdict = self.verdict(&Claim {
            payload: &signed.payload,
            signature: &signed.signature,
            at: dated_by.as_ref().and_then(|ident| ident.when).map(|when| when.seconds),
            namespace: "git",
        });
        // Git does not judge what names no signer, however well signed; nor do we let it pass.
        if dated_by.is_none() && verdict.status.grade() != Grade::Broken {
            verdict.status = Status::Unjudged;
            verdict.signer = None;
            verdict.reason =
                Some("no readable committer or tagger stands in what was signed".into());
        }
        if event.proof.notes.iter().any(|note| note == "several-signatures")
            && !verdict.marks.contains(&"several-signatures")
        {
            verdict.marks.push("several-signatures");
        }
        event.proof.grade = verdict.status.grade();
        event.proof.signature = Some(Box::new(verdict));
        event
    }
}

impl Judge {
    /// Judges the signature of an entry of the ledger, at the time when it was written down.
    pub(crate) fn entry(&self, line: &Line<'_>, id: Id) -> Event {
        let mut event = line.event(id);
        self.name(&mut event);
        if let Some(signature) = line.signature() {
            let mut verdict = self.verdict(&Claim {
                payload: &line.payload(),
                signature: signature.as_bytes(),
                at: Some(line.recorded().unwrap_or(line.when)),
                namespace: ledger::NAMESPACE,
            });
            // git takes these, as old commits need it; a record is never so old.
            if verdict.marks.iter().any(|mark| matches!(*mark, "sha1" | "ripemd160" | "md5"))
                && verdict.status.grade() == Grade::Signed
            {
                verdict.status = Status::Unjudged;
                verdict.reason = Some("the hash that was signed is too weak for a record".into());
            }
            event.proof.grade = verdict.status.grade();
            event.proof.signature = Some(Box::new(verdict));
        }
        event
    }

    /// The records of the ledger that somebody trusted vouches for. One run reads one ledger.
    ///
    /// # Errors
    /// When the file can't be read, or has changed since it was checked.
    pub(crate) fn vouched(&self, view: &View) -> Result<&VouchedRecords, Failure> {
        match self.vouched.get() {
            Some(found) => Ok(found),
            None => {
                let mut found = VouchedRecords::default();
                for batch in view.batches()? {
                    let stored = view.line(batch.closing)?;
                    let mut scratch = Scratch::default();
                    let (line, id) = stored.read(&mut scratch)?;
                    found.add(&batch, &self.entry(&line, id));
                }
                Ok(self.vouched.get_or_init(|| found))
            }
        }
    }

    /// Says which person of the policy an event names.
    fn name(&self, event: &mut Event) {
        if !self.policy.people.persons().is_empty() {
            let who = self.policy.people.actor(event);
            event.who.person = who.and_then(|who| who.id().map(str::to_owned));
        }
    }

    /// Judges a signature by the trust that applies.
    pub(crate) fn verdict(&self, claim: &Claim<'_>) -> Verdict {
        match &self.trust {
            Some(trust) => trust.judge(claim),
            None => Verdict::undecided(
                Status::Unjudged,
                signature::format(claim.signature),
                "not judged",
            ),
        }
    }
}

/// The policy of a root, with the addresses that the mailmap makes of its own.
///
/// # Errors
/// When the file, or the mailmap, can't be read.
pub(crate) fn policy(repo: &Repository, root: &TrustRoot) -> Result<Option<Policy>, Failure> {
    let Some(mut policy) = root.policy()? else { return Ok(None) };
    let mailmap = root::mailmap(repo, root)?;
    policy.people.map(|who| mailmap.identity(who));
    Ok(Some(policy))
}
