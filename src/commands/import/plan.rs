//! Which drafts become records: what is new, what tells more than the ledger has, what it has already.
//!
//! ```text
//! review 80002   in the ledger     in the files            written
//!                nothing           changes_requested       changes_requested
//!                                  dismissed               dismissed, supersedes the first
//!                dismissed, by ?   dismissed, by carla     dismissed by carla, supersedes
//!                dismissed, by c.  dismissed, by ?         nothing: it is known
//! ```

use super::known::{self, Known, KnownObject, ObjectKey};
use crate::import::{Draft, Packed};
use crate::ledger::{Id, View};
use crate::outcome::Failure;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What a record supersedes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Prior {
    /// Nothing.
    None,
    /// A record of the ledger.
    Recorded(Id),
    /// One that is written in this call: its place among the steps.
    Step(usize),
}

/// One record to write.
pub(super) struct Step {
    pub(super) draft: Packed,
    pub(super) prior: Prior,
    /// The time by which it is put in order: never before what it supersedes.
    when: i64,
}

/// What is to be written.
pub(super) struct Plan {
    /// The records, in no order.
    pub(super) steps: Vec<Step>,
    /// The order in which to write them.
    pub(super) order: Vec<usize>,
    /// How many drafts are known already.
    pub(super) known: u64,
    /// How many of those nobody trusted vouches for.
    pub(super) unvouched: u64,
}

/// Makes the plan.
///
/// # Errors
/// When the ledger can't be read.
pub(super) fn plan(view: &View, known: &Known, drafts: Vec<Packed>) -> Result<Plan, Failure> {
    let mut objects: BTreeMap<ObjectKey, Vec<Packed>> = BTreeMap::new();
    for draft in drafts {
        objects.entry(draft.object.clone()).or_default().push(draft);
    }
    let mut plan = Plan { steps: Vec::new(), order: Vec::new(), known: 0, unvouched: 0 };
    for (key, mut stages) in objects {
        stages.sort_by_key(|one| one.stage);
        plan.object(view, known.get(&key), stages)?;
    }
    let mut order: Vec<usize> = (0..plan.steps.len()).collect();
    order.sort_by_key(|&number| {
        let step = &plan.steps[number];
        (step.when, step.draft.object.2.len(), &step.draft.object, step.draft.stage)
    });
    plan.order = order;
    Ok(plan)
}

impl Plan {
    fn object(
        &mut self,
        view: &View,
        known: Option<&KnownObject>,
        stages: Vec<Packed>,
    ) -> Result<(), Failure> {
        let mut current: Option<(Draft, Prior)> = None;
        // What was said before, word by word, needs no look at the record.
        if let Some(known) = known
            && stages.iter().all(|draft| known.has_item(&draft.item))
        {
            stages.iter().for_each(|_| self.known(Some(known)));
            return Ok(());
        }
        if let Some(known) = known {
            let id = view.chain().nodes()[known.number].id;
            current = Some((known::draft(view, known.number)?, Prior::Recorded(id)));
        } else if let [_] = stages.as_slice() {
            // Nearly always there is one draft, and nothing to compare it with.
            for draft in stages {
                self.push(draft, Prior::None);
            }
            return Ok(());
        }
        // What was joined with the record before, and is still to be written.
        let mut changed = false;
        for packed in stages {
            let draft = packed.unpack();
            if known.is_some_and(|known| known.has_item(&draft.from.item)) {
                self.known(known);
                continue;
            }
            let Some((before, prior)) = current.take() else {
                let number = self.push(packed, Prior::None);
                current = Some((draft, Prior::Step(number)));
                continue;
            };
            let later = draft.stage() > before.stage();
            let next = match draft.stage().cmp(&before.stage()) {
                Ordering::Greater => draft.after(&before),
                Ordering::Equal => draft.over(before.clone()),
                Ordering::Less => before.clone().after(&draft),
            };
            if next.fields() == before.fields() {
                self.known(known);
                current = Some((before, prior));
                continue;
            }
            // A later stage stands beside the one before, which was written or is now.
            let prior = match later && changed {
                true => Prior::Step(self.push(Packed::new(&before), prior)),
                false => prior,
            };
            changed = true;
            current = Some((next, prior));
            if later {
                changed = false;
                current = current.map(|(next, prior)| {
                    let number = self.push(Packed::new(&next), prior);
                    (next, Prior::Step(number))
                });
            }
        }
        if let Some((next, prior)) = current.filter(|_| changed) {
            self.push(Packed::new(&next), prior);
        }
        Ok(())
    }

    fn known(&mut self, known: Option<&KnownObject>) {
        self.known += 1;
        self.unvouched += u64::from(known.is_some_and(|known| !known.vouched));
    }

    fn push(&mut self, draft: Packed, prior: Prior) -> usize {
        let mut when = draft.when;
        if let Prior::Step(before) = prior {
            when = when.max(self.steps[before].when);
        }
        self.steps.push(Step { draft, prior, when });
        self.steps.len() - 1
    }
}
