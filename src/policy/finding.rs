//! What judging gives: answers, findings and counts.

use std::collections::BTreeMap;
use std::fmt;

/// How much weight a rule has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// What breaks it is refused.
    Deny,
    /// What breaks it is shown, and changes nothing.
    Warn,
    /// It is not looked at.
    Off,
}

impl Level {
    /// Every level with its word.
    pub const ALL: [(&'static str, Level); 3] =
        [("deny", Level::Deny), ("warn", Level::Warn), ("off", Level::Off)];

    /// The word in the policy.
    pub fn name(self) -> &'static str {
        match self {
            Level::Deny => "deny",
            Level::Warn => "warn",
            Level::Off => "off",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What kind of thing a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SubjectKind {
    /// A commit; its full id.
    Commit,
    /// A tag; its name.
    Tag,
    /// A record; its full id.
    Record,
    /// The ledger; its path.
    Ledger,
    /// An environment; its name.
    Environment,
}

impl SubjectKind {
    /// The word that reports print.
    pub fn name(self) -> &'static str {
        match self {
            SubjectKind::Commit => "commit",
            SubjectKind::Tag => "tag",
            SubjectKind::Record => "record",
            SubjectKind::Ledger => "ledger",
            SubjectKind::Environment => "environment",
        }
    }
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    /// What kind of thing.
    pub kind: SubjectKind,
    /// What it is called.
    pub id: String,
    /// What people recognise it by: the summary of a commit, `deploy to production`. Strangers' text.
    pub text: String,
    /// The environment, where the finding belongs to one.
    pub env: Option<String>,
}

/// One thing that is wrong with a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What does not hold.
    pub why: String,
    /// What to do about it, where that is something else than the rule's usual advice.
    pub mend: Option<String>,
    /// Whether it is denied even where the rule only warns: a signature that does not hold is never
    /// a matter of taste.
    pub grave: bool,
}

/// What a rule says about one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It holds.
    Holds,
    /// It does not, for these reasons.
    Fails(Vec<Fault>),
    /// It cannot be decided: what is missing.
    Unknown(String),
    /// It has nothing to say about this subject.
    Irrelevant,
}

impl Answer {
    /// It does not hold, for one reason.
    pub fn fails(why: impl Into<String>) -> Answer {
        Answer::Fails(vec![Fault { why: why.into(), mend: None, grave: false }])
    }

    /// It does not hold, and nobody may shrug at it.
    pub fn grave(why: impl Into<String>) -> Answer {
        Answer::Fails(vec![Fault { why: why.into(), mend: None, grave: true }])
    }

    /// Sets what to do about it.
    pub fn mend(mut self, mend: impl Into<String>) -> Answer {
        if let Answer::Fails(faults) = &mut self
            && let Some(fault) = faults.last_mut()
        {
            fault.mend = Some(mend.into());
        }
        self
    }

    /// It cannot be decided.
    pub fn unknown(missing: impl Into<String>) -> Answer {
        Answer::Unknown(missing.into())
    }

    /// Holds if there are no faults.
    pub fn of(faults: Vec<Fault>) -> Answer {
        if faults.is_empty() { Answer::Holds } else { Answer::Fails(faults) }
    }
}

/// A rule that does not hold for a subject, or could not be decided for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule. For what could not be decided that is `evidence-missing`.
    pub rule: &'static str,
    /// The rule that was asked: the same, unless it could not be decided.
    pub asked: &'static str,
    /// `deny` or `warn`.
    pub level: Level,
    /// Whether it is denied whatever the rule's level, and can't be excused.
    pub grave: bool,
    /// What it is about.
    pub subject: Subject,
    /// Why. Holds strangers' text.
    pub why: String,
    /// What to do.
    pub mend: String,
}

/// How often a rule was asked, and what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Subjects for which it holds.
    pub held: u64,
    /// Subjects for which it does not.
    pub failed: u64,
    /// Subjects for which it could not be decided.
    pub unknown: u64,
}

impl Tally {
    /// Subjects that were decided.
    pub fn checked(self) -> u64 {
        self.held + self.failed
    }
}

/// All answers of one verification.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// Counts by rule; rules that were never asked are absent.
    pub tallies: BTreeMap<&'static str, Tally>,
    /// What does not hold, and what could not be decided, in the order of judging.
    pub findings: Vec<Finding>,
}

impl Judgement {
    /// Adds everything of another.
    pub fn merge(&mut self, other: Judgement) {
        for (rule, tally) in other.tallies {
            let sum = self.tallies.entry(rule).or_default();
            sum.held += tally.held;
            sum.failed += tally.failed;
            sum.unknown += tally.unknown;
        }
        self.findings.extend(other.findings);
    }

    /// Keeps what these rules said, and nothing else.
    pub fn only(mut self, rules: &[&str]) -> Judgement {
        self.tallies.retain(|rule, _| rules.contains(rule));
        self.findings.retain(|finding| rules.contains(&finding.asked));
        self
    }

    /// How many findings are denied because a rule does not hold.
    pub fn denied(&self) -> usize {
        self.count(Level::Deny, false)
    }

    /// How many are denied because evidence is missing.
    pub fn undecided(&self) -> usize {
        self.count(Level::Deny, true)
    }

    fn count(&self, level: Level, missing: bool) -> usize {
        let counts = |finding: &&Finding| {
            finding.level == level && (finding.rule == super::rules::MISSING) == missing
        };
        self.findings.iter().filter(counts).count()
    }
}
