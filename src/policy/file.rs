//! `.audit/policy.toml`: what `audit verify` asks for.
//!
//! ```text
//! adopted = "9f2c1ab044c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5"
//! branches = ["main"]
//!
//! [people.ana]
//! emails = ["ana@example.com"]
//!
//! [roles]
//! operations = ["ana"]
//!
//! [environments.production]
//! branches = ["main"]
//! approvers = ["operations"]
//!
//! [rules]
//! commit-signed = "deny"
//! ```
//!
//! Every key is optional, none may be misspelt; `docs/policy.md` explains each. Without a policy the
//! rules' own levels apply: see [`Rule::default`](super::rules::Rule).

use super::environment::Environment;
use super::finding::Level;
use super::people::People;
use super::rules::Rule;
use globset::{GlobBuilder, GlobMatcher};
use std::collections::{BTreeMap, BTreeSet};

/// What a commit must say about its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reason {
    /// A ticket, a change request, or some text below the summary.
    #[default]
    Any,
    /// A ticket.
    Ticket,
}

/// What proves that a change was reviewed and merged as a change request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Evidence {
    /// Records of kind `change` and `review` that are signed or imported.
    #[default]
    Records,
    /// Messages and trailers, too, which anyone can type.
    Claims,
}

/// What the policy says about the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerPolicy {
    /// Its name, which every record must carry.
    pub name: Option<String>,
    /// The id of a record: it and those that it builds on are not judged.
    pub adopted: Option<String>,
    /// The id of a record that must be there: whoever cuts the ledger off before it is found out.
    pub head: Option<String>,
}

/// A policy: what is asked for, and who is who. [`Policy::default`] is what applies without a file.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The full id of the commit after which judging begins.
    pub adopted: Option<String>,
    /// Patterns of the branches that nobody pushes to directly; `None` for the default branch.
    pub branches: Option<Vec<String>>,
    /// Patterns of the tags that are judged; `None` for all.
    pub tags: Option<Vec<String>>,
    /// Regular expressions that find tickets, beside the built-in forms.
    pub tickets: Vec<String>,
    /// The keys of projects (`PAY`) that count anywhere, and no others; `None` to go by the place.
    pub ticket_keys: Option<Vec<String>>,
    /// Pathspecs of configuration; `None` for the built-in list.
    pub config: Option<Vec<String>>,
    /// What `commit-has-why` asks for.
    pub why: Reason,
    /// What `change-reviewed` and `direct-push` believe.
    pub evidence: Evidence,
    /// By how many seconds clocks may differ before `date-order` minds.
    pub clock_skew: i64,
    /// Ids of those who may change what stands in `.audit/`; `None` for every person of the policy.
    pub managers: Option<BTreeSet<String>>,
    /// Ids of those who may grant exceptions; nobody without them.
    pub exceptions: BTreeSet<String>,
    /// Patterns of the names of pipeline runs that are tests; `audit import` takes all others for builds.
    pub test_runs: Vec<String>,
    /// The ledger.
    pub ledger: LedgerPolicy,
    /// Persons and roles.
    pub people: People,
    /// Environments by name.
    pub environments: BTreeMap<String, Environment>,
    /// Levels that the policy sets.
    pub levels: BTreeMap<&'static str, Level>,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            adopted: None,
            branches: None,
            tags: None,
            tickets: Vec::new(),
            ticket_keys: None,
            config: None,
            why: Reason::default(),
            evidence: Evidence::default(),
            clock_skew: 3_600,
            managers: None,
            exceptions: BTreeSet::new(),
            test_runs: Vec::new(),
            ledger: LedgerPolicy::default(),
            people: People::default(),
            environments: BTreeMap::new(),
            levels: BTreeMap::new(),
        }
    }
}

impl Policy {
    /// The level of a rule, in an environment where the subject belongs to one.
    pub fn level(&self, rule: &Rule, env: Option<&str>) -> Level {
        self.set_level(rule.id, env).unwrap_or(rule.default)
    }

    /// The level that the policy itself sets, for the environment or for all.
    pub fn set_level(&self, rule: &str, env: Option<&str>) -> Option<Level> {
        env.and_then(|env| self.environments.get(env)?.levels.get(rule))
            .or_else(|| self.levels.get(rule))
            .copied()
    }

    /// Whether a pipeline run of this name ran tests.
    pub fn is_test_run(&self, name: &str) -> bool {
        matches(&self.test_runs, name)
    }

    /// Whether tags of this name are judged.
    pub fn judges_tag(&self, name: &str) -> bool {
        self.tags.as_ref().is_none_or(|patterns| matches(patterns, name))
    }
}

/// Whether a name of a branch or tag is one of those that patterns name. `*` stops at `/`, `**`
/// doesn't.
pub fn matches(patterns: &[String], name: &str) -> bool {
    patterns.iter().filter_map(|pattern| glob(pattern).ok()).any(|glob| glob.is_match(name))
}

pub(super) fn glob(pattern: &str) -> Result<GlobMatcher, globset::Error> {
    Ok(GlobBuilder::new(pattern).literal_separator(true).build()?.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stops_at_a_slash() {
        let patterns = ["main".to_owned(), "release/*".to_owned()];
        assert!(matches(&patterns, "release/1.4") && matches(&patterns, "main"));
        assert!(!matches(&patterns, "release/1/4") && !matches(&patterns, "domain"));
    }
}
