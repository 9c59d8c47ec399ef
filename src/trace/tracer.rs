//! The road of one commit: how it came onto the branch, which copies it has, where each of them ran.

use super::commit::code_commit;
use super::copies::{Copies, CopySearch, earliest};
use super::deployed::{self, Deployed};
use super::reverts::{self, MAX_READ_COMMITS, RevertState, Reverts, Search};
use super::{Copied, Doubt, Reached, Restored, Revert, Trace, TraceTarget};
use crate::deployments::Deployment;
use crate::deployments::road::{Holds, Road, Stay, follow};
use crate::deployments::superseded::Superseded;
use crate::event::{Event, Kind, What};
use crate::evidence::deployed::{covering, summary};
use crate::evidence::{Evidence, history};
use crate::git::Oid;
use crate::git::commits::CommitReader;
use crate::git::graph::Commits;
use crate::git::graph::contains::{Brought, Containing, Contains, Located};
use crate::git::graph::later;
use crate::git::index::{CommitIndex, Histories};
use crate::git::walk::Walked;
use crate::ledger::Recorded;
use crate::outcome::Failure;
use crate::pipeline::{self, FEW_READS};
use std::collections::HashSet;

/// Everything that a trace looks at.
pub(crate) struct Tracer<'t> {
    pub(super) evidence: Evidence<'t>,
    /// Whether reverts are looked for in all of history.
    all_reverts: bool,
    commits: Commits<'t>,
    /// What is known of commits without reading them.
    index: Option<CommitIndex>,
    pub(super) reader: CommitReader,
    /// What was deployed, by the numbers of commits.
    pub(super) deployed: Vec<Deployed>,
}

/// The commit that is traced, its copies, and what takes them back: each remembers what is known of which
/// history holds it.
struct Carriers<'c, 'r> {
    own: Carrier<'c, 'r>,
    copies: Vec<Carrier<'c, 'r>>,
    reverts: Reverts<'c, 'r>,
}

struct Carrier<'c, 'r> {
    oid: Oid,
    containing: Containing<'c, 'r>,
}

/// Whether a deployment holds a change, through which copy, and what became of it there.
struct Held {
    holds: Holds,
    through: Option<usize>,
    state: RevertState,
}

/// What was deployed after a commit was made.
struct Asked {
    /// What does not hold it.
    without: Vec<Oid>,
    /// What does, but for what is known to stand behind another of these.
    heads: Vec<Located>,
    /// Which were looked at, by the numbers of commits.
    asked: Vec<bool>,
}

/// A record of a deployment that succeeded, but does not say of which commit or where.
struct Lost<'e> {
    env: Option<&'e str>,
    service: Option<&'e str>,
    at: i64,
}

