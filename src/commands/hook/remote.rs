//! What this clone knows of a remote: its branches as they were when they were last fetched or pushed,
//! under the names that they have over there.

use crate::evidence::default_branch::REMOTE_HEAD;
use crate::evidence::root::{FOLDER, TrustRoot};
use crate::git::refs::{Head, Ref};
use crate::git::{Config, Repository};
use crate::outcome::Failure;
use crate::verification::Update;

/// Where remote-tracking branches live. What a refspec puts elsewhere (`git clone --mirror`) may have been
/// changed here since: it says nothing about the remote.
const TRACKING: &str = "refs/remotes/";

/// A remote, as far as it is known.
pub(super) struct Remote {
    /// Its references.
    pub(super) refs: Vec<Ref>,
    /// The full name of its default branch, as far as that can be told.
    pub(super) head: Option<String>,
}

impl Remote {
    /// The remote that git calls `name`: one of the configuration, or a bare URL.
    pub(super) fn find(repo: &Repository, name: &str, url: &str) -> Result<Remote, Failure> {
        let config = repo.config()?;
        let name = called(config, name, url);
        let mut refs = Vec::new();
        for refspec in config.all(&format!("remote.{name}.fetch")) {
            let refspec = refspec.strip_prefix('+').unwrap_or(refspec);
            let Some((theirs, ours)) = refspec.split_once(':') else { continue };
            if !ours.starts_with(TRACKING) {
                continue;
            }
            let (theirs, ours) = (halves(theirs), halves(ours));
            for reference in repo.refs(ours.0)? {
                if let Some(middle) = between(&reference.name, ours)
                    && middle != "HEAD"
                {
                    let name = format!("{}{middle}{}", theirs.0, theirs.1);
                    refs.push(Ref::new(name, reference.target));
                }
            }
        }
        let head = repo.symbolic(&format!("{TRACKING}{name}/HEAD"))?;
        let head = head.and_then(|head| {
            let branch = head.strip_prefix(TRACKING)?.strip_prefix(name)?.strip_prefix('/')?;
            Some(format!("refs/heads/{branch}"))
        });
        Ok(Remote { refs, head })
    }

    /// What is checked out, as if it were pushed there under its own name.
    pub(super) fn checked_out(&self, repo: &Repository) -> Result<Option<Update>, Failure> {
        let (name, new) = match repo.head()? {
            Head::Branch(Ref { name, target, .. }) => (name, target),
            Head::Detached(target) => ("refs/heads/HEAD".to_owned(), target),
            Head::Unborn(_) => return Ok(None),
        };
        let old = self.refs.iter().find(|reference| reference.name == name);
        Ok(Some(Update { old: old.map(|old| old.target), new: Some(new), name }))
    }

    /// What judges a push there: what git's configuration names, `.audit/` on the default branch of
    /// `origin`, else of this remote. Where that is unknown: on the branch that is called as the one that is
    /// checked out, `main`, `master`, or on any that has one. Never what stands in this clone alone.
    pub(super) fn root(&mut self, repo: &Repository) -> Result<TrustRoot, Failure> {
        let named = repo.config()?.get("audit.trust").is_some();
        if named || repo.reference(REMOTE_HEAD)?.is_some() || repo.symbolic(REMOTE_HEAD)?.is_some()
        {
            if self.head.is_none() {
                let origin = repo.symbolic(REMOTE_HEAD)?;
                self.head = origin
                    .and_then(|head| head.strip_prefix("refs/remotes/origin/").map(str::to_owned))
                    .map(|branch| format!("refs/heads/{branch}"));
            }
            return TrustRoot::of_verdict(repo, None);
        }
        let here = match repo.head()? {
            Head::Branch(Ref { name, .. }) | Head::Unborn(name) => Some(name),
            Head::Detached(_) => None,
        };
        let guesses = ["refs/heads/main", "refs/heads/master"].map(str::to_owned);
        let guesses: Vec<String> = self.head.iter().cloned().chain(here).chain(guesses).collect();
        let mut candidates: Vec<&Ref> = self.refs.iter().collect();
        candidates.sort_by_key(|reference| {
            guesses.iter().position(|guess| *guess == reference.name).unwrap_or(guesses.len())
        });
        let likely = candidates.first().map(|reference| reference.name.clone());
        for reference in candidates {
            if !repo.contains(reference.target) {
                continue;
            }
            let branch = reference.branch_name().unwrap_or(&reference.name);
            let name = format!("the remote's {branch}");
            if let Some(root) = TrustRoot::at(repo, reference.target, &name)? {
                self.head = Some(reference.name.clone());
                return Ok(root);
            }
        }
        self.head = self.head.take().or(likely).or(guesses.first().cloned());
        Ok(TrustRoot::of_git())
    }
}

/// Refuses a receiver whose HEAD names a branch that is not there, while another branch has a policy: it
/// would judge by none.
pub(super) fn has_trusted_head(
    repo: &Repository,
    root: &TrustRoot,
    before: &[Ref],
) -> Result<(), Failure> {
    let Head::Unborn(head) = repo.head()? else { return Ok(()) };
    if root.files.is_some() {
        return Ok(());
    }
    for reference in before.iter().filter(|reference| reference.name.starts_with("refs/heads/")) {
        if repo.contains(reference.target)
            && TrustRoot::at(repo, reference.target, &reference.name)?.is_some()
        {
            return Err(Failure::new(format!(
                "HEAD names {head}, which is not here, while {} has {FOLDER}/: by what is to be judged?",
                reference.name
            ))
            .hint(format!("in this repository: git symbolic-ref HEAD {}", reference.name)));
        }
    }
    Ok(())
}

/// The remote of the configuration that has this name, or this URL: `git push URL` names none.
fn called<'a>(config: &'a Config, name: &'a str, url: &'a str) -> &'a str {
    let known = |key: &str| config.get(&format!("remote.{name}.{key}")).is_some();
    if known("url") || known("pushurl") || known("fetch") {
        return name;
    }
    let all = [config.of_subsections("remote", "url"), config.of_subsections("remote", "pushurl")];
    let same = all.into_iter().flatten().find(|(_, known)| *known == url || *known == name);
    same.map_or(name, |(remote, _)| remote)
}

/// What stands before and behind the star of one side of a refspec.
fn halves(side: &str) -> (&str, &str) {
    side.split_once('*').unwrap_or((side, ""))
}

/// What the star stands for.
fn between<'a>(name: &'a str, (before, behind): (&str, &str)) -> Option<&'a str> {
    name.strip_prefix(before)?.strip_suffix(behind)
}
