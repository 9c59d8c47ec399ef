//! Which merge brought a commit onto a line of history.
//!
//! ```text
//! A ──── M ──── B      the line: first parents from the tip
//!  \    /
//!   c──d               c and d were brought by M
//! ```
//!
//! A review of a merge, or the change request that it names, stands for the commits that it brought.

use crate::event::{Event, What};
use std::collections::{HashMap, HashSet};

/// For each of `commits` (a range, in any order) the merge on the first-parent line of `tip` that brought it; nothing
/// for commits on the line itself, and for those that no merge of the range brought.
pub fn brought_by<'a>(commits: &'a [Event], tip: &str) -> HashMap<&'a str, &'a Event> {
    let by_id: HashMap<&str, &Event> = commits.iter().map(|event| (&*event.id, event)).collect();
    let mut line = Vec::new();
    let mut at = by_id.get(tip).copied();
    while let Some(event) = at {
        line.push(event);
        at = parents(event).first().and_then(|id| by_id.get(id.as_str())).copied();
    }
    brought(&by_id, &line)
}

/// For each commit of a range the merge of `line` that brought it, where it does not stand there itself. The line may
/// be that of several branches; its oldest commits come last.
pub fn brought<'a>(
    by_id: &HashMap<&str, &'a Event>,
    line: &[&'a Event],
) -> HashMap<&'a str, &'a Event> {
    let on_line: HashSet<&str> = line.iter().map(|event| &*event.id).collect();
    let mut brought: HashMap<&str, &Event> = HashMap::new();
    // Oldest first: what an earlier merge brought was there already when a later one came.
    for &merge in line.iter().rev() {
        let mut open: Vec<&String> = parents(merge).iter().skip(1).collect();
        while let Some(id) = open.pop() {
            let Some(&event) = by_id.get(id.as_str()) else { continue };
            if on_line.contains(id.as_str()) || brought.contains_key(id.as_str()) {
                continue;
            }
            brought.insert(&event.id, merge);
            open.extend(parents(event));
        }
    }
    brought
}

/// The parents of a commit.
pub fn parents(event: &Event) -> &[String] {
    match &event.what {
        What::Commit(facts) => &facts.parents,
        What::Tag(_) | What::Record(_) => &[],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::{CommitFacts, Grade, Kind, Proof, Who, Why};

    fn commit(id: &str, parents: &[&str]) -> Event {
        Event {
            kind: Kind::Commit,
            id: id.to_owned(),
            when: None,
            who: Who::default(),
            what: What::Commit(Box::new(CommitFacts {
                parents: parents.iter().map(|id| (*id).to_owned()).collect(),
                ..CommitFacts::default()
            })),
            place: None,
            why: Why::default(),
            proof: Proof {
                grade: Grade::Claimed,
                signature: None,
                notes: Vec::new(),
                vouched: None,
            },
        }
    }

    #[test]
    fn each_commit_is_brought_by_the_first_merge_that_had_it() {
        // t ─ n ─ m ─ a(outside); m brings c, d; n brings e, which stands on d; an octopus t brings f, g.
        let commits = [
            commit("t", &["n", "f", "g"]),
            commit("f", &["a"]),
            commit("g", &["a"]),
            commit("n", &["m", "e"]),
            commit("e", &["d"]),
            commit("m", &["a", "d"]),
            commit("d", &["c"]),
            commit("c", &["a"]),
        ];
        let found = brought_by(&commits, "t");
        let merge = |id: &str| found.get(id).map(|merge| merge.id.as_str());
        assert_eq!(["t", "n", "m"].map(merge), [None; 3]);
        assert_eq!(["f", "g", "e"].map(merge), [Some("t"), Some("t"), Some("n")]);
        assert_eq!(["d", "c", "a"].map(merge), [Some("m"), Some("m"), None]);

        // A line of two branches, as a gate follows it: what stands on one of them no merge brought.
        let by_id = commits.iter().map(|event| (&*event.id, event)).collect();
        let line: Vec<&Event> = ["t", "n", "m", "e"].map(|id| by_id_of(&commits, id)).into();
        let found = brought(&by_id, &line);
        let merge = |id: &str| found.get(id).map(|merge| merge.id.as_str());
        assert_eq!(["e", "d", "f"].map(merge), [None, Some("m"), Some("t")]);
    }

    fn by_id_of<'a>(commits: &'a [Event], id: &str) -> &'a Event {
        commits.iter().find(|event| event.id == id).unwrap()
    }

    #[test]
    fn without_the_tip_nothing_is_known() {
        assert!(brought_by(&[commit("a", &[])], "elsewhere").is_empty());
    }
}
