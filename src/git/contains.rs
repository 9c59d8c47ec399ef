//! Whether commits contain another one: the question of `git tag --contains` and
//! `git merge-base --is-ancestor`, for many commits at once.
//!
//! Each commit is looked at once, however many are asked about: what was found out about it is kept, by its
//! place (see [`super::places`]). The search ends where the answer is known to be no:
//!
//! ```text
//! T ──── o ──── A ──── o ──── …      does T contain W? A is an ancestor of W, and none that stands
//!              /                     behind it contains W: the search goes no further than A
//!      W ──── o
//! ```
//!
//! - The commit-graph, where it holds `W`, ends it at generation numbers no greater than that of `W` (git's
//!   `contains_tag_algo`). What the graph holds contains nothing that it doesn't hold.
//! - Without it, the line of first parents from `W` does. Branches start at the line that releases stand on, so a
//!   search looks at a few sides of that line, and git's at all of history.
//!
//! Where history ends early (a shallow clone, a commit that is not here), the answer is neither yes nor no.

use super::Oid;
use super::places::{Before, Parents};
use super::source::Commits;
use crate::outcome::Failure;
use foldhash::fast::RandomState;
use gix_commitgraph::Position;
use std::collections::{BinaryHeap, HashSet, VecDeque};

/// Whether a commit contains another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contains {
    /// It is the commit, or a descendant of it.
    Yes,
    /// It is neither.
    No,
    /// The history that would tell is not here.
    Unknown,
}

/// A commit, and its place in the commit-graph where that holds it: what is asked about often is looked for
/// once.
#[derive(Debug, Clone, Copy)]
pub struct Located {
    /// The commit.
    pub oid: Oid,
    at: Option<Position>,
}

impl Located {
    /// Looks for a commit, which need not be here.
    pub fn new(commits: &Commits<'_>, oid: Oid) -> Located {
        Located { oid, at: commits.position(oid) }
    }

    /// Its place.
    pub(super) fn place(self, commits: &Commits<'_>) -> usize {
        match self.at {
            Some(at) => at.0 as usize,
            None => commits.place(self.oid),
        }
    }
}

/// Answers for one commit.
pub struct Containing<'c, 'r> {
    commits: &'c Commits<'r>,
    /// Nothing with a generation number up to this one can contain the commit.
    cutoff: Option<u32>,
    /// What is known of the commit at each place.
    known: Vec<Known>,
    /// The commit's place, until its line is known.
    line_from: Option<usize>,
}

/// What is known at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    /// Its parents are being asked.
    Asked,
    Answer(Contains),
    /// It contains the commit, and stands behind another that was asked about.
    Behind,
}

impl Known {
    /// What is known of a tip, or of what stands behind it.
    fn told(answer: Contains, is_tip: bool) -> Known {
        match answer {
            Contains::Yes if !is_tip => Known::Behind,
            answer => Known::Answer(answer),
        }
    }
}

/// A commit whose parents are being asked.
struct Step {
    at: usize,
    /// Those left, the first one last.
    to_ask: Parents,
    /// What the others told: no or unknown.
    so_far: Contains,
}

impl<'c, 'r> Containing<'c, 'r> {
    /// Which commits contain `wanted`.
    pub fn new(commits: &'c Commits<'r>, wanted: Oid) -> Containing<'c, 'r> {
        let known = vec![Known::Nothing; commits.in_graph];
        let at = commits.place(wanted);
        let in_graph = at < commits.in_graph;
        let cutoff = if in_graph { commits.generation(wanted) } else { Some(u32::MAX) };
        let mut containing = Containing { commits, cutoff, known, line_from: Some(at) };
        containing.learn(at, Known::Answer(Contains::Yes));
        containing
    }

    /// Learns that what stands on the commit's own line of first parents does not contain it.
    fn learn_line(&mut self) -> Result<(), Failure> {
        let Some(mut at) = self.line_from.take() else { return Ok(()) };
        while let Before::Parents(parents) = self.commits.before(at, self.cutoff)?
            && let Some(&parent) = parents.first()
        {
            if self.known(parent).is_some() {
                return Err(self.commits.cycle(parent));
            }
            self.learn(parent, Known::Answer(Contains::No));
            at = parent;
        }
        Ok(())
    }

    fn known(&self, place: usize) -> Option<Contains> {
        match self.known.get(place) {
            Some(Known::Answer(answer)) => Some(*answer),
            Some(Known::Behind) => Some(Contains::Yes),
            _ => None,
        }
    }

    fn learn(&mut self, place: usize, found: Known) {
        if self.known.len() <= place {
            self.known.resize(place + 1, Known::Nothing);
        }
        self.known[place] = found;
    }

    /// Whether `tip` does.
    ///
    /// # Errors
    /// When a commit on the way is here but can't be read.
    pub fn ask(&mut self, tip: Oid) -> Result<Contains, Failure> {
        self.ask_at(self.commits.place(tip))
    }

