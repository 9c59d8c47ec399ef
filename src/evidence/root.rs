//! Where trust and policy come from: never from what is judged.
//!
//! ```text
//! --trust PATH|REV            what the user names
//! audit.trust                 what git's configuration names
//! .audit/ on origin/HEAD      the remote's default branch, else HEAD: the trusted ref
//! git's own configuration     allowed signers, keyring; no policy
//! ```

use super::default_branch::{DefaultBranch, REMOTE_HEAD};
use crate::event::short;
use crate::git::files::File;
use crate::git::mailmap::Mailmap;
use crate::git::{Oid, Repository};
use crate::outcome::Failure;
use crate::policy::{Policy, Problem};
use crate::signature::Trust;
use crate::signature::trust::GitSettings;
use std::collections::HashSet;
use std::path::Path;

/// The folder of trust files in a tree.
pub(crate) const FOLDER: &str = ".audit";

/// The policy's file in it.
pub(crate) const POLICY: &str = "policy.toml";

/// All files in it that are read.
const FILES: [&str; 3] = [POLICY, "allowed_signers", "revoked_keys"];

/// The folder of OpenPGP certificates in it.
const KEYS: &str = "keys/";

/// What signatures and rules are judged by, not yet understood.
#[derive(Debug, Clone)]
pub(crate) struct TrustRoot {
    /// The files; `None` for what git itself would use.
    pub(crate) files: Option<Vec<File>>,
    /// What reports call it.
    pub(crate) source: String,
    /// The commit whose tree holds it.
    pub(crate) commit: Option<Oid>,
    /// Whether the user named it, so that nothing else takes its place.
    pub(crate) named: bool,
}

impl TrustRoot {
    /// Finds what applies.
    ///
    /// # Errors
    /// When what is named does not exist, or an object can't be read.
    pub(crate) fn find(repo: &Repository, named: Option<&str>) -> Result<TrustRoot, Failure> {
        if let Some(named) = named {
            return TrustRoot::named(repo, named);
        }
        if let Some(named) = repo.config()?.get("audit.trust").map(str::to_owned) {
            return TrustRoot::named(repo, &named);
        }
        if let Some((commit, name)) = trusted_ref(repo)?
            && let Some(root) = TrustRoot::at(repo, commit, name)?
        {
            return Ok(root);
        }
        Ok(TrustRoot::of_git())
    }

    /// Finds what a verdict is given by: as [`TrustRoot::find`], but never from `HEAD` because the remote's
    /// default branch can't be told.
    ///
    /// # Errors
    /// As there, and when `origin/HEAD` leads nowhere, or was made by a fetch or a push: then somebody has a
    /// branch that is called `HEAD`.
    pub(crate) fn of_verdict(repo: &Repository, named: Option<&str>) -> Result<TrustRoot, Failure> {
        if named.is_none() && repo.config()?.get("audit.trust").is_none() {
            let hint = "git remote set-head origin --auto asks the remote; --trust REV names what is trusted";
            match (repo.symbolic(REMOTE_HEAD)?, repo.reference(REMOTE_HEAD)?) {
                (Some(branch), None) => {
                    let why = format!("the remote's default branch is {branch}, which is not here");
                    return Err(Failure::new(why).hint(hint));
                }
                (None, Some(_)) => {
                    let why = format!(
                        "{REMOTE_HEAD} is a branch of its own: it does not tell the remote's default branch"
                    );
                    return Err(Failure::new(why).hint(format!(
                        "find out who made it, remove it (git update-ref -d {REMOTE_HEAD}), then: {hint}"
                    )));
                }
                _ => {}
            }
        }
        TrustRoot::find(repo, named)
    }

    /// What git itself would use.
    pub(crate) fn of_git() -> TrustRoot {
        let source = "git's configuration".to_owned();
        TrustRoot { files: None, source, commit: None, named: false }
    }

    /// `.audit/` in the tree of a commit; `None` when there is none.
    pub(crate) fn at(
        repo: &Repository,
        commit: Oid,
        name: &str,
    ) -> Result<Option<TrustRoot>, Failure> {
        let Some(below) = repo.files_below(commit, FOLDER)? else { return Ok(None) };
        let id = commit.to_string();
        let short = short(&id);
        let source = match id.starts_with(name) {
            true => format!("{FOLDER}/ at {short}"),
            false => format!("{FOLDER}/ at {name} ({short})"),
        };
        let files = understood(below.files, &below.others, &source)?;
        Ok(Some(TrustRoot { files: Some(files), source, commit: Some(commit), named: false }))
    }