impl<'t> Tracer<'t> {
    /// A tracer; `reader` makes events of commits.
    ///
    /// # Errors
    /// When history can't be read.
    pub(crate) fn new(
        evidence: Evidence<'t>,
        commits: Commits<'t>,
        index: Option<CommitIndex>,
        reader: CommitReader,
        all_reverts: bool,
    ) -> Result<Tracer<'t>, Failure> {
        let deployed = deployed::find(&commits, index.as_ref(), evidence.deployments)?;
        Ok(Tracer { evidence, all_reverts, commits, index, reader, deployed })
    }

    /// The road of a commit.
    ///
    /// # Errors
    /// When history or the ledger cannot be read.
    pub(crate) fn trace(&mut self, target: TraceTarget) -> Result<Trace<'t, 't>, Failure> {
        let TraceTarget { oid, asked } = target;
        let commit = self.event(oid)?;
        let commits = self.commits.clone();
        let mut own = Containing::new(&commits, oid);
        let Asked { without, heads, asked: known } = self.without(&commit, &mut own)?;
        let Merged { branch, on_branch, brought, by: merged } = self.merged(oid, &mut own)?;
        let mut copies = self.copies(oid, &commit, &mut own, &without)?;
        let carrier = |oid: Oid| Carrier { oid, containing: Containing::new(&commits, oid) };
        let mut carriers = Carriers {
            own: Carrier { oid, containing: own },
            copies: copies.found.iter().map(|copy| carrier(copy.oid)).collect(),
            reverts: Reverts::default(),
        };
        let mut road = self.road(&mut carriers)?;
        if !road.stays.is_empty() {
            let tips = self.searched(&road, heads, &known, &mut carriers)?;
            self.take_back(&commits, &tips, brought, &commit, &mut copies, &mut carriers)?;
            if !carriers.reverts.is_empty() {
                road = self.road(&mut carriers)?;
            }
        }
        let lost = self.lost();
        for stay in &mut road.stays {
            open_where_lost(stay, &lost);
        }
        let mut reached = self.reached(&road, &mut carriers)?;
        let copied = copies
            .found
            .iter()
            .map(|copy| {
                let summary = summary(self.evidence.repo, copy.oid)?;
                Ok(Copied { id: copy.oid.to_string(), how: copy.how, summary })
            })
            .collect::<Result<Vec<Copied>, Failure>>()?;
        let changes: Vec<&Event> = [Some(&commit), merged.as_ref()].into_iter().flatten().collect();
        let mut related: HashSet<&str> = changes.iter().map(|event| event.id.as_str()).collect();
        related.extend(copied.iter().map(|copy| copy.id.as_str()));
        let requests = self.requests(&related)?;
        let reviews = self.reviews(&changes, &requests, &related)?;
        related.extend(reached.iter().map(|one| one.stay.first.commit()));
        let checks = self.records_where(|event| {
            matches!(event.kind, Kind::Build | Kind::Test) && names(event, "commit", &related)
        })?;
        let since = earliest(&commit);
        let later = lost.iter().filter(|lost| lost.at >= since).count();
        let doubts = [
            (copies.cut, Doubt::TooMuchHistory),
            (copies.branch_gone, Doubt::BranchGone),
            (later > 0, Doubt::Unplaced(later)),
        ];
        let (reverts, restored) = self.shown(&mut reached, &carriers.reverts)?;
        Ok(Trace {
            asked,
            branch,
            on_branch,
            requests,
            reviews,
            checks,
            copies: copied,
            reverts,
            restored,
            unread: carriers.reverts.unread,
            reached,
            failed: road.failed,
            unknown: road.unknown,
            doubts: doubts.into_iter().filter(|(is, _)| *is).map(|(_, doubt)| doubt).collect(),
            now: self.evidence.now,
            deployments: self.evidence.deployments.all().len(),
            merged,
            commit,
        })
    }

    fn event(&self, oid: Oid) -> Result<Event, Failure> {
        let walked = Walked { oid, raw: Commits::without_graph(self.evidence.repo).read(oid)? };
        Ok(self.evidence.judge.event(self.reader.event(self.evidence.repo, &walked)?))
    }

    /// Which deployments hold the commit or a copy of it.
    fn road(&self, carriers: &mut Carriers<'_, '_>) -> Result<Road<'t, 't>, Failure> {
        let mut failure = None;
        let road =
            follow(self.evidence.deployments, |deployed| match self.holds(deployed, carriers) {
                Ok(held) => held.holds,
                Err(error) => {
                    failure.get_or_insert(error);
                    Holds::Unknown
                }
            });
        failure.map_or(Ok(road), Err)
    }

    /// Each stay, with its record and approvals, the earliest first.
    fn reached(
        &self,
        road: &Road<'t, 't>,
        carriers: &mut Carriers<'_, '_>,
    ) -> Result<Vec<Reached<'t, 't>>, Failure> {
        let mut reached = Vec::new();
        for &stay in &road.stays {
            let held = self.holds(stay.first, carriers)?;
            reached.push(Reached {
                event: self.evidence.judged(&stay.first.event.id)?,
                approvals: covering(&self.evidence, stay.first)?,
                through: held.through,
                reverted_by: held.state.taken_back_by,
                restored_by: held.state.restored_by.filter(|_| held.holds == Holds::Yes),
                stay,
            });
        }
        reached.sort_by_key(|one| one.stay.first.from);
        Ok(reached)
    }

    /// Review records of these commits, or of the change requests that brought them.
    fn reviews(
        &self,
        changes: &[&Event],
        requests: &[Event],
        commits: &HashSet<&str>,
    ) -> Result<Vec<Event>, Failure> {
        let named = changes.iter().copied().chain(requests);
        let numbers: HashSet<String> = named.filter_map(Event::request_number).collect();
        self.records_where(|event| {
            event.kind == Kind::Review
                && (["commit", "head_commit"].iter().any(|name| names(event, name, commits))
                    || event.request_number().is_some_and(|number| numbers.contains(&number)))
        })
    }

    /// Records of the change requests that these commits came with.
    fn requests(&self, commits: &HashSet<&str>) -> Result<Vec<Event>, Failure> {
        let lists = |event: &Event| {
            let What::Record(fields) = &event.what else { return false };
            let listed = fields.get("commits").and_then(|list| list.as_array());
            let listed = listed.into_iter().flatten().filter_map(|id| id.as_str());
            listed.into_iter().any(|id| commits.contains(id))
        };
        self.records_where(|event| {
            event.kind == Kind::Change
                && (["merge_commit", "head_commit"].iter().any(|name| names(event, name, commits))
                    || lists(event))
        })
    }

    /// Records that are meant, judged.
    fn records_where(&self, meant: impl Fn(&Recorded) -> bool) -> Result<Vec<Event>, Failure> {
        let records = self.evidence.records;
        let superseded = Superseded::among(records);
        let meant = records.iter().filter(|event| meant(event) && !superseded.has(event));
        meant.map(|event| self.evidence.judged(&event.id)).collect()
    }

    /// Whether a deployed commit holds the one traced, through which copy, and what takes it back there.
    fn holds(
        &self,
        deployment: &Deployment<'_>,
        carriers: &mut Carriers<'_, '_>,
    ) -> Result<Held, Failure> {
        let deployed = self.deployed.get(deployment.commit_number).copied().unwrap_or_default();
        let mut unknown = deployed.tip.is_none();
        let mut taken_back = None;
        let Carriers { own, copies, reverts } = carriers;
        for tip in deployed.tip.into_iter().chain(deployed.code) {
            let copies = copies.iter_mut().enumerate().map(|(number, copy)| (Some(number), copy));
            for (through, carrier) in std::iter::once((None, &mut *own)).chain(copies) {
                match carrier.containing.ask_located(tip)? {
                    Contains::Yes => {}
                    Contains::Unknown if through.is_none() => {
                        unknown = true;
                        continue;
                    }
                    Contains::Unknown | Contains::No => continue,
                }
                let state = reverts.state(carrier.oid, tip)?;
                if state.taken_back_by.is_none() {
                    return Ok(Held { holds: Holds::Yes, through, state });
                }
                taken_back.get_or_insert(Held { holds: Holds::TakenBack, through, state });
            }
        }
        let holds = if unknown { Holds::Unknown } else { Holds::No };
        Ok(taken_back.unwrap_or(Held { holds, through: None, state: RevertState::default() }))
    }

    /// What was deployed after a commit was made, and holds neither it nor rendered manifests of it.
    fn without(&mut self, commit: &Event, own: &mut Containing<'_, '_>) -> Result<Asked, Failure> {
        let since = earliest(commit);
        let mut without: Vec<(usize, Located)> = Vec::new();
        let mut seen = vec![false; self.deployed.len()];
        for one in self.evidence.deployments.all().iter().filter(|one| one.from >= since) {
            let number = one.commit_number;
            let (Some(deployed), Some(seen)) = (self.deployed.get(number), seen.get_mut(number))
            else {
                continue;
            };
            let Some(tip) = deployed.tip.filter(|_| !std::mem::replace(seen, true)) else {
                continue;
            };
            if own.ask_located(tip)? == Contains::No {
                without.push((number, tip));
            }
        }
        let asked = self.deployed.iter().zip(&seen).filter(|(_, seen)| **seen);
        let heads = asked.filter_map(|(deployed, _)| deployed.tip).filter(|&tip| own.is_head(tip));
        let heads = heads.collect();
        // Behind the first that holds no rendered manifests, there may be such that do.
        let index = self.index.as_ref();
        let code = |&(number, tip): &(usize, Located)| -> Result<Option<Located>, Failure> {
            if let Some(code) = self.deployed.get(number).and_then(|deployed| deployed.code) {
                return Ok(Some(code));
            }
            let named = code_commit(self.evidence.repo, index, tip.oid)?;
            Ok(named.map(|code| Located::new(&self.commits, code)))
        };
        let codes = pipeline::each(&without, FEW_READS, code);
        let mut tips = Vec::new();
        for ((number, tip), code) in without.into_iter().zip(codes) {
            let code = code?;
            tips.push(code.unwrap_or(tip).oid);
            self.deployed[number].code = code;
        }
        Ok(Asked { without: tips, heads, asked: seen })
    }

    /// Copies of a commit, looked for only in deployments that do not hold it.
    fn copies(
        &self,
        oid: Oid,
        commit: &Event,
        own: &mut Containing<'_, '_>,
        deployed: &[Oid],
    ) -> Result<Copies, Failure> {
        if deployed.is_empty() {
            return Ok(Copies::default());
        }
        let search = CopySearch {
            deployed: self.histories(&self.commits, deployed),
            records: self.evidence.records,
            default_branch: history::default_branch(self.evidence.repo)?.map(|(_, tip)| tip),
        };
        search.find(oid, earliest(commit), own)
    }

    /// The histories of some commits.
    fn histories<'a, 'c>(
        &'a self,
        commits: &'c Commits<'t>,
        tips: &'a [Oid],
    ) -> Histories<'a, 'c, 't> {
        Histories { commits, index: self.index.as_ref(), tips }
    }

    /// The commits that hold all that was deployed during stays: the heads that are known, and what stands elsewhere.
    fn searched(
        &self,
        road: &Road<'_, '_>,
        mut tips: Vec<Located>,
        asked: &[bool],
        carriers: &mut Carriers<'_, '_>,
    ) -> Result<Vec<Oid>, Failure> {
        let mut stays = road.stays.iter().peekable();
        // Stays stand place by place, oldest first, as deployments do.
        for place in self.evidence.deployments.places() {
            let mut within = false;
            for one in self.evidence.deployments.history(place) {
                let Some(stay) = stays.peek() else { break };
                within |= std::ptr::eq(one, stay.first);
                if let Some(deployed) = self.deployed.get(one.commit_number).filter(|_| within) {
                    let asked = asked.get(one.commit_number) == Some(&true);
                    let own = &mut carriers.own.containing;
                    if let Some(tip) = deployed.tip
                        && (!asked || own.ask_located(tip)? != Contains::Yes)
                    {
                        tips.push(tip);
                    }
                    tips.extend(deployed.code);
                }
                if std::ptr::eq(one, stay.last) {
                    within = false;
                    stays.next();
                }
            }
        }
        let mut wanted = vec![carriers.own.oid];
        wanted.extend(carriers.copies.iter().map(|copy| copy.oid));
        later::heads(&self.commits, tips.into_iter(), &wanted)
    }

    /// Looks for what takes the change back in what was deployed, and for what brought it there again.
    fn take_back<'c>(
        &self,
        commits: &'c Commits<'t>,
        tips: &[Oid],
        brought: Option<Brought>,
        commit: &Event,
        copies: &mut Copies,
        carriers: &mut Carriers<'c, 't>,
    ) -> Result<(), Failure> {
        let most = if self.all_reverts { usize::MAX } else { MAX_READ_COMMITS };
        let search = Search { histories: self.histories(commits, tips), most };
        let mut change: Vec<Oid> = vec![carriers.own.oid];
        change.extend(brought.map(|brought| brought.by));
        change.extend(carriers.copies.iter().map(|copy| copy.oid));
        change.dedup();
        let brought = match brought {
            Some(brought) => Some(brought),
            None => reverts::brought_by(&mut carriers.own.containing, tips)?,
        };
        let mut brought = Vec::from_iter(brought);
        for copy in &mut carriers.copies {
            brought.extend(reverts::brought_by(&mut copy.containing, tips)?);
        }
        carriers.reverts.look_for(&search, &change, &brought)?;
        if carriers.reverts.is_empty() {
            return Ok(());
        }
        let own = &mut carriers.own;
        let again = self.copies(own.oid, commit, &mut own.containing, tips)?;
        copies.cut |= again.cut;
        let known: HashSet<Oid> = copies.found.iter().map(|copy| copy.oid).collect();
        let mut new = Vec::new();
        for copy in again.found {
            // What came before a revert is taken back with the change.
            if !known.contains(&copy.oid) && carriers.reverts.any_before(copy.oid)? {
                new.push(copy);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let change: Vec<Oid> = new.iter().map(|copy| copy.oid).collect();
        let mut brought = Vec::new();
        for &oid in &change {
            let mut containing = Containing::new(commits, oid);
            brought.extend(reverts::brought_by(&mut containing, tips)?);
            carriers.copies.push(Carrier { oid, containing });
        }
        copies.found.extend(new);
        carriers.reverts.look_for(&search, &change, &brought)
    }

    /// The commits that take the change back somewhere, or a revert of it; the stays then name them by their places in
    /// these lists.
    fn shown(
        &self,
        reached: &mut [Reached<'_, '_>],
        reverts: &Reverts<'_, '_>,
    ) -> Result<(Vec<Revert>, Vec<Restored>), Failure> {
        let mut shown = Vec::new();
        let taking = renumber(reached.iter_mut().map(|one| &mut one.reverted_by));
        for oid in taking.into_iter().filter_map(|number| reverts.oid(number)) {
            shown.push(Revert { id: oid.to_string(), summary: summary(self.evidence.repo, oid)? });
        }
        let mut restored = Vec::new();
        for number in renumber(reached.iter_mut().map(|one| &mut one.restored_by)) {
            if let (Some(oid), Some(of)) = (reverts.oid(number), reverts.restores(number)) {
                let by = Revert { id: oid.to_string(), summary: summary(self.evidence.repo, oid)? };
                restored.push(Restored { by, reverts: of.to_string() });
            }
        }
        Ok((shown, restored))
    }

    /// Records of deployments that succeeded, but can't be placed, and that nobody corrected.
    fn lost(&self) -> Vec<Lost<'t>> {
        if self.evidence.deployments.unplaced().is_empty() {
            return Vec::new();
        }
        let deploys = |event: &&Recorded| matches!(event.kind, Kind::Deploy | Kind::Rollback);
        let corrected: HashSet<&str> = self
            .evidence
            .records
            .iter()
            .filter(deploys)
            .flat_map(|event| event.linked("corrects"))
            .collect();
        let unplaced: HashSet<&str> =
            self.evidence.deployments.unplaced().iter().map(|one| one.id).collect();
        let says_little = |event: &&Recorded| {
            event.env().is_none_or(str::is_empty) || event.commit_id().is_none()
        };
        let lost =
            self.evidence.records.iter().filter(deploys).filter(says_little).filter(|event| {
                let id = event.id.as_str();
                event.succeeded() && unplaced.contains(id) && !corrected.contains(id)
            });
        lost.filter_map(|event| {
            Some(Lost { env: event.env(), service: event.service(), at: event.when?.seconds })
        })
        .collect()
    }

    /// The default branch, whether the commit is on it, and the commit of its first-parent line that
    /// brought it.
    fn merged(&self, oid: Oid, own: &mut Containing<'_, '_>) -> Result<Merged, Failure> {
        let Some((name, tip)) = history::default_branch(self.evidence.repo)? else {
            return Ok(Merged::default());
        };
        let branch = Some(name);
        match own.ask(tip)? {
            Contains::Unknown => return Ok(Merged { branch, ..Merged::default() }),
            Contains::No => {
                return Ok(Merged { branch, on_branch: Some(false), ..Merged::default() });
            }
            Contains::Yes => {}
        }
        let brought = own.brought_by(tip)?;
        let by = if brought.by == oid { None } else { Some(self.event(brought.by)?) };
        Ok(Merged { branch, on_branch: Some(true), brought: Some(brought), by })
    }
}

