//! What the policy says about an environment.

use super::finding::Level;
use std::collections::{BTreeMap, BTreeSet};

/// An environment of the policy. One that the policy doesn't name asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// Branches that may be deployed, as patterns; `None` when any commit may.
    pub branches: Option<Vec<String>>,
    /// Ids of those who may deploy; `None` when everybody may.
    pub deployers: Option<BTreeSet<String>>,
    /// Ids of those who may approve; `None` when everybody may.
    pub approvers: Option<BTreeSet<String>>,
    /// How many must approve; `None` when the policy doesn't say, which means one as soon as it names
    /// approvers, else none.
    pub approvals: Option<u32>,
    /// How long an approval counts, in seconds; `None` without end.
    pub approval_expires: Option<i64>,
    /// When nothing may be deployed.
    pub freezes: Vec<Freeze>,
    /// Ids of those whom no freeze concerns.
    pub exempt: BTreeSet<String>,
    /// Other names that forges and pipelines have for it; imports write its own.
    pub aliases: Vec<String>,
    /// Levels of rules in this environment.
    pub levels: BTreeMap<&'static str, Level>,
}

impl Environment {
    /// How many must approve a deploy.
    pub fn approvals_needed(&self) -> u32 {
        self.approvals.unwrap_or(u32::from(self.approvers.is_some()))
    }
}

/// A time in which nothing may be deployed: from its first second until the one before its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Freeze {
    /// The first second, since 1970 UTC; `None` since ever.
    pub from: Option<i64>,
    /// The first second after it; `None` without end.
    pub until: Option<i64>,
    /// Why.
    pub why: Option<String>,
    /// Ids of those whom it doesn't concern.
    pub exempt: BTreeSet<String>,
    /// The end that was stated, where it counts only from when it was written down (`until`).
    pub stated_end: Option<i64>,
}

impl Freeze {
    /// Whether a moment lies in it.
    pub fn covers(&self, at: i64) -> bool {
        self.from.is_none_or(|from| at >= from) && self.until.is_none_or(|until| at < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freeze_covers_its_first_second_and_not_its_end() {
        let freeze = Freeze { from: Some(100), until: Some(200), ..Freeze::default() };
        assert_eq!([99, 100, 199, 200].map(|at| freeze.covers(at)), [false, true, true, false]);
        assert!(Freeze { until: Some(1), ..Freeze::default() }.covers(i64::MIN));
        assert!(Freeze { from: Some(1), ..Freeze::default() }.covers(i64::MAX));
    }
}
