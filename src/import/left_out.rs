//! What gave no record, and why.

/// Why an item, or a part of one, gave no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// It states nothing that happened: an open request, a pending review, a status in between.
    NoEvent,
    /// It belongs to another repository.
    OtherRepository,
    /// The commit is not in this repository.
    CommitNotHere,
    /// It needs an item that is in none of the files.
    Incomplete,
    /// It says too little: no commit, no time, no person.
    SaysTooLittle,
    /// No source knows its shape.
    Unrecognised,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 6] = [
        Reason::NoEvent,
        Reason::OtherRepository,
        Reason::CommitNotHere,
        Reason::Incomplete,
        Reason::SaysTooLittle,
        Reason::Unrecognised,
    ];

    /// The key in JSON and in the `import` record.
    pub fn key(self) -> &'static str {
        match self {
            Reason::NoEvent => "no_event",
            Reason::OtherRepository => "other_repository",
            Reason::CommitNotHere => "commit_not_here",
            Reason::Incomplete => "incomplete",
            Reason::SaysTooLittle => "says_too_little",
            Reason::Unrecognised => "unrecognised",
        }
    }

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Reason::NoEvent => "state nothing that happened",
            Reason::OtherRepository => "belong to another repository",
            Reason::CommitNotHere => "name a commit that is not here",
            Reason::Incomplete => "need an item that is in none of the files",
            Reason::SaysTooLittle => "say too little",
            Reason::Unrecognised => "are of no known shape",
        }
    }

    /// Whether something may have happened that could not be taken over.
    pub fn is_a_gap(self) -> bool {
        !matches!(self, Reason::NoEvent | Reason::OtherRepository)
    }
}

/// Something that gave no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// What it is: `deployment 508`. Text from strangers.
    pub what: String,
    /// Why.
    pub reason: Reason,
    /// More about it, and what helps. Text from strangers.
    pub detail: String,
    /// The number of its file.
    pub file: usize,
}