/// How a commit came onto the branch that changes are merged into.
#[derive(Default)]
struct Merged {
    branch: Option<String>,
    /// `None` where it can't be told.
    on_branch: Option<bool>,
    brought: Option<Brought>,
    /// The commit of the branch's own line that brought it, if not it itself.
    by: Option<Event>,
}

/// A deployment of nobody knows what may have ended a stay that lasts as far as is known.
fn open_where_lost(stay: &mut Stay<'_, '_>, lost: &[Lost<'_>]) {
    let place = stay.first.place;
    let later = lost.iter().filter(|lost| {
        lost.env == Some(place.env) && lost.service == place.service && lost.at >= stay.last.from
    });
    if stay.lasts()
        && let Some(at) = later.map(|lost| lost.at).min()
    {
        stay.until = Some(at);
        stay.open = true;
    }
}

/// Numbers each number anew by where it stands in the list of all, each once, in the order of their appearance.
fn renumber<'n>(numbers: impl Iterator<Item = &'n mut Option<usize>>) -> Vec<usize> {
    let mut all: Vec<usize> = Vec::new();
    for number in numbers.flatten() {
        let at = all.iter().position(|known| known == number).unwrap_or_else(|| {
            all.push(*number);
            all.len() - 1
        });
        *number = at;
    }
    all
}

fn names(event: &Event, name: &str, commits: &HashSet<&str>) -> bool {
    event.field(name).is_some_and(|commit| commits.contains(commit))
}
