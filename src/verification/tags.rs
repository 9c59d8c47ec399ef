//! Judging tags: those of what was walked, those that a push makes, moves or deletes.

use super::deploys;
use super::push::Push;
use super::verifier::Verifier;
use crate::event::short;
use crate::git::Oid;
use crate::git::refs::Ref;
use crate::git::repository::ObjectKind;
use crate::git::tags::Tag;
use crate::outcome::Failure;
use crate::policy::facts::{self, Anchor, Tagged};
use crate::policy::finding::Answer;
use crate::policy::rules::{self, Case};
use crate::policy::{Subject, SubjectKind};
use crate::share::tree::Hash;
use std::collections::HashSet;

impl Verifier<'_> {
    /// Judges the tags on what was walked, and those that lead elsewhere than records say.
    pub(super) fn tags(&mut self, seen: &HashSet<Oid>) -> Result<(), Failure> {
        let repo = self.basis.repo;
        let mut recorded = deploys::recorded_tags(self.records);
        for reference in repo.refs("refs/tags/")? {
            let tag = repo.tag(reference.clone())?;
            let Some(name) = reference.tag_name() else { continue };
            let moved = recorded.remove(name).unwrap_or_default();
            // What stands before the policy's adoption was not walked. What is no commit lies in no range.
            let commit = matches!(tag.target_kind, Some(ObjectKind::Commit));
            let within = if commit { seen.contains(&tag.target) } else { !self.scope.is_range() };
            let judged = within && self.basis.judge.policy().judges_tag(name);
            let elsewhere = moved.iter().any(|(_, commit)| *commit != tag.target.to_string());
            if !judged && !elsewhere {
                continue;
            }
            self.tag(&tag, name, &moved)?;
        }
        if self.scope.is_range() {
            return Ok(());
        }
        let mut gone: Vec<_> = recorded.into_iter().collect();
        gone.sort();
        for (name, moved) in gone {
            let tagged = Tagged { name: &name, now: None, recorded: &moved };
            let text = "recorded, but not here".to_owned();
            let subject = Subject { kind: SubjectKind::Tag, id: name.clone(), text, env: None };
            rules::judge(
                Case::Tag(&tagged),
                &subject,
                self.basis.terms(),
                &mut self.totals.judgement,
            );
        }
        Ok(())
    }

    /// Judges the tags that a push makes, moves or deletes, however old what they lead to.
    pub(super) fn pushed_tags(&mut self, push: &Push) -> Result<(), Failure> {
        let mut recorded = deploys::recorded_tags(self.records);
        for update in &push.updates {
            let Some(name) = update.name.strip_prefix("refs/tags/") else { continue };
            let released = recorded.remove(name).unwrap_or_default();
            match update.new {
                Some(target) => {
                    if self.basis.judge.policy().judges_tag(name) || !released.is_empty() {
                        let reference = Ref::new(&update.name, target);
                        let tag = self.basis.repo.tag(reference)?;
                        self.tag(&tag, name, &released)?;
                    }
                }
                None => self.deleted(name, &released),
            }
        }
        Ok(())
    }

    fn tag(&mut self, tag: &Tag, name: &str, released: &[(String, String)]) -> Result<(), Failure> {
        let unjudged = self.basis.reader.tag_event(self.basis.repo, tag)?;
        let event = self.basis.judge.event(unjudged);
        if !self.scope.in_period(event.when.map(|when| when.seconds)) {
            return Ok(());
        }
        self.totals.tags += 1;
        let tagged = Tagged { name, now: Some(&event), recorded: released };
        let subject = facts::subject(&event);
        let judgement = &mut self.totals.judgement;
        rules::judge(Case::Tag(&tagged), &subject, self.basis.terms(), judgement);
        for (key, value) in &event.why.trailers {
            if !key.eq_ignore_ascii_case("Audit-Checkpoint") {
                continue;
            }
            let state = value.trim().split_once(' ').and_then(|(size, root)| {
                Some((size.parse::<u64>().ok()?, Hash::parse(root.trim())?))
            });
            let held = state.map(|(size, root)| self.publication.held(size, &root));
            let anchor = Anchor { by: &event, value, held };
            rules::judge(Case::Anchor(&anchor), &subject, self.basis.terms(), judgement);
        }
        Ok(())
    }

    fn deleted(&mut self, name: &str, released: &[(String, String)]) {
        let Some((record, commit)) = released.first() else { return };
        self.totals.tags += 1;
        let text = "deleted".to_owned();
        let subject = Subject { kind: SubjectKind::Tag, id: name.to_owned(), text, env: None };
        let why = format!(
            "it led to {} when record {} was made, and is deleted",
            short(commit),
            short(record)
        );
        let answer =
            Answer::fails(why).mend("leave it where it is: what was released keeps its name");
        rules::answered(
            "tag-moved",
            answer,
            &subject,
            self.basis.terms(),
            &mut self.totals.judgement,
        );
    }
}
