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
use std::collections::HashMap;

/// For each of `commits` (a range, in any order) the number of the merge on the first-parent line of `tip`
/// that brought it; `None` for commits on the line itself, and for those that no merge of the range brought.
pub fn brought_by(commits: &[Event], tip: &str) -> Vec<Option<usize>> {
    let numbers: HashMap<&str, usize> =
        commits.iter().enumerate().map(|(number, event)| (event.id.as_str(), number)).collect();
    let mut line = Vec::new();
    let mut on_line = vec![false; commits.len()];
    let mut at = numbers.get(tip).copied();
    while let Some(number) = at {
        line.push(number);
        on_line[number] = true;
        at = parents(&commits[number]).first().and_then(|id| numbers.get(id.as_str())).copied();
    }
    let mut brought = vec![None; commits.len()];
    // Oldest first: what an earlier merge brought was there already when a later one came.
    for &merge in line.iter().rev() {
        let mut open: Vec<&String> = parents(&commits[merge]).iter().skip(1).collect();
        while let Some(id) = open.pop() {
            let Some(&number) = numbers.get(id.as_str()) else { continue };
            if on_line[number] || brought[number].is_some() {
                continue;
            }
            brought[number] = Some(merge);
            open.extend(parents(&commits[number]));
        }
    }
    brought
}

fn parents(event: &Event) -> &[String] {
    match &event.what {
        What::Commit(facts) => &facts.parents,
        What::Tag(_) | What::Record(_) => &[],
    }
}

#[cfg(test)]
mod tests {
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
            proof: Proof { grade: Grade::Claimed, signature: None, notes: Vec::new() },
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
        let merge = |id: &str| commits.iter().position(|event| event.id == id);
        assert_eq!(
            brought_by(&commits, "t"),
            [None, merge("t"), merge("t"), None, merge("n"), None, merge("m"), merge("m")]
        );
    }

    #[test]
    fn without_the_tip_nothing_is_known() {
        assert_eq!(brought_by(&[commit("a", &[])], "elsewhere"), [None]);
    }
}