    /// A folder, a file of allowed signers, or a revision.
    fn named(repo: &Repository, named: &str) -> Result<TrustRoot, Failure> {
        let path = Path::new(named);
        // Whoever made what is judged may have put a folder into the work tree that is called like the
        // revision: only what can be no revision is looked for there.
        if !(named.starts_with('.') || path.is_absolute()) {
            let Ok(commit) = repo.commit_id(named) else {
                return Err(match path.exists() {
                    true => Failure::new(format!("--trust: '{named}' is no revision"))
                        .hint(format!("for the file or folder of this name: ./{named}")),
                    false => Failure::new(format!(
                        "--trust: '{named}' is neither a folder, a file nor a revision"
                    )),
                });
            };
            // git takes the tag; whoever may push one could name it like the trusted branch.
            let names: Vec<String> = ["refs/", "refs/tags/", "refs/heads/", "refs/remotes/"]
                .map(|folder| format!("{folder}{named}"))
                .into();
            let same = repo.refs("refs/")?.iter().filter(|one| names.contains(&one.name));
            let same: Vec<&str> = same.map(|one| &*one.name).collect();
            if let [one, other, ..] = same.as_slice() {
                return Err(Failure::new(format!("--trust: '{named}' is both {one} and {other}"))
                    .hint("write the one that is meant in full, and find out who made the other"));
            }
            let root = TrustRoot::at(repo, commit, named)?.ok_or_else(|| {
                Failure::new(format!("--trust: there is no {FOLDER}/ in the tree of '{named}'"))
            })?;
            return Ok(TrustRoot { named: true, ..root });
        }
        TrustRoot::of_path(named)
    }

    /// A folder of trust files, or a file of allowed signers.
    ///
    /// # Errors
    /// When it is neither, or can't be read.
    pub(crate) fn of_path(named: &str) -> Result<TrustRoot, Failure> {
        let path = Path::new(named);
        let files = if path.is_dir() {
            let files = read_folder(path)?;
            if !files.iter().any(|(name, _)| FILES.contains(&&**name) || name.starts_with(KEYS)) {
                return Err(Failure::new(format!("--trust: no trust files are in '{named}'"))
                    .hint(format!("it needs one of {}, or keys in {KEYS}", FILES.join(", "))));
            }
            files
        } else if path.is_file() {
            vec![("allowed_signers".to_owned(), read_file(path)?)]
        } else {
            return Err(Failure::new(format!("--trust: '{named}' is neither a folder nor a file")));
        };
        Ok(TrustRoot { files: Some(files), source: named.to_owned(), commit: None, named: true })
    }

    /// The trust.
    ///
    /// # Errors
    /// When a file can't be understood: nobody is trusted by half a file.
    pub(crate) fn trust(&self, repo: &Repository, now: i64) -> Result<Trust, Failure> {
        match &self.files {
            Some(files) => Trust::from_files(files.clone(), &self.source, now),
            None => git_trust(repo, now),
        }
    }

    /// The policy; `None` when there is no file.
    ///
    /// # Errors
    /// Everything that is wrong in the file.
    pub(crate) fn policy(&self) -> Result<Option<Policy>, Failure> {
        let file = self.files.iter().flatten().find(|(name, _)| name == POLICY);
        let Some((_, bytes)) = file else { return Ok(None) };
        let place = match self.commit {
            Some(_) => format!("{FOLDER}/{POLICY}"),
            None => format!("{}/{POLICY}", self.source),
        };
        let policy = Policy::parse(bytes).map_err(|problems| {
            let failure = failure(&place, &problems);
            match self.commit {
                Some(_) => {
                    let hint = failure.hint.clone().unwrap_or_default();
                    failure.hint(format!("{hint}; this is {}", self.source))
                }
                None => failure,
            }
        })?;
        Ok(Some(policy))
    }
}

