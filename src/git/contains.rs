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
//!   Where that is far away, as from a project that was merged into another one, it goes on generation by generation
//!   instead of depth first.
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
use gix_commitgraph::file::Commit;
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
    /// Whether a sweep has not failed yet: another one would, too.
    sweeps: bool,
    /// After how many commits that don't contain it one is made.
    far: usize,
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
        let mut containing =
            Containing { commits, cutoff, known, line_from: Some(at), sweeps: true, far: FAR };
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
        let mut without = 0;
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
                    without += usize::from(told == Contains::No);
                    if without == self.far && told == Contains::No && self.sweep(tip, &path) {
                        return Ok(Contains::No);
                    }
                }
            }
        }
        Ok(told)
    }

    /// Learns that nothing in the history of `tip` contains the commit, if the commit-graph can tell that; else nothing.
    /// `path` leads from there to what is being asked.
    ///
    /// Generation by generation, all that come next are known at once, and the processor fetches them together: where
    /// nothing contains the commit, it takes a third of the time that the same takes depth first. Not every circle of a
    /// damaged commit-graph is noticed; but nothing in one contains the commit either.
    fn sweep(&mut self, tip: usize, path: &[Step]) -> bool {
        let commits = self.commits;
        let (Some(graph), Some(cutoff), true) = (commits.graph(), self.cutoff, self.sweeps) else {
            return false;
        };
        for step in path {
            self.learn(step.at, Known::Nothing);
        }
        self.learn(tip, Known::Answer(Contains::No));
        let mut reached = vec![tip];
        // Places, and the generation numbers of their children.
        let mut next = vec![(tip, u32::MAX)];
        while self.sweeps && !next.is_empty() {
            let read = |(place, below): (usize, u32)| {
                let at = u32::try_from(place).ok().filter(|_| place < commits.in_graph)?;
                let commit = graph.commit_at(Position(at));
                (1..below).contains(&commit.generation()).then_some(commit)
            };
            let level: Vec<Option<Commit<'_>>> = next.drain(..).map(read).collect();
            for commit in level {
                let Some(commit) = commit else {
                    self.sweeps = false;
                    break;
                };
                let generation = commit.generation();
                for parent in commit.iter_parents().take_while(|_| generation > cutoff) {
                    let parent = parent.map_or(usize::MAX, |parent| parent.0 as usize);
                    match self.known.get(parent) {
                        Some(Known::Answer(Contains::No)) => {}
                        Some(Known::Nothing) => {
                            self.learn(parent, Known::Answer(Contains::No));
                            reached.push(parent);
                            next.push((parent, generation));
                        }
                        _ => self.sweeps = false,
                    }
                }
            }
        }
        if !self.sweeps {
            for at in reached {
                self.learn(at, Known::Nothing);
            }
            for step in path {
                self.learn(step.at, Known::Asked);
            }
        }
        self.sweeps
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

/// After how many commits that don't contain it a search goes far. Where tips contain it, it mostly ends before.
const FAR: usize = 1_000;

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::git::Repository;
    use proptest::prelude::*;
    use proptest::sample::Index;
    use std::fmt::Write as _;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    /// A repository with a commit-graph. Commits are given by their parents, which are named by numbers.
    struct Repo {
        folder: tempfile::TempDir,
        ids: Vec<Oid>,
        parents: Vec<Vec<usize>>,
    }

    impl Repo {
        fn new(parents: Vec<Vec<usize>>) -> Repo {
            let mut repo = Repo { folder: tempfile::tempdir().unwrap(), ids: Vec::new(), parents };
            repo.git(&["init", "-q", "--bare", "."], "");
            let mut stream = String::new();
            for (number, parents) in repo.parents.iter().enumerate() {
                let mark = number + 1;
                let _ = writeln!(stream, "reset refs/heads/b{number}\ncommit refs/heads/b{number}");
                let date = 1_700_000_000 + number;
                let _ = writeln!(stream, "mark :{mark}\ncommitter C <c@x> {date} +0000\ndata 0");
                for (place, parent) in parents.iter().enumerate() {
                    let word = if place == 0 { "from" } else { "merge" };
                    let _ = writeln!(stream, "{word} :{}", parent + 1);
                }
                let _ = writeln!(stream, "get-mark :{mark}");
            }
            let printed = repo.git(&["fast-import", "--quiet", "--force"], &stream);
            repo.ids = printed.lines().map(|id| id.parse().unwrap()).collect();
            assert_eq!(repo.ids.len(), repo.parents.len());
            let ids = printed.as_str();
            repo.git(&["commit-graph", "write", "--stdin-commits"], ids);
            repo
        }

        fn git(&self, args: &[&str], input: &str) -> String {
            let mut command = Command::new("git");
            command.current_dir(&self.folder).args(args).env("GIT_CONFIG_GLOBAL", "/dev/null");
            let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let mut stdin = child.stdin.take().unwrap();
            let input = input.to_owned();
            let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
            let output = child.wait_with_output().unwrap();
            writer.join().unwrap().unwrap();
            assert!(output.status.success(), "{args:?}");
            String::from_utf8(output.stdout).unwrap()
        }

        fn open(&self) -> Repository {
            Repository::open(self.folder.path()).unwrap()
        }

        /// Whether each commit contains one.
        fn containing(&self, wanted: usize) -> Vec<bool> {
            let mut all: Vec<bool> = Vec::new();
            for (number, parents) in self.parents.iter().enumerate() {
                all.push(number == wanted || parents.iter().any(|&parent| all[parent]));
            }
            all
        }
    }

    fn known(containing: &Containing<'_, '_>) -> Vec<Known> {
        containing.known.clone()
    }

    /// A project with a short history of its own is merged into a long one:
    ///
    /// ```text
    /// 0 ── … ── 1499 ── 1502 ── … ── 1600
    ///    1500 ── 1501 ──/
    /// ```
    #[test]
    fn history_is_swept_where_a_project_was_merged_into_another() {
        let mut parents = vec![vec![]];
        parents.extend((1..1_500).map(|number| vec![number - 1]));
        parents.extend([vec![], vec![1_500], vec![1_499, 1_501]]);
        parents.extend((1_503..1_601).map(|number| vec![number - 1]));
        let repo = Repo::new(parents);
        let (wanted, before, after) = (repo.ids[1_500], repo.ids[1_499], repo.ids[1_600]);
        let opened = repo.open();
        let commits = Commits::new(&opened);
        let mut containing = Containing::new(&commits, wanted);
        let at_first = known(&containing);
        assert!(!containing.sweep(commits.place(after), &[]));
        assert_eq!(known(&containing), at_first, "a sweep that fails teaches nothing");
        assert!(!containing.sweep(commits.place(before), &[]), "nor is it tried again");
        containing.sweeps = true;
        assert!(containing.sweep(commits.place(before), &[]));
        let none = |known: &&Known| **known == Known::Answer(Contains::No);
        assert_eq!(containing.known.iter().filter(none).count(), 1_500);
        // It comes to that by itself, and to what is right without.
        for far in [FAR, usize::MAX] {
            let mut containing = Containing { far, ..Containing::new(&commits, wanted) };
            assert_eq!(containing.ask(before).unwrap(), Contains::No);
            assert_eq!(containing.ask(after).unwrap(), Contains::Yes);
        }
        let mut containing = Containing { far: 1, ..Containing::new(&commits, wanted) };
        assert_eq!(containing.ask(after).unwrap(), Contains::Yes);
        assert!(!containing.sweeps, "it was tried");
    }

    fn histories() -> impl Strategy<Value = Vec<Vec<Index>>> {
        let parents = prop_oneof![
            1 => prop::collection::vec(any::<Index>(), 0..1),
            8 => prop::collection::vec(any::<Index>(), 1..2),
            4 => prop::collection::vec(any::<Index>(), 2..5),
        ];
        prop::collection::vec(parents, 1..60)
    }

    /// Parents are near.
    fn numbered(history: &[Vec<Index>]) -> Vec<Vec<usize>> {
        let mut parents: Vec<Vec<usize>> = Vec::new();
        for (number, of) in history.iter().enumerate() {
            let mut own: Vec<usize> = Vec::new();
            for parent in of.iter().filter(|_| number > 0) {
                let parent = number - 1 - parent.index(number.min(6));
                if !own.contains(&parent) {
                    own.push(parent);
                }
            }
            parents.push(own);
        }
        parents
    }

    /// What somebody may write over an entry of a commit-graph, and at which of its bytes (gitformat-commit-graph(5),
    /// `CDAT`, behind the tree): another parent, one that isn't there, extra edges, another generation number, or none.
    fn damage() -> impl Strategy<Value = (usize, u32)> {
        prop_oneof![
            (0..60_u32).prop_map(|parent| (0, parent)),
            (0..60_u32).prop_map(|parent| (4, parent)),
            Just((0, 0x00ff_ffff)),
            (0..60_u32).prop_map(|edge| (4, 0x8000_0000 + edge)),
            (0..30_u32).prop_map(|generation| (8, generation << 2)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn of_a_damaged_commit_graph_a_sweep_tells_nothing_else(
            history in histories(),
            far in 1..6_usize,
            damages in prop::collection::vec(prop::collection::vec((any::<Index>(), damage()), 1..4), 12),
        ) {
            let repo = Repo::new(numbered(&history));
            let path = repo.folder.path().join("objects/info/commit-graph");
            let good = std::fs::read(&path).unwrap();
            let row = memchr::memmem::find(&good, b"CDAT").unwrap();
            let entries = usize::from(u16::from_be_bytes([good[row + 10], good[row + 11]]));
            for damages in damages {
                let mut bytes = good.clone();
                for (commit, (byte, value)) in damages {
                    let at = entries + commit.index(repo.ids.len()) * 36 + 20 + byte;
                    bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
                }
                std::fs::remove_file(&path).unwrap();
                std::fs::write(&path, &bytes).unwrap();
                let opened = repo.open();
                let commits = Commits::new(&opened);
                for &wanted in &repo.ids {
                    let new = |far| Containing { far, ..Containing::new(&commits, wanted) };
                    let (mut swept, mut plain) = (new(far), new(usize::MAX));
                    // The last first: then the most is to be asked.
                    for &tip in repo.ids.iter().rev() {
                        // Either may notice that history goes in a circle.
                        let (Ok(swept), Ok(plain)) = (swept.ask(tip), plain.ask(tip)) else { break };
                        prop_assert_eq!(swept, plain);
                    }
                }
            }
        }

        #[test]
        fn whenever_history_is_swept_the_answers_are_the_same(history in histories(), far in 1..20_usize) {
            let repo = Repo::new(numbered(&history));
            let opened = repo.open();
            let commits = Commits::new(&opened);
            prop_assert!(commits.has_graph());
            for wanted in 0..repo.ids.len() {
                let expected = repo.containing(wanted);
                for newest_first in [false, true] {
                    let mut containing = Containing { far, ..Containing::new(&commits, repo.ids[wanted]) };
                    for at in 0..repo.ids.len() {
                        let tip = if newest_first { repo.ids.len() - 1 - at } else { at };
                        let answer = containing.ask(repo.ids[tip]).unwrap();
                        prop_assert_eq!(answer == Contains::Yes, expected[tip], "{} in {}", wanted, tip);
                        prop_assert_ne!(answer, Contains::Unknown);
                    }
                }
            }
        }
    }
}
