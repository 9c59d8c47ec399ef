//! Which of the changes between two deployments likely broke a path, and by what evidence.
//!
//! Points are given for what can be looked up, and each is named: a release manager can follow the
//! ranking by hand. It ranks where to look first; it proves nothing.
//!
//! | points | evidence |
//! |---|---|
//! | 10 | it touches the path itself; 1 more for each further file of it, 3 at most |
//! | 4 | a configuration key was changed in the environment meanwhile |
//! | 3 | it touches a file in the same folder, or one above it |
//! | 2 | it touches configuration |
//! | 2 | no review of it is known |
//! | 1 | it is not signed by somebody trusted |
//! | 1 | it reverts an earlier change |
//! | 1 | it touches 20 files or more |

use crate::event::{Event, Grade, What};

/// How many files make a change large.
const LARGE: usize = 20;

/// A change that is ranked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// The number of the event among those given.
    pub event: usize,
    /// The sum of the points.
    pub points: u32,
    /// What they were given for, in words, weightiest first.
    pub evidence: Vec<String>,
}

/// What is known about a path that fails.
pub struct Failing<'a> {
    /// The paths as named, from the top of the repository: `src/pay/capture.rs`, `src/pay`.
    pub paths: &'a [String],
    /// Whether a file is one of them or lies below one.
    pub is_meant: &'a dyn Fn(&str) -> bool,
}

/// Ranks events, the likeliest first; those without any bearing on the paths or on configuration are
/// left out. Commits must carry their paths.
pub fn rank(
    events: &[Event],
    reviewed: impl Fn(usize) -> bool,
    failing: &Failing<'_>,
) -> Vec<Suspect> {
    let mut suspects: Vec<Suspect> = events
        .iter()
        .enumerate()
        .filter_map(|(number, event)| {
            let mut evidence = bearing(event, failing);
            if evidence.is_empty() {
                return None;
            }
            evidence.extend(circumstances(event, reviewed(number)));
            evidence.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
            Some(Suspect {
                event: number,
                points: evidence.iter().map(|(points, _)| points).sum(),
                evidence: evidence.into_iter().map(|(_, words)| words).collect(),
            })
        })
        .collect();
    // Stable: among equals the order given, newest first, stays.
    suspects.sort_by_key(|suspect| std::cmp::Reverse(suspect.points));
    suspects
}

/// What ties an event to the paths.
fn bearing(event: &Event, failing: &Failing<'_>) -> Vec<(u32, String)> {
    let mut evidence = Vec::new();
    match &event.what {
        What::Commit(facts) => {
            let paths = facts.paths.as_deref().unwrap_or_default();
            let touched: Vec<&String> =
                paths.iter().filter(|path| (failing.is_meant)(path)).collect();
            if let Some(first) = touched.first() {
                let more = touched.len() - 1;
                let words = match more {
                    0 => format!("touches {first}"),
                    _ => format!("touches {first} and {more} more of these files"),
                };
                evidence.push((10 + u32::try_from(more.min(3)).unwrap_or(3), words));
            } else if let Some(near) = paths.iter().find(|path| is_near(path, failing.paths)) {
                evidence.push((3, format!("touches {near}, close by")));
            }
            if let Some(config) = facts.config.as_deref().unwrap_or_default().first() {
                evidence.push((2, format!("touches configuration: {config}")));
            }
        }
        What::Record(fields) => {
            if let Some(key) = fields.get("key").and_then(|key| key.as_str()) {
                evidence.push((4, format!("changed the configuration key {key}")));
            }
        }
        What::Tag(_) => {}
    }
    evidence
}

/// What makes an event more suspicious once it has a bearing on the paths.
fn circumstances(event: &Event, reviewed: bool) -> Vec<(u32, String)> {
    let mut evidence = Vec::new();
    if let What::Commit(facts) = &event.what {
        if !reviewed {
            evidence.push((2, "no review is known".to_owned()));
        }
        if !event.why.reverts.is_empty() {
            evidence.push((1, "reverts an earlier change".to_owned()));
        }
        if let Some(count) = facts.paths.as_ref().map(Vec::len).filter(|&count| count >= LARGE) {
            evidence.push((1, format!("is large: {count} files")));
        }
    }
    if event.proof.grade != Grade::Signed {
        let word = match event.proof.grade {
            Grade::Broken => "its signature does not hold",
            Grade::Unknown => "its signature could not be judged",
            Grade::Signed | Grade::Imported | Grade::Claimed => "not signed",
        };
        evidence.push((1, word.to_owned()));
    }
    evidence
}

/// Whether a file lies in the folder of one of the paths, or in one above it (but not at the top, where
/// everything is close to everything).
fn is_near(file: &str, paths: &[String]) -> bool {
    let Some((folder, _)) = file.rsplit_once('/') else { return false };
    paths.iter().any(|path| {
        let around = path.trim_end_matches('/').rsplit_once('/').map(|(around, _)| around);
        around.is_some_and(|around| {
            around == folder
                || around.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::record;
    use super::*;
    use crate::event::{CommitFacts, Kind, Proof, Who, Why};
    use serde_json::json;

    fn commit(paths: &[&str], config: &[&str], grade: Grade) -> Event {
        let owned = |paths: &[&str]| Some(paths.iter().map(|path| (*path).to_owned()).collect());
        Event {
            kind: Kind::Commit,
            id: "1".repeat(40),
            when: None,
            who: Who::default(),
            what: What::Commit(Box::new(CommitFacts {
                paths: owned(paths),
                config: owned(config),
                ..CommitFacts::default()
            })),
            place: None,
            why: Why::default(),
            proof: Proof { grade, signature: None, notes: Vec::new(), vouched: None },
        }
    }

    #[test]
    fn what_touches_the_path_comes_first_and_says_so() {
        let events = [
            commit(&["docs/a.md"], &[], Grade::Claimed),
            commit(&["src/net/x.rs"], &[], Grade::Signed),
            commit(&["src/pay/a.rs", "src/pay/b.rs"], &[], Grade::Signed),
            commit(&["k8s/pay.yaml"], &["k8s/pay.yaml"], Grade::Signed),
            Event::clone(&record(
                "c",
                Kind::Config,
                5,
                json!({"env": "production", "key": "PAY_URL", "change": "changed"}),
            )),
        ];
        let paths = ["src/pay".to_owned()];
        let failing = Failing { paths: &paths, is_meant: &|file| file.starts_with("src/pay/") };
        let ranked = rank(&events, |number| number != 3, &failing);
        let points: Vec<(usize, u32)> = ranked.iter().map(|one| (one.event, one.points)).collect();
        assert_eq!(points, [(2, 11), (4, 5), (3, 4)]);
        assert_eq!(ranked[0].evidence, ["touches src/pay/a.rs and 1 more of these files"]);
        assert_eq!(
            ranked[2].evidence,
            ["touches configuration: k8s/pay.yaml", "no review is known"]
        );
    }

    #[test]
    fn close_by_is_the_same_folder_or_one_above_but_not_the_top() {
        let paths = ["src/pay/capture.rs".to_owned()];
        assert!(is_near("src/pay/refund.rs", &paths));
        assert!(is_near("src/lib.rs", &paths));
        assert!(!is_near("src/net/x.rs", &paths));
        assert!(!is_near("README.md", &paths));
        assert!(!is_near("src/pay2/x.rs", &["src/pay".to_owned()]));
    }
}