    /// As [`Containing::ask`].
    ///
    /// # Errors
    /// As there.
    pub fn ask_located(&mut self, tip: Located) -> Result<Contains, Failure> {
        self.ask_at(tip.place(self.commits))
    }

    /// Whether `tip` contains the commit, and is not known to stand behind another that was asked about.
    pub fn is_head(&self, tip: Located) -> bool {
        let known = self.known.get(tip.place(self.commits));
        known == Some(&Known::Answer(Contains::Yes))
    }

    fn ask_at(&mut self, tip: usize) -> Result<Contains, Failure> {
        if let Some(known) = self.known(tip) {
            return Ok(known);
        }
        self.learn_line()?;
        // Depth first, without recursion: histories are deeper than stacks.
        let mut path = Vec::new();
        let mut told = self.enter(tip, &mut path)?;
        while let Some(step) = path.last_mut() {
            if told == Contains::Unknown {
                step.so_far = Contains::Unknown;
            }
            match step.to_ask.pop() {
                Some(parent) if told != Contains::Yes => told = self.enter(parent, &mut path)?,
                _ => {
                    if told != Contains::Yes {
                        told = step.so_far;
                    }
                    let at = step.at;
                    path.pop();
                    self.learn(at, Known::told(told, path.is_empty()));
                }
            }
        }
        Ok(told)
    }

    /// What is known at a place, or told there without asking its parents. Else it becomes a step of the path, and
    /// tells no: nothing yet.
    fn enter(&mut self, at: usize, path: &mut Vec<Step>) -> Result<Contains, Failure> {
        match self.known.get(at) {
            Some(Known::Answer(answer)) => return Ok(*answer),
            Some(Known::Behind) => return Ok(Contains::Yes),
            Some(Known::Asked) => return Err(self.commits.cycle(at)),
            Some(Known::Nothing) | None => {}
        }
        let answer = match self.commits.before(at, self.cutoff)? {
            Before::CutOff => Contains::No,
            Before::NotHere => Contains::Unknown,
            Before::Parents(mut to_ask) => {
                let yes = |parent: &&usize| self.known(**parent) == Some(Contains::Yes);
                if let Some(&parent) = to_ask.iter().find(yes) {
                    self.learn(parent, Known::Behind);
                    self.learn(at, Known::told(Contains::Yes, path.is_empty()));
                    return Ok(Contains::Yes);
                }
                // Releases stand on the line of first parents, which is then known.
                to_ask.reverse();
                self.learn(at, Known::Asked);
                path.push(Step { at, to_ask, so_far: Contains::No });
                return Ok(Contains::No);
            }
        };
        self.learn(at, Known::Answer(answer));
        Ok(answer)
    }

    /// How the wanted commit came onto a branch, of which `tip` contains it.
    ///
    /// # Errors
    /// As [`Containing::ask`].
    pub fn brought_by(&mut self, tip: Oid) -> Result<Brought, Failure> {
        let mut at = self.commits.place(tip);
        let mut passed = VecDeque::with_capacity(SOON + 1);
        let mut steps = 0;
        while let Some(parent) = self.commits.first_parent(at)?
            && self.ask_at(parent)? == Contains::Yes
        {
            passed.push_back(at);
            if passed.len() > SOON {
                passed.pop_front();
            }
            at = parent;
            steps += 1;
            // There is an answer for each that was passed.
            if steps > self.known.len() {
                return Err(self.commits.cycle(at));
            }
        }
        let oid = |at: usize| self.commits.oid_at(at).unwrap_or(tip);
        Ok(Brought { by: oid(at), soon_after: oid(passed.front().copied().unwrap_or(at)) })
    }
}

/// How many steps [`Brought::soon_after`] is away.
const SOON: usize = 16;

/// How a commit came onto a branch, by the branch's line of first parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brought {
    /// The oldest on that line that contains it: it itself, or a merge.
    pub by: Oid,
    /// A few steps further, or the tip.
    pub soon_after: Oid,
}

