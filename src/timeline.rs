//! What stands between the commits: tags and records, slipped into the walk, newest first.
//!
//! Commits arrive in the order of the walk. What has a time of its own (an annotated tag, a record)
//! stands before the first commit that is not younger; what has none (a lightweight tag, where tags are asked for) stands before
//! its commit. Nothing is sorted afterwards, so the first row can be shown at once; and because only
//! the place of a thing must be known beforehand, the thing itself may be worked out when its turn has
//! come.

use crate::event::When;
use std::collections::HashMap;

/// Where something stands among the commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At this time, in seconds since 1970.
    Time(i64),
    /// Before the commit with this id.
    Commit(String),
}

/// Things that wait for their turn in a walk.
#[derive(Debug)]
pub struct Timeline<T> {
    /// In the order in which they were given; `None` when their turn was.
    things: Vec<Option<T>>,
    /// Times, and which of `things` stands there: oldest first, so that the newest is at the end.
    timed: Vec<(i64, usize)>,
    /// Which of `things` stand before a commit.
    at_commits: HashMap<String, Vec<usize>>,
}

impl<T> Timeline<T> {
    /// A timeline of commits that will be told, and these other things. Of two at the same second, that
    /// which is given later stands above.
    pub fn new(placed: impl IntoIterator<Item = (Place, T)>) -> Timeline<T> {
        let (mut things, mut timed) = (Vec::new(), Vec::new());
        let mut at_commits: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, thing) in placed {
            match place {
                Place::Time(seconds) => timed.push((seconds, things.len())),
                Place::Commit(id) => at_commits.entry(id).or_default().push(things.len()),
            }
            things.push(Some(thing));
        }
        timed.sort_unstable();
        Timeline { things, timed, at_commits }
    }

    /// What comes before the next commit of the walk: everything younger, then what stands at it.
    pub fn before(&mut self, id: &str, when: Option<When>) -> Vec<T> {
        let mut turn = Vec::new();
        if let Some(when) = when {
            while let Some((_, thing)) = self.timed.pop_if(|(seconds, _)| *seconds >= when.seconds)
            {
                turn.push(thing);
            }
        }
        turn.extend(self.at_commits.remove(id).into_iter().flatten());
        turn.into_iter().filter_map(|thing| self.things[thing].take()).collect()
    }

    /// What is left when the walk has ended: older things, newest first, then those whose commit was not
    /// walked.
    pub fn rest(mut self) -> Vec<T> {
        let older = self.timed.iter().rev().filter_map(|&(_, thing)| self.things[thing].take());
        let mut rest: Vec<T> = older.collect();
        rest.extend(self.things.into_iter().flatten());
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Option<When> {
        Some(When { seconds, offset: Some(3600) })
    }

    fn timeline() -> Timeline<&'static str> {
        Timeline::new([
            (Place::Time(20), "first at 20"),
            (Place::Commit("b".into()), "at b"),
            (Place::Time(30), "at 30"),
            (Place::Time(20), "second at 20"),
            (Place::Commit("elsewhere".into()), "elsewhere"),
            (Place::Time(5), "at 5"),
            (Place::Commit("b".into()), "at b, too"),
        ])
    }

    #[test]
    fn things_stand_before_the_first_commit_that_is_not_younger() {
        let mut timeline = timeline();
        assert_eq!(timeline.before("a", at(40)), [""; 0]);
        assert_eq!(
            timeline.before("b", at(20)),
            ["at 30", "second at 20", "first at 20", "at b", "at b, too"]
        );
        assert_eq!(timeline.before("b", at(20)), [""; 0]);
        assert_eq!(timeline.before("undated", None), [""; 0]);
        assert_eq!(timeline.before("c", at(10)), [""; 0]);
        assert_eq!(timeline.rest(), ["at 5", "elsewhere"]);
    }

    #[test]
    fn nothing_is_lost_without_a_commit() {
        assert_eq!(
            timeline().rest(),
            ["at 30", "second at 20", "first at 20", "at 5", "at b", "elsewhere", "at b, too"]
        );
    }
}