/// One error for all that is wrong in a policy file.
pub(crate) fn failure(file: &str, problems: &[Problem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(|problem| format!("{file}:{problem}")).collect();
    let failure = Failure::new(lines.join("\n       "));
    match problems.first() {
        Some(problem) => failure.hint(problem.hint.clone()),
        None => failure,
    }
}

/// The remote's default branch, else HEAD, with its name.
pub(crate) fn trusted_ref(repo: &Repository) -> Result<Option<(Oid, &'static str)>, Failure> {
    let DefaultBranch { tip, is_remote, .. } = DefaultBranch::find(repo)?;
    let name = if is_remote { "the remote's default branch" } else { "HEAD" };
    Ok(tip.map(|tip| (tip, name)))
}

/// The mailmap that persons are judged by: `.mailmap` beside the trust, not of the work tree, where
/// whoever is judged could have put it; and `mailmap.file` of whoever runs this.
pub(crate) fn mailmap(repo: &Repository, root: &TrustRoot) -> Result<Mailmap, Failure> {
    let mut mailmap = Mailmap::default();
    let commit = match root.commit {
        Some(commit) => Some(commit),
        None => trusted_ref(repo)?.map(|(commit, _)| commit),
    };
    if let Some(commit) = commit
        && let Some(content) = repo.file_at(commit, ".mailmap")?
    {
        mailmap.add_blob(&content);
    }
    add_configured(repo, &mut mailmap)?;
    Ok(mailmap)
}

/// The mailmap of git's configuration alone: what is judged may stand on HEAD, with a mailmap of its own.
///
/// # Errors
/// When the file can't be read.
pub(crate) fn configured_mailmap(repo: &Repository) -> Result<Mailmap, Failure> {
    let mut mailmap = Mailmap::default();
    add_configured(repo, &mut mailmap)?;
    Ok(mailmap)
}

fn add_configured(repo: &Repository, mailmap: &mut Mailmap) -> Result<(), Failure> {
    let Some(path) = repo.config()?.path("mailmap.file") else { return Ok(()) };
    // As git: one that is not there maps nothing. Without HOME nobody can tell.
    let exists = path.starts_with("~") || path.try_exists().unwrap_or(true);
    if exists && !path.as_os_str().is_empty() {
        mailmap.add_file(&read_file(&path)?);
    }
    Ok(())
}

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

/// Requires that what is called like a trust file can be read as one: otherwise a policy, or a list of revoked
/// keys, would quietly be none. `others` are what is no file.
fn understood(files: Vec<File>, others: &[String], source: &str) -> Result<Vec<File>, Failure> {
    let all =
        files.iter().map(|(name, _)| (name, true)).chain(others.iter().map(|name| (name, false)));
    let mut seen = HashSet::new();
    for (name, is_file) in all {
        let (top, below) =
            name.split_once('/').map_or((&**name, None), |(top, below)| (top, Some(below)));
        let called = |known: &&&str| top.eq_ignore_ascii_case(known.trim_end_matches('/'));
        let fine = match FILES.iter().chain([&KEYS]).find(called) {
            None => true,
            Some(&KEYS) => {
                format!("{top}/") == KEYS && below.is_some() && (is_file || below == Some(""))
            }
            Some(&known) => name == known && is_file,
        };
        if !fine || !seen.insert(name) {
            return Err(Failure::new(format!("{source}: '{name}' can't be read as a trust file"))
                .hint(format!(
                    "{} are files, exactly so called, each once; keys are files in {KEYS}",
                    FILES.join(", ")
                )));
        }
    }
    Ok(files)
}

/// The trust files in a folder of the work tree.
///
/// # Errors
/// When one can't be read, or is no file.
pub(crate) fn read_folder(folder: &Path) -> Result<Vec<File>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(format!("cannot read the trust folder '{}': {error}", folder.display()))
    };
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for (below, prefix) in [(folder.to_owned(), ""), (folder.join(KEYS), KEYS)] {
        if !below.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&below).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let name = format!("{prefix}{}", name.unwrap_or_default());
            if path.is_file() {
                files.push((name, read_file(&path)?));
            } else if path.is_dir() {
                others.push(format!("{name}/"));
            } else {
                others.push(name);
            }
        }
    }
    files.sort();
    understood(files, &others, &folder.display().to_string())
}

fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path)
        .map_err(|error| Failure::new(format!("cannot read '{}': {error}", path.display())))
}