/// The commits of `tips` that `base` does not have and that are no older than `since` (in seconds since 1970 UTC),
/// as `git rev-list --since TIPS ^BASE`, newest first.
///
/// Commits are looked at by falling date, and the search ends when only ancestors of `base` are left. Where a clock
/// went back from a commit to its child, there may be ancestors of `base` among what is found. What stands behind
/// commits that seem too old is found if there are no more than [`SLOP`] of them. Tips on the line of first parents of
/// `base` have nothing of their own, so that mostly there is nothing to search for.
///
/// # Errors
/// When a commit on the way is here but can't be read.
pub fn beyond(
    commits: &Commits<'_>,
    tips: &[Oid],
    base: Oid,
    since: u64,
) -> Result<Vec<Oid>, Failure> {
    let mut tips: Vec<usize> = tips.iter().map(|&tip| commits.place(tip)).collect();
    leave_out_own_line(commits, &mut tips, base, since)?;
    if tips.is_empty() {
        return Ok(Vec::new());
    }
    let mut search = Search {
        commits,
        since,
        marks: vec![0; commits.in_graph],
        queue: BinaryHeap::new(),
        open: 0,
    };
    search.reach(commits.place(base), BASE)?;
    for tip in tips {
        search.reach(tip, BEYOND)?;
    }
    let mut found = Vec::new();
    while search.open > 0
        && let Some((date, at)) = search.queue.pop()
    {
        let side = search.look_at(at);
        if side == BEYOND {
            found.push((date, at));
        }
        if let Before::Parents(parents) = commits.before(at, None)? {
            for parent in parents {
                search.reach(parent, side)?;
            }
        }
    }
    found.retain(|&(_, at)| search.marks[at] & BASE == 0);
    found.sort_unstable_by_key(|&newest| std::cmp::Reverse(newest));
    Ok(found.into_iter().filter_map(|(_, at)| commits.oid_at(at)).collect())
}

/// Drops the tips that are first parents of `base`, or it itself, as far back as `since`.
fn leave_out_own_line(
    commits: &Commits<'_>,
    tips: &mut Vec<usize>,
    base: Oid,
    since: u64,
) -> Result<(), Failure> {
    let mut left: HashSet<usize, RandomState> = tips.iter().copied().collect();
    let mut at = commits.place(base);
    for _ in 0..LONGEST_LINE {
        left.remove(&at);
        if left.is_empty() {
            break;
        }
        match commits.dated(at)? {
            (Some(date), Before::Parents(parents)) if date >= since && !parents.is_empty() => {
                at = parents[0];
            }
            _ => break,
        }
    }
    tips.retain(|tip| left.contains(tip));
    Ok(())
}

/// How far a line of first parents is followed: one that goes in a circle is the search's to complain about.
const LONGEST_LINE: usize = 1_000_000;

/// How many commits with a clock that went back a line of history may hold before what is behind them is lost; so
/// many forgives git, too (`SLOP` in its revision.c).
const SLOP: usize = 5;

/// How many commits are looked at to find out whether a line leads on.
const MOST_BEHIND: usize = 1_000;

/// A commit of the tips.
const BEYOND: u8 = 1;
/// An ancestor of the base.
const BASE: u8 = 2;
/// One that was looked at.
const SEEN: u8 = 4;

/// The state of [`beyond`].
struct Search<'c, 'r> {
    commits: &'c Commits<'r>,
    since: u64,
    marks: Vec<u8>,
    /// Dates and places.
    queue: BinaryHeap<(u64, usize)>,
    /// How many in the queue are not known to be ancestors of the base.
    open: usize,
}

impl Search<'_, '_> {
    fn reach(&mut self, at: usize, side: u8) -> Result<(), Failure> {
        if self.marks.len() <= at {
            self.marks.resize(at + 1, 0);
        }
        let old = self.marks[at];
        let new = old | side;
        self.marks[at] = new;
        // Where a clock went back, a commit is looked at before the base reaches it. Then it is looked at
        // again, so that its ancestors get their marks before they are.
        let late = old & SEEN != 0 && old & BASE == 0 && side == BASE;
        if old == 0 || late {
            // What is too old, or not here, ends its line.
            match self.commits.date_at(at)? {
                Some(date) if date >= self.since || self.leads_on(at)? => {
                    self.queue.push((date, at));
                }
                _ => {
                    self.marks[at] |= SEEN;
                    return Ok(());
                }
            }
            self.open += usize::from(new == BEYOND);
        } else if old == BEYOND && new != BEYOND {
            self.open -= 1;
        }
        Ok(())
    }

    /// Whether a few steps behind a commit one stands that is not too old.
    fn leads_on(&self, at: usize) -> Result<bool, Failure> {
        let (mut level, mut looked_at) = (vec![at], 0);
        for _ in 0..SLOP {
            let mut behind = Vec::new();
            for at in level {
                let Before::Parents(parents) = self.commits.before(at, None)? else { continue };
                for parent in parents {
                    looked_at += 1;
                    let date = self.commits.date_at(parent)?;
                    // Among merges of hundreds nobody looks for long: then it may lead on.
                    if looked_at > MOST_BEHIND || date.is_some_and(|date| date >= self.since) {
                        return Ok(true);
                    }
                    behind.push(parent);
                }
            }
            level = behind;
        }
        Ok(false)
    }

    /// Takes a commit that came out of the queue; tells whose its parents are.
    fn look_at(&mut self, at: usize) -> u8 {
        let mark = self.marks[at];
        self.marks[at] |= SEEN;
        if mark == BEYOND {
            self.open -= 1;
            BEYOND
        } else {
            BASE
        }
    }
}
