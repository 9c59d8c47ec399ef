//! Judging the signatures of a run: where trust comes from, `--trust`, `--no-signatures`.

use crate::event::{Event, Grade, Status, Verdict};
use crate::git::Repository;
use crate::git::commits::Unjudged;
use crate::git::refs::Head;
use crate::ledger::{self, Entry};
use crate::outcome::Failure;
use crate::signature::trust::GitSettings;
use crate::signature::{self, Claim, Trust};
use clap::Args;
use std::path::Path;

/// The folder of trust files in a tree.
const TRUST_FOLDER: &str = ".audit";

/// How signatures are judged.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Signatures")]
pub(crate) struct JudgeArgs {
    /// Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or
    /// by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote's default branch
    /// or HEAD, else git's own configuration and the GnuPG keyring
    #[arg(long, value_name = "PATH|REV")]
    pub(crate) trust: Option<String>,

    /// Do not judge signatures: faster; what is signed is then `unknown`
    #[arg(long)]
    pub(crate) no_signatures: bool,
}

/// Judges events by one trust.
pub(crate) struct Judge {
    /// `None` when signatures are not judged.
    trust: Option<Trust>,
}

impl Judge {
    /// Finds the trust that applies.
    ///
    /// # Errors
    /// When what is named does not exist, or cannot be understood.
    pub(crate) fn new(repo: &Repository, args: &JudgeArgs, now: i64) -> Result<Judge, Failure> {
        if args.no_signatures {
            return Ok(Judge { trust: None });
        }
        Ok(Judge { trust: Some(find_trust(repo, args.trust.as_deref(), now)?) })
    }

    /// The trust, for reports that name it.
    pub(crate) fn trust(&self) -> Option<&Trust> {
        self.trust.as_ref()
    }

    /// Judges the signature of an event, if it has one.
    pub(crate) fn event(&self, unjudged: Unjudged) -> Event {
        let Unjudged { mut event, signed } = unjudged;
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
        event.proof.signature = Some(verdict);
        event
    }
}

impl Judge {
    /// Judges the signature of an entry of the ledger, at the time when it was written down.
    pub(crate) fn entry(&self, entry: &Entry) -> Event {
        let mut event = entry.event();
        if let Some(signature) = &entry.signature {
            let verdict = self.verdict(&Claim {
                payload: &entry.payload,
                signature: signature.as_bytes(),
                at: Some(entry.body.recorded.unwrap_or(entry.body.when)),
                namespace: ledger::NAMESPACE,
            });
            event.proof.grade = verdict.status.grade();
            event.proof.signature = Some(verdict);
        }
        event
    }

    fn verdict(&self, claim: &Claim<'_>) -> Verdict {
        match &self.trust {
            Some(trust) => trust.judge(claim),
            None => Verdict::undecided(
                Status::Unjudged,
                signature::format(claim.signature),
                "not judged (--no-signatures)",
            ),
        }
    }
}

fn find_trust(repo: &Repository, named: Option<&str>, now: i64) -> Result<Trust, Failure> {
    if let Some(named) = named {
        return named_trust(repo, named, now);
    }
    let config = repo.config()?;
    if let Some(named) = config.get("audit.trust").map(str::to_owned) {
        return named_trust(repo, &named, now);
    }
    if let Some(trust) = trusted_ref(repo, now)? {
        return Ok(trust);
    }
    git_trust(repo, now)
}

/// A folder, a file of allowed signers, or a revision.
fn named_trust(repo: &Repository, named: &str, now: i64) -> Result<Trust, Failure> {
    let path = Path::new(named);
    if path.is_dir() {
        return Trust::from_files(read_folder(path)?, named, now);
    }
    if path.is_file() {
        let files = vec![("allowed_signers".to_owned(), read_file(path)?)];
        return Trust::from_files(files, named, now);
    }
    let Ok(commit) = repo.commit_id(named) else {
        return Err(Failure::new(format!(
            "--trust: '{named}' is neither a folder, a file nor a revision"
        )));
    };
    match repo.files_below(commit, TRUST_FOLDER)? {
        Some(files) => Trust::from_files(files, &format!("{TRUST_FOLDER}/ at {named}"), now),
        None => Err(Failure::new(format!(
            "--trust: there is no {TRUST_FOLDER}/ in the tree of '{named}'"
        ))),
    }
}

/// `.audit/` on the remote's default branch, else on HEAD: never of the commits under judgement.
fn trusted_ref(repo: &Repository, now: i64) -> Result<Option<Trust>, Failure> {
    let remote = repo.refs("refs/remotes/origin/HEAD")?.first().map(|reference| reference.target);
    let (commit, name) = match (remote, repo.head()?) {
        (Some(target), _) => (target, "the remote's default branch"),
        (None, Head::Branch(reference)) => (reference.target, "HEAD"),
        (None, Head::Detached(oid)) => (oid, "HEAD"),
        (None, Head::Unborn(_)) => return Ok(None),
    };
    match repo.files_below(commit, TRUST_FOLDER)? {
        Some(files) => {
            Trust::from_files(files, &format!("{TRUST_FOLDER}/ at {name}"), now).map(Some)
        }
        None => Ok(None),
    }
}

/// What git itself would use.
fn git_trust(repo: &Repository, now: i64) -> Result<Trust, Failure> {
    let config = repo.config()?;
    let file = |key: &str| -> Result<Option<(String, Vec<u8>)>, Failure> {
        match config.path(key) {
            // An empty value is none to git, too.
            Some(path) if !path.as_os_str().is_empty() => {
                Ok(Some((path.display().to_string(), read_file(&path)?)))
            }
            _ => Ok(None),
        }
    };
    let settings = GitSettings {
        allowed_signers: file("gpg.ssh.allowedsignersfile")?,
        revoked_keys: file("gpg.ssh.revocationfile")?,
        gpg_program: config
            .get("gpg.openpgp.program")
            .or_else(|| config.get("gpg.program"))
            .map(str::to_owned),
        minimum_trust: config.get("gpg.mintrustlevel").map(str::to_owned),
    };
    Trust::from_git(settings, now)
}

fn read_folder(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(format!("cannot read the trust folder '{}': {error}", folder.display()))
    };
    let mut files = Vec::new();
    for (below, prefix) in [(folder.to_owned(), ""), (folder.join("keys"), "keys/")] {
        if !below.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&below).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_file() {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                files.push((format!("{prefix}{}", name.unwrap_or_default()), read_file(&path)?));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path)
        .map_err(|error| Failure::new(format!("cannot read '{}': {error}", path.display())))
}
